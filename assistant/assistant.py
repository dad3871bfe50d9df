"""The assistant: a store opened, messages in, replies out."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError

from retrieval.errors import BadInput, NotFound
from retrieval.product import Product
from retrieval.query import Constraints, Relaxed
from retrieval.reviews.store import Reviews
from retrieval.search import Scored
from retrieval.store import Store

from .actions.find import WEIGHED, query_for, query_of
from .actions.handoff import tell_of_file
from .build import build_events, build_interest, build_named, build_parts, build_plan, build_sessions, build_trust
from .contract import Done, Event, Reply
from .events.form import EventForm, checked_region
from .events.log import Event as LoggedEvent
from .events.log import EventLog
from .events.of_turns import events_of
from .exact import Asked, meaning, words_of
from .experiments.exposures import ExposureLog
from .experiments.plan import Plan
from .experiments.running import Running
from .experiments.trial import Named
from .explain import explain
from .lasting import to_words
from .meaning.slips import as_read, read
from .model import Card, DialogueState, ShopCart
from .outbound.attachments import Attachment, NotAttachable
from .outbound.letters import Letters
from .parse import AheadUse, ReadsAhead
from .parts import Parts
from .privacy.kept import Periods, Places, Retention, erase
from .reading.llm_parser import LlmParser
from .recommending.interest.model import Interest
from .recommending.profile import Known
from .recommending.proposal import Source
from .recommending.recommender import DIVERSITY, Recommender
from .recommending.sources import SOURCES
from .relearning.following import Following, Serving
from .relearning.versions import with_learnt
from .sessions import MemorySessions, Session, Sessions, StaffAnswer, Thumb, Turn
from .settings import Settings
from .shopper import Shopper
from .state import merge, replay
from .turn import run_turn
from .wishes import Keep, Wish
from .writing.server import ServerWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SearchAnswer:
    """Ranked products without a dialogue. total: how many match, not how many are listed."""

    cards: tuple[Card, ...]
    total: int
    relaxed: tuple[Relaxed, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What became of events: how many are kept now, how many were kept before, and products in them that the catalogue has not."""

    accepted: int
    repeated: int
    unknown_products: tuple[str, ...]


