"""What goes with a product: other kinds of thing that the catalogue itself ties to it, each with what ties it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.audience import suits
from retrieval.belonging import Bond, belonging, same_kind
from retrieval.constraints import eligible_ids
from retrieval.dense import embedding_text
from retrieval.family import families
from retrieval.product import Product, money
from retrieval.query import Constraints, Hit, Query
from retrieval.words import content_stems

from ..model import Answer, DialogueState, Outcome, Parse, Reason
from ..parts import Parts
from ..reply import NAMED
from ..state import merge
from .find import need_text
from .naming import about, in_catalog, short_names
from .table import meant

OF_ONE_KIND = 2  # so that a list of what goes with a thing is not all of one kind
SAME_OPTION = 0.2  # so that of a cover's sizes the one of the duvet is shown
LOOKED_AT = 20  # products of the kind that the message names
WEIGHED = 100  # of the strongest bonds, those that are put in the order of meaning too
FIELDS: Mapping[str, str] = {
    "fits": "attributes", "named_for": "title", "mentions": "description", "series": "title", "maker": "brand",
}  # fmt: skip


def complement(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What goes with the product meant, else with the last one in the cart; of the kind that the message names, when it names one."""
    target = _target(parse, state, parts)
    kind = parse.slots.product
    if kind and not (target and _is_called(target, kind)):
        return _of_kind(parse, target, state, parts)
    if target is None:
        return Outcome(answer=Answer("With which product? Name it, or tell me what you are looking for.", found=False))
    name = short_names([target])[target.id]
    unwanted, refused = parts.unwanted(state.taste), parts.refused(state, parse.slots)
    bonds = [bond for bond in belonging(parts.catalog, target) if bond.product.id not in unwanted]
    may = eligible_ids(parts.catalog, Constraints(exclude=refused))
    left = [bond for bond in bonds if may is None or bond.product.id in may]
    if left:
        return _told(target, _chosen(target, left, parts), parts)
    if bonds:
        text = f"All that goes with {name} here is ruled out by {_in_words(refused)}."
    else:
        text = f"Nothing in this catalogue says what goes with {name}."
    text += " Tell me what you have in mind and I will search."
    return Outcome(focus=target.id, answer=Answer(text, (name, _in_words(refused)), found=False))


def bond_words(bond: Bond, target: Product) -> str:
    """Why it goes with the target, as the shopper reads it."""
    return {
        "fits": f"{bond.words}, which {target.title} states too",
        "named_for": f"its name says “{bond.words}”",
        "mentions": f"its listing says “{bond.words}”",
        "series": f"“{bond.words}” by {target.brand} as well",
        "maker": f"by {target.brand} as well",
    }[bond.how]


def _target(parse: Parse, state: DialogueState, parts: Parts) -> Product | None:
    # the kind wanted does not name the product meant
    unnamed = replace(parse, message="", slots=replace(parse.slots, product=None))
    found = about(parse, state, parts) or meant(unnamed, state, parts) or in_catalog(parse.message, parts)
    found = found or parts.catalog.get_many(line.product_id for line in state.cart[-1:])
    return found[0] if found else None


def _is_called(product: Product, kind: str) -> bool:
    """Whether the words only call the product what it is: "what goes with the lamp"."""
    return set(content_stems(kind)[-1:]) <= set(content_stems(" ".join((product.title, *product.category))))


def _in_words(refused: Sequence[str]) -> str:
    """What the shopper refused, as wishes are told: "“not leather” and “not wool”"."""
    return " and ".join(f"“not {words}”" for words in refused)


def _chosen(target: Product, bonds: Sequence[Bond], parts: Parts) -> list[tuple[Bond, float]]:
    """The strongest bonds with their nearness in meaning, 0..1, which counts too; one of a family, at most OF_ONE_KIND of a kind."""
    near = parts.searcher.dense.similarity(embedding_text(target), [bond.product.id for bond in bonds[:WEIGHED]])
    scored = {bond.product.id: (bond, min(max(near.get(bond.product.id, 0.0), 0.0), 1.0)) for bond in bonds[:WEIGHED]}

    def worth(one: Bond) -> float:
        alike = sum(target.options.get(name) == value for name, value in one.product.options.items())
        return one.weight + scored[one.product.id][1] + SAME_OPTION * alike

    order = sorted(scored.values(), key=lambda pair: (-worth(pair[0]), pair[0].product.id))
    chosen: list[Product] = []
    for one in families(bond.product for bond, _ in order):
        if sum(same_kind(one, other) for other in chosen) < OF_ONE_KIND:
            chosen.append(one)
    return [scored[one.id] for one in chosen[: parts.products_shown]]


def _told(target: Product, chosen: list[tuple[Bond, float]], parts: Parts) -> Outcome:
    products = [bond.product for bond, _ in chosen]
    hits = tuple(Hit(bond.product, near, rank) for rank, (bond, near) in enumerate(chosen, start=1))
    names = short_names([target, *products])
    listed = ", ".join(f"{hit.rank}. {names[hit.product.id]}{_price(hit.product)}" for hit in hits[:NAMED])
    reasons = {bond.product.id: (_reason(bond, target),) for bond, _ in chosen}
    text = f"To go with {names[target.id]}: {listed}. Why the first: {reasons[products[0].id][0].text}."
    evidence = (target.title, target.brand or "", f"To go with {names[target.id]}", *names.values())
    return Outcome(hits=hits, total=len(hits), answer=Answer(text, evidence), reasons=reasons)


def _of_kind(parse: Parse, target: Product | None, state: DialogueState, parts: Parts) -> Outcome:
    """Products of the kind that the message names, a new need for the same people without what they refuse; those tied to the target
    first, each with the tie."""
    refused = parts.refused(state, parse.slots)
    constraints = merge(Constraints(gender=state.constraints.gender, exclude=refused), parse.slots)
    query = Query(need_text(constraints), constraints, skip=parts.unwanted(state.taste), said=parse.message)
    ranking, timing = parts.searcher.search(query, LOOKED_AT)
    bonds = {bond.product.id: bond for bond in belonging(parts.catalog, target)} if target else {}
    found = [hit for hit in ranking.hits if hit.fits]
    # of the pans beside a pan set the shop has nothing else: then these are what is looked for
    fitting = [hit for hit in found if not (target and same_kind(hit.product, target))] or found
    fitting.sort(  # stable: the rest stays as ranked
        key=lambda hit: (hit.product.id not in bonds, target is not None and not suits(hit.product, target))
    )
    hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(fitting[: parts.products_shown], start=1))
    tied = {hit.product.id: bonds[hit.product.id] for hit in hits if hit.product.id in bonds}
    outcome = Outcome(
        hits=hits,
        total=ranking.stating,
        relaxed=ranking.relaxed,
        kind_found=ranking.kind_found,
        constraints=constraints,
        reasons={key: (_reason(bond, target),) for key, bond in tied.items()} if target else {},
        retrieve_ms=timing.retrieve,
        rerank_ms=timing.rerank,
    )
    if hits:
        return outcome
    held = [f"goes with {short_names([target])[target.id]}"] if target else []
    held += [f"fits {_in_words(constraints.exclude)}"] if constraints.exclude else []
    that = f" that {' and '.join(held)}" if held else ""
    return replace(outcome, answer=Answer(f"I have no “{parse.slots.product}” here{that}.", (that,), found=False))


def _reason(bond: Bond, target: Product) -> Reason:
    return Reason("goes_with", bond_words(bond, target), FIELDS[bond.how])


def _price(product: Product) -> str:
    return "" if product.price is None else f" {money(product.price, product.currency)}"
