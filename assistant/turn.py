"""One turn of dialogue: data goes one way, and the new state comes back as a value."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from retrieval.product import money

from .actions.cart import view_of
from .actions.orders import continued
from .check import unsupported
from .confirm import act, settled
from .explain import explain
from .model import Card, CartView, DialogueState, Event, Exchange, Latency, Outcome, Parse, Parsed, Reply, Shown, Token
from .parse import clean
from .parts import Parts
from .reply import NAMED, Words, write
from .state import Effect, effect_of, remember, update
from .wording import told

log = logging.getLogger(__name__)
_PIECE = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True)
class Taken:
    """A turn that was taken: the reply, what was read and left behind, and the state after it."""

    reply: Reply
    parse: Parse
    effect: Effect
    exchange: Exchange
    state: DialogueState


def run_turn(message: str, state: DialogueState, parts: Parts, session_id: str) -> Generator[Event, None, Taken]:
    """The turn's events up to the last word, in order; the generator returns the turn as taken."""
    started = time.perf_counter()
    read = replace(parts.parser.parse(message, state), message=message)  # what this message says
    parse = settled(read, state)  # a yes means the act that was asked about
    parts = replace(parts, session_id=session_id)
    parse = continued(parse, state, parts)  # an order number by itself answers the shop's question for one
    parsed = time.perf_counter()
    state = update(state, parse, clean(message))  # what the shopper wants now
    yield Parsed(parse.intent, state.constraints)
    outcome = act(parse, state, parts)  # find, answer, cart ... or ask back
    state = replace(state, constraints=outcome.constraints or state.constraints, taste=outcome.taste or state.taste)
    cards = explain(outcome.hits, state.constraints, outcome.reasons)  # reasons and caveats
    yield Shown(cards)
    acted = time.perf_counter()
    cart = view_of(state.cart if outcome.cart is None else outcome.cart, parts)
    words = checked(write(outcome, cards, state, parts.currency), evidence(message, state, outcome, cards, cart), cards)
    text = ""
    for sentence in told(message, words.text, outcome, cards, state, parts):  # as a writer words it, where there is one
        yield from (Token(piece.group()) for piece in _PIECE.finditer(sentence))
        text += sentence
    words = replace(words, text=text)
    exchange, effect = Exchange(message, words.text), effect_of(outcome)
    state = remember(state, effect, exchange)
    done = time.perf_counter()
    latency = Latency(
        parse=(parsed - started) * 1e3,
        retrieve=outcome.retrieve_ms,
        rerank=outcome.rerank_ms,
        write=(done - acted) * 1e3,
        total=(done - started) * 1e3,
    )
    said = Said(words, outcome, cards, cart, latency)
    return Taken(_reply(session_id, state, parse, said), parse, effect, exchange, state)


def checked(words: Words, sources: list[str], cards: tuple[Card, ...]) -> Words:
    """The words as they are when every claim in them has a source; else a plain list of what is shown."""
    wrong = unsupported(words.text, sources)
    if not wrong:
        return words
    log.warning("a reply was rewritten: no source for %s", wrong)
    listed = ", ".join(f"{card.rank}. {card.product.title}" for card in cards[:NAMED])
    return Words(
        f"Here is what I found: {listed}." if listed else "Let me put that differently: what are you looking for?"
    )


def evidence(
    message: str, state: DialogueState, outcome: Outcome, cards: tuple[Card, ...], cart: CartView
) -> list[str]:
    """Everything that this turn's reply may state: products shown, cart, answers from listings, relaxed bounds, the shopper's words."""
    return [
        message,
        *_state_words(state),
        *(relaxed.text for relaxed in outcome.relaxed),
        *(outcome.answer.evidence if outcome.answer else ()),
        *(value for row in (outcome.comparison.rows if outcome.comparison else ()) for value in row.values),
        *(line for card in cards for line in _card_words(card)),
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
    yield from constraints.exclude
    yield from (str(bound) for bound in (constraints.price_min, constraints.price_max) if bound is not None)


def _card_words(card: Card) -> Iterator[str]:
    product = card.product
    yield from (product.title, product.description, product.brand or "", str(card.rank), " › ".join(product.category))
    if product.price is not None:
        yield money(product.price, product.currency)
    yield from (line.text for line in (*card.reasons, *card.caveats))


def _cart_words(cart: CartView) -> Iterator[str]:
    yield f"{cart.count} {money(cart.total, cart.currency)}"
    for product, quantity in cart.lines:
        yield f"{product.title} {quantity} {money(product.price, product.currency) if product.price is not None else ''}"
        yield str(product.stock)


@dataclass(frozen=True)
class Said:
    """What goes into a reply besides parse and state."""

    words: Words
    outcome: Outcome
    cards: tuple[Card, ...]
    cart: CartView
    latency: Latency


def _reply(session_id: str, state: DialogueState, parse: Parse, said: Said) -> Reply:
    return Reply(
        session_id=session_id,
        turn=state.turn,
        intent=parse.intent,
        acts=parse.acts or (parse.intent,),
        reply=said.words.text,
        cards=said.cards,
        constraints=state.constraints,
        relaxed=said.outcome.relaxed,
        question=said.words.question,
        cart=said.cart,
        suggestions=said.words.suggestions,
        sources=said.outcome.sources,
        comparison=said.outcome.comparison,
        checkout_url=said.outcome.checkout_url,
        latency_ms=said.latency,
    )
