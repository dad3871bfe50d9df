"""Orders behind a JSON API that a shop implements (docs/orders.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from .book import ACTS, Ability, ActsAtOneDoor, Order, OrderAct, OrderMoved, OrderRequest, OrdersDown, Proof

T = TypeVar("T")
TIMEOUT_S = 5.0
_ORDER = TypeAdapter(Order)
_ABILITIES = TypeAdapter(dict[OrderAct, Ability])


class HttpOrderBook(ActsAtOneDoor):
    """An order book over HTTP. An act that gets no answer is sent once more with the same key."""

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(base_url=url.rstrip("/") + "/", headers=headers, timeout=TIMEOUT_S)

    def abilities(self) -> Mapping[OrderAct, Ability]:
        said = self._read(self._send("GET", "abilities"), _ABILITIES)
        return {act: said.get(act, Ability(can=False)) for act in ACTS}

    def find(self, number: str, proof: Proof) -> Order | None:
        return self._order(self._send("POST", "orders/find", json={"number": number, **asdict(proof)}))

    def status(self, number: str) -> Order | None:
        return self._order(self._send("GET", f"orders/{quote(number, safe='')}"))

    def close(self) -> None:
        self._client.close()

    def _act(self, request: OrderRequest) -> str:
        path = f"orders/{quote(request.number, safe='')}/{request.act}"
        body = {
            "seen": request.seen,
            "who": request.who,
            "lines": list(request.lines),
            "address": request.address,
            "instead": request.instead,
        }
        for attempt in (1, 2):
            try:
                answer = self._send("POST", path, json=body, headers={"Idempotency-Key": request.key})
                break
            except OrdersDown:
                if attempt == 2:
                    raise
        if answer.status_code in (404, 409):
            raise OrderMoved(f"Order {request.number} is no longer {request.seen}.", fix="look at its status first")
        reference = self._read(answer, TypeAdapter(dict[str, str])).get("reference")
        if not reference:
            raise OrdersDown("The order system named no reference.", fix="let it answer with `reference`")
        return reference

    def _order(self, answer: httpx.Response) -> Order | None:
        return None if answer.status_code == 404 else self._read(answer, _ORDER)

    def _send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """The answer; OrdersDown when there is none, or one that says that the system failed."""
        try:
            answer = self._client.request(method, path, **sent)
        except httpx.HTTPError as error:
            raise OrdersDown(f"The order system did not answer: {error}", fix="look at SHOP_ORDERS_URL") from error
        if answer.status_code >= 400 and answer.status_code not in (404, 409):
            raise OrdersDown(f"The order system answered {answer.status_code}.", fix="look at its own log")
        return answer

    def _read(self, answer: httpx.Response, kind: TypeAdapter[T]) -> T:
        try:
            return kind.validate_json(answer.content)
        except ValidationError as error:
            raise OrdersDown(
                "The order system's answer is not as documented.", fix="compare it with docs/orders.md"
            ) from error
