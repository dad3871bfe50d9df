"""When all was shown: which wish, given up, would bring more, and what comes near."""

from __future__ import annotations

from decimal import Decimal

from assistant.contract import Reply
from assistant.model import Parse
from tests.conftest import AssistantWith
from tests.fakes import said


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


def test_the_price_limit_is_offered_where_it_keeps_something_away(assistant_with: AssistantWith) -> None:
    jackets = ("jackets under 40", said("search", product="jacket", price_max=Decimal(40)))  # the puddle jacket alone
    reply = talk(assistant_with, jackets, ("something else", said("more")))
    # the storm, the fjord and the breeze jacket
    assert "That was everything I have for jacket under $40. There is more without the limit of $40." in reply.reply
    assert reply.suggestions[0] == "Forget the price limit"
    assert reply.cards == ()


def test_a_refused_word_and_a_maker_are_offered(assistant_with: AssistantWith) -> None:
    bags = ("bags by halden", said("search", product="bag", brand="halden", exclude=("canvas",)))
    reply = talk(assistant_with, bags, ("more", said("more")))
    assert "more by other makers" in reply.reply
    assert "Forget the brand" in reply.suggestions


def test_where_the_kind_is_at_an_end_what_comes_near_is_offered(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("floor lamps", said("search", product="floor lamp")), *[("more", said("more"))] * 2)
    assert reply.reply.startswith("That was everything I have for floor lamp. What comes near: ")
    assert "desk lamps" in reply.reply
    assert "Show me desk lamps" in reply.suggestions


def test_cheaper_ones_are_shown_though_they_say_less_of_what_was_asked_for(assistant_with: AssistantWith) -> None:
    lamps = ("a floor lamp", said("search", product="lamp", features=("fabric shade",)))
    reply = talk(assistant_with, lamps, ("cheaper", said("refine", sort="price_asc")))
    assert reply.cards[0].product.id == "clamp"  # $19.50, where the one with a fabric shade is at $120
