"""What goes with a product: other kinds of thing that shoppers bought along with it or the catalogue ties to it, each with what does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from retrieval.audience import suits
from retrieval.constraints import eligible_ids
from retrieval.dense import embedding_text
from retrieval.evidence import COLORS
from retrieval.family import families
from retrieval.kinds.belonging import WORTH, Bond, belonging, may_go, same_kind
from retrieval.kinds.of_listings import kind_of, may_be
from retrieval.product import Product, money
from retrieval.query import Constraints, Hit, Query
from retrieval.words import STOPWORDS, content_stems, stem, without

from ..mentions import says_the
from ..merging import merge
from ..model import Answer, DialogueState, Outcome, Parse, Reason
from ..names import listed, short_names
from ..parts import Parts
from ..places import ordinal
from ..reply import NAMED
from .find import need_text, of_the_kind_first
from .naming import about, in_catalog
from .table import meant, of_an_earlier_need

OF_ONE_KIND = 2  # so that a list of what goes with a thing is not all of one kind
SAME_OPTION = 0.2  # so that of a cover's sizes the one of the duvet is shown
OFFERED = 3  # shelves that are offered where nothing is tied to the thing
LOOKED_AT_BESIDE = 100  # products, of which those that may go with it say whose shelves these are
LOOKED_AT = 20  # products of the kind that the message names
WEIGHED = 100  # of the strongest bonds, those that are put in the order of meaning too
# "With it" and "accessories for it" name no kind.
_ANY_KIND = frozenset(map(stem, (*STOPWORDS, "accessory", "accessories", "extra", "extras", "addon", "bits")))
BOUGHT = max(WORTH.values())  # weight of what most shoppers bought along with it; what hardly any did has half
FIELDS: Mapping[str, str] = {
    "fits": "attributes", "named_for": "title", "mentions": "description", "series": "title", "maker": "brand",
}  # fmt: skip


@dataclass(frozen=True)
class Tie:
    """A product that goes with the target, and why. weight: as that of a Bond."""

    product: Product
    reasons: tuple[Reason, ...]
    weight: float

    def and_also(self, other: Tie) -> Tie:
        """Tied by both."""
        return Tie(self.product, (*self.reasons, *other.reasons), self.weight + other.weight)


def complement(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What goes with the product meant, else with the last one in the cart; of the kind that the message names, when it names one."""
    target = _target(parse, state, parts)
    kind = parse.slots.product
    kind = kind if kind and set(content_stems(kind)) - _ANY_KIND else None
    if kind and not (target and _is_called(target, kind)):
        return _of_kind(parse, target, state, parts)
    if target is None:
        return Outcome(answer=Answer("With which product? Name it, or tell me what you are looking for.", found=False))
    name = short_names([target])[target.id]
    unwanted, refused = parts.unwanted(state.taste), _refused(parse, state, parts)
    ties = [tie for tie in _ties(target, parts).values() if tie.product.id not in unwanted]
    may = eligible_ids(parts.catalog, Constraints(exclude=refused))
    left = [tie for tie in ties if may is None or tie.product.id in may]
    if fresh := [tie for tie in left if tie.product.id not in parts.before]:
        return _told(target, _chosen(target, fresh, parts), parts)
    if left:
        text = f"All that goes with {name} here stands above."
        return Outcome(focus=target.id, answer=Answer(text, (name,)))
    if ties:
        text = f"All that goes with {name} here is ruled out by {_in_words(refused)}."
    else:
        text = f"Nothing in this catalogue says what goes with {name}."
    shelves = _shelves_beside(target, may, parts)
    text += f" {_offering(shelves)}"
    said = tuple(f"Show me {shelf}" for shelf in shelves)
    return Outcome(
        focus=target.id, answer=Answer(text, (name, _in_words(refused), *shelves), found=False), suggested=said
    )


def _offering(shelves: Sequence[str]) -> str:
    if not shelves:
        return "Tell me what you have in mind and I will search."
    which = "say so to see it" if len(shelves) == 1 else "name one to see it"
    return f"Closest to it here {'is' if len(shelves) == 1 else 'are'} {listed(shelves)}; {which}, or tell me what you have in mind."


