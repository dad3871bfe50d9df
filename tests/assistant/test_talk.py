"""Turns that show no product say what is there, and nothing more."""

from __future__ import annotations

from collections import Counter

import pytest

from assistant.actions import talk
from tests.conftest import AssistantWith
from tests.fakes import said
from tests.small_shop import PRODUCTS


def departments() -> list[str]:
    counted = Counter(product.category[0] for product in PRODUCTS)
    return sorted(counted, key=lambda name: (-counted[name], name))


def test_help_says_what_the_shop_has_the_largest_departments_first(assistant_with: AssistantWith) -> None:
    *first, last = departments()
    text = assistant_with([said("help")]).reply("what do you sell?").reply
    assert text.startswith(f"This shop has {', '.join(first)} and {last}. Tell me what you need")


def test_who_does_not_know_what_to_look_for_is_told_what_there_is(assistant_with: AssistantWith) -> None:
    text = assistant_with([said("other")]).reply("honestly i don't know what i want").reply
    assert text.startswith(f"This shop has {departments()[0]}")


def test_of_many_departments_help_names_some_and_says_that_there_are_more(
    assistant_with: AssistantWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "NAMED", 2)
    first, second, *_ = departments()
    text = assistant_with([said("help")]).reply("what do you sell?").reply
    assert text.startswith(f"This shop has {first}, {second} and more. Tell me what you need")


def test_a_product_called_by_its_title_is_told_of_however_it_was_asked_for(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("help"), said("ask_product", ref=("last",), ask="height")])
    told = shop.reply("hey, can i ask about the Tower Floor Lamp", "s_1").reply
    assert told.startswith("Tower Floor Lamp: “")
    assert shop.reply("how tall is it?", "s_1").reply == "Tower Floor Lamp: height 160 cm."


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("are you human", talk.ABOUT_US["machine"]),
        ("how can i reach the shop", talk.ABOUT_US["contact"]),
        ("let me think about it", talk.ABOUT_US["later"]),
        ("how are you?", talk.ABOUT_US["wellbeing"]),
        ("sing me a song", talk.OUTSIDE),
    ],
)
def test_who_answers_here_is_told_honestly_and_other_things_are_outside(
    assistant_with: AssistantWith, message: str, told: str
) -> None:
    assert assistant_with([said("other")]).reply(message).reply == f"{told} {talk.OFFER}"


def test_a_question_who_answers_calls_nobody_and_the_wish_for_a_person_does(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("handoff"), said("handoff")])
    honest, called = (shop.reply(message) for message in ("are you human", "get me a human"))
    assert (honest.intent, honest.reply) == ("other", f"{talk.ABOUT_US['machine']} {talk.OFFER}")
    assert called.intent == "handoff"
