"""What a policy that never ran would have earned, estimated from what another one showed; knows no products and no shop.

A policy is given as `target`, `(n, k)` float: for each logged decision the probability with which it chooses each of the k actions.
Every estimate rests on the logged propensities being true, and on the log trying whatever the policy would: an action that the
logging policy never takes is worth nothing here (IPS, SNIPS) or what the model says of it (doubly robust).

Few rewards make intervals that are wide and still too hopeful, since what was never rewarded in the log cannot be drawn from it: with
38 clicks in 10,000 decisions they held the truth in 182 of 200 made-up logs, not in 190 (benchmarks/open_bandit.py --check-intervals).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retrieval.evaluate import RESAMPLES, SEED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDING = 1e-6  # that a row of probabilities may miss its sum by


@dataclass(frozen=True)
class Logged:
    """n decisions in order of time: what was known, what was shown where, how probable that was, and what came of it.

    context: (n, d) of any kind, the policy's own business. action: (n,) 0..k-1. position: (n,) from 1. propensity: (n,) in (0, 1],
    of the action at that position. reward: (n,), any unit. ValueError for lengths that differ or a propensity outside.
    """

    context: NDArray[np.generic]
    action: Ints
    position: Ints
    propensity: Floats
    reward: Floats

    def __post_init__(self) -> None:
        lengths = {len(one) for one in (self.context, self.action, self.position, self.propensity, self.reward)}
        if len(lengths) != 1:
            raise ValueError(f"columns of one length expected, found {sorted(lengths)}")
        if len(self) and not (self.propensity.min() > 0 and self.propensity.max() <= 1):
            raise ValueError(
                f"propensities in (0, 1] expected, found {self.propensity.min()} to {self.propensity.max()}"
            )

    def __len__(self) -> int:
        return len(self.action)

    def part(self, rows: slice | NDArray[np.generic]) -> Logged:
        """The decisions of these rows."""
        return Logged(
            self.context[rows], self.action[rows], self.position[rows], self.propensity[rows], self.reward[rows]
        )


@dataclass(frozen=True)
class Interval:
    """A value in the reward's unit, with the 95% interval of the percentile bootstrap over decisions."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate(Interval):
    """effective: how many decisions of the policy's own would tell as much, 0..n: (Σw)² / Σw², Kish 1965.

    cut: share of weights that were clipped. shares: (n, 2), what each decision adds above and below the fraction.
    """

    effective: float
    cut: float
    shares: Floats = field(repr=False, compare=False)


def ips(log: Logged, target: Floats, *, clip: float | None = None) -> Estimate:
    """Inverse propensity score: mean of w r, with w = target / propensity. Horvitz and Thompson, JASA 1952.

    Unbiased, also where the logged propensities vary; with `clip` (weights above it are cut to it, > 0) biased towards nought for
    less variance. ValueError for no decisions, for a target of another shape, or for one that is no probability.
    """
    weights = _weights(log, target)
    kept = _clipped(weights, clip)
    return _estimate(kept * log.reward, np.ones(len(log)), weights, kept)


def snips(log: Logged, target: Floats, *, clip: float | None = None) -> Estimate:
    """Self-normalised: Σ w r / Σ w, so never outside the rewards' range. Swaminathan and Joachims, NIPS 2015.

    Slightly biased, consistent, mostly of less variance than IPS. 0 where the log has nothing that the policy would do. Arguments and
    errors as of `ips`.
    """
    weights = _weights(log, target)
    kept = _clipped(weights, clip)
    return _estimate(kept * log.reward, kept, weights, kept)


def doubly_robust(log: Logged, target: Floats, model: Floats, *, clip: float | None = None) -> Estimate:
    """Mean of Σ_a target(a) q(a) + w (r − q(chosen)). Dudík, Langford, Li, ICML 2011.

    model: (n, k) q, the reward expected of each action, fitted on other decisions than these. Unbiased where the propensities are
    true or the model is; the better the model, the less variance. Other arguments and errors as of `ips`.
    """
    weights = _weights(log, target)
    kept = _clipped(weights, clip)
    if model.shape != target.shape:
        raise ValueError(f"a model of shape {target.shape} expected, found {model.shape}")
    chosen = model[np.arange(len(log)), log.action]
    return _estimate((target * model).sum(axis=1) + kept * (log.reward - chosen), np.ones(len(log)), weights, kept)


def difference(one: Estimate, other: Estimate) -> Interval:
    """How much more `one` is worth than `other`, both over the same decisions, which are resampled together."""
    if one.shares.shape != other.shares.shape:
        raise ValueError(f"the same decisions expected, found {len(one.shares)} and {len(other.shares)}")
    drawn = _resampled(np.hstack([one.shares, other.shares]))
    low, high = np.percentile(_fraction(drawn[:, :2]) - _fraction(drawn[:, 2:]), [2.5, 97.5])
    return Interval(one.value - other.value, float(low), float(high))


def rates(log: Logged, actions: int, *, strength: float) -> Floats:
    """(k,) mean reward of each action, drawn to the mean of all by `strength` decisions' worth: a plain model for `doubly_robust`.

    Of rewards from a log that chose evenly, or whose actions' rewards do not hang on when they were chosen. All nought for an empty log.
    """
    shown = np.bincount(log.action, minlength=actions)
    earned = np.bincount(log.action, log.reward, minlength=actions)
    mean = log.reward.mean() if len(log) else 0.0
    return np.asarray((earned + strength * mean) / (shown + strength), dtype=float)


def _weights(log: Logged, target: Floats) -> Floats:
    if not len(log):
        raise ValueError("decisions expected, found none")
    if target.ndim != 2 or len(target) != len(log) or target.shape[1] <= log.action.max():
        raise ValueError(f"a target of shape ({len(log)}, k > {log.action.max()}) expected, found {target.shape}")
    if target.min() < 0 or np.abs(target.sum(axis=1) - 1).max() > ROUNDING:
        raise ValueError("probabilities that sum to 1 in each row expected")
    return np.asarray(target[np.arange(len(log)), log.action] / log.propensity, dtype=float)


def _clipped(weights: Floats, clip: float | None) -> Floats:
    if clip is not None and clip <= 0:
        raise ValueError(f"a clip above 0 expected, found {clip}")
    return weights if clip is None else np.minimum(weights, clip)


def _estimate(above: Floats, below: Floats, weights: Floats, kept: Floats) -> Estimate:
    shares = np.column_stack([above, below])
    low, high = np.percentile(_fraction(_resampled(shares)), [2.5, 97.5])
    squares = float((kept**2).sum())
    effective = float(kept.sum()) ** 2 / squares if squares else 0.0
    value = float(_fraction(shares.mean(axis=0, keepdims=True))[0])
    return Estimate(value, float(low), float(high), effective, float((kept < weights).mean()), shares)


def _resampled(columns: Floats) -> Floats:
    """(RESAMPLES, m) means of resampled rows: the bootstrap of `shop eval retrieval`, by counts, a fifth of the time at 10,000 rows."""
    rng, n = np.random.default_rng(SEED), len(columns)
    return np.stack([np.bincount(rng.integers(0, n, n), minlength=n) @ columns / n for _ in range(RESAMPLES)])


def _fraction(means: Floats) -> Floats:
    """(m,) above / below of (m, 2); 0 where nothing is below."""
    above, below = means.T
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below != 0), dtype=float)
