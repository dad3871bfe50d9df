"""A share of a list's places for products that too few have seen to be judged: which they are, and which of them is tried. docs/events.md.

What is known of each product is read from the events, so that a choice counts as soon as it is there, and what is erased counts no more.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from ..crowd import hourly
from ..events import EventLog
from ..model import Reason
from .bandit import GammaThompson
from .interest.standing import CAUTION, PLACES, place_rates, standing_of
from .interest.wares import Floats, Wares
from .proposal import NEAR_DUPLICATE, REASONS, Ranked

LEAST = 0.5  # of the relevance of the weakest product listed, below which nothing is tried
ARMS = 20  # most relevant ones that are weighed: of more each is less probable, and a log tells less of another policy
FEW = 3  # times shown, of which no number is told


class Explorer:
    """What stands in the middle of each ⌈1 / share⌉ places of a list. share: in (0, 0.5]."""

    def __init__(self, share: float, wares: Wares, events: EventLog) -> None:
        self._every, self._wares = math.ceil(1 / share), wares
        self._places = hourly(events, place_rates)
        self._standing = hourly(events, lambda events, now: standing_of(events, now, wares, self._places(now)))

    def mixed(self, plain: Sequence[Ranked], untried: Sequence[Ranked], now: datetime, *, seed: int) -> list[Ranked]:
        """As many products as are in `plain`, in its order, with some of the untried in between as long as there are any.

        The propensity of each is how probable it was at its place, given those above it.
        """
        bandit, left, rest = self.bandit(now, seed), untried, iter(plain)
        found: list[Ranked] = []
        for place in range(1, len(plain) + 1):
            if not left or place % self._every != (self._every + 1) // 2 % self._every:
                found.append(next(rest))
                continue
            choice = bandit.choose(self.arms(left, place, now))
            one = left[choice.action]
            why = _why(int(self._standing(now).shown[self._row(one)]))
            reasons = (why, *(reason for reason in one.reasons if reason.kind != why.kind))[:REASONS]
            found.append(replace(one, propensity=choice.propensity, reasons=reasons))
            left = self.unlike(left, [one])
        return found

    def unjudged(self, plain: Sequence[Ranked], pool: Sequence[Ranked], now: datetime) -> Sequence[Ranked]:
        """What may be tried, the most relevant first, at most ARMS: not in the list nor like anything in it, relevant enough, and of which
        the places where it was shown let expect fewer choices than would tell it from its category."""
        if not plain:
            return []
        seen, weakest = self._standing(now).expected - CAUTION, min(one.relevance for one in plain)
        open_ = [
            one
            for one in pool
            if one.product.id in self._wares.row and seen[self._row(one)] < CAUTION and one.relevance >= LEAST * weakest
        ]
        return self.unlike(open_, plain)[:ARMS]

    def unlike(self, some: Sequence[Ranked], listed: Sequence[Ranked]) -> list[Ranked]:
        """Those that are not nearly the same as anything listed."""
        rows = [self._row(one) for one in listed if one.product.id in self._wares.row]
        alike = self._wares.vectors[[self._row(one) for one in some]] @ self._wares.vectors[rows].T
        ids = {one.product.id for one in listed}
        nearest = alike.max(axis=1, initial=0.0).tolist()
        return [
            one
            for one, cosine in zip(some, nearest, strict=True)
            if cosine < NEAR_DUPLICATE and one.product.id not in ids
        ]

    def arms(self, some: Sequence[Ranked], place: int, now: datetime) -> Floats:
        """(k, 2) as GammaThompson takes them: what the place lets expect, the more the more relevant the product is among these."""
        relevance = np.array([one.relevance for one in some])
        expected = self._places(now)[min(place, PLACES)] * relevance / relevance.mean()
        return np.column_stack([[self._row(one) for one in some], expected])

    def bandit(self, now: datetime, seed: int) -> GammaThompson:
        """As the events let believe at that time."""
        standing = self._standing(now)
        return GammaThompson(standing.chosen, standing.expected, seed=seed)

    def _row(self, one: Ranked) -> int:
        return self._wares.row[one.product.id]


def _why(shown: int) -> Reason:
    few = "few shoppers have seen it yet"
    return Reason("little_seen", few if shown <= FEW else f"little known here yet: shown {shown} times", "events")


def drawn_by(visitor: str | None, now: datetime) -> int:
    """A seed, so that the same visitor, time and events give the same list."""
    return int.from_bytes(hashlib.sha256(f"{visitor} {now.isoformat()}".encode()).digest()[:8])
