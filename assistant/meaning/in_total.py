"""What several things may cost together, as what each of them may: "two chairs, 400 in total"."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from retrieval.product import money

from ..model import DialogueState, Parse, Slots
from ..normalize import amounts
from ..parts import Parts

_CENT = Decimal("0.01")
# What stands right behind a price, or before it, that several things may cost together.
_TOGETHER = re.compile(
    r"\W*(?:dollars|euros?|pounds|bucks|quid)?\W*(?:(?:max|tops|or less) )?"
    r"(?:(?:in )?total(?! weight)|altogether|all together|for (?:the (?:pair|lot)|everything)|"
    r"(?:in all|for (?:both|all)(?: of them)?)(?=[.,;!?]|$))"
)
_TOTAL_OF = re.compile(r"\b(?:total budget|budget in total|in total (?:max|up to|under|at most))\b")


def for_each(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, in each search with the price of all divided by how many are wanted, which a note says."""
    parse = replace(parse, slots=_no_inches(parse.slots, parse.message.lower()))
    slots, before = parse.slots, state.constraints.quantity if parse.intent == "refine" else None
    many, limit, least = slots.quantity or before or 1, slots.price_max, slots.price_min
    then = for_each(parse.then, state, parts) if parse.then else None
    searches = parse.intent in ("search", "refine") and many > 1
    if limit is None or not searches or not _is_of_all(parse.message.lower(), many):
        return replace(parse, then=then)
    each = _share(limit, many)
    note = f"{money(limit, parts.currency)} for {many} is {money(each, parts.currency)} for each."
    slots = replace(slots, price_max=each, price_min=None if least is None else _share(least, many))
    return replace(parse, slots=slots, note=f"{parse.note} {note}".strip(), then=then)


def each_up_to_it(parse: Parse, parts: Parts) -> Parse:
    """The acts, where several search and one of them has the price of all together ("a desk and a chair, 800 in total"), each with it as
    what nothing of them may exceed alone, which a note says."""
    searches = [one.slots for one in parse.in_order() if one.intent == "search"]
    limits = [_limit_of(slots) for slots in searches if slots.price_max is not None]
    if len(searches) < 2 or len(set(limits)) != 1 or not _is_of_all(parse.message.lower(), many=1):
        return parse
    note = f"{money(limits[0], parts.currency)} is for all of it together, so I looked for each up to that."
    return replace(_each_up_to(limits[0], parse), note=f"{parse.note} {note}".strip())


def _limit_of(slots: Slots) -> Decimal:
    """The price said: "around 250" was read as 200 to 300."""
    most = slots.price_max or Decimal(0)
    return most if slots.price_min is None else (slots.price_min + most) / 2


def _each_up_to(limit: Decimal, parse: Parse) -> Parse:
    slots = replace(parse.slots, price_min=None, price_max=limit) if parse.intent == "search" else parse.slots
    return replace(parse, slots=slots, then=_each_up_to(limit, parse.then) if parse.then else None)


def _no_inches(slots: Slots, message: str) -> Slots:
    """The slots, "400 in" of "400 in total" as a price where it was read as a size."""
    size = next((one for one in slots.size if one.endswith(" in") and f"{one} total" in message), None)
    price = amounts(size) if size and slots.price_max is None else ()
    if not price:
        return slots
    return replace(slots, size=tuple(one for one in slots.size if one != size), price_max=price[0].value)


def _share(price: Decimal, many: int) -> Decimal:
    return (price / many).quantize(_CENT, ROUND_DOWN)


def _is_of_all(message: str, many: int) -> bool:
    """Whether a price of the message is said of so many things together: "400 in total", not "12 pairs in total"."""
    prices = (one for one in amounts(message) if one.value != many)
    return any(_TOGETHER.match(message[one.end :]) for one in prices) or bool(_TOTAL_OF.search(message))
