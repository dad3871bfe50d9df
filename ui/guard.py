"""ASGI layers around every answer: no oversized bodies in, and headers that keep the browser from loading anything from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.errors import BadInput

from .problem import problem_of

# Gradio evaluates its templates and injects styles, hence the two unsafe words. Pictures may come from the shop's own image host,
# which the feed names; scripts, styles, fonts and requests come from here only.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob: http: https:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HSTS = "max-age=31536000"  # a year; without subdomains, which are not this server's to speak for


class SafeHeaders:
    """Adds HEADERS and the policy to every response that has none of its own, and HSTS to those that went over https.

    framers: origins whose pages may show this server's in a frame, besides its own.
    """

    def __init__(self, app: ASGIApp, framers: Iterable[str] = ()) -> None:
        self.app = app
        ancestors = " ".join(("'self'", *sorted(framers)))
        self._headers = {**HEADERS, "Content-Security-Policy": f"{POLICY}; frame-ancestors {ancestors}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = HSTS
            await send(message)

        await self.app(scope, receive, with_headers)


class TooLarge(BadInput):
    status, slug = 413, "too-large"


class BodyLimit(RequestBodyLimitMiddleware):
    """Starlette's limit, with a problem document where the size is declared beforehand (its own answer is plain text).

    elsewhere: another limit for paths that match a pattern whole.
    """

    def __init__(self, app: ASGIApp, max_body_size: int, elsewhere: tuple[str, int] | None = None) -> None:
        super().__init__(app, max_body_size)
        self._there = elsewhere[0] if elsewhere else ""
        self._inside = BodyLimit(app, elsewhere[1]) if elsewhere else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._inside is not None and scope["type"] == "http" and re.fullmatch(self._there, scope["path"]):
            await self._inside(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if declared.isdecimal() and int(declared) > self.max_body_size:
            await problem_of(self._refusal(int(declared))).response({"Connection": "close"})(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _refusal(self, size: int) -> TooLarge:
        detail = f"The request body has {size:,} bytes, at most {self.max_body_size:,} are read."
        return TooLarge(detail, fix="send a shorter message, or a smaller file")
