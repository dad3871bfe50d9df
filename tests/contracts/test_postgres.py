"""What every place for conversations, the order log and order books owe, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import create_engine, text

from assistant.events.log import EventLog
from assistant.orders.book import OrderBook, OrderRules
from assistant.orders.log import Cleared, OrderLog
from assistant.orders.sql import SqlOrderBook
from assistant.privacy.seal import Seal, new_key
from assistant.sessions import Thumb
from assistant.sessions_sql import SqlSessions
from tests import postgres
from tests.contracts.test_answers import SealedAnswersContract
from tests.contracts.test_events import EventLogContract
from tests.contracts.test_order_books import CANCEL, DELIVERED, PLACED, PROOF, SHIPPED, OrderBookContract
from tests.contracts.test_sessions import STATE, TURN, DatabaseContract, SealedContract

pytestmark = pytest.mark.skipif(postgres.why_not() is not None, reason=str(postgres.why_not()))
_NUMBERS = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.running() as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    """A schema of the test's own."""
    name = f"test_{next(_NUMBERS)}"
    engine = create_engine(server)
    with engine.begin() as db:
        db.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return f"{server}?options=-csearch_path%3D{name}"


class TestPostgresSessions(DatabaseContract):
    def test_thumbs_of_two_processes_for_one_turn_do_not_collide(self, url: str) -> None:
        with closing(SqlSessions(url)) as one, closing(SqlSessions(url)) as other, ThreadPoolExecutor(8) as pool:
            one.add("s_1", TURN, STATE)
            list(pool.map(lambda number: (one, other)[number % 2].rate("s_1", Thumb(1, "up")), range(40)))
            assert other.thumbs("s_1") == (Thumb(1, "up"),)


class TestSealedPostgresSessions(SealedContract):
    pass


class TestPostgresAnswers(SealedAnswersContract):
    pass


class TestPostgresOrderBook(OrderBookContract):
    @pytest.fixture
    def book(self, url: str) -> Iterator[OrderBook]:
        with closing(SqlOrderBook(url)) as book:
            book.put((order, PROOF) for order in (PLACED, SHIPPED, DELIVERED))
            yield book


@pytest.mark.parametrize("seal", [Seal(), Seal(new_key())], ids=["open", "sealed"])
def test_the_order_log_counts_logs_erases_and_expires(url: str, seal: Seal) -> None:
    request = replace(CANCEL, act="address", address="2 Other Road, " + "x" * 1_900, who="session s_1")
    with closing(OrderLog(url, seal)) as log, closing(OrderLog(url, seal)) as elsewhere:
        for number in range(3):
            log.wrong("s_1", f"LM-10000{number}")
        log.done(request, "ADD-1")
        elsewhere.done(request, "ADD-1")
        (act,) = elsewhere.acts(["s_1"])
        assert (act.what, act.reference) == (request.address, "ADD-1")
        assert elsewhere.limited("s_1", "LM-100009", OrderRules())
        assert log.reseal() == 1
        assert log.expire(datetime.now(UTC) - timedelta(days=1)) == Cleared()
        assert log.erase(["s_1"]) == Cleared(acts=1, wrong_proofs=3)
        assert log.erase(["s_1"]) == Cleared()
        assert log.expire(datetime.now(UTC) + timedelta(days=1)) == Cleared(wrong_proofs=3)


class TestPostgresEvents(EventLogContract):
    @pytest.fixture
    def log(self, url: str) -> Iterator[EventLog]:
        with closing(EventLog(url, Seal(new_key()))) as log:
            yield log
