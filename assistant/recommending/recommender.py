"""Suggestions for a visitor: proposed by the sources, joined, cleared of what must not be shown, and made diverse."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache, partial

import numpy as np
from more_itertools import unique_everseen

from retrieval.catalog import Catalog
from retrieval.constraints import eligible_ids
from retrieval.dense import Dense, Vectors
from retrieval.family import families, family_of
from retrieval.kinds.belonging import Bond, belonging
from retrieval.query import Constraints, Hit

from ..events.crowd import WEIGHTS, Crowds, Together, bought_together
from ..events.days import hourly
from ..events.log import ACTS, KEPT, TYPES, Event, EventLog, EventType
from ..model import Card, Reason
from ..wishes import Wish
from .cold import of_departments, rated_in, shelves_in
from .exploring import Explorer, drawn_by
from .interest.features import RECENT
from .interest.model import Interest
from .interest.order import InterestOrder, Learnt
from .interest.wares import wares_of
from .leaning import Lean, leans_of
from .placing import Placing
from .profile import FELT, Known, Profile, disliked, kept_of, known_of, profile_of
from .proposal import NEAR_DUPLICATE, REASONS, Proposal, Ranked, Situation, Source
from .sources import SOURCES

LOOKED_AT = 300  # of a visitor's latest acts
SHOWN_BACK = 500  # of the latest things that he was shown
# Acts of a visitor from which on the learnt order is used: of 1 it made lists worse, of 5 better. docs/log.md
LEARNT_FROM = 3
POOL = 120  # strongest products that are weighed against each other
DIVERSITY = 0.2  # 1 - MMR's lambda: for being unlike what is listed already. Carbonell, Goldstein, SIGIR 1998. docs/log.md has 0.4


@dataclass(frozen=True)
class Style:
    """How a list is put in order. order: of what is proposed to a visitor of whom something is known, in place of how strongly it is
    proposed. diversity: 0..1, how much being unlike what is listed already counts, against being good. tries: whether places are given
    to what few have seen, where the shop has a share for that.
    """

    order: InterestOrder | None = None
    diversity: float = DIVERSITY
    tries: bool = True


class Recommender:
    """What to suggest, in the style of the shop. The same events, catalogue and time give the same list.

    explore: share of the places, 0 to .5, for products that too few have seen to be judged, in lists for a visitor of whom something is
    known. placing: what is sponsored, and what one brand may take of a list. trust: how far each source is trusted, 0..1.
    """

    def __init__(
        self,
        catalog: Catalog,
        dense: Dense,
        events: EventLog,
        interest: Interest | None = None,
        *,
        diversity: float = DIVERSITY,
        explore: float = 0,
        placing: Placing | None = None,
        trust: Mapping[Source, float] = SOURCES,
    ) -> None:
        self._catalog, self._dense, self._events = catalog, dense, events
        self._trust = {source: value for source, value in trust.items() if value > 0}
        self._placing = placing or Placing()
        self.style = Style(self.order_by(interest) if interest else None, diversity)
        self.explorer = Explorer(explore, wares_of(catalog, dense), events) if explore else None
        self._bonds = lru_cache(maxsize=512)(self._bonds_of)
        self._crowd_at = hourly(events, Crowds(events).at)

    def order_by(self, interest: Interest) -> InterestOrder:
        """The order that a model gives what this catalogue has."""
        return InterestOrder(interest, self._catalog, self._dense, self._events)

    def ordered(self, interest: Interest | None, now: datetime) -> Recommender:
        """Another that suggests in the order of this model, None: of none, and shares all that was read. This one stays as it is."""
        order = self.order_by(interest) if interest else None
        if order:
            order.read_ahead(now)
        other = copy.copy(self)
        other.style = replace(self.style, order=order)
        return other

    def recommend(
        self,
        visitor: str | None,
        limit: int,
        now: datetime,
        here: Sequence[Event] = (),
        *,
        style: Style | None = None,
        without: Collection[str] = (),
        region: str | None = None,
    ) -> tuple[Card, ...]:
        """At most `limit` products in stock, best first, one of a family; nothing that the visitor bought or disliked.

        Without a visitor, or for one of whom nothing is known: what is popular, rated well, and of every department.
        here: what the visitor, or nobody known, did just now; it counts beside what is kept of him. style: another than the
        shop's. without: ids left out. region: where the visitor is; without it where his latest event says.
        """
        style = style or self.style
        chosen, untried = self._listed(visitor, limit, now, style, here, without, region)
        if self.explorer and style.tries and untried:
            chosen = self.explorer.mixed(chosen, untried, now, seed=drawn_by(visitor, now))
        return tuple(
            Card(
                one.product,
                one.relevance,
                rank,
                one.reasons,
                propensity=one.propensity,
                sponsored=self._placing.sponsors(one.product),
            )
            for rank, one in enumerate(chosen, start=1)
        )

    def untried(self, visitor: str | None, limit: int, now: datetime) -> Sequence[Ranked]:
        """What might be tried in the visitor's list of that time, before anything stands in it."""
        return self._listed(visitor, limit, now, self.style)[1]

    def _listed(
        self,
        visitor: str | None,
        limit: int,
        now: datetime,
        style: Style,
        here: Sequence[Event] = (),
        without: Collection[str] = (),
        region: str | None = None,
    ) -> tuple[Sequence[Ranked], Sequence[Ranked]]:
        """The list as it is without trying anything, and what may be tried in it."""
        profile = self._profile(visitor, now, here)
        crowd = self._crowd_at(now)
        situation = Situation(
            profile,
            crowd,
            now,
            self._catalog,
            self._dense,
            self._events,
            lambda one: self._bonds(one.id),
            self._rated,
            self._departments,
            self._shelves,
            partial(self._shown, visitor, now),
        )
        own = self._own(visitor, now, here, TYPES, RECENT) if style.order and profile.touched else []
        acts = sum(one.type in WEIGHTS for one in own)
        learnt = Learnt(style.order, own, now, region) if style.order and acts >= LEARNT_FROM else None
        pool = self._pool(situation, max(POOL, 3 * limit), learnt, refused=self._refused(visitor, now, here))
        pool = [one for one in pool if one.product.id not in without]
        deep = len(pool) if self._placing.moves else limit
        order = _diverse(pool, self._dense.vectors([one.product.id for one in pool]), deep, style.diversity)
        plain = self._placing.suggested(order, limit)
        if self.explorer is None or not profile.interests:
            return plain, []
        return plain, self.explorer.beliefs(now).unjudged(plain, pool)

    @cached_property
    def _rated(self) -> Sequence[Proposal]:  # a store that is open does not change
        return rated_in(self._catalog)

    @cached_property
    def _departments(self) -> Sequence[Proposal]:
        return of_departments(self._catalog)

    @cached_property
    def _shelves(self) -> Mapping[tuple[str, ...], Sequence[str]]:
        return shelves_in(self._catalog)

    def _profile(self, visitor: str | None, now: datetime, here: Sequence[Event] = ()) -> Profile:
        acts = self._own(visitor, now, here, ACTS, LOOKED_AT)
        return profile_of(acts, now, self._catalog, self._dense) if acts else Profile()

    def leans(self, visitor: str, hits: Sequence[Hit], now: datetime) -> Mapping[str, Lean]:
        """By product id, what the visitor's acts say for and against what a search found."""
        return leans_of(self._profile(visitor, now), hits, self._dense) if hits else {}

    def known(self, visitor: str, now: datetime) -> tuple[Known, ...]:
        """All that a visitor's events say of him, the latest first."""
        return known_of(self._events.of(visitor, until=now, types=ACTS), self._catalog)

    def bought_along(self, product_id: str, now: datetime) -> list[Together]:
        """What enough shoppers bought within a day of the product, the most first."""
        return bought_together(self._events, [product_id], now)

    def disliked(self, visitor: str, now: datetime) -> frozenset[str]:
        """Ids of the products of which the visitor's last word was a dislike."""
        return disliked(self._events.of(visitor, until=now, types=FELT))

    def kept(self, visitor: str, now: datetime) -> tuple[Wish, ...]:
        """The wishes that the visitor asked to keep, in the order said."""
        return kept_of(self._events.of(visitor, until=now, types=KEPT))

    def _own(
        self, visitor: str | None, now: datetime, here: Sequence[Event], types: Collection[EventType], limit: int
    ) -> list[Event]:
        """The visitor's latest events of these types, the oldest first."""
        kept = self._events.of(visitor, until=now, limit=limit, types=types) if visitor else []
        told = {(one.type, one.product_id) for one in kept}
        return [*kept, *(one for one in here if (one.type, one.product_id) not in told)]

    def _shown(self, visitor: str | None, now: datetime, since: datetime) -> frozenset[str]:
        """Ids of what the visitor was shown since a time."""
        types: tuple[EventType, ...] = ("shown",)
        shown = self._events.of(visitor, until=now, types=types, limit=SHOWN_BACK) if visitor else []
        return frozenset(one.product_id for one in shown if one.product_id and one.at >= since)

    def _pool(
        self, situation: Situation, size: int, learnt: Learnt | None, *, refused: tuple[str, ...]
    ) -> list[Ranked]:
        """The strongest proposals that may be shown, each strength counted as evidence of its own (noisy or), or those worth most.

        refused: words kept away."""
        missing: dict[str, float] = defaultdict(lambda: 1.0)
        reasons: dict[str, list[tuple[float, Reason]]] = defaultdict(list)
        for source, trust in self._trust.items():
            for one in source(situation):
                missing[one.product_id] *= 1 - trust * one.strength
                reasons[one.product_id].append((trust * one.strength, one.reason))
        if learnt:
            missing = {name: 1 - one for name, one in learnt.worth(list(missing)).items()}
            for name, reason in learnt.because(list(missing)).items():
                reasons[name].append((0.0, reason))
        may = eligible_ids(self._catalog, Constraints(exclude=refused))
        left = missing if may is None else may & missing.keys()
        order = sorted(left, key=lambda name: (missing[name], name))[:size]
        products = [one for one in self._catalog.get_many(order) if not one.sold_out]
        allowed = [one for one in families(products) if family_of(one) not in situation.profile.left_out]
        return [Ranked(one, 1 - missing[one.id], _told(reasons[one.id])) for one in allowed]

    def _refused(self, visitor: str | None, now: datetime, here: Sequence[Event]) -> tuple[str, ...]:
        kept = (*(self.kept(visitor, now) if visitor else ()), *kept_of(here))
        return tuple(wish.value for wish in kept if wish.field == "exclude" and wish.value)

    def _bonds_of(self, product_id: str) -> Sequence[Bond]:
        return belonging(self._catalog, self._catalog.get(product_id))


