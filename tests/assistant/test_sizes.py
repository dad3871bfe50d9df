"""Relative sizes: "the next size up" is computed, and a comparative is never looked for as a size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.contract import Reply
from assistant.meaning.sizes import is_relative, next_size
from assistant.model import Parse
from tests.conftest import AssistantWith
from tests.fakes import said

SHOES = ("rain jackets size 9", said("search", product="rain jacket", size=("9",)))
YES = ("yes", said("feedback"))


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


@pytest.mark.parametrize("wish", ["next", "bigger", "one size up", "next size up", "a bit smaller"])
def test_a_comparison_of_sizes_is_no_size(wish: str) -> None:
    assert is_relative(wish)


@pytest.mark.parametrize("wish", ["9", "large", "xl", "smaller bag", "size", ""])
def test_what_names_a_size_or_another_thing_is_no_comparison(wish: str) -> None:
    assert not is_relative(wish)


@pytest.mark.parametrize(
    ("now", "stated", "up", "expected"),
    [
        (["9"], [], True, "10"),
        (["9"], ["9", "9.5", "11"], True, "9.5"),
        (["9", "10"], ["8", "10.5", "11"], True, "10.5"),
        (["9"], ["8", "7", "m"], False, "8"),
        (["9"], ["8", "9"], True, None),
        (["m"], [], True, "l"),
        (["medium"], ["s", "xl"], True, "xl"),
        (["30 cm"], ["45 cm", "60 cm", "9"], True, "45 cm"),
        (["30 cm"], [], True, None),
        (["m", "9"], [], True, None),
        (["one size"], [], True, None),
        ([], ["9"], True, None),
    ],
)
def test_the_next_size_is_the_next_one_stated_else_the_next_of_the_scale(
    now: Sequence[str], stated: Sequence[str], up: bool, expected: str | None
) -> None:
    assert next_size(now, stated, up=up) == expected


def test_the_next_size_up_is_the_size_after_the_one_wished_for(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, SHOES, ("the next size up", said("refine", size=("next",))))
    assert (reply.constraints.size, reply.constraints.product) == (("10",), "rain jacket")
    assert reply.reply.startswith("The next size up is 10. Let me show you 2 for rain jacket:")


def test_the_next_size_down_goes_by_the_message(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, SHOES, ("one size down", said("refine", size=("one size down",))))
    assert reply.constraints.size == ("8",)


def test_a_longer_one_is_none_of_a_larger_size_by_letters(assistant_with: AssistantWith) -> None:
    """The size stays as it was, and what is described as long is offered."""
    jackets = ("rain jackets size m", said("search", product="rain jacket", size=("m",)))
    reply = talk(assistant_with, jackets, ("longer", said("refine", size=("longer",))))
    assert (reply.constraints.size, reply.constraints.product) == (("m",), "rain jacket")
    assert "Would you like ones described as long?" in reply.reply


def test_without_any_size_the_need_stays_and_what_is_described_so_is_offered(assistant_with: AssistantWith) -> None:
    jackets = ("rain jackets", said("search", product="rain jacket"))
    bigger = ("anything bigger?", said("refine", size=("bigger",)))
    reply = talk(assistant_with, jackets, bigger)
    assert (reply.constraints.size, reply.constraints.product) == ((), "rain jacket")
    assert {card.product.id for card in reply.cards} == {"storm", "puddle"}
    assert "The listings give no sizes to compare." in reply.reply
    assert "Would you like ones described as large?" in reply.reply
    agreed = talk(assistant_with, jackets, bigger, YES)
    assert agreed.constraints.features == ("large",)


def test_a_size_that_no_listing_gives_comes_after_the_products(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, SHOES)
    assert reply.reply.startswith("Here are 2 for rain jacket:")
    assert "The listings give no sizes, so I can't tell whether they come in 9." in reply.reply
    assert "“9”" not in reply.reply
