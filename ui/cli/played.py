"""Many things done with a progress bar, so many at a time, in their own order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Given = TypeVar("Given")
Made = TypeVar("Made")


def each(do: Callable[[Given], Made], things: Sequence[Given], *, jobs: int, description: str) -> list[Made]:
    """What is made of each thing, in the order of the things; the bar goes to standard error."""
    with ThreadPoolExecutor(jobs) as pool:
        made = pool.map(do, things)
        return list(track(made, description=description, total=len(things), console=Console(stderr=True)))
