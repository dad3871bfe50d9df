"""Where a log of events is cut into what may be known and what is to be found after it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)


def cut(times: Sequence[datetime], last: float) -> datetime:
    """The moment after which `last` (0..1) of the time lies. times: of what happened, in UTC, in order, at least one.

    Days (UTC) on which nothing happened are no time: else one event of a browser whose clock is years behind would put the cut before all
    others.
    """
    days = sorted({one.date() for one in times})
    number = {day: place for place, day in enumerate(days)}
    first, end = (number[one.date()] * DAY + (one - _begin(one.date())) for one in (times[0], times[-1]))
    whole, rest = divmod(end - (end - first) * last, DAY)
    return _begin(days[whole]) + rest


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
