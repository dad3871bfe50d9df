"""What every place for events owes, written once; here in memory and in SQLite, in test_postgres.py in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from assistant.database import with_columns
from assistant.events.crowd import SHOPPERS, Buzz, Crowds, Together, bought_together
from assistant.events.log import BURST, EVENTS, Event, EventLog
from assistant.privacy.seal import Seal, new_key

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLICK = Event("e1", "click", NOW, "anna", "lamp", "desk lamp", "s_1", 2, 0.25)


def acts(kind: str, product: str, *visitors: str, at: datetime = NOW) -> list[Event]:
    return [Event(f"{kind} {product} {at:%d%H}", kind, at, name, product) for name in visitors]  # type: ignore[arg-type]


class EventLogContract:
    def test_an_event_comes_back_as_it_was(self, log: EventLog) -> None:
        log.add([CLICK])
        assert log.of("anna") == log.of_sessions(["s_1"]) == [CLICK]

    def test_of_one_visitor_an_id_is_kept_once(self, log: EventLog) -> None:
        assert log.add([CLICK, CLICK]) == 1
        assert log.add([replace(CLICK, type="purchase"), replace(CLICK, visitor="ben")]) == 1
        assert log.of("anna") == [CLICK]

    def test_late_ones_come_back_in_the_order_of_time(self, log: EventLog) -> None:
        late = replace(CLICK, id="e0", at=NOW - HOUR)
        log.add([CLICK])
        log.add([late])
        assert log.of("anna") == [late, CLICK]
        assert log.of("anna", limit=1) == [CLICK]
        assert log.of("anna", until=NOW - HOUR) == [late]

    def test_popular_is_what_enough_shoppers_chose_this_week(self, log: EventLog) -> None:
        log.add(acts("view", "lamp", "anna", "ben", "cleo") + acts("purchase", "lamp", "ben"))
        log.add(acts("view", "mug", "anna", "ben") + acts("view", "lamp", "dora", at=NOW - 8 * 24 * HOUR))
        crowd = Crowds(log).at(NOW)
        assert (SHOPPERS, crowd.week) == (3, {"lamp": Buzz(shoppers=3, buyers=1)})
        assert crowd.popularity == pytest.approx({"lamp": 3 * 1 + 5 + 0.5 ** (8 / 7), "mug": 2})
        assert crowd.chosen == {"lamp": 4}  # dora's view is older than a week, not than four

    def test_the_future_and_nobody_s_events_do_not_count(self, log: EventLog) -> None:
        nobody = [Event(f"n{number}", "view", NOW, None, "lamp") for number in range(5)]
        log.add(nobody + acts("view", "lamp", "anna", "ben", "cleo", at=NOW + HOUR))
        assert Crowds(log).at(NOW).popularity == {}

    def test_bought_together_is_by_enough_shoppers_within_a_day(self, log: EventLog) -> None:
        log.add(acts("purchase", "lamp", "anna", "ben", "cleo", "dora"))
        log.add(acts("purchase", "bulb", "anna", "ben", "cleo", at=NOW - 5 * HOUR))
        log.add(acts("purchase", "mug", "anna", "ben", "cleo", at=NOW - 48 * HOUR))
        assert bought_together(log, ["lamp"], NOW) == [Together("lamp", "bulb", 3)]

    def test_a_burst_is_marked_and_left_out_for_its_day_and_nothing_is_deleted(self, log: EventLog) -> None:
        burst = [Event(f"b{number}", "click", NOW, "bot", "lamp") for number in range(BURST + 1)]
        log.add(acts("click", "lamp", "anna", "ben") + burst + acts("click", "mug", "bot", at=NOW - 48 * HOUR))
        assert Crowds(log).at(NOW).week == {}
        assert Crowds(log).at(NOW).popularity == pytest.approx({"lamp": 2, "mug": 0.5 ** (2 / 7)})
        assert sum(marked for _, marked in log.all()) == BURST + 1 == len(log.of("bot")) - 1

    def test_a_long_list_shown_is_no_burst(self, log: EventLog) -> None:
        log.add([Event(f"s{number}", "shown", NOW, "anna", "lamp") for number in range(2 * BURST)])
        assert not any(marked for _, marked in log.all())

    def test_erasing_takes_a_visitor_or_a_conversation_and_a_second_time_nothing(self, log: EventLog) -> None:
        log.add([CLICK, replace(CLICK, id="e2", session_id=None), replace(CLICK, visitor="ben", session_id="s_2")])
        assert (log.erase(["anna"]), log.erase(["anna"])) == (2, 0)
        assert (log.erase(sessions=["s_2"]), list(log.all())) == (1, [])

    def test_what_followed_a_place_that_was_paid_for_counts_as_seen_only(self, log: EventLog) -> None:
        shown = [replace(one, sponsored=True) for one in acts("shown", "lamp", "anna", "ben", at=NOW - HOUR)]
        log.add(shown + acts("click", "lamp", "anna", "ben", "cleo") + acts("click", "mug", "anna"))
        log.add(acts("click", "lamp", "ben", at=NOW - 2 * HOUR))  # before it was shown to him so
        crowd = Crowds(log).at(NOW)
        assert (crowd.popularity, crowd.seen) == ({"lamp": 2, "mug": 1}, {"lamp": 2})

    def test_a_table_made_before_gets_the_columns_that_it_lacks(self, log: EventLog) -> None:
        log.add([CLICK])
        with log.db() as db:
            db.execute(text("DROP INDEX events_paid"))
            for column in ("sponsored", "region"):
                db.execute(text(f"ALTER TABLE events DROP COLUMN {column}"))
        for _ in range(2):  # as each start does
            with_columns(log.engine, EVENTS)
        paid = replace(CLICK, id="e2", type="shown", sponsored=True, region="north")
        assert log.add([paid]) == 1
        assert log.of("anna") == [CLICK, paid]
        assert "events_paid" in {one["name"] for one in inspect(log.engine).get_indexes("events")}

    def test_only_what_is_too_old_expires(self, log: EventLog) -> None:
        log.add([CLICK, replace(CLICK, id="old", at=NOW - HOUR)])
        assert log.expire(NOW) == 1
        assert log.of("anna") == [CLICK]


class TestEventsInMemory(EventLogContract):
    @pytest.fixture
    def log(self) -> Iterator[EventLog]:
        with closing(EventLog()) as log:
            yield log


class TestEventsInSqlite(EventLogContract):
    @pytest.fixture
    def log(self, tmp_path: Path) -> Iterator[EventLog]:
        with closing(EventLog(f"sqlite:///{tmp_path / 'sessions.db'}", Seal(new_key()))) as log:
            yield log

    def test_a_shopper_s_words_are_sealed_and_gone_when_erased(self, tmp_path: Path) -> None:
        url, key = f"sqlite:///{tmp_path / 'sealed.db'}", new_key()
        with closing(EventLog(url, Seal(key))) as log:
            log.add([CLICK, replace(CLICK, id="e2", query=None)])
            assert not any(b"desk lamp" in file.read_bytes() for file in tmp_path.iterdir())
        with closing(EventLog(url, Seal(f"{new_key()},{key}"))) as log:
            assert log.reseal() == 1
            assert log.of("anna")[0] == CLICK
