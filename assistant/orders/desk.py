"""What a turn needs to speak of orders: the shop's book, its rules, and the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..seal import Seal
from .book import OrderBook, OrderRules, read_rules
from .http import HttpOrderBook
from .log import OrderLog
from .sql import SqlOrderBook


@dataclass(frozen=True)
class OrderDesk:
    """today: the day by which windows are judged."""

    book: OrderBook
    rules: OrderRules
    log: OrderLog
    today: Callable[[], date] = date.today


def open_desk(
    url: str | None, rules: Path | None, log_url: str | None, *, key: str | None = None, seal: Seal | None = None
) -> OrderDesk | None:
    """The desk over a JSON API (http, https) or a database (any other URL); None without a URL."""
    if url is None:
        return None
    book: OrderBook = HttpOrderBook(url, key) if url.startswith(("http://", "https://")) else SqlOrderBook(url)
    return OrderDesk(book, read_rules(rules), OrderLog(log_url, seal))
