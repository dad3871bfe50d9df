"""Which of the products that may be shown is tried next, learning from what came of it; and how probable that choice was.

    bandit = BetaThompson(*prior_from_content(shown, earned, similarity), seed=7)
    choice = bandit.choose(arms)                    # choice.propensity is logged with what is shown
    bandit.learn(arms[choice.action], reward)

Thompson sampling: an arm is chosen as often as it is the best one by what is believed (Thompson, Biometrika 1933; Chapelle and Li,
NIPS 2011). That probability has no closed form, so beliefs are drawn DRAWS times, each arm gets the share of draws that it wins, and
one is chosen by these shares: the probability told is then exactly the one that was used, not an estimate beside it. A share FLOOR
is spread evenly, so that no arm stops being tried and no weight of an off-policy estimate exceeds k / FLOOR.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
DRAWS = 1_000
FLOOR = 0.05


@dataclass(frozen=True)
class Choice:
    """The place in the given arms that was chosen, and the probability with which it was, in (0, 1]."""

    action: int
    propensity: float


class Thompson(ABC):
    """What both kinds share. The same seed, arms and rewards in the same order give the same choices."""

    def __init__(self, *, seed: int, floor: float = FLOOR, draws: int = DRAWS) -> None:
        if not 0 < floor <= 1:
            raise ValueError(f"a floor in (0, 1] expected, found {floor}")
        self._rng, self._floor, self._draws = np.random.default_rng(seed), floor, draws

    def choose(self, arms: ArrayLike) -> Choice:
        """One of the arms (k of them, as this kind describes them). ValueError for none."""
        shares = self.probabilities(arms)
        action = int(self._rng.choice(len(shares), p=shares))
        return Choice(action, float(shares[action]))

    def probabilities(self, arms: ArrayLike) -> Floats:
        """(k,) how probably each arm is chosen now, at least floor / k, sum 1."""
        k = len(np.asarray(arms))
        if not k:
            raise ValueError("arms to choose from expected, found none")
        drawn = self._beliefs(arms)  # (draws, k)
        wins = np.bincount(drawn.argmax(axis=1), minlength=k) / len(drawn)
        return np.asarray((1 - self._floor) * wins + self._floor / k, dtype=float)

    @abstractmethod
    def learn(self, arm: ArrayLike, reward: ArrayLike) -> None:
        """Takes in what came of one arm, or of n arms at once: then (n, …) and (n,)."""

    @abstractmethod
    def _beliefs(self, arms: ArrayLike) -> Floats:
        """(draws, k) what each arm may be worth, drawn from what is believed."""


class BetaThompson(Thompson):
    """Each product's chance of a click by itself, Beta(hits, misses). Arms are the products' numbers, (k,) int; rewards 0 to 1.

    hits, misses: (m,) float > 0, the prior, as of so many clicks and non-clicks: `prior_from_content` gives one.
    """

    def __init__(self, hits: Floats, misses: Floats, *, seed: int, floor: float = FLOOR, draws: int = DRAWS) -> None:
        super().__init__(seed=seed, floor=floor, draws=draws)
        if hits.shape != misses.shape or min(hits.min(initial=1), misses.min(initial=1)) <= 0:
            raise ValueError("a prior above 0 in two columns of one length expected")
        self._hits, self._misses = hits.astype(float), misses.astype(float)

    def learn(self, arm: ArrayLike, reward: ArrayLike) -> None:
        names, rewards = np.asarray(arm, dtype=np.int64), np.asarray(reward, dtype=float)
        np.add.at(self._hits, names, rewards)
        np.add.at(self._misses, names, 1 - rewards)

    def _beliefs(self, arms: ArrayLike) -> Floats:
        names = np.asarray(arms)
        return self._rng.beta(self._hits[names], self._misses[names], (self._draws, len(names)))


class LinearThompson(Thompson):
    """Worth as a linear function of what is known of product, shopper and place. Arms are feature rows, (k, d) float.

    Bayesian ridge regression: θ ~ N(0, 1 / ridge) before anything is seen, rewards with variance `noise`; choices by draws of θ.
    Agrawal and Goyal, ICML 2013. noise: p (1 − p) where rewards are clicks of probability p. ridge: > 0.
    """

    def __init__(
        self, size: int, *, seed: int, noise: float = 0.25, ridge: float = 1.0, floor: float = FLOOR, draws: int = DRAWS
    ) -> None:
        super().__init__(seed=seed, floor=floor, draws=draws)
        if noise <= 0 or ridge <= 0:
            raise ValueError(f"noise and ridge above 0 expected, found {noise} and {ridge}")
        self._noise, self._precision, self._pull = noise, ridge * np.eye(size), np.zeros(size)

    def learn(self, arm: ArrayLike, reward: ArrayLike) -> None:
        rows = np.atleast_2d(np.asarray(arm, dtype=float))  # (n, d)
        self._precision += rows.T @ rows / self._noise
        self._pull += rows.T @ np.atleast_1d(np.asarray(reward, dtype=float)) / self._noise

    def _beliefs(self, arms: ArrayLike) -> Floats:
        factor = np.linalg.cholesky(self._precision)  # L Lᵀ: Lᵀ⁻¹ z has the covariance (L Lᵀ)⁻¹
        mean = np.linalg.solve(self._precision, self._pull)
        drawn = mean + np.linalg.solve(factor.T, self._rng.standard_normal((len(mean), self._draws))).T  # (draws, d)
        return np.asarray(drawn @ np.asarray(arms, dtype=float).T, dtype=float)


class GammaThompson(Thompson):
    """How much more or less often each product is chosen than is to be expected, Gamma(chosen, expected), whoever is shown it and where.

    Arms are rows (the product's number, how many choices are to be expected of showing it here), (k, 2) float: shopper and place come in by
    the latter, and an arm is worth both multiplied. chosen, expected: (m,) float > 0, what is believed beforehand. Rewards 0 or 1, rare
    enough for a Poisson rate. Gamma-Poisson of Agarwal, Chen and Elango, ICDM 2009, drawn from as in the other kinds.
    """

    def __init__(
        self, chosen: Floats, expected: Floats, *, seed: int, floor: float = FLOOR, draws: int = DRAWS
    ) -> None:
        super().__init__(seed=seed, floor=floor, draws=draws)
        if chosen.shape != expected.shape or min(chosen.min(initial=1), expected.min(initial=1)) <= 0:
            raise ValueError("a prior above 0 in two columns of one length expected")
        self._chosen, self._expected = chosen.astype(float), expected.astype(float)

    def learn(self, arm: ArrayLike, reward: ArrayLike) -> None:
        names, expected = _split(arm)
        np.add.at(self._chosen, names, np.atleast_1d(np.asarray(reward, dtype=float)))
        np.add.at(self._expected, names, expected)

    def expected(self, arms: ArrayLike) -> Floats:
        """(k,) choices that each arm is believed to be worth."""
        names, expected = _split(arms)
        return np.asarray(expected * self._chosen[names] / self._expected[names])

    def _beliefs(self, arms: ArrayLike) -> Floats:
        names, expected = _split(arms)
        shape = (self._draws, len(names))
        return np.asarray(expected * self._rng.gamma(self._chosen[names], 1 / self._expected[names], shape))


def _split(arms: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """(k,) numbers and (k,) choices to be expected, of rows of both."""
    rows = np.atleast_2d(np.asarray(arms, dtype=float))
    return rows[:, 0].astype(np.int64), rows[:, 1]


def prior_from_content(shown: Floats, earned: Floats, similarity: Floats, *, strength: float) -> tuple[Floats, Floats]:
    """(hits, misses) of a prior worth `strength` decisions each, whose mean is the rate of the products that are like it.

    shown, earned: (m,), what each product was shown and clicked. similarity: (m, m), 0..1. A product counts in its own prior with nothing,
    since it is learnt from by itself; the rate of the like is drawn to that of all by `strength` decisions. Nothing shown: one in
    `strength` for all, so strength > 1. Empirical Bayes; Efron and Morris, JASA 1975.
    """
    if strength <= 1:
        raise ValueError(f"a strength above 1 expected, found {strength}")
    overall = max(earned.sum(), 1.0) / max(shown.sum(), strength)
    others = similarity * (1 - np.eye(len(shown)))
    mean = (others @ earned + strength * overall) / (others @ shown + strength)
    return strength * mean, strength * (1 - mean)
