"""What is kept of shoppers, over all places: shown, erased, and deleted when it is old. docs/privacy.md lists the places."""

from __future__ import annotations

import logging
import threading
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from more_itertools import chunked
from pydantic import TypeAdapter
from sqlalchemy.exc import SQLAlchemyError

from retrieval.errors import BadInput

from ..events.log import Event, EventLog
from ..experiments.exposures import Exposure, ExposureLog
from ..orders.log import Cleared, OrderLog
from ..outbound.attachments import Attachments
from ..outbound.letters import KeptLetter, Letters
from ..sessions import NO_SITES, Session, Sessions, StaffAnswer, Thumb
from ..unanswered import Unanswered

log = logging.getLogger(__name__)
_SESSION, _THUMBS, _LETTERS = TypeAdapter(Session), TypeAdapter(tuple[Thumb, ...]), TypeAdapter(tuple[KeptLetter, ...])
_EVENTS, _EXPOSURES = TypeAdapter(tuple[Event, ...]), TypeAdapter(tuple[Exposure, ...])
_ANSWERS = TypeAdapter(tuple[StaffAnswer, ...])
_DAY = timedelta(days=1)
AT_ONCE = 500  # conversations in one statement


@dataclass(frozen=True)
class Places:
    """Everywhere that something of a shopper is kept."""

    sessions: Sessions
    orders: OrderLog | None = None
    unanswered: Unanswered | None = None
    letters: Letters | None = None
    events: EventLog | None = None
    exposures: ExposureLog | None = None  # in the database of the events
    attachments: Attachments | None = None

    def close(self) -> None:
        for place in (self.sessions, self.orders, self.letters, self.events, self.attachments):
            if place is not None:
                place.close()


