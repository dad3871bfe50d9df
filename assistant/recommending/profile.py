"""What a visitor's events say about what is of interest now. Pure but for looking the products up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from retrieval.catalog import Catalog
from retrieval.dense import Dense, Vectors
from retrieval.family import family_of
from retrieval.product import Product

from ..events.log import Event, EventType
from ..lasting import from_words
from ..wishes import Wish
from .clusters import clusters

WEIGHTS: Mapping[EventType, float] = {"view": 1.0, "click": 1.0, "like": 3.0, "cart": 3.0, "purchase": 2.0}
SAID: Mapping[EventType, str] = {
    "view": "you looked at {}", "click": "you looked at {}", "like": "you liked {}", "cart": "you put {} into your cart",
    "purchase": "you bought {}", "dislike": "you did not like {}", "search": "you looked for {}", "question": "you asked about {}",
    "prefer": "you asked me to keep in mind: {}",
}  # fmt: skip
FELT: tuple[EventType, ...] = ("like", "dislike")
HALF_LIFE = 14.0  # days after which an act counts half
INTERESTS = 4  # kept apart; more would each get less than a place or two of a list
OF_AN_INTEREST = 8  # products that its vector is the mean of
CLUSTERED = 100  # weightiest products that are sorted into interests
# For each of n products, with its unit vector (n, d), the number of its interest.
Apart = Callable[[Sequence[Product], Vectors], Sequence[int]]


@dataclass(frozen=True)
class Touched:
    """A product that the visitor did something with. how: the act that says most, done last at `said`. weight: over all acts, each half as
    much every HALF_LIFE days."""

    product: Product
    how: EventType
    weight: float
    last: datetime
    said: datetime

    @property
    def words(self) -> str:
        """ "you liked “Aria Desk Lamp”" """
        return SAID[self.how].format(f"“{self.product.title}”")


@dataclass(frozen=True)
class Interest:
    """Products near to each other, the weightiest first. share: of all weight, 0..1. vector: their weighted mean (d,), unit length."""

    touched: tuple[Touched, ...]
    share: float
    vector: Vectors


@dataclass(frozen=True)
class Profile:
    """touched: the latest first. left_out: families of what was bought, or disliked and not liked again since."""

    touched: tuple[Touched, ...] = ()
    interests: tuple[Interest, ...] = ()
    left_out: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True)
class Known:
    """One thing that is known of a visitor, of a product or of words. how: the act that says most. times: that anything was done.
    at: when last."""

    text: str
    how: EventType
    at: datetime
    times: int
    product_id: str | None = None
    query: str | None = None


def known_of(events: Sequence[Event], catalog: Catalog) -> tuple[Known, ...]:
    """What a visitor's acts say of him: the wishes kept, then a line for each product, search and question, the latest first."""
    about: dict[tuple[str | None, str | None], list[Event]] = defaultdict(list)
    for event in events:
        about[event.product_id, None if event.product_id else event.query].append(event)
    titles = {one.id: one.title for one in catalog.get_many([name for name, _ in about if name])}
    known = [
        Known(
            SAID[how].format(f"“{titles.get(name or '', name) or _words(how, query)}”"),
            how,
            own[-1].at,
            len(own),
            name,
            query,
        )
        for (name, query), own in about.items()
        for how in [_telling(own)]
    ]
    return tuple(sorted(known, key=lambda one: (one.how == "prefer", one.at), reverse=True))


def kept_of(events: Iterable[Event]) -> tuple[Wish, ...]:
    """The wishes that a visitor asked to keep, in the order said, each once. events: the oldest first."""
    kept = [from_words(one.query or "") for one in events if one.type == "prefer"]
    return tuple(dict.fromkeys(wish for wish in kept if wish))


def _words(how: EventType, query: str | None) -> str | None:
    wish = from_words(query or "") if how == "prefer" else None
    return wish.text if wish else query


def _telling(own: Sequence[Event]) -> EventType:
    """The act of those with one thing that says most."""
    if disliked(own):
        return "dislike"
    return max((one.type for one in own if one.type != "dislike"), key=list(SAID).index, default="view")


def by_nearness(_: Sequence[Product], vectors: Vectors) -> Sequence[int]:
    """What is near to each other is one interest, whatever its category."""
    return clusters(vectors)


def profile_of(
    events: Sequence[Event], now: datetime, catalog: Catalog, dense: Dense, *, apart: Apart = by_nearness
) -> Profile:
    """The profile at a time, from a visitor's events, the oldest first. What the catalogue does not have is passed over.

    apart: how interests are kept apart.
    """
    acts: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.product_id and event.type != "shown":
            acts[event.product_id].append(event)
    products = {one.id: one for one in catalog.get_many(acts)}
    unwanted = disliked(events)
    bought = {name for name, own in acts.items() if any(one.type == "purchase" for one in own)}
    touched = [
        _touched(products[name], own, now) for name, own in acts.items() if name in products and name not in unwanted
    ]
    touched.sort(key=lambda one: (one.last, one.product.id), reverse=True)
    left_out = frozenset(family_of(one) for name, one in products.items() if name in unwanted | bought)
    return Profile(tuple(touched), _interests(touched, dense, apart), left_out)


def disliked(events: Iterable[Event]) -> frozenset[str]:
    """Ids of the products of which the last word was a dislike. events: the oldest first."""
    last_word = {one.product_id: one.type for one in events if one.product_id and one.type in FELT}
    return frozenset(name for name, word in last_word.items() if name and word == "dislike")


def _touched(product: Product, own: Sequence[Event], now: datetime) -> Touched:
    counted = [one for one in own if one.type in WEIGHTS]
    weight = sum(WEIGHTS[one.type] * 0.5 ** ((now - one.at).total_seconds() / 86_400 / HALF_LIFE) for one in counted)
    how = _telling(counted)
    said = max((one.at for one in counted if one.type == how), default=own[-1].at)
    return Touched(product, how, weight, own[-1].at, said)


def _interests(touched: Sequence[Touched], dense: Dense, apart: Apart) -> tuple[Interest, ...]:
    weighty = [one for one in touched if one.weight > 0]
    first = sorted(weighty, key=lambda one: (-one.weight, one.product.id))[:CLUSTERED]
    vectors = dense.vectors([one.product.id for one in first])
    known = [one for one in first if one.product.id in vectors]
    if not known:
        return ()
    numbers = apart([one.product for one in known], np.stack([vectors[one.product.id] for one in known]))
    groups: dict[int, list[Touched]] = defaultdict(list)
    for number, one in zip(numbers, known, strict=True):
        groups[number].append(one)
    total = sum(one.weight for one in touched)
    found = [_interest(own, vectors, total) for own in groups.values()]
    # of equal ones that with the weightiest product comes first
    return tuple(sorted(found, key=lambda one: -one.share)[:INTERESTS])


def _interest(own: Sequence[Touched], vectors: Mapping[str, Vectors], total: float) -> Interest:
    """own: the weightiest first."""
    first = own[:OF_AN_INTEREST]
    mean = np.sum([one.weight * vectors[one.product.id] for one in first], axis=0)
    share = sum(one.weight for one in own) / total
    return Interest(tuple(first), share, mean / max(float(np.linalg.norm(mean)), 1e-9))
