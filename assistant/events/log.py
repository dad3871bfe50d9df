"""What shoppers did, as it happened: an append-only table beside the conversations, or in memory. docs/events.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from more_itertools import chunked
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    select,
    true,
    update,
)
from sqlalchemy.engine import Connection

from ..database import clear_log, open_database, turns_at, upsert, with_columns
from ..privacy.seal import Seal

EventType = Literal["view", "shown", "click", "like", "dislike", "cart", "purchase", "search", "question", "prefer"]
TYPES: tuple[EventType, ...] = get_args(EventType)
KEPT: tuple[EventType, ...] = ("prefer",)  # wishes for every search to come
ACTS: tuple[EventType, ...] = tuple(one for one in TYPES if one != "shown")  # what a visitor did himself
OF_WORDS: tuple[EventType, ...] = ("search", "question", "prefer")  # about words; all others are about a product
BURST = 60  # acts of one visitor in one minute: more than a person does
AT_ONCE = 500  # rows in one statement
MINUTE_MS, DAY_MS = 60_000, 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One thing that happened. id: no two of one visitor are alike. at: in UTC. visitor: hashed; None for nobody known.

    query: the words of a search, a question or a wish to keep, or those that the product was found by. position: in the list shown, from 1.
    propensity: how probable it was that the product would be shown there, 0..1. sponsored: whether the shop was paid to show it.
    region: where the visitor is, as the shop names it.
    """

    id: str
    type: EventType
    at: datetime
    visitor: str | None = None
    product_id: str | None = None
    query: str | None = None
    session_id: str | None = None
    position: int | None = None
    propensity: float | None = None
    sponsored: bool = False
    region: str | None = None


