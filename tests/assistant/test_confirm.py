"""Unsure readings: what has consequences is asked back and done after a yes; a search says how it was read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.confirm import LEFT, agrees, refuses
from assistant.model import CartLine, Parse, Question
from assistant.reply import reading_of
from assistant.state import replay
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said

SESSION = "s_1"
LAMPS = said("search", product="lamp", price_max=Decimal(40))
TOTE = said("search", product="tote bag")


def shop(searcher: Searcher, *parses: Parse) -> Assistant:
    """An assistant that asks back below 0.4 and shows its reading below 0.05."""
    return Assistant(replace(parts_with(searcher, parses), confirm_below=0.4, show_reading_below=0.05))


def unsure(parse: Parse, confidence: float = 0.3) -> Parse:
    return replace(parse, confidence=confidence)


def cart(assistant: Assistant) -> dict[str, int]:
    return {line.product_id: line.quantity for line in assistant.session(SESSION).state.cart}


def talk(assistant: Assistant, *messages: str) -> list[str]:
    return [assistant.reply(message, SESSION).reply for message in messages]


def test_an_unsure_cart_act_is_asked_back_and_not_done(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))))
    talk(assistant, "a tote bag")
    reply = assistant.reply("lemme have that", SESSION)
    assert reply.reply == "Put the Market Tote Bag in your cart: right?"
    assert reply.question == Question("Shall I?", "confirm", ("Yes", "No"))
    assert cart(assistant) == {}


def test_it_is_done_after_a_yes_however_that_is_read(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,), quantity=2)), unsure(said("greet")))
    talk(assistant, "a tote bag", "two of em")
    reply = assistant.reply("yes please", SESSION)
    assert (reply.intent, cart(assistant)) == ("cart_add", {"tote": 2})
    assert reply.reply.startswith("Added 2 × Market Tote Bag")


def test_it_is_not_done_after_a_no(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), said("cart_add", ref=(1,)))
    assert talk(assistant, "a tote bag", "that", "no thanks")[-1] == LEFT
    assert cart(assistant) == {}


def test_a_yes_counts_in_the_next_turn_only(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), said("help"), said("other"))
    talk(assistant, "a tote bag", "that", "help", "yes")
    assert cart(assistant) == {}


def test_more_than_a_yes_is_read_like_any_message(searcher: Searcher) -> None:
    again = said("cart_add", ref=(1,), quantity=3)
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), again)
    talk(assistant, "a tote bag", "that", "yes but three")
    assert cart(assistant) == {"tote": 3}


def test_a_yes_to_nothing_is_read_like_any_message(searcher: Searcher) -> None:
    assistant = shop(searcher, said("greet"))
    assert assistant.reply("yes", SESSION).intent == "greet"


@pytest.mark.parametrize(
    ("parse", "asked"),
    [
        (said("cart_remove", ref=(1,)), "Take the Market Tote Bag out of your cart: right?"),
        (said("cart_remove", ref=(1,), quantity=5), "Make it 5 × Market Tote Bag in your cart: right?"),
    ],
)
def test_a_change_is_asked_back_by_what_it_would_change(searcher: Searcher, parse: Parse, asked: str) -> None:
    assistant = shop(searcher, TOTE, said("cart_add", ref=(1,), quantity=2), unsure(parse))
    assert talk(assistant, "a tote bag", "two", "hmm")[-1] == asked
    assert cart(assistant) == {"tote": 2}


def test_an_act_without_consequence_is_not_asked_about(searcher: Searcher) -> None:
    assistant = shop(searcher, unsure(said("cart_remove")), unsure(said("cart_view")))
    assert talk(assistant, "take it out", "cart")[0].startswith("Your cart is empty")


def test_a_sure_act_is_done_at_once(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,)), 0.4))
    talk(assistant, "a tote bag", "add it")
    assert cart(assistant) == {"tote": 1}


def test_a_very_unsure_search_says_how_it_was_read_once(searcher: Searcher) -> None:
    (reply,) = talk(shop(searcher, unsure(LAMPS, 0.04)), "erm lamp 40ish")
    assert reply.startswith("Looking for: lamp under $40. Here are 2: 1. ")
    assert reply.count("under $40") - reply.count("under your $40") == 1


def test_a_search_that_is_a_little_unsure_is_as_always(searcher: Searcher) -> None:
    (reply,) = talk(shop(searcher, unsure(LAMPS, 0.05)), "lamp 40ish")
    assert reply.startswith("Here are 2 for lamp under $40:")


def test_a_reading_names_all_that_was_understood() -> None:
    wanted = Constraints(
        product="jacket", brand="norrvik", gender="men", color=("blue", "grey"), size=("m",), material=("wool",),
        features=("warm",), exclude=("leather",), price_min=Decimal(20), price_max=Decimal(80),
    )  # fmt: skip
    assert reading_of(wanted, "USD") == (
        "Looking for: jacket by norrvik for men from $20 to $80, in blue or grey, size m, wool, warm, without leather."
    )


def test_the_state_with_an_open_question_is_the_fold_of_its_turns(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))))
    talk(assistant, "a tote bag", "that")
    kept = assistant.session(SESSION)
    state = replace(kept.state, shown=(), seen=frozenset(), focus=None, asked=None, turn=0, last=None)
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state
    assert state.asked is not None
    assert state.cart == tuple[CartLine, ...]()


@pytest.mark.parametrize(
    "message", ["yes", "Yes please!", "yep", "ok", "that's right", "go ahead", "do it", "of course", "👍"]
)
def test_a_plain_yes_agrees(message: str) -> None:
    assert agrees(message)
    assert not refuses(message)


@pytest.mark.parametrize(
    "message", ["no", "Nope.", "no thanks", "don't", "that's not right", "never mind", "ok no", "👎"]
)
def test_a_plain_no_refuses(message: str) -> None:
    assert refuses(message)
    assert not agrees(message)


@pytest.mark.parametrize(
    "message", ["", "yes, two of them", "no, the second", "right?", "ok show me mugs", "yes 2", "please"]
)
def test_anything_more_is_neither(message: str) -> None:
    assert not agrees(message)
    assert not refuses(message)


def test_it_means_what_was_asked_back_about(searcher: Searcher) -> None:
    assistant = shop(searcher, LAMPS, unsure(said("cart_add", ref=(2,))), said("cart_add", ref=("last",)))
    assistant.reply("lamps", SESSION)
    second = assistant.session(SESSION).state.shown[1]
    talk(assistant, "the other", "ok, add it")
    assert cart(assistant) == {second: 1}
