"""One turn of dialogue: data goes one way, and the new state comes back as a value."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from .actions.handoff import Aside, aside, contact_link
from .actions.talk import TOLD, more_known
from .acts import Acted, do_all
from .contract import Event, Latency, Parsed, Reply, Shown, Token
from .meaning.understanding import understood
from .model import DialogueState, Exchange, Parse
from .parse import clean
from .parts import Parts
from .said_back import need_phrase
from .sayings.assent import agrees
from .state import Effect, arrived, ended, update
from .writing.portrait import portrait
from .writing.wording import told

T = TypeVar("T")
_PIECE = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True)
class Taken:
    """A turn that was taken: the reply, what was read and left behind, and the state after it."""

    reply: Reply
    parse: Parse
    effect: Effect
    exchange: Exchange
    state: DialogueState


def run_turn(
    message: str, state: DialogueState, parts: Parts, given: Parse | None = None, *, page: str | None = None
) -> Generator[Event, None, Taken]:
    """The turn's events up to the last word, in order; the generator returns the turn as taken.

    given: what the message means where that is known, so that nothing has to be read. page: id of the product that the shopper's page
    is of; a yes is about what was asked on the page before, and arrives nowhere.
    """
    started = time.perf_counter()
    state, parse = _read(message, state, parts, given, page)
    parsed = time.perf_counter()
    yield Parsed(parse.intent, update(state, parse, clean(message)).constraints)
    acts, cart_before = tuple(parse.in_order()), state.cart
    done = do_all(acts, state, parts, message)
    yield Shown(tuple(card for one in done.acts for card in one.cards))
    shown = time.perf_counter()
    text = yield from _spoken(message, done.acts, parts)
    outcomes = [(one, acted.outcome) for one, acted in zip(acts, done.acts, strict=True)]
    beside = aside(outcomes, cart_before, Exchange(message, text), done.state, parts)
    if beside.text:
        yield from _tokens(f" {beside.text}")
        text += f" {beside.text}"
    exchange = Exchange(message, text)
    *before, last = done.effects
    last = _with(last, beside)
    state = ended(done.state, last, exchange)
    reply = _reply(parse, done.acts, beside, text, _latency(done.acts, started, parsed, shown), state, parts)
    return Taken(reply, parse, _chained((*before, last)), exchange, state)


def _read(
    message: str, state: DialogueState, parts: Parts, given: Parse | None, page: str | None
) -> tuple[DialogueState, Parse]:
    """The state as the message finds it, on the page that it comes from, and what it means there."""
    state = state if state.asked and agrees(message) else arrived(state, page)
    parse = understood(message, state, parts) if given is None else replace(given, message=message, yes=True)
    return state, replace(parse, page=state.page)


def _latency(acts: Sequence[Acted], started: float, parsed: float, shown: float) -> Latency:
    """Where the time went until now, from three readings of the clock in seconds."""
    now = time.perf_counter()
    return Latency(
        parse=(parsed - started) * 1e3,
        retrieve=sum(one.outcome.retrieve_ms for one in acts),
        rerank=sum(one.outcome.rerank_ms for one in acts),
        write=sum(one.write_ms for one in acts) + (now - shown) * 1e3,
        total=(now - started) * 1e3,
    )


def _spoken(message: str, done: Sequence[Acted], parts: Parts) -> Generator[Event, None, str]:
    """The words of all acts in pieces, as a writer words them where there is one; the generator returns the text."""
    text = ""
    for one in done:
        for sentence in filter(None, _worded(message, one, parts)):
            apart = " " if text and not text.endswith(" ") and not sentence.startswith(" ") else ""
            yield from _tokens(apart + sentence)
            text += apart + sentence
    return text


def _worded(message: str, one: Acted, parts: Parts) -> Iterator[str]:
    """The words of one act in pieces: of what is known of the shopper a portrait, where a writer is there to word it."""
    asked, question = one.outcome.asked, one.outcome.question
    facts = parts.shopper.facts() if parts.writer and parts.shopper and asked and asked.about_me else ()
    if parts.writer is None or question is None or not facts:
        yield from told(message, one.words.text, one.outcome, one.cards, one.state, parts)
        return
    for place, sentence in enumerate(portrait(facts[:TOLD], (*more_known(len(facts)), question.text), parts.writer)):
        yield f" {sentence}" if place else sentence


def _tokens(text: str) -> Iterator[Token]:
    return (Token(piece.group()) for piece in _PIECE.finditer(text))


def _with(effect: Effect, beside: Aside) -> Effect:
    """The last act's effect with what was said of a person after it."""
    asked, handoff = effect.asked or beside.asked, effect.handoff or beside.handoff
    return replace(effect, asked=asked, handoff=handoff, failed=beside.failed)


def _chained(effects: Sequence[Effect]) -> Effect:
    *before, chain = effects
    for effect in reversed(before):
        chain = replace(effect, then=chain)
    return chain


def _reply(
    parse: Parse,
    done: Sequence[Acted],
    beside: Aside,
    text: str,
    latency: Latency,
    state: DialogueState,
    parts: Parts,
) -> Reply:
    outcomes = [one.outcome for one in done]
    acts = tuple(one.intent for one in parse.in_order())
    return Reply(
        session_id=parts.session_id,
        turn=state.turn,
        intent=parse.intent,
        acts=acts,
        reply=text,
        cards=tuple(card for one in done for card in one.cards),
        constraints=state.constraints,
        relaxed=tuple(relaxed for one in done for relaxed in one.outcome.relaxed),
        question=beside.question or _first(one.words.question for one in done),
        cart=done[-1].cart,
        suggestions=done[-1].words.suggestions,
        sources=tuple(source for one in done for source in one.outcome.sources),
        comparison=_first(one.comparison for one in outcomes),
        checkout_url=_first(one.checkout_url for one in outcomes),
        fault=_first(one.outcome.fault or one.words.fault for one in done) or beside.fault,
        checkout_reference=_first(one.handed.reference if one.handed else None for one in outcomes),
        handoff=_first(one.handoff for one in outcomes) or beside.handoff,
        latency_ms=latency,
        also=_also(state, parts.currency),
        contact_link=contact_link(acts, beside, state, parts),
        shop_cart_count=parts.shop_cart.count if parts.shop_cart else None,
    )


def _also(state: DialogueState, currency: str) -> tuple[str, ...]:
    """The needs beside the one under way whose lists are on the table, the first one first: "scarf under $60"."""
    return tuple(need_phrase(need.constraints, currency) for need in state.earlier_on_the_table())


def _first(found: Iterable[T | None]) -> T | None:
    """The first that is there."""
    return next((one for one in found if one), None)
