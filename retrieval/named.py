"""The kind that a request names, in a shopper's words or a listing's, as one more signal of the ranking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .kinds import NAMED, is_named, kind_of, kinds_named
from .product import Product
from .query import Query
from .rerank import Reranker


@dataclass(frozen=True)
class NamedKind:
    """Another reranker's relevances, moved by half of NAMED log odds: up for products of a kind that the request names, down for others."""

    reranker: Reranker

    def score(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[float]:
        """A relevance of 0..1 for each product, in their order; the other reranker's own when the request names no known kind."""
        scores = self.reranker.score(query, products, kind)
        named = kinds_named(query.text)
        if not named:
            return scores
        return [
            _moved(score, NAMED / 2 if is_named(kind_of(product), named) else -NAMED / 2)
            for score, product in zip(scores, products, strict=True)
        ]


def _moved(share: float, log_odds: float) -> float:
    inside = min(max(share, 1e-9), 1 - 1e-9)
    return 1 / (1 + (1 - inside) / inside * math.exp(-log_odds))
