"""Ranking measures for one query: a run (product ids, best first) against qrels (id -> grade)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Qrels = Mapping[str, int]


def dcg(grades: Sequence[int]) -> float:
    """Discounted cumulative gain: sum over ranks of (2^grade - 1) / log2(rank + 1), rank from 1. Burges et al., ICML 2005."""
    return math.fsum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def ndcg(run: Sequence[str], qrels: Qrels, *, k: int = 10) -> float | None:
    """dcg of the first k over the dcg of the best order there is, 0..1. Unjudged products count as grade 0.

    None when no product has a grade above 0: every order is then as good as any.
    """
    ideal = dcg(sorted(qrels.values(), reverse=True)[:k])
    return dcg([qrels.get(product_id, 0) for product_id in run[:k]]) / ideal if ideal else None


def reciprocal_rank(run: Sequence[str], qrels: Qrels, *, grade: int = 2) -> float | None:
    """1 / rank of the first product of at least this grade, 0 when the run has none; None when there is none to find."""
    if not any(value >= grade for value in qrels.values()):
        return None
    return next((1 / rank for rank, product_id in enumerate(run, start=1) if qrels.get(product_id, 0) >= grade), 0.0)


def recall(run: Sequence[str], qrels: Qrels, *, k: int = 50, grade: int = 2) -> float | None:
    """Share of the products of at least this grade that stand in the first k, 0..1; None when there is none to find."""
    good = {product_id for product_id, value in qrels.items() if value >= grade}
    return len(good & set(run[:k])) / len(good) if good else None
