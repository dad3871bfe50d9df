"""What visitors did: taken in as the shop tells it, learnt from their turns, and erased. docs/events.md."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from retrieval.catalog import Catalog

from .conversations import Conversations
from .events.form import EventForm
from .events.log import Event, EventLog
from .experiments.running import Running
from .lasting import to_words
from .wishes import Wish

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What became of events: how many are kept now, how many were kept before, and products in them that the catalogue has not."""

    accepted: int
    repeated: int
    unknown_products: tuple[str, ...]


class Visitors:
    """What is kept of visitors as events; who may see it, and of whom it may be kept, is the caller's to know."""

    def __init__(self, events: EventLog, conversations: Conversations, experiments: Running, catalog: Catalog) -> None:
        self._events, self._conversations = events, conversations
        self._experiments, self._catalog = experiments, catalog

    def take_in(self, events: Sequence[EventForm], visitor: str | None, at: datetime) -> Taken:
        """Keep what the shop tells of a visitor; what is known by its id already is not kept twice."""
        added = self._events.add([one.event(visitor, at) for one in events])
        named = dict.fromkeys(one.product_id for one in events if one.product_id)
        known = {product.id for product in self._catalog.get_many(named)}
        return Taken(added, len(events) - added, tuple(name for name in named if name not in known))

    def learn(self, told: Sequence[Event]) -> None:
        """Keep what a turn told. A database that fails is logged: the turn is kept already, and its answer is due."""
        try:
            self._events.add(told)
        except SQLAlchemyError:
            log.exception("what a turn told of its shopper was not kept")

    def forget(self, visitor: str, *, product_id: str | None = None, query: str | None = None) -> int:
        """Erase a visitor's events: all of them, those of one product, or a search or question with what was shown for it; how many
        there were. Turns of the visitor's that are under way are waited for, so that nothing comes after."""
        self._conversations.wait_for(visitor)
        if product_id is not None:
            named = [one.id for one in self._events.of(visitor) if one.product_id == product_id]
            return self._events.erase_some(visitor, named)
        if query is not None:
            return self._forget_said(visitor, query)
        self._experiments.forget(visitor)
        return self._events.erase([visitor])

    def forget_in_turn(self, visitor: str | None, session_id: str, wish: Wish | None) -> None:
        """Erase what is known of the visitor, in the middle of a turn of theirs: one wish that was kept, or, given none, all events and all
        conversations but this one."""
        if wish is not None and visitor:
            self._forget_said(visitor, to_words(wish))
        else:
            self._conversations.forget_others(visitor, session_id)

    def _forget_said(self, visitor: str, query: str) -> int:
        """Erase a search, a question or a kept wish, with what was shown for it; how many events there were."""
        own = self._events.of(visitor)
        said = [one for one in own if one.query == query and (one.product_id is None or one.type == "shown")]
        return self._events.erase_some(visitor, [one.id for one in said])
