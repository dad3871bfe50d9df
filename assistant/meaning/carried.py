"""What of the need before holds of another kind of thing: for whom it is, and no wish that nothing of the new kind speaks of, since a
birthday is nothing that scarves are."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.audience import audiences, speaks_of_people
from retrieval.evidence import judge
from retrieval.kinds.named import for_animals, names_animal
from retrieval.query import Constraints

from ..model import DialogueState, Parse
from ..parts import Parts
from ..state import NARROWING, same_kind

_PRONOUN = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)  # which an animal may be as well


def without_the_former_kinds(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A narrowing that names another kind, without the features of the one before which no listing of it states; that is told, but of a
    gift, of which the occasion is no property. For whom it is stays, and so do what is said anew and what holds of the shopper."""
    slots, before = parse.slots, state.constraints
    if parse.intent not in NARROWING or parse.then is not None or slots.product is None or before.product is None:
        return parse
    if any(same_kind(one.product, slots.product) for one in state.needs()):
        return parse
    stays = {*slots.features, *(wish.value for wish in parts.holding(state))}
    features = [one for one in before.features if one not in stays and not speaks_of_people(one)]
    left = _stated_by_none(features, slots.product, parts) if features else []
    if not left:
        return parse
    said = " or ".join(f"“{one}”" for one in left)
    note = "" if before.of_any_kind else f"No listing of this kind says {said}, so I left that out."
    return replace(parse, slots=replace(slots, drop=(*slots.drop, *left)), note=parse.note or note)


def with_the_audience(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, each search for another kind of thing that names nobody for those the need before is for, where some of the kind
    is made for just these: shoes after a jacket for men."""
    parse = replace(parse, then=with_the_audience(parse.then, state, parts)) if parse.then else parse
    slots, before = parse.slots, state.constraints
    if parse.intent != "search" or slots.product is None or slots.gender is not None or before.gender is None:
        return parse
    if before.kind is None or speaks_of_people(parse.message) or names_animal(parse.message):
        return parse
    theirs = made_for(before.gender, slots.product, parts)
    return replace(parse, slots=replace(slots, gender=before.gender)) if theirs else parse


def made_for(whom: str, kind: str, parts: Parts) -> bool:
    """Whether the shop has something of the kind whose listing says that it is for them."""
    of_kind = parts.searcher.matching(Constraints(product=kind, gender=whom))
    return any(whom in audiences(one) for one in parts.catalog.get_many(sorted(of_kind)))


def with_the_animal(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A search for another thing that names nobody, with the wish of the need before by which that was for an animal, where the shop sells
    some of the new thing for one: after a bed for my dog, toys for him are a dog's."""
    slots, before = parse.slots, state.constraints
    if parse.intent != "search" or parse.then is not None or slots.product is None:
        return parse
    theirs = [wish for wish in before.features if wish.startswith("for ") and names_animal(wish)]
    if not theirs or speaks_of_people(_PRONOUN.sub("", parse.message)) or names_animal(parse.message):
        return parse
    features = (*slots.features, *theirs)
    for_them = parts.searcher.matching(Constraints(product=slots.product, features=features))
    sold = not for_them.isdisjoint(for_animals(parts.searcher.lexical, ""))
    return replace(parse, slots=replace(slots, features=features, gender=None)) if sold else parse


def _stated_by_none(features: list[str], kind: str, parts: Parts) -> list[str]:
    """Those that no listing of the kind states; none where the shop has nothing of it, as then nothing can be told."""
    products = parts.catalog.get_many(sorted(parts.searcher.matching(Constraints(product=kind))))
    if not products:
        return []
    return [one for one in features if all(judge(product, "features", one).status != "met" for product in products)]
