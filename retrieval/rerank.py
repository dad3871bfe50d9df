"""The last ordering of candidates: how well each fits the need, as a relevance of 0..1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .audience import CHILDREN, for_children, may_mean_children, speaks_of_a_child
from .dense import Dense
from .evidence import judge
from .kinds.of_listings import is_toy
from .lexical import Lexical
from .product import Product
from .query import Query, Quote

# cosine : bm25 : wishes = 1 : 0.2 : 0.1 by nDCG@10 on requests_train.tsv, then a logistic fit of "graded 2 or 3" for scale and
# bias (docs/log.md). kind: of 0, 0.5 and 0.8, 0.5 or more was better on requests_train.tsv by .02 to .03. sold_out is a small thumb on
# the scale: the grades are silent about it.
# children: a child's thing among others, where nobody spoke of a child; as large as it takes to come after others as near.
WEIGHTS = {"cosine": 4.16, "bm25": 0.83, "wishes": 0.42, "kind": 0.5, "sold_out": -0.5, "children": -1.5}
BIAS = -3.59


class Reranker(Protocol):
    """Products to relevances for a query."""

    def score(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[float]:
        """A relevance of 0..1 for each product, in their order; comparable between queries. kind: ids known to be the kind asked for."""

    def stages(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[Mapping[str, float]]:
        """What each step gives each product, in their order, by the step's name; "relevance" is what `score` gives."""

    def carrying(self, query: Query, product: Product) -> Quote | None:
        """The words of the listing that spoke most for it, None when that is not known."""


@dataclass(frozen=True)
class LinearMix:
    """Cosine, BM25 as a share of the best, the share of wishes met, whether it is the kind asked for, sold out, or for children unasked or
    for others than the child it is asked for, through a logistic curve."""

    dense: Dense
    lexical: Lexical

    def score(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[float]:
        return [stages["relevance"] for stages in self.stages(query, products, kind)]

    def stages(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[Mapping[str, float]]:
        """The signals, by their names in WEIGHTS, and the relevance."""
        ids = [product.id for product in products]
        cosine = self.dense.similarity(query.text, ids)
        bm25 = self.lexical.scores(query.text, ids)
        best = max(bm25.values(), default=1.0)
        for_others = _for_others(query, products, kind)
        signals = [
            {
                "cosine": cosine.get(product.id, 0.0),
                "bm25": bm25.get(product.id, 0.0) / best,
                "wishes": wishes_met(query, product),
                "kind": float(product.id in kind),
                "sold_out": float(product.in_stock is False),
                "children": float(product.id in for_others),
            }
            for product in products
        ]
        return [{**one, "relevance": _relevance(one)} for one in signals]

    def carrying(self, query: Query, product: Product) -> Quote | None:
        """None: a sum of signals over the whole listing points at no words."""
        return None


def _for_others(query: Query, products: Sequence[Product], kind: frozenset[str]) -> frozenset[str]:
    """Ids of the children's things, where the query speaks of nobody who may be a child, empty where all of the kind are such, as toys; of
    what is no child's, where something of any kind is asked for a child and some is one's."""
    asked = query.constraints.gender in CHILDREN or speaks_of_a_child(f"{query.text} {query.said}")
    if asked and query.constraints.kind is None:
        others = frozenset(one.id for one in products if not (for_children(one) or is_toy(one)))
        return others if len(others) < len(products) else frozenset()
    if asked or may_mean_children(f"{query.text} {query.said}"):
        return frozenset()
    theirs = frozenset(product.id for product in products if for_children(product))
    return theirs if any(one.id not in theirs for one in products if one.id in kind or not kind) else frozenset()


def _relevance(signals: Mapping[str, float]) -> float:
    return _logistic(BIAS + sum(WEIGHTS[name] * value for name, value in signals.items()))


def wishes_met(query: Query, product: Product) -> float:
    """Mean over the soft wishes: 1 met, 0 not stated, -1 unmet; 0 without wishes."""
    wishes = query.constraints.wishes
    if not wishes:
        return 0.0
    worth = {"met": 1.0, "unstated": 0.0, "unmet": -1.0}
    return sum(worth[judge(product, field, words).status] for field, words in wishes) / len(wishes)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
