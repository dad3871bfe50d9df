"""A budget that the shopper lets go up, by words without a number or altogether: the price limit moves, and it is said how far."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from retrieval.product import money
from retrieval.query import Constraints

from ..model import DialogueState, Intent, Parse, Slots
from ..normalize import amounts
from ..parts import Parts
from ..sayings.phrases import phrase_of

A_BIT = Decimal("1.25")  # times the limit: what "a bit more" is taken for, where something costs so much
ABOUT_A_LIST: tuple[Intent, ...] = ("refine", "similar", "more", "recommend", "feedback", "compare", "other")


def widened(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message that lets the price go up as a narrowing with a higher limit, or with none, and a number that is another limit as that;
    as it is where it says anything else, or that dearer ones alone are wanted."""
    if (limit := _another_limit(parse, state)) is not None:
        return _refined(parse, Slots(price_max=limit))
    said = replace(parse.slots, sort=None, ref=(), drop=(), features=(), ask=None)
    if parse.intent not in ABOUT_A_LIST or parse.then is not None or said != Slots() or not _limited(state):
        return parse
    phrase = phrase_of(parse.message, parts.embedder)
    if phrase == "any_price":
        return _refined(parse, Slots(drop=("price",)))
    if phrase != "wider_price":
        return parse
    limit = state.constraints.price_max
    if limit is None:
        return _refined(parse, Slots(drop=("sort",)), "I keep to no price limit here.")
    reached = _next_limit(limit, state.constraints, parts)
    if reached is None:
        return _refined(parse, Slots(), f"Nothing else of this kind costs more than {money(limit, parts.currency)}.")
    return _refined(parse, Slots(price_max=reached), f"Then up to {money(reached, parts.currency)}.")


def _another_limit(parse: Parse, state: DialogueState) -> Decimal | None:
    """The number that alone is said and was read as how many, where the message before set the price limit: "make it 100" after "under
    60"."""
    number, limit = parse.slots.quantity, state.constraints.price_max
    alone = parse.intent == "refine" and parse.then is None and parse.slots == Slots(quantity=number)
    if not alone or number is None or state.last is None:
        return None
    return Decimal(number) if any(one.value == limit for one in amounts(state.last.shopper)) else None


def _limited(state: DialogueState) -> bool:
    """Whether a price is bounded, or the order is by price."""
    return state.constraints.price_max is not None or state.constraints.price_min is not None or state.sort is not None


def _next_limit(limit: Decimal, constraints: Constraints, parts: Parts) -> Decimal | None:
    """A quarter more in whole units, or the price of the nearest product beyond where that is higher; None where there is none."""
    ids = parts.searcher.matching(replace(constraints, price_min=limit, price_max=None))
    beyond = [one.price for one in parts.catalog.get_many(ids) if one.price is not None and one.price > limit]
    wider = (limit * A_BIT).quantize(Decimal(1), ROUND_CEILING)
    return max(wider, min(beyond)) if beyond else None


def _refined(parse: Parse, slots: Slots, note: str = "") -> Parse:
    return Parse("refine", slots, ("refine",), parse.confidence, parse.message, note=note)