_TABLES = MetaData()
EVENTS = Table(
    "events",
    _TABLES,
    Column("owner", String(64), primary_key=True),  # the visitor; "" for nobody known
    Column("id", String(64), primary_key=True),
    Column("type", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("product_id", String(256)),
    Column("query", JSON(none_as_null=True)),  # sealed
    Column("session_id", String(64), index=True),
    Column("position", Integer),
    Column("propensity", Float),
    Column("sponsored", Boolean, nullable=False, server_default=false()),
    Column("region", String(32)),
    Index("events_owner_at", "owner", "at_ms"),
    Index("events_product_at", "product_id", "at_ms"),
)
Index(
    "events_paid",
    EVENTS.c.owner,
    EVENTS.c.product_id,
    EVENTS.c.at_ms,
    sqlite_where=EVENTS.c.sponsored == true(),  # as SQLite is asked, else it does not see that the index will do
    postgresql_where=EVENTS.c.sponsored,
)
BURSTS = Table(
    "event_bursts",
    _TABLES,
    Column("owner", String(64), primary_key=True),
    Column("day", Integer, primary_key=True),  # since 1970, UTC
)
CHANGES = Table(
    "event_changes",
    _TABLES,
    Column("day", Integer, primary_key=True),  # since 1970, UTC
    Column("erased", Integer, nullable=False),
    Column("late", Integer, nullable=False),
)


class EventLog:
    """Events in the conversations' database, or in memory as long as the process lives. Nothing that is kept is ever changed."""

    def __init__(self, url: str | None = None, seal: Seal | None = None) -> None:
        self.engine = open_database(url)
        self._seal = seal or Seal()
        self._guard = turns_at(url)
        _TABLES.create_all(self.engine)
        with_columns(self.engine, EVENTS)

    def add(self, events: Sequence[Event]) -> int:
        """Keep those that are not there yet, by visitor and id, and return how many that were; marks bursts."""
        added = 0
        for some in chunked(sorted(events, key=lambda one: (one.visitor or "", one.id)), AT_ONCE):
            with self.db() as db:
                new = upsert(self.engine, EVENTS).on_conflict_do_nothing().returning(EVENTS.c.id)
                found = len(db.execute(new, [self._row(one) for one in some]).all())
                self._mark_bursts(db, some)
                if found:
                    self._changed(db, {in_ms(one.at) // DAY_MS for one in some} - {_today()}, late=1)
                added += found
        return added

    def of(
        self,
        visitor: str,
        *,
        until: datetime | None = None,
        limit: int | None = None,
        types: Collection[EventType] = TYPES,
    ) -> list[Event]:
        """A visitor's events of these types, the oldest first; with a limit the latest ones."""
        which = and_(EVENTS.c.owner == visitor, EVENTS.c.type.in_(types))
        if until is not None:
            which = and_(which, EVENTS.c.at_ms <= in_ms(until))
        return self._read(which, limit)[::-1]

    def regions(self, visitor: str) -> tuple[str, ...]:
        """Those of a visitor's events, the latest first."""
        own = and_(EVENTS.c.owner == visitor, EVENTS.c.region.is_not(None))
        named = select(EVENTS.c.region).where(own).group_by(EVENTS.c.region).order_by(func.max(EVENTS.c.at_ms).desc())
        with self.db() as db:
            return tuple(db.scalars(named))

    def of_sessions(self, sessions: Collection[str]) -> list[Event]:
        """The events of these conversations, the oldest first."""
        return self._read(EVENTS.c.session_id.in_(list(sessions)))[::-1]

    def done_in_sessions(self, types: Collection[EventType], since: datetime) -> Mapping[str, Collection[str]]:
        """The types of events since then, of these, by conversation; those that belong to none are left out."""
        which = and_(EVENTS.c.type.in_(types), EVENTS.c.session_id.is_not(None), EVENTS.c.at_ms >= in_ms(since))
        found = select(EVENTS.c.session_id, EVENTS.c.type).where(which).distinct()
        with self.db() as db:
            rows = db.execute(found).all()
        done: dict[str, set[str]] = {}
        for session_id, kind in rows:
            done.setdefault(session_id, set()).add(kind)
        return done

    def all(self) -> Iterator[tuple[Event, bool]]:
        """Every event, the oldest first, and whether it lies in a visitor's day with a burst."""
        query = select(EVENTS, in_burst().label("burst")).order_by(EVENTS.c.at_ms, EVENTS.c.owner, EVENTS.c.id)
        with self.db() as db:
            for row in db.execute(query):
                yield self._event(row), bool(row.burst)

    def erased(self) -> int:
        """Grows whenever anything is erased or expires, in whichever process."""
        with self.db() as db:
            return int(db.scalar(select(func.sum(CHANGES.c.erased))) or 0)

    def changes(self) -> Mapping[int, tuple[int, int]]:
        """By day since 1970 (UTC): how often something of it was erased, and something came on another day."""
        with self.db() as db:
            return {day: (erased, late) for day, erased, late in db.execute(select(CHANGES))}

    def erase(self, visitors: Collection[str] = (), sessions: Collection[str] = ()) -> int:
        """Delete all of these visitors and of these conversations; how many there were."""
        names = list(visitors)
        with self.db() as db:
            found = self._delete(db, EVENTS.c.owner.in_(names) | EVENTS.c.session_id.in_(list(sessions)))
            db.execute(delete(BURSTS).where(BURSTS.c.owner.in_(names)))
        return self._gone(found)

    def erase_some(self, visitor: str, ids: Collection[str]) -> int:
        """Delete these of a visitor; how many there were."""
        found = 0
        for some in chunked(ids, AT_ONCE):
            with self.db() as db:
                found += self._delete(db, and_(EVENTS.c.owner == visitor, EVENTS.c.id.in_(some)))
        return self._gone(found)

    def expire(self, before: datetime) -> int:
        """Delete all that happened before; how many there were."""
        with self.db() as db:
            found = self._delete(db, EVENTS.c.at_ms < in_ms(before))
            db.execute(delete(BURSTS).where(BURSTS.c.day < in_ms(before) // DAY_MS))
        return self._gone(found)

    def reseal(self) -> int:
        """Write all words with the newest key, or in the clear without any; how many there are."""
        key = (EVENTS.c.owner, EVENTS.c.id)
        with self.db() as db:
            kept = db.execute(select(*key, EVENTS.c.query).where(EVENTS.c.query.is_not(None))).all()
            for owner, name, query in kept:
                closed = self._seal.close(self._seal.open(query))
                db.execute(update(EVENTS).where(key[0] == owner, key[1] == name).values(query=closed))
        clear_log(self.engine)
        return len(kept)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def db(self) -> Iterator[Connection]:
        """One transaction."""
        with self._guard, self.engine.begin() as db:
            yield db

    def _row(self, event: Event) -> dict[str, Any]:
        return {
            "owner": event.visitor or "",
            "id": event.id,
            "type": event.type,
            "at_ms": in_ms(event.at),
            "product_id": event.product_id,
            "query": self._seal.close(event.query),
            "session_id": event.session_id,
            "position": event.position,
            "propensity": event.propensity,
            "sponsored": event.sponsored,
            "region": event.region,
        }

    def _event(self, row: Any) -> Event:
        at = _EPOCH + timedelta(milliseconds=row.at_ms)
        return Event(row.id, row.type, at, row.owner or None, row.product_id, self._seal.open(row.query),
                     row.session_id, row.position, row.propensity, row.sponsored, row.region)  # fmt: skip

    def _read(self, which: ColumnElement[bool], limit: int | None = None) -> list[Event]:
        newest = select(EVENTS).where(which).order_by(EVENTS.c.at_ms.desc(), EVENTS.c.id.desc()).limit(limit)
        with self.db() as db:
            return [self._event(row) for row in db.execute(newest)]

    def _mark_bursts(self, db: Connection, events: Sequence[Event]) -> None:
        """Mark the days of visitors who did more than BURST things within one minute; what was shown to them is no act of theirs."""
        owners = {one.visitor for one in events if one.visitor}
        times = [in_ms(one.at) for one in events]
        minute = (EVENTS.c.at_ms // MINUTE_MS).label("minute")
        first, last = min(times) // MINUTE_MS * MINUTE_MS, (max(times) // MINUTE_MS + 1) * MINUTE_MS
        busy = (
            select(EVENTS.c.owner, minute)
            .where(EVENTS.c.owner.in_(owners), EVENTS.c.type != "shown", EVENTS.c.at_ms.between(first, last - 1))
            .group_by(EVENTS.c.owner, minute)
            .having(func.count() > BURST)
        )
        days = {(owner, at * MINUTE_MS // DAY_MS) for owner, at in db.execute(busy)} if owners else set()
        if days:
            rows = [{"owner": owner, "day": day} for owner, day in sorted(days)]
            db.execute(upsert(self.engine, BURSTS).values(rows).on_conflict_do_nothing())

    def _delete(self, db: Connection, which: ColumnElement[bool]) -> int:
        gone = db.execute(delete(EVENTS).where(which).returning(EVENTS.c.at_ms))
        days = Counter(at // DAY_MS for (at,) in gone)
        self._changed(db, days, erased=1)
        return days.total()

    def _changed(self, db: Connection, days: Collection[int], *, erased: int = 0, late: int = 0) -> None:
        if days:
            new = upsert(self.engine, CHANGES)
            sums = {column.name: column + new.excluded[column.name] for column in (CHANGES.c.erased, CHANGES.c.late)}
            rows = [{"day": day, "erased": erased, "late": late} for day in sorted(days)]
            db.execute(new.on_conflict_do_update(index_elements=[CHANGES.c.day], set_=sums), rows)

    def _gone(self, found: int) -> int:
        if found:
            clear_log(self.engine)
        return found


def in_burst() -> ColumnElement[bool]:
    """Whether an event lies in a visitor's day with a burst."""
    return exists().where(BURSTS.c.owner == EVENTS.c.owner, BURSTS.c.day == EVENTS.c.at_ms // DAY_MS)


def paid_for() -> ColumnElement[bool]:
    """Whether an act came within a day of the visitor being shown the product in a place that was paid for."""
    paid = EVENTS.alias()
    return exists().where(
        paid.c.sponsored,
        paid.c.owner == EVENTS.c.owner,
        paid.c.product_id == EVENTS.c.product_id,
        paid.c.at_ms.between(EVENTS.c.at_ms - DAY_MS, EVENTS.c.at_ms),
    )


def _today() -> int:
    return in_ms(datetime.now(UTC)) // DAY_MS


def in_ms(at: datetime) -> int:
    """Milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
