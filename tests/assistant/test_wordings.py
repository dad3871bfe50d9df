"""What is said often in one conversation is said in turn in other words, and always the same way in the same dialogue."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from string import Formatter

import pytest

from assistant.model import DialogueState, Parse
from assistant.wordings import WORDINGS, worded
from tests.conftest import AssistantWith
from tests.fakes import said

LAMPS = said("search", product="lamp")


def _said(assistant_with: AssistantWith, *parses: Parse) -> list[str]:
    shop = assistant_with(parses)
    return [shop.reply("this as parsed", "s_1").reply for _ in parses]


@pytest.mark.parametrize("kind", WORDINGS)
def test_the_wordings_of_a_kind_differ_and_hold_the_same_values(kind: str) -> None:
    wordings = WORDINGS[kind]["wordings"]
    assert 2 <= len(set(wordings)) == len(wordings) <= 4
    values = [{name for _, name, _, _ in Formatter().parse(one) if name and name != "are"} for one in wordings]
    assert values == values[:1] * len(values)


def test_lists_are_opened_in_other_words_each_time_from_the_same_first_ones(assistant_with: AssistantWith) -> None:
    more, cheaper = said("more"), said("refine", price_max=Decimal(130))
    replies = _said(assistant_with, LAMPS, cheaper, said("search", product="mug"), LAMPS)
    openings = ["Here are 3 of 4 for lamp: ", "Let me show you ", "Have a look at ", "Here are 3 for lamp under "]
    assert [reply[: len(opening)] for reply, opening in zip(replies, openings, strict=True)] == openings
    assert _said(assistant_with, said("search", product="gift"), more)[1].startswith("The next 3 ideas for a gift")


def test_the_same_dialogue_is_said_in_the_same_words_and_nothing_twice_running(assistant_with: AssistantWith) -> None:
    for act in (said("greet"), said("bye"), said("cart_add", ref=(1,), quantity=1), LAMPS):
        dialogue = (LAMPS, *[act] * 4)
        replies = _said(assistant_with, *dialogue)
        assert replies == _said(assistant_with, *dialogue)
        assert all(one != other for one, other in pairwise(replies[1:]))


def test_an_act_between_changes_no_turn_of_the_wordings() -> None:
    added = DialogueState(acts=("search", "cart_add", "ask_product", "cart_add"))
    assert worded("added", added, what="1 × Mug") == "Added 1 × Mug to your cart."
    assert worded("added", DialogueState(), what="1 × Mug") == "Added 1 × Mug."
