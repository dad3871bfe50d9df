"""What is read of the events, kept for as long as it is true: by the hour, and by the day (UTC)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, and_

from .log import DAY_MS, EVENTS, EventLog, in_burst, in_ms

SETTLED_MS = 3_600_000  # after a day: what happened before midnight may be written a little after it
T = TypeVar("T")


def hourly(events: EventLog, read: Callable[[datetime], T]) -> Callable[[datetime], T]:
    """What is read of the events as of the full hour, kept for that hour; read anew at once when anything is erased."""
    kept: list[tuple[object, T]] = []
    one_reads = Lock()

    def at(now: datetime) -> T:
        hour = now.replace(minute=0, second=0, microsecond=0)
        with one_reads:
            key = hour, events.erased()  # before what is read, so that nothing erased meanwhile is kept
            if not kept or kept[0][0] != key:
                kept[:] = [(key, read(hour))]
            return kept[0][1]

    return at


class ByDay(Generic[T]):
    """What is read of the events of each day: of `back` days before that of a time, and of that day. Of a day that is over it is kept until
    something of it is erased or comes late. For one thread at a time.

    read: given which events it is to look at.
    """

    def __init__(self, events: EventLog, read: Callable[[EventLog, ColumnElement[bool]], T], back: int) -> None:
        self._events, self._read, self._back = events, read, back
        self._kept: dict[int, tuple[object, T]] = {}

    def at(self, now: datetime) -> Mapping[int, T]:
        """By day since 1970, the earliest first, today's up to that time."""
        return {**self.over(now), **self.open(now)}

    def over(self, now: datetime) -> Mapping[int, T]:
        """Of the days that are over."""
        changes = self._events.changes()
        first, end = in_ms(now) // DAY_MS - self._back, _first_open(now)
        before = self._kept
        self._kept = {
            day: before[day]
            if day in before and before[day][0] == changes.get(day)
            else (changes.get(day), self._read(self._events, counts(day * DAY_MS, (day + 1) * DAY_MS - 1)))
            for day in range(first, end)
        }
        return {day: found for day, (_, found) in self._kept.items()}

    def open(self, now: datetime) -> Mapping[int, T]:
        """Of those that are not, read anew."""
        last = in_ms(now) // DAY_MS
        return {
            day: self._read(self._events, counts(day * DAY_MS, min((day + 1) * DAY_MS - 1, in_ms(now))))
            for day in range(_first_open(now), last + 1)
        }


def counts(first_ms: int, last_ms: int) -> ColumnElement[bool]:
    """Whether an event is of a known visitor, of these times, both included, and not of a day with a burst."""
    return and_(EVENTS.c.owner != "", EVENTS.c.at_ms.between(first_ms, last_ms), ~in_burst())


def back_from(now: datetime, days: int) -> ColumnElement[bool]:
    """The same for so many days before a time."""
    return counts(in_ms(now) - days * DAY_MS + 1, in_ms(now))


def _first_open(now: datetime) -> int:
    return (in_ms(now) - SETTLED_MS) // DAY_MS
