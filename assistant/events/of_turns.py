"""What a turn tells of its shopper, as events: kept of shoppers who agreed to it. docs/events.md."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ..actions.find import need_text
from ..contract import Reply
from ..lasting import to_words
from ..model import DialogueState, Intent
from ..turn import Taken
from .log import KEPT, Event, EventType

SEARCHES: frozenset[Intent] = frozenset({"search", "refine", "more"})  # whose list answers the need in words
WORDS = 500  # characters of a search or question that are kept, as many as an event over HTTP may have


def events_of(
    taken: Taken, before: DialogueState, visitor: str, at: datetime, region: str | None = None
) -> tuple[Event, ...]:
    """What the turn's shopper searched, was shown, asked about, liked, disliked, put into the cart and asked to keep.

    before: the state that it found. visitor: hashed. region: where the visitor is. The same turn gives the same ids, so that it is kept
    once. The words kept are those that were read, not the message. A wish to keep belongs to no conversation and no region, so that it
    does not go with one.
    """
    reply, query = taken.reply, _query(taken)
    told = [Event("", "search", at, query=query)] if query else []
    told += [
        Event(
            "",
            "shown",
            at,
            product_id=card.product.id,
            query=query,
            position=card.rank,
            propensity=card.propensity,
            sponsored=card.sponsored,
        )
        for card in reply.cards
    ]
    told += [Event("", "question", at, query=ask) for ask in _questions(taken)]
    if "ask_product" in reply.acts and taken.state.focus:
        told.append(Event("", "view", at, product_id=taken.state.focus))
    told += [Event("", kind, at, product_id=name) for kind, name in _chosen(taken.state, before)]
    if taken.parse.keeps is not None:
        told.append(Event("", "prefer", at, query=to_words(taken.parse.keeps)))
    return tuple(_kept(one, reply, number, visitor, region) for number, one in enumerate(told))


def _kept(told: Event, reply: Reply, number: int, visitor: str, region: str | None) -> Event:
    one = replace(told, id=_name(reply, number), visitor=visitor)
    return one if one.type in KEPT else replace(one, session_id=reply.session_id, region=region)


def of_conversation(state: DialogueState, visitor: str, at: datetime) -> tuple[Event, ...]:
    """What the conversation so far says of products and of the shopper, for suggestions within it; these events are kept nowhere."""
    chosen = (Event(f"{kind} {name}", kind, at, visitor, name) for kind, name in _chosen(state, DialogueState()))
    own = (Event(to_words(wish), "prefer", at, visitor, query=to_words(wish)) for wish in state.own)
    return (*chosen, *own)


def turn_id(reply: Reply) -> str:
    """What the ids of the turn's events begin with, up to a dot."""
    return hashlib.sha256(f"{reply.session_id} {reply.turn}".encode()).hexdigest()[:32]


def _name(reply: Reply, number: int) -> str:
    """An id that is the turn's own, in the order in which things happened."""
    return f"{turn_id(reply)}.{number:03}"


def _query(taken: Taken) -> str | None:
    """The need in words where products answer it."""
    searched = bool(SEARCHES & set(taken.reply.acts)) and bool(taken.reply.cards)
    return need_text(taken.reply.constraints)[:WORDS] or None if searched else None


def _questions(taken: Taken) -> Iterator[str]:
    for one in taken.parse.in_order():
        if one.intent == "ask_product" and one.slots.ask:
            yield one.slots.ask[:WORDS]


def _chosen(after: DialogueState, before: DialogueState) -> Iterator[tuple[EventType, str]]:
    """What was liked, disliked and put into the cart since."""
    yield from (("like", name) for name in after.taste.liked if name not in before.taste.liked)
    yield from (("dislike", name) for name in after.taste.disliked if name not in before.taste.disliked)
    had = {line.product_id: line.quantity for line in before.cart}
    for line in after.cart:
        if line.quantity > had.get(line.product_id, 0):
            yield "cart", line.product_id
