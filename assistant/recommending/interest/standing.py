"""How each product stands with all shoppers at a moment: what was chosen of it, and how much that is for where it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import case, exists, func, select

from ...crowd import HALF_LIFE, SEEN_BACK, counts
from ...events import DAY_MS, EVENTS, EventLog, EventType, in_ms
from .wares import Floats, Wares

CHOICES: tuple[EventType, ...] = ("click", "like", "cart", "purchase")
PLACES = 40  # a place further down counts as this one
CAUTION = 3.0  # choices to expect that count as much as those of the category, and of the shop
OF_A_PLACE = 20  # times shown by which the rate of choices at a place is drawn to that of all


@dataclass(frozen=True)
class Standing:
    """popularity: (n,) choices, each half as much every HALF_LIFE days. shown: (n,) how often, at any place.

    chosen, expected: (n,) choices, and those that the places shown let expect; in both CAUTION that speak for the category, and it for the
    shop, so above 0.
    """

    popularity: Floats
    shown: Floats
    chosen: Floats
    expected: Floats

    @property
    def liked(self) -> Floats:
        """(n,) log of choices over those to expect."""
        return np.log(self.chosen / self.expected)


def standing_of(events: EventLog, now: datetime, wares: Wares, places: Sequence[float]) -> Standing:
    """At a time, from the SEEN_BACK days before it; bursts and unknown visitors do not count.

    places: how often what stands at each place is chosen, from place 0 (none) to PLACES. Choices over those that the places shown let
    expect are what Zhang and Jones (WWW 2007) call clicks over expected clicks; few are drawn to those of the category, these to 1.
    """
    table, day = EVENTS.c, (EVENTS.c.at_ms // DAY_MS).label("day")
    shown = select(table.product_id, table.position, func.count()).where(
        table.type == "shown", table.position.is_not(None), counts(now, SEEN_BACK)
    )
    chosen = select(table.product_id, day, func.count(table.owner.distinct())).where(
        table.type.in_(CHOICES), counts(now, SEEN_BACK)
    )
    with events.db() as db:
        views = db.execute(shown.group_by(table.product_id, table.position)).all()
        choices = db.execute(chosen.group_by(table.product_id, day)).all()
    times_shown, expected, found, popularity = np.zeros((4, len(wares.ids)))
    for name, place, times in views:
        if name in wares.row:
            times_shown[wares.row[name]] += times
            expected[wares.row[name]] += times * places[min(place, PLACES)]
    for name, at, people in choices:
        if name in wares.row:
            found[wares.row[name]] += people
            popularity[wares.row[name]] += people * 0.5 ** ((in_ms(now) // DAY_MS - at) / HALF_LIFE)
    kind = (_by_shelf(found, wares) + CAUTION) / (_by_shelf(expected, wares) + CAUTION)
    return Standing(popularity, times_shown, found + CAUTION * kind, expected + CAUTION)


def place_rates(events: EventLog, now: datetime) -> tuple[float, ...]:
    """The share of what was shown at each place that was chosen within a day, from place 0 (that of all) to PLACES; above 0.

    Without events as if one of OF_A_PLACE had been chosen.
    """
    one, later = EVENTS, EVENTS.alias()
    chosen = exists().where(
        later.c.owner == one.c.owner,
        later.c.product_id == one.c.product_id,
        later.c.type.in_(CHOICES),
        later.c.at_ms.between(one.c.at_ms, one.c.at_ms + DAY_MS),
        later.c.at_ms <= in_ms(now),
    )
    shown = select(one.c.position, func.count(), func.sum(case((chosen, 1), else_=0))).where(
        one.c.type == "shown", one.c.position.is_not(None), counts(now, SEEN_BACK)
    )
    times, hits = np.zeros((2, PLACES + 1))
    with events.db() as db:
        for place, count, found in db.execute(shown.group_by(one.c.position)):
            times[min(place, PLACES)] += count
            hits[min(place, PLACES)] += found
    mean = (hits.sum() + 1) / (times.sum() + OF_A_PLACE)
    return tuple(((hits + OF_A_PLACE * mean) / (times + OF_A_PLACE)).tolist())


def _by_shelf(values: Floats, wares: Wares) -> Floats:
    """(n,) the sum over the category of each product."""
    return np.asarray(np.bincount(wares.shelf, values)[wares.shelf])
