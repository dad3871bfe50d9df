"""Conversations in a database, encrypted when there is a key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    ScalarSelect,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from .database import clear_log, open_database, upsert
from .model import DialogueState
from .privacy.seal import Seal
from .sessions import NO_SITES, Forgotten, Listed, Mark, Session, StaffAnswer, Thumb, Told, Turn, forgotten

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
_SITES = Table(
    "session_sites",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("site", String(64), nullable=False),
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
_ANSWERS = Table(
    "staff_answers",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("session_id", "key"),
)
_HANDED = Table(
    "handed_over",
    _TABLES,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("reference", String(64), nullable=False, index=True),
)
_OF_A_SESSION = (_TURNS, _VISITORS, _SITES, _THUMBS, _USED, _ANSWERS, _HANDED)
_SEALED = ((_SESSIONS, "state"), (_TURNS, "turn"), (_THUMBS, "comment"), (_ANSWERS, "text"))
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
        joined = _SESSIONS.outerjoin(_USED).outerjoin(_SITES, _SITES.c.session_id == _SESSIONS.c.id)
        kept = select(_SESSIONS.c.state, _USED.c.at, _SITES.c.site).select_from(joined)
        with self._engine.connect() as db:
            found = db.execute(kept.where(_SESSIONS.c.id == session_id)).one_or_none()
            turns = db.execute(
                select(_TURNS.c.turn).where(_TURNS.c.session_id == session_id).order_by(_TURNS.c.number)
            ).scalars()
            read = tuple(_TURN.validate_python(self._seal.open(turn)) for turn in turns)
        if found is None:
            return None
        used = found.at and _in_utc(found.at)
        return Session(session_id, read, _STATE.validate_python(self._seal.open(found.state)), used, found.site)

    def add(
        self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None, *, site: str | None = None
    ) -> None:
        written = self._seal.close(_STATE.dump_python(state, mode="json"))
        with self._engine.begin() as db:
            found = db.execute(update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(state=written))
            if found.rowcount == 0:
                if state.turn > 1:
                    raise forgotten(session_id)
                db.execute(insert(_SESSIONS).values(id=session_id, state=written))
                if visitor is not None:
                    db.execute(insert(_VISITORS).values(session_id=session_id, visitor=visitor))
                if site is not None:
                    db.execute(insert(_SITES).values(session_id=session_id, site=site))
            kept = self._seal.close(_TURN.dump_python(turn, mode="json"))
            db.execute(insert(_TURNS).values(session_id=session_id, number=state.turn, turn=kept))
            self._put(db, _USED, session_id=session_id, at=datetime.now(UTC))
            if state.handoff is not None:
                self._put(db, _HANDED, session_id=session_id, reference=state.handoff.reference)

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

    def answer(self, session_id: str, text: str, key: str) -> StaffAnswer:
        theirs = _ANSWERS.c.session_id == session_id
        last = select(func.coalesce(func.max(_ANSWERS.c.number), 0)).where(theirs).scalar_subquery()
        turn = select(func.max(_TURNS.c.number)).where(_TURNS.c.session_id == session_id).scalar_subquery()
        row = {"session_id": session_id, "key": key, "at": datetime.now(UTC), "text": self._seal.close(text)}
        with self._engine.begin() as db:
            # Written first, which lets nobody else write into this conversation: two answers at once get two numbers.
            locked = update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(state=_SESSIONS.c.state)
            if db.execute(locked).rowcount == 0:
                raise forgotten(session_id)
            adding = upsert(self._engine, _ANSWERS).values(number=last + 1, turn=turn, **row)
            db.execute(adding.on_conflict_do_nothing(index_elements=["session_id", "key"]))
            (kept,) = self._answered(db.execute(select(_ANSWERS).where(theirs, _ANSWERS.c.key == key)))
        return kept

    def answers(self, session_id: str, after: int = 0) -> tuple[StaffAnswer, ...]:
        beyond = and_(_ANSWERS.c.session_id == _SESSIONS.c.id, _ANSWERS.c.number > after)
        query = select(_ANSWERS).select_from(_SESSIONS.outerjoin(_ANSWERS, beyond)).where(_SESSIONS.c.id == session_id)
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(_ANSWERS.c.number)).all()
        if not rows:
            raise forgotten(session_id)
        return self._answered(row for row in rows if row.number is not None)

    def handed(self, reference: str) -> tuple[str, ...]:
        with self._engine.connect() as db:
            return tuple(db.execute(select(_HANDED.c.session_id).where(_HANDED.c.reference == reference)).scalars())

    def forget(self, session_id: str) -> Forgotten:
        with self._engine.begin() as db:
            went = {
                table.name: db.execute(delete(table).where(table.c.session_id == session_id)).rowcount
                for table in _OF_A_SESSION
            }
            db.execute(delete(_SESSIONS).where(_SESSIONS.c.id == session_id))
        if any(went.values()):
            clear_log(self._engine)
        return Forgotten(went["turns"], went["thumbs"], went["staff_answers"])

    def unused_since(self, before: datetime, sites: Mapping[str, datetime] = NO_SITES) -> tuple[str, ...]:
        own = [and_(_SITES.c.site == site, _USED.c.at < at) for site, at in sites.items()]
        others = and_(_USED.c.at < before, or_(_SITES.c.site.is_(None), _SITES.c.site.not_in(list(sites))))
        joined = _USED.outerjoin(_SITES, _SITES.c.session_id == _USED.c.session_id)
        with self._engine.connect() as db:
            found = select(_USED.c.session_id).select_from(joined).where(or_(others, *own))
            return tuple(db.execute(found).scalars())

    def newest(self, limit: int, *, before: Mark | None = None, prefix: str = "") -> tuple[Listed, ...]:
        few = _page(limit, before, prefix).subquery()
        opening = and_(_TURNS.c.session_id == few.c.session_id, _TURNS.c.number == 1)

        def count(table: Table, *which: ColumnElement[bool]) -> ScalarSelect[int]:
            theirs = select(func.count()).select_from(table).where(table.c.session_id == few.c.session_id, *which)
            return theirs.correlate(few).scalar_subquery()

        up, down = (count(_THUMBS, _THUMBS.c.thumb == thumb) for thumb in ("up", "down"))
        columns = (few.c.session_id, few.c.at, count(_TURNS), _TURNS.c.turn, up, down)
        query = select(*columns).select_from(few.outerjoin(_TURNS, opening))
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(few.c.at.desc(), few.c.session_id.desc())).all()
        return tuple(
            Listed(name, _in_utc(at), turns, (self._seal.open(first) or {}).get("message", ""), up, down)
            for name, at, turns, first, up, down in rows
        )

    def told(self, sessions: Collection[str]) -> tuple[Told, ...]:
        theirs = select(_TURNS).where(_TURNS.c.session_id.in_(list(sessions)))
        with self._engine.connect() as db:
            rows = db.execute(theirs.order_by(_TURNS.c.session_id, _TURNS.c.number)).all()
        opened = ((name, number, self._seal.open(turn)) for name, number, turn in rows)
        return tuple(
            Told(name, number, turn["message"], turn["reply"], _failed(turn["effect"])) for name, number, turn in opened
        )

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

    def _answered(self, rows: Iterable[Row[Any]]) -> tuple[StaffAnswer, ...]:
        return tuple(StaffAnswer(row.number, row.turn, self._seal.open(row.text), _in_utc(row.at)) for row in rows)

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


def _page(limit: int, before: Mark | None, prefix: str) -> Select[Any]:
    """Ids and times of one page of conversations, the newest first, by the index on the time."""
    page = select(_USED.c.session_id, _USED.c.at).order_by(_USED.c.at.desc(), _USED.c.session_id.desc()).limit(limit)
    if before is not None:
        at, name = before
        after = or_(_USED.c.at < at, and_(_USED.c.at == at, _USED.c.session_id < name))
        page = page.where(_USED.c.at <= at, after)
    return page.where(_USED.c.session_id.startswith(prefix, autoescape=True)) if prefix else page


def _failed(effect: dict[str, Any] | None) -> bool:
    """Whether the turn that left this, as it is kept, got the shopper no further: its last act says so."""
    return effect is not None and (bool(effect.get("failed")) or _failed(effect.get("then")))


def _in_utc(at: datetime) -> datetime:
    """The time with its zone, which SQLite does not keep."""
    return at.replace(tzinfo=at.tzinfo or UTC)
