"""Something like a product: of its kind, never its family, different where asked, explained by what is shared and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from retrieval.audience import suits
from retrieval.constraints import eligible_ids
from retrieval.dense import embedding_text
from retrieval.evidence import judge, meets_one
from retrieval.family import families
from retrieval.kinds.belonging import kind_names, same_kind
from retrieval.kinds.named import for_animals
from retrieval.kinds.of_listings import named_after, stems_of
from retrieval.product import Product, money
from retrieval.query import SOFT, Constraints, Hit
from retrieval.words import contains, content_stems

from ..model import Answer, DialogueState, Outcome, Parse, Question, Reason, Slots
from ..names import listed, short_names
from ..parts import Parts
from ..places import ordinal
from ..reply import NAMED
from .differences import record_of, shared
from .find import find
from .naming import about
from .table import meant

LOOKED_AT = 150  # nearest products by meaning, before kind and wishes decide
Wished = tuple[str, str]  # field, value
TOLD = 3  # things shared, or differing, that a reason names


def similar(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Products of the kind of the one meant, the nearest first; what was asked to differ does, or it is said that none is stated to."""
    targets = about(parse, state, parts) or meant(parse, state, parts)
    if not targets:
        if state.shown and any(isinstance(ref, int) for ref in parse.slots.ref):
            return _no_such_place(parse, state, parts)
        if state.constraints != Constraints():
            return find(parse, state, parts)
        return Outcome(answer=Answer("Like which product? Name it, or tell me what you are looking for.", found=False))
    target = targets[0]
    need = state.constraints
    if need == Constraints():  # on the page of a product, where no need has begun with what is refused for good
        need = Constraints(exclude=parts.refused(state, parse.slots))
    constraints = _of_its_kind(_wanted(need, target, parse.slots), target, parse.slots, parts)
    wishes = [
        (field, wish) for field in SOFT for wish in getattr(parse.slots, field) if wish not in target.title.lower()
    ]
    near = _of_its_own(_alike(target, constraints, parse.slots, state, parts), target)
    kin = _of_the_need(near, target, state.constraints, parts) or [one for one in near if same_kind(one, target)]
    near = kin or [one for one in near if _beside(one, target)]
    near = _for_the_same_first(near, target, parts)
    fitting = [one for one in near if all(judge(one, field, wish).status == "met" for field, wish in wishes)]
    found = list(islice((one for one in fitting or near if one.id not in parts.before), parts.products_shown))
    if not found:
        name = short_names([target])[target.id]
        cheaper = " that costs less" if parse.slots.sort == "price_asc" else ""
        text = f"I have nothing else like {name}{cheaper} within your wishes."
        return Outcome(focus=target.id, constraints=constraints, answer=Answer(text, (name,), found=False))
    if wishes and not fitting and not parse.slots.ref and (instead := _instead(parse, state, parts)):
        return instead
    lead = "" if kin else "Nothing else here is of its kind; these are from the shelves beside it. "
    if wishes and not fitting:
        lead += f"None that is like it is stated to be {' and '.join(f'“{wish}”' for _, wish in wishes)}. "
    return replace(_shown(target, found, lead, wishes, parts), constraints=constraints)


