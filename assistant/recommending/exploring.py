"""A share of a list's places for products that too few have seen to be judged: which they are, and which of them is tried. docs/events.md.

What is known of each product is read from the events, so that a choice counts as soon as it is there, and what is erased counts no more.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np

from ..events.days import hourly
from ..events.log import EventLog
from ..model import Reason
from .bandit import GammaThompson
from .interest.standing import CAUTION, PLACES, Standing, Standings, place_rates
from .interest.wares import Floats, Wares
from .proposal import NEAR_DUPLICATE, REASONS, Ranked

LEAST = 0.5  # of the relevance of the weakest product listed, below which nothing is tried
ARMS = 20  # most relevant ones that are weighed: of more each is less probable, and a log tells less of another policy
LITTLE_SEEN = "little_seen"  # the kind of reason
FEW = 3  # times shown, of which no number is told


@dataclass(frozen=True)
class Beliefs:
    """What the events let believe of each product at a time. places: how often what stands at each place is chosen."""

    wares: Wares
    standing: Standing
    places: Sequence[float]

    def unjudged(self, plain: Sequence[Ranked], pool: Sequence[Ranked]) -> list[Ranked]:
        """What may be tried, the most relevant first, at most ARMS: not in the list nor like anything in it, relevant enough, and of which
        the places where it was shown let expect fewer choices than would tell it from its category."""
        seen, weakest = self.standing.expected - CAUTION, min((one.relevance for one in plain), default=0.0)
        open_ = [
            one
            for one in pool
            if one.product.id in self.wares.row and seen[self._row(one)] < CAUTION and one.relevance >= LEAST * weakest
        ]
        return self.unlike(open_, plain)[:ARMS]

    def unlike(self, some: Sequence[Ranked], listed: Sequence[Ranked]) -> list[Ranked]:
        """Those that are not nearly the same as anything listed."""
        rows = [self._row(one) for one in listed if one.product.id in self.wares.row]
        alike = self.wares.vectors[[self._row(one) for one in some]] @ self.wares.vectors[rows].T
        ids = {one.product.id for one in listed}
        nearest = alike.max(axis=1, initial=0.0).tolist()
        return [
            one
            for one, cosine in zip(some, nearest, strict=True)
            if cosine < NEAR_DUPLICATE and one.product.id not in ids
        ]

    def arms(self, some: Sequence[Ranked], place: int) -> Floats:
        """(k, 2) as GammaThompson takes them: what the place lets expect, the more the more relevant the product is among these."""
        relevance = np.array([one.relevance for one in some])
        expected = self.places[min(place, PLACES)] * relevance / relevance.mean()
        return np.column_stack([[self._row(one) for one in some], expected])

    def bandit(self, seed: int) -> GammaThompson:
        return GammaThompson(self.standing.chosen, self.standing.expected, seed=seed)

    def why(self, one: Ranked) -> tuple[Reason, ...]:
        """What speaks for it, then that few have seen it."""
        shown = int(self.standing.shown[self._row(one)])
        words = "few shoppers have seen it yet" if shown <= FEW else f"little known here yet: shown {shown} times"
        others = [reason for reason in one.reasons if reason.kind != LITTLE_SEEN]
        return (*others[: REASONS - 1], Reason(LITTLE_SEEN, words, "events"))

    def _row(self, one: Ranked) -> int:
        return self.wares.row[one.product.id]


class Explorer:
    """What stands in the middle of each ⌈1 / share⌉ places of a list. share: in (0, 0.5]."""

    def __init__(self, share: float, wares: Wares, events: EventLog) -> None:
        self._every, self._wares = math.ceil(1 / share), wares
        self._middle = (self._every // 2 + 1) % self._every  # never what stands first
        self._rates = hourly(events, partial(place_rates, events))
        self._standings = Standings(events, wares, self._places)

    def beliefs(self, now: datetime) -> Beliefs:
        return Beliefs(self._wares, self._standings.at(now), self._places(now))

    def mixed(self, plain: Sequence[Ranked], untried: Sequence[Ranked], now: datetime, *, seed: int) -> list[Ranked]:
        """As many products as are in `plain`, in its order, with some of the untried in between as long as there are any.

        The propensity of each is how probable it was at its place, given those above it.
        """
        beliefs = self.beliefs(now)
        bandit, left, rest = beliefs.bandit(seed), untried, iter(plain)
        found: list[Ranked] = []
        for place in range(1, len(plain) + 1):
            if not left or place % self._every != self._middle:
                found.append(next(rest))
                continue
            choice = bandit.choose(beliefs.arms(left, place))
            one = left[choice.action]
            found.append(replace(one, propensity=choice.propensity, reasons=beliefs.why(one)))
            left = beliefs.unlike(left, [one])
        return found

    def _places(self, now: datetime) -> Sequence[float]:
        return self._rates(now.replace(hour=0))  # slow, and hardly changes


def drawn_by(visitor: str | None, now: datetime) -> int:
    """A seed, so that the same visitor, time and events give the same list."""
    return int.from_bytes(hashlib.sha256(f"{visitor} {now.isoformat()}".encode()).digest()[:8])
