"""The need in words, as it is said back to the shopper: "black desk lamp (warm) under $40, without leather". Pure."""

from __future__ import annotations

import re

from retrieval.evidence import COLORS
from retrieval.product import money
from retrieval.query import Constraints
from retrieval.words import content_stems

from .sayings.sentiment import about_price

_JOINED = ("for ", "with ", "without ", "to ", "that ", "in ", "from ")  # what follows "something" as it is
_YOURS = {
    "my": "your",
    "mine": "yours",
    "our": "your",
    "ours": "yours",
    "me": "you",
    "myself": "yourself",
    "i'm": "you're",
}
_OWN = re.compile(rf"\b(?:{'|'.join(_YOURS)})\b", re.IGNORECASE)


def need_phrase(constraints: Constraints, currency: str) -> str:
    """The need in the shopper's words, as they are said back: "black desk lamp (warm) for your desk under $40, without leather"."""
    looks = [" or ".join(values) for values in (constraints.color, constraints.material) if values]
    joined = [feature for feature in constraints.features if feature.startswith(_JOINED)]
    further = ", ".join(feature for feature in constraints.features if feature not in joined)
    named = " ".join([*looks, constraints.product] if constraints.product else ["something", *looks])
    brand = f" by {constraints.brand}" if constraints.brand else ""
    told = any(" for " in f" {said}" for said in (named, *joined))  # "for my wife" says it already
    whom = f" for {constraints.gender}" if constraints.gender and not told else ""
    wishes = "".join(f" {feature}" for feature in joined) + (f" ({further})" if further else "")
    bounds = price_bounds(constraints, currency) + (", in stock" if constraints.in_stock else "")
    bounds += "".join(f", {limit.text}" for limit in constraints.limits)
    return as_said_back(_article(constraints, named) + named + brand + whom + wishes + bounds + _refused(constraints))


def as_said_back(text: str) -> str:
    """The shopper's words from our mouth: "for my mum" is "for your mum". ("us" and "i" stay: they are sizes and Roman numbers too.)"""
    return _OWN.sub(lambda own: _YOURS[own[0].lower()], text)


def _refused(constraints: Constraints) -> str:
    """ ", without leather or studs", ", not too bright", ", not red"; of "too pricey", which only the shopper knows,
    nothing."""
    told = [refused for refused in constraints.exclude if not about_price(refused)]
    degrees = [refused for refused in told if refused.startswith("too ") or _is_color(refused)]
    things = [refused for refused in told if refused not in degrees]
    without = f", without {' or '.join(things)}" if things else ""
    return without + (f", not {' or '.join(degrees)}" if degrees else "")


def _is_color(refused: str) -> bool:
    stems = content_stems(refused)
    return bool(stems) and set(stems) <= COLORS


def _article(constraints: Constraints, named: str) -> str:
    """What stands before one gift or one present; nothing before kinds, which are spoken of without."""
    plural = (constraints.product or "").partition(" for ")[0].endswith(("s", "thing", "stuff"))
    if not constraints.of_any_kind or plural or named.startswith(("a ", "an ", "the ", "some")):
        return ""
    return "an " if named[0] in "aeiou" else "a "


def reading_of(constraints: Constraints, currency: str) -> str:
    """Everything that was understood, in one sentence: "Looking for: desk lamp under $40, in black, warm, without leather." """
    kind = constraints.product or "anything"
    brand = f" by {constraints.brand}" if constraints.brand else ""
    gender = f" for {constraints.gender}" if constraints.gender else ""
    parts = [f"{kind}{brand}{gender}{price_bounds(constraints, currency)}"]
    parts += [f"in {' or '.join(constraints.color)}"] if constraints.color else []
    parts += [f"size {' or '.join(constraints.size)}"] if constraints.size else []
    parts += [" or ".join(constraints.material)] if constraints.material else []
    parts += [*constraints.features, *(["in stock"] if constraints.in_stock else [])]
    parts += [limit.text for limit in constraints.limits]
    parts += [f"without {' or '.join(constraints.exclude)}"] if constraints.exclude else []
    return f"Looking for: {as_said_back(', '.join(parts))}."


def price_bounds(constraints: Constraints, currency: str) -> str:
    """ " under $40", " from $20 to $40"; "" without a bound."""
    low, high = constraints.price_min, constraints.price_max
    if low is not None and high is not None:
        return f" from {money(low, currency)} to {money(high, currency)}"
    if high is not None:
        return f" under {money(high, currency)}"
    return "" if low is None else f" from {money(low, currency)}"