def _no_such_place(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The question which is meant, where what was shown last has no such place: of a single one whether it is that."""
    if len(state.shown) > 1:
        return Outcome(answer=Answer(f"I showed {len(state.shown)} last. Like which of them?", found=False))
    (one,) = parts.catalog.get_many(state.shown)
    name = short_names([one])[one.id]
    text = f"I showed one last, {name}. Shall I look for something like it?"
    asked = replace(parse, products=(one.id,), slots=replace(parse.slots, ref=()))
    question = Question("Shall I look for something like it?", "confirm", ("Yes", "No"))
    return Outcome(focus=one.id, answer=Answer(text, (text,), found=False), question=question, asked=asked)


def _of_its_kind(need: Constraints, target: Product, slots: Slots, parts: Parts) -> Constraints:
    """The need as one for things of the target's kind; what was wished of another kind of thing goes, but for what is said now."""
    if slots.product or (need.kind and target.id in parts.searcher.matching(Constraints(product=need.product))):
        return need
    names = kind_names(target)
    in_title = [name for name in names if contains(target.title, name)]
    said: dict[str, Any] = {field: getattr(slots, field) for field in SOFT} if need.kind else {}
    return replace(need, product=max(in_title or names[:1], key=len, default=need.product), **said)


def _of_its_own(near: Iterable[Product], target: Product) -> list[Product]:
    """Without what is named after things of the target's kind: a tripod for cameras, on the same shelf, is like no camera."""
    nouns = {stems_of(name)[-1] for name in kind_names(target)}
    return [one for one in near if not any(named_after(one.title, noun) for noun in nouns)]


def _of_the_need(near: Sequence[Product], target: Product, constraints: Constraints, parts: Parts) -> list[Product]:
    """Those of the kind that is looked for, where the target is: "the second one, but in white" is still to be a lamp."""
    kind = parts.searcher.matching(Constraints(product=constraints.product)) if constraints.kind else frozenset[str]()
    return [one for one in near if one.id in kind] if target.id in kind else []


def _for_the_same_first(near: Sequence[Product], target: Product, parts: Parts) -> list[Product]:
    """First those for the people that the target is for, as far as both say so, and no dog's coat beside a man's before other coats."""
    pets = for_animals(parts.searcher.lexical, "")
    return sorted(near, key=lambda one: ((one.id in pets) != (target.id in pets), not suits(one, target)))


def _instead(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """What the need finds with the new wishes in the place of its old ones: "something for camping instead" names no product, so that
    it need not be like one. None where that finds none that meets them either."""
    said: dict[str, Any] = {field: getattr(parse.slots, field) for field in SOFT}
    need = replace(state.constraints, **said)
    outcome = find(parse, replace(state, constraints=need), parts)
    met = any(meets_one(hit.product, need.wishes) for hit in outcome.hits)
    return replace(outcome, constraints=need) if met else None


def _near_to(target: Product, parts: Parts, eligible: frozenset[str] | None) -> list[Product]:
    """Products of other families than the target's, the nearest in meaning first."""
    candidates = parts.searcher.dense.retrieve(embedding_text(target), LOOKED_AT, eligible)
    found = parts.catalog.get_many(candidate.product_id for candidate in candidates)
    return list(families(found, seen=[target]))


def likeness(target: Product, other: Product) -> tuple[Reason, ...]:
    """Why it is like the target, and where it differs: kind, facts that both records state, then price and other facts."""
    alike = [f"{name} {value}" if value.casefold() != "yes" else name for name, value in shared(target, other).items()]
    kin = "the same kind of thing" if same_kind(other, target) else f"in {' › '.join(other.category[:-1])} too"
    shelf = f"in {other.category[-1]} too" if _same_shelf(target, other) else kin
    reasons = [Reason("similar", ", ".join([shelf, *alike[:TOLD]]), "category")]
    if differs := _differs(target, other):
        reasons.append(
            Reason("differs", ", ".join(differs[:TOLD]), "price" if other.price is not None else "attributes")
        )
    return tuple(reasons)


def _beside(one: Product, other: Product) -> bool:
    """In the same department and sharing a word of the name: a tote bag beside a satchel bag, no mug beside a kettle."""
    return one.category[:-1] == other.category[:-1] and bool(
        set(content_stems(one.title)) & set(content_stems(other.title))
    )


def _same_shelf(one: Product, other: Product) -> bool:
    return bool(one.category) and one.category == other.category


def _wanted(constraints: Constraints, target: Product, slots: Slots) -> Constraints:
    """The need without words that only named the target: "like the Halden one" wants no Halden."""
    own_maker = any(contains(f"{target.brand or ''} {target.title}", maker) for maker in constraints.makers)
    if constraints.brand == slots.brand and own_maker:
        constraints = replace(constraints, brand=None)
    own = set(content_stems(target.title))
    named = {one for one in slots.features if set(content_stems(one)) <= own}
    return replace(constraints, features=tuple(one for one in constraints.features if one not in named))


def _alike(
    target: Product, constraints: Constraints, slots: Slots, state: DialogueState, parts: Parts
) -> Iterable[Product]:
    """What is like the target, within the hard constraints, not disliked; on the cheaper or dearer side when that was asked."""
    unwanted = parts.unwanted(state.taste)
    for one in _near_to(target, parts, eligible_ids(parts.catalog, constraints)):
        if one.id in unwanted:
            continue
        if slots.sort in ("price_asc", "price_desc"):
            if one.price is None or target.price is None or one.price == target.price:
                continue
            if (one.price < target.price) != (slots.sort == "price_asc"):
                continue
        yield one


def _differs(target: Product, other: Product) -> list[str]:
    """Price apart, then facts that both records state differently."""
    said = []
    if target.price is not None and other.price is not None and target.price != other.price:
        apart = money(abs(target.price - other.price), other.currency)
        said.append(f"{apart} {'cheaper' if other.price < target.price else 'more'}")
    mine, theirs = record_of(target), record_of(other)
    names = [name for name in theirs if name in mine and name not in ("price", "rating", "availability")]
    return said + [_apart(name, theirs[name], mine[name]) for name in names if mine[name] != theirs[name]]


def _apart(name: str, value: str, other: str) -> str:
    """ "waterproof" and "not waterproof" for yes and no; else "color red, not black"."""
    plain = {("yes", "no"): name, ("no", "yes"): f"not {name}"}
    return plain.get((value.casefold(), other.casefold()), f"{name} {value}, not {other}")


def _shown(target: Product, found: Sequence[Product], lead: str, wishes: Sequence[Wished], parts: Parts) -> Outcome:
    scores = parts.searcher.dense.similarity(embedding_text(target), [one.id for one in found])
    hits = parts.numbered(Hit(one, min(max(scores.get(one.id, 0.0), 0.0), 1.0), 0) for one in found)
    reasons = {one.id: likeness(target, one) for one in found}
    names = short_names([target, *found])
    first_ones = ", ".join(f"{hit.rank}. {names[hit.product.id]}{_price(hit.product)}" for hit in hits[:NAMED])
    met = "".join(f" {_met_by(hits, wish)}" for wish in wishes)
    first = "; ".join(reason.text for reason in reasons[found[0].id])
    text = f"{lead}These are like {names[target.id]}: {first_ones}.{met} About the {ordinal(hits[0].rank)}: {first}."
    return Outcome(
        hits=hits,
        total=len(hits),
        answer=Answer(text, (target.title, *names.values(), *record_of(target).values(), met)),
        reasons=reasons,
    )


def _met_by(hits: Sequence[Hit], wish: Wished) -> str:
    """ "“yellow”: 1 and 2 say so, 3 says “blue”, of 4 it is not stated." """
    found = {hit.rank: judge(hit.product, *wish) for hit in hits}
    met = [str(rank) for rank, one in found.items() if one.status == "met"]
    silent = [str(rank) for rank, one in found.items() if one.status == "unstated"]
    said = [f"{listed(met)} {'says' if len(met) == 1 else 'say'} so"] if met else []
    said += [f"{rank} says “{one.words}”" for rank, one in found.items() if one.status == "unmet"]
    said += [f"of {listed(silent)} it is not stated"] if silent else []
    return f"“{wish[1]}”: {', '.join(said)}."


def _price(product: Product) -> str:
    return "" if product.price is None else f" {money(product.price, product.currency)}"
