"""One turn of dialogue: data goes one way, and the new state comes back as a value."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from .actions.cart import view_of
from .actions.handoff import Aside, aside, contact_link
from .actions.talk import TOLD, more_known
from .contract import CartView, Event, Latency, Parsed, Reply, Shown, Token
from .explain import explain
from .grounds import checked, evidence
from .meaning.confirm import act, asks_back, together
from .meaning.understanding import understood
from .model import Card, DialogueState, Exchange, Outcome, Parse
from .parse import clean
from .parts import Parts
from .reply import Words, labelled, need_phrase, sells_nothing_so, unsold, write
from .sayings.assent import agrees
from .state import Effect, arrived, effect_of, ended, leave, turned, update
from .writing.portrait import portrait
from .writing.wording import told

T = TypeVar("T")
_PIECE = re.compile(r"\s*\S+\s*")


# Intents whose action shows products; where a message has several of them, they share the places of one list.
SHOWING = frozenset({"search", "refine", "recommend", "more", "similar", "complement"})
# Intents whose action says what the cart comes to; of several in one message the last does.
ON_THE_CART = frozenset({"cart_add", "cart_remove", "cart_view", "checkout"})
FEWEST_SHOWN = 2  # products for each of several needs in one message


@dataclass(frozen=True)
class Taken:
    """A turn that was taken: the reply, what was read and left behind, and the state after it."""

    reply: Reply
    parse: Parse
    effect: Effect
    exchange: Exchange
    state: DialogueState


@dataclass(frozen=True)
class Acted:
    """One act done: what came of it, as shown and said. state: as the action left it, before it is remembered."""

    outcome: Outcome
    cards: tuple[Card, ...]
    words: Words
    cart: CartView
    state: DialogueState
    write_ms: float


def run_turn(
    message: str, state: DialogueState, parts: Parts, given: Parse | None = None, *, page: str | None = None
) -> Generator[Event, None, Taken]:
    """The turn's events up to the last word, in order; the generator returns the turn as taken.

    given: what the message means where that is known, so that nothing has to be read. page: id of the product that the shopper's page
    is of; a yes is about what was asked on the page before, and arrives nowhere.
    """
    started = time.perf_counter()
    state = state if state.asked and agrees(message) else arrived(state, page)
    parse = understood(message, state, parts) if given is None else replace(given, message=message, yes=True)
    parse = replace(parse, page=state.page)
    parsed = time.perf_counter()
    yield Parsed(parse.intent, update(state, parse, clean(message)).constraints)
    acts, done, effects, cart_before = tuple(parse.in_order()), list[Acted](), list[Effect](), state.cart
    for one in acts:
        state = update(state, one, clean(message))  # what the shopper wants now
        asked_before = one.intent == "ask_product" and any(each.intent == "policy" for each in acts[: len(done)])
        policies = None if asked_before else parts.policies  # which have answered the message
        placing = parts.placing if len(acts) == 1 else parts.placing.unpaid()  # together they are one list
        shares = _share(parts, acts)
        sums = not any(each.intent in ON_THE_CART for each in acts[len(done) + 1 :])
        now = replace(
            parts, questions=len(acts) == 1, products_shown=shares, policies=policies, placing=placing, sums=sums
        )
        done.append(_do(one, state, now, message, done))
        effects.append(_left(done, effects))
        state = leave(done[-1].state, effects[-1])
    if (asked := together([one.outcome for one in done])) is not None:
        done, effects[-1] = _asked_at_once(done, asked), replace(effects[-1], asked=asked.asked)
    done = _told_once(_told_apart(done))
    yield Shown(tuple(card for one in done for card in one.cards))
    shown_at = time.perf_counter()
    text = yield from _spoken(message, done, parts)
    outcomes = [(one, act_done.outcome) for one, act_done in zip(acts, done, strict=True)]
    beside = aside(outcomes, cart_before, Exchange(message, text), state, parts)
    if beside.text:
        yield from _tokens(f" {beside.text}")
        text += f" {beside.text}"
    effects[-1] = _with(effects[-1], beside)
    exchange, effect = Exchange(message, text), _chained(effects)
    state = ended(state, effects[-1], exchange)
    latency = Latency(
        parse=(parsed - started) * 1e3,
        retrieve=sum(one.outcome.retrieve_ms for one in done),
        rerank=sum(one.outcome.rerank_ms for one in done),
        write=sum(one.write_ms for one in done) + (time.perf_counter() - shown_at) * 1e3,
        total=(time.perf_counter() - started) * 1e3,
    )
    reply = _reply(parts.session_id, state, parse, done, beside, text, latency)
    reply = replace(
        reply,
        also=_also(state, parts.currency),
        contact_link=contact_link(reply.acts, beside, state, parts),
        shop_cart_count=parts.shop_cart.count if parts.shop_cart else None,
    )
    return Taken(reply, parse, effect, exchange, state)


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


def _share(parts: Parts, acts: Sequence[Parse]) -> int:
    """How many products each act may show: fewer where a message has several needs, so that together they are no longer list."""
    showing = sum(act.intent in SHOWING for act in acts)
    return parts.products_shown if showing < 2 else max(parts.products_shown // showing, FEWEST_SHOWN)


def _do(parse: Parse, state: DialogueState, parts: Parts, message: str, before: Sequence[Acted]) -> Acted:
    """One act: find, answer, cart ... or ask back; then its reasons and caveats, and its words. Products are numbered on from `before`."""
    shown = tuple(card.product.id for one in before for card in one.cards)
    parts = replace(parts, before=shown)
    outcome = act(parse, state, parts)
    outcome = replace(outcome, hits=parts.numbered(outcome.hits)) if shown else outcome
    state = replace(turned(state, outcome.constraints), taste=outcome.taste or state.taste)
    cards = tuple(
        replace(
            card,
            propensity=outcome.propensity.get(card.product.id, 1.0),
            sponsored=parts.placing.sponsors(card.product),
        )
        for card in explain(outcome.hits, state.constraints, outcome.reasons)
    )
    acted = time.perf_counter()
    cart = view_of(state.cart if outcome.cart is None else outcome.cart, parts)
    words = write(outcome, cards, state, parts.currency)
    if parse.drops is not None:
        words = replace(words, text=f"No longer asked for: {parse.drops.text}. {words.text}")
    if parse.always:
        kept = ", ".join(wish.text for wish in parse.always)
        words = replace(words, text=f"As you asked me to keep in mind: {kept}. {words.text}")
    words = labelled(checked(words, evidence(message, state, outcome, cards, cart), cards), cards)
    return Acted(outcome, cards, words, cart, state, (time.perf_counter() - acted) * 1e3)


def _asked_at_once(done: Sequence[Acted], asked: Outcome) -> list[Acted]:
    """The acts, of which those that are asked back say nothing but the one question for all of them, at the last of these."""
    last = max(place for place, one in enumerate(done) if asks_back(one.outcome))
    text = asked.answer.text if asked.answer else ""
    return [
        replace(one, words=replace(one.words, text=text if place == last else "")) if asks_back(one.outcome) else one
        for place, one in enumerate(done)
    ]


def _told_apart(done: Sequence[Acted]) -> list[Acted]:
    """The acts, each card with what it is shown for where several of them show products."""
    if sum(bool(one.cards) for one in done) < 2:
        return list(done)
    return [
        replace(one, cards=tuple(replace(card, need=one.state.constraints.product) for card in one.cards))
        for one in done
    ]


def _told_once(done: Sequence[Acted]) -> list[Acted]:
    """The acts, with all that the shop does not sell in one sentence where the first of it was said; what else is looked for is asked
    only where nothing but this came of the message."""
    names = [one.state.constraints.product or "" for one in done]
    unsold_ones = [i for i, one in enumerate(done) if sells_nothing_so(one.outcome)]
    if len(done) < 2 or not unsold_ones:
        return list(done)
    together = unsold([names[i] for i in unsold_ones], asks=len(unsold_ones) == len(done))
    texts = {i: together if i == unsold_ones[0] else "" for i in unsold_ones}
    return [replace(one, words=replace(one.words, text=texts.get(i, one.words.text))) for i, one in enumerate(done)]


def _left(done: Sequence[Acted], before: Sequence[Effect]) -> Effect:
    """What the last act leaves: all that the turn has shown so far is on the table, and a question stays open."""
    effect = effect_of(done[-1].outcome)
    if not before:
        return effect
    together = tuple(card.product.id for one in done for card in one.cards)
    return replace(
        effect,
        shown=together or effect.shown,
        focus=done[-1].outcome.focus,
        asked=effect.asked or before[-1].asked,
        handoff=effect.handoff or before[-1].handoff,
    )


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
    session_id: str,
    state: DialogueState,
    parse: Parse,
    done: Sequence[Acted],
    beside: Aside,
    text: str,
    latency: Latency,
) -> Reply:
    outcomes = [one.outcome for one in done]
    return Reply(
        session_id=session_id,
        turn=state.turn,
        intent=parse.intent,
        acts=tuple(one.intent for one in parse.in_order()),
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
    )


def _also(state: DialogueState, currency: str) -> tuple[str, ...]:
    """The needs beside the one under way whose lists are on the table, the first one first: "scarf under $60"."""
    return tuple(need_phrase(need.constraints, currency) for need in state.earlier_on_the_table())


def _first(found: Iterable[T | None]) -> T | None:
    """The first that is there."""
    return next((one for one in found if one), None)
