"""What a thing is called by in the message, where the reader named another one or left one out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.meaning.as_named import as_named
from assistant.model import DialogueState, Parse, Slots
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said

LAMP = DialogueState(Constraints(product="lamp"), shown=("clamp", "tower"))


def read_as(searcher: Searcher, message: str, parse: Parse, state: DialogueState = LAMP) -> Parse:
    return as_named(replace(parse, message=message), state, parts_with(searcher))


@pytest.mark.parametrize(
    ("name", "product"),
    [("kettle gear", "kettle"), ("tote bags gear", "tote bags"), ("golf gear", "golf gear"), ("kettle", "kettle")],
)
def test_the_things_for_what_the_shop_has_are_that(searcher: Searcher, name: str, product: str) -> None:
    """No golf is sold, so that its gear is looked for by all of the name."""
    assert read_as(searcher, name, said("search", product=name)).slots.product == product


def test_which_one_of_what_is_looked_for_is_wanted_is_no_other_thing(searcher: Searcher) -> None:
    read = read_as(searcher, "a clamp one, not red", said("search", product="clamp", exclude=("red",)))
    assert (read.intent, read.slots) == ("refine", Slots(features=("clamp",), exclude=("red",)))


@pytest.mark.parametrize("message", ["a clamp", "a clamp and one lamp"])
def test_a_thing_of_which_no_one_is_said_is_the_thing(searcher: Searcher, message: str) -> None:
    assert read_as(searcher, message, said("search", product="clamp")).slots.product == "clamp"


@pytest.mark.parametrize("message", ["add the first and a kettle", "I'll take the first, and a kettle please"])
def test_a_thing_behind_an_addition_that_no_act_has_is_looked_for_too(searcher: Searcher, message: str) -> None:
    first, second = read_as(searcher, message, said("cart_add", ref=(1,))).in_order()
    assert (first.intent, first.slots) == ("cart_add", Slots(ref=(1,)))
    assert (second.intent, second.slots) == ("search", Slots(product="kettle"))


@pytest.mark.parametrize(
    ("message", "parse"),
    [
        ("add the lamp and a kettle", said("cart_add", product="kettle")),
        ("add the first and a zzyzx", said("cart_add", ref=(1,))),
        ("add the first and the second", said("cart_add", ref=(1, 2))),
    ],
)
def test_what_an_addition_has_or_what_is_no_known_thing_is_not_looked_for(
    searcher: Searcher, message: str, parse: Parse
) -> None:
    assert read_as(searcher, message, parse).then is None
