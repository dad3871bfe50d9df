"""Errors as RFC 9457 problem documents: what is wrong and what to do about it, never a trace."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.errors import BadInput, ShopError

from .request_log import asked, new_id

MEDIA_TYPE = "application/problem+json"
KIND = "urn:shopping-assistant:"
INTERNAL = f"{KIND}internal"
_FIXES = {
    404: "see /docs for the paths there are",
    405: "see /docs for the methods of this path",
    413: "send a shorter message",
}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """One error as a client sees it. type: a URI that names the kind; fix: what to do.

    retry_after: seconds after which asking again may help. request_id: where the log has more. challenge: a puzzle to solve first.
    """

    status: int
    title: str
    detail: str
    fix: str
    type: str = "about:blank"
    retry_after: int | None = None
    request_id: str | None = None
    challenge: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The members of RFC 9457, and `fix`; without what does not apply."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def response(self, headers: dict[str, str] | None = None) -> Response:
        own = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        if self.status == 401:
            own["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        body = json.dumps(self.to_json(), ensure_ascii=False)
        return Response(body, self.status, {**own, **(headers or {})}, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """The problem that an error is, noted with the request under way.

    An error nobody foresaw is logged with its trace, and the client gets only the id of that line.
    """
    request = asked()
    if request is not None:
        request.error = code_of(error)
        return replace(_problem(error, request.request_id), request_id=request.request_id)
    return _problem(error, new_id())


def code_of(error: BaseException) -> str:
    """The error in a word, as the log and the metrics count it."""
    if isinstance(error, ShopError):
        return error.slug
    if isinstance(error, RequestValidationError):
        return BadInput.slug
    return f"http-{error.status_code}" if isinstance(error, HTTPException) else "internal"


def _problem(error: Exception, request_id: str) -> Problem:
    if isinstance(error, ShopError):
        title = error.slug.replace("-", " ").capitalize()
        return Problem(
            error.status, title, error.detail, error.fix, f"{KIND}{error.slug}", retry_after=error.retry_after_s
        )
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        title = HTTPStatus(error.status_code).phrase
        fix = _FIXES.get(error.status_code, "see /docs for what this call takes")
        return Problem(error.status_code, title, f"{error.detail}.", fix)
    log.error("unforeseen error, request %s", request_id, exc_info=error)
    detail = "Something went wrong on the server; it is not your request's fault."
    fix = f"try again; if it stays, look for {request_id} in the server's log"
    return Problem(500, "Internal error", detail, fix, INTERNAL, request_id=request_id)


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error that leaves `app` be a problem document."""
    for kind in HANDLED:
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
    return problem_of(error).response(headers)


HANDLED = (ShopError, RequestValidationError, HTTPException)


class Boundary:
    """ASGI layer around everything: an error that no handler took becomes a problem document, and the server goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if started or scope["type"] != "http":
                raise  # too late for another answer: the server closes the connection
            await problem_of(error).response()(scope, receive, send)


def _invalid(error: RequestValidationError) -> Problem:
    """Each wrong field with what is expected of it; the value seen is not repeated, it may be long or private."""
    said = []
    for fault in error.errors():
        where = ".".join(str(step) for step in fault["loc"] if step not in ("body", "query", "path"))
        wrong = str(fault["msg"]).removeprefix("Value error, ")
        said.append(f"{where}: {wrong}" if where else wrong)
    return Problem(
        422,
        "Bad input",
        "; ".join(dict.fromkeys(said)) + ".",  # a header may be read more than once
        "see /docs for what this call takes",
        f"{KIND}{BadInput.slug}",
    )
