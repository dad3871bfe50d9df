"""What says a wish that nothing within the price limit says: a limit and a wish are weighed by the shopper, who must hear of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.evidence import judge
from retrieval.product import Product, money
from retrieval.query import Constraints

from ..model import Outcome, Source
from ..parts import Parts
from ..reply import unsaid

Wishes = Sequence[tuple[str, str]]


def with_what_lies_beyond(outcome: Outcome, constraints: Constraints, parts: Parts) -> Outcome:
    """The outcome with the product nearest to the price limit, and not sold out, that says the wishes which nothing shown says, and its
    words as a source. As it is where the limit does not stand in the way: something within it says them, or nothing does at any price."""
    limit = constraints.price_max or constraints.price_min
    missed = unsaid(outcome, [hit.product for hit in outcome.hits], constraints)
    if limit is None or not missed or constraints.kind is None or _saying(missed, constraints, parts):
        return outcome
    found = _saying(missed, replace(constraints, price_min=None, price_max=None), parts)
    priced = [
        (abs(one.price - limit), one.id, one) for one in found if one.price is not None and one.in_stock is not False
    ]
    if not priced:
        return outcome
    beyond = min(priced)[-1]
    return replace(
        outcome, beyond=beyond, sources=(_source(beyond, missed),), suggested=(_as_far_as(beyond, constraints),)
    )


def _source(product: Product, wishes: Wishes) -> Source:
    """The product's words for these wishes, and its price."""
    assert product.price is not None
    said = [judge(product, field, wish).words or wish for field, wish in wishes]
    quote = "; ".join((*said, money(product.price, product.currency)))
    return Source("listing", product.id, product.title, quote, product.url)


def _as_far_as(product: Product, constraints: Constraints) -> str:
    """How the shopper says that the limit may move as far as the product's price."""
    assert product.price is not None
    up = constraints.price_max is not None and product.price > constraints.price_max
    return f"{'Up to' if up else 'From'} {money(product.price, product.currency)} is fine"


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
