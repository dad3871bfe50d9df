"""The demo shop's orders, dated from today on, so that each state and each window can be tried on any day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from assistant.orders.book import Order, OrderLine, OrderState, Proof
from assistant.orders.sql import SqlOrderBook
from retrieval.demo import demo_feed

ORDERS = 200
# Each order in turn: its state, how many days ago it was placed, and how many days after that it came.
STAGES: tuple[tuple[OrderState, int, int | None], ...] = (
    ("placed", 0, None),
    ("packed", 1, None),
    ("shipped", 3, None),
    ("delivered", 9, 4),
    ("delivered", 70, 5),  # too long ago to go back
    ("cancelled", 12, None),
    ("returning", 20, 4),
    ("placed", 1, None),
)
ON_ITS_WAY = ("shipped", "delivered", "returning")
GIFT_CARD = OrderLine("Gift card", 1, Decimal(50), final_sale=True)
STREETS = (
    "Harbor Street, Mill Lane, Station Road, Orchard Way, Bridge Street, Hill Road, Garden Lane, Market Street".split(
        ", "
    )
)
TOWNS = "Lakeview, Northfield, Eastbrook, Millbury, Sandford".split(", ")


def demo_orders(today: date) -> Iterator[tuple[Order, Proof]]:
    """The orders DM-100001 to DM-100200 with what proves them; the same on the same day."""
    products = [json.loads(line) for line in demo_feed().read_text(encoding="utf-8").splitlines()]
    drawn = Random(ORDERS)
    for place in range(1, ORDERS + 1):
        bought = drawn.sample(products, drawn.randint(1, 3))
        lines = [OrderLine(each["title"], drawn.choice((1, 1, 2)), Decimal(str(each["price"]))) for each in bought]
        if place % 25 == 0:
            lines.append(GIFT_CARD)
        postcode = f"{10_000 + 7 * place}"
        address = f"{drawn.randint(1, 99)} {drawn.choice(STREETS)}, {postcode} {drawn.choice(TOWNS)}"
        yield _order(place, tuple(lines), address, today), Proof(f"buyer{place}@example.com", postcode)


def _order(place: int, lines: tuple[OrderLine, ...], address: str, today: date) -> Order:
    state, age, took = STAGES[(place - 1) % len(STAGES)]
    placed = today - timedelta(days=age)
    sent = state in ON_ITS_WAY
    return Order(
        f"DM-{100_000 + place}",
        state,
        placed,
        lines,
        address=address,
        carrier="Parcel Post" if sent else None,
        tracking=f"PP{700_000_000 + 13 * place}" if sent else None,
        expected=placed + timedelta(days=5),
        delivered=None if took is None else placed + timedelta(days=took),
    )


def write_orders(path: Path, today: date) -> None:
    """A database of these orders alone; a process that has the old one open keeps it until it ends."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    book = SqlOrderBook(f"sqlite:///{new}")
    book.put(demo_orders(today))
    book.close()
    new.replace(path)
