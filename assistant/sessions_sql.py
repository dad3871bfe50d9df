"""Conversations in a database, encrypted when there is a key."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from .database import clear_log, open_database, upsert
from .model import DialogueState
from .seal import Seal
from .sessions import Forgotten, Session, Thumb, Turn, forgotten

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
_USED = Table(
    "sessions_used",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)
_OF_A_SESSION = (_TURNS, _VISITORS, _THUMBS, _USED)
_SEALED = ((_SESSIONS, "state"), (_TURNS, "turn"), (_THUMBS, "comment"))
_STATE = TypeAdapter(DialogueState)
_TURN = TypeAdapter(Turn)


class SqlSessions:
    """Conversations in a database: SQLite by a file, PostgreSQL by its URL. WrongKey when it holds some that `seal` cannot open."""

    def __init__(self, url: str, seal: Seal | None = None) -> None:
        self._engine = open_database(url)
        self._seal = seal or Seal()
        _TABLES.create_all(self._engine)
        try:
            self._date_undated()
            self._try_key()
        except BaseException:
            self._engine.dispose()
            raise

    def get(self, session_id: str) -> Session | None:
        kept = select(_SESSIONS.c.state, _USED.c.at).outerjoin(_USED).where(_SESSIONS.c.id == session_id)
        with self._engine.connect() as db:
            found = db.execute(kept).one_or_none()
            turns = db.execute(
                select(_TURNS.c.turn).where(_TURNS.c.session_id == session_id).order_by(_TURNS.c.number)
            ).scalars()
            read = tuple(_TURN.validate_python(self._seal.open(turn)) for turn in turns)
        if found is None:
            return None
        used = found.at and found.at.replace(tzinfo=found.at.tzinfo or UTC)  # SQLite keeps no zone
        return Session(session_id, read, _STATE.validate_python(self._seal.open(found.state)), used)

    def add(self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None) -> None:
        written = self._seal.close(_STATE.dump_python(state, mode="json"))
        with self._engine.begin() as db:
            found = db.execute(update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(state=written))
            if found.rowcount == 0:
                if state.turn > 1:
                    raise forgotten(session_id)
                db.execute(insert(_SESSIONS).values(id=session_id, state=written))
                if visitor is not None:
                    db.execute(insert(_VISITORS).values(session_id=session_id, visitor=visitor))
            kept = self._seal.close(_TURN.dump_python(turn, mode="json"))
            db.execute(insert(_TURNS).values(session_id=session_id, number=state.turn, turn=kept))
            self._put(db, _USED, session_id=session_id, at=datetime.now(UTC))

    def visitor(self, session_id: str) -> str | None:
        with self._engine.connect() as db:
            return db.execute(
                select(_VISITORS.c.visitor).where(_VISITORS.c.session_id == session_id)
            ).scalar_one_or_none()

    def of(self, visitor: str) -> tuple[str, ...]:
        theirs = select(_VISITORS.c.session_id).outerjoin(_USED, _USED.c.session_id == _VISITORS.c.session_id)
        with self._engine.connect() as db:
            return tuple(db.execute(theirs.where(_VISITORS.c.visitor == visitor).order_by(_USED.c.at)).scalars())

    def rate(self, session_id: str, thumb: Thumb) -> None:
        row = {"session_id": session_id, **asdict(thumb), "comment": self._seal.close(thumb.comment)}
        try:
            with self._engine.begin() as db:
                self._put(db, _THUMBS, **row)
        except IntegrityError as error:
            raise forgotten(session_id) from error

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        columns = (_THUMBS.c.turn, _THUMBS.c.thumb, _THUMBS.c.comment)
        with self._engine.connect() as db:
            rows = db.execute(select(*columns).where(_THUMBS.c.session_id == session_id).order_by(_THUMBS.c.turn))
            return tuple(Thumb(turn, thumb, self._seal.open(comment)) for turn, thumb, comment in rows)

    def forget(self, session_id: str) -> Forgotten:
        with self._engine.begin() as db:
            went = {
                table.name: db.execute(delete(table).where(table.c.session_id == session_id)).rowcount
                for table in _OF_A_SESSION
            }
            db.execute(delete(_SESSIONS).where(_SESSIONS.c.id == session_id))
        if any(went.values()):
            clear_log(self._engine)
        return Forgotten(went["turns"], went["thumbs"])

    def unused_since(self, before: datetime) -> tuple[str, ...]:
        with self._engine.connect() as db:
            return tuple(db.execute(select(_USED.c.session_id).where(_USED.c.at < before)).scalars())

    def reseal(self) -> int:
        """Write everything kept with the newest key, or in the clear without any; the number of values written. No server may run."""
        written = 0
        for table, name in _SEALED:
            keys = tuple(table.primary_key)
            with self._engine.begin() as db:
                for key in db.execute(select(*keys).where(table.c[name].is_not(None))).all():
                    this = [column == value for column, value in zip(keys, key, strict=True)]
                    kept = db.execute(select(table.c[name]).where(*this)).scalar_one()
                    db.execute(update(table).where(*this).values({name: self._seal.close(self._seal.open(kept))}))
                    written += 1
        clear_log(self._engine)
        return written

    def close(self) -> None:
        self._engine.dispose()

    def _put(self, db: Connection, table: Table, **row: Any) -> None:
        """The row, in place of one with the same key: one statement, so that two at once do not collide."""
        adding = upsert(self._engine, table).values(**row)
        keys = [column.name for column in table.primary_key]
        changes = {name: value for name, value in row.items() if name not in keys}
        db.execute(adding.on_conflict_do_update(index_elements=keys, set_=changes))

    def _date_undated(self) -> None:
        """Conversations of a time when their age was not kept count as used now, so that they too end some day."""
        undated = select(_SESSIONS.c.id, literal(datetime.now(UTC), DateTime(timezone=True))).where(
            _SESSIONS.c.id.not_in(select(_USED.c.session_id))
        )
        with self._engine.begin() as db:
            if db.execute(undated.limit(1)).first() is not None:
                adding = upsert(self._engine, _USED).from_select(["session_id", "at"], undated)
                db.execute(adding.on_conflict_do_nothing())

    def _try_key(self) -> None:
        """Open what was kept last, so that a wrong key is said at the start and not to a shopper."""
        latest = select(_SESSIONS.c.state).join(_USED).order_by(_USED.c.at.desc()).limit(1)
        with self._engine.connect() as db:
            self._seal.open(db.execute(latest).scalar_one_or_none())
