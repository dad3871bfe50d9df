"""The door to the conversations that are kept: each opens to its own visitor alone, and has one turn under way at a time."""

from __future__ import annotations

import secrets
import threading
from weakref import WeakValueDictionary

from retrieval.errors import NotFound

from .model import DialogueState
from .outbound.attachments import Attachment
from .privacy.kept import Places, erase
from .sessions import Session, StaffAnswer, Thumb
from .state import replay


class Conversations:
    """Conversations by the id of their session. NotFound is the same for one that is not there and for another visitor's."""

    def __init__(self, places: Places) -> None:
        self._places, self._sessions = places, places.sessions
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()  # only of turns under way
        self._guard = threading.Lock()

    def turn_of(self, session_id: str) -> threading.Lock:
        """What a turn of the conversation holds, so that the next one waits for it."""
        with self._guard:
            return self._turns.setdefault(session_id, threading.Lock())

    def admit(self, session_id: str, visitor: str | None) -> None:
        """NotFound when the session is another visitor's."""
        whose = self._sessions.visitor(session_id)
        if whose is not None and not secrets.compare_digest(whose, visitor or ""):
            raise _no_session(session_id)

    def session(self, session_id: str, visitor: str | None) -> Session:
        """A conversation's turns and state; NotFound when there is none."""
        self.admit(session_id, visitor)
        session = self._sessions.get(session_id)
        if session is None:
            raise _no_session(session_id)
        return session

    def latest(self, visitor: str | None) -> Session:
        """The visitor's conversation that was used last; NotFound when there is none, or no visitor."""
        theirs = self._sessions.of(visitor) if visitor else ()
        if not theirs:
            raise NotFound(
                "The visitor has no conversation.", fix="start one by sending a message without a session id"
            )
        return self.session(theirs[-1], visitor)

    def state_after(self, session_id: str, turn: int, visitor: str | None) -> DialogueState:
        """What was wanted after a turn; NotFound when there is no such turn."""
        state = DialogueState()
        for one in self._up_to(turn, session_id, visitor).turns[:turn]:
            state = replay(state, one.parse, one.effect, one.exchange)
        return state

    def rate(self, session_id: str, thumb: Thumb, *, visitor: str | None = None) -> None:
        """Keep what the shopper thought of a turn, in place of what was kept before; NotFound when there is no such turn."""
        self._up_to(thumb.turn, session_id, visitor)
        self._sessions.rate(session_id, thumb)

    def thumbs(self, session_id: str) -> tuple[Thumb, ...]:
        """What the shopper thought of the conversation's turns; for whoever was let in to `session`."""
        return self._sessions.thumbs(session_id)

    def answers(self, session_id: str, after: int = 0, *, visitor: str | None = None) -> tuple[StaffAnswer, ...]:
        """What persons of the shop answered into the conversation, in order, beyond so many; NotFound when there is no such one."""
        self.admit(session_id, visitor)
        try:
            return self._sessions.answers(session_id, after)
        except NotFound:
            raise _no_session(session_id) from None  # as for another visitor's, so that nobody learns that it is there

    def attachments(self, session_id: str) -> tuple[Attachment, ...]:
        """What the shopper attached; for whoever was let in to `session`."""
        return self._places.attachments.of(session_id) if self._places.attachments else ()

    def others(self, visitor: str | None, session_id: str) -> list[str]:
        """The ids of the visitor's conversations but this one."""
        return [one for one in self._sessions.of(visitor) if one != session_id] if visitor else []

    def wait_for(self, visitor: str) -> None:
        """Come back when the turns of the visitor's that are under way now are over."""
        for session_id in self._sessions.of(visitor):
            with self.turn_of(session_id):
                pass

    def forget(self, session_id: str, visitor: str | None) -> None:
        """Erase a conversation with all that came of it, once a turn that is under way is over; NotFound when there is none.

        With a visitor's last one go all of the visitor's events: nothing leads to them any more.
        """
        with self.turn_of(session_id):
            self.admit(session_id, visitor)
            last = [visitor] if visitor and self._sessions.of(visitor) == (session_id,) else []
            if not erase([session_id], self._places, last).conversations:
                raise _no_session(session_id)

    def forget_others(self, visitor: str | None, session_id: str) -> None:
        """Erase all of the visitor's events, and conversations but this one, which has a turn under way."""
        erase(self.others(visitor, session_id), self._places, [visitor] if visitor else [])

    def _up_to(self, turn: int, session_id: str, visitor: str | None) -> Session:
        """The conversation; NotFound when it has no such turn."""
        session = self.session(session_id, visitor)
        turns = len(session.turns)
        if not 1 <= turn <= turns:
            raise NotFound(f"The session has no turn {turn}.", fix=f"name one of its turns, 1 to {turns}")
        return session


def _no_session(session_id: str) -> NotFound:
    return NotFound(f"No session has the id {session_id!r}.", fix="start one by sending a message without a session id")
