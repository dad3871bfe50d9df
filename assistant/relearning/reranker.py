"""A reranker learnt from a store's clicks, on trial against the one in use on the searches of the last days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.catalog import Catalog
from retrieval.cross_encoder import CrossEncoderReranker
from retrieval.dense import Dense, Embedder
from retrieval.errors import TooFewEvents
from retrieval.evaluate import Compared, compared
from retrieval.events import judged_in
from retrieval.lexical import Lexical
from retrieval.pairs import shelf_of
from retrieval.query import Query
from retrieval.rerank import LinearMix, Reranker
from retrieval.train import tune
from retrieval.training_lists import Lists, Recipe, from_clicks

from ..events import Event, EventLog
from .clicks import Search, clicks_of, logged, searches_in
from .examined import Scores, bend_of, worths

LEARNT, HELD = 200, 50  # searches with a choice that must lie before the cut, and after it
SCORED = 2_000  # latest searches that the fall of looking is read from: 10,000 pairs take a minute


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


@dataclass(frozen=True)
class Trial:
    """What came out. bend: as in examined.py. searches: with a choice, learnt from and held out."""

    found: Compared
    bend: float
    learnt: int
    held: int


def contest(log: EventLog, bench: Bench, *, used: Path, out: Path, recipe: Recipe, last: float) -> Trial:
    """A reranker in `out` that goes on from `used` with what was chosen before the last part (0..1) of the time; both measured on the rest.

    TooFewEvents where the searches with a choice do not suffice on either side.
    """
    before, after = _cut(list(clicks_of(log)), last)
    learnt, held = searches_in(before), searches_in(after)
    chosen = [one for one in held if one.grades]
    counts = (sum(bool(one.grades) for one in learnt), len(chosen))
    if counts[0] < LEARNT or counts[1] < HELD:
        raise TooFewEvents(
            f"Too few searches with a choice: {counts[0]:,} to learn from, {LEARNT} are needed; {counts[1]:,} after them, {HELD} are.",
            fix="collect more events `shown` with `query` and `position`, and what was then clicked, put into the cart or bought",
        )
    tune(
        _lists(before, bench, recipe),
        base=bench.base,
        out=out,
        recipe=recipe,
        start=used,
        threads=bench.threads,
        told=[f"{counts[0]:,} searches of the shop's own events"],
        scale_of=used,
    )
    new, old, latest = bench.reranker(out), bench.reranker(used), learnt[-SCORED:]
    bend = bend_of(latest, scores_of(latest, old, bench.catalog))
    values = [worths(chosen, scores_of(chosen, one, bench.catalog), bend) for one in (new, old)]
    return Trial(compared(*values), bend, *counts)


def _cut(clicks: Sequence[Event], last: float) -> tuple[list[Event], list[Event]]:
    if not clicks:
        return [], []
    at = clicks[-1].at - (clicks[-1].at - clicks[0].at) * last
    return [one for one in clicks if one.at <= at], [one for one in clicks if one.at > at]


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
