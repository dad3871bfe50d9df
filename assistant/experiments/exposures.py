"""Which turns were taken under which arm: a table beside the events, of shoppers who agreed to those, kept and erased with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, MetaData, String, Table, Text, delete, select

from ..database import clear_log, upsert
from ..events.log import EventLog, in_ms

_TABLES = MetaData()
EXPOSURES = Table(
    "exposures",
    _TABLES,
    Column("owner", String(64), primary_key=True),
    Column("experiment", String(64), primary_key=True),
    Column("turn", String(64), primary_key=True),
    Column("arm", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("session_id", String(64), index=True),
    Column("exposed", Boolean, nullable=False),
    Column("latency_ms", Float),
    Column("failed", Boolean, nullable=False),
    Column("no_results", Boolean, nullable=False),
    Column("handoff", Boolean, nullable=False),
    Column("teams", String(64)),
)
_STOPS = Table(
    "experiment_stops",
    _TABLES,
    Column("experiment", String(64), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
)


@dataclass(frozen=True)
class Exposure:
    """A turn, or a list of suggestions, under an arm. visitor: hashed. turn: as the ids of its events begin.

    exposed: whether what the experiment is about was used in it. latency_ms: None where an error ended it. teams: of an interleaved list a
    letter a place, "-" for what no team chose.
    """

    visitor: str
    experiment: str
    turn: str
    arm: str
    at: datetime
    session_id: str | None
    exposed: bool = True
    latency_ms: float | None = None
    failed: bool = False
    no_results: bool = False
    handoff: bool = False
    teams: str | None = None


@dataclass(frozen=True)
class Stop:
    """An experiment that stopped itself, as its file allows."""

    at: datetime
    why: str


class ExposureLog:
    """Exposures in the database of the events."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        _TABLES.create_all(events.engine)

    def add(self, exposures: Sequence[Exposure]) -> None:
        """Keep them; one of the same visitor, experiment and turn is kept once."""
        if exposures:
            with self._events.db() as db:
                db.execute(
                    upsert(self._events.engine, EXPOSURES).on_conflict_do_nothing(), [_row(one) for one in exposures]
                )

    def of_experiment(self, name: str) -> tuple[Exposure, ...]:
        """All of one experiment, the oldest first."""
        query = select(EXPOSURES).where(EXPOSURES.c.experiment == name).order_by(EXPOSURES.c.at_ms, EXPOSURES.c.turn)
        with self._events.db() as db:
            return tuple(map(_exposure, db.execute(query)))

    def of(self, sessions: Collection[str], visitors: Collection[str] = ()) -> tuple[Exposure, ...]:
        """All of these conversations and visitors, the oldest first."""
        query = select(EXPOSURES).where(_of(sessions, visitors)).order_by(EXPOSURES.c.at_ms, EXPOSURES.c.experiment)
        with self._events.db() as db:
            return tuple(map(_exposure, db.execute(query)))

    def erase(self, sessions: Collection[str], visitors: Collection[str] = ()) -> int:
        """Delete all of these conversations and visitors; how many there were."""
        with self._events.db() as db:
            found = db.execute(delete(EXPOSURES).where(_of(sessions, visitors))).rowcount
        return self._gone(found)

    def expire(self, before: datetime) -> int:
        """Delete all that is older; how many there were."""
        with self._events.db() as db:
            found = db.execute(delete(EXPOSURES).where(EXPOSURES.c.at_ms < in_ms(before))).rowcount
        return self._gone(found)

    def stop(self, experiment: str, why: str, at: datetime) -> None:
        """Keep that an experiment stopped, and why; what was kept first stays."""
        row = {"experiment": experiment, "at_ms": in_ms(at), "why": why}
        with self._events.db() as db:
            db.execute(upsert(self._events.engine, _STOPS).values(row).on_conflict_do_nothing())

    def stops(self) -> dict[str, Stop]:
        """The experiments that stopped themselves, by name."""
        with self._events.db() as db:
            return {row.experiment: Stop(_at(row.at_ms), row.why) for row in db.execute(select(_STOPS))}

    def _gone(self, found: int) -> int:
        if found:
            clear_log(self._events.engine)
        return found


def _of(sessions: Collection[str], visitors: Collection[str]) -> Any:
    return EXPOSURES.c.owner.in_(list(visitors)) | EXPOSURES.c.session_id.in_(list(sessions))


def _row(one: Exposure) -> dict[str, Any]:
    row = asdict(one)
    return {**row, "owner": row.pop("visitor"), "at_ms": in_ms(row.pop("at"))}


def _exposure(row: Any) -> Exposure:
    kept = dict(row._mapping)
    return Exposure(visitor=kept.pop("owner"), at=_at(kept.pop("at_ms")), **kept)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
