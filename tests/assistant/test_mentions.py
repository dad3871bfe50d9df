"""What "the second one", "it" and "the cheaper one" point at."""

from __future__ import annotations

import pytest

from assistant.mentions import by_name, mentioned
from assistant.model import DialogueState, Slots
from retrieval.product import Product
from tests.small_shop import BY_ID

SHOWN = ("tower", "clamp", "aster-black", "workshop")


def _meant(slots: Slots, *, focus: str | None = None, shown: tuple[str, ...] = SHOWN) -> list[str]:
    products = [BY_ID[product_id] for product_id in shown]
    return [product.id for product in mentioned(slots, DialogueState(shown=shown, focus=focus), products)]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ((1,), ["tower"]),
        ((2,), ["clamp"]),
        ((3, 1), ["aster-black", "tower"]),
        (("all",), list(SHOWN)),
        (("cheapest",), ["clamp"]),
        (("most_expensive",), ["tower"]),
        (("best_rated",), ["tower"]),
        ((2, "cheapest"), ["clamp"]),
    ],
)
def test_a_reference_points_at_what_was_shown(ref: tuple[int | str, ...], expected: list[str]) -> None:
    assert _meant(Slots(ref=ref)) == expected


def test_the_cheapest_of_a_kind_is_of_those_shown_that_are_called_so() -> None:
    shown = ("aster-black", "tote", "clamp", "satchel")  # $34.99, $29, $19.50 and $89.90
    assert _meant(Slots(product="bag", ref=("cheapest",)), shown=shown) == ["tote"]
    assert _meant(Slots(product="lamp", ref=("most_expensive",)), shown=shown) == ["aster-black"]
    assert _meant(Slots(product="sofa", ref=("cheapest",)), shown=shown) == ["clamp"]  # another word for one of them


def test_a_place_among_things_of_a_kind_counts_those_that_are_called_otherwise() -> None:
    oxfords = Product("oxfords", "Brown Leather Oxfords", category=("footwear", "formal"))
    shoes = Product("shoes", "Rustic Leather Shoes", category=("footwear", "formal"))
    state = DialogueState(shown=("oxfords", "shoes"))
    assert mentioned(Slots(product="shoes", ref=(1,)), state, [oxfords, shoes]) == [oxfords]


@pytest.mark.parametrize("position", [0, 5, 99, -1])
def test_a_position_past_the_end_points_at_nothing(position: int) -> None:
    assert _meant(Slots(ref=(position,))) == []


def test_last_is_the_product_last_spoken_of() -> None:
    assert _meant(Slots(ref=("last",)), focus="aster-black") == ["aster-black"]


def test_last_is_the_first_shown_when_none_was_spoken_of() -> None:
    assert _meant(Slots(ref=("last",))) == ["tower"]


@pytest.mark.parametrize("ref", [(1,), ("last",), ("all",), ("cheapest",)])
def test_nothing_shown_means_nothing_pointed_at(ref: tuple[int | str, ...]) -> None:
    assert _meant(Slots(ref=ref), shown=()) == []


def test_a_name_that_one_shown_product_has_is_enough() -> None:
    assert _meant(Slots(product="clamp lamp")) == ["clamp"]


def test_a_brand_or_a_colour_in_the_title_is_enough() -> None:
    assert _meant(Slots(brand="halden")) == ["aster-black"]
    assert _meant(Slots(color=("black",))) == ["aster-black"]


def test_a_name_that_all_shown_products_share_points_at_none() -> None:
    assert _meant(Slots(product="lamp")) == []


def test_a_name_that_no_shown_product_has_points_at_none() -> None:
    assert _meant(Slots(product="headphones")) == []


@pytest.mark.parametrize(
    ("message", "ref", "expected"),
    [
        ("the rucksack", (2,), ["rucksack"]),  # read as a place that the message has no word for
        ("i'll have the satchel please", (1,), ["satchel"]),
        ("the second rucksack", (2,), []),  # it says a place
        ("number 2", (2,), []),
        ("a nice thing", (2,), []),  # names none of them
        ("a rucksack for it", (1,), []),  # points with a word of its own
        ("the bag", (3,), ["tote", "satchel"]),  # two are called so
        ("it", ("last",), []),
        ("fine, add to my bag", ("last",), []),  # the cart's name names nothing shown
        ("that rucksack looks great, is it in stock?", (1,), ["rucksack"]),
        ("is this canvas?", ("last",), []),  # says what it is made of, which no title names
        ("that looks trail-worthy", ("last",), []),  # nothing is named after "that"
        ("that bag", (1,), []),  # two are called so
        ("compare the first one with that rucksack", (1, 3), []),  # says a place too
    ],
)
def test_a_place_that_the_message_has_no_word_for_gives_way_to_a_name(
    message: str, ref: tuple[int | str, ...], expected: list[str]
) -> None:
    shown = [BY_ID[name] for name in ("tote", "satchel", "rucksack")]
    found = [product.id for product in by_name(Slots(ref=ref), message, shown)]
    assert found == expected
