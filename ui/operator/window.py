"""A window on the conversations: those used lately, read from the newest on, a few at a time, and never more than so many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BeforeValidator

from assistant.sessions import Listed, Sessions, Told

from .figures import Talk

AT_ONCE = 50  # conversations read in one go; between two no connection is held, so that erasing never waits
MOST = 1_000  # conversations that the figures are taken from
DAYS = (1, 7, 30)
# A query holds digits, which a Literal of numbers does not take for one.
Days = Annotated[Literal[1, 7, 30], BeforeValidator(int), Query()]


@dataclass(frozen=True)
class Window:
    """The conversations of the last days, at most so many; None for all."""

    sessions: Sessions
    days: int = 30
    most: int | None = MOST

    @property
    def since(self) -> datetime:
        return datetime.now(UTC) - timedelta(self.days)

    def listed(self) -> Iterator[Listed]:
        """The newest first."""
        since, left = self.since, self.most
        page = self.sessions.newest(AT_ONCE if left is None else min(AT_ONCE, left))
        while page:
            yield from (one for one in page if one.used >= since)
            left = None if left is None else left - len(page)
            if page[-1].used < since or left == 0:
                return
            page = self.sessions.newest(AT_ONCE if left is None else min(AT_ONCE, left), before=page[-1].mark)

    def talks(self) -> Iterator[Talk]:
        """Each with its turns. One that is erased in between is left out."""
        some: list[Listed] = []
        for listed in self.listed():
            some.append(listed)
            if len(some) == AT_ONCE:
                yield from self._told(some)
                some = []
        yield from self._told(some)

    def _told(self, some: list[Listed]) -> Iterator[Talk]:
        told = self.sessions.told([one.session_id for one in some]) if some else ()
        turns: dict[str, list[Told]] = {
            name: list(each) for name, each in groupby(told, key=lambda one: one.session_id)
        }
        return ((one, turns[one.session_id]) for one in some if one.session_id in turns)
