"""Where conversations are kept: the border, and in memory; sessions_sql.py keeps them in a database."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from retrieval.errors import NotFound

from .model import DialogueState, Exchange, Parse
from .state import Effect

NO_SITES: Mapping[str, datetime] = {}
Mark = tuple[datetime, str]  # a place in the list of conversations: last turn, id


@dataclass(frozen=True)
class Turn:
    """One message with what was read in it, what it left behind, and the reply as the contract's object."""

    message: str
    parse: Parse
    effect: Effect
    exchange: Exchange
    reply: Mapping[str, Any]


@dataclass(frozen=True)
class Session:
    """A conversation. state: after the last turn; folding the turns gives it again. used: when that was, where it is known.

    site: the key of the site that it began on.
    """

    session_id: str
    turns: tuple[Turn, ...] = ()
    state: DialogueState = field(default_factory=DialogueState)
    used: datetime | None = None
    site: str | None = None


@dataclass(frozen=True)
class Thumb:
    """What a shopper thought of one turn's answer."""

    turn: int
    thumb: Literal["up", "down"]
    comment: str | None = None


@dataclass(frozen=True)
class StaffAnswer:
    """What a person of the shop wrote into a conversation. number: from 1, in order; turn: the last one before it; at: in UTC."""

    number: int
    turn: int
    text: str
    at: datetime


@dataclass(frozen=True)
class Forgotten:
    """How much of a conversation went; nothing when there was none."""

    turns: int = 0
    thumbs: int = 0
    answers: int = 0


@dataclass(frozen=True)
class Listed:
    """A conversation in a list. used: when its last turn was; opening: its first message; up, down: how many thumbs."""

    session_id: str
    used: datetime
    turns: int
    opening: str
    up: int = 0
    down: int = 0

    @property
    def mark(self) -> Mark:
        """Where it stands in the list."""
        return self.used, self.session_id


@dataclass(frozen=True)
class Told:
    """A turn as far as both sides saw it. number: from 1; reply: the contract's object; failed: it got the shopper no further."""

    session_id: str
    number: int
    message: str
    reply: Mapping[str, Any]
    failed: bool = False


class Sessions(Protocol):
    """Conversations by id. What `add` returned from is kept, whatever happens after."""

    def get(self, session_id: str) -> Session | None:
        """The conversation; None when there is none."""

    def add(
        self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None, *, site: str | None = None
    ) -> None:
        """Keep one more turn and the state after it, both or none. With the first turn the conversation becomes the visitor's and the
        site's.

        NotFound for a later turn when the conversation was forgotten while it was under way: nothing of it comes back.
        """

    def visitor(self, session_id: str) -> str | None:
        """Whose the conversation is; None when it is nobody's or not there."""

    def of(self, visitor: str) -> tuple[str, ...]:
        """The ids of the visitor's conversations, the oldest first."""

    def rate(self, session_id: str, thumb: Thumb) -> None:
        """Keep a thumb in place of the one before; NotFound when there is no such conversation."""

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        """The thumbs of a conversation by turn."""

    def answer(self, session_id: str, text: str, key: str) -> StaffAnswer:
        """Keep what a person of the shop answers; the same key again is the same answer. NotFound when there is no such conversation."""

    def answers(self, session_id: str, after: int = 0) -> tuple[StaffAnswer, ...]:
        """What persons of the shop answered, in order, beyond so many; NotFound when there is no such conversation."""

    def handed(self, reference: str) -> tuple[str, ...]:
        """The ids of the conversations that were passed on to the shop's staff under this reference."""

    def forget(self, session_id: str) -> Forgotten:
        """Erase all of a conversation, readable or not, and say how much that was."""

    def unused_since(self, before: datetime, sites: Mapping[str, datetime] = NO_SITES) -> tuple[str, ...]:
        """The ids of conversations whose last turn is older; of the sites named, older than their own time."""

    def newest(self, limit: int, *, before: Mark | None = None, prefix: str = "") -> tuple[Listed, ...]:
        """Conversations whose id begins so, by their last turn, the newest first; those after a place in this list."""

    def told(self, sessions: Collection[str]) -> tuple[Told, ...]:
        """The turns of these conversations, those of each in their order."""

    def close(self) -> None:
        """Let go of files and connections."""


