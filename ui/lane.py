"""One lane for the models: work is done one piece after the other by one thread, and only so many may wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from retrieval.errors import Overloaded

T = TypeVar("T")
_END = object()


class Lane:
    """Runs model work in one thread of its own: two torch computations side by side on few cores take far longer than in turn.

    waiting: how many pieces may be under way or in line; one more raises Overloaded at once instead of keeping somebody waiting.
    """

    def __init__(self, *, waiting: int = 32) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turns")
        self._places = waiting
        self._held = 0  # pieces under way or in line
        self._closed = False
        self._guard = Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns, when its turn has come."""
        return await asyncio.wrap_future(self._submit(work))

    async def stream(self, work: Callable[[], Iterable[T]]) -> AsyncIterator[T]:
        """The items of `work` as they come. Once begun it runs to its end, listener or not: a turn is taken whole."""
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[T | object] = asyncio.Queue()

        def pour() -> None:
            for item in work():
                loop.call_soon_threadsafe(items.put_nowait, item)

        poured = asyncio.wrap_future(self._submit(pour))
        poured.add_done_callback(lambda _: items.put_nowait(_END))
        while (item := await items.get()) is not _END:
            yield item  # type: ignore[misc]  # only _END is not a T
        await poured

    def spare(self, work: Callable[[], object]) -> None:
        """Does `work` when nobody waits, else not at all: it only saves time later, so nobody should lose any by it."""
        with self._guard:
            if self._held == 0 and not self._closed:
                self._worker.submit(work)

    def close(self) -> None:
        """Finish what is under way, refuse what waits."""
        with self._guard:
            self._closed = True
        self._worker.shutdown(cancel_futures=True)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._guard:
            if self._held == self._places:
                raise Overloaded("Many shoppers are waiting for an answer.", fix="try again in a few seconds")
            self._held += 1
        future = self._worker.submit(work)
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: Future[T]) -> None:
        with self._guard:
            self._held -= 1
