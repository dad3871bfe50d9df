"""A language model behind an OpenAI-compatible server: messages in, the text of its answer out, within a time limit.

Knows nothing of shopping. Whatever goes wrong is a ServerFailed that says what was seen; what can pass is asked again first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from .chat_model import NoAnswer

ATTEMPTS = 3
ANSWER_LIMIT = 64 * 1024  # bytes; a parse takes under one thousand
_BACKOFF = wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2)  # seconds


class ServerFailed(NoAnswer):
    """The server gave no usable answer. retryable: asking again may help."""

    def __init__(self, detail: str, *, fix: str, retryable: bool = False, wait_s: float | None = None) -> None:
        super().__init__(detail, fix=fix, wait_s=wait_s)
        self.retryable = retryable


@dataclass(frozen=True)
class Endpoint:
    """Where the model is asked. url: with the version, http://127.0.0.1:8080/v1. timeout_s: for one answer, retries included."""

    url: str
    model: str
    key: str | None = None
    timeout_s: float = 8.0


class _Said(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    """`message` in a whole answer, `delta` in a streamed one."""

    message: _Said = _Said()
    delta: _Said = _Said()


class _Completion(BaseModel):
    choices: list[_Choice] = []


class ChatServer:
    """A ChatModel: whole completions that follow a JSON schema; also text as it is written. Safe to use from several threads."""

    def __init__(self, endpoint: Endpoint, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """sleep: how the time between two attempts is spent."""
        headers = {"authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = httpx.Client(base_url=f"{endpoint.url.rstrip('/')}/", headers=headers)
        self.endpoint, self._sleep = endpoint, sleep

    def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
        """The text of the model's answer to the messages. ServerFailed after ATTEMPTS or when the time is up."""
        body = {
            "model": self.endpoint.model,
            "messages": list(messages),
            "temperature": 0,
            "stream": True,  # when the time is up, closing the stream stops the model too
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "parse", "strict": True, "schema": schema},
            },
        }
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, ServerFailed) and error.retryable),
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self.endpoint.timeout_s),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._once, body, time.monotonic() + self.endpoint.timeout_s)

    def stream(self, messages: Sequence[Mapping[str, str]], *, token_limit: int) -> Generator[str, None, None]:
        """The text of the model's answer in pieces as they come. ServerFailed when none comes or the time is up; nothing is asked twice."""
        body = {
            "model": self.endpoint.model,
            "messages": list(messages),
            "temperature": 0,
            "max_tokens": token_limit,
            "stream": True,
        }
        until = time.monotonic() + self.endpoint.timeout_s
        with self._asked(body, self.endpoint.timeout_s) as response:
            if response.is_success and "event-stream" in response.headers.get("content-type", ""):
                yield from self._pieces(response, until)
            else:
                yield self._whole(response, self._text(response, until))

    def close(self) -> None:
        self._client.close()

    def _once(self, body: Mapping[str, Any], until: float) -> str:
        with self._asked(body, max(until - time.monotonic(), 0.001)) as response:
            return self._whole(response, self._text(response, until))

    @contextmanager
    def _asked(self, body: Mapping[str, Any], timeout_s: float) -> Iterator[httpx.Response]:
        """The response while it is read. What goes wrong on the way is a ServerFailed. timeout_s: for one read."""
        try:
            with self._client.stream("POST", "chat/completions", json=body, timeout=timeout_s) as response:
                yield response
        except httpx.TimeoutException as error:
            raise self._too_slow() from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise self._failed(f"cannot be reached: {error or type(error).__name__}", retryable=True) from error

    def _pieces(self, response: httpx.Response, until: float) -> Iterator[str]:
        """The words of each event as it is complete. A server that drips without end is stopped here too."""
        read, kept = 0, ""
        for text in response.iter_text():
            read += len(text)
            if time.monotonic() > until:
                raise self._too_slow()
            if read > ANSWER_LIMIT:
                raise self._failed(f"sent over {ANSWER_LIMIT:,} characters", wait_s=0)
            *lines, kept = (kept + text).split("\n")
            if piece := self._content("\n".join(lines), streamed=True):
                yield piece
        yield self._content(kept, streamed=True)

    def _whole(self, response: httpx.Response, text: str) -> str:
        """The model's words of an answer that was read to its end; ServerFailed for one that is none."""
        if response.is_success:
            return self._content(text, streamed="event-stream" in response.headers.get("content-type", ""))
        again = response.status_code in (408, 409, 429) or response.status_code >= 500
        said = f"answers {response.status_code}: {' '.join(text.split())[:200]}"
        raise self._failed(said, retryable=again, wait_s=_retry_after(response.headers.get("retry-after")))

    def _text(self, response: httpx.Response, until: float) -> str:
        """The whole body. The client's own limit is for one read, so a server that drips is stopped here."""
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if time.monotonic() > until:
                raise self._too_slow()
            if len(body) > ANSWER_LIMIT:
                raise self._failed(f"sent over {ANSWER_LIMIT:,} bytes", wait_s=0)
        return body.decode("utf-8", errors="replace")

    def _content(self, text: str, *, streamed: bool) -> str:
        """The model's words out of one JSON document, or out of the pieces of an event stream."""
        events = [line[5:].strip() for line in text.split("\n") if line.startswith("data:")] if streamed else [text]
        try:
            pieces = [_Completion.model_validate_json(event) for event in events if event != "[DONE]"]
        except ValidationError as error:
            raise self._failed(f"sent no chat completion: {text[:80]!r}", wait_s=0) from error
        return "".join(c.message.content or c.delta.content or "" for piece in pieces for c in piece.choices[:1])

    def _too_slow(self) -> ServerFailed:
        return self._failed(f"did not answer within {self.endpoint.timeout_s:g} s", retryable=True)

    def _failed(self, what: str, *, retryable: bool = False, wait_s: float | None = None) -> ServerFailed:
        detail = f"The language model at {self.endpoint.url} {what}."
        fix = "check SHOP_LLM_URL, SHOP_LLM_MODEL and SHOP_LLM_KEY, and that the server runs"
        return ServerFailed(detail, fix=fix, retryable=retryable, wait_s=wait_s)


def _pause(state: RetryCallState) -> float:
    """Seconds until the next attempt: what the server asked for, else longer each time."""
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.wait_s if isinstance(failure, ServerFailed) else None
    return _BACKOFF(state) if asked is None else asked


def _retry_after(value: str | None) -> float | None:
    """Seconds from now, of a Retry-After header in seconds or as a date (RFC 9110, 10.2.3); None when it is neither."""
    if not value:
        return None
    if value.isdecimal():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
