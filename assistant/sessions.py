"""Where conversations are kept: a border, in memory, and in any SQL database that SQLAlchemy speaks to."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Protocol

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
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


@dataclass(frozen=True)
class Thumb:
    """What a shopper thought of one turn's answer."""

    turn: int
    thumb: Literal["up", "down"]
    comment: str | None = None


class Sessions(Protocol):
    """Conversations by id. What `add` returned from is kept, whatever happens after."""

    def get(self, session_id: str) -> Session | None:
        """The conversation; None when there is none."""

    def add(self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None) -> None:
        """Keep one more turn and the state after it, both or none. With the first turn the conversation becomes the visitor's."""

    def visitor(self, session_id: str) -> str | None:
        """Whose the conversation is; None when it is nobody's or not there."""

    def rate(self, session_id: str, thumb: Thumb) -> None:
        """Keep a thumb for a turn that is kept, in place of the one before."""

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        """The thumbs of a conversation by turn."""

    def forget(self, session_id: str) -> bool:
        """Erase all of a conversation; False when there was none."""

    def close(self) -> None:
        """Let go of files and connections."""


class MemorySessions:
    """Conversations for as long as the process lives."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._visitors: dict[str, str] = {}
        self._thumbs: dict[str, dict[int, Thumb]] = {}
        self._lock = threading.Lock()

    def get(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def add(self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None) -> None:
        with self._lock:
            if visitor is not None and session_id not in self._sessions:
                self._visitors[session_id] = visitor
            known = self._sessions.get(session_id) or Session(session_id)
            self._sessions[session_id] = replace(known, turns=(*known.turns, turn), state=state)

    def visitor(self, session_id: str) -> str | None:
        return self._visitors.get(session_id)

    def rate(self, session_id: str, thumb: Thumb) -> None:
        with self._lock:
            self._thumbs.setdefault(session_id, {})[thumb.turn] = thumb

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        return tuple(thumb for _, thumb in sorted(self._thumbs.get(session_id, {}).items()))

    def forget(self, session_id: str) -> bool:
        with self._lock:
            self._visitors.pop(session_id, None)
            self._thumbs.pop(session_id, None)
            return self._sessions.pop(session_id, None) is not None

    def close(self) -> None:
        for kept in (self._sessions, self._visitors, self._thumbs):
            kept.clear()


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
# In tables of their own, so that a database made before them goes on working.
_VISITORS = Table(
    "visitors",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("visitor", String(64), nullable=False),
)
_THUMBS = Table(
    "thumbs",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("thumb", String(4), nullable=False),
    Column("comment", Text),
)
_OF_A_SESSION = (_TURNS, _VISITORS, _THUMBS)
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

    def add(self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None) -> None:
        written = _STATE.dump_python(state, mode="json")
        with self._engine.begin() as db:
            found = db.execute(update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(state=written))
            if found.rowcount == 0:
                db.execute(insert(_SESSIONS).values(id=session_id, state=written))
                if visitor is not None:
                    db.execute(insert(_VISITORS).values(session_id=session_id, visitor=visitor))
            row = {"session_id": session_id, "number": state.turn, "turn": _TURN.dump_python(turn, mode="json")}
            db.execute(insert(_TURNS).values(row))

    def visitor(self, session_id: str) -> str | None:
        with self._engine.connect() as db:
            return db.execute(
                select(_VISITORS.c.visitor).where(_VISITORS.c.session_id == session_id)
            ).scalar_one_or_none()

    def rate(self, session_id: str, thumb: Thumb) -> None:
        this = (_THUMBS.c.session_id == session_id, _THUMBS.c.turn == thumb.turn)
        with self._engine.begin() as db:
            db.execute(delete(_THUMBS).where(*this))
            db.execute(insert(_THUMBS).values(session_id=session_id, **asdict(thumb)))

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        columns = (_THUMBS.c.turn, _THUMBS.c.thumb, _THUMBS.c.comment)
        with self._engine.connect() as db:
            rows = db.execute(select(*columns).where(_THUMBS.c.session_id == session_id).order_by(_THUMBS.c.turn))
            return tuple(Thumb(*row) for row in rows)

    def forget(self, session_id: str) -> bool:
        with self._engine.begin() as db:
            for table in _OF_A_SESSION:
                db.execute(delete(table).where(table.c.session_id == session_id))
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
