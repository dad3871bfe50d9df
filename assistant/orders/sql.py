"""Orders in a database: SQLite by a file, PostgreSQL by its URL."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Column, MetaData, String, Table, create_engine, event, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from .book import Ability, ActsAtOneDoor, Order, OrderAct, OrderMoved, OrderRequest, OrdersDown, OrderState, Proof

_TABLES = MetaData()
_ORDERS = Table(
    "orders",
    _TABLES,
    Column("number", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("email", String(254), nullable=False),
    Column("postcode", String(16), nullable=False),
    Column("address", String(1000), nullable=False),
    Column("record", JSON, nullable=False),
)
_ACTS = Table(
    "order_acts",
    _TABLES,
    Column("key", String(64), primary_key=True),
    Column("number", String(64), nullable=False),
    Column("request", JSON, nullable=False),
    Column("reference", String(32), nullable=False),
)
_ORDER, _REQUEST = TypeAdapter(Order), TypeAdapter(OrderRequest)
_AFTER: Mapping[OrderAct, OrderState | None] = {
    "cancel": "cancelled",
    "return": "returning",
    "exchange": "returning",
    "address": None,
}


class SqlOrderBook(ActsAtOneDoor):
    """An order book over two tables: the orders, and the acts done by key."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", lambda db, _: db.execute("PRAGMA busy_timeout = 5000"))
        _TABLES.create_all(self._engine)

    def put(self, orders: Iterable[tuple[Order, Proof]]) -> None:
        """Add orders with the e-mail and postcode that prove them."""
        rows = [
            {
                "number": order.number,
                "state": order.state,
                "email": plain(proof.email),
                "postcode": plain(proof.postcode),
                "address": order.address,
                "record": _ORDER.dump_python(order, mode="json"),
            }
            for order, proof in orders
        ]
        with self._engine.begin() as db:
            db.execute(insert(_ORDERS), rows)

    def abilities(self) -> Mapping[OrderAct, Ability]:
        proof = "the order number with the e-mail address or postcode of the order"
        return {
            "cancel": Ability(needs=(proof,)),
            "return": Ability(needs=(proof, "what goes back")),
            "exchange": Ability(needs=(proof, "what goes back", "what is wanted instead")),
            "address": Ability(needs=(proof, "the whole new address")),
        }

    def find(self, number: str, proof: Proof) -> Order | None:
        with self._engine.connect() as db:
            row = db.execute(select(_ORDERS).where(_ORDERS.c.number == number.upper())).mappings().first()
        same = [
            hmac.compare_digest(plain(given).encode(), str(row[name] if row else "").encode())
            for name, given in (("email", proof.email), ("postcode", proof.postcode))
            if given
        ]
        return _order(row) if row and same and all(same) else None

    def status(self, number: str) -> Order | None:
        with self._engine.connect() as db:
            row = db.execute(select(_ORDERS).where(_ORDERS.c.number == number.upper())).mappings().first()
        return _order(row) if row else None

    def close(self) -> None:
        self._engine.dispose()

    def _act(self, request: OrderRequest) -> str:
        """One transaction: the act once by its key, and only in the state that was seen."""
        try:
            with self._engine.begin() as db:
                return self._done(db, request) or self._do(db, request)
        except (IntegrityError, OrderMoved):  # another connection may have done the same act in between
            with self._engine.connect() as db:
                if reference := self._done(db, request):
                    return reference
            raise
        except SQLAlchemyError as error:
            raise OrdersDown(
                "The orders' database did not answer.", fix="try again; the act has a key of its own"
            ) from error

    def _done(self, db: Connection, request: OrderRequest) -> str | None:
        row = db.execute(select(_ACTS.c.reference).where(_ACTS.c.key == request.key)).first()
        return str(row[0]) if row else None

    def _do(self, db: Connection, request: OrderRequest) -> str:
        after = _AFTER[request.act] or request.seen
        values: dict[str, Any] = {"state": after, **({"address": request.address} if request.address else {})}
        same = (_ORDERS.c.number == request.number) & (_ORDERS.c.state == request.seen)
        if db.execute(update(_ORDERS).where(same).values(**values)).rowcount != 1:
            raise OrderMoved(f"Order {request.number} is no longer {request.seen}.", fix="look at its status first")
        reference = f"{request.act[:3].upper()}-{sha256(request.key.encode()).hexdigest()[:8].upper()}"
        written = json.loads(_REQUEST.dump_json(request))
        db.execute(insert(_ACTS).values(key=request.key, number=request.number, request=written, reference=reference))
        return reference


def plain(said: str | None) -> str:
    """An e-mail address or a postcode as compared: lower case, no white space."""
    return "".join((said or "").casefold().split())


def _order(row: Mapping[Any, Any]) -> Order:
    kept = _ORDER.validate_python(row["record"])
    return replace(kept, state=row["state"], address=row["address"])
