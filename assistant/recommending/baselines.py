"""What suggestions are compared with: popularity, and item-kNN, ALS and BPR of the library implicit. Whole lists, without reasons."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from retrieval.errors import ShopError

from ..events.crowd import WEIGHTS
from .held_out import Held, Split

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SEED = 7
NEIGHBOURS = 100
FACTORS = 32

# At most so many products for a visitor, best first, none of them left out.
Lister = Callable[[Held, int], Sequence[str]]


class NoImplicit(ShopError):
    """The library that the baselines come from is not installed."""

    slug = "implicit-missing"


@dataclass(frozen=True)
class Interactions:
    """Who did how much with what. counts: (visitors, products), the weights of all acts added up; columns as in `sold`."""

    visitors: Mapping[str, int]
    sold: Sequence[str]
    columns: Mapping[str, int]
    counts: csr_matrix


def interactions(known: Split) -> Interactions:
    """All acts before the cut as one matrix, with the weights that the shop's own popularity has."""
    from scipy.sparse import csr_matrix  # a fifth of a second of every other command's start

    visitors = {name: row for row, name in enumerate(sorted({one.visitor or "" for one in known.acts}))}
    columns = {name: column for column, name in enumerate(known.sold)}
    rows = [visitors[one.visitor or ""] for one in known.acts]
    places = [columns[one.product_id or ""] for one in known.acts]
    weights = np.array([WEIGHTS[one.type] for one in known.acts], np.float32)
    counts = csr_matrix((weights, (rows, places)), (len(visitors), len(columns)))
    return Interactions(visitors, known.sold, columns, counts)


def baselines(known: Split) -> dict[str, Lister]:
    """Each method by name, trained on what came before the cut."""
    seen = interactions(known)
    models = {name: _fitted(model, seen.counts) for name, model in _models().items()}
    return {"popularity": popularity(seen)} | {name: _by_model(model, seen) for name, model in models.items()}


def _models() -> dict[str, Any]:
    """Untrained; one thread, so that a seed gives the same factors."""
    try:
        from implicit.als import AlternatingLeastSquares
        from implicit.bpr import BayesianPersonalizedRanking
        from implicit.nearest_neighbours import CosineRecommender
    except ImportError as error:
        raise NoImplicit(
            "The baselines need the library implicit.", fix="pip install 'shopping-assistant[baselines]'"
        ) from error
    own: dict[str, Any] = {"num_threads": 1, "random_state": SEED}
    with threadpool_limits(1, "blas"):
        return {
            "item-kNN": CosineRecommender(K=NEIGHBOURS, num_threads=1),
            "ALS": AlternatingLeastSquares(FACTORS, regularization=0.1, alpha=5.0, iterations=15, **own),
            "BPR": BayesianPersonalizedRanking(FACTORS, learning_rate=0.05, iterations=200, **own),
        }


def _fitted(model: Any, counts: csr_matrix) -> Any:
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # item-kNN warns of the form of a matrix that it made itself
        model.fit(counts, show_progress=False)
    return model


def popularity(seen: Interactions) -> Lister:
    """What most was done with, by weight; nothing that nobody did anything with."""
    total = np.asarray(seen.counts.sum(axis=0)).ravel()
    order = [seen.sold[column] for column in np.lexsort((np.arange(len(total)), -total)) if total[column] > 0]

    def listed(one: Held, k: int) -> list[str]:
        return [name for name in order[: k + len(one.left_out)] if name not in one.left_out][:k]

    return listed


def _by_model(model: Any, seen: Interactions) -> Lister:
    def listed(one: Held, k: int) -> list[str]:
        row = seen.visitors.get(one.visitor)
        if row is None:  # all that he did was with what is sold out
            return []
        out = [seen.columns[name] for name in one.left_out if name in seen.columns]
        ids, scores = model.recommend(row, seen.counts[row], N=k, filter_already_liked_items=False, filter_items=out)
        pairs = zip(ids.tolist(), scores.tolist(), strict=True)
        found = [column for column, score in pairs if column >= 0 and np.isfinite(score) and column not in out]
        return [seen.sold[column] for column in found[:k]]  # item-kNN gives more where something is left out

    return listed
