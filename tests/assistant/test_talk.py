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


def test_of_many_departments_help_names_some_and_says_that_there_are_more(
    assistant_with: AssistantWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "NAMED", 2)
    first, second, *_ = departments()
    text = assistant_with([said("help")]).reply("what do you sell?").reply
    assert text.startswith(f"This shop has {first}, {second} and more. Tell me what you need")
