"""Why a product is shown and what does not fit, each read from one of its fields. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from retrieval.audience import CHILDREN, SUITS, audiences, for_children
from retrieval.evidence import Evidence, judge
from retrieval.measure import stated, within
from retrieval.product import Product, money
from retrieval.query import EITHER, Constraints, Hit
from retrieval.words import contains, content_stems, quote

from .model import Card, Reason


def explain(
    hits: Sequence[Hit], constraints: Constraints, own: Mapping[str, tuple[Reason, ...]] | None = None
) -> tuple[Card, ...]:
    """Each hit with its reasons (at least one) and caveats, in the hits' order. own: by product id, reasons that come first."""
    return tuple(_card(hit, constraints, (own or {}).get(hit.product.id, ())) for hit in hits)


def _card(hit: Hit, constraints: Constraints, own: tuple[Reason, ...]) -> Card:
    found = [judge(hit.product, field, wish) for field, wish in constraints.wishes]
    reasons = (*own, *reasons_for(hit.product, constraints), *_met(found)) or (_nearest(hit),)
    caveats = (
        *broken(hit.product, constraints),
        *_missed(_without_alternatives(found)),
        *_other_kind(hit, constraints),
        *_of_no_child(hit.product, constraints),
    )
    caveats = tuple(dict.fromkeys(caveats))  # of two sizes a listing that gives none says it once
    return Card(hit.product, hit.relevance, hit.rank, reasons, caveats)


def _without_alternatives(found: Sequence[Evidence]) -> Iterator[Evidence]:
    """Without the colours, materials and sizes that are no want, because the product has another of those named: "in blue or black"."""
    had = {evidence.field for evidence in found if evidence.status == "met"} & set(EITHER)
    return (evidence for evidence in found if evidence.field not in had)


def _other_kind(hit: Hit, constraints: Constraints) -> Iterator[Reason]:
    """Where a product stands that was found by meaning beside others of the kind: a scarf shown for a dress is said to be one."""
    if not hit.of_kind and constraints.product:
        shelf = f" under {' › '.join(hit.product.category)}" if hit.product.category else ""
        yield Reason("unstated", f"listed{shelf}, not as “{constraints.product}”", "category")


def names_no_child(product: Product, constraints: Constraints) -> bool:
    """Whether it is asked for a child and nothing in the listing speaks of one, as of headphones that may do for a child all the same."""
    if constraints.gender not in CHILDREN or constraints.of_any_kind or audiences(product) or for_children(product):
        return False
    return all(judge(product, "features", one).status != "met" for one in sorted(CHILDREN | {"children"}))


def _of_no_child(product: Product, constraints: Constraints) -> Iterator[Reason]:
    if names_no_child(product, constraints):
        yield Reason("unstated", f"the listing doesn't say it is for {constraints.gender}", "gender")


def reasons_for(product: Product, constraints: Constraints) -> tuple[Reason, ...]:
    """The hard constraints and the kind that the product meets."""
    return tuple(_hard_reasons(product, constraints))


def _hard_reasons(product: Product, constraints: Constraints) -> Iterator[Reason]:
    if constraints.product and (kind := _kind_words(product, constraints.product)):
        yield kind
    yield from _price_reasons(product, constraints)
    if product.brand and _is_by_one_of(constraints, product.brand):
        yield Reason("constraint", f"made by {product.brand}", "brand")
    named = audiences(product)
    if constraints.gender and set(named) & set(SUITS.get(constraints.gender, ())):
        yield Reason("constraint", f"listed for {', '.join(named)}", "gender")
    if constraints.in_stock and product.in_stock:
        yield Reason("constraint", "in stock", "availability")
    yield from limits_met(product, constraints)


def _is_by_one_of(constraints: Constraints, text: str) -> bool:
    return any(contains(text, maker) for maker in constraints.makers)


def limits_met(product: Product, constraints: Constraints) -> Iterator[Reason]:
    """What the record states on the right side of a limit: "900 g, lighter than 1.5 kg"."""
    for limit in constraints.limits:
        if (said := stated(product, limit.field)) and within(limit, said):
            yield Reason("constraint", limit.told_of(said), limit.field)


def _price_reasons(product: Product, constraints: Constraints) -> Iterator[Reason]:
    price, low, high = product.price, constraints.price_min, constraints.price_max
    if price is None:
        return
    said = money(price, product.currency)
    if high is not None and price <= high and low is not None and price >= low:
        between = f"{money(low, product.currency)} to {money(high, product.currency)}"
        yield Reason("constraint", f"{said} is within your {between} range", "price")
    elif high is not None and price <= high:
        side = "is just your limit" if price == high else f"is under your {money(high, product.currency)} limit"
        yield Reason("constraint", f"{said} {side}", "price")
    elif low is not None and high is None and price >= low:
        yield Reason("constraint", f"{said} is at least your {money(low, product.currency)}", "price")