def _told(reasons: Sequence[tuple[float, Reason]]) -> tuple[Reason, ...]:
    """The strongest reasons, no words twice."""
    order = sorted(reasons, key=lambda pair: -pair[0])
    return tuple(unique_everseen((reason for _, reason in order), key=lambda reason: reason.text))[:REASONS]


def _diverse(pool: Sequence[Ranked], vectors: Mapping[str, Vectors], limit: int, diversity: float) -> list[Ranked]:
    """Maximal marginal relevance: next is always what is best and least like what was chosen; no near-duplicate."""
    left = [one for one in pool if one.product.id in vectors]
    stacked = np.stack([vectors[one.product.id] for one in left]) if left else np.zeros((0, 1), np.float32)  # (n, d)
    relevance = np.array([one.relevance for one in left])
    nearest, open_ = np.zeros(len(left)), np.ones(len(left), bool)
    chosen: list[Ranked] = []
    while len(chosen) < limit and open_.any():
        worth = np.where(open_, (1 - diversity) * relevance - diversity * nearest, -np.inf)
        at = int(np.argmax(worth))
        open_[at] = False
        chosen.append(left[at])
        alike = stacked @ stacked[at]
        nearest = np.maximum(nearest, alike)
        open_ &= alike < NEAR_DUPLICATE
    return chosen
