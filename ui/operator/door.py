"""Who may see the operator's pages: whoever has the token, from these pages themselves, for half a day."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from retrieval.errors import ShopError

from ..desk import desk_of
from ..limits import TooMany
from ..problem import problem_of
from ..site_door import own
from .pages import render

HOME, LOGIN = "/admin", "/admin/login"
OPEN_TO_ALL = (LOGIN, f"{HOME}/operator.css", f"{HOME}/icon.svg")
COOKIE = "shop_operator"
LASTS_S = 12 * 3600
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # without any, browsers say no origin when they send a form
    "X-Robots-Tag": "noindex",
}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Foreign(ShopError):
    """A call that does not come from the operator's own pages."""

    status, slug = 403, "not-from-here"


class Guarded(APIRoute):
    """A route that only the operator reaches; what goes wrong in it is a page."""

    def get_route_handler(self) -> Handler:
        inside = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            token = token_of(request)
            try:
                if is_foreign(request):
                    raise Foreign("This page is called from another one.", fix=f"open {HOME} by its address")
                known = admits(token, request.cookies.get(COOKIE, ""))
                if known or request.url.path in OPEN_TO_ALL:
                    answer = await inside(request)
                else:
                    answer = RedirectResponse(LOGIN, status_code=303)
            except ShopError as error:
                problem = problem_of(error)
                answer = render("fault.html", status=error.status, problem=problem)
            answer.headers.update(HEADERS)
            return answer

        return guarded


def token_of(request: Request) -> SecretStr:
    """The token that the server was started with. Without one there is no such page: 404 like any other path."""
    token = desk_of(request.app).settings.admin_token
    if token is None:
        raise HTTPException(404)
    return token


def is_foreign(request: Request) -> bool:
    """Whether a page of another origin calls, as far as the browser says. A link from elsewhere may open a page, and do nothing more."""
    headers = request.headers
    here = headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    if request.method != "GET":
        return not (here and own(headers))
    opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (here or opened)


async def log_in(request: Request) -> Response:
    """To the first page with a cookie, or the form again with what was wrong. Every try is counted by address."""
    token, client = token_of(request), request.client
    try:
        desk_of(request.app).limits.guess(client.host if client else "")
    except TooMany as error:
        page = render("login.html", status=429, trouble=f"Too many tries: {error.fix}.")
        page.headers["Retry-After"] = str(error.retry_after_s)
        return page
    given = await form_of(request)
    if not same(given.get("token", ""), token.get_secret_value()):
        return render("login.html", status=403, trouble="That is not the token.")
    answer = RedirectResponse(HOME, status_code=303)
    secure = request.url.scheme == "https"
    ticket = ticket_until(token, int(time.time()) + LASTS_S)
    answer.set_cookie(COOKIE, ticket, LASTS_S, path=HOME, secure=secure, httponly=True, samesite="strict")
    return answer


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that are not empty, the first of each name."""
    return {name: values[0] for name, values in parse_qs((await request.body()).decode(errors="replace")).items()}


Form = Annotated[dict[str, str], Depends(form_of)]


def log_out() -> Response:
    answer = RedirectResponse(LOGIN, status_code=303)
    answer.delete_cookie(COOKIE, path=HOME, httponly=True, samesite="strict")
    return answer


def ticket_until(token: SecretStr, ends: int) -> str:
    """What the cookie holds: when it ends (Unix time), signed with the token. Another token makes all of them void."""
    return f"{ends}.{hmac.digest(token.get_secret_value().encode(), str(ends).encode(), 'sha256').hex()}"


def admits(token: SecretStr, ticket: str) -> bool:
    ends, _, _ = ticket.partition(".")
    if not (ends.isascii() and ends.isdecimal() and len(ends) < 16):
        return False
    return same(ticket, ticket_until(token, int(ends))) and time.time() < int(ends)


def same(given: str, expected: str) -> bool:
    """Compared in a time that tells nothing, of lengths neither."""
    one, other = (sha256(text.encode(errors="replace")).digest() for text in (given, expected))
    return hmac.compare_digest(one, other)
