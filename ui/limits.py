"""How often one visitor and one address may call: an ASGI layer around the API, and the page's own question."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from retrieval.errors import ShopError

from .problem import problem_of
from .settings import ServerSettings

API = "/v1/"
GUESSES = "10/minute; 60/hour"  # tries of the operator's token from one address
log = logging.getLogger(__name__)


class TooMany(ShopError):
    """One caller asked more often than allowed; the wait is until the next call is."""

    status, slug = 429, "too-many-requests"


class Limits:
    """Counts calls in moving windows, in this process's memory: several processes allow each their share.

    An address is what the connection comes from, or what a trusted proxy says; of IPv6 the /64, which is one household's.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._visitor = _parsed(settings.visitor_limit)
        self._address = _parsed(settings.address_limit)
        self._guesses = _parsed(GUESSES)

    def spend(self, address: str | None, visitor: str | None = None) -> None:
        """Count one call; TooMany when the visitor or the address has none left."""
        if visitor is not None:
            self._hit(self._visitor, "visitor", hashlib.sha256(visitor.encode()).hexdigest())
        if address is not None:
            self._hit(self._address, "address", household(address))

    def busy(self, address: str, share: float) -> int | None:
        """Seconds until a call of the address is free again, where it has used more than this share of one of its limits; else None."""
        stats = [(rate, self._windows.get_window_stats(rate, "address", household(address))) for rate in self._address]
        over = [one.reset_time for rate, one in stats if rate.amount - one.remaining > share * rate.amount]
        return max(1, math.ceil(max(over) - time.time())) if over else None

    def guess(self, address: str) -> None:
        """Count one try of the operator's token, right or wrong; TooMany when the address has none left."""
        self._hit(self._guesses, "address at the login", household(address))

    def _hit(self, rates: Iterable[RateLimitItem], whose: str, key: str) -> None:
        for rate in rates:
            if not self._windows.hit(rate, whose, key):
                free_at = self._windows.get_window_stats(rate, whose, key).reset_time
                wait_s = max(1, math.ceil(free_at - time.time()))
                raise TooMany(
                    f"That is more than {rate.amount} messages and requests in {rate.get_expiry():,} s from this {whose}.",
                    fix=f"wait {wait_s} s, then send it again",
                    retry_after_s=wait_s,
                )


class LimitDoor:
    """Refuses calls of the API over the limits, before they are read."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return
        client, headers = scope.get("client"), Headers(scope=scope)
        try:
            self._limits.spend(client and client[0], headers.get("x-visitor"))
        except TooMany as error:
            if "x-forwarded-for" in headers and "address" in error.detail:
                log.warning("a limit was met by a call with X-Forwarded-For; is its proxy in SHOP_TRUSTED_PROXIES?")
            await problem_of(error).response()(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _parsed(rates: str) -> list[RateLimitItem]:
    """The shortest window first, so that the wait said is the one that comes first."""
    return sorted(parse_many(rates), key=lambda rate: rate.get_expiry()) if rates else []


def household(address: str) -> str:
    """Who counts as one caller: the address, or of IPv6 its /64."""
    try:
        known = ip_address(address)
    except ValueError:
        return address  # a unix socket, or a test's client
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or ip_network((known, 64), strict=False))
