"""Why something is shown: what its card says for and against it, in words, and not what its listing says of itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.model import Parse
from tests.conftest import AssistantWith
from tests.fakes import said

LAMPS = said("search", product="lamp", price_max=Decimal(40), color=("black",))  # shows aster-black, then clamp


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("why did you pick that one?", said("ask_product", ref=("last",))),
        ("why do you suggest the first?", said("recommend")),
        ("why is that one first?", said("compare", ref=(1,))),
        ("why do you show me the first one?", said("ask_product", ref=(1,))),
    ],
)
def test_why_something_is_shown_is_answered_by_what_its_card_says(
    assistant_with: AssistantWith, message: str, read: Parse
) -> None:
    shop = assistant_with([LAMPS, read])
    shop.reply("a black lamp under 40", session_id="s_1")
    reply = shop.reply(message, session_id="s_1")
    assert reply.intent == "ask_product"
    assert (
        reply.reply
        == "Aster Desk Lamp is shown for this: its name says “Lamp”, $34.99 is under your $40 limit and color black."
    )


def test_what_speaks_against_it_is_told_too(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, said("ask_product", ref=(2,))])
    shop.reply("a black lamp under 40", session_id="s_1")
    reply = shop.reply("why did you pick that one?", session_id="s_1").reply
    assert reply.startswith(
        "Bolt Clamp Lamp is shown for this: its name says “Lamp” and $19.50 is under your $40 limit."
    )
    assert reply.endswith("But comes in red, not black.")


def test_of_two_lists_each_thing_is_told_by_the_need_that_it_was_shown_for(assistant_with: AssistantWith) -> None:
    """It was said of the lamp that it is no bag."""
    both = replace(LAMPS, then=said("search", product="bag"), acts=("search", "search"))
    shop = assistant_with([both, said("ask_product", ref=(1,))])
    shop.reply("a black lamp under 40 and a bag", session_id="s_1")
    reply = shop.reply("why the first one?", session_id="s_1").reply
    assert (
        reply
        == "Aster Desk Lamp is shown for this: its name says “Lamp”, $34.99 is under your $40 limit and color black."
    )


def test_why_a_thing_is_as_it_is_stays_a_question_about_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, said("ask_product", ref=("last",), ask="cheap")])
    shop.reply("a black lamp under 40", session_id="s_1")
    assert not shop.reply("why is it so cheap?", session_id="s_1").reply.startswith("Aster Desk Lamp is shown")


def test_without_anything_shown_there_is_no_reason_to_tell(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("ask_product")])
    assert shop.reply("why this one?", session_id="s_1").reply == "Which product do you mean? I have not shown one yet."


@pytest.mark.parametrize(
    "message", ["what's the difference between the first two?", "which is better, the first or the second?"]
)
def test_a_comparison_of_places_asks_for_no_reasons(assistant_with: AssistantWith, message: str) -> None:
    shop = assistant_with([LAMPS, said("compare", ref=(1, 2))])
    shop.reply("a black lamp under 40", session_id="s_1")
    assert shop.reply(message, session_id="s_1").intent == "compare"
