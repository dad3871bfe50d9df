"""Sizes said relative to others: "the next size up", "anything bigger". Which size that is, is computed; a comparative is no size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from retrieval.evidence import speaks_of
from retrieval.product import Product
from retrieval.words import content_stems, stem

from ..model import DialogueState, Intent, Parse
from ..parts import Parts

LETTERS = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl")
_SPELLED = {
    "extra small": "xs", "small": "s", "medium": "m", "large": "l", "extra large": "xl", "2xl": "xxl", "3xl": "xxxl",
    "x-small": "xs", "x-large": "xl", "xx-large": "xxl",
}  # fmt: skip
# The comparative adjectives of size, a closed class, each with how a listing would put it; and the words that sizes are counted by.
_LARGER = {
    "bigger": "large",
    "larger": "large",
    "roomier": "roomy",
    "wider": "wide",
    "longer": "long",
    "taller": "tall",
    "looser": "loose",
}
_SMALLER = {
    "smaller": "small",
    "shorter": "short",
    "narrower": "narrow",
    "tighter": "tight",
    "slimmer": "slim",
    "tinier": "tiny",
}
_PLAIN = {stem(word): plain for word, plain in (_LARGER | _SMALLER).items()}
_UP = frozenset(map(stem, (*_LARGER, "up")))
_DOWN = frozenset(map(stem, (*_SMALLER, "down")))
_LENGTHS = frozenset(map(stem, "longer shorter taller".split()))  # a longer coat is none of a larger size
_BESIDE = frozenset(map(stem, "size sizes sized next one ones bit little slightly much notch".split()))
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)")
_READ_SO: tuple[Intent, ...] = ("search", "refine", "more", "recommend", "similar", "feedback")


def stepped(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The parse with a relative size replaced by the size that it means, and a note of it; where no size is known, without it, with an
    offer to look for what is described so.
    """
    relative = [wish for wish in (*parse.slots.size, *parse.slots.features) if is_relative(wish)]
    if not relative or parse.intent not in _READ_SO:
        return parse
    up = not _DOWN & set(content_stems(f"{' '.join(relative)} {parse.message}"))
    products = parts.catalog.get_many(sorted(parts.searcher.matching(state.constraints)))
    stated = [size for product in products for size in sizes_of(product)]
    shown = [size for product in parts.catalog.get_many(state.shown) for size in sizes_of(product)]
    now = state.constraints.size or tuple(shown)
    if _LENGTHS & set(content_stems(" ".join(relative))):
        now = tuple(size for size in now if _is_length(size))
    found, slots = next_size(now, stated, up=up), parse.slots
    absolute: dict[str, Any] = {
        name: tuple(wish for wish in getattr(slots, name) if wish not in relative) for name in ("size", "features")
    }
    slots = replace(slots, **absolute)
    intent: Intent = parse.intent if slots.product else "refine"
    note, offer = f"The next size {'up' if up else 'down'} is {_shown(found)}.", ""
    if found is None:
        plain = next((_PLAIN[word] for word in content_stems(" ".join(relative)) if word in _PLAIN), "")
        note, offer = _unknown(now, stated, up=up), plain or ("large" if up else "small")
    slots = replace(slots, size=(found,)) if found else slots
    return replace(parse, intent=intent, acts=(intent, *parse.acts[1:]), slots=slots, note=note, offer=offer)


def is_relative(wish: str) -> bool:
    """Whether the words compare sizes and say nothing else: "bigger", "next", "one size up"."""
    said = set(content_stems(wish))
    return bool(said & (_UP | _DOWN | {"next"})) and said <= _UP | _DOWN | _BESIDE


def sizes_of(product: Product) -> list[str]:
    """The sizes that the record states, in its own words."""
    options = [value for name, value in product.options.items() if speaks_of(name, "size")]
    listed = [value for name, values in product.attributes.items() if speaks_of(name, "size") for value in values]
    return list(dict.fromkeys(value.casefold() for value in (*options, *listed)))


def next_size(now: Iterable[str], stated: Sequence[str], *, up: bool) -> str | None:
    """The size after the largest of those of now (`up`), or before the smallest; None where they are no sizes of one scale.

    stated: sizes that there are. Where some are of the same scale, the next of them, None past the last; else the next letter or
    whole number.
    """
    placed = {size: place for size in now if (place := _place(size))}
    if not placed or len({unit for unit, _ in placed.values()}) > 1:
        return None
    edge = max if up else min
    unit, at = edge(placed.values())
    there = {size: place[1] for size in stated if (place := _place(size)) and place[0] == unit}
    if there:
        beyond = {size: place for size, place in there.items() if (place > at if up else place < at)}
        return min(beyond, key=lambda size: (abs(beyond[size] - at), size)) if beyond else None
    following = at + (1 if up else -1)
    if unit == "letters":
        return LETTERS[int(following)] if 0 <= following < len(LETTERS) else None
    return f"{following.normalize():f}" if not unit and following > 0 else None


def _place(size: str) -> tuple[str, Decimal] | None:
    """(scale, place on it) of a size: a letter, or one number with its unit; None for anything else."""
    plain = size.casefold().strip()
    letter = _SPELLED.get(plain, plain)
    if letter in LETTERS:
        return "letters", Decimal(LETTERS.index(letter))
    number = _NUMBER.fullmatch(plain)
    return (number[2], Decimal(number[1].replace(",", "."))) if number else None


def _is_length(size: str) -> bool:
    """Whether it is a number with a unit: letters and shoe sizes tell no length."""
    return (place := _place(size)) is not None and place[0] not in ("", "letters")


def _shown(size: str | None) -> str:
    return size.upper() if size in LETTERS else str(size)


def _unknown(now: Sequence[str], stated: Sequence[str], *, up: bool) -> str:
    if now and stated:
        return f"No listing states a {'larger' if up else 'smaller'} size than {now[0]}."
    return "The listings give no sizes to compare."