@dataclass(frozen=True)
class Gone:
    """How much was deleted. wrong_proofs: of which it is no longer known whose they were."""

    conversations: int = 0
    turns: int = 0
    thumbs: int = 0
    order_acts: int = 0
    wrong_proofs: int = 0
    questions: int = 0
    letters: int = 0
    answers: int = 0
    events: int = 0
    exposures: int = 0
    attachments: int = 0

    def __add__(self, other: Gone) -> Gone:
        return Gone(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def kept_of(sessions: Collection[str], places: Places, visitors: Collection[str] = ()) -> dict[str, Any]:
    """All that is kept of these conversations and of these visitors, as JSON has it."""
    found = [kept for name in sessions if (kept := places.sessions.get(name))]
    acts = places.orders.acts(sessions) if places.orders else ()
    wrong = places.orders.wrong_proofs(sessions) if places.orders else ()
    return {
        "conversations": [_conversation(kept, places.sessions) for kept in found],
        "order_acts": [{**asdict(act), "at": act.at.isoformat()} for act in acts],
        "wrong_proofs": [at.isoformat() for at in wrong],
        "questions": places.unanswered.of(sessions) if places.unanswered else [],
        "letters": _LETTERS.dump_python(tuple(places.letters.of(sessions)) if places.letters else (), mode="json"),
        "events": _EVENTS.dump_python(_events_of(sessions, visitors, places.events), mode="json"),
        "exposures": _EXPOSURES.dump_python(
            places.exposures.of(sessions, visitors) if places.exposures else (), mode="json"
        ),
        "attachments": [one for name in sessions for one in _attached(name, places.attachments)],
    }


def erase(sessions: Collection[str], places: Places, visitors: Collection[str] = ()) -> Gone:
    """Delete all that is kept of these conversations and visitors, and count it; what is not there counts nothing."""
    cleared = places.orders.erase(sessions) if places.orders else Cleared()
    questions = places.unanswered.erase(sessions) if places.unanswered else 0
    letters = places.letters.erase(sessions) if places.letters else 0
    events = places.events.erase(visitors, sessions) if places.events else 0
    exposures = places.exposures.erase(sessions, visitors) if places.exposures else 0
    attachments = places.attachments.erase(sessions) if places.attachments else 0
    gone = [places.sessions.forget(name) for name in sessions]  # last, since from here on nothing leads to the rest
    return Gone(
        sum(one.turns > 0 for one in gone),
        sum(one.turns for one in gone),
        sum(one.thumbs for one in gone),
        cleared.acts,
        cleared.wrong_proofs,
        questions,
        letters,
        sum(one.answers for one in gone),
        events,
        exposures,
        attachments,
    )


def expire(
    before: datetime,
    places: Places,
    events_before: datetime | None = None,
    sites: Mapping[str, datetime] = NO_SITES,
) -> Gone:
    """Delete conversations unused since then with all that is kept of them, and every older act, question, letter and file.

    events_before: the same for events and exposures, of which older ones may be kept. sites: the same for conversations of some sites.
    """
    cleared = places.orders.expire(before) if places.orders else Cleared()
    gone = Gone(
        order_acts=cleared.acts,
        wrong_proofs=cleared.wrong_proofs,
        questions=places.unanswered.expire(before) if places.unanswered else 0,
        letters=places.letters.expire(before) if places.letters else 0,
        events=places.events.expire(events_before or before) if places.events else 0,
        exposures=places.exposures.expire(events_before or before) if places.exposures else 0,
        attachments=places.attachments.expire(before) if places.attachments else 0,
    )
    for some in chunked(places.sessions.unused_since(before, sites), AT_ONCE):
        gone += erase(some, places)
    return gone


@dataclass(frozen=True)
class Periods:
    """For how many days conversations, events, and conversations of some sites are kept. BadInput when a site's are more than all's."""

    days: int = 30
    event_days: int = 365
    site_days: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for site, days in self.site_days.items():
            if days > self.days:
                raise BadInput(
                    f"The site {site!r} keeps conversations for {days} days, the server for {self.days}.",
                    fix="let the site keep them for fewer days, or raise SHOP_KEEP_DAYS",
                )

    def of(self, site: str | None) -> int:
        """Days for which a conversation of the site is kept."""
        return self.site_days.get(site or "", self.days)

    def expire(self, places: Places, now: datetime) -> Gone:
        """Delete what is too old."""
        sites = {site: now - timedelta(days) for site, days in self.site_days.items()}
        return expire(now - timedelta(self.days), places, now - timedelta(self.event_days), sites)


class Retention:
    """Deletes what is too old, at most once a day, when `keep` is called."""

    def __init__(
        self, places: Places, periods: Periods, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._places, self._periods, self._now = places, periods, now
        self._next: datetime | None = None
        self._guard = threading.Lock()

    def keep(self) -> None:
        """Delete what is due. A database that fails is logged: it must not cost anybody an answer."""
        now = self._now()
        with self._guard:
            if self._next is not None and now < self._next:
                return
            self._next = now + _DAY
        try:
            self._periods.expire(self._places, now)
        except (SQLAlchemyError, OSError):
            log.exception("what is too old was not deleted; it is tried again tomorrow")


def _attached(session_id: str, attachments: Attachments | None) -> Iterator[dict[str, Any]]:
    """What was attached to a conversation, with what it holds in base64."""
    for one in attachments.of(session_id) if attachments else ():
        content = b64encode(attachments.content(session_id, one.number)).decode() if attachments else ""
        yield {"session_id": session_id, **one.to_json(), "content": content}


def _events_of(sessions: Collection[str], visitors: Collection[str], log: EventLog | None) -> tuple[Event, ...]:
    found = [one for visitor in visitors for one in log.of(visitor)] if log else []
    more = log.of_sessions(sessions) if log else []
    return tuple(dict.fromkeys((*found, *more)))


def _conversation(kept: Session, sessions: Sessions) -> dict[str, Any]:
    thumbs, answers = sessions.thumbs(kept.session_id), sessions.answers(kept.session_id)
    return {
        **_SESSION.dump_python(kept, mode="json"),
        "visitor": sessions.visitor(kept.session_id),
        "thumbs": _THUMBS.dump_python(thumbs, mode="json"),
        "answers": _ANSWERS.dump_python(answers, mode="json"),
    }
