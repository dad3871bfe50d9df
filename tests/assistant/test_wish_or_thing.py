"""A word behind a need: a wish of it where a listing says it, else another thing where the shop sells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.meaning.wish_or_thing import wish_or_thing
from assistant.model import DialogueState, Slots
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said

LAMP = DialogueState(Constraints(product="lamp"), shown=("clamp", "tower"))


@pytest.mark.parametrize(
    ("wish", "intent"),
    [
        ("copper kettle", "search"),
        ("jackets", "search"),
        ("clamp", "refine"),
        ("sleeping bag", "refine"),
        ("warm", "refine"),
    ],
)
def test_a_word_that_no_listing_of_the_kind_says_is_the_thing_that_the_shop_sells(
    searcher: Searcher, wish: str, intent: str
) -> None:
    """One lamp is a clamp lamp; no sleeping bag is sold, and "warm" is no thing."""
    read = wish_or_thing(said("refine", features=(wish,)), LAMP, parts_with(searcher))
    assert read.intent == intent
    assert read.slots == (Slots(product=wish) if intent == "search" else Slots(features=(wish,)))


@pytest.mark.parametrize(("name", "wish"), [("clamp", True), ("kettle", False), ("chandelier", False)])
def test_what_was_read_as_another_thing_is_a_wish_where_it_is_none_and_a_listing_says_it(
    searcher: Searcher, name: str, wish: bool
) -> None:
    read = wish_or_thing(said("refine", product=name), LAMP, parts_with(searcher))
    assert read.slots == (Slots(features=(name,)) if wish else Slots(product=name))


def test_what_is_said_beside_a_word_or_of_nothing_under_way_is_left_as_it_was_read(searcher: Searcher) -> None:
    beside = said("refine", features=("copper kettle", "warm"))
    alone = said("refine", features=("copper kettle",))
    assert wish_or_thing(beside, LAMP, parts_with(searcher)) == beside
    assert wish_or_thing(alone, DialogueState(), parts_with(searcher)) == alone


@pytest.mark.parametrize(("name", "wish"), [("knee length", True), ("long sleeves", True), ("jacket", False)])
def test_a_property_that_was_read_as_a_thing_is_a_wish_of_what_is_looked_for(
    searcher: Searcher, name: str, wish: bool
) -> None:
    read = wish_or_thing(said("search", product=name, color=("blue",)), LAMP, parts_with(searcher))
    assert read.slots == (Slots(features=(name,), color=("blue",)) if wish else Slots(product=name, color=("blue",)))


@pytest.mark.parametrize(("message", "intent"), [("what about floor lamps", "search"), ("floor lamps", "refine")])
def test_what_is_asked_about_is_another_thing_where_few_titles_of_the_first_say_it(
    searcher: Searcher, message: str, intent: str
) -> None:
    """The one lampshade is described as for a floor lamp, and is called "Linen Lampshade"."""
    shade = DialogueState(Constraints(product="lampshade"), shown=("shade",))
    read = replace(said("refine", features=("floor lamps",)), message=message)
    assert wish_or_thing(read, shade, parts_with(searcher)).intent == intent


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("something for reading too", "search"),
        ("and something for reading", "search"),
        ("something for reading", "refine"),
    ],
)
def test_something_for_an_end_that_is_wanted_too_is_no_wish_of_what_is_looked_for(
    searcher: Searcher, message: str, intent: str
) -> None:
    read = replace(said("refine", features=("for reading",)), message=message)
    assert wish_or_thing(read, LAMP, parts_with(searcher)).intent == intent
