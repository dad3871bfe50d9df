"""Giving up one hard constraint at a time when nothing meets them all, the cheapest loss first, and saying which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from .catalog import Catalog
from .constraints import eligible_ids
from .product import money
from .query import Constraints, Query, Relaxed, Sort

ORDER = ("brand", "in_stock", "gender", "price_min", "price_max")  # refused words are never relaxed


def relax(
    catalog: Catalog, query: Query, kinds: Sequence[frozenset[str]], currency: str
) -> tuple[Query, tuple[Relaxed, ...]]:
    """The query with as few constraints given up as are needed for some product of the kind to be left, and what was given up.

    First each constraint alone, then every two, and so on; of as many, the cheapest loss first. The query as it was when even giving
    up all leaves nothing.
    """
    empty = Constraints()
    named = [name for name in ORDER if getattr(query.constraints, name) != getattr(empty, name)]
    for names in (some for count in range(1, len(named) + 1) for some in combinations(named, count)):
        loosened = query.without(*names)
        eligible = eligible_ids(catalog, loosened.constraints)
        for kind in kinds:
            if left := kind if eligible is None else kind & eligible:
                return _nearest_first(loosened, names), tuple(
                    Relaxed(name, _say(name, query.constraints, catalog, left, currency)) for name in names
                )
    return query, ()


def _nearest_first(query: Query, given_up: Sequence[str]) -> Query:
    """Where a price bound went, the products nearest to it come first."""
    nearest: Sort | None = "price_asc" if "price_max" in given_up else "price_desc" if "price_min" in given_up else None
    return replace(query, sort=query.sort or nearest)


def _say(name: str, wanted: Constraints, catalog: Catalog, left: frozenset[str], currency: str) -> str:
    thing = wanted.product or "matching product"
    if name == "brand":
        return f"no {thing} by {wanted.brand} here, so these are from other makers"
    if name == "in_stock":
        return f"no {thing} is listed as in stock"
    if name == "gender":
        return f"no {thing} listed for {wanted.gender}, so these are listed for others"
    bound = wanted.price_max if name == "price_max" else wanted.price_min
    assert bound is not None
    limit = f"{'under' if name == 'price_max' else 'over'} {money(bound, currency)}"
    closest = _closest(catalog, left, bound)
    if closest is None:
        return f"no {thing} {limit}, and what I have states no price"
    return f"nothing {limit} for {thing}; the closest is {money(closest, currency)}"


def _closest(catalog: Catalog, ids: frozenset[str], bound: Decimal) -> Decimal | None:
    prices = [product.price for product in catalog.get_many(sorted(ids)) if product.price is not None]
    return min(prices, key=lambda price: abs(price - bound), default=None)
