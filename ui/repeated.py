"""What a server does again and again beside its answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .log import logger

log = logger(__name__)


@contextmanager
def repeated(work: Callable[[], object], every_s: float) -> Iterator[None]:
    """Do it in a thread of its own every so many seconds until the block ends, which waits for one under way. An error is logged."""
    over = threading.Event()

    def again() -> None:
        while not over.wait(every_s):
            try:
                work()
            except Exception:
                log.exception("what is done again and again failed; it is tried again")

    thread = threading.Thread(target=again, name="repeated", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
