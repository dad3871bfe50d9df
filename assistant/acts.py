"""The acts of one message, done one after the other: what came of each, how it is told beside the others, and what they leave."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .actions.cart import view_of
from .contract import CartView
from .explain import explain
from .grounds import checked, evidence
from .meaning.confirm import act, asks_back, together
from .model import Card, DialogueState, Outcome, Parse
from .parse import clean
from .parts import Parts
from .reply import Words, labelled, sells_nothing_so, unsold, write
from .state import LOOKS_AT_THE_CART, Effect, effect_of, leave, turned, update

# Intents whose action shows products; where a message has several of them, they share the places of one list.
SHOWING = frozenset({"search", "refine", "recommend", "more", "similar", "complement"})
# Intents whose action says what the cart comes to; of several in one message the last does.
ON_THE_CART = frozenset({"cart_add", "cart_remove", "cart_view", "checkout"})
FEWEST_SHOWN = 2  # products for each of several needs in one message


@dataclass(frozen=True)
class Acted:
    """One act done: what came of it, as shown and said. state: as the action left it, before it is remembered."""

    outcome: Outcome
    cards: tuple[Card, ...]
    words: Words
    cart: CartView
    state: DialogueState
    write_ms: float


@dataclass(frozen=True)
class Done:
    """All acts of a message, with what each of them left, in order. state: after the last one, before the turn ends."""

    acts: tuple[Acted, ...]
    effects: tuple[Effect, ...]
    state: DialogueState


def do_all(acts: Sequence[Parse], state: DialogueState, parts: Parts, message: str) -> Done:
    """The acts in their order, each on what the one before it left; what several of them ask or have to say alike is said once."""
    done, effects, spoken_of = list[Acted](), list[Effect](), state.focus
    for place, one in enumerate(acts):
        if place and one.intent == acts[place - 1].intent == "complement" and one.slots.ref in ((), ("last",)):
            state = replace(state, focus=spoken_of)  # "a strap or picks for it" are both for the guitar
        state = update(state, one, clean(message))  # what the shopper wants now
        done.append(_do(one, state, _parts_for(place, acts, parts), message, done))
        effects.append(_left(done, effects))
        state = leave(done[-1].state, effects[-1])
    if (asked := together([one.outcome for one in done])) is not None:
        done, effects[-1] = _asked_at_once(done, asked), replace(effects[-1], asked=asked.asked)
    return Done(tuple(_told_once(_told_apart(done))), tuple(effects), state)


def _parts_for(place: int, acts: Sequence[Parse], parts: Parts) -> Parts:
    """What the act at this place works with, beside the others of its message."""
    answered = acts[place].intent == "ask_product" and any(one.intent == "policy" for one in acts)
    return replace(
        parts,
        questions=len(acts) == 1,
        products_shown=_share(parts, acts),
        policies=None if answered else parts.policies,  # which are asked by an act of their own
        placing=parts.placing if len(acts) == 1 else parts.placing.unpaid(),  # together they are one list
        sums=not any(one.intent in ON_THE_CART for one in acts[place + 1 :]),
    )


def _share(parts: Parts, acts: Sequence[Parse]) -> int:
    """How many products each act may show: fewer where a message has several needs, so that together they are no longer list."""
    showing = sum(act.intent in SHOWING for act in acts)
    return parts.products_shown if showing < 2 else max(parts.products_shown // showing, FEWEST_SHOWN)


def _do(parse: Parse, state: DialogueState, parts: Parts, message: str, before: Sequence[Acted]) -> Acted:
    """One act: find, answer, cart ... or ask back; then its reasons and caveats, and its words. Products are numbered on from `before`. The
    cart is not looked at while something before is asked back."""
    shown = tuple(card.product.id for one in before for card in one.cards)
    parts = replace(parts, before=shown)
    waits = parse.intent in LOOKS_AT_THE_CART and any(asks_back(one.outcome) for one in before)
    outcome = Outcome(cart=state.cart) if waits else act(parse, state, parts)
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
    words = write(outcome, cards, state, parts.currency) if not waits else Words("")
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
    done = _not_repeated(done)
    names = [one.state.constraints.product or "" for one in done]
    unsold_ones = [i for i, one in enumerate(done) if sells_nothing_so(one.outcome)]
    if len(done) < 2 or not unsold_ones:
        return list(done)
    together = unsold([names[i] for i in unsold_ones], asks=len(unsold_ones) == len(done))
    texts = {i: together if i == unsold_ones[0] else "" for i in unsold_ones}
    return [replace(one, words=replace(one.words, text=texts.get(i, one.words.text))) for i, one in enumerate(done)]


def _not_repeated(done: Sequence[Acted]) -> list[Acted]:
    """The acts, what one of them asks in the very words of one before it left out: which of those shown is meant."""
    texts = [one.words.text for one in done]
    again = [text.endswith("?") and text in texts[:place] for place, text in enumerate(texts)]
    return [
        replace(one, words=replace(one.words, text="")) if twice else one
        for one, twice in zip(done, again, strict=True)
    ]


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
