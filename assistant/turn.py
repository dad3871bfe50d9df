"""One turn of dialogue: data goes one way, and the new state comes back as a value."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from retrieval.product import money
from retrieval.query import Constraints

from .actions.cart import view_of
from .actions.choosing import answered
from .actions.handoff import Aside, aside
from .actions.orders import continued
from .actions.subjects import subject_of
from .actions.titles import with_title
from .check import unsupported
from .confirm import act, settled
from .contract import CartView, Event, Latency, Parsed, Reply, Shown, Token
from .explain import explain
from .lasting import comes_in, may_begin
from .model import Card, DialogueState, Exchange, Outcome, Parse, Slots
from .parse import clean
from .parts import Parts
from .reply import NAMED, Words, write
from .sentiment import about_price
from .sizes import stepped
from .slips import read
from .state import NARROWING, Effect, effect_of, ended, leave, update
from .wishes import Wish
from .writing.wording import told

log = logging.getLogger(__name__)
T = TypeVar("T")
_PIECE = re.compile(r"\s*\S+\s*")


# Intents whose action shows products; where a message has several of them, they share the places of one list.
SHOWING = frozenset({"search", "refine", "recommend", "more", "similar", "complement"})
UNSUPPORTED = "unsupported-claim"  # a reply that was not said, since something in it had no source
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
    message: str, state: DialogueState, parts: Parts, given: Parse | None = None
) -> Generator[Event, None, Taken]:
    """The turn's events up to the last word, in order; the generator returns the turn as taken.

    given: what the message means where that is known, so that nothing has to be read.
    """
    started = time.perf_counter()
    parse = _read(message, state, parts) if given is None else replace(given, message=message)
    parsed = time.perf_counter()
    yield Parsed(parse.intent, update(state, parse, clean(message)).constraints)
    acts, done, effects, cart_before = tuple(parse.in_order()), list[Acted](), list[Effect](), state.cart
    for one in acts:
        state = update(state, one, clean(message))  # what the shopper wants now
        asked_before = one.intent == "ask_product" and any(each.intent == "policy" for each in acts[: len(done)])
        policies = None if asked_before else parts.policies  # which have answered the message
        now = replace(parts, questions=len(acts) == 1, products_shown=_share(parts, acts), policies=policies)
        done.append(_do(one, state, now, message, done))
        effects.append(_left(done, effects))
        state = leave(done[-1].state, effects[-1])
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
    return Taken(_reply(parts.session_id, state, parse, done, beside, text, latency), parse, effect, exchange, state)


def _read(message: str, state: DialogueState, parts: Parts) -> Parse:
    """What the message says, and what it means after the shop's last question."""
    parse = settled(
        read(message, state, parts.parser, parts.speller), state
    )  # a yes means the act that was asked about
    parse = continued(parse, state, parts)  # an order number by itself answers the shop's question for one
    parse = answered(parse, state, parts)  # and a size or a colour the question which variant
    parse = _priced(stepped(parse, state, parts), state)  # "the next size up" is a size that code computes
    return _begun(_with_titles(_worth_doing(_asking(parse, state, parts)), state, parts), state, parts)


