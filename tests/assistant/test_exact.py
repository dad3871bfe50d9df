"""A button that names products acts on exactly these, whatever else was shown since, and no model is asked what its words mean."""

from __future__ import annotations

import pytest

from assistant.exact import Press
from retrieval.errors import BadInput
from tests.conftest import AssistantWith
from tests.fakes import said

LAMPS, SOFAS = said("search", product="lamp"), said("search", product="sofa")


def test_what_is_added_is_what_the_button_stands_on_though_others_were_shown_since(
    assistant_with: AssistantWith,
) -> None:
    shop = assistant_with([LAMPS, SOFAS])
    lamp = shop.reply("a lamp", "s_1").cards[0].product
    shop.reply("a sofa", "s_1")
    once = shop.reply(Press("Add the first one to my cart", "cart_add", (lamp.id,)), "s_1")
    assert [(product.id, quantity) for product, quantity in once.cart.lines] == [(lamp.id, 1)]
    twice = shop.reply(Press("Add the first one to my cart", "cart_add", (lamp.id,)), "s_1")
    assert [(product.id, quantity) for product, quantity in twice.cart.lines] == [(lamp.id, 2)]


def test_two_are_compared_and_others_like_one_are_shown(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, SOFAS])
    first, second, *_ = (card.product for card in shop.reply("a lamp", "s_1").cards)
    shop.reply("a sofa", "s_1")
    compared = shop.reply(Press("Compare the first two", "compare", (first.id, second.id)), "s_1")
    assert compared.comparison is not None
    assert [row.product_id for row in compared.comparison.rows] == [first.id, second.id]
    alike = shop.reply(Press("Show me more like the first one", "similar", (first.id,)), "s_1")
    assert alike.cards
    assert first.id not in [card.product.id for card in alike.cards]
    assert all("lamp" in card.product.title.lower() for card in alike.cards)


def test_a_product_that_is_gone_is_refused_and_the_conversation_stays_as_it_was(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS])
    shop.reply("a lamp", "s_1")
    with pytest.raises(BadInput, match="'gone' is not in the catalogue any more"):
        shop.reply(Press("Add the first one to my cart", "cart_add", ("gone",)), "s_1")
    assert len(shop.session("s_1").turns) == 1
