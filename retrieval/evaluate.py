"""How good the rankings are: every method on graded requests, over the judged pools and over the whole catalogue, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .constraints import eligible_ids
from .fusion import rrf
from .judgements import Judged
from .kinds.named import for_animals, kind_levels
from .metrics import ndcg, recall, reciprocal_rank
from .product import Product
from .query import Query
from .rerank import Reranker
from .search import CANDIDATES, Searcher

BASELINE = "linear mix"
SEED, RESAMPLES = 7, 2_000
MEASURES: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], float | None]] = {
    "ndcg@10": ndcg,
    "mrr": reciprocal_rank,
    "recall@50": recall,
}


@dataclass(frozen=True)
class Figure:
    """The mean of a measure over the requests that have one, with a bootstrap 95% interval; over how many requests."""

    mean: float
    low: float
    high: float
    requests: int


@dataclass(frozen=True)
class Compared:
    """A measure of what is new and of what is in use, over the same requests, and the paired difference."""

    new: Figure
    now: Figure
    gain: Figure

    @property
    def better(self) -> bool:
        """Whether the whole interval of the difference lies above 0."""
        return self.gain.low > 0

    def to_json(self) -> dict[str, list[float | None]]:
        """[mean, low, high] of each; null where there was nothing to measure."""
        figures = {"new": self.new, "now": self.now, "difference": self.gain}
        return {
            name: [None if end != end else round(end, 4) for end in (one.mean, one.low, one.high)]
            for name, one in figures.items()
        }


@dataclass(frozen=True)
class Row:
    """One method in one setting ("pool" or "catalogue"). against: the paired difference to the linear mix, measure by measure."""

    setting: str
    method: str
    figures: Mapping[str, Figure]
    against: Mapping[str, Figure]

    def to_json(self) -> dict[str, Any]:
        shown = {"figures": self.figures, "against_linear_mix": self.against}
        tables = {name: {key: _rounded(figure) for key, figure in table.items()} for name, table in shown.items()}
        return {"setting": self.setting, "method": self.method, **tables}


@dataclass(frozen=True)
class Rankers:
    """What is measured: the parts of one opened shop.

    mix: the untrained one, to compare with. read: a request as the shop understands it.
    """

    searcher: Searcher
    mix: Reranker
    read: Callable[[str], Query]


@dataclass(frozen=True)
class Measured:
    """Every measure of every request. values: (setting, method, measure) -> a value a request, None where it has none."""

    requests: Sequence[str]
    values: Mapping[tuple[str, str, str], Sequence[float | None]]

    @property
    def methods(self) -> list[tuple[str, str]]:
        """(setting, method), in the order in which they were measured."""
        return list(dict.fromkeys((setting, method) for setting, method, _ in self.values))


def evaluate(rankers: Rankers, judged: Sequence[Judged]) -> Measured:
    """Each method on each request, first over the judged pools, then over the whole catalogue.

    Judged products that the catalogue lacks are left out; requests whose pool is then empty too.
    """
    runs: dict[tuple[str, str], list[list[str]]] = {}
    known: list[Mapping[str, int]] = []
    requests: list[str] = []
    for one in judged:
        pool = rankers.searcher.catalog.get_many(one.grades)
        if not pool:
            continue
        known.append({product.id: one.grades[product.id] for product in pool})
        requests.append(one.request)
        query = rankers.read(one.request)
        for method, run in pool_runs(rankers, one.request, query, pool).items():
            runs.setdefault(("pool", method), []).append(run)
        for method, run in catalogue_runs(rankers, one.request, query).items():
            runs.setdefault(("catalogue", method), []).append(run)
    values = {
        (*key, name): [measure(run, grades) for run, grades in zip(lists, known, strict=True)]
        for key, lists in runs.items()
        for name, measure in MEASURES.items()
    }
    return Measured(requests, values)


def rows(measured: Measured) -> list[Row]:
    """A row for each method: the means over the requests, and what it is better than the linear mix."""
    values = measured.values
    return [
        Row(
            setting,
            method,
            {name: figure_of(values[setting, method, name]) for name in MEASURES},
            {
                name: figure_of(difference(values[setting, method, name], values[setting, BASELINE, name]))
                for name in MEASURES
            },
        )
        for setting, method in measured.methods
    ]


def by_request(measured: Measured) -> list[dict[str, str | float | None]]:
    """One record for each request and method, so that two runs can be told apart request by request."""
    return [
        {"request": request, "setting": setting, "method": method}
        | {name: measured.values[setting, method, name][place] for name in MEASURES}
        for place, request in enumerate(measured.requests)
        for setting, method in measured.methods
    ]


def pool_runs(rankers: Rankers, request: str, query: Query, pool: Sequence[Product]) -> dict[str, list[str]]:
    """The pool in each method's order. The full pipeline puts what breaks a hard constraint last."""
    searcher, ids = rankers.searcher, [product.id for product in pool]
    lexical = _best_first(ids, searcher.lexical.scores(request, ids))
    dense = _best_first(ids, searcher.dense.similarity(request, ids))
    plain = Query(request)
    return {
        "bm25": lexical,
        "dense": dense,
        "rrf": _best_first(ids, rrf([lexical, dense])),
        BASELINE: _reranked(rankers.mix, plain, pool),
        "reranker": _reranked(searcher.reranker, plain, pool),
        "full pipeline": rerank(searcher, query, pool),
    }


