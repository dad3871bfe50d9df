"""A budget let go up without a number: the limit moves by a stated step, or goes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.contract import Reply
from assistant.model import Parse
from tests.conftest import AssistantWith
from tests.fakes import said

UNDER_50 = (
    "jackets under 50",
    said("search", product="jacket", price_max=Decimal(50)),
)  # puddle $35; breeze $59 beyond
UNDER_100 = ("jackets under 100", said("search", product="jacket", price_max=Decimal(100)))  # fjord $149 beyond
UNDER_200 = ("jackets under 200", said("search", product="jacket", price_max=Decimal(200)))
MORE = "a bit more expensive is ok"


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


@pytest.mark.parametrize("read", [said("refine", sort="price_asc"), said("similar", ref=("last",)), said("other")])
def test_a_bit_more_is_a_quarter_more(assistant_with: AssistantWith, read: Parse) -> None:
    reply = talk(assistant_with, UNDER_50, (MORE, read))
    assert reply.constraints.price_max == 63  # 62.50 in whole units
    assert reply.reply.startswith("Then up to $63. Let me show you 2 for jacket under $63:")
    assert {card.product.id for card in reply.cards} == {"puddle", "breeze"}


def test_it_goes_as_far_as_the_nearest_product_beyond(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, UNDER_100, (MORE, said("refine", sort="price_asc")))
    assert reply.constraints.price_max == 149  # a quarter more would be 125, where nothing is


def test_a_number_after_a_limit_is_another_limit_and_not_how_many(assistant_with: AssistantWith) -> None:
    number = ("hmm, let's say 90", said("refine", quantity=90))
    reply = talk(assistant_with, UNDER_50, number)
    assert (reply.constraints.price_max, reply.constraints.quantity) == (90, None)
    later = talk(assistant_with, UNDER_50, ("waterproof", said("refine", features=("waterproof",))), number)
    assert (later.constraints.price_max, later.constraints.quantity) == (50, 90)


def test_that_nothing_costs_more_is_said(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, UNDER_200, (MORE, said("refine", sort="price_asc")))
    assert reply.constraints.price_max == 200
    assert reply.reply.startswith("Nothing else of this kind costs more than $200.")


def test_a_price_that_does_not_matter_is_no_limit(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, UNDER_50, ("money is no object", said("other")))
    assert reply.constraints.price_max is None
    assert len(reply.cards) == 4


def test_an_order_to_the_machine_lets_no_budget_go(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, UNDER_50, ("sudo money is no object", said("other")))
    assert (reply.acts, reply.constraints.price_max) == (("other",), 50)


@pytest.mark.parametrize(
    "message", ["show me more expensive ones", "too expensive", "a bit cheaper", "i can't spend more"]
)
def test_what_speaks_of_a_price_otherwise_moves_no_limit_up(assistant_with: AssistantWith, message: str) -> None:
    reply = talk(assistant_with, UNDER_50, (message, said("refine", sort="price_asc")))
    assert reply.constraints.price_max == 50


def test_a_limit_in_a_number_stays_that_number(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, UNDER_50, ("i can spend a bit more, up to 90", said("refine", price_max=Decimal(90))))
    assert reply.constraints.price_max == 90
