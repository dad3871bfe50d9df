"""The demo shop's orders: enough of each kind to try everything on, and the same on the same day."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

from assistant.orders.book import OrderRules, Proof
from assistant.orders.sql import SqlOrderBook
from ui.cli.demo_orders import demo_orders, write_orders

TODAY = date(2026, 5, 4)


def test_there_are_200_orders_in_every_state_each_with_a_proof_of_its_own() -> None:
    made = list(demo_orders(TODAY))
    assert made == list(demo_orders(TODAY))
    assert len({order.number for order, _ in made}) == len({proof.email for _, proof in made}) == 200
    states = Counter(order.state for order, _ in made)
    assert set(states) == {"placed", "packed", "shipped", "delivered", "cancelled", "returning"}
    assert min(states.values()) == 25


def test_some_may_still_go_back_and_for_some_it_is_too_late_or_a_final_sale() -> None:
    delivered = [order for order, _ in demo_orders(TODAY) if order.state == "delivered"]
    late = [order for order in delivered if OrderRules().refusal("return", order, TODAY) is not None]
    assert (len(delivered), len(late)) == (50, 25)
    assert any(line.final_sale for order in delivered for line in order.lines)


def test_an_order_of_the_database_is_found_with_its_postcode_and_a_new_day_dates_it_anew(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    write_orders(path, TODAY)
    write_orders(path, date(2026, 5, 5))
    with closing(SqlOrderBook(f"sqlite:///{path}")) as book:
        found = book.find("DM-100001", Proof(postcode="10007"))
        assert found is not None
        assert (found.state, found.placed) == ("placed", date(2026, 5, 5))
        assert book.find("DM-100001", Proof(postcode="10014")) is None
