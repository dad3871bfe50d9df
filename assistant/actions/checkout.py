"""Handing the cart to the shop, by an address that carries it or a signed message, and what happens there.

This chat takes no payment.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from retrieval.product import Product, money

from ..contract import CartView
from ..model import Answer, DialogueState, Intent, Outcome, Parse, Question
from ..outbound.checkout import CheckoutHook, cart_key
from ..outbound.webhook import NotDelivered
from ..parts import Parts
from . import shop_cart
from .cart import available, lines_of, total_line, view_of
from .table import none_spoken_of

log = logging.getLogger(__name__)
FAULT = "checkout-not-delivered"
NOT_TAKEN = (
    "I could not hand it over: the shop's system did not confirm that it has it. "
    "Nothing is charged here, and your cart is kept as it is. Check out again to try once more."
)
NO_PAGE = (
    "It named no page to pay on, so ask the shop by that reference; nothing is charged in this chat, "
    "and your cart stays here until you change it."
)
Lines = Sequence[tuple[Product, int]]


def checkout(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Where the shop takes the cart over; without a way to hand it over, plainly that no payment is taken here. The cart is kept always.

    The shop's own cart, where the page tells it and it holds anything, is paid where the page says."""
    view = view_of(state.cart, parts)
    if parts.shop_cart and parts.shop_cart.lines:
        return replace(shop_cart.paid(parts.shop_cart, lines_of(view)), cart=state.cart)
    if not view.lines:
        return _empty(state, parts)
    short = [product for product, quantity in view.lines if available(product) < quantity]
    if short:
        said = " ".join(_short(product) for product in short)
        return Outcome(cart=state.cart, answer=Answer(f"{said} Change that and I hand the cart over.", (said,)))
    total = total_line(view)
    if parts.checkout_hook is not None:
        return _taken_over(view, total, state, parts.session_id, parts.checkout_hook)
    if parts.checkout_url is None:
        text = f"This chat cannot take payment. {total} It is kept as it is, so you can pay in the shop itself."
        return Outcome(cart=state.cart, answer=Answer(text, (total,)))
    url = address(parts.checkout_url, view.lines)
    text = f"{total} {_pay_at(url)}"
    return Outcome(cart=state.cart, answer=Answer(text, (total, url)), checkout_url=url)


def _taken_over(view: CartView, total: str, state: DialogueState, session_id: str, hook: CheckoutHook) -> Outcome:
    """What the shop answered to the cart; a cart that it has already is not sent again. Without an answer that it has it, an error."""
    before = state.handed
    again = before is not None and before.key == cart_key(view, session_id)
    try:
        handed = before if before and again else hook.hand_over(view, session_id)
    except NotDelivered as error:
        log.error("checkout: %s", error)
        answer = Answer(f"{total} {NOT_TAKEN}", (total,), found=False)
        return Outcome(cart=state.cart, answer=answer, fault=FAULT)
    said = "was handed over to the shop already and is not sent again" if again else "is handed over to the shop"
    then = _pay_at(handed.url) if handed.url else NO_PAGE
    text = f"{total} It {said}; the reference is {handed.reference}. {then}"
    evidence = (total, handed.reference, handed.url or "")
    return Outcome(cart=state.cart, answer=Answer(text, evidence), checkout_url=handed.url, handed=handed)


def _pay_at(url: str) -> str:
    return (
        f"Pay on the shop's own page: {url} You check it there and choose delivery and payment; "
        "nothing is charged in this chat, and your cart stays here until you change it."
    )


def address(template: str, lines: Lines) -> str:
    """The template with {items} as "id:quantity,id:quantity", percent-encoded; the same cart gives the same address.

    {count} and {total} may stand in it too: how many things, and the sum as a plain decimal number.
    """
    items = ",".join(f"{quote(product.id, safe='')}:{quantity}" for product, quantity in lines)
    total = sum((product.price or 0) * quantity for product, quantity in lines)
    count = sum(quantity for _, quantity in lines)
    return template.replace("{items}", items).replace("{count}", str(count)).replace("{total}", str(total))


def _short(product: Product) -> str:
    left = available(product)
    return f"Only {left} of {product.title} left in stock." if left else f"{product.title} is sold out by now."


def _empty(state: DialogueState, parts: Parts) -> Outcome:
    """That there is nothing to pay, and which of what is on the table is to be put in first; a yes puts the one that it is and goes on."""
    empty = "Your cart is empty."
    title, *prices = _focus_title(state, parts) or ("",)
    if not title or state.focus in state.taken_out:
        return Outcome(cart=state.cart, answer=Answer(empty, found=False))
    if none_spoken_of(state):
        return Outcome(
            cart=state.cart, answer=Answer(f"{empty} Which of those shown shall I put in first?", found=False)
        )
    question = Question(f"Would you like {title} in it first?", "confirm", ("Yes", "No"))
    acts: tuple[Intent, ...] = ("cart_add", "checkout")
    asked = Parse("cart_add", acts=acts, products=(state.focus or "",), then=Parse("checkout", acts=acts))
    answer = Answer(f"{empty} {question.text}", (title, *prices), found=False)
    return Outcome(cart=state.cart, answer=answer, question=question, asked=asked)


def _focus_title(state: DialogueState, parts: Parts) -> tuple[str, ...]:
    found = parts.catalog.get_many([state.focus] if state.focus else [])
    prices = tuple(money(one.price, one.currency) for one in found if one.price is not None)
    return (*(one.title for one in found), *prices)
