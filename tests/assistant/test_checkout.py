"""Checkout: the cart goes to the shop by an address, or it is said that no payment is taken here."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from assistant import Assistant
from assistant.actions.checkout import address
from assistant.contract import Reply
from assistant.model import Parse
from assistant.settings import Settings
from retrieval.product import Product
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said

TEMPLATE = "https://shop.example/cart?items={items}"
TWO_TOTES = (said("search", product="tote bag"), said("cart_add", ref=(1,), quantity=2))


def talk(searcher: Searcher, *parses: Parse, url: str | None = None) -> Reply:
    shop = Assistant(replace(parts_with(searcher, parses), checkout_url=url))
    return [shop.reply(f"message {number}", "s_1") for number, _ in enumerate(parses, start=1)][-1]


def test_the_cart_is_handed_over_by_its_address(searcher: Searcher) -> None:
    reply = talk(searcher, *TWO_TOTES, said("checkout"), url=TEMPLATE)
    assert reply.checkout_url == "https://shop.example/cart?items=tote:2"
    assert reply.reply.startswith(
        "Your cart: 2 items, $58. Pay on the shop's own page: https://shop.example/cart?items=tote:2 "
    )
    assert reply.to_json()["checkout_url"] == reply.checkout_url


def test_asking_twice_gives_the_same_address_and_keeps_the_cart(searcher: Searcher) -> None:
    once = talk(searcher, *TWO_TOTES, said("checkout"), url=TEMPLATE)
    twice = talk(searcher, *TWO_TOTES, said("checkout"), said("checkout"), url=TEMPLATE)
    assert once.checkout_url == twice.checkout_url
    assert twice.cart == once.cart
    assert twice.cart.count == 2


def test_without_an_address_it_is_said_that_no_payment_is_taken(searcher: Searcher) -> None:
    reply = talk(searcher, *TWO_TOTES, said("checkout"))
    assert reply.reply.startswith("This chat cannot take payment. Your cart: 2 items, $58.")
    assert reply.checkout_url is None
    assert reply.cart.count == 2


def test_an_empty_cart_is_not_handed_over(searcher: Searcher) -> None:
    reply = talk(searcher, said("checkout"), url=TEMPLATE)
    assert (reply.reply, reply.checkout_url) == ("Your cart is empty.", None)


def test_ids_are_encoded_and_the_sum_is_exact() -> None:
    lines = [(Product("a&b/c:1", "A", price=Decimal("0.10")), 3), (Product("d", "D", price=Decimal("0.20")), 1)]
    assert (
        address("https://s.example/{count}/{total}?i={items}", lines)
        == "https://s.example/4/0.50?i=a%26b%2Fc%3A1:3,d:1"
    )


@pytest.mark.parametrize("template", ["https://shop.example/cart", "javascript:{items}", "shop.example?i={items}"])
def test_a_template_that_carries_no_cart_or_is_no_web_address_is_refused(template: str) -> None:
    with pytest.raises(ValidationError, match="checkout_url"):
        Settings(checkout_url=template)


def test_what_was_just_taken_out_is_not_offered_at_the_checkout(assistant_with: AssistantWith) -> None:
    read = [
        said("search", product="bag"),
        said("cart_add", ref=(1,)),
        said("cart_remove", ref=("last",)),
        said("checkout"),
    ]
    shop = assistant_with(read)
    *_, reply = (shop.reply(message, "s_1") for message in ("bags", "add the first", "take it out", "checkout"))
    assert reply.reply == "Your cart is empty."


def test_of_a_list_it_is_asked_what_goes_into_the_empty_cart(searcher: Searcher) -> None:
    reply = talk(searcher, said("search", product="bag"), said("checkout"))
    assert reply.reply == "Your cart is empty. Which of those shown shall I put in first?"


def test_the_one_that_was_spoken_of_goes_in_and_on_to_the_checkout_after_a_yes(assistant_with: AssistantWith) -> None:
    asked = said("ask_product", ref=(2,), ask="zip")
    shop = assistant_with([said("search", product="bag"), asked, said("checkout"), said("other")])
    *_, offered, reply = (
        shop.reply(message, "s_1") for message in ("bags", "has the second a zip?", "checkout", "yes")
    )
    assert offered.reply == "Your cart is empty. Would you like Brown Satchel Bag in it first?"
    assert [product.title for product, _ in reply.cart.lines] == ["Brown Satchel Bag"]
    assert reply.acts == ("cart_add", "checkout")