def _asking(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A usual question about a product that was read as a narrowing, or as a wish for more, without anything in it: "what colours are
    there?" """
    empty = parse.intent in ("refine", "more") and parse.slots == Slots() and parse.then is None
    if not (empty and state.shown and state.asked is None and subject_of([parse.message], parts.embedder)):
        return parse
    return replace(parse, intent="ask_product", acts=("ask_product",), slots=Slots(ask=parse.message.strip(" ?!.")))


def _with_titles(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A message that only searches, with the product that it calls by its title as what it searches for."""
    if parse.intent != "search" or parse.then is not None:
        return parse
    return replace(parse, slots=with_title(parse.slots, parse.message, state, parts))


def _begun(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, each that begins a need with the wishes that the shopper asked to keep, where they can apply."""
    parse = replace(parse, then=_begun(parse.then, state, parts)) if parse.then else parse
    begins = parse.intent == "search" or (
        parse.intent in NARROWING and parse.slots != Slots() and state.constraints == Constraints()
    )
    kept = parts.shopper.kept if parts.shopper and begins else ()
    always = (wish for wish in kept if may_begin(wish, parse.slots, state.let_go) and _states(wish, parse.slots, parts))
    return replace(parse, always=tuple(always))


def _states(wish: Wish, slots: Slots, parts: Parts) -> bool:
    """Whether the wish tells products of the kind apart: refused words always do, a size where something comes in it."""
    if wish.field != "size":
        return True
    ids = parts.searcher.matching(Constraints(product=slots.product)) if slots.product else frozenset[str]()
    return any(comes_in(product, wish.value or "") for product in parts.catalog.get_many(ids))


def _priced(parse: Parse, state: DialogueState) -> Parse:
    """A message that only refuses what is said of a price, of products on the table, is what the shopper thinks of these."""
    refused = Slots(exclude=parse.slots.exclude)
    only = parse.intent == "refine" and parse.slots == refused != Slots() and parse.then is None
    if not (only and state.shown and all(map(about_price, refused.exclude))):
        return parse
    return replace(parse, intent="feedback", slots=Slots(), acts=("feedback",))


def _worth_doing(parse: Parse) -> Parse:
    """The message's acts without one that only takes something back before a new search: of "forget the wallet, show me belts" nobody
    wants to see the rest of the wallets. Two questions about the shop's rules are one act, which answers both."""
    if parse.then is None:
        return parse
    after = _worth_doing(parse.then)
    if parse.intent == after.intent == "policy":
        return replace(parse, then=after.then)
    only_back = parse.intent == "refine" and parse.slots == Slots(drop=parse.slots.drop)
    return (
        replace(after, message=parse.message) if only_back and after.intent == "search" else replace(parse, then=after)
    )


def _spoken(message: str, done: Sequence[Acted], parts: Parts) -> Generator[Event, None, str]:
    """The words of all acts in pieces, as a writer words them where there is one; the generator returns the text."""
    text = ""
    for one in done:
        for sentence in told(message, one.words.text, one.outcome, one.cards, one.state, parts):
            apart = " " if text and not text.endswith(" ") and not sentence.startswith(" ") else ""
            yield from _tokens(apart + sentence)
            text += apart + sentence
    return text


def _tokens(text: str) -> Iterator[Token]:
    return (Token(piece.group()) for piece in _PIECE.finditer(text))


def _share(parts: Parts, acts: Sequence[Parse]) -> int:
    """How many products each act may show: fewer where a message has several needs, so that together they are no longer list."""
    showing = sum(act.intent in SHOWING for act in acts)
    return parts.products_shown if showing < 2 else max(parts.products_shown // showing, FEWEST_SHOWN)


def _do(parse: Parse, state: DialogueState, parts: Parts, message: str, before: Sequence[Acted]) -> Acted:
    """One act: find, answer, cart ... or ask back; then its reasons and caveats, and its words. Products are numbered on from `before`."""
    outcome = _numbered_on(act(parse, state, parts), [card.product.id for one in before for card in one.cards])
    state = replace(state, constraints=outcome.constraints or state.constraints, taste=outcome.taste or state.taste)
    cards = tuple(
        replace(card, propensity=outcome.propensity.get(card.product.id, 1.0))
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
    words = checked(words, evidence(message, state, outcome, cards, cart), cards)
    return Acted(outcome, cards, words, cart, state, (time.perf_counter() - acted) * 1e3)


def _numbered_on(outcome: Outcome, shown: Sequence[str]) -> Outcome:
    """The outcome with ranks that go on after what this turn has shown already, nothing shown twice."""
    if not shown or not outcome.hits:
        return outcome
    fresh = [hit for hit in outcome.hits if hit.product.id not in shown]
    return replace(outcome, hits=tuple(replace(hit, rank=len(shown) + i) for i, hit in enumerate(fresh, start=1)))


def _left(done: Sequence[Acted], before: Sequence[Effect]) -> Effect:
    """What the last act leaves: all that the turn has shown so far is on the table, and a question stays open."""
    effect = effect_of(done[-1].outcome)
    if not before:
        return effect
    together = tuple(card.product.id for one in done for card in one.cards)
    return replace(
        effect,
        shown=together or effect.shown,
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


def _first(found: Iterable[T | None]) -> T | None:
    """The first that is there."""
    return next((one for one in found if one), None)
