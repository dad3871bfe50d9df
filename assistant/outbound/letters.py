"""What is told to the shop's staff about a conversation, and where such letters lie: in the inbox, or undelivered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    true,
    update,
)

from ..database import clear_log, open_database
from ..model import Exchange
from ..privacy.seal import Seal
from .handover import Why

WHY: dict[Why, str] = {
    "asked": "The shopper asked for a person.",
    "failed_turns": "Several turns in a row did not get the shopper any further.",
    "cart_over": "The cart is worth more than the shop's rules name.",
    "topic": "A message is of a kind that the shop wants a person to see.",
    "intent": "What the shopper asked for is passed on by the shop's rules.",
    "attached": "The shopper has attached a file to a conversation that was passed on before.",
}


@dataclass(frozen=True)
class Letter:
    """What the staff are told. id: of this sending; reference: of the conversation. created: ISO 8601, UTC.

    need: what the shopper wants now, in words. constraints, cart: the same and the cart, for programs. files: numbers of what is attached.
    """

    id: str
    reference: str
    session: str
    created: str
    why: Why
    need: str
    constraints: dict[str, Any]
    cart: dict[str, Any]
    transcript: tuple[Exchange, ...]
    files: tuple[int, ...] = ()

    def to_text(self) -> str:
        """The letter for people."""
        lines = [f"{item['quantity']} × {item['title']} at {item['price'] or '?'}" for item in self.cart["items"]]
        total = f"Total: {self.cart['total']} {self.cart['currency']}"
        cart = [*lines, total] if lines else ["Cart: empty"]
        said = [f"Shopper: {one.shopper}" + (f"\nAssistant: {one.shop}" if one.shop else "") for one in self.transcript]
        head = [WHY[self.why], f"Reference: {self.reference}", f"When: {self.created}", self.need]
        text = "\n".join([*head, "", *cart, "", *said, ""])
        return text.encode(errors="replace").decode()  # half a character, which no mail can carry


@dataclass(frozen=True)
class KeptLetter:
    """A letter of the shop. trouble: why it was not delivered; "" for one that lies in the inbox."""

    letter: Letter
    trouble: str = ""


_TABLES = MetaData()
_LETTERS = Table(
    "handoff_letters",
    _TABLES,
    Column("id", String(64), primary_key=True),
    Column("session_id", String(64), nullable=False, index=True),
    Column("reference", String(64), nullable=False, index=True),
    Column("created", String(32), nullable=False),
    Column("trouble", Text, nullable=False),
    Column("letter", JSON, nullable=False),
)
_LETTER = TypeAdapter(Letter)


class Letters:
    """Letters in the conversations' database, or in memory as long as the process lives."""

    def __init__(self, url: str | None = None, seal: Seal | None = None) -> None:
        self.lasting = url is not None
        self._engine = open_database(url)
        self._seal = seal or Seal()
        _TABLES.create_all(self._engine)

    def keep(self, letter: Letter, trouble: str = "") -> None:
        """Keep a letter, or why a kept one was not delivered this time."""
        closed = self._seal.close(_LETTER.dump_python(letter, mode="json"))
        row = {"trouble": trouble, "reference": letter.reference, "letter": closed}
        with self._engine.begin() as db:
            if db.execute(update(_LETTERS).where(_LETTERS.c.id == letter.id).values(row)).rowcount == 0:
                one = {"id": letter.id, "session_id": letter.session, "created": letter.created}
                db.execute(insert(_LETTERS).values(one | row))

    def all(self) -> Sequence[KeptLetter]:
        """Every letter that is kept, the oldest first."""
        return self._kept(true())

    def of(self, sessions: Collection[str]) -> Sequence[KeptLetter]:
        """Those of these conversations."""
        return self._kept(_LETTERS.c.session_id.in_(list(sessions)))

    def under(self, reference: str) -> Sequence[KeptLetter]:
        """Those of this reference."""
        return self._kept(_LETTERS.c.reference == reference)

    def has(self, session_id: str) -> bool:
        """Whether a letter of the conversation is kept."""
        with self._engine.connect() as db:
            found = db.execute(select(_LETTERS.c.id).where(_LETTERS.c.session_id == session_id).limit(1))
            return found.first() is not None

    def newest(self, limit: int, offset: int = 0) -> Sequence[KeptLetter]:
        """A page of the letters, the newest first."""
        page = select(_LETTERS.c.id).order_by(_LETTERS.c.created.desc(), _LETTERS.c.id.desc())
        with self._engine.connect() as db:
            names = list(db.execute(page.limit(limit).offset(offset)).scalars())
        return self._kept(_LETTERS.c.id.in_(names))[::-1]

    def get(self, letter_id: str) -> KeptLetter | None:
        """The letter of this id; None when there is none."""
        return next(iter(self._kept(_LETTERS.c.id == letter_id)), None)

    def drop(self, letter_id: str) -> None:
        """Erase a letter that was delivered or dealt with."""
        self._erase(_LETTERS.c.id == letter_id)

    def erase(self, sessions: Collection[str]) -> int:
        """Erase all letters of these conversations; how many there were."""
        return self._erase(_LETTERS.c.session_id.in_(list(sessions)))

    def expire(self, before: datetime) -> int:
        """Erase all that are older; how many there were."""
        return self._erase(_LETTERS.c.created < before.isoformat())

    def reseal(self) -> int:
        """Write all letters with the newest key, or in the clear without any; how many there are."""
        with self._engine.begin() as db:
            kept = db.execute(select(_LETTERS.c.id, _LETTERS.c.letter)).all()
            for name, letter in kept:
                closed = self._seal.close(self._seal.open(letter))
                db.execute(update(_LETTERS).where(_LETTERS.c.id == name).values(letter=closed))
        clear_log(self._engine)
        return len(kept)

    def close(self) -> None:
        self._engine.dispose()

    def _kept(self, which: ColumnElement[bool]) -> Sequence[KeptLetter]:
        query = select(_LETTERS.c.letter, _LETTERS.c.trouble).where(which)
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(_LETTERS.c.created, _LETTERS.c.id))
            return [KeptLetter(_LETTER.validate_python(self._seal.open(letter)), trouble) for letter, trouble in rows]

    def _erase(self, which: ColumnElement[bool]) -> int:
        with self._engine.begin() as db:
            found = db.execute(delete(_LETTERS).where(which)).rowcount
        if found:
            clear_log(self._engine)
        return found
