"""What several things may cost together: divided among them, and said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.conftest import AssistantWith
from tests.fakes import said


@pytest.mark.parametrize(
    ("message", "most"),
    [
        ("2 lamps, 90 in total", "45"),
        ("2 lamps, 90 dollars for both", "45"),
        ("2 lamps up to 90", "90"),
        ("2 lamps up to 90 for both desks", "90"),
        ("2 lamps up to 90, 2 in total", "90"),
        ("2 lamps up to 90, something else altogether", "90"),
    ],
)
def test_what_several_may_cost_together_is_divided_among_them(
    assistant_with: AssistantWith, message: str, most: str
) -> None:
    shop = assistant_with([said("search", product="lamp", quantity=2, price_max=Decimal(90))])
    reply = shop.reply(message, "s_1")
    assert reply.constraints.price_max == Decimal(most)
    assert ("$90 for 2 is $45 for each." in reply.reply) == (most == "45")


def test_both_bounds_of_a_price_for_all_are_divided(assistant_with: AssistantWith) -> None:
    around = said("search", product="lamp", quantity=2, price_min=Decimal(80), price_max=Decimal(120))
    wanted = assistant_with([around]).reply("two lamps, around 100 in total", "s_1").constraints
    assert (wanted.price_min, wanted.price_max) == (Decimal(40), Decimal(60))


def test_a_new_need_has_not_as_many_as_the_one_before(assistant_with: AssistantWith) -> None:
    chairs, desk = said("search", product="bag", quantity=2), said("search", product="lamp", price_max=Decimal(100))
    shop = assistant_with([chairs, desk])
    shop.reply("two bags", "s_1")
    assert shop.reply("a lamp, 100 in total", "s_1").constraints.price_max == Decimal(100)


def test_a_price_in_total_is_none_in_inches(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp", quantity=2, size=("90 in",))])
    wanted = shop.reply("two lamps, 90 in total", "s_1").constraints
    assert (wanted.size, wanted.price_max) == ((), Decimal(45))


@pytest.mark.parametrize("message", ["a lamp and a bag, 90 in total", "need a lamp and a bag, 90 total"])
def test_of_two_things_with_one_budget_neither_may_exceed_it(assistant_with: AssistantWith, message: str) -> None:
    both = replace(said("search", product="lamp"), then=said("search", product="bag", price_max=Decimal(90)))
    shop = assistant_with([both])
    reply = shop.reply(message, "s_1")
    assert reply.reply.startswith("$90 is for all of it together, so I looked for each up to that.")
    assert [need.price_max for need in shop.session("s_1").state.needs()] == [Decimal(90), Decimal(90)]


def test_a_price_behind_the_last_of_two_things_is_of_that_one(assistant_with: AssistantWith) -> None:
    both = replace(said("search", product="lamp"), then=said("search", product="bag", price_max=Decimal(90)))
    shop = assistant_with([both])
    shop.reply("a lamp and a bag up to 90", "s_1")
    assert [need.price_max for need in shop.session("s_1").state.needs()] == [Decimal(90), None]


def test_around_a_price_for_all_is_that_price_and_no_least_one(assistant_with: AssistantWith) -> None:
    around = said("search", product="bag", price_min=Decimal(72), price_max=Decimal(108))
    shop = assistant_with([replace(said("search", product="lamp"), then=around)])
    shop.reply("a lamp and a bag, around 90 altogether", "s_1")
    assert [(need.price_min, need.price_max) for need in shop.session("s_1").state.needs()] == [(None, Decimal(90))] * 2
