"""Turns as the API and the page take them: each in the lane, one after the other, with a line in the log."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from assistant import Assistant
from assistant.contract import Done, Event, Parsed, Reply
from assistant.exact import Asked, words_of
from assistant.model import ShopCart
from retrieval.errors import NotFound, ShopError, TookTooLong

from .lane import Lane, Place
from .log import logger
from .metrics import Metrics
from .problem import code_of

TOGETHER = 8  # messages that wait and are read together: what begins waits for all of them
UNREAD = "unread"  # the intent of a message that nothing was read in
log = logger(__name__)


@dataclass(frozen=True)
class Asking:
    """One message, a wish taken back or a quantity in the cart, and who sends it where.

    email: that the shop vouches for. door: what it came in by.

    caller: the address whose share of the line it takes. learn: whether the visitor agreed that events are kept of the turn.
    site: the key of the site it comes from. page: id of the product whose page it comes from. shop_cart: the shop's
    own cart, as that page tells it. region: where the shopper is, as the shop names it.
    turn: given when it is sent again, since its answer did not come; which turn of the conversation it was to be.
    """

    message: Asked
    session_id: str
    visitor: str | None = None
    email: str | None = None
    door: Literal["api", "page"] = "api"
    turn: int | None = None
    caller: str | None = None
    learn: bool = False
    site: str | None = None
    page: str | None = None
    shop_cart: ShopCart | None = None
    region: str | None = None


@dataclass(frozen=True)
class Kept:
    """The answer that a turn was given before, as the contract's object."""

    reply: Mapping[str, Any]


T = TypeVar("T")
Told = TypeVar("Told", Event | Place, Event | Place | Kept)


_Taken = Callable[[Asking, threading.Event, float], Iterator[T]]


class Turns:
    """Takes turns, and reads ahead behind each while nobody waits. log_messages: whether the log may hold what shoppers write."""

    def __init__(self, assistant: Assistant, lane: Lane, metrics: Metrics, *, log_messages: bool = False) -> None:
        self._assistant = assistant
        self._lane = lane
        self._metrics = metrics
        self._log_messages = log_messages
        self._unread: dict[threading.Event, Asking] = {}  # in line, in their order, by what tells that they are late

    def take(self, asking: Asking) -> AsyncGenerator[Event | Place]:
        """The turn's events, and before them its places in line. The place is taken now: Overloaded or ShareTaken is raised here."""
        return self._in_line(asking, self._taken)

    def once(self, asking: Asking) -> AsyncGenerator[Event | Place | Kept]:
        """The same, or what was kept where the message is sent again and was answered: no message is taken twice.

        Looked up in the lane, where a turn that is still under way has ended.
        """
        return self._in_line(asking, self._taken_once)

    async def reply(self, asking: Asking) -> Mapping[str, Any]:
        """The same turn whole, as the contract's object."""
        *_, last = [event async for event in self.once(asking)]
        assert isinstance(last, (Done, Kept))
        return last.reply.to_json() if isinstance(last, Done) else last.reply

    def _in_line(self, asking: Asking, taken: _Taken[Told]) -> AsyncGenerator[Told | Place]:
        late = threading.Event()
        self._unread[late] = asking
        try:
            work = partial(self._begun, asking, taken, late, time.perf_counter())
            events = self._lane.stream(work, asking.caller)
        except ShopError:
            self._unread.pop(late, None)
            raise
        return self._followed(events, late, asking.session_id)

    async def _followed(
        self, events: AsyncGenerator[Told], late: threading.Event, session_id: str
    ) -> AsyncGenerator[Told]:
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
        except TookTooLong:
            late.set()
            raise
        finally:
            self._unread.pop(late, None)
        self._lane.spare(partial(self._assistant.read_ahead, session_id))

    def _begun(self, asking: Asking, taken: _Taken[Told], late: threading.Event, came: float) -> Iterator[Told]:
        if self._unread.pop(late, None):
            self._read_together(asking)
        yield from taken(asking, late, came)

    def _read_together(self, asking: Asking) -> None:
        """Reads the message that begins with those that wait behind it, at most TOGETHER, of each conversation the next one."""
        waiting = list(self._unread)[: TOGETHER - 1]
        together = [asking, *filter(None, (self._unread.pop(late, None) for late in waiting))]
        said = {one.session_id: one.message for one in reversed(together) if isinstance(one.message, str)}
        if len(said) > 1:
            try:
                self._assistant.read_waiting(said)
            except Exception:
                log.exception("messages that wait were not read together; each will be by itself")

    def _taken_once(self, asking: Asking, late: threading.Event, came: float) -> Iterator[Event | Kept]:
        kept = self._answer(asking)
        if kept is None:
            yield from self._taken(asking, late, came)
        else:
            yield Kept(kept)

    def _answer(self, asking: Asking) -> Mapping[str, Any] | None:
        """What this very message was answered as the turn that it was to be; None when it was not."""
        if asking.turn is None:
            return None
        try:
            turns = self._assistant.session(asking.session_id, visitor=asking.visitor).turns
        except NotFound:
            return None
        meant = turns[asking.turn - 1 : asking.turn]
        return meant[0].reply if meant and meant[0].message == words_of(asking.message) else None

    def _taken(self, asking: Asking, late: threading.Event, came: float) -> Iterator[Event]:
        """The turn, in the lane's thread. late: set once nobody waits for it any more. came: when it got its place in line."""
        waited, intent = time.perf_counter() - came, UNREAD
        line = log.bind(session_id=asking.session_id, door=asking.door, wait_ms=_ms(waited))
        if self._log_messages:
            line = line.bind(message=str(asking.message))
        try:
            for event in self._assistant.stream(
                asking.message,
                asking.session_id,
                visitor=asking.visitor,
                email=asking.email,
                learn=asking.learn,
                site=asking.site,
                page=asking.page,
                shop_cart=asking.shop_cart,
                region=asking.region,
            ):
                match event:
                    case Parsed():
                        intent = event.intent
                    case Done(reply):
                        self._metrics.answered(reply, waited, late=late.is_set())
                        line.info("turn", **_told(reply, TookTooLong.slug if late.is_set() else reply.fault))
                yield event
        except Exception as error:
            self._metrics.failed(intent, waited)
            total_ms = _ms(time.perf_counter() - came)
            line.warning("turn", outcome="failed", error=code_of(error), intent=intent, total_ms=total_ms)
            raise


def _told(reply: Reply, error: str | None) -> dict[str, Any]:
    """What the log says of an answer: counts and times, and no word of it."""
    times = {f"{stage}_ms": ms for stage, ms in reply.to_json()["latency_ms"].items()}
    counts = {"products": len(reply.cards), "relaxed": len(reply.relaxed), "sources": len(reply.sources)}
    outcome = {"outcome": "failed", "error": error} if error else {"outcome": "answered"}
    return {**outcome, "turn": reply.turn, "intent": reply.intent, "acts": list(reply.acts), **counts, **times}


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 1)
