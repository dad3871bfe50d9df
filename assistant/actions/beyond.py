"""What says a wish that nothing within the price limit says: a limit and a wish are weighed by the shopper, who must hear of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.evidence import judge
from retrieval.product import Product
from retrieval.query import Constraints

from ..model import Outcome
from ..parts import Parts
from ..reply import unsaid

Wishes = Sequence[tuple[str, str]]


def beyond_the_limit(outcome: Outcome, constraints: Constraints, parts: Parts) -> Product | None:
    """The product nearest to the price limit, and not sold out, that says the wishes which nothing shown says; None where the limit is not
    what stands in the way: there is none, something within it says them, or nothing does at any price."""
    limit = constraints.price_max or constraints.price_min
    missed = unsaid(outcome, [hit.product for hit in outcome.hits], constraints)
    if limit is None or not missed or constraints.kind is None or _saying(missed, constraints, parts):
        return None
    found = _saying(missed, replace(constraints, price_min=None, price_max=None), parts)
    priced = [
        (abs(one.price - limit), one.id, one) for one in found if one.price is not None and one.in_stock is not False
    ]
    return min(priced)[-1] if priced else None


def _saying(missed: Wishes, constraints: Constraints, parts: Parts) -> list[Product]:
    """The products of the kind, within the constraints, that meet all of these wishes in their own words."""
    ids = parts.searcher.matching(constraints)
    for _, wish in missed:
        ids &= parts.searcher.lexical.matching(wish)
    return [
        one
        for one in parts.catalog.get_many(sorted(ids))
        if all(judge(one, field, wish).status == "met" for field, wish in missed)
    ]
