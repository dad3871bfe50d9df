"""ASGI layers around every answer: no oversized bodies in, and headers that keep the browser from loading anything from elsewhere."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problem import Problem

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
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class SafeHeaders:
    """Adds HEADERS to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, with_headers)


class BodyLimit(RequestBodyLimitMiddleware):
    """Starlette's limit, with a problem document where the size is declared beforehand (its own answer is plain text)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if declared.isdecimal() and int(declared) > self.max_body_size:
            await self._refusal(int(declared)).response({"Connection": "close"})(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _refusal(self, size: int) -> Problem:
        detail = f"The request body has {size:,} bytes, at most {self.max_body_size:,} are read."
        return Problem(413, "Content Too Large", detail, "send a shorter message")
