"""What all shoppers together did, read from the events: what is popular now, what is bought together, what is little seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, select

from .days import ByDay, back_from
from .log import DAY_MS, EVENTS, EventLog, in_ms, paid_for

WEIGHTS: Mapping[str, float] = {"view": 1.0, "click": 1.0, "like": 3.0, "cart": 3.0, "purchase": 5.0}
LOOKED_BACK = 28  # days that popularity counts
HALF_LIFE = 7.0  # days after which an act counts half
WEEK = 7
SHOPPERS = 3  # fewer are named nowhere, so that nobody can be told from a reason
BASKETS_BACK = 365  # days
SEEN_BACK = 90
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Buzz:
    """A product's last seven days: how many different known shoppers did something with it, and how many of them bought it."""

    shoppers: int
    buyers: int


@dataclass(frozen=True)
class Crowd:
    """popularity: by product, time-decayed, larger is more. week: of those with at least SHOPPERS shoppers, the most popular first.
    seen: times shown or viewed.

    chosen: how many shoppers did something with it in LOOKED_BACK days, where at least SHOPPERS did.
    """

    popularity: Mapping[str, float] = field(default_factory=dict)
    week: Mapping[str, Buzz] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Together:
    """Two products that `shoppers` different shoppers bought within a day."""

    product_id: str
    other: str
    shoppers: int


@dataclass(frozen=True)
class _Acts:
    """A day's acts, one row for each sort of act of a visitor with a product. who: a number for the visitor and the product together."""

    product: Ints
    weight: Floats
    who: Ints


class Crowds:
    """The crowd at a time, from known visitors without a burst; a visitor counts once a day for each sort of act with a product.
    What followed a place that was paid for says nothing of what people like, and counts as seen only.

    Days are whole ones (UTC): so many before that of the time, and that one up to it. For one thread at a time. 24 bytes an act.
    """

    def __init__(self, events: EventLog) -> None:
        self._acts, self._seen = ByDay(events, self._acts_of, LOOKED_BACK), ByDay(events, _seen_of, SEEN_BACK)
        self._number: dict[str, int] = {}  # of a product

    def at(self, now: datetime) -> Crowd:
        acts, today = self._acts.at(now), in_ms(now) // DAY_MS
        names = list(self._number)
        popularity = np.zeros(len(names))
        for day, one in acts.items():
            popularity += np.bincount(one.product, one.weight, len(names)) * 0.5 ** ((today - day) / HALF_LIFE)
        week = [one for day, one in acts.items() if today - day <= WEEK]
        shoppers, buyers = _people(week, len(names)), _people(week, len(names), WEIGHTS["purchase"])
        lately = _people(list(acts.values()), len(names))
        order = sorted(np.flatnonzero(shoppers >= SHOPPERS), key=lambda row: (-popularity[row], names[row]))
        seen = Counter[str]()
        for times in self._seen.at(now).values():
            seen.update(times)
        return Crowd(
            {names[row]: float(popularity[row]) for row in np.flatnonzero(popularity)},
            {names[row]: Buzz(int(shoppers[row]), int(buyers[row])) for row in order},
            seen,
            {names[row]: int(lately[row]) for row in np.flatnonzero(lately >= SHOPPERS)},
        )

    def _acts_of(self, events: EventLog, which: ColumnElement[bool]) -> _Acts:
        acts = select(EVENTS.c.product_id, EVENTS.c.type, EVENTS.c.owner).distinct()
        with events.db() as db:
            rows = db.execute(acts.where(EVENTS.c.type.in_(WEIGHTS), which, ~paid_for())).all()
        return _Acts(
            np.array([self._number.setdefault(name, len(self._number)) for name, _, _ in rows], np.int64),
            np.array([WEIGHTS[kind] for _, kind, _ in rows]),
            np.array([hash((name, owner)) for name, _, owner in rows], np.int64),
        )


def _seen_of(events: EventLog, which: ColumnElement[bool]) -> Mapping[str, int]:
    seen = select(EVENTS.c.product_id, func.count()).where(EVENTS.c.type.in_(("shown", "view")), which)
    with events.db() as db:
        return {row[0]: row[1] for row in db.execute(seen.group_by(EVENTS.c.product_id))}


def _people(days: Sequence[_Acts], products: int, weight: float = 0.0) -> Ints:
    """(products,) how many different visitors did something with each, of at least this weight."""
    product, who = (
        np.concatenate([getattr(one, name)[one.weight >= weight] for one in days]) for name in ("product", "who")
    )
    first = np.unique(who, return_index=True)[1]
    return np.bincount(product[first], minlength=products)


def bought_together(events: EventLog, seeds: Sequence[str], now: datetime) -> list[Together]:
    """For each seed what at least SHOPPERS different visitors bought within a day of it, the most first."""
    one, other = EVENTS, EVENTS.alias()
    people = func.count(one.c.owner.distinct()).label("people")
    near = other.c.at_ms.between(one.c.at_ms - DAY_MS, one.c.at_ms + DAY_MS)
    pairs = (
        select(one.c.product_id, other.c.product_id, people)
        .join(other, and_(other.c.owner == one.c.owner, other.c.type == "purchase", near))
        .where(one.c.type == "purchase", one.c.product_id.in_(seeds), other.c.product_id != one.c.product_id)
        .where(back_from(now, BASKETS_BACK), other.c.at_ms <= in_ms(now))
        .group_by(one.c.product_id, other.c.product_id)
        .having(people >= SHOPPERS)
        .order_by(people.desc(), one.c.product_id, other.c.product_id)
    )
    with events.db() as db:
        return [Together(*row) for row in db.execute(pairs)] if seeds else []
