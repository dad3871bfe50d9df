"""What a reply may state, and the reply without what has no source there."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from retrieval.product import Product, money

from .check import unsupported
from .contract import CartView
from .model import Card, DialogueState, Outcome
from .reply import NAMED, Words

log = logging.getLogger(__name__)
UNSUPPORTED = "unsupported-claim"  # a reply that was not said, since something in it had no source


def checked(words: Words, sources: list[str], cards: tuple[Card, ...]) -> Words:
    """The words as they are when every claim in them has a source; else a plain list of what is shown."""
    wrong = unsupported(words.text, sources)
    if not wrong:
        return words
    log.warning("a reply was rewritten: no source for %s", wrong)
    listed = ", ".join(f"{card.rank}. {card.product.title}" for card in cards[:NAMED])
    text = f"Here is what I found: {listed}." if listed else "Let me put that differently: what are you looking for?"
    return Words(text, fault=UNSUPPORTED)


def evidence(
    message: str, state: DialogueState, outcome: Outcome, cards: tuple[Card, ...], cart: CartView
) -> list[str]:
    """Everything that this turn's reply may state: products shown, cart, answers from listings, relaxed bounds, the shopper's words."""
    return [
        message,
        *_state_words(state),
        outcome.note,
        *(relaxed.text for relaxed in outcome.relaxed),
        *(outcome.question.options if outcome.question else ()),
        *(outcome.answer.evidence if outcome.answer else ()),
        *(value for row in (outcome.comparison.rows if outcome.comparison else ()) for value in row.values),
        *(line for card in cards for line in _card_words(card)),
        *(_product_words(outcome.beyond) if outcome.beyond else ()),
        *_cart_words(cart),
        str(len(cards)),
        str(min(len(cards), NAMED)),
        str(outcome.total),
        str(len(state.shown)),
    ]


def _state_words(state: DialogueState) -> Iterator[str]:
    constraints = state.constraints
    yield from (text for text in (constraints.product, constraints.brand, constraints.gender) if text)
    yield from (words for _, words in constraints.wishes)
    yield from (*constraints.exclude, *(limit.text for limit in constraints.limits))
    yield from (wish.text for wish in state.own)
    yield from (str(bound) for bound in (constraints.price_min, constraints.price_max) if bound is not None)


def _card_words(card: Card) -> Iterator[str]:
    yield from (*_product_words(card.product), str(card.rank))
    yield from (line.text for line in (*card.reasons, *card.caveats))


def _product_words(product: Product) -> Iterator[str]:
    yield from (product.title, product.description, product.brand or "", " › ".join(product.category))
    if product.price is not None:
        yield money(product.price, product.currency)


def _cart_words(cart: CartView) -> Iterator[str]:
    yield f"{cart.count} {money(cart.total, cart.currency)}"
    for product, quantity in cart.lines:
        yield f"{product.title} {quantity} {money(product.price, product.currency) if product.price is not None else ''}"
        yield str(product.stock)
