"""Whole dialogues played against the small shop, with figures counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.contract import Reply
from assistant.labelled.evaluate import F1
from assistant.labelled.evaluate_dialogue import PlayedTurn, dialogue_report, dialogues_of, play
from assistant.model import Card, Example, Exchange, Parse, Slots
from retrieval.query import Constraints, Relaxed
from tests.conftest import AssistantWith
from tests.small_shop import BY_ID

LAMP = Example("a lamp", None, "search", Slots(product="lamp"))
CHEAP = Example("under 30", Exchange("a lamp", "1. Aria"), "refine", Slots(price_max=Decimal(30)))
THANKS = Example("thanks", None, "bye", Slots())


def turn(reply: Reply, wanted: Constraints) -> PlayedTurn:
    return PlayedTurn(LAMP, wanted, reply)


def reply(*ids: str, **rest: object) -> Reply:
    cards = tuple(Card(BY_ID[one], 1.0, rank) for rank, one in enumerate(ids, 1))
    return Reply("s_1", 1, "search", ("search",), "Here.", cards, **rest)  # type: ignore[arg-type]


def test_a_dialogue_goes_on_where_the_exchange_before_is_the_message_before() -> None:
    assert dialogues_of([LAMP, CHEAP, THANKS, LAMP]) == [[LAMP, CHEAP], [THANKS], [LAMP]]


def test_every_turn_comes_after_the_shop_s_own_answer_and_the_need_adds_up(assistant_with: AssistantWith) -> None:
    read = [Parse("search", LAMP.slots), Parse("refine", Slots(price_max=Decimal(40))), Parse("bye")]
    turns = list(play([[LAMP, CHEAP], [THANKS]], assistant_with(read)))
    assert [one.reply.turn for one in turns] == [1, 2, 1]
    assert [one.wanted.price_max for one in turns] == [None, Decimal(30), None]
    report = dialogue_report(turns)
    assert (report.turns, report.intent_accuracy) == (3, 1.0)
    assert report.joint_goal_accuracy == pytest.approx(2 / 3)  # 40 was read for 30
    # labelled: lamp; lamp and 30. got: lamp; lamp and 40
    assert report.goal_slots == F1(precision=2 / 3, recall=2 / 3, f1=pytest.approx(2 / 3), wanted=3, written=3)
    assert [one.example for one in report.misses] == [CHEAP]


def test_a_product_outside_a_bound_counts_unless_the_bound_was_given_up_aloud() -> None:
    price = BY_ID["tower"].price
    assert price is not None
    bounds = Constraints(price_max=price - 1)
    silent = turn(reply("tower", constraints=bounds), bounds)
    aloud = turn(reply("tower", constraints=bounds, relaxed=(Relaxed("price_max", "nothing under"),)), bounds)
    report = dialogue_report([silent, aloud])
    assert (report.shown, report.over_bounds) == (2, 1)


def test_turns_that_look_and_show_nothing_are_counted_among_those_that_look() -> None:
    nothing, something = turn(reply(), Constraints()), turn(reply("tower"), Constraints())
    greeting = turn(Reply("s_1", 1, "greet", ("greet",), "Hello."), Constraints())
    assert dialogue_report([nothing, something, greeting]).empty == 0.5


def test_no_turns_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to score"):
        dialogue_report([])