def _shelves_beside(target: Product, may: frozenset[str] | None, parts: Parts) -> list[str]:
    """The categories of other things in which most of what is nearest to accessories for such a thing stands, at most OFFERED. What is
    nearest to the listing itself shares its adjectives: to a vintage camera vintage dressers."""
    name = (kind_of(target) or target.title).partition("|")[0].partition("@")[0]
    found = parts.searcher.dense.retrieve(f"accessories for a {name}", LOOKED_AT_BESIDE, may)
    near = parts.catalog.get_many(one.product_id for one in found)
    counts = Counter(one.category[-1] for one in near if one.category and may_go(one, target))
    return [shelf for shelf, count in counts.most_common(OFFERED) if count > 1]


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
    focus, kind = parts.catalog.get_many([state.focus] if state.focus else []), parse.slots.product or ""
    other = bool(kind) and not says_the(parse.message, kind)  # "a jacket to go with it"
    beside = replace(parse, message=without(parse.message, [kind])) if other else parse
    if parse.slots.ref == ("last",) and (named := of_an_earlier_need(beside, state, focus, parts)):
        return named[0]  # "a lamp to go with the desk", of which chairs were shown since
    # the kind wanted does not name the product meant
    unnamed = replace(parse, message="", slots=replace(parse.slots, product=None))
    found = about(parse, state, parts)
    if parse.slots.ref == ("last",) and (other or not any(_is_called(one, kind) for one in found)):
        found = []  # "it" by the words for what is to go with it
    found = found or meant(unnamed, state, parts) or in_catalog(parse.message, parts)
    found = found or parts.catalog.get_many(line.product_id for line in state.cart[-1:])
    return found[0] if found else None


def _is_called(product: Product, kind: str) -> bool:
    """Whether the words only call the product what it is: "what goes with the lamp"; a throw pillow is no throw."""
    said = set(content_stems(kind)[-1:]) <= set(content_stems(" ".join((product.title, *product.category))))
    return said and may_be(product, kind)


def _in_words(refused: Sequence[str]) -> str:
    """What the shopper refused, as wishes are told: "“not leather” and “not wool”"."""
    return " and ".join(f"“not {words}”" for words in refused)


def _ties(target: Product, parts: Parts) -> Mapping[str, Tie]:
    """What goes with the target, by id: what shoppers bought along with it, and what the catalogue ties to it."""
    bonds = (Tie(bond.product, (_reason(bond, target),), bond.weight) for bond in belonging(parts.catalog, target))
    ties: dict[str, Tie] = {}
    for tie in (*_bought_along(target, parts), *bonds):
        before = ties.get(tie.product.id)
        ties[tie.product.id] = before.and_also(tie) if before else tie
    return ties


def _bought_along(target: Product, parts: Parts) -> Iterator[Tie]:
    """What enough shoppers bought within a day of the target, of other kinds, the more the more there were."""
    pairs = parts.shopper.bought_along(target.id) if parts.shopper else ()
    shoppers = {pair.other: pair.shoppers for pair in pairs}
    for one in parts.catalog.get_many(shoppers):
        if may_go(one, target):
            count = shoppers[one.id]
            reason = Reason("bought_with", f"bought together by {count} shoppers", "events")
            yield Tie(one, (reason,), BOUGHT * (1 + count / max(shoppers.values())) / 2)


def _chosen(target: Product, ties: Sequence[Tie], parts: Parts) -> list[tuple[Tie, float]]:
    """The strongest ties with their nearness in meaning, 0..1, which counts too; one of a family, at most OF_ONE_KIND of a kind."""
    ties = sorted(ties, key=lambda tie: (-tie.weight, tie.product.id))[:WEIGHED]
    near = parts.searcher.dense.similarity(embedding_text(target), [tie.product.id for tie in ties])
    scored = {tie.product.id: (tie, min(max(near.get(tie.product.id, 0.0), 0.0), 1.0)) for tie in ties}

    def worth(one: Tie) -> float:
        alike = sum(target.options.get(name) == value for name, value in one.product.options.items())
        return one.weight + scored[one.product.id][1] + SAME_OPTION * alike

    order = sorted(scored.values(), key=lambda pair: (-worth(pair[0]), pair[0].product.id))
    chosen: list[Product] = []
    for one in families(tie.product for tie, _ in order):
        if sum(same_kind(one, other) for other in chosen) < OF_ONE_KIND:
            chosen.append(one)
    return [scored[one.id] for one in chosen[: parts.products_shown]]


