"""Giving up one hard constraint at a time when nothing meets them all, the cheapest loss first, and saying which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from .catalog import Catalog
from .constraints import eligible_ids, first_left
from .product import money
from .query import Constraints, Query, Relaxed, Sort

# Refused words are never relaxed; what is for others is of less use than what is dearer.
ORDER = ("limits", "brand", "in_stock", "price_min", "price_max", "gender")


def relax(
    catalog: Catalog, query: Query, kinds: Sequence[frozenset[str]], currency: str
) -> tuple[Query, tuple[Relaxed, ...]]:
    """The query with as few constraints given up as are needed for some product of the kind to be left, and what was given up.

    First each constraint alone, then every two, and so on; of as many, the cheapest loss first. The query as it was when even giving
    up all leaves nothing.
    """
    empty = Constraints()
    order = _with_the_nearer_bound_first(catalog, query, kinds)
    named = [name for name in order if getattr(query.constraints, name) != getattr(empty, name)]
    for names in (some for count in range(1, len(named) + 1) for some in combinations(named, count)):
        loosened = query.without(*names)
        if left := first_left(kinds, eligible_ids(catalog, loosened.constraints)):
            return _nearest_first(loosened, names), tuple(
                Relaxed(name, _say(name, query.constraints, loosened.constraints.gender, catalog, left, currency))
                for name in names
            )
    return query, ()


def _with_the_nearer_bound_first(catalog: Catalog, query: Query, kinds: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """The order of giving up: of a range, the bound first beyond which something is nearer to it, in the strictest reading of the kind
    of which there is anything on either side: a coffee table above it before a plant stand below."""
    low, high = query.constraints.price_min, query.constraints.price_max
    if low is None or high is None:
        return ORDER
    above = _apart_from(catalog, query.without("price_max"), kinds, high)
    below = _apart_from(catalog, query.without("price_min"), kinds, low)
    nearer_above = above is not None and (below is None or above < below)
    return ("limits", "brand", "in_stock", "price_max", "price_min", "gender") if nearer_above else ORDER


def _apart_from(
    catalog: Catalog, query: Query, kinds: Sequence[frozenset[str]], bound: Decimal
) -> tuple[int, Decimal] | None:
    """(place of the strictest reading of which the query leaves something, how far from the bound the nearest price of that is); None
    where it leaves nothing that has a price."""
    eligible = eligible_ids(catalog, query.constraints)
    left = (_closest(catalog, first_left([kind], eligible), bound) for kind in kinds)
    return next(((place, abs(closest - bound)) for place, closest in enumerate(left) if closest is not None), None)


def _nearest_first(query: Query, given_up: Sequence[str]) -> Query:
    """Where a price bound went, the products nearest to it come first."""
    nearest: Sort | None = "price_asc" if "price_max" in given_up else "price_desc" if "price_min" in given_up else None
    return replace(query, sort=query.sort or nearest)


def _say(
    name: str, wanted: Constraints, audience: str | None, catalog: Catalog, left: frozenset[str], currency: str
) -> str:
    """audience: for whom what is left is, None where it may be for anybody."""
    thing = wanted.product or "matching product"
    if name == "limits":
        return f"no {thing} here is stated as {' and '.join(limit.text for limit in wanted.limits)}"
    if name == "brand":
        return f"no {thing} by {wanted.brand} here, so these are from other makers"
    if name == "in_stock":
        return f"no {thing} is listed as in stock"
    if name == "gender":
        return f"no {thing} listed for {wanted.gender}, so these are listed for others"
    bound = wanted.price_max if name == "price_max" else wanted.price_min
    assert bound is not None
    limit = f"{'under' if name == 'price_max' else 'over'} {money(bound, currency)}"
    if wanted.price_min is not None and wanted.price_max is not None:
        limit = f"between {money(wanted.price_min, currency)} and {money(wanted.price_max, currency)}"
    thing = f"{thing} for {audience}" if audience else thing
    closest = _closest(catalog, left, bound)
    if closest is None:
        return f"no {thing} {limit}, and what I have states no price"
    return f"nothing {limit} for {thing}; the closest is {money(closest, currency)}"


def _closest(catalog: Catalog, ids: frozenset[str], bound: Decimal) -> Decimal | None:
    prices = [product.price for product in catalog.get_many(sorted(ids)) if product.price is not None]
    return min(prices, key=lambda price: abs(price - bound), default=None)
