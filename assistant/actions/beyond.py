"""What says a wish that nothing within the price limit says: a limit and a wish are weighed by the shopper, who must hear of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from retrieval.evidence import judge
from retrieval.product import Product, money
from retrieval.query import Constraints

from ..model import Outcome, Source
from ..parts import Parts
from ..reply import unsaid

Wishes = Sequence[tuple[str, str]]


def with_what_lies_beyond(outcome: Outcome, constraints: Constraints, parts: Parts) -> Outcome:
    """The outcome with the product nearest to the price limit, and not sold out, that is called as asked for or says the wishes, where
    nothing shown is or does; its words are a source. As it is where something within the limit does, or nothing at any price."""
    limit = constraints.price_max or constraints.price_min
    if limit is None or constraints.kind is None or not outcome.hits or outcome.relaxed or not outcome.kind_found:
        return outcome
    anyhow = replace(constraints, price_min=None, price_max=None)
    named = parts.searcher.matching(anyhow)
    if not any(hit.product.id in named for hit in outcome.hits):
        nearest = _nearest(parts.catalog.get_many(sorted(named)), limit)
        others = tuple(replace(hit, of_kind=False) for hit in outcome.hits)  # as far as words go they are of the kind
        return _leading_to(replace(outcome, hits=others), nearest, (), constraints) if nearest else outcome
    missed = unsaid(outcome, [hit.product for hit in outcome.hits], constraints)
    if not missed or _saying(missed, constraints, parts):
        return outcome
    nearest = _nearest(_saying(missed, anyhow, parts), limit)
    return _leading_to(outcome, nearest, missed, constraints) if nearest else outcome


def _nearest(products: Iterable[Product], limit: Decimal) -> Product | None:
    """The one to be had whose price is nearest to the limit."""
    priced = [(abs(one.price - limit), one.id, one) for one in products if one.price is not None and not one.sold_out]
    return min(priced)[-1] if priced else None


def _leading_to(outcome: Outcome, product: Product, wishes: Wishes, constraints: Constraints) -> Outcome:
    """The outcome with the product's words for the wishes as a source, and the way to it as what the shopper might say."""
    up = constraints.price_max is not None and product.price is not None and product.price > constraints.price_max
    said = [judge(product, field, wish).words or wish for field, wish in wishes]
    source = Source("listing", product.id, product.title, "; ".join((*said, _price(product))), product.url)
    return replace(
        outcome,
        beyond=product,
        sources=(source,),
        suggested=(f"{'Up to' if up else 'From'} {_price(product)} is fine",),
    )


def _price(product: Product) -> str:
    return "" if product.price is None else money(product.price, product.currency)


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
