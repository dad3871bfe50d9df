"""A reranker learnt from a store's clicks, on trial against the one in use on the searches of the last days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from retrieval.catalog import Catalog
from retrieval.dense import Dense, Embedder
from retrieval.errors import TooFewEvents
from retrieval.lexical import Lexical
from retrieval.query import Query
from retrieval.rerank import LinearMix, Reranker
from retrieval.reranking.cross_encoder import CrossEncoderReranker
from retrieval.train import tune
from retrieval.training.lists import Lists, Recipe, from_clicks
from retrieval.training.logged_grades import judged_in
from retrieval.training.pairs import shelf_of

from ..events.log import Event, EventLog
from .clicks import Search, logged
from .examined import Scores
from .trial import Parted, Trial, parted, trial_of


@dataclass(frozen=True)
class Bench:
    """What rerankers are tried on: a shop as it is indexed. base: folder of MiniLM, which they change."""

    catalog: Catalog
    dense: Dense
    embedder: Embedder
    base: Path
    threads: int = 1

    def reranker(self, folder: Path) -> CrossEncoderReranker:
        mix = LinearMix(self.dense, Lexical(self.catalog))
        return CrossEncoderReranker(folder, self.base, mix, threads=self.threads)


def contest(log: EventLog, bench: Bench, *, used: Path, out: Path, recipe: Recipe, last: float) -> Trial:
    """A reranker in `out` that goes on from `used` with what was chosen before the last part (0..1) of the time; both measured on the rest.

    TooFewEvents where the searches with a choice do not suffice on either side.
    """
    searches = parted(log, last)
    searches.require_enough()
    learn(searches, bench, used=used, out=out, recipe=recipe)
    return judged(searches, bench, new=out, used=used)


def learn(searches: Parted, bench: Bench, *, used: Path, out: Path, recipe: Recipe) -> None:
    """A reranker in `out` that goes on from `used` with the searches to learn from."""
    tune(
        _lists(searches.clicks, bench, recipe),
        base=bench.base,
        out=out,
        recipe=recipe,
        start=used,
        threads=bench.threads,
        told=[f"{searches.chosen:,} searches of the shop's own events"],
        scale_of=used,
    )


def judged(searches: Parted, bench: Bench, *, new: Path, used: Path) -> Trial:
    """What the rerankers of both folders make of the searches that are judged."""
    scorers = [partial(scores_of, reranker=bench.reranker(one), catalog=bench.catalog) for one in (new, used)]
    return trial_of(searches, new=scorers[0], used=scorers[1])


def _lists(clicks: Sequence[Event], bench: Bench, recipe: Recipe) -> Lists:
    stored = bench.dense.vectors(sorted(bench.catalog.ids()))
    products = [one for one in bench.catalog if one.id in stored]
    vectors = np.stack([stored[one.id] for one in products])
    shelf = shelf_of("shop", bench.catalog, products, vectors, bench.embedder)
    lists = from_clicks(judged_in(logged(clicks)), shelf, recipe)
    if not lists.graded or not lists.dev:
        raise TooFewEvents(
            "Too few different words were searched for to learn from some and to stop by others.",
            fix="collect more events `shown` with `query`",
        )
    return lists


def scores_of(searches: Sequence[Search], reranker: Reranker, catalog: Catalog) -> list[Scores]:
    """Log odds of the relevance of what each search showed and the catalogue still has."""
    known: dict[tuple[str, frozenset[str]], Scores] = {}  # the same words mostly show the same products
    for search in searches:
        key = (search.query, frozenset(search.places))
        if key not in known:
            products = catalog.get_many(sorted(search.places))
            relevances = reranker.score(Query(search.query), products, frozenset())
            known[key] = {one.id: _log_odds(value) for one, value in zip(products, relevances, strict=True)}
    return [known[search.query, frozenset(search.places)] for search in searches]


def _log_odds(share: float) -> float:
    inside = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(inside / (1 - inside))
