"""What orders of a search's products are worth by what was chosen of them, though what stands further down is looked at less often."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from .clicks import Search, need_of

STEEPEST = 2.0  # of a bend
Scores = Mapping[str, float]  # of the products of one search, larger is better


def bend_of(searches: Sequence[Search], scores: Sequence[Scores]) -> float:
    """How fast looking falls with the place: a product at place r is looked at r^-bend as often as at the first. 0..STEEPEST.

    scores: log odds of the relevance of what each search showed. Chosen ~ exp(a + b score - bend log r), a Poisson regression: choices
    are the product of being looked at and of being wanted (Richardson, Dominowska, Ragno, WWW 2007), and the score stands in for the
    latter, since what stands first is better too. 0, as if all were looked at, for no choices.
    """
    from sklearn.linear_model import PoissonRegressor  # a second of every other command's start

    rows = [
        (one[name], math.log(place), float(name in search.grades))
        for search, one in zip(searches, scores, strict=True)
        for name, place in search.places.items()
        if name in one
    ]
    columns = np.array(rows).reshape(-1, 3)
    if not columns[:, 2].any():
        return 0.0
    fitted = PoissonRegressor(alpha=1e-4, max_iter=500).fit(columns[:, :2], columns[:, 2])
    return float(min(max(-fitted.coef_[1], 0.0), STEEPEST))


def worths(searches: Sequence[Search], scores: Sequence[Scores], bend: float) -> list[float]:
    """For each person with a choice, in the order in which they first come, how far up the scores put what was chosen; mean in 0..1.

    It is Σ g r^bend / log2(1 + rank) over Σ g r^bend, over all that was chosen: rank by the scores among what the search showed, r the
    place it stood at, g = 2^grade - 1. r^bend makes up for those who would have chosen it but did not look so far: Joachims, Swaminathan,
    Schnabel, WSDM 2017. A person's share is what he adds to the fraction, times how many there are.
    """
    return _worths(searches, scores, bend, [(one.who, 1.0) for one in searches])


def worths_of_needs(searches: Sequence[Search], scores: Sequence[Scores], bend: float) -> list[float]:
    """The same for each need, where each weighs the same in the fraction, however often it is asked.

    The sum below stays one over all of them: in a fraction of a need with a single choice r^bend would fall out.
    """
    needs = [need_of(one.query) for one in searches]
    times = Counter(needs)
    return _worths(searches, scores, bend, [(one, 1 / times[one]) for one in needs])


def _worths(
    searches: Sequence[Search], scores: Sequence[Scores], bend: float, counted: Sequence[tuple[str, float]]
) -> list[float]:
    """counted: to whom or what each search belongs, and how much it weighs."""
    earned: dict[str, float] = defaultdict(float)
    in_all = 0.0
    for search, one, (whose, share) in zip(searches, scores, counted, strict=True):
        order = sorted((name for name in search.places if name in one), key=lambda name: (-one[name], name))
        for rank, name in enumerate(order, start=1):
            if name in search.grades:
                weight = share * (2 ** search.grades[name] - 1) * search.places[name] ** bend
                earned[whose] += weight / math.log2(1 + rank)
                in_all += weight
    return [value * len(earned) / in_all for value in earned.values()]
