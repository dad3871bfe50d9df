"""What likes and dislikes do to a ranking: disliked products stay away, and what others share with them counts against those. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.product import Product
from retrieval.query import Constraints, Hit
from retrieval.words import DENIED, content_stems

from .model import Reason

WEIGHT = 0.25  # of a relevance: at most so much is won by sharing all of a liked product's traits, or lost by a disliked one's
TOLD = 2  # traits that a reason names
NOT_TASTE = ("gender", "size", "age group", "allergy")  # for whom it is or is not, not what it is like

Trait = tuple[str, str]  # field, value


def traits_of(product: Product, constraints: Constraints) -> frozenset[Trait]:
    """What can be liked about it: brand, options and attributes, without what was asked for and what is merely "no"."""
    said = [("brand", product.brand)] if product.brand else []
    said += list(product.options.items())
    said += [(name, value) for name, values in product.attributes.items() for value in values]
    asked = {stem for _, wish in constraints.wishes for stem in content_stems(wish)} | set(
        content_stems(constraints.brand or "")
    )
    return frozenset(
        (name, value.casefold())
        for name, value in said
        if name not in NOT_TASTE
        and value.casefold() not in DENIED
        and not set(content_stems(f"{name} {value}")) & asked
    )


def leaning(
    hits: Sequence[Hit], liked: Sequence[Product], disliked: Sequence[Product], constraints: Constraints
) -> tuple[Hit, ...]:
    """The hits in the order of relevance with the likes and dislikes counted in, ranks from 1; equal ones stay in their order."""
    wanted, unwanted = _sides(liked, disliked, constraints)
    if not wanted and not unwanted:
        return tuple(hits)
    balances = {one.product.id: _balance(traits_of(one.product, constraints), wanted, unwanted) for one in hits}
    return moved(hits, {name: WEIGHT * balance for name, balance in balances.items()})


def moved(hits: Sequence[Hit], gains: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits in the order of relevance with what some gain or lose counted in, by product id, kept within 0..1; ranks from 1.

    Equal ones stay in their order, and all where nothing gains or loses.
    """
    if not gains:
        return tuple(hits)
    counted = (replace(hit, relevance=_within(hit.relevance + gains.get(hit.product.id, 0.0))) for hit in hits)
    order = sorted(counted, key=lambda hit: -hit.relevance)
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(order, start=1))


def taste_reasons(
    products: Sequence[Product], liked: Sequence[Product], disliked: Sequence[Product], constraints: Constraints
) -> Mapping[str, tuple[Reason, ...]]:
    """By product id, what it shares with a liked product, and where its record differs from a disliked one's."""
    wanted, unwanted = _sides(liked, disliked, constraints)
    found = {one.id: tuple(_reasons(traits_of(one, constraints), wanted, unwanted)) for one in products}
    return {key: reasons for key, reasons in found.items() if reasons}


def trait_words(traits: Sequence[Trait]) -> str:
    """ "color red, dimmable": as a shopper reads them."""
    return ", ".join(name if value == "yes" else f"{name} {value}" for name, value in traits)


def _reasons(own: frozenset[Trait], wanted: frozenset[Trait], unwanted: frozenset[Trait]) -> list[Reason]:
    reasons = []
    if alike := sorted(own & wanted)[:TOLD]:
        reasons.append(Reason("liked", f"like the one you liked: {trait_words(alike)}", alike[0][0]))
    fields = {name for name, _ in own}
    if apart := [trait for trait in sorted(unwanted - own) if trait[0] in fields][:1]:
        values = [(name, value) for name, value in sorted(own) if name in {one[0] for one in apart}][:TOLD]
        text = f"{trait_words(values)}, unlike the one you passed over ({trait_words(apart)})"
        reasons.append(Reason("disliked", text, apart[0][0]))
    return reasons


def _sides(
    liked: Sequence[Product], disliked: Sequence[Product], constraints: Constraints
) -> tuple[frozenset[Trait], frozenset[Trait]]:
    """(traits wanted, traits unwanted); what liked and disliked products share says nothing."""
    wanted = frozenset().union(*(traits_of(one, constraints) for one in liked))
    unwanted = frozenset().union(*(traits_of(one, constraints) for one in disliked))
    return wanted - unwanted, unwanted - wanted


def _balance(own: frozenset[Trait], wanted: frozenset[Trait], unwanted: frozenset[Trait]) -> float:
    """-1..1."""
    return len(own & wanted) / max(len(wanted), 1) - len(own & unwanted) / max(len(unwanted), 1)


def _within(relevance: float) -> float:
    return min(max(relevance, 0.0), 1.0)
