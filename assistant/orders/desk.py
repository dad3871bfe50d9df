"""What a turn needs to speak of orders: the shop's book, its rules, and the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..privacy.seal import Seal
from .acts import OrderActs
from .book import OrderBook, OrderRules, read_rules
from .http import HttpOrderBook
from .log import OrderLog
from .sql import SqlOrderBook


@dataclass(frozen=True)
class OrderDesk:
    """today: the day by which windows are judged. acts: who reads which act a message asks for."""

    book: OrderBook
    rules: OrderRules
    log: OrderLog
    today: Callable[[], date] = date.today
    acts: OrderActs = field(default_factory=OrderActs)


def open_desk(
    url: str | None, rules: Path | None, log_url: str | None, *, key: str | None = None, seal: Seal | None = None
) -> OrderDesk | None:
    """The desk over a JSON API (http, https) or a database (any other URL); None without a URL."""
    if url is None:
        return None
    book: OrderBook = HttpOrderBook(url, key) if url.startswith(("http://", "https://")) else SqlOrderBook(url)
    return OrderDesk(book, read_rules(rules), OrderLog(log_url, seal))