def broken(product: Product, constraints: Constraints) -> tuple[Reason, ...]:
    """The hard constraints that the product breaks (it is shown only after one was relaxed aloud), and that it is sold out."""
    return tuple(_breaches(product, constraints))


def _breaches(product: Product, constraints: Constraints) -> Iterator[Reason]:
    price = product.price
    if price is None and (constraints.price_max is not None or constraints.price_min is not None):
        yield Reason("unstated", "the listing states no price", "price")
    if price is not None and constraints.price_max is not None and price > constraints.price_max:
        over = money(price - constraints.price_max, product.currency)
        yield Reason("unmet", f"{over} over your {money(constraints.price_max, product.currency)} limit", "price")
    if price is not None and constraints.price_min is not None and price < constraints.price_min:
        yield Reason("unmet", f"below your {money(constraints.price_min, product.currency)}", "price")
    if constraints.brand and not _is_by_one_of(constraints, f"{product.brand or ''} {product.title}"):
        yield Reason("unmet", f"made by {product.brand}" if product.brand else "the listing names no brand", "brand")
    named = audiences(product)
    if constraints.gender and named and not set(named) & set(SUITS.get(constraints.gender, ())):
        yield Reason("unmet", f"listed for {', '.join(named)}, not {constraints.gender}", "gender")
    for limit in constraints.limits:
        said = stated(product, limit.field)
        if said is None:
            yield Reason("unstated", f"the listing states no {limit.field}", limit.field)
        elif not within(limit, said):
            yield Reason("unmet", f"{limit.field} {said}, not {limit.bound}", limit.field)
    if product.in_stock is False:
        yield Reason("unmet", "sold out at the moment", "availability")


def _met(found: Iterable[Evidence]) -> Iterator[Reason]:
    for evidence in found:
        if evidence.status == "met":
            assert evidence.source is not None
            if evidence.source in ("title", "description"):
                yield Reason("match", f"“{evidence.words}”", evidence.source)
            elif evidence.field == "features":
                yield Reason("match", str(evidence.words), evidence.source)
            else:
                yield Reason("constraint", f"{evidence.source}: {evidence.words}", evidence.source)


def _missed(found: Iterable[Evidence]) -> Iterator[Reason]:
    for evidence in found:
        if evidence.status == "unmet":
            yield Reason("unmet", _unmet_words(evidence), str(evidence.source))
        elif evidence.status == "unstated":
            yield Reason("unstated", _unstated_words(evidence), evidence.field)


def _unstated_words(evidence: Evidence) -> str:
    """Of a size with a unit that cannot be compared with those of the record, only that it is not stated; else that no size is."""
    if evidence.field == "size" and evidence.words is None:
        return "the listing gives no size"
    says = "say" if evidence.field in ("features", "size") else "say it is"
    return f"the listing doesn't {says} “{evidence.wish}”"


def _unmet_words(evidence: Evidence) -> str:
    """ "comes in brass, not black" where the record states another value; the denying words themselves where it denies."""
    if evidence.source in ("title", "description") and len(str(evidence.words).split()) > 1:
        return f"“{evidence.words}”"
    if evidence.field == "features":
        return str(evidence.words)
    verb = {"color": "comes in", "material": "made of", "size": "size"}[evidence.field]
    return f"{verb} {evidence.words}, not {evidence.wish}"


def _kind_words(product: Product, kind: str) -> Reason | None:
    stems = content_stems(kind)
    for wanted in (stems, stems[-1:]):
        if found := quote(product.title, wanted, around=0):
            return Reason("match", f"“{found}”", "title")
        if any(set(wanted) <= set(content_stems(part)) for part in product.category):
            return Reason("match", f"in {' › '.join(product.category)}", "category")
    return None


def _nearest(hit: Hit) -> Reason:
    """What a product found by meaning alone shows for itself: the words that spoke for it, else its shelf, else its name."""
    product = hit.product
    if hit.carried_by:
        return Reason("nearest", f"“{hit.carried_by.text}”", hit.carried_by.field)
    if product.category:
        return Reason("nearest", f"in {' › '.join(product.category)}", "category")
    return Reason("nearest", f"“{product.title}”", "title")
