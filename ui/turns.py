"""Turns as the API and the page take them: each in the lane, one after the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from assistant import Assistant
from assistant.model import Done, Event, Reply

from .lane import Lane, Place


class Turns:
    """Takes turns, and reads ahead behind each while nobody waits."""

    def __init__(self, assistant: Assistant, lane: Lane) -> None:
        self._assistant = assistant
        self._lane = lane

    def take(self, message: str, session_id: str, *, visitor: str | None = None) -> AsyncGenerator[Event | Place]:
        """The turn's events, and before them its places in line. The place is taken now: Overloaded is raised here."""
        events = self._lane.stream(partial(self._assistant.stream, message, session_id, visitor=visitor))
        return self._with_ahead(events, session_id)

    async def reply(self, message: str, session_id: str, *, visitor: str | None = None) -> Reply:
        """The same turn whole."""
        *_, last = [event async for event in self.take(message, session_id, visitor=visitor)]
        assert isinstance(last, Done)
        return last.reply

    async def _with_ahead(
        self, events: AsyncGenerator[Event | Place], session_id: str
    ) -> AsyncGenerator[Event | Place]:
        async with aclosing(events):
            async for event in events:
                yield event
        self._lane.spare(partial(self._assistant.read_ahead, session_id))
