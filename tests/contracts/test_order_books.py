"""What every order book owes, written once: in a database, and behind the JSON API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.orders.book import ACTS, Order, OrderBook, OrderLine, OrderMoved, OrderRequest, OrdersDown, Proof
from assistant.orders.http import HttpOrderBook
from assistant.orders.sql import SqlOrderBook
from tests.order_server import KEY, OrderServer

LINES = (OrderLine("Aster Desk Lamp", 2, Decimal("34.99")), OrderLine("Gift card", 1, Decimal("20"), final_sale=True))
PLACED = Order("LM-100001", "placed", date(2026, 5, 1), LINES, address="1 Test Lane")
SHIPPED = Order(
    "LM-100002",
    "shipped",
    date(2026, 5, 2),
    LINES[:1],
    carrier="Parcel Test",
    tracking="PT1",
    expected=date(2026, 5, 9),
)
DELIVERED = Order("LM-100003", "delivered", date(2026, 4, 1), LINES, delivered=date(2026, 4, 6))
PROOF = Proof("a.b@example.com", "12345")
CANCEL = OrderRequest("cancel", PLACED.number, "placed", "key-1", "session s_1")


def sql_book(folder: Path) -> SqlOrderBook:
    book = SqlOrderBook(f"sqlite:///{folder / 'orders.db'}")
    book.put((order, PROOF) for order in (PLACED, SHIPPED, DELIVERED))
    return book


class OrderBookContract:
    def test_each_act_says_whether_it_can_be_done_and_what_it_needs(self, book: OrderBook) -> None:
        abilities = book.abilities()
        assert set(abilities) == set(ACTS)
        assert all(ability.needs for ability in abilities.values() if ability.can)

    @pytest.mark.parametrize("proof", [Proof(email="A.B@Example.com"), Proof(postcode="123 45"), PROOF])
    def test_the_right_proof_finds_the_order_whole(self, book: OrderBook, proof: Proof) -> None:
        assert book.find("lm-100002", proof) == SHIPPED

    @pytest.mark.parametrize(
        "proof", [Proof(), Proof(email="b@example.com"), Proof(postcode="54321"), Proof("a.b@example.com", "54321")]
    )
    def test_a_wrong_or_empty_proof_finds_what_an_unknown_number_does(self, book: OrderBook, proof: Proof) -> None:
        assert book.find(PLACED.number, proof) is None
        assert book.find("LM-999999", PROOF) is None

    def test_a_cancelled_order_is_cancelled_and_the_act_has_a_reference(self, book: OrderBook) -> None:
        assert book.cancel(CANCEL)
        assert book.status(PLACED.number) == replace(PLACED, state="cancelled")

    def test_the_same_act_twice_is_one_with_one_reference(self, book: OrderBook) -> None:
        assert book.cancel(CANCEL) == book.cancel(CANCEL)

    def test_an_act_on_another_state_than_was_seen_does_nothing(self, book: OrderBook) -> None:
        with pytest.raises(OrderMoved):
            book.cancel(replace(CANCEL, number=SHIPPED.number))
        assert book.status(SHIPPED.number) == SHIPPED

    def test_a_return_is_announced(self, book: OrderBook) -> None:
        request = OrderRequest(
            "return", DELIVERED.number, "delivered", "key-2", "session s_1", ("2 × Aster Desk Lamp",)
        )
        assert book.return_(request)
        found = book.status(DELIVERED.number)
        assert found is not None
        assert found.state == "returning"

    def test_an_exchange_keeps_what_is_wanted_instead(self, book: OrderBook) -> None:
        request = OrderRequest(
            "exchange", DELIVERED.number, "delivered", "key-4", "session s_1", ("2 × Aster Desk Lamp",), instead="brass"
        )
        assert book.exchange(request) == book.exchange(request)
        found = book.status(DELIVERED.number)
        assert found is not None
        assert found.state == "returning"

    def test_a_new_address_takes_the_old_one_s_place(self, book: OrderBook) -> None:
        request = replace(CANCEL, act="address", key="key-3", address="2 Other Road, 54321 Testville")
        assert book.change_address(request) == book.change_address(request)
        assert book.status(PLACED.number) == replace(PLACED, address="2 Other Road, 54321 Testville")

    def test_two_acts_have_two_references(self, book: OrderBook) -> None:
        moved = replace(CANCEL, act="address", key="key-3", address="2 Other Road")
        assert book.change_address(moved) != book.cancel(CANCEL)


class TestSqlOrderBook(OrderBookContract):
    @pytest.fixture
    def book(self, tmp_path: Path) -> Iterator[OrderBook]:
        book = sql_book(tmp_path)
        yield book
        book.close()


class TestHttpOrderBook(OrderBookContract):
    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[OrderServer]:
        kept = sql_book(tmp_path)
        server = OrderServer(kept)
        yield server
        server.close()
        kept.close()

    @pytest.fixture
    def book(self, server: OrderServer) -> Iterator[OrderBook]:
        book = HttpOrderBook(server.url, KEY)
        yield book
        book.close()

    def test_an_act_whose_answer_is_lost_is_sent_again_and_done_once(
        self, server: OrderServer, book: OrderBook
    ) -> None:
        server.fail = 1
        assert book.cancel(CANCEL) == book.cancel(CANCEL)

    def test_no_answer_is_an_error_and_not_a_missing_order(self, server: OrderServer, book: OrderBook) -> None:
        server.fail = 2
        with pytest.raises(OrdersDown):
            book.cancel(CANCEL)
        with closing(HttpOrderBook(server.url, "another key")) as stranger, pytest.raises(OrdersDown):
            stranger.status(PLACED.number)
