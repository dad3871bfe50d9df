"""What the places that a message counts off are: "the second lamp", "all three", "the two claw hammers"."""

from __future__ import annotations

import pytest

from assistant.model import Slots
from assistant.places import as_many_as_said, counted_by_name, kind_behind_place, places_by_name
from tests.small_shop import BY_ID

SHOWN = ("tower", "clamp", "aster-black", "workshop")


@pytest.mark.parametrize(
    ("message", "counted"),
    [
        ("compare the two desk lamps please", ["aster-black", "workshop"]),
        ("the two of them", []),
        ("the two lamps", []),  # all that is shown is called so
        ("the three desk lamps", []),
        ("two desk lamps for the two of us", []),
    ],
)
def test_those_that_a_number_counts_by_their_name_are_the_ones_called_so(message: str, counted: list[str]) -> None:
    assert [one.id for one in counted_by_name([BY_ID[name] for name in SHOWN], message)] == counted


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("compare all three", 3), ("all of these 2 please", 2), ("those four", 4), ("compare them all", 5), ("all of them", 5),
        ("all please, two of each", 5), ("all nine", 5),
    ],
)  # fmt: skip
def test_a_number_after_all_counts_from_the_first(message: str, count: int) -> None:
    five = [BY_ID[name] for name in ("tower", "clamp", "aster-black", "workshop", "shade")]
    assert as_many_as_said(five, Slots(ref=("all",)), message) == five[:count]


def test_a_number_counts_nothing_where_one_product_is_meant() -> None:
    assert as_many_as_said([BY_ID["tower"]], Slots(ref=(1,)), "those four") == [BY_ID["tower"]]


@pytest.mark.parametrize(
    ("message", "kind"),
    [("add the first scarf please", "scarf"), ("the second red scarf", "red scarf"), ("the 1st one. then scarves", None),
     ("the first scarf and the second hat", None), ("the first in red", None)],
)  # fmt: skip
def test_the_kind_behind_a_place_is_what_it_is_a_place_of(message: str, kind: str | None) -> None:
    assert kind_behind_place(message) == kind


def test_of_two_things_joined_by_and_the_place_of_one_is_none_of_the_other() -> None:
    assert places_by_name("the first and the lamp", ["headphones", "lamp"]) == []
    assert places_by_name("the second headphones and the first lamp", ["headphones", "lamp"]) == [(0, 2), (1, 1)]
    assert places_by_name("the second lamp, and the first and third rug", ["lamp", "rug"]) == [(0, 2), (1, 1), (1, 3)]
    assert places_by_name("the first oxfords and the first shirt", ["oxford shoes", "shirt"]) == [(0, 1), (1, 1)]
    assert places_by_name("the first one for my desk", ["desk lamp", "chair"]) == []
