"""Wrong proofs, counted, and acts on orders, logged: who, what, when. In the conversations' database, or in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, create_engine, func, insert, select
from sqlalchemy.pool import StaticPool

from .orders import OrderRequest, OrderRules

_TABLES = MetaData()
_WRONG = Table(
    "wrong_proofs",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(64), nullable=False, index=True),
    Column("number", String(64), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
_DONE = Table(
    "order_log",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("who", String(200), nullable=False),
    Column("number", String(64), nullable=False),
    Column("act", String(16), nullable=False),
    Column("what", String(2000), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reference", String(64), nullable=False),
)


@dataclass(frozen=True)
class Logged:
    who: str
    number: str
    act: str
    what: str
    reference: str


class OrderLog:
    """Counts and log. A number counts whether or not such an order exists, so that a limit tells nothing."""

    def __init__(self, url: str | None = None) -> None:
        inside: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        self._engine = create_engine(url) if url else create_engine("sqlite://", **inside)
        _TABLES.create_all(self._engine)

    def wrong(self, session_id: str, number: str) -> None:
        """Count a wrong proof."""
        with self._engine.begin() as db:
            db.execute(insert(_WRONG).values(session_id=session_id, number=number.upper(), at=datetime.now(UTC)))

    def limited(self, session_id: str, number: str, rules: OrderRules) -> bool:
        """Whether no further proof may be tried now: in this conversation, or for this number."""
        since = datetime.now(UTC) - timedelta(minutes=rules.wrong_proofs_minutes)
        count = select(func.count()).select_from(_WRONG).where(_WRONG.c.at >= since)
        with self._engine.connect() as db:
            here = db.execute(count.where(_WRONG.c.session_id == session_id)).scalar_one()
            of_one = db.execute(count.where(_WRONG.c.number == number.upper())).scalar_one()
        return bool(here >= rules.wrong_proofs or of_one >= rules.wrong_proofs_of_one)

    def done(self, request: OrderRequest, reference: str) -> None:
        """Log an act that was done; the same reference is logged once."""
        what = request.address or ", ".join(request.lines)
        with self._engine.begin() as db:
            if db.execute(select(_DONE.c.id).where(_DONE.c.reference == reference)).first() is None:
                row = {"who": request.who, "number": request.number, "act": request.act, "what": what[:2000]}
                db.execute(insert(_DONE).values(**row, at=datetime.now(UTC), reference=reference))

    def acts(self) -> Sequence[Logged]:
        """What was done, in order."""
        columns = (_DONE.c.who, _DONE.c.number, _DONE.c.act, _DONE.c.what, _DONE.c.reference)
        with self._engine.connect() as db:
            return [Logged(*row) for row in db.execute(select(*columns).order_by(_DONE.c.id))]

    def close(self) -> None:
        self._engine.dispose()