class MemorySessions:
    """Conversations for as long as the process lives. most: of more than that the one unused longest is forgotten."""

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._sessions: dict[str, Session] = {}  # the one used last stands last
        self._visitors: dict[str, str] = {}
        self._thumbs: dict[str, dict[int, Thumb]] = {}
        self._answers: dict[str, dict[str, StaffAnswer]] = {}  # by conversation and key
        self._lock = threading.RLock()

    def get(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def add(
        self, session_id: str, turn: Turn, state: DialogueState, visitor: str | None = None, *, site: str | None = None
    ) -> None:
        with self._lock:
            known = self._sessions.pop(session_id, None)
            if known is None and state.turn > 1:
                raise forgotten(session_id)
            if known is None and visitor is not None:
                self._visitors[session_id] = visitor
            turns = (*known.turns, turn) if known else (turn,)
            whose = known.site if known else site
            self._sessions[session_id] = Session(session_id, turns, state, datetime.now(UTC), whose)
            if len(self._sessions) > self._most:
                self.forget(next(iter(self._sessions)))

    def visitor(self, session_id: str) -> str | None:
        return self._visitors.get(session_id)

    def of(self, visitor: str) -> tuple[str, ...]:
        with self._lock:
            return tuple(name for name in self._sessions if self._visitors.get(name) == visitor)

    def rate(self, session_id: str, thumb: Thumb) -> None:
        with self._lock:
            if session_id not in self._sessions:
                raise forgotten(session_id)
            self._thumbs.setdefault(session_id, {})[thumb.turn] = thumb

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        return tuple(thumb for _, thumb in sorted(self._thumbs.get(session_id, {}).items()))

    def answer(self, session_id: str, text: str, key: str) -> StaffAnswer:
        with self._lock:
            kept = self._sessions.get(session_id)
            if kept is None:
                raise forgotten(session_id)
            given = self._answers.setdefault(session_id, {})
            return given.setdefault(key, StaffAnswer(len(given) + 1, len(kept.turns), text, datetime.now(UTC)))

    def answers(self, session_id: str, after: int = 0) -> tuple[StaffAnswer, ...]:
        with self._lock:
            if session_id not in self._sessions:
                raise forgotten(session_id)
            return tuple(self._answers.get(session_id, {}).values())[after:]

    def handed(self, reference: str) -> tuple[str, ...]:
        with self._lock:
            return tuple(
                name
                for name, kept in self._sessions.items()
                if kept.state.handoff and kept.state.handoff.reference == reference
            )

    def forget(self, session_id: str) -> Forgotten:
        with self._lock:
            self._visitors.pop(session_id, None)
            thumbs, answers = self._thumbs.pop(session_id, {}), self._answers.pop(session_id, {})
            kept = self._sessions.pop(session_id, None)
        return Forgotten(len(kept.turns), len(thumbs), len(answers)) if kept else Forgotten()

    def unused_since(self, before: datetime, sites: Mapping[str, datetime] = NO_SITES) -> tuple[str, ...]:
        with self._lock:
            return tuple(
                name
                for name, kept in self._sessions.items()
                if kept.used and kept.used < sites.get(kept.site or "", before)
            )

    def newest(self, limit: int, *, before: Mark | None = None, prefix: str = "") -> tuple[Listed, ...]:
        with self._lock:
            listed = [self._listed(kept) for name, kept in self._sessions.items() if name.startswith(prefix)]
        listed.sort(key=lambda one: one.mark, reverse=True)
        return tuple(one for one in listed if before is None or one.mark < before)[:limit]

    def told(self, sessions: Collection[str]) -> tuple[Told, ...]:
        found = [kept for name in sessions if (kept := self._sessions.get(name))]
        return tuple(
            Told(kept.session_id, number, turn.message, turn.reply, any(one.failed for one in turn.effect.in_order()))
            for kept in found
            for number, turn in enumerate(kept.turns, start=1)
        )

    def close(self) -> None:
        for kept in (self._sessions, self._visitors, self._thumbs, self._answers):
            kept.clear()

    def _listed(self, kept: Session) -> Listed:
        thumbs = [one.thumb for one in self.thumbs(kept.session_id)]
        used = kept.used or datetime.min.replace(tzinfo=UTC)
        up, down = thumbs.count("up"), thumbs.count("down")
        return Listed(kept.session_id, used, len(kept.turns), kept.turns[0].message, up, down)


def forgotten(session_id: str) -> NotFound:
    return NotFound(f"The session {session_id!r} was erased in the meantime.", fix="start a new one")
