"""ASGI layer that lets pages of other origins in: only those that a site of SHOP_SITES names, letter by letter."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.errors import ShopError

from .problem import problem_of
from .sites import Sites

API = "/v1/"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Proof, X-Request-ID, X-Site-Key, X-Visitor",
    "Access-Control-Max-Age": "600",
    "Vary": "Origin",
}
EXPOSED = "Retry-After, X-Request-ID"


class SiteRefused(ShopError):
    """A page of an origin, or a key, that no site names."""

    status, slug = 403, "site-refused"


class SiteDoor:
    """Answers preflights, refuses calls of the API from origins that no site names, and lets the named ones read the answer.

    Calls without an Origin (not from a page) and from the server's own pages pass as they are. The answer to a page never has
    Access-Control-Allow-Credentials: the widget carries its tokens in headers, not in cookies.
    """

    def __init__(self, app: ASGIApp, sites: Sites) -> None:
        self.app = app
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if scope["type"] != "http" or own(headers) or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
        elif (refusal := self._refusal(scope["method"], headers)) is not None:
            await problem_of(refusal).response({"Vary": "Origin"})(scope, receive, send)
        elif origin is None:
            await self.app(scope, receive, send)
        elif _is_preflight(scope["method"], headers):
            allowed = {**PREFLIGHT, "Access-Control-Allow-Origin": origin}
            await Response(status_code=204, headers=allowed)(scope, receive, send)
        else:
            await self.app(scope, receive, _readable(send, origin))

    def _refusal(self, method: str, headers: Headers) -> SiteRefused | None:
        """Why this call may not come in; None when it may. A preflight has no key yet: an origin that some site names is enough."""
        origin, key = headers.get("origin"), headers.get("x-site-key")
        site = self._sites.get(key)
        if key is not None and site is None:
            return _forbidden("No site has this X-Site-Key.", "send the key of a [[site]] in the file of SHOP_SITES")
        if origin is None:
            return None
        if _is_preflight(method, headers):
            allowed = self._sites.origins
        elif site is None:
            return _forbidden("The call comes from another origin without a site key.", "send it as X-Site-Key")
        else:
            allowed = frozenset(site.origins)
        if origin in allowed:
            return None
        return _forbidden(
            "This origin is not one of the site's.",
            "add it, exactly as the browser sends it, to the site's origins in the file of SHOP_SITES",
        )


def own(headers: Headers) -> bool:
    """Whether a page of this very server calls. By the browser's own word, which no script can set, or by the host: the scheme
    is left out, since TLS may end at a proxy before this server."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("x-site-key") is None or headers.get("sec-fetch-site") == "same-origin"
    return headers.get("sec-fetch-site") == "same-origin" or origin.partition("://")[2] == headers.get("host")


def _is_preflight(method: str, headers: Headers) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def _readable(send: Send, origin: str) -> Send:
    async def with_origin(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
            headers.add_vary_header("Origin")
        await send(message)

    return with_origin


def _forbidden(detail: str, fix: str) -> SiteRefused:
    return SiteRefused(detail, fix=fix)
