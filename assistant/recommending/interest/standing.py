"""How each product stands with all shoppers at a moment: what was chosen of it, and how much that is for where it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import func, select

from ...crowd import HALF_LIFE, SEEN_BACK, counts
from ...events import DAY_MS, EVENTS, EventLog, EventType, in_ms
from .wares import Floats, Wares

CHOICES: tuple[EventType, ...] = ("click", "like", "cart", "purchase")
PLACES = 40  # a place further down counts as this one
CAUTION = 3.0  # choices to expect that count as much as those of the category, and of the shop


@dataclass(frozen=True)
class Standing:
    """popularity: (n,) choices, each half as much every HALF_LIFE days. liked: (n,) log of choices over those to expect."""

    popularity: Floats
    liked: Floats


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
    expected, found, popularity = np.zeros((3, len(wares.ids)))
    for name, place, times in views:
        if name in wares.row:
            expected[wares.row[name]] += times * places[min(place, PLACES)]
    for name, at, people in choices:
        if name in wares.row:
            found[wares.row[name]] += people
            popularity[wares.row[name]] += people * 0.5 ** ((in_ms(now) // DAY_MS - at) / HALF_LIFE)
    kind = (_by_shelf(found, wares) + CAUTION) / (_by_shelf(expected, wares) + CAUTION)
    return Standing(popularity, np.log((found + CAUTION * kind) / (expected + CAUTION)))


def _by_shelf(values: Floats, wares: Wares) -> Floats:
    """(n,) the sum over the category of each product."""
    return np.asarray(np.bincount(wares.shelf, values)[wares.shelf])