def catalogue_runs(rankers: Rankers, request: str, query: Query) -> dict[str, list[str]]:
    """The first CANDIDATES of the whole catalogue by each method."""
    searcher = rankers.searcher
    lexical = [candidate.product_id for candidate in searcher.lexical.retrieve(request, CANDIDATES)]
    dense = [candidate.product_id for candidate in searcher.dense.retrieve(request, CANDIDATES)]
    fused = list(rrf([lexical, dense]))[:CANDIDATES]
    products = searcher.catalog.get_many(fused)
    ranking, _ = searcher.search(query, CANDIDATES)
    return {
        "bm25": lexical,
        "dense": dense,
        "rrf": fused,
        BASELINE: _reranked(rankers.mix, Query(request), products),
        "reranker": _reranked(searcher.reranker, Query(request), products),
        "full pipeline": [hit.product.id for hit in ranking.hits],
    }


def rerank(searcher: Searcher, query: Query, products: Sequence[Product]) -> list[str]:
    """Ids best first: what breaks no hard constraint before what does, each part by relevance."""
    return [product_id for product_id, _ in relevances(searcher, query, products)]


def relevances(searcher: Searcher, query: Query, products: Sequence[Product]) -> list[tuple[str, float]]:
    """(id, relevance), best first; what breaks a hard constraint keeps a tenth of its relevance and comes last."""
    product = query.constraints.product
    pets = for_animals(searcher.lexical, f"{product} {query.text}")
    levels = kind_levels(searcher.catalog, searcher.lexical, product, pets)
    scores = searcher.reranker.score(query, products, levels[0] if levels else frozenset())
    eligible = eligible_ids(searcher.catalog, query.constraints)
    fitting = {product.id for product in products if eligible is None or product.id in eligible}
    pairs = [(one.id, score if one.id in fitting else score / 10) for one, score in zip(products, scores, strict=True)]
    return sorted(pairs, key=lambda pair: (pair[0] not in fitting, -pair[1], pair[0]))


def interval(values: Sequence[float]) -> Figure:
    """Mean and the percentile bootstrap's 95% interval, seeded. Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.

    ValueError for no values.
    """
    if not values:
        raise ValueError("no request has a value")
    found = np.asarray(values, dtype=float)
    drawn = np.random.default_rng(SEED).integers(0, len(found), (RESAMPLES, len(found)))
    low, high = np.percentile(found[drawn].mean(axis=1), [2.5, 97.5])
    return Figure(float(found.mean()), float(low), float(high), len(found))


def _reranked(reranker: Reranker, query: Query, products: Sequence[Product]) -> list[str]:
    scores = reranker.score(query, products, frozenset())
    ids = [product.id for product in products]
    return _best_first(ids, dict(zip(ids, scores, strict=True)))


def _best_first(ids: Sequence[str], scores: Mapping[str, float]) -> list[str]:
    return sorted(ids, key=lambda one: (-scores.get(one, float("-inf")), one))


def difference(ours: Sequence[float | None], theirs: Sequence[float | None]) -> list[float | None]:
    """Value by value, ours less theirs; None where one of them has none."""
    return [None if a is None or b is None else a - b for a, b in zip(ours, theirs, strict=True)]


def compared(new: Sequence[float | None], now: Sequence[float | None]) -> Compared:
    """What these values of the same requests, in the same order, say."""
    return Compared(figure_of(new), figure_of(now), figure_of(difference(new, now)))


def figure_of(values: Sequence[float | None]) -> Figure:
    """`interval` of the values that are there; not-a-number over 0 requests where none is."""
    there = [value for value in values if value is not None]
    return interval(there) if there else Figure(float("nan"), float("nan"), float("nan"), 0)


def _rounded(figure: Figure) -> dict[str, float | int | None]:
    """As JSON has it: four decimals, null where there is nothing to measure."""
    ends = {"mean": figure.mean, "low": figure.low, "high": figure.high}
    return {**{name: None if end != end else round(end, 4) for name, end in ends.items()}, "requests": figure.requests}
