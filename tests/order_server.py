"""The JSON API of docs/orders.md over an order book: what a shop would implement, on loopback."""

from __future__ import annotations

import json
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from pydantic import TypeAdapter

from assistant.orders.book import Order, OrderBook, OrderMoved, OrderRequest, Proof
from tests.loopback import LoopbackServer

KEY = "a-key-of-the-test"
_ORDER = TypeAdapter(Order)


class OrderServer(LoopbackServer):
    """Serves a book until `close`. fail: how many of the next answers to an act are lost after the act was done."""

    def __init__(self, book: OrderBook) -> None:
        self.fail = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # one connection for all calls,
            wbufsize = -1  # and an answer in one piece, else each waits 40 ms for the other side's acknowledgement

            def do_GET(self) -> None:
                self._answer(*outer.get(book, self.path, self.headers.get("Authorization")))

            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers.get("Idempotency-Key", "")
                self._answer(*outer.post(book, self.path, said, key))

            def _answer(self, status: int, body: object) -> None:
                written = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(Handler)

    @property
    def url(self) -> str:
        return f"{self.address}/api"

    def get(self, book: OrderBook, path: str, authorization: str | None) -> tuple[int, Any]:
        if authorization != f"Bearer {KEY}":
            return 401, {}
        if path == "/api/abilities":
            return 200, {act: asdict(ability) for act, ability in book.abilities().items()}
        return _found(book.status(unquote(path.rpartition("/")[2])))

    def post(self, book: OrderBook, path: str, said: dict[str, Any], key: str) -> tuple[int, Any]:
        if path == "/api/orders/find":
            return _found(book.find(said["number"], Proof(said["email"], said["postcode"])))
        *_, number, act = path.split("/")
        request = OrderRequest(
            act,  # type: ignore[arg-type]
            unquote(number),
            said["seen"],
            key,
            said["who"],
            tuple(said["lines"]),
            said["address"],
            said["instead"],
        )
        try:
            acts = {
                "cancel": book.cancel,
                "return": book.return_,
                "exchange": book.exchange,
                "address": book.change_address,
            }
            reference = acts[act](request)
        except OrderMoved:
            return 409, {}
        if self.fail:
            self.fail -= 1
            return 500, {}
        return 200, {"reference": reference}


def _found(order: Order | None) -> tuple[int, Any]:
    return (404, {}) if order is None else (200, _ORDER.dump_python(order, mode="json"))
