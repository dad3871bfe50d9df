"""What all shoppers together did, read from the events: what is popular now, what is bought together, what is little seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, case, func, select

from .events import DAY_MS, EVENTS, EventLog, in_burst, in_ms

WEIGHTS: Mapping[str, float] = {"view": 1.0, "click": 1.0, "like": 3.0, "cart": 3.0, "purchase": 5.0}
LOOKED_BACK = 28  # days that popularity counts
HALF_LIFE = 7.0  # days after which an act counts half
WEEK = 7
SHOPPERS = 3  # fewer are named nowhere, so that nobody can be told from a reason
BASKETS_BACK = 365  # days
SEEN_BACK = 90
T = TypeVar("T")


@dataclass(frozen=True)
class Buzz:
    """A product's last seven days: how many different known shoppers did something with it, and how many of them bought it."""

    shoppers: int
    buyers: int


@dataclass(frozen=True)
class Crowd:
    """popularity: by product, time-decayed, larger is more. week: of those with at least SHOPPERS shoppers. seen: times shown or viewed.

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


def crowd_of(events: EventLog, now: datetime) -> Crowd:
    """The crowd at a time, from known visitors without a burst; a visitor counts once a day for each sort of act with a product."""
    day, people = (EVENTS.c.at_ms // DAY_MS).label("day"), func.count(EVENTS.c.owner.distinct())
    what, acted = (EVENTS.c.product_id, EVENTS.c.type), EVENTS.c.type.in_(WEIGHTS)
    buyers = func.count(case((EVENTS.c.type == "purchase", EVENTS.c.owner)).distinct())
    with events.db() as db:
        daily = db.execute(select(*what, day, people).where(acted, counts(now, LOOKED_BACK)).group_by(*what, day)).all()
        week, chosen = (
            db.execute(
                select(EVENTS.c.product_id, people, buyers)
                .where(acted, counts(now, days))
                .group_by(EVENTS.c.product_id)
                .having(people >= SHOPPERS)
            ).all()
            for days in (WEEK, LOOKED_BACK)
        )
        seen = db.execute(
            select(EVENTS.c.product_id, func.count())
            .where(EVENTS.c.type.in_(("shown", "view")), counts(now, SEEN_BACK))
            .group_by(EVENTS.c.product_id)
        ).all()
    popularity: dict[str, float] = defaultdict(float)
    today = in_ms(now) // DAY_MS
    for product_id, kind, at, count in sorted(daily):
        popularity[product_id] += WEIGHTS[kind] * count * 0.5 ** ((today - at) / HALF_LIFE)
    buzz = {name: Buzz(*counts) for name, *counts in week}
    return Crowd(dict(popularity), buzz, {row[0]: row[1] for row in seen}, {row[0]: row[1] for row in chosen})


def bought_together(events: EventLog, seeds: Sequence[str], now: datetime) -> list[Together]:
    """For each seed what at least SHOPPERS different visitors bought within a day of it, the most first."""
    one, other = EVENTS, EVENTS.alias()
    people = func.count(one.c.owner.distinct()).label("people")
    near = other.c.at_ms.between(one.c.at_ms - DAY_MS, one.c.at_ms + DAY_MS)
    pairs = (
        select(one.c.product_id, other.c.product_id, people)
        .join(other, and_(other.c.owner == one.c.owner, other.c.type == "purchase", near))
        .where(one.c.type == "purchase", one.c.product_id.in_(seeds), other.c.product_id != one.c.product_id)
        .where(counts(now, BASKETS_BACK), other.c.at_ms <= in_ms(now))
        .group_by(one.c.product_id, other.c.product_id)
        .having(people >= SHOPPERS)
        .order_by(people.desc(), one.c.product_id, other.c.product_id)
    )
    with events.db() as db:
        return [Together(*row) for row in db.execute(pairs)] if seeds else []


def hourly(events: EventLog, read: Callable[[EventLog, datetime], T]) -> Callable[[datetime], T]:
    """What is read of the events at a time, kept for the hour as long as no event comes or goes."""
    kept: list[tuple[object, T]] = []

    def at(now: datetime) -> T:
        key = (now.replace(minute=0, second=0, microsecond=0), events.version())
        if not kept or kept[0][0] != key:
            kept[:] = [(key, read(events, now))]
        return kept[0][1]

    return at


def counts(now: datetime, days: int) -> ColumnElement[bool]:
    """Whether an event is of a known visitor, of these days, and not of a day with a burst."""
    since = in_ms(now) - days * DAY_MS
    return and_(EVENTS.c.owner != "", EVENTS.c.at_ms > since, EVENTS.c.at_ms <= in_ms(now), ~in_burst())
