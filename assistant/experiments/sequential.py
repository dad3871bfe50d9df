"""What can be said of a difference at any time, so that looking often does no harm: asymptotic confidence sequences. Pure.

Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and asymptotic confidence sequences, Annals of Statistics
52(6), 2024. The normal mixture in it is that of the mixture sequential probability ratio test (Robbins, 1970).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, lambertw

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST = 50  # visitors of an arm before anything is said of it: the intervals hold for sums that are about normal
PRIOR = (
    100.0  # visitors that the belief in the planned split weighs: mismatches of a few percent are what is looked for
)


@dataclass(frozen=True)
class Path:
    """A figure as visitors came, after each of them: (n,) each. low, high: the interval, infinite as long as too few are there."""

    mean: Floats
    low: Floats
    high: Floats

    def at(self, n: int) -> tuple[float, float, float]:
        """(mean, low, high) after so many visitors; nothing is known after none."""
        if n == 0:
            return 0.0, -np.inf, np.inf
        return float(self.mean[n - 1]), float(self.low[n - 1]), float(self.high[n - 1])


def difference(values: Floats, treated: Flags, *, alpha: float, expected: int, shares: bool = True) -> Path:
    """Mean of the treated less that of the others, with an interval that holds at all times together with probability 1 - alpha.

    values: (n,), one a visitor, in the order of coming. expected: the number of visitors at which the interval is to be narrowest.
    shares: values lie in 0..1; then spreads are taken with one more visitor at 0 and one at 1, so that none is thought to be nought.
    """
    one, other = _moments(values, treated, shares), _moments(values, ~treated, shares)
    n = np.arange(1, len(values) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(one.variance / one.n + other.variance / other.n)
        mean = np.nan_to_num(one.mean - other.mean)
    width = np.where(np.minimum(one.n, other.n) < LEAST, np.inf, error * times(n, alpha, expected))
    return Path(mean, mean - width, mean + width)


def average(values: Floats, *, alpha: float, expected: int) -> Path:
    """The mean of shares (n,), with an interval as above."""
    one = _moments(values, np.ones(len(values), bool), True)
    error = np.sqrt(one.variance / one.n)
    width = np.where(one.n < LEAST, np.inf, error * times(one.n, alpha, expected))
    return Path(one.mean, one.mean - width, one.mean + width)


def times(n: Floats | NDArray[np.int64], alpha: float, expected: int) -> Floats:
    """How many standard errors an interval reaches to each side after n visitors: with r = n rho^2,

    sqrt(2 (r + 1) / r * log(sqrt(r + 1) / alpha)), theorem 2.2 there; rho^2 makes it least at n = expected, which is where
    -W_{-1}(-alpha^2 / e) - 1 = r (its appendix on rho; W is Lambert's).
    """
    r = n * (-float(lambertw(-(alpha**2) / np.e, -1).real) - 1) / expected
    return np.asarray(np.sqrt((r + 1) / r * np.log((r + 1) / alpha**2)))


def telling(visitors: int, parts: Sequence[float], share: float, comparisons: int, *, alpha: float = 0.05) -> float:
    """Half the width of the interval of a difference once all have come, where `share` of them reach the goal. parts: of the two arms."""
    n = visitors * sum(parts)
    error = np.sqrt(share * (1 - share) * sum(1 / (visitors * part) for part in parts))
    return float(error * times(np.array([n]), alpha / comparisons, visitors)[0])


def odds_against_split(counts: Sequence[int], planned: Sequence[float]) -> float:
    """How many times better the counts are told by some other split than by the planned one (log). planned: shares that sum to 1.

    A split as planned exceeds log(1 / p) at any time with probability p at most. The Bayes factor of Lindon, Malek: Anytime-valid inference
    for multinomial count data, NeurIPS 2022, with a Dirichlet prior at the planned split.
    """
    prior, seen = PRIOR * np.asarray(planned), np.asarray(counts, dtype=float)
    mixed = gammaln(PRIOR) - gammaln(PRIOR + seen.sum()) + float((gammaln(prior + seen) - gammaln(prior)).sum())
    return float(mixed - (seen * np.log(planned)).sum())


def is_mismatch(counts: Mapping[str, int], weights: Mapping[str, float], *, alpha: float = 0.01) -> bool:
    """Whether visitors are not split as planned, beyond chance at any time."""
    whole = sum(weights.values())
    return odds_against_split(
        [counts.get(name, 0) for name in weights], [one / whole for one in weights.values()]
    ) > log(1 / alpha)


@dataclass(frozen=True)
class _Moments:
    n: Floats
    mean: Floats
    variance: Floats


def _moments(values: Floats, counted: Flags, shares: bool) -> _Moments:
    """How many so far, their mean, and their variance, after each visitor."""
    n = np.cumsum(counted).astype(float)
    centre = values.mean() if len(values) else 0.0
    apart = np.where(counted, values - centre, 0.0)
    first, second = np.cumsum(apart), np.cumsum(apart**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = first / n + centre
        if shares:  # one more at each end
            ends = np.array([-centre, 1 - centre])
            n_, first, second = n + 2, first + ends.sum(), second + (ends**2).sum()
        else:
            n_ = n
        variance = np.maximum(second / n_ - (first / n_) ** 2, 0.0)
    return _Moments(n, mean, variance)
