"""Something said of each of several things looked for: each part of the message is read by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.meaning.part_by_part import part_by_part, without_what_is_had
from assistant.model import DialogueState, Need, Parse
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said

STATE = DialogueState(Constraints(product="office chair"), earlier=(Need(Constraints(product="desk")),))
DESK, CHAIR = (said("refine", product=name, price_max=Decimal(most)) for name, most in (("desk", 400), ("chair", 200)))


def _understood(searcher: Searcher, message: str, *parts: Parse) -> list[tuple[str, str | None, Decimal | None]]:
    """(intent, product, upper bound) of each act, the whole message read as of the desk alone, its parts as `parts`."""
    read = part_by_part(replace(DESK, message=message), STATE, parts_with(searcher, parts))
    return [(one.intent, one.slots.product, one.slots.price_max) for one in read.in_order()]


@pytest.mark.parametrize("message", ["desk under 400, chair under 200", "the desk under 400 and the chair under 200"])
def test_what_is_said_of_each_thing_is_of_that_thing(searcher: Searcher, message: str) -> None:
    expected = [("refine", "desk", Decimal(400)), ("refine", "office chair", Decimal(200))]
    assert _understood(searcher, message, DESK, CHAIR) == expected


@pytest.mark.parametrize(
    "message",
    ["desk under 400", "desk under 400, please", "a desk and a lamp under 400", "desk under 400, and a wooden desk"],
)
def test_a_message_with_a_part_that_names_no_other_thing_looked_for_stays_as_it_was_read(
    searcher: Searcher, message: str
) -> None:
    assert _understood(searcher, message) == [("refine", "desk", Decimal(400))]


def test_a_part_that_does_something_else_leaves_the_message_as_it_was_read(searcher: Searcher) -> None:
    taken = said("cart_add", product="chair")
    assert _understood(searcher, "desk under 400, add the chair", DESK, taken) == [("refine", "desk", Decimal(400))]


@pytest.mark.parametrize(
    "message", ["he has a rod already, needs a reel", "he's got a rod already. a reel", "she already has a rod, a reel"]
)
def test_what_somebody_has_already_is_not_looked_for(searcher: Searcher, message: str) -> None:
    """The rest is read once more by itself."""
    read = replace(said("refine", product="rod", features=("reel",)), message=message)
    rest = said("refine", product="reel")
    assert without_what_is_had(read, DialogueState(), parts_with(searcher, [rest])).slots == rest.slots


@pytest.mark.parametrize("message", ["i already have a tent, a lantern", "do you have a lantern already", "a lantern"])
def test_where_nothing_that_is_had_was_read_as_a_wish_the_reading_stands(searcher: Searcher, message: str) -> None:
    read = replace(said("search", product="lantern"), message=message)
    assert without_what_is_had(read, DialogueState(), parts_with(searcher)) == read
