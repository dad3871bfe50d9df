"""What is kept of the events: for how long, and that what is erased counts nowhere any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, select

from assistant.events.crowd import Buzz, Crowds
from assistant.events.days import ByDay, hourly
from assistant.events.log import EVENTS, Event, EventLog

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PEOPLE = ("anna", "ben", "cleo")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sessions.db'}"


@pytest.fixture
def log(url: str) -> Iterator[EventLog]:
    with closing(EventLog(url)) as log:
        yield log


@pytest.fixture
def elsewhere(url: str) -> Iterator[EventLog]:
    """The same events as another process has them."""
    with closing(EventLog(url)) as log:
        yield log


def viewed(*visitors: str, at: datetime) -> list[Event]:
    return [Event(f"{at:%d%H%M}", "view", at, visitor, "lamp") for visitor in visitors]


def test_what_another_process_erased_counts_no_more_within_the_hour(log: EventLog, elsewhere: EventLog) -> None:
    crowd = hourly(log, Crowds(log).at)
    log.add(viewed(*PEOPLE, at=NOW - 3 * DAY))
    assert crowd(NOW).week == {"lamp": Buzz(3, 0)}
    elsewhere.erase(["anna"])
    assert (crowd(NOW).week, crowd(NOW).popularity) == ({}, pytest.approx({"lamp": 2 * 0.5 ** (3 / 7)}))
    elsewhere.expire(NOW)
    assert crowd(NOW).popularity == {}


@pytest.mark.parametrize("at", [NOW + HOUR / 2, NOW - 3 * DAY], ids=["just now", "late"])
def test_what_arrives_counts_from_the_next_full_hour(log: EventLog, elsewhere: EventLog, at: datetime) -> None:
    crowd = hourly(log, Crowds(log).at)
    assert crowd(NOW).week == {}
    elsewhere.add(viewed(*PEOPLE, at=at))
    assert crowd(NOW + HOUR * 0.9).week == {}
    assert crowd(NOW + HOUR).week == {"lamp": Buzz(3, 0)}


def test_a_day_that_is_over_is_read_again_only_when_something_of_it_is_erased_or_comes_late(log: EventLog) -> None:
    reads: list[int] = []

    def counted(events: EventLog, which: ColumnElement[bool]) -> int:
        with events.db() as db:
            reads.append(int(db.scalar(select(func.count()).select_from(EVENTS).where(which)) or 0))
        return reads[-1]

    days, today = ByDay(log, counted, 3), (NOW - datetime(1970, 1, 1, tzinfo=UTC)).days
    log.add(viewed(*PEOPLE, at=NOW - DAY) + viewed("anna", at=NOW - 2 * DAY))
    assert days.over(NOW) == {today - 3: 0, today - 2: 1, today - 1: 3}
    reads.clear()
    log.erase_some("ben", [one.id for one in log.of("ben")])
    log.add(viewed("dora", at=NOW - 3 * DAY))
    assert days.over(NOW) == {today - 3: 1, today - 2: 1, today - 1: 2}
    assert reads == [1, 2]
    assert days.over(NOW + DAY) == {today - 2: 1, today - 1: 2, today: 0}
    assert reads == [1, 2, 0]


def test_yesterday_is_open_for_an_hour_since_what_happened_before_midnight_may_be_written_after_it(
    log: EventLog,
) -> None:
    days = ByDay(log, lambda events, which: None, 1)
    midnight = NOW.replace(hour=0)
    yesterday = (midnight - datetime(1970, 1, 1, tzinfo=UTC)).days - 1
    assert (list(days.over(midnight + HOUR * 0.9)), list(days.open(midnight + HOUR * 0.9))) == (
        [],
        [yesterday, yesterday + 1],
    )
    assert (list(days.over(midnight + HOUR)), list(days.open(midnight + HOUR))) == ([yesterday], [yesterday + 1])
