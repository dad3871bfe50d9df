"""Giving up one hard constraint at a time when nothing meets them all, the cheapest loss first, and saying which."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from .catalog import Catalog
from .constraints import eligible_ids
from .product import money
from .query import Constraints, Query, Relaxed

ORDER = ("brand", "in_stock", "gender", "price_min", "price_max")  # refused words are never relaxed


def relax(
    catalog: Catalog, query: Query, kinds: Sequence[frozenset[str]], currency: str
) -> tuple[Query, tuple[Relaxed, ...]]:
    """The query with as few constraints given up as are needed for some product of the kind to be left, and what was given up.

    First each constraint alone, then in company of those before it; the query as it was when even that leaves nothing.
    """
    named = [name for name in ORDER if getattr(query.constraints, name)]
    attempts = [[name] for name in named] + [named[: count + 1] for count in range(1, len(named))]
    for names in attempts:
        loosened = query.without(*names)
        eligible = eligible_ids(catalog, loosened.constraints)
        for kind in kinds:
            if left := kind if eligible is None else kind & eligible:
                return loosened, tuple(
                    Relaxed(name, _say(name, query.constraints, catalog, left, currency)) for name in names
                )
    return query, ()


def _say(name: str, wanted: Constraints, catalog: Catalog, left: frozenset[str], currency: str) -> str:
    thing = wanted.product or "matching product"
    if name == "brand":
        return f"no {thing} by {wanted.brand} here, so these are from other makers"
    if name == "in_stock":
        return f"every matching {thing} is sold out at the moment"
    if name == "gender":
        return f"no {thing} listed for {wanted.gender}, so these are listed for others"
    bound = wanted.price_max if name == "price_max" else wanted.price_min
    assert bound is not None
    side = "under" if name == "price_max" else "over"
    return f"nothing {side} {money(bound, currency)} for {thing}; the closest is {money(_closest(catalog, left, bound), currency)}"


def _closest(catalog: Catalog, ids: frozenset[str], bound: Decimal) -> Decimal:
    prices = [product.price for product in catalog.get_many(sorted(ids)) if product.price is not None]
    return min(prices, key=lambda price: abs(price - bound), default=bound)
