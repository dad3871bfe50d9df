"""How differently groups of shoppers are served, and whether chance alone would do that. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.evaluate import RESAMPLES, SEED, Figure, figure_of

Floats = npt.NDArray[np.float64]
NOTHING = Figure(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True)
class Fairness:
    """groups: the measure's mean of each. gap: of the best served less that of the worst. ratio: of the worst over the best, 1 when all
    are served alike. by_chance: the gap that 95 of 100 divisions of the same shoppers into groups of these sizes stay under.

    Of fewer than two groups nothing but their means; of those who all get 0, no ratio.
    """

    groups: Mapping[str, Figure]
    gap: Figure = NOTHING
    ratio: Figure = NOTHING
    by_chance: float = math.nan

    def to_json(self) -> dict[str, Any]:
        return {
            "groups": {name: figure_json(one) for name, one in self.groups.items()},
            "gap": figure_json(self.gap),
            "ratio": figure_json(self.ratio),
            "gap_by_chance": number(self.by_chance),
        }


def fairness(values: Mapping[str, Sequence[float]], least: int = 1) -> Fairness:
    """By the values of each group's shoppers; a group of fewer than `least` has no mean and is not compared.

    The intervals are of the two groups that are best and worst served, their shoppers drawn anew within each (percentile bootstrap, 95%).
    """
    told = {name: np.array(own if len(own) >= least else [], dtype=float) for name, own in values.items()}
    groups = {name: figure_of(own.tolist()) for name, own in told.items()}
    compared = sorted((name for name in told if len(told[name])), key=lambda name: groups[name].mean)
    if len(compared) < 2:
        return Fairness(groups)
    worst, best = told[compared[0]], told[compared[-1]]
    shoppers, rng = len(worst) + len(best), np.random.default_rng(SEED)
    low, high = _drawn(worst, rng), _drawn(best, rng)  # (RESAMPLES,)
    gap = Figure(float(best.mean() - worst.mean()), *_ends(high - low), shoppers)
    ratio = NOTHING
    if best.mean() > 0:
        over = low[high > 0] / high[high > 0]
        ratio = Figure(float(worst.mean() / best.mean()), *_ends(over), shoppers)
    return Fairness(groups, gap, ratio, _by_chance([told[name] for name in compared], rng))


def figure_json(figure: Figure) -> dict[str, float | int | None]:
    """Four decimals, null where nothing was measured."""
    ends = {"mean": figure.mean, "low": figure.low, "high": figure.high}
    return {**{name: number(end) for name, end in ends.items()}, "shoppers": figure.requests}


def number(value: float) -> float | None:
    """Four decimals, None for not-a-number."""
    return None if math.isnan(value) else round(value, 4)


def _drawn(values: Floats, rng: np.random.Generator) -> Floats:
    """(RESAMPLES,) means of as many values drawn with replacement."""
    return np.asarray(rng.choice(values, (RESAMPLES, len(values))).mean(axis=1))


def _ends(drawn: Floats) -> tuple[float, float]:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def _by_chance(groups: Sequence[Floats], rng: np.random.Generator) -> float:
    every, starts = np.concatenate(groups), np.cumsum([0, *(len(one) for one in groups[:-1])])
    sizes = np.array([len(one) for one in groups])
    mixed = (np.add.reduceat(rng.permutation(every), starts) / sizes for _ in range(RESAMPLES))
    return float(np.percentile([np.ptp(means) for means in mixed], 95))
