"""Wrong proofs, counted, and acts on orders, logged: who, what, when. In the conversations' database, or in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from ..database import clear_log, open_database
from ..privacy.seal import Seal
from .book import OrderRequest, OrderRules, asked_in

_TABLES = MetaData()
_WRONG = Table(
    "wrong_proofs",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(64), nullable=False, index=True),
    Column("number", String(64), nullable=False, index=True),  # hashed
    Column("at", DateTime(timezone=True), nullable=False),
)
_DONE = Table(
    "order_log",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("who", String(200), nullable=False),
    Column("number", String(64), nullable=False),
    Column("act", String(16), nullable=False),
    Column("what", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reference", String(64), nullable=False),
)


@dataclass(frozen=True)
class Logged:
    who: str
    number: str
    act: str
    what: str
    at: datetime
    reference: str


@dataclass(frozen=True)
class Cleared:
    """How many entries are gone."""

    acts: int = 0
    wrong_proofs: int = 0


class OrderLog:
    """Counts and log. A number counts whether or not such an order exists, so that a limit tells nothing."""

    def __init__(self, url: str | None = None, seal: Seal | None = None) -> None:
        self._engine = open_database(url)
        self._seal = seal or Seal()
        _TABLES.create_all(self._engine)

    def wrong(self, session_id: str, number: str) -> None:
        """Count a wrong proof."""
        with self._engine.begin() as db:
            db.execute(insert(_WRONG).values(session_id=session_id, number=_hashed(number), at=datetime.now(UTC)))

    def limited(self, session_id: str, number: str, rules: OrderRules) -> bool:
        """Whether no further proof may be tried now: in this conversation, or for this number. What no longer counts is deleted."""
        since = datetime.now(UTC) - timedelta(minutes=rules.wrong_proofs_minutes)
        count = select(func.count()).select_from(_WRONG)
        with self._engine.begin() as db:
            db.execute(delete(_WRONG).where(_WRONG.c.at < since))
            here = db.execute(count.where(_WRONG.c.session_id == session_id)).scalar_one()
            of_one = db.execute(count.where(_WRONG.c.number == _hashed(number))).scalar_one()
        return bool(here >= rules.wrong_proofs or of_one >= rules.wrong_proofs_of_one)

    def done(self, request: OrderRequest, reference: str) -> None:
        """Log an act that was done; the same reference is logged once."""
        goes_back = ", ".join(request.lines) + (f" for {request.instead}" if request.instead else "")
        what = self._seal.close((request.address or goes_back)[:2000])
        with self._engine.begin() as db:
            if db.execute(select(_DONE.c.id).where(_DONE.c.reference == reference)).first() is None:
                row = {"who": request.who, "number": request.number, "act": request.act, "what": what}
                db.execute(insert(_DONE).values(**row, at=datetime.now(UTC), reference=reference))

    def acts(self, sessions: Collection[str] | None = None) -> Sequence[Logged]:
        """What was done, in order; of these conversations only, where some are given."""
        asked = select(_DONE).order_by(_DONE.c.id)
        if sessions is not None:
            asked = asked.where(_DONE.c.who.in_([asked_in(one) for one in sessions]))
        with self._engine.connect() as db:
            return [
                Logged(row.who, row.number, row.act, self._seal.open(row.what), row.at, row.reference)
                for row in db.execute(asked)
            ]

    def wrong_proofs(self, sessions: Collection[str]) -> Sequence[datetime]:
        """When these conversations gave wrong proofs."""
        asked = select(_WRONG.c.at).where(_WRONG.c.session_id.in_(list(sessions))).order_by(_WRONG.c.id)
        with self._engine.connect() as db:
            return list(db.execute(asked).scalars())

    def erase(self, sessions: Collection[str]) -> Cleared:
        """Delete what these conversations did, and whose their wrong proofs were.

        The bare count for a hashed number stays for as long as it limits: else erasing would be a way around the limit.
        """
        with self._engine.begin() as db:
            acts = db.execute(delete(_DONE).where(_DONE.c.who.in_([asked_in(one) for one in sessions]))).rowcount
            mine = update(_WRONG).where(_WRONG.c.session_id.in_(list(sessions))).values(session_id="")
            wrong = db.execute(mine).rowcount
        return self._cleared(acts, wrong)

    def expire(self, before: datetime) -> Cleared:
        """Delete all that is older."""
        with self._engine.begin() as db:
            acts = db.execute(delete(_DONE).where(_DONE.c.at < before)).rowcount
            wrong = db.execute(delete(_WRONG).where(_WRONG.c.at < before)).rowcount
        return self._cleared(acts, wrong)

    def reseal(self) -> int:
        """Write what the acts were with the newest key, or in the clear without any; the number of acts."""
        with self._engine.begin() as db:
            kept = db.execute(select(_DONE.c.id, _DONE.c.what)).all()
            for number, what in kept:
                closed = self._seal.close(self._seal.open(what))
                db.execute(update(_DONE).where(_DONE.c.id == number).values(what=closed))
        clear_log(self._engine)
        return len(kept)

    def close(self) -> None:
        self._engine.dispose()

    def _cleared(self, acts: int, wrong: int) -> Cleared:
        if acts or wrong:
            clear_log(self._engine)
        return Cleared(acts, wrong)


def _hashed(number: str) -> str:
    return sha256(number.upper().encode()).hexdigest()
