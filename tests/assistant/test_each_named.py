"""Several things that one message adds, each by its own words: put in where one shown is called so, asked about where several are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.actions.cart import cart_add
from assistant.actions.each_named import each_named
from assistant.meaning.several_needs import each_by_its_words
from assistant.model import DialogueState, Intent, Need, Slots
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said

BAGS = Need(Constraints(product="bags"), found=("tote", "satchel"))
MUGS = Need(Constraints(product="mugs"), found=("cafe",))
LAMPS = ("clamp", "tower", "workshop")
STATE = DialogueState(
    Constraints(product="lamp"),
    shown=LAMPS,
    focus="clamp",
    found=LAMPS,
    earlier=(BAGS, MUGS),
    acts=("search", "cart_add"),
)


def _added(searcher: Searcher, message: str) -> tuple[dict[str, int], str]:
    """(what is in the cart then, the reply)."""
    outcome = cart_add(replace(said("cart_add", ref=(1,)), message=message), STATE, parts_with(searcher))
    assert outcome.answer
    return {line.product_id: line.quantity for line in outcome.cart or ()}, outcome.answer.text


@pytest.mark.parametrize(
    ("message", "added"),
    [
        ("add the tote and the tower lamp", ["tote", "tower"]),
        ("add the espresso cups, the second bag and the clamp one please", ["cafe", "clamp", "satchel"]),
        ("i'll take the cheapest bag and the workshop lamp", ["tote", "workshop"]),
        ("put the brown satchel and tower floor lamp in my bag", ["satchel", "tower"]),
    ],
)
def test_each_thing_is_the_one_shown_that_is_called_so_for_whatever_need(
    searcher: Searcher, message: str, added: list[str]
) -> None:
    """The tote costs $35 and the satchel, the second of the bags, $120; the reader had a place for all of them."""
    cart, _ = _added(searcher, message)
    assert cart == dict.fromkeys(added, 1)


def test_one_thing_alone_is_that_of_an_earlier_list_where_its_title_alone_has_the_words(searcher: Searcher) -> None:
    assert _added(searcher, "add the brown satchel")[0] == {"satchel": 1}
    assert _added(searcher, "add the first")[0] == {"clamp": 1}


def test_of_a_name_that_several_have_it_is_asked_which_beside_what_goes_in(searcher: Searcher) -> None:
    cart, reply = _added(searcher, "add the bag and the workshop lamp")
    assert cart == {"workshop": 1}
    assert "Which of these did you mean by “bag”: 1. Market Tote Bag or 2. Brown Satchel Bag?" in reply


def test_what_was_not_shown_is_said_to_be_left_out(searcher: Searcher) -> None:
    cart, reply = _added(searcher, "add the workshop lamp and the chandelier")
    assert cart == {"workshop": 1}
    assert "I have not shown “chandelier” yet, so I added none." in reply


@pytest.mark.parametrize(
    "message", ["add the black and white lamp", "add the first and the third", "the tote and the tower?"]
)
def test_two_looks_two_places_and_a_question_are_no_two_names(searcher: Searcher, message: str) -> None:
    read = replace(said("cart_add", ref=(1, 3)), message=message)
    twice = replace(read, acts=("cart_add", "cart_add"), then=read)
    assert each_by_its_words(twice, STATE, parts_with(searcher)) == twice


def test_two_additions_of_one_message_are_one_where_each_is_called_by_its_words(searcher: Searcher) -> None:
    read = replace(said("cart_add", ref=(3,)), message="add the tote and the tower lamp")
    twice = replace(read, acts=("cart_add", "cart_add"), then=read)
    merged = each_by_its_words(twice, STATE, parts_with(searcher))
    assert (merged.acts, merged.then, merged.slots) == (("cart_add",), None, Slots())


@pytest.mark.parametrize(
    ("message", "acts"),
    [("add the tote and the tower lamp", ("cart_add", "search")), ("add the tote and a tower lamp", ("cart_add",))],
)
def test_what_is_looked_for_beside_an_addition_is_none_of_the_things_added(
    searcher: Searcher, message: str, acts: tuple[Intent, ...]
) -> None:
    read = replace(said("cart_add", product="tote"), acts=acts, message=message)
    assert each_named(read, STATE, parts_with(searcher)) == []


def test_what_is_called_by_its_words_goes_in_though_the_reading_was_unsure(assistant_with: AssistantWith) -> None:
    unsure = replace(said("cart_add", ref=(1,)), confidence=0.1)
    shop = assistant_with([said("search", product="bags"), said("search", product="lamp"), unsure])
    session = shop.new_session()
    for message in ("bags", "lamps"):
        shop.reply(message, session)
    reply = shop.reply("add the brown satchel and the tower lamp", session)
    assert sorted(product.id for product, _ in reply.cart.lines) == ["satchel", "tower"]


@pytest.mark.parametrize(
    ("message", "quantity", "cart"),
    [
        ("add the tote and 2 of the tower lamp", 2, {"tote": 1, "tower": 2}),
        ("add three of the espresso cups and the clamp lamp", 3, {"cafe": 3, "clamp": 1}),
        ("2 of the tote and a couple of the workshop lamp", 2, {"tote": 2, "workshop": 2}),
    ],
)
def test_as_many_of_each_go_in_as_are_said_of_it(
    searcher: Searcher, message: str, quantity: int, cart: dict[str, int]
) -> None:
    read = replace(said("cart_add", ref=(1,), quantity=quantity), message=message)
    outcome = cart_add(read, STATE, parts_with(searcher))
    assert {line.product_id: line.quantity for line in outcome.cart or ()} == cart


def test_a_number_of_one_thing_alone_is_no_matter_of_several(searcher: Searcher) -> None:
    read = replace(said("cart_add", ref=(1,), quantity=2), message="add 2 of the brown satchel")
    assert each_named(read, STATE, parts_with(searcher)) == []
