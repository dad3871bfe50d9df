"""How good lists of suggestions are on events held out, each method by several measures, with intervals. docs/events.md."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from retrieval.dense import Vectors
from retrieval.evaluate import Figure, difference, figure_of
from retrieval.metrics import ndcg, recall, reciprocal_rank

from ..events.crowd import WEIGHTS
from .baselines import Lister
from .calibration import Shares, Shelf, miscalibration, shares_of
from .fairness import Fairness, fairness, figure_json, number
from .groups import DIVISIONS, NAMED, Division
from .held_out import Held, Split
from .recommender import Recommender

OURS, INTEREST = "shop", "interest"  # the shop's lists, and the same in the order of an interest model
MEASURES = ("ndcg", "precision", "recall", "mrr", "hit_rate", "long_tail", "novelty", "diversity", "miscalibration")
HEAD = 0.2  # the most chosen fifth of the products in stock; all others are the long tail
Values = Sequence[float | None]


@dataclass(frozen=True)
class Background:
    """What lists are measured against. surprise: bits of self-information of each product. vectors: of unit length.

    shelves: the category of each product. histories: by visitor, of his acts, weighed as in popularity.
    """

    head: frozenset[str]
    surprise: Mapping[str, float]
    vectors: Mapping[str, Vectors]
    shelves: Mapping[str, Shelf] = field(default_factory=dict)
    histories: Mapping[str, Shares] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One method. figures, against: by measure, the latter as the paired difference to the shop's own lists.

    coverage: share of what is in stock that stands in any list. by: nDCG by groups of visitors, for each division of them.
    """

    method: str
    figures: Mapping[str, Figure]
    against: Mapping[str, Figure]
    coverage: float
    by: Mapping[Division, Fairness]

    def to_json(self) -> dict[str, Any]:
        acts = self.by["acts"].to_json()
        return {
            "method": self.method,
            "figures": _json(self.figures),
            "against_shop": _json(self.against),
            "coverage": number(self.coverage),
            "groups": acts["groups"],  # these three as they were before there were other divisions
            "gap": acts["gap"]["mean"],
            "ratio": acts["ratio"]["mean"],
            "fairness": {division: one.to_json() for division, one in self.by.items()},
        }


def background(known: Split, vectors: Mapping[str, Vectors]) -> Background:
    """What is known of the products before the cut.

    Self-information of a product: -log2 of the share of visitors who did something with it, (c + 1) / (n + 1). Zhou et al., PNAS 2010.
    """
    visitors = len({one.visitor for one in known.acts})
    by = Counter(product for _, product in {(one.visitor, one.product_id) for one in known.acts})
    order = sorted(known.sold, key=lambda name: (-by[name], name))
    surprise = {name: -math.log2((by[name] + 1) / (visitors + 1)) for name in known.sold}
    head = frozenset(order[: round(HEAD * len(order))])
    return Background(head, surprise, vectors, known.shelves, _histories(known))


def _histories(known: Split) -> dict[str, Shares]:
    weighed: dict[str, list[tuple[Shelf, float]]] = defaultdict(list)
    for one in known.acts:
        weighed[one.visitor or ""].append((known.shelves[one.product_id or ""], WEIGHTS[one.type]))
    return {visitor: shares_of(own) for visitor, own in weighed.items()}


def ours(recommender: Recommender, at: datetime) -> Lister:
    """The shop's own lists at a time; it leaves out by itself what was bought or disliked."""

    def listed(one: Held, k: int) -> list[str]:
        found: list[str] = []
        for limit in (k, k + len(one.left_out)):
            cards = recommender.recommend(one.visitor, limit, at)
            found = [card.product.id for card in cards if card.product.id not in one.left_out][:k]
            if len(found) == k:
                break
        return found

    return listed


def measured(run: Sequence[str], one: Held, behind: Background, *, k: int) -> dict[str, float | None]:
    """Every measure of one visitor's list; None where it has none: an empty list has no novelty, one product no diversity."""
    run, grades = run[:k], one.grades
    hits = len(set(run) & grades.keys())
    listed = shares_of((behind.shelves[name], 1.0) for name in run if name in behind.shelves)
    return {
        "ndcg": ndcg(run, grades, k=k),
        "precision": hits / k,
        "recall": recall(run, grades, k=k, grade=1),
        "mrr": reciprocal_rank(run, grades, grade=1),
        "hit_rate": float(hits > 0),
        "long_tail": sum(name not in behind.head for name in run) / len(run) if run else None,
        "novelty": math.fsum(behind.surprise[name] for name in run) / len(run) if run else None,
        "diversity": diversity([behind.vectors[name] for name in run if name in behind.vectors]),
        "miscalibration": miscalibration(behind.histories.get(one.visitor, {}), listed),
    }


def diversity(vectors: Sequence[Vectors]) -> float | None:
    """1 - mean cosine over all pairs of unit vectors (d,); None for fewer than two. Ziegler et al., WWW 2005."""
    if len(vectors) < 2:
        return None
    cosines = np.stack(vectors) @ np.stack(vectors).T  # (n, n)
    return 1 - float(cosines[np.triu_indices(len(vectors), 1)].mean())


def rows(
    lists: Mapping[str, Sequence[Sequence[str]]], known: Split, behind: Background, *, k: int, least: int = 1
) -> list[Row]:
    """A row for each method, given its list for each of the visitors held out; one of the methods is OURS.

    least: how many visitors a group has at least to be told of.
    """
    values: dict[str, dict[str, Values]] = {}
    for method, own in lists.items():
        each = [measured(run, one, behind, k=k) for run, one in zip(own, known.held, strict=True)]
        values[method] = {name: [one[name] for one in each] for name in MEASURES}
    return [_row(method, own, values, known, least) for method, own in lists.items()]


def _row(
    method: str, own: Sequence[Sequence[str]], values: Mapping[str, Mapping[str, Values]], known: Split, least: int
) -> Row:
    mine = values[method]
    shown = {name for run in own for name in run}
    return Row(
        method,
        {name: figure_of(mine[name]) for name in MEASURES},
        {name: figure_of(difference(mine[name], values[OURS][name])) for name in MEASURES},
        len(shown) / len(known.sold),
        {division: _by(division, mine["ndcg"], known.held, least) for division in DIVISIONS},
    )


def _by(division: Division, values: Values, held: Sequence[Held], least: int) -> Fairness:
    """Groups that every shop has stand there without a figure where they are too small, others do not."""
    found: dict[str, list[float]] = defaultdict(list)
    for value, one in zip(values, held, strict=True):
        if value is not None and division in one.groups:
            found[one.groups[division]].append(value)
    told = NAMED.get(division) or sorted(name for name, own in found.items() if len(own) >= least)
    return fairness({name: found[name] for name in told}, least)


def _json(figures: Mapping[str, Figure]) -> dict[str, dict[str, float | int | None]]:
    return {name: figure_json(one) for name, one in figures.items()}
