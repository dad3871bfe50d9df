"""Where conversations are kept: a border, in memory, and in any SQL database that SQLAlchemy speaks to."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)

from .model import DialogueState, Exchange, Parse
from .state import Effect


@dataclass(frozen=True)
class Turn:
    """One message with what was read in it, what it left behind, and the reply as the contract's object."""

    message: str
    parse: Parse
    effect: Effect
    exchange: Exchange
    reply: Mapping[str, Any]


@dataclass(frozen=True)
class Session:
    """A conversation. state: after the last turn; folding the turns gives it again."""

    session_id: str
    turns: tuple[Turn, ...] = ()
    state: DialogueState = field(default_factory=DialogueState)


class Sessions(Protocol):
    """Conversations by id. What `add` returned from is kept, whatever happens after."""

    def get(self, session_id: str) -> Session | None:
        """The conversation; None when there is none."""

    def add(self, session_id: str, turn: Turn, state: DialogueState) -> None:
        """Keep one more turn and the state after it, both or none."""

    def forget(self, session_id: str) -> bool:
        """Erase all of a conversation; False when there was none."""

    def close(self) -> None:
        """Let go of files and connections."""


class MemorySessions:
    """Conversations for as long as the process lives."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def get(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def add(self, session_id: str, turn: Turn, state: DialogueState) -> None:
        with self._lock:
            known = self._sessions.get(session_id) or Session(session_id)
            self._sessions[session_id] = replace(known, turns=(*known.turns, turn), state=state)

    def forget(self, session_id: str) -> bool:
        return self._sessions.pop(session_id, None) is not None

    def close(self) -> None:
        self._sessions.clear()


_TABLES = MetaData()
_SESSIONS = Table(
    "sessions", _TABLES, Column("id", String(64), primary_key=True), Column("state", JSON, nullable=False)
)
_TURNS = Table(
    "turns",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("turn", JSON, nullable=False),
)
_STATE = TypeAdapter(DialogueState)
_TURN = TypeAdapter(Turn)


class SqlSessions:
    """Conversations in a database: SQLite by a file, PostgreSQL by its URL."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        _TABLES.create_all(self._engine)

    def get(self, session_id: str) -> Session | None:
        with self._engine.connect() as db:
            state = db.execute(select(_SESSIONS.c.state).where(_SESSIONS.c.id == session_id)).scalar_one_or_none()
            turns = db.execute(
                select(_TURNS.c.turn).where(_TURNS.c.session_id == session_id).order_by(_TURNS.c.number)
            ).scalars()
            kept = tuple(_TURN.validate_python(turn) for turn in turns)
        return None if state is None else Session(session_id, kept, _STATE.validate_python(state))

    def add(self, session_id: str, turn: Turn, state: DialogueState) -> None:
        written = _STATE.dump_python(state, mode="json")
        with self._engine.begin() as db:
            found = db.execute(update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(state=written))
            if found.rowcount == 0:
                db.execute(insert(_SESSIONS).values(id=session_id, state=written))
            row = {"session_id": session_id, "number": state.turn, "turn": _TURN.dump_python(turn, mode="json")}
            db.execute(insert(_TURNS).values(row))

    def forget(self, session_id: str) -> bool:
        with self._engine.begin() as db:
            db.execute(delete(_TURNS).where(_TURNS.c.session_id == session_id))
            found = db.execute(delete(_SESSIONS).where(_SESSIONS.c.id == session_id)).rowcount > 0
        if found and self._engine.dialect.name == "sqlite":
            with self._engine.connect() as db:  # else the words stay readable in the write-ahead log
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return found

    def close(self) -> None:
        self._engine.dispose()


def _prepare_sqlite(connection: Any, record: object) -> None:
    """Readers never wait for a writer, and a writer waits instead of failing."""
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "busy_timeout = 5000",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