class Assistant:
    """One shop's assistant. Safe to call from many threads; the turns of one session run one after the other."""

    def __init__(
        self,
        parts: Parts,
        sessions: Sessions | None = None,
        *,
        message_limit: int = 2_000,
        periods: Periods | None = None,
        store: Store | None = None,
        events: EventLog | None = None,
        interest: Interest | None = None,
        diversity: float = DIVERSITY,
        explore: float = 0.0,
        trust: Mapping[Source, float] = SOURCES,
        plan: Plan | None = None,
        named: Named | None = None,
        following: Following | None = None,
    ) -> None:
        self._sessions = sessions or MemorySessions()
        orders, handoff = parts.orders, parts.handoff
        self._events = events or EventLog()
        exposures = ExposureLog(self._events)
        self._places = Places(
            self._sessions,
            orders.log if orders else None,
            parts.unanswered,
            handoff.letters if handoff else None,
            self._events,
            exposures,
            handoff.attachments if handoff else None,
        )
        self._retention = Retention(self._places, periods or Periods())
        dense = parts.searcher.dense
        recommender = Recommender(
            parts.catalog,
            dense,
            self._events,
            interest,
            diversity=diversity,
            explore=explore,
            placing=parts.placing,
            trust=trust,
        )
        self._serving, self._following = Serving(parts, recommender), following
        self.experiments = Running(plan or Plan(), named or Named(), recommender, self._events, exposures)
        self._message_limit = message_limit
        self._store = store
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()  # only of turns under way
        self._turns_guard = threading.Lock()

    @classmethod
    def open(
        cls, store: Path | str, settings: Settings | None = None, *, site_days: Mapping[str, int] | None = None
    ) -> Self:
        """The assistant over a directory made by `shop index`. StoreNotFound, StoreBusy or ModelError say what is missing.

        site_days: sites that keep conversations for fewer days than the settings say.
        """
        own = settings or Settings()
        settings = with_learnt(own, Path(store))
        periods = Periods(settings.keep_days, settings.keep_events_days, site_days or {})
        opened = Store(Path(store))
        try:
            parts, plan = build_parts(opened, settings), build_plan(settings)
            assistant = cls(
                parts,
                build_sessions(settings),
                message_limit=settings.message_limit,
                periods=periods,
                store=opened,
                events=build_events(settings),
                interest=build_interest(settings),
                diversity=settings.diversity,
                explore=settings.explore,
                trust=build_trust(settings),
                plan=plan,
                named=build_named(plan.ahead(datetime.now(UTC)), parts.searcher, settings),
                following=Following(Path(store), own, settings),
            )
            assistant._retention.keep()
            return assistant
        except BaseException:
            opened.close()
            raise

    def follow(self) -> bool:
        """Load the versions of models that `shop retrain` has taken into use or put back since; whether anything changed.

        Turns that begin once this is done are of the new ones; those under way end with what they began with. A server calls it every
        LOOK_EVERY_S seconds.
        """
        before = self._serving
        if self._following is not None:
            self._serving = self._following.followed(before)
        return self._serving is not before

    @property
    def _parts(self) -> Parts:
        return self._serving.parts

    @property
    def reviews(self) -> Reviews | None:
        """What buyers say; None where there can be none."""
        return self._parts.reviews

    def reply(
        self,
        message: Asked,
        session_id: str | None = None,
        *,
        visitor: str | None = None,
        learn: bool = False,
        page: str | None = None,
        shop_cart: ShopCart | None = None,
        region: str | None = None,
    ) -> Reply:
        """One turn. Without a session id a new session starts; its id stands in the reply.

        A Drop instead of a message takes back one of the last reply's `wishes`, a Quantity says how many of a product are in its `cart`:
        with no words that might be misread. page: id of the product whose page the shopper is on, which "this one" then means.
        shop_cart: the shop's own cart, as that page shows it. region: where the shopper is, a code that the shop chooses.
        """
        *_, last = self.stream(
            message, session_id, visitor=visitor, learn=learn, page=page, shop_cart=shop_cart, region=region
        )
        assert isinstance(last, Done)
        return last.reply

    def stream(
        self,
        message: Asked,
        session_id: str | None = None,
        *,
        visitor: str | None = None,
        email: str | None = None,
        learn: bool = False,
        site: str | None = None,
        page: str | None = None,
        shop_cart: ShopCart | None = None,
        region: str | None = None,
    ) -> Iterator[Event]:
        """The same turn as events: Parsed, Shown, Token ..., Done. The turn is kept before Done is given out.

        visitor: whose a session becomes that starts with this turn. From then on it is not there for anybody else.
        email: the shopper's, verified by the caller; it proves orders and is not kept.
        learn: whether the visitor agreed that what the turn tells of them is kept as events.
        site: whose a session becomes that starts with this turn, for how long it is kept.
        page: one that the catalogue does not have is ignored, and the reply warns of it. shop_cart: is not kept, but for what a reply says.
        region: where the shopper is; suggestions look at it, and it is kept with the turn's events alone. BadInput where it is no code.
        """
        region = checked_region(region)
        if len(words := words_of(message) or "") > self._message_limit:
            raise BadInput(
                f"The message has {len(words):,} characters, at most {self._message_limit:,} are read.",
                fix="send a shorter message",
            )
        self._retention.keep()
        session_id = session_id or self.new_session()
        with self._turn_of(session_id):
            self.admit(session_id, visitor)
            serving = self._serving
            parts = replace(serving.parts, session_id=session_id, email=email, shop_cart=shop_cart)
            serving = replace(serving, parts=parts)
            yield from self._take_turn(message, serving, visitor, learn=learn, site=site, page=page, region=region)

    def admit(self, session_id: str, visitor: str | None) -> None:
        """NotFound when the session is another visitor's."""
        whose = self._sessions.visitor(session_id)
        if whose is not None and not secrets.compare_digest(whose, visitor or ""):
            raise _no_session(session_id)

    def session(self, session_id: str, *, visitor: str | None = None) -> Session:
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
        return self.session(theirs[-1], visitor=visitor)

    def scores(self, session_id: str, turn: int, limit: int = 10, *, visitor: str | None = None) -> list[Scored]:
        """What each step of the ranking gives the best candidates for what was wanted after a turn; none where nothing was wanted.

        Searched anew with the catalogue as it is. NotFound when there is no such turn.
        """
        turns = self.session(session_id, visitor=visitor).turns
        if not 1 <= turn <= len(turns):
            raise _no_turn(turn, len(turns))
        state = DialogueState()
        for one in turns[:turn]:
            state = replay(state, one.parse, one.effect, one.exchange)
        if state.constraints == Constraints():
            return []
        parts = self._parts
        return parts.searcher.scored(query_of(state, parts), limit)

    def read_ahead(self, session_id: str) -> None:
        """Read a conversation's last exchange before its next message comes, so that less is left to read then.

        Replies stay the same. Does nothing for an unknown session, or where the parser has nothing to read ahead.
        """
        session = self._sessions.get(session_id)
        if session is not None and session.state.last is not None and isinstance(self._parts.parser, ReadsAhead):
            self._parts.parser.read_ahead(session.state.last)

    def rate(self, session_id: str, thumb: Thumb, *, visitor: str | None = None) -> None:
        """Keep what the shopper thought of a turn, in place of what was kept before; NotFound when there is no such turn."""
        turns = len(self.session(session_id, visitor=visitor).turns)
        if not 1 <= thumb.turn <= turns:
            raise _no_turn(thumb.turn, turns)
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

    def attach(self, session_id: str, name: str, content: bytes, *, visitor: str | None = None) -> Attachment:
        """Keep a picture or a PDF for the shop's staff, to whom the conversation was passed on, and tell them by the same way.

        NotAttachable says why it is not taken.
        """
        with self._turn_of(session_id):
            state, desk = self.session(session_id, visitor=visitor).state, self._parts.handoff
            if state.handoff is None or desk is None:
                raise NotAttachable(
                    "Nobody would see it: this conversation was not passed on.", fix="ask for a person first"
                )
            added = desk.attachments.add(session_id, name, content)
            tell_of_file(added, state, replace(self._parts, session_id=session_id), desk)
            return added

    def attachments(self, session_id: str) -> tuple[Attachment, ...]:
        """What the shopper attached; for whoever was let in to `session`."""
        return self._places.attachments.of(session_id) if self._places.attachments else ()

    def forget(self, session_id: str, *, visitor: str | None = None) -> None:
        """Erase a conversation with all that came of it, once a turn that is under way is over; NotFound when there is none.

        With a visitor's last one go all of the visitor's events: nothing leads to them any more.
        """
        with self._turn_of(session_id):
            self.admit(session_id, visitor)
            last = [visitor] if visitor and self._sessions.of(visitor) == (session_id,) else []
            if not erase([session_id], self._places, last).conversations:
                raise _no_session(session_id)

    def record(self, events: Sequence[EventForm], *, visitor: str | None = None, now: datetime | None = None) -> Taken:
        """Keep what a visitor did; what is known by its id already is not kept twice. Without a visitor no words and no session are kept.

        Products that the catalogue does not have are kept and named. NotFound when a session is another visitor's.
        """
        self._retention.keep()
        for session_id in {one.session_id for one in events if one.session_id}:
            self.admit(session_id, visitor)
        at = now or datetime.now(UTC)
        added = self._events.add([one.event(visitor, at) for one in events])
        named = dict.fromkeys(one.product_id for one in events if one.product_id)
        known = {product.id for product in self._parts.catalog.get_many(named)}
        return Taken(added, len(events) - added, tuple(name for name in named if name not in known))

    def forget_events(self, visitor: str, *, product_id: str | None = None, query: str | None = None) -> int:
        """Erase a visitor's events: all of them, those of one product, or a search or question with what was shown for it; how many
        there were. Turns of the visitor's that are under way are waited for, so that nothing comes after."""
        for session_id in self._sessions.of(visitor):
            with self._turn_of(session_id):
                pass
        if product_id is not None:
            named = [one.id for one in self._events.of(visitor) if one.product_id == product_id]
            return self._events.erase_some(visitor, named)
        if query is not None:
            return self._erase_said(visitor, query)
        self.experiments.forget(visitor)
        return self._events.erase([visitor])

    def known(self, visitor: str) -> tuple[Known, ...]:
        """What is known of a visitor from events, the latest first: what `forget_events` erases, in words."""
        return self._serving.recommender.known(visitor, datetime.now(UTC))

    def regions(self, visitor: str) -> tuple[str, ...]:
        """Where the shop said that the visitor was, in the events that are kept, the latest first; they go with these events."""
        return self._events.regions(visitor)

    def recommend(
        self,
        visitor: str | None = None,
        limit: int = 10,
        *,
        now: datetime | None = None,
        learn: bool = False,
        region: str | None = None,
    ) -> tuple[Card, ...]:
        """What to suggest now, best first, each with reasons that its record or the events state; the same events and time, the same list.

        visitor: as in `record`; for one of whom nothing is known, or none, what is popular, rated well, and of every department.
        learn: the visitor agreed to events and sees this list, which is kept as `shown`; experiments count only such lists.
        region: where the visitor is, as the shop names it in events; kept with `shown` only. BadInput where it is no code.
        """
        region = checked_region(region)
        at, started = now or datetime.now(UTC), time.perf_counter()
        recommender = self._serving.recommender
        if not (learn and visitor):
            return recommender.recommend(visitor, limit, at, region=region)
        trial = self.experiments.trial(visitor, at, recommender)
        cards = trial.recommend(visitor, limit, at, region=region)
        shown, exposures = trial.listed(cards, (time.perf_counter() - started) * 1e3)
        self._learn([replace(one, region=region) for one in shown])
        self.experiments.keep(exposures)
        return cards

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        price_max: Decimal | None = None,
        price_min: Decimal | None = None,
        understand: bool = True,
    ) -> SearchAnswer:
        """Ranked products for one request, with reasons. understand: read wishes and bounds out of the text; bounds given here win."""
        parts = self._parts
        slots = read(text, DialogueState(), parts.parser, parts.speller).slots if understand else None
        constraints = merge(DialogueState().constraints, slots) if slots else DialogueState().constraints
        low = constraints.price_min if price_min is None else price_min
        high = constraints.price_max if price_max is None else price_max
        constraints = replace(constraints, price_min=low, price_max=high)
        query = query_for(constraints, text, slots.sort if slots else None)
        placing = parts.placing
        ranking, _ = parts.searcher.search(query, max(limit, WEIGHED) if placing.moves else limit)
        cards = explain(placing.found(ranking.hits, limit, query, ranking), constraints)
        told = tuple(replace(card, sponsored=placing.sponsors(card.product)) for card in cards)
        return SearchAnswer(told, ranking.total, ranking.relaxed)

    def products(self) -> Iterator[Product]:
        """Every product of the shop."""
        return iter(self._parts.catalog)

    def read_waiting(self, said: Mapping[str, str]) -> None:
        """Read what is said in conversations that wait for their turn, a message by its session's id, together: that takes less time than
        one by one. Replies stay the same. Does nothing where the parser reads nothing before its turn."""
        parser, speller = self._parts.parser, self._parts.speller
        if isinstance(parser, ReadsAhead):
            known = [(message, self._sessions.get(session_id)) for session_id, message in said.items()]
            parser.read_waiting(
                [(as_read(message, speller), one.state.last if one else None) for message, one in known]
            )

    def product(self, product_id: str) -> Product:
        """One product; NotFound when there is none."""
        return self._parts.catalog.get(product_id)

    def variants(self, product: Product) -> list[Product]:
        """The product's family, itself among them; only itself when it has none."""
        return self._parts.catalog.variants(product)

    def new_session(self) -> str:
        """An id that nobody can guess: 128 random bits."""
        return f"s_{secrets.token_hex(16)}"

    @property
    def places(self) -> Places:
        """Where conversations and what came of them are kept: for the shop's operator, never for shoppers."""
        return self._places

    @property
    def letters(self) -> Letters | None:
        """The letters to the shop's staff that lie here; None where there is no inbox."""
        return self._parts.handoff.letters if self._parts.handoff else None

    @property
    def contact(self) -> str:
        """How else the shop's staff can be reached; empty where the shop does not say."""
        return self._parts.handoff.rules.contact if self._parts.handoff else ""

    @property
    def store_path(self) -> Path | None:
        """The directory of the store; None where it was made of parts."""
        return self._store.path if self._store else None

    @property
    def indexed_at(self) -> datetime | None:
        """When the catalogue was read last; None where that is not known."""
        at = self._store.manifest.indexed_at if self._store else ""
        return datetime.fromisoformat(at) if at else None

    @property
    def ahead(self) -> AheadUse | None:
        """How often reading ahead was of use; None where the parser reads nothing ahead."""
        return self._parts.parser.ahead if isinstance(self._parts.parser, ReadsAhead) else None

    @property
    def trouble(self) -> str | None:
        """What works only in second best fashion now, such as a language model that does not answer; None when all is well."""
        asked = (self._parts.parser, self._parts.writer)
        troubles = [one.trouble for one in asked if isinstance(one, (LlmParser, ServerWriter)) and one.trouble]
        return " ".join(troubles) or None

    def close(self) -> None:
        for asked in (self._parts.parser, self._parts.writer):
            if isinstance(asked, (LlmParser, ServerWriter)):
                asked.close()
        for way in (self._parts.checkout_hook, self._parts.handoff):
            if way is not None:
                way.close()
        self.experiments.close()
        self._sessions.close()
        self._events.close()
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _turn_of(self, session_id: str) -> threading.Lock:
        with self._turns_guard:
            return self._turns.setdefault(session_id, threading.Lock())

    def _take_turn(
        self,
        asked: Asked,
        serving: Serving,
        visitor: str | None,
        *,
        learn: bool,
        site: str | None,
        page: str | None,
        region: str | None,
    ) -> Iterator[Event]:
        parts, recommender = serving.parts, serving.recommender
        session_id = parts.session_id
        known, now = self._sessions.get(session_id) or Session(session_id), datetime.now(UTC)
        history = tuple(turn.exchange for turn in known.turns)
        trial = self.experiments.trial(visitor, now, recommender) if learn and visitor else None
        earlier, forget = partial(self._earlier, visitor, session_id), partial(self._forget_known, visitor, session_id)
        shopper = Shopper(recommender, visitor, now, trial, learn and visitor is not None, earlier, forget, region)
        parts = replace(trial.parts(parts) if trial else parts, history=history, shopper=shopper)
        if isinstance(asked, Keep) and not (learn and visitor):
            raise BadInput(
                "Nothing is kept of a shopper who did not agree.", fix="send `learn` and X-Visitor once they have"
            )
        message, given = (asked, None) if isinstance(asked, str) else meaning(asked, known.state, parts)
        try:
            unknown = page if page is not None and not parts.catalog.get_many([page]) else None
            taken = yield from run_turn(message, known.state, parts, given, page=None if unknown else page)
        except Exception:
            if trial:
                self.experiments.keep(trial.broken(session_id))
            raise
        reply = replace(taken.reply, warnings=_warnings(unknown))
        turn = Turn(message, taken.parse, taken.effect, taken.exchange, reply.to_json())
        self._sessions.add(session_id, turn, taken.state, visitor, site=site)
        if trial and visitor:
            self._learn(trial.told(events_of(taken, known.state, visitor, now, region)))
            self.experiments.keep(trial.exposures(taken))
        yield Done(reply)

    def _earlier(self, visitor: str | None, session_id: str) -> list[str]:
        """The visitor's conversations but this one."""
        return [one for one in self._sessions.of(visitor) if one != session_id] if visitor else []

    def _forget_known(self, visitor: str | None, session_id: str, wish: Wish | None) -> None:
        """Erase what is known of the visitor, in the middle of a turn of theirs: one wish that was kept, or, given none, all events and all
        conversations but this one."""
        if wish is not None and visitor:
            self._erase_said(visitor, to_words(wish))
            return
        erase(self._earlier(visitor, session_id), self._places, [visitor] if visitor else [])

    def _erase_said(self, visitor: str, query: str) -> int:
        """Erase a search, a question or a kept wish, with what was shown for it; how many events there were."""
        own = self._events.of(visitor)
        said = [one for one in own if one.query == query and (one.product_id is None or one.type == "shown")]
        return self._events.erase_some(visitor, [one.id for one in said])

    def _learn(self, told: Sequence[LoggedEvent]) -> None:
        """Keep what a turn told. A database that fails is logged: the turn is kept already, and its answer is due."""
        try:
            self._events.add(told)
        except SQLAlchemyError:
            log.exception("what a turn told of its shopper was not kept")


def _warnings(unknown: str | None) -> tuple[str, ...]:
    if unknown is None:
        return ()
    return (
        f"The page's product {unknown!r:.80} is not in the catalogue, so it was ignored. Send the `id` that the feed gives it.",
    )


def _no_turn(turn: int, turns: int) -> NotFound:
    return NotFound(f"The session has no turn {turn}.", fix=f"name one of its turns, 1 to {turns}")


def _no_session(session_id: str) -> NotFound:
    return NotFound(f"No session has the id {session_id!r}.", fix="start one by sending a message without a session id")
