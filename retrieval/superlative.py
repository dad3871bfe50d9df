"""The cheapest, the dearest, the best rated: over all that match, never over a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .catalog import Catalog
from .evidence import meets_one
from .lexical import Lexical
from .measure import only_measure
from .product import Product
from .query import Query, Sort

READ = 1_000  # records at most that are read for a size with its unit; of more the words alone tell


def ordered(catalog: Catalog, lexical: Lexical, query: Query, fitting: frozenset[str]) -> Iterator[Product]:
    """All fitting products in the order asked for; only those that have every soft wish in their words, when there are such."""
    assert query.sort is not None
    return catalog.in_order(query.sort, saying_every_wish(catalog, lexical, query, fitting))


def saying_every_wish(catalog: Catalog, lexical: Lexical, query: Query, fitting: frozenset[str]) -> frozenset[str]:
    """Of the fitting ids those that have the wishes in their words, of several colours one; a wish that would leave none is passed over."""
    kept = fitting
    for group in query.constraints.alternatives:
        kept = saying_one(catalog, lexical, group, kept) or kept
    return kept


def saying_one(
    catalog: Catalog, lexical: Lexical, group: Iterable[tuple[str, str]], among: frozenset[str]
) -> frozenset[str]:
    """Of the ids those that have one of the (field, wish) pairs in their words; of a size with its unit, in any unit."""
    said = among & frozenset[str]().union(*(lexical.matching(wish) for _, wish in group))
    sizes = [wish for field, wish in group if field == "size" and only_measure(wish)]
    if not sizes or len(among) > READ:
        return said
    measured = (one.id for one in catalog.get_many(among) if meets_one(one, [("size", size) for size in sizes]))
    return frozenset(measured) or said


def by(sort: Sort, products: Iterable[Product]) -> list[Product]:
    """Products in this order; those that lack the price or the rating come last, equals by id."""
    if sort == "rating":
        return sorted(products, key=lambda p: (p.rating is None, -(p.rating or 0.0), -(p.review_count or 0), p.id))
    sign = 1 if sort == "price_asc" else -1
    return sorted(products, key=lambda p: (p.price is None, sign * (p.price or Decimal(0)), p.id))
