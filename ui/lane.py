"""One lane for the models: work is done one piece after the other by one thread, and only so many may wait for it."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from retrieval.errors import Overloaded, ShopError, TookTooLong

T = TypeVar("T")
FIRST_GUESS_S = 2.0  # what a piece takes, until some were done
log = logging.getLogger(__name__)
_BEGUN, _END = object(), object()


@dataclass(frozen=True)
class Place:
    """Where a piece stands in line. ahead: pieces before it, the one under way among them. wait_s: what that may take."""

    ahead: int
    wait_s: int


class ShareTaken(ShopError):
    """One caller has as many pieces in line as one may have."""

    status, slug, retryable = 429, "share-taken", True


@dataclass(frozen=True)
class _Failed:
    error: BaseException


@dataclass(eq=False)
class _Piece:
    """A piece of work in line; what becomes of it is told to the loop of whoever waits for it. whose: its caller, where known."""

    whose: str | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    told: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    future: Future[None] | None = None

    def tell(self, what: object) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody listens any more, and the work goes on
            self.loop.call_soon_threadsafe(self.told.put_nowait, what)

    def give_up(self) -> bool:
        """Leave the line, and say whether it was still in it: what has begun goes on."""
        return self.future is not None and self.future.cancel()

    def pour(self, work: Callable[[], Iterable[object]]) -> None:
        self.tell(_BEGUN)
        for item in work():
            self.tell(item)


class Lane:
    """Runs model work in one thread of its own: two torch computations side by side on few cores take far longer than in turn.

    waiting: how many pieces may be under way or in line; one more raises Overloaded at once instead of keeping somebody waiting.
    share: how many of them may be one caller's; one more raises ShareTaken, so that nobody fills the line alone. None: all.
    wait_timeout_s, turn_timeout_s: how long a piece may wait in line, and take once begun.
    """

    def __init__(
        self, *, waiting: int = 64, share: int | None = None, wait_timeout_s: float = 120, turn_timeout_s: float = 60
    ) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turns")
        self._places = waiting
        self._share = waiting if share is None else share
        self._wait_timeout_s, self._turn_timeout_s = wait_timeout_s, turn_timeout_s
        self._line: list[_Piece] = []  # under way or in line, in order
        self._pace_s = FIRST_GUESS_S
        self._closed = False
        self._guard = Lock()

    @property
    def length(self) -> int:
        """Pieces under way or in line."""
        return len(self._line)

    async def run(self, work: Callable[[], T], whose: str | None = None) -> T:
        """What `work` returns, when its turn has come."""
        *_, last = [item async for item in self.stream(lambda: (work(),), whose) if not isinstance(item, Place)]
        return last

    def stream(self, work: Callable[[], Iterable[T]], whose: str | None = None) -> AsyncGenerator[T | Place]:
        """The items of `work` as they come; before them the place in line, as often as it changes.

        whose: the caller whose share of the line it takes. The place is taken now, so that Overloaded and ShareTaken are
        raised here. Once begun it runs to its end, listener or not: a turn is
        taken whole. TookTooLong after the time for it; Overloaded when it did not begin in time, and then it never does.
        """
        return self._heard(self._enter(work, whose))

    def spare(self, work: Callable[[], object]) -> None:
        """Does `work` when nobody waits, else not at all: it only saves time later, so nobody should lose any by it."""
        with self._guard:
            if not self._line and not self._closed:
                self._worker.submit(contextvars.copy_context().run, _quietly, work)

    def close(self) -> None:
        """Finish what is under way, refuse what waits."""
        with self._guard:
            self._closed = True
        self._worker.shutdown(cancel_futures=True)

    def _enter(self, work: Callable[[], Iterable[T]], whose: str | None) -> _Piece:
        piece = _Piece(whose)
        with self._guard:
            if self._closed:
                raise _stopping()
            if len(self._line) == self._places:
                raise self._full()
            if whose is not None and sum(other.whose == whose for other in self._line) >= self._share:
                raise self._share_taken(whose)
            if self._line:
                piece.tell(self._place(len(self._line)))
            self._line.append(piece)
            piece.future = self._worker.submit(contextvars.copy_context().run, self._timed, piece, work)
        piece.future.add_done_callback(partial(self._leave, piece))
        return piece

    def _timed(self, piece: _Piece, work: Callable[[], Iterable[T]]) -> None:
        began = time.perf_counter()
        piece.pour(work)
        self._pace_s += 0.2 * (time.perf_counter() - began - self._pace_s)

    def _leave(self, piece: _Piece, done: Future[None]) -> None:
        """A piece is done or given up: those behind it move on, and only then is its end told."""
        with self._guard:
            place = self._line.index(piece)
            del self._line[place]
            for ahead, other in enumerate(self._line[place:], start=place):
                if ahead:
                    other.tell(self._place(ahead))
        error = _stopping() if done.cancelled() else done.exception()
        piece.tell(_Failed(error) if error else _END)

    async def _heard(self, piece: _Piece) -> AsyncGenerator[Any]:
        deadline = piece.loop.time() + self._wait_timeout_s
        try:
            while (item := await self._next(piece, deadline)) is not _END:
                if item is _BEGUN:
                    deadline = piece.loop.time() + self._turn_timeout_s
                else:
                    yield item
        finally:
            piece.give_up()  # whoever left while in line makes room

    async def _next(self, piece: _Piece, deadline: float) -> Any:
        try:
            async with asyncio.timeout_at(deadline):
                item = await piece.told.get()
        except TimeoutError:
            raise self._late(piece) from None
        if isinstance(item, _Failed):
            raise item.error
        return item

    def _place(self, ahead: int) -> Place:
        return Place(ahead, max(1, math.ceil(ahead * self._pace_s)))

    def _full(self) -> Overloaded:
        wait_s = self._place(max(1, len(self._line) // 2)).wait_s  # by then half of the line is served
        return Overloaded(
            "Many shoppers are waiting for an answer.", fix=f"try again in {wait_s} s", retry_after_s=wait_s
        )

    def _share_taken(self, whose: str) -> ShareTaken:
        first = next(ahead for ahead, piece in enumerate(self._line) if piece.whose == whose)
        wait_s = self._place(first + 1).wait_s  # by then the first of its pieces is done
        detail = f"{self._share} messages and searches from this address are waiting already."
        return ShareTaken(detail, fix=f"try again in {wait_s} s", retry_after_s=wait_s)

    def _late(self, piece: _Piece) -> Exception:
        if piece.give_up():
            return self._full()
        detail = f"The answer took longer than {self._turn_timeout_s:g} s."
        return TookTooLong(detail, fix="look in a while: a turn's answer is kept in its conversation when it comes")


def _stopping() -> Overloaded:
    return Overloaded("The server is about to stop.", fix="try again in a few seconds")


def _quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        log.exception("spare work failed; nobody waited for it")
