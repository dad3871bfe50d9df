"""Months in which what buyers say turned bad, told to the shop's staff: each once, by the way that conversations go to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import Column, DateTime, MetaData, String, Table, insert, select

from retrieval.reviews.trends import Jump, Trend, jumps_of

from ..database import open_database

HINT = "Few buyers may differ by chance: read what they say, on the operator's page, before anything is done."
_TABLES = MetaData()
_TOLD = Table(
    "review_alerts",
    _TABLES,
    Column("jump", String(64), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True)
class Notice:
    """What the staff are told that is no conversation. id: the same for the same matter, however often it is sent.

    subject, text: for people; message: for programs.
    """

    id: str
    subject: str
    text: str
    message: dict[str, Any]


class Teller(Protocol):
    """A way to the staff that carries more than conversations."""

    def tell(self, notice: Notice) -> None:
        """NotDelivered when nothing confirmed that it came."""

    def close(self) -> None:
        """Let go of connections."""


class ReviewAlerts:
    """Tells jumps and keeps, in the conversations' database, which were told."""

    def __init__(self, teller: Teller, url: str | None = None) -> None:
        self._teller, self._engine = teller, open_database(url)
        _TABLES.create_all(self._engine)

    def tell(self, trends: Iterable[Trend]) -> Sequence[Jump]:
        """Tell all jumps that were not told before, in one notice; which they were. NotDelivered leaves them to be told next time."""
        found = {_key(jump): jump for trend in trends for jump in jumps_of(trend)}
        with self._engine.connect() as db:
            told = set(db.execute(select(_TOLD.c.jump)).scalars())
        fresh = {key: jump for key, jump in found.items() if key not in told}
        if fresh:
            self._teller.tell(_notice(fresh))
            rows = [{"jump": key, "at": datetime.now(UTC)} for key in fresh]
            with self._engine.begin() as db:
                db.execute(insert(_TOLD), rows)
        return list(fresh.values())

    def close(self) -> None:
        self._teller.close()
        self._engine.dispose()


def _key(jump: Jump) -> str:
    """The same for the same aspect, family and month, whatever is counted in it later."""
    return sha256("\n".join((jump.aspect, jump.family, jump.month.month)).encode()).hexdigest()


def _notice(jumps: dict[str, Jump]) -> Notice:
    """One for all of these. Its id is made of them, so that one sent again after no answer is known to the receiver."""
    digest = sha256("".join(sorted(jumps)).encode()).hexdigest()[:32]
    aspects = ", ".join(dict.fromkeys(jump.aspect for jump in jumps.values()))
    lines = [_line(jump) for jump in jumps.values()]
    text = "\n".join(["More buyers than before are displeased:", "", *lines, "", HINT, ""])
    message = {"type": "reviews.turned_bad", "jumps": [_plain(jump) for jump in jumps.values()]}
    return Notice(f"reviews_{digest}", f"Reviews turn bad: {aspects}", text, message)


def _line(jump: Jump) -> str:
    month, before = jump.month, jump.before
    where = f" of {jump.family}" if jump.family else ", whole shop"
    counts = f"{month.negative} of {month.buyers} displeased, {before.negative} of {before.buyers} before"
    return f"{month.month}, {jump.aspect}{where}: {counts}"


def _plain(jump: Jump) -> dict[str, Any]:
    month, before = jump.month, jump.before
    return {
        "aspect": jump.aspect,
        "family": jump.family or None,
        "month": month.month,
        "buyers": month.buyers,
        "displeased": month.negative,
        "buyers_before": before.buyers,
        "displeased_before": before.negative,
        "chance": round(jump.chance, 6),
    }
