"""How each product stands with all shoppers at a moment: what was chosen of it, and how much that is for where it was shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Row, case, exists, func, select

from ...events.crowd import HALF_LIFE, SEEN_BACK
from ...events.days import ByDay, back_from, hourly
from ...events.log import DAY_MS, EVENTS, EventLog, EventType, in_ms, paid_for
from .wares import Floats, Ints, Wares

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


@dataclass(frozen=True)
class _Day:
    """views: (v, 4) row of the product, place, times shown there, those of them that nobody paid for. choices: (c, 2) row, by how many
    visitors."""

    views: Ints
    choices: Ints


class Standings:
    """How the products of a catalogue stand, from the SEEN_BACK days before a time and its own; bursts and unknown visitors do not
    count; places paid for, and what was chosen within a day of them, count as shown only.

    places: how often what stands at each place is chosen, from place 0 (none) to PLACES, as of a time. Choices over those that the
    places shown let expect are what Zhang and Jones (WWW 2007) call clicks over expected clicks; few are drawn to those of the category,
    these to 1.
    """

    def __init__(self, events: EventLog, wares: Wares, places: Callable[[datetime], Sequence[float]]) -> None:
        self._wares, self._places = wares, places
        self._days = ByDay(events, self._day, SEEN_BACK)
        self._over = hourly(events, lambda hour: self._sums(self._days.over(hour), hour))

    def at(self, now: datetime) -> Standing:
        """With each choice up to that time of today; of the days that are over as they were known at the full hour."""
        popularity, shown, found, expected = self._over(now) + self._sums(self._days.open(now), now)
        kind = (_by_shelf(found, self._wares) + CAUTION) / (_by_shelf(expected, self._wares) + CAUTION)
        return Standing(popularity, shown, found + CAUTION * kind, expected + CAUTION)

    def _sums(self, days: Mapping[int, _Day], now: datetime) -> Floats:
        """(4, n) popularity, times shown, choices, choices to expect."""
        n, today, places = len(self._wares.ids), in_ms(now) // DAY_MS, np.array(self._places(now))
        sums = np.zeros((4, n))
        for day, one in days.items():
            row, place, times, unpaid = one.views.T
            chosen = np.bincount(one.choices[:, 0], one.choices[:, 1], n)
            sums += (
                chosen * 0.5 ** ((today - day) / HALF_LIFE),
                np.bincount(row, times, n),
                chosen,
                np.bincount(row, unpaid * places[np.minimum(place, PLACES)], n),
            )
        return sums

    def _day(self, events: EventLog, which: ColumnElement[bool]) -> _Day:
        table = EVENTS.c
        unpaid = func.sum(case((table.sponsored, 0), else_=1))
        shown = select(table.product_id, table.position, func.count(), unpaid).where(
            table.type == "shown", table.position.is_not(None), which
        )
        chosen = select(table.product_id, func.count(table.owner.distinct())).where(
            table.type.in_(CHOICES), which, ~paid_for()
        )
        with events.db() as db:
            views = db.execute(shown.group_by(table.product_id, table.position)).all()
            choices = db.execute(chosen.group_by(table.product_id)).all()
        return _Day(self._rows(views, 4), self._rows(choices, 2))

    def _rows(self, found: Sequence[Row[Any]], columns: int) -> Ints:
        row = self._wares.row
        return np.array([(row[one[0]], *one[1:]) for one in found if one[0] in row], np.int64).reshape(-1, columns)


def place_rates(events: EventLog, now: datetime) -> tuple[float, ...]:
    """The share of what was shown at each place, unpaid, that was chosen within a day, from place 0 (that of all) to PLACES; above 0.

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
        one.c.type == "shown", one.c.position.is_not(None), ~one.c.sponsored, back_from(now, SEEN_BACK)
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
