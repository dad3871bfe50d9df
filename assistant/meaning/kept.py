"""The wishes that a shopper asked to keep, with which a need begins."""

from __future__ import annotations

from dataclasses import replace

from retrieval.query import Constraints

from ..lasting import may_begin, states
from ..model import DialogueState, Parse, Slots
from ..parts import Parts
from ..state import NARROWING
from ..wishes import Wish


def with_kept_wishes(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, each that begins a need with the wishes that the shopper asked to keep, where they can apply."""
    parse = replace(parse, then=with_kept_wishes(parse.then, state, parts)) if parse.then else parse
    begins = parse.intent == "search" or (
        parse.intent in NARROWING and parse.slots != Slots(drop=parse.slots.drop) and state.constraints == Constraints()
    )
    kept = parts.holding(state) if begins and parse.about_me != "self" else ()
    may = [wish for wish in kept if may_begin(wish, parse.slots, state.let_go)]
    always = tuple(wish for wish in may if _states(wish, parse.slots, parts))
    silent = [wish.value for wish in may if wish not in always and wish.field == "features" and parse.slots.product]
    said = " or ".join(f"“{value}”" for value in silent)
    note = f"No listing of this kind says {said}, so I can't go by that." if silent and not parse.note else parse.note
    return replace(parse, always=always, note=note)


def _states(wish: Wish, slots: Slots, parts: Parts) -> bool:
    """Whether the wish tells products of the kind apart: refused words always do, others where a listing states them."""
    if wish.field == "exclude":
        return True
    ids = parts.searcher.matching(Constraints(product=slots.product)) if slots.product else frozenset[str]()
    return any(states(product, wish) for product in parts.catalog.get_many(ids))
