"""What a narrowing takes along to another kind of thing, and what of it nothing of that kind speaks of."""

from __future__ import annotations

import pytest

from tests.conftest import AssistantWith
from tests.fakes import said


@pytest.mark.parametrize(
    ("first", "features", "stays", "told"),
    [
        ("lamp", ("dimmable",), (), "No listing of this kind says “dimmable”, so I left that out."),
        ("jacket", ("waterproof",), ("waterproof",), ""),  # the rucksack is
        (
            "gift",
            ("birthday", "for my mum"),
            ("for my mum",),
            "",
        ),  # an occasion is no property of what is chosen for it
    ],
)
def test_of_a_former_kind_what_no_listing_of_the_new_one_says_is_wished_for_no_longer(
    assistant_with: AssistantWith, first: str, features: tuple[str, ...], stays: tuple[str, ...], told: str
) -> None:
    shop = assistant_with([said("search", product=first, features=features), said("refine", product="bag")])
    shop.reply("something to begin with", "s_1")
    reply = shop.reply("or maybe a bag", "s_1")
    assert reply.constraints.features == stays
    assert ("left that out" in reply.reply, told in reply.reply) == (bool(told), True)
