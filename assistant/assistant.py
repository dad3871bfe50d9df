"""The assistant: a store opened, messages in, replies out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Self

from retrieval.catalog import Catalog
from retrieval.errors import BadInput
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.reviews.store import Reviews
from retrieval.search import Scored
from retrieval.store import Store

from .actions.find import query_of
from .actions.handoff import tell_of_file
from .build import build_events, build_interest, build_named, build_parts, build_plan, build_sessions, build_trust
from .contract import Done, Event, Reply
from .conversations import Conversations
from .events.form import EventForm, checked_region
from .events.log import EventLog
from .events.of_turns import events_of
from .exact import Asked, meaning, words_of
from .experiments.exposures import ExposureLog
from .experiments.plan import Plan
from .experiments.running import Running
from .experiments.trial import Named, Trial
from .meaning.slips import as_read
from .model import Card, ShopCart
from .outbound.attachments import Attachment, NotAttachable
from .outbound.letters import Letters
from .parse import AheadUse, ReadsAhead
from .parts import Parts
from .plain_search import SearchAnswer, search
from .privacy.kept import Periods, Places, Retention
from .recommending.interest.model import Interest
from .recommending.profile import Known
from .recommending.proposal import Source
from .recommending.recommender import DIVERSITY, Recommender
from .recommending.sources import SOURCES
from .relearning.following import Following, Serving
from .relearning.versions import with_learnt
from .sessions import MemorySessions, Session, Sessions, Turn
from .settings import Settings
from .shopper import Shopper, Visit
from .turn import run_turn
from .visitors import Taken, Visitors
from .wishes import Keep


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
        self._sessions, self._events = sessions or MemorySessions(), events or EventLog()
        exposures = ExposureLog(self._events)
        orders, handoff = parts.orders, parts.handoff
        self.places = Places(  # for the shop's operator, never for shoppers
            self._sessions,
            orders.log if orders else None,
            parts.unanswered,
            handoff.letters if handoff else None,
            self._events,
            exposures,
            handoff.attachments if handoff else None,
        )
        self._retention = Retention(self.places, periods or Periods())
        recommender = Recommender(
            parts.catalog,
            parts.searcher.dense,
            self._events,
            interest,
            diversity=diversity,
            explore=explore,
            placing=parts.placing,
            trust=trust,
        )
        self._serving, self._following = Serving(parts, recommender), following
        self.experiments = Running(plan or Plan(), named or Named(), recommender, self._events, exposures)
        self.conversations = Conversations(self.places)
        self._visitors = Visitors(self._events, self.conversations, self.experiments, parts.catalog)
        self._message_limit = message_limit
        self._store = store

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

    @property
    def _parts(self) -> Parts:
        return self._serving.parts

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
        visit = Visit(visitor, email, learn, site, page, shop_cart, checked_region(region))
        self._check_length(message)
        self._retention.keep()
        session_id = session_id or self.new_session()
        with self.conversations.turn_of(session_id):
            self.conversations.admit(session_id, visitor)
            yield from self._take_turn(message, session_id, visit)

    def _check_length(self, message: Asked) -> None:
        if len(words := words_of(message) or "") > self._message_limit:
            raise BadInput(
                f"The message has {len(words):,} characters, at most {self._message_limit:,} are read.",
                fix="send a shorter message",
            )

    def _take_turn(self, asked: Asked, session_id: str, visit: Visit) -> Iterator[Event]:
        """Find who speaks and what was said before, run the turn, keep it, and learn from it where the visitor agreed."""
        serving, now = self._serving, datetime.now(UTC)
        before = self._sessions.get(session_id) or Session(session_id)
        trial = self.experiments.trial(visit.agreed, now, serving.recommender) if visit.agreed else None
        parts = self._parts_for(before, visit, serving, trial, now)
        if isinstance(asked, Keep) and not visit.agreed:
            raise BadInput(
                "Nothing is kept of a shopper who did not agree.", fix="send `learn` and X-Visitor once they have"
            )
        message, given = (asked, None) if isinstance(asked, str) else meaning(asked, before.state, parts)
        try:
            page, warnings = _page_in(parts.catalog, visit.page)
            taken = yield from run_turn(message, before.state, parts, given, page=page)
        except Exception:
            if trial:
                self.experiments.keep(trial.broken(session_id))
            raise
        reply = replace(taken.reply, warnings=warnings)
        turn = Turn(message, taken.parse, taken.effect, taken.exchange, reply.to_json())
        self._sessions.add(session_id, turn, taken.state, visit.visitor, site=visit.site)
        if trial and visit.agreed:
            self._visitors.learn(trial.told(events_of(taken, before.state, visit.agreed, now, visit.region)))
            self.experiments.keep(trial.exposures(taken))
        yield Done(reply)

    def _parts_for(self, before: Session, visit: Visit, serving: Serving, trial: Trial | None, now: datetime) -> Parts:
        """What the turn works with: the parts as the visitor's experiments set them, with what was said before and who speaks."""
        parts = trial.parts(serving.parts) if trial else serving.parts
        visitor, session_id = visit.visitor, before.session_id
        shopper = Shopper(
            serving.recommender,
            visitor,
            now,
            trial,
            learns=visit.agreed is not None,
            earlier=partial(self.conversations.others, visitor, session_id),
            forget=partial(self._visitors.forget_in_turn, visitor, session_id),
            region=visit.region,
        )
        return replace(
            parts,
            session_id=session_id,
            email=visit.email,
            shop_cart=visit.shop_cart,
            history=tuple(turn.exchange for turn in before.turns),
            shopper=shopper,
        )

    def session(self, session_id: str, *, visitor: str | None = None) -> Session:
        """A conversation's turns and state; NotFound when there is none."""
        return self.conversations.session(session_id, visitor)

    def latest(self, visitor: str | None) -> Session:
        """The visitor's conversation that was used last; NotFound when there is none, or no visitor."""
        return self.conversations.latest(visitor)

    def scores(self, session_id: str, turn: int, limit: int = 10, *, visitor: str | None = None) -> list[Scored]:
        """What each step of the ranking gives the best candidates for what was wanted after a turn; none where nothing was wanted.

        Searched anew with the catalogue as it is. NotFound when there is no such turn.
        """
        state = self.conversations.state_after(session_id, turn, visitor)
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

    def read_waiting(self, said: Mapping[str, str]) -> None:
        """Read what is said in conversations that wait for their turn, a message by its session's id, together: that takes less time than
        one by one. Replies stay the same. Does nothing where the parser reads nothing before its turn."""
        parser, speller = self._parts.parser, self._parts.speller
        if isinstance(parser, ReadsAhead):
            known = [(message, self._sessions.get(session_id)) for session_id, message in said.items()]
            parser.read_waiting(
                [(as_read(message, speller), one.state.last if one else None) for message, one in known]
            )

    def attach(self, session_id: str, name: str, content: bytes, *, visitor: str | None = None) -> Attachment:
        """Keep a picture or a PDF for the shop's staff, to whom the conversation was passed on, and tell them by the same way.

        NotAttachable says why it is not taken.
        """
        with self.conversations.turn_of(session_id):
            state, desk = self.session(session_id, visitor=visitor).state, self._parts.handoff
            if state.handoff is None or desk is None:
                raise NotAttachable(
                    "Nobody would see it: this conversation was not passed on.", fix="ask for a person first"
                )
            added = desk.attachments.add(session_id, name, content)
            tell_of_file(added, state, replace(self._parts, session_id=session_id), desk)
            return added

    def forget(self, session_id: str, *, visitor: str | None = None) -> None:
        """Erase a conversation with all that came of it, once a turn that is under way is over; NotFound when there is none.

        With a visitor's last one go all of the visitor's events: nothing leads to them any more.
        """
        self.conversations.forget(session_id, visitor)

    def record(self, events: Sequence[EventForm], *, visitor: str | None = None, now: datetime | None = None) -> Taken:
        """Keep what a visitor did; what is known by its id already is not kept twice. Without a visitor no words and no session are kept.

        Products that the catalogue does not have are kept and named. NotFound when a session is another visitor's.
        """
        self._retention.keep()
        for session_id in {one.session_id for one in events if one.session_id}:
            self.conversations.admit(session_id, visitor)
        return self._visitors.take_in(events, visitor, now or datetime.now(UTC))

    def forget_events(self, visitor: str, *, product_id: str | None = None, query: str | None = None) -> int:
        """Erase a visitor's events: all of them, those of one product, or a search or question with what was shown for it; how many
        there were. Turns of the visitor's that are under way are waited for, so that nothing comes after."""
        return self._visitors.forget(visitor, product_id=product_id, query=query)

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
        self._visitors.learn([replace(one, region=region) for one in shown])
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
        return search(text, self._parts, limit=limit, price_max=price_max, price_min=price_min, understand=understand)

    def products(self) -> Iterator[Product]:
        """Every product of the shop."""
        return iter(self._parts.catalog)

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
    def reviews(self) -> Reviews | None:
        """What buyers say; None where there can be none."""
        return self._parts.reviews

    @property
    def letters(self) -> Letters | None:
        """The letters to the shop's staff that lie here; None where there is no inbox."""
        return self._parts.handoff.letters if self._parts.handoff else None

    @property
    def contact(self) -> str:
        """How else the shop's staff can be reached; empty where the shop does not say."""
        return self._parts.handoff.rules.contact if self._parts.handoff else ""

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
        return self._parts.trouble

    def close(self) -> None:
        self._parts.close()
        self.experiments.close()
        self._sessions.close()
        self._events.close()
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _page_in(catalog: Catalog, page: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The page's product where the catalogue has it, and the warning of one that it has not."""
    if page is None or catalog.get_many([page]):
        return page, ()
    return None, (
        f"The page's product {page!r:.80} is not in the catalogue, so it was ignored. Send the `id` that the feed gives it.",
    )
