"""A wish is taken back exactly: that one goes, the reply says so, and no model is asked what was meant."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from assistant.model import DialogueState, Parse
from assistant.sessions import MemorySessions
from assistant.state import replay
from assistant.wishes import Drop, wish_of, wishes_in, without
from retrieval.errors import BadInput
from retrieval.query import Constraints, Limit
from tests.conftest import AssistantWith
from tests.fakes import said

EVERYTHING = Constraints(
    product="desk lamp", category="lighting", brand="halden", color=("black", "white"), size=("small",),
    material=("steel",), gender="unisex", features=("warm", "dimmable"), exclude=("plastic",), price_min=Decimal(20),
    price_max=Decimal(40), quantity=2, in_stock=True, limits=(Limit("weight", "below", "2 kg"),),
)  # fmt: skip
LAMPS = said("search", product="lamp", price_max=Decimal(30), color=("white",))


def test_wishes_read_as_a_shopper_would_say_them() -> None:
    assert [wish.text for wish in wishes_in(EVERYTHING, "EUR")] == [
        "desk lamp", "lighting", "halden", "black", "white", "steel", "small", "unisex", "warm", "dimmable",
        "€20 to €40", "2 pieces", "in stock", "lighter than 2 kg", "not plastic",
    ]  # fmt: skip
    assert [wish.text for wish in wishes_in(Constraints(price_max=Decimal("34.99")), "USD")] == ["under $34.99"]
    assert [wish.text for wish in wishes_in(Constraints(price_min=Decimal(20)), "USD")] == ["from $20"]
    assert wishes_in(Constraints(), "USD") == ()


def test_taking_back_each_wish_leaves_exactly_the_others_and_all_of_them_nothing() -> None:
    left = EVERYTHING
    for wish in wishes_in(EVERYTHING, "USD"):
        others = [one for one in wishes_in(EVERYTHING, "USD") if one != wish]
        assert list(wishes_in(without(EVERYTHING, wish), "USD")) == others
        left = without(left, wish)
    assert left == Constraints()
    assert {wish.field for wish in wishes_in(EVERYTHING, "USD")} | {"price_min", "price_max"} == {
        "price", *(f.name for f in fields(Constraints))
    }  # fmt: skip


@pytest.mark.parametrize("drop", [Drop("color", "green"), Drop("color"), Drop("cart"), Drop("__class__", "x")])
def test_a_wish_that_is_not_there_cannot_be_taken_back(drop: Drop) -> None:
    with pytest.raises(BadInput, match="any more"):
        wish_of(drop, EVERYTHING, "USD")


def test_a_dropped_limit_is_said_and_dearer_things_are_shown_without_asking_the_parser(
    assistant_with: AssistantWith,
) -> None:
    shop = assistant_with([LAMPS])
    first = shop.reply("a white lamp under 30", "s_1")
    assert {"field": "price", "value": None, "text": "under $30", "lasting": False} in first.to_json()["wishes"]
    second = shop.reply(Drop("price"), "s_1")  # the queued parser has nothing left to give
    assert second.intent == "refine"
    assert second.reply.startswith("No longer asked for: under $30. ")
    assert second.constraints == replace(first.constraints, price_max=None)
    assert any(card.product.price > 30 for card in second.cards if card.product.price)


def test_with_the_last_wish_gone_the_shop_asks_what_is_looked_for(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp")])
    shop.reply("a lamp", "s_1")
    reply = shop.reply(Drop("product"), "s_1")
    assert reply.reply.startswith("No longer asked for: lamp. What are you looking for?")
    assert reply.cards == ()


def test_the_transcript_has_the_turn_and_gives_the_state_again(assistant_with: AssistantWith) -> None:
    sessions = MemorySessions()
    shop = assistant_with([LAMPS], sessions)
    shop.reply("a white lamp under 30", "s_1")
    shop.reply(Drop("color", "white"), "s_1")
    kept = sessions.get("s_1")
    assert kept is not None
    assert [turn.message for turn in kept.turns] == ["a white lamp under 30", "Remove: white"]
    state = DialogueState()
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state
    assert isinstance(kept.turns[1].parse, Parse)
