"""When and where: what is chosen more than usual these weeks, at this time of the week, and in the visitor's region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, select

from ...events.crowd import HALF_LIFE, SEEN_BACK, SHOPPERS
from ...events.days import ByDay
from ...events.log import DAY_MS, EVENTS, Event, EventLog, in_ms, paid_for
from .standing import CAUTION, CHOICES
from .wares import Floats, Ints, Wares

Kind = Literal["season", "hours", "region"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LATELY = 14  # days that are told of as these two weeks
PARTS_OF_A_DAY = 4
PART_MS = DAY_MS // PARTS_OF_A_DAY
MORE = 1.25  # of what is usual, and SURE standard deviations of a count above it: from there on it is told as more
SURE = 2.0
NOWHERE = -1


@dataclass(frozen=True)
class Context:
    """What all shoppers chose up to a moment, c choices: of which category, in which part of the week, in which region, by whom, and how
    many days ago. numbers: of the regions. shelves: how many categories there are."""

    shelf: Ints
    part: Ints
    region: Ints
    who: Ints
    age: Ints
    numbers: Mapping[str, int]
    shelves: int

    def more(self, now: datetime, region: str | None, kinds: Sequence[Kind] = KINDS) -> Mapping[Kind, Floats]:
        """Of each kind (s,) log of how many times what is usual each category is chosen then and there; few choices are drawn to 0, which
        is as usual.

        Usual is the category's share of all choices. A season counts each choice half as much every HALF_LIFE days.
        """
        return {kind: self._more(kind, now, region) for kind in kinds}

    def told(self, kinds: Sequence[Kind], now: datetime, region: str | None) -> Mapping[int, str]:
        """By category what is chosen clearly more than usual then or there, by SHOPPERS visitors at least, in words."""
        words = {
            "season": "in these two weeks",
            "hours": f"at this time of {'weekend days' if part_of(now) >= PARTS_OF_A_DAY else 'weekdays'}",
            "region": f"in {region}",
        }
        found: dict[int, str] = {}
        for kind in kinds:
            there = self._there(kind, now, region)
            count, expected = self._counted(there.astype(float)), self._expected(there.astype(float))
            clearly = (count >= MORE * expected) & (count - expected >= SURE * np.sqrt(expected))
            for shelf in np.flatnonzero(clearly & (count >= SHOPPERS)).tolist():
                people = len(np.unique(self.who[there & (self.shelf == shelf)]))
                if people >= SHOPPERS:
                    found.setdefault(shelf, f"chosen more than usual {words[kind]}, by {people} shoppers")
        return found

    def _more(self, kind: Kind, now: datetime, region: str | None) -> Floats:
        if kind == "season":
            return self._season
        if kind == "hours":
            return self._hours[part_of(now)]
        number = self.numbers.get(region or "", NOWHERE)
        return np.zeros(self.shelves) if number == NOWHERE else self._regions[number]

    def _there(self, kind: Kind, now: datetime, region: str | None) -> npt.NDArray[np.bool_]:
        """(c,) which of the choices were made then or there."""
        if kind == "season":
            return np.asarray(self.age < LATELY)
        if kind == "hours":
            return np.asarray(self.part == part_of(now))
        return np.asarray((self.region == self.numbers.get(region or "", NOWHERE)) & (self.region != NOWHERE))

    @cached_property
    def _season(self) -> Floats:
        return self._log_ratio(0.5 ** (self.age / HALF_LIFE))

    @cached_property
    def _hours(self) -> Sequence[Floats]:
        return [self._log_ratio((self.part == part).astype(float)) for part in range(2 * PARTS_OF_A_DAY)]

    @cached_property
    def _regions(self) -> Sequence[Floats]:
        return [self._log_ratio((self.region == number).astype(float)) for number in self.numbers.values()]

    def _log_ratio(self, weight: Floats) -> Floats:
        """(s,) weight: of each choice."""
        return np.asarray(np.log((self._counted(weight) + CAUTION) / (self._expected(weight) + CAUTION)))

    def _counted(self, weight: Floats) -> Floats:
        return np.asarray(np.bincount(self.shelf, weight, self.shelves), float)

    def _expected(self, weight: Floats) -> Floats:
        usual = np.bincount(self.shelf, minlength=self.shelves) / max(len(self.shelf), 1)
        return np.asarray(usual * weight.sum())


class Contexts:
    """The context at a time, from the choices of SEEN_BACK days by known visitors without a burst, each visitor's of a product once for
    each part of a day. What followed a place that was paid for does not count. For one thread at a time. 40 bytes a choice.
    """

    def __init__(self, events: EventLog, wares: Wares) -> None:
        self._wares, self._numbers = wares, dict[str, int]()
        self._days = ByDay(events, self._day, SEEN_BACK)

    def at(self, now: datetime) -> Context:
        days, today = self._days.at(now), in_ms(now) // DAY_MS
        rows = np.concatenate([np.column_stack([one, np.full(len(one), today - day)]) for day, one in days.items()])
        shelf, part, region, who, age = rows.T
        return Context(shelf, part, region, who, age, dict(self._numbers), len(self._wares.shelves))

    def _day(self, events: EventLog, which: ColumnElement[bool]) -> Ints:
        """(c, 4) category, part of the week, region and visitor of each choice."""
        table, row = EVENTS.c, self._wares.row
        part = (table.at_ms // PART_MS).label("part")
        found = select(table.product_id, part, table.region, table.owner).distinct()
        with events.db() as db:
            chosen = db.execute(found.where(table.type.in_(CHOICES), which, ~paid_for())).all()
        rows = [
            (self._wares.shelf[row[name]], _of_week(number), self._number(region), hash(owner))
            for name, number, region, owner in chosen
            if name in row
        ]
        return np.array(rows, np.int64).reshape(-1, 4)

    def _number(self, region: str | None) -> int:
        return self._numbers.setdefault(region, len(self._numbers)) if region else NOWHERE


def part_of(now: datetime) -> int:
    """The part of the week, in UTC: six hours of a weekday, from 0, or of a day of the weekend, from PARTS_OF_A_DAY."""
    return _of_week(in_ms(now.astimezone(UTC)) // PART_MS)


def region_of(events: Sequence[Event]) -> str | None:
    """Of the latest event that has one. events: the oldest first."""
    return next((one.region for one in reversed(events) if one.region), None)


def _of_week(number: int) -> int:
    """number: of the part since 1970, whose first day was a Thursday."""
    day, part = divmod(number, PARTS_OF_A_DAY)
    return part + PARTS_OF_A_DAY * ((day + 3) % 7 >= 5)
