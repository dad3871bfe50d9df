"""Whether a list has the categories that a shopper's history has, in the same shares."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

Shelf = tuple[str, ...]  # a whole category, the widest name first
Shares = Mapping[Shelf, float]  # that add up to 1; empty where nothing is known
# Of the history in the list's shares, so that a category without a place costs no infinity; the paper's.
SMOOTHING = 0.01


def shares_of(weighed: Iterable[tuple[Shelf, float]]) -> Shares:
    """Each category's share of all weight."""
    sums: dict[Shelf, float] = defaultdict(float)
    for shelf, weight in weighed:
        sums[shelf] += weight
    total = math.fsum(sums.values())
    return {shelf: one / total for shelf, one in sums.items()}


def miscalibration(history: Shares, listed: Shares) -> float | None:
    """The Kullback-Leibler divergence of a list's categories from those of the history. Steck, "Calibrated Recommendations", RecSys 2018.

    Sum over categories g of p(g) ln(p(g) / q'(g)), q' = (1 - a) q + a p: p shares of the history, q of the list, a = SMOOTHING.
    In nats: 0 where the shares are the same, ln(1 / a) = 4.6 where the list has none of them. None where either is empty.
    """
    if not history or not listed:
        return None
    return math.fsum(
        share * math.log(share / ((1 - SMOOTHING) * listed.get(shelf, 0.0) + SMOOTHING * share))
        for shelf, share in history.items()
    )