def _refused(parse: Parse, state: DialogueState, parts: Parts) -> tuple[str, ...]:
    """What neither the thing nor what goes with it may be; a colour that the thing shall not have, what goes with it may."""
    kept = tuple(one for one in state.constraints.exclude if not set(content_stems(one)) <= COLORS)
    return parts.refused(replace(state, constraints=replace(state.constraints, exclude=kept)), parse.slots)


def _told(target: Product, chosen: list[tuple[Tie, float]], parts: Parts) -> Outcome:
    hits = parts.numbered(Hit(tie.product, near, 0) for tie, near in chosen)
    products = [hit.product for hit in hits]
    names = short_names([target, *products])
    listed = ", ".join(f"{hit.rank}. {names[hit.product.id]}{_price(hit.product)}" for hit in hits[:NAMED])
    reasons = {tie.product.id: tie.reasons for tie, _ in chosen}
    text = (
        f"To go with {names[target.id]}: {listed}. Why the {ordinal(hits[0].rank)}: {reasons[products[0].id][0].text}."
    )
    evidence = (target.title, target.brand or "", f"To go with {names[target.id]}", *names.values())
    return Outcome(hits=hits, total=len(hits), answer=Answer(text, evidence), reasons=reasons)


def _of_kind(parse: Parse, target: Product | None, state: DialogueState, parts: Parts) -> Outcome:
    """Products of the kind that the message names, a new need for the same people without what they refuse; those tied to the target
    first, each with the tie."""
    refused = _refused(parse, state, parts)
    constraints = merge(Constraints(gender=state.constraints.gender, exclude=refused), parse.slots)
    query = Query(need_text(constraints), constraints, skip=parts.unwanted(state.taste), said=parse.message)
    ranking, timing = parts.searcher.search(query, LOOKED_AT)
    ties = _ties(target, parts) if target else {}
    found = list(of_the_kind_first([hit for hit in ranking.hits if hit.fits], constraints))
    found.sort(  # stable: the rest stays as ranked; of the pans beside a pan set the shop has nothing else
        key=lambda hit: (
            target is not None and same_kind(hit.product, target),
            _is_beyond(
                hit.product, state.constraints.price_max
            ),  # of the thing itself, so no limit; but rather within it
            hit.product.id not in ties,
            target is not None and not suits(hit.product, target),
        )
    )
    hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(found[: parts.products_shown], start=1))
    outcome = Outcome(
        hits=hits,
        total=ranking.stating,
        relaxed=ranking.relaxed,
        kind_found=ranking.kind_found,
        constraints=constraints,
        reasons={hit.product.id: ties[hit.product.id].reasons for hit in hits if hit.product.id in ties},
        retrieve_ms=timing.retrieve,
        rerank_ms=timing.rerank,
    )
    if hits and target is not None and not outcome.reasons and ranking.kind_found:
        name = short_names([target])[target.id]
        return replace(outcome, note=f"No listing says which of these go with {name}; that is for you to see.")
    if hits:
        return outcome
    held = [f"goes with {short_names([target])[target.id]}"] if target else []
    held += [f"fits {_in_words(constraints.exclude)}"] if constraints.exclude else []
    that = f" that {' and '.join(held)}" if held else ""
    return replace(outcome, answer=Answer(f"I have no “{parse.slots.product}” here{that}.", (that,), found=False))


def _is_beyond(product: Product, limit: Decimal | None) -> bool:
    return limit is not None and product.price is not None and product.price > limit


def _reason(bond: Bond, target: Product) -> Reason:
    return Reason("goes_with", bond_words(bond, target), FIELDS[bond.how])


def _price(product: Product) -> str:
    return "" if product.price is None else f" {money(product.price, product.currency)}"
