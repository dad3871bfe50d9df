"""One turn: events in their order, the stream and the reply the same, sessions apart."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.contract import Done, Event, Latency, Parsed, Reply, Shown, Token
from assistant.model import CartLine, Parse
from retrieval.errors import BadInput, NotFound
from tests.conftest import AssistantWith
from tests.fakes import said

DIALOGUE = (
    said("search", product="lamp", price_max=Decimal(40)),
    said("ask_product", ref=(1,), ask="price"),
    said("cart_add", ref=(1,)),
    said("more"),
    said("refine", color=("white",)),
    said("cart_view"),
    said("policy"),
    said("greet"),
    said("reset"),
)


def _replies(assistant_with: AssistantWith, parses: Sequence[Parse]) -> list[Reply]:
    shop = assistant_with(parses)
    return [shop.reply(f"message {number}", "s_1") for number, _ in enumerate(parses, 1)]


def test_a_turns_events_come_in_their_order(assistant_with: AssistantWith) -> None:
    events = list(assistant_with(DIALOGUE[:1]).stream("a lamp under 40"))
    kinds = [type(event) for event in events]
    assert kinds == [Parsed, Shown, *[Token] * (len(kinds) - 3), Done]
    assert len(kinds) > 4


@pytest.mark.parametrize("parse", DIALOGUE, ids=lambda parse: parse.intent)
def test_the_tokens_joined_are_the_text(assistant_with: AssistantWith, parse: Parse) -> None:
    events: list[Event] = list(assistant_with([parse]).stream("whatever it says"))
    last = events[-1]
    assert isinstance(last, Done)
    assert "".join(event.text for event in events if isinstance(event, Token)) == last.reply.reply


def test_the_cards_are_out_before_any_word(assistant_with: AssistantWith) -> None:
    events = list(assistant_with(DIALOGUE[:1]).stream("a lamp under 40"))
    shown = next(event for event in events if isinstance(event, Shown))
    last = events[-1]
    assert isinstance(last, Done)
    assert shown.cards == last.reply.cards
    assert shown.cards


def test_the_stream_and_the_reply_are_the_same(assistant_with: AssistantWith) -> None:
    streaming, replying = assistant_with(DIALOGUE), assistant_with(DIALOGUE)
    for number, _ in enumerate(DIALOGUE):
        *_, last = streaming.stream(f"message {number}", "s_streamed")
        assert isinstance(last, Done)
        reply = replying.reply(f"message {number}", "s_replied")
        assert replace(last.reply, session_id="", latency_ms=Latency()) == replace(
            reply, session_id="", latency_ms=Latency()
        )


def test_the_same_messages_give_the_same_replies(assistant_with: AssistantWith) -> None:
    first, second = _replies(assistant_with, DIALOGUE), _replies(assistant_with, DIALOGUE)
    assert [replace(r, latency_ms=Latency()) for r in first] == [replace(r, latency_ms=Latency()) for r in second]


def test_turns_are_counted_from_one(assistant_with: AssistantWith) -> None:
    assert [reply.turn for reply in _replies(assistant_with, DIALOGUE)] == list(range(1, len(DIALOGUE) + 1))


def test_the_constraints_of_a_reply_are_the_need_after_the_turn(assistant_with: AssistantWith) -> None:
    *_, refined = _replies(assistant_with, [DIALOGUE[0], said("refine", color=("white",))])
    wanted = refined.constraints
    assert (wanted.product, wanted.color, wanted.price_max) == ("lamp", ("white",), Decimal(40))


def test_the_acts_hold_the_intent(assistant_with: AssistantWith) -> None:
    assert [reply.acts for reply in _replies(assistant_with, DIALOGUE)] == [(parse.intent,) for parse in DIALOGUE]


def test_latency_is_split_into_steps_that_fit_into_the_whole(assistant_with: AssistantWith) -> None:
    (reply,) = _replies(assistant_with, DIALOGUE[:1])
    spent = reply.latency_ms
    assert spent.retrieve > 0
    assert spent.parse + spent.retrieve + spent.rerank + spent.write <= spent.total


def test_each_turn_is_kept_with_its_message_and_the_reply(assistant_with: AssistantWith) -> None:
    shop = assistant_with(DIALOGUE[:2])
    first = shop.reply("a lamp under 40", "s_1")
    shop.reply("what does the first cost?", "s_1")
    kept = shop.session("s_1")
    assert [turn.message for turn in kept.turns] == ["a lamp under 40", "what does the first cost?"]
    assert kept.turns[0].exchange.shop == first.reply


def test_without_a_session_id_each_message_starts_its_own_session(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("greet"), said("greet")])
    ids = {shop.reply("hello").session_id, shop.reply("hello").session_id}
    assert len(ids) == 2
    assert all(len(session_id.removeprefix("s_")) == 128 // 4 for session_id in ids)


def test_two_sessions_do_not_mix(assistant_with: AssistantWith) -> None:
    shop = assistant_with(
        [said("search", product="lamp"), said("search", product="bag"), said("cart_add", ref=(1,)), said("cart_view")]
    )
    shop.reply("a lamp", "s_lamp")
    bags = shop.reply("a bag", "s_bag")
    shop.reply("the first, please", "s_bag")
    assert shop.reply("my cart?", "s_lamp").cart.lines == ()
    assert shop.session("s_bag").state.cart == (CartLine(bags.cards[0].product.id, 1),)
    assert shop.session("s_lamp").state.constraints.product == "lamp"


def test_two_sessions_at_once_do_not_mix(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("cart_add", product="tote bag")] * 40)
    failures: list[str] = []

    def talk(name: str) -> None:
        for turn in range(1, 11):
            reply = shop.reply(f"{name} speaks", name)
            if (reply.session_id, reply.turn) != (name, turn):
                failures.append(f"{name}: {reply.session_id}, turn {reply.turn}")

    threads = [threading.Thread(target=talk, args=(f"s_{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {turn.message for turn in shop.session("s_2").turns} == {"s_2 speaks"}


def test_the_cart_of_a_reply_is_read_after_the_write(assistant_with: AssistantWith) -> None:
    *_, added = _replies(assistant_with, [said("search", product="tote bag"), said("cart_add", ref=(1,), quantity=2)])
    assert [(product.id, quantity) for product, quantity in added.cart.lines] == [("tote", 2)]
    assert added.cart.total == Decimal(58)


def test_a_turn_that_fails_is_not_kept(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("greet")])
    shop.reply("hello", "s_1")
    with pytest.raises(IndexError):  # the queue of answers is empty, as a model that broke down would be
        shop.reply("hello again", "s_1")
    assert len(shop.session("s_1").turns) == 1


def test_a_message_over_the_limit_is_refused_with_both_numbers(assistant_with: AssistantWith) -> None:
    with pytest.raises(BadInput, match="2,001 characters, at most 2,000"):
        assistant_with([]).reply("x" * 2_001)


def test_a_forgotten_session_is_gone(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("greet")])
    shop.reply("hello", "s_1")
    shop.forget("s_1")
    with pytest.raises(NotFound, match="No session has the id 's_1'"):
        shop.session("s_1")
    with pytest.raises(NotFound):
        shop.forget("s_1")


def test_forgetting_waits_for_a_turn_under_way_and_takes_it_along(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("greet")])
    turn = shop.stream("hello", "s_1")
    next(turn)
    with ThreadPoolExecutor(1) as aside:
        forgetting = aside.submit(shop.forget, "s_1")
        with pytest.raises(TimeoutError):
            forgetting.result(0.05)
        list(turn)
        forgetting.result(10)
    with pytest.raises(NotFound):
        shop.session("s_1")


def test_searching_without_a_dialogue_gives_reasons_too(assistant_with: AssistantWith) -> None:
    answer = assistant_with([said("search", product="lamp", price_max=Decimal(40))]).search("a lamp under 40", limit=2)
    assert [card.product.id for card in answer.cards if card.product.price and card.product.price > 40] == []
    assert all(card.reasons for card in answer.cards)
    assert (len(answer.cards), answer.total) == (2, 2)


def test_bounds_given_with_a_search_win_over_those_in_its_words(assistant_with: AssistantWith) -> None:
    parses = [said("search", product="lamp", price_max=Decimal(40))] * 2
    shop = assistant_with(parses)
    dear = shop.search("a lamp under 40", price_min=Decimal(100), price_max=Decimal(200))
    assert dear.cards[0].product.id == "tower"
    assert all(card.product.price and 100 <= card.product.price <= 200 for card in dear.cards)
    free = shop.search("a lamp under 40", price_max=Decimal(0))
    assert [relaxed.field for relaxed in free.relaxed] == ["price_max"]


def test_what_is_only_near_comes_in_the_order_asked_for_too(assistant_with: AssistantWith) -> None:
    """Three jackets speak of sealed seams and a hood; by how near they come the one at $149 is the second."""
    shop = assistant_with([said("search", product="norrvik sealed seams hood", sort="price_asc")])
    reply = shop.reply("a norrvik sealed seams hood, the cheapest first")
    assert reply.reply.startswith("No listing here is called")
    assert [card.product.id for card in reply.cards] == ["breeze", "storm", "fjord"]  # $59, $79, $149
