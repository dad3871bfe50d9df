"""The cheapest, the dearest, the best rated: over all that match, never over a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .catalog import Catalog
from .lexical import Lexical
from .product import Product
from .query import Query, Sort


def ordered(catalog: Catalog, lexical: Lexical, query: Query, fitting: frozenset[str]) -> Iterator[Product]:
    """All fitting products in the order asked for; only those that have every soft wish in their words, when there are such."""
    assert query.sort is not None
    return catalog.in_order(query.sort, saying_every_wish(lexical, query, fitting))


def saying_every_wish(lexical: Lexical, query: Query, fitting: frozenset[str]) -> frozenset[str]:
    """Of the fitting ids those that have the wishes in their words, of several colours one; a wish that would leave none is passed over."""
    kept = fitting
    for group in query.constraints.alternatives:
        saying = frozenset[str]().union(*(lexical.matching(wish) for _, wish in group))
        kept = kept & saying or kept
    return kept


def by(sort: Sort, products: Iterable[Product]) -> list[Product]:
    """Products in this order; those that lack the price or the rating come last, equals by id."""
    if sort == "rating":
        return sorted(products, key=lambda p: (p.rating is None, -(p.rating or 0.0), -(p.review_count or 0), p.id))
    sign = 1 if sort == "price_asc" else -1
    return sorted(products, key=lambda p: (p.price is None, sign * (p.price or Decimal(0)), p.id))
