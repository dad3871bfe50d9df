"""Fitting the head that reads tones: labelled sentences in, head.json out. Imports torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from .tone import TONES, Labelled
from .tone_network import HEAD, SentenceFeatures


@dataclass(frozen=True)
class ToneRecipe:
    """inverse_penalty: C of the regression. others: weight of a sentence from elsewhere, where one of the shop's own has 1."""

    inverse_penalty: float = 0.03
    others: float = 0.1


def train_tones(
    own: Sequence[Labelled], others: Sequence[Labelled], features: SentenceFeatures, recipe: ToneRecipe, out: Path
) -> None:
    """Write the head: logistic regression over standardised features, the scale folded into the weights."""
    every = [*own, *others]
    found = features.of([one.sentence for one in every])
    scale = StandardScaler().fit(found)
    model = LogisticRegression(C=recipe.inverse_penalty, max_iter=2_000)
    wanted = np.array([TONES.index(one.tone) for one in every])
    model.fit(scale.transform(found), wanted, sample_weight=[1.0] * len(own) + [recipe.others] * len(others))
    weights = model.coef_ / scale.scale_  # (3, 384)
    bias = model.intercept_ - weights @ scale.mean_
    out.mkdir(parents=True, exist_ok=True)
    head = {"recipe": asdict(recipe), "tones": TONES, "weights": _rounded(weights), "bias": _rounded(bias)}
    (out / HEAD).write_text(json.dumps(head) + "\n", encoding="utf-8")


def _rounded(values: np.ndarray) -> list[object]:
    """Six significant digits: enough, and a file that can be read."""
    rounded: list[object] = np.vectorize(lambda value: float(f"{value:.6g}"))(values).tolist()
    return rounded
