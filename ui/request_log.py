"""Every request has an id, which its answer, its problem and its log lines carry; and a line of its own in the log."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .log import logger
from .metrics import Metrics

HEADER = "X-Request-ID"
ID = re.compile(r"[A-Za-z0-9_.:-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ABORTED = 499  # the caller left before the answer began
log = logger(__name__)


@dataclass
class Asked:
    """The request under way. error: the code of the problem that it was answered with."""

    request_id: str
    error: str | None = None


_ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


def asked() -> Asked | None:
    """The request that this code runs for, in the lane's thread too; None outside of any."""
    return _ASKED.get()


@contextmanager
def known_as(request_id: str) -> Iterator[Asked]:
    """Let what happens inside belong to the request of this id."""
    token = _ASKED.set(Asked(request_id))
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            yield _ASKED.get()  # type: ignore[misc]  # set just before
    finally:
        _ASKED.reset(token)


def new_id() -> str:
    return f"r_{secrets.token_hex(8)}"


class RequestLog:
    """ASGI layer around everything, which logs and counts. An id that the caller gives is taken when it is well-formed."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id, status, began = given if ID.fullmatch(given) else new_id(), ABORTED, time.perf_counter()

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with known_as(request_id) as request:
            try:
                await self.app(scope, receive, with_id)
            finally:
                self._note(scope, status, request.error, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, error: str | None, seconds: float) -> None:
        route = route_of(scope)
        self._metrics.request(method_of(scope), route, status, seconds)
        if error is not None:
            self._metrics.error(error)
        tell = log.info if route.startswith("/v1/") or status >= 400 else log.debug
        failed = {"error": error} if error else {}
        tell("request", method=method_of(scope), route=route, status=status, ms=round(seconds * 1e3, 1), **failed)


def route_of(scope: Scope) -> str:
    """The path as the API declares it, without what a caller put in; "page" for the page and its files, and for what is not there."""
    return str(getattr(scope.get("route"), "path", None) or "page")


def method_of(scope: Scope) -> str:
    """The method where it is a usual one: a caller may send any word, and each would be kept."""
    return scope["method"] if scope["method"] in METHODS else "other"
