"""Signed messages to a server of the shop, and from one, as the Standard Webhooks specification 1.0.0 has them.

A message keeps its id however often it is sent, so the receiver can tell that it has it. What may pass is sent again a few times.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from retrieval.errors import BadInput, ShopError

ATTEMPTS = 3
TIMEOUT_S = 4.0  # for one attempt
PATIENCE = 2.5  # all attempts of one delivery may take so many times as long as one
ANSWER_LIMIT = 64 * 1024  # bytes
SECRET_PREFIX = "whsec_"
FRESH_S = 300  # so old, or so far ahead, may a message from the shop be
_BACKOFF = wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2)  # seconds


class NotDelivered(ShopError):
    """Nobody confirmed that the message came. retryable: sending it again may help."""

    status, slug = 503, "not-delivered"

    def __init__(self, detail: str, *, fix: str, retryable: bool = False) -> None:
        super().__init__(detail, fix=fix)
        self.retryable = retryable


class NotGenuine(ShopError):
    """A message that claims to be the shop's, and is not signed so, or was signed too long ago."""

    status, slug = 401, "not-genuine"


def attempts(limit_s: float, sleep: Callable[[float], None]) -> Retrying:
    """Calls what it is given until it is no longer NotDelivered for a passing reason: ATTEMPTS times at most, and within `limit_s`."""
    return Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, NotDelivered) and error.retryable),
        stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(limit_s),
        wait=_BACKOFF,
        sleep=sleep,
        reraise=True,
    )


class Webhook:
    """One receiver. Safe to use from several threads. timeout_s: for one attempt; sleep: how the time between two is spent."""

    def __init__(
        self, url: str, secret: str, *, timeout_s: float = TIMEOUT_S, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url, self._host, self._key = url, httpx.URL(url).host, _key(secret)
        self._timeout_s, self._sleep = timeout_s, sleep
        self._client = httpx.Client()

    def send(self, message_id: str, message: dict[str, Any]) -> bytes:
        """The body of the receiver's answer, which was a success. NotDelivered after time-outs, broken connections, 429 and 5xx,
        each tried again; at once after any other answer."""
        limit_s = self._timeout_s * PATIENCE
        body = json.dumps(message).encode()
        return attempts(limit_s, self._sleep)(self._once, message_id, body, time.monotonic() + limit_s)

    def close(self) -> None:
        self._client.close()

    def _once(self, message_id: str, body: bytes, until: float) -> bytes:
        timeout_s = max(min(self._timeout_s, until - time.monotonic()), 0.001)
        headers = self._headers(message_id, body)
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers, timeout=timeout_s) as response:
                answer = self._read(response, time.monotonic() + timeout_s)
        except httpx.HTTPError as error:
            raise self._failed(f"did not answer: {error or type(error).__name__}", retryable=True) from error
        if response.is_success:
            return answer
        again = response.status_code == 429 or response.status_code >= 500
        raise self._failed(f"answered {response.status_code}", retryable=again)

    def _headers(self, message_id: str, body: bytes) -> dict[str, str]:
        sent_at = str(int(time.time()))
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": sent_at,
            "webhook-signature": signature(self._key, message_id, sent_at, body),
        }

    def _read(self, response: httpx.Response, until: float) -> bytes:
        """The whole body. The client's own limit is for one read, so a server that drips is stopped here."""
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if time.monotonic() > until:
                raise self._failed("took too long to answer", retryable=True)
            if len(body) > ANSWER_LIMIT:
                raise self._failed(f"sent over {ANSWER_LIMIT:,} bytes")
        return body

    def _failed(self, what: str, *, retryable: bool = False) -> NotDelivered:
        return NotDelivered(
            f"The webhook at {self._host} {what}.",
            fix="look at its own log and at the address set",
            retryable=retryable,
        )


def signature(key: bytes, message_id: str, sent_at: str, body: bytes) -> str:
    """ "v1," and the base64 of HMAC-SHA256 over id, time (seconds since 1970) and body, joined by dots."""
    signed = b".".join((message_id.encode(), sent_at.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"


def id_of_genuine(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The id of a message that the shop has signed lately; NotGenuine of any other. headers: by names in small letters."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    right = signature(_key(secret), message_id, sent_at, body)
    given = headers.get("webhook-signature", "").split()
    if (
        not message_id
        or not fresh(sent_at)
        or not any(hmac.compare_digest(right.encode(), one.encode()) for one in given)
    ):
        raise NotGenuine(
            "The message is not signed with the secret that both sides have, or was signed too long ago.",
            fix="sign it as docs/checkout.md shows, by a clock that is right",
        )
    return message_id


def fresh(sent_at: str) -> bool:
    """Whether a time in seconds since 1970 is about now."""
    return sent_at.isascii() and sent_at.isdecimal() and abs(time.time() - int(sent_at[:20])) <= FRESH_S


def _key(secret: str) -> bytes:
    """The key in a secret as the specification writes it: `whsec_` and 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise BadInput(
            f"The webhook's secret is not {SECRET_PREFIX} and 24 to 64 bytes in base64.",
            fix=f"make one with `echo {SECRET_PREFIX}$(openssl rand -base64 32)` and give it to both sides",
        )
    return key
