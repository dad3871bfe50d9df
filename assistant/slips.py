"""Mistyped words of what a message asks for, read as the shop spells them; said, so that the shopper sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from retrieval.spelling import Speller

from .model import Parse, Slots

_IN_WORDS = ("product", "brand", "color", "material", "features", "exclude", "ask")


def mended(parse: Parse, speller: Speller | None) -> Parse:
    """The parse with the mistyped words of its acts' slots as they were probably meant, and a note that says how they were read."""
    if speller is None:
        return parse
    said = " ".join(words for name in _IN_WORDS for words in _all(getattr(parse.slots, name)))
    read = " and ".join(f"“{typed}” as “{meant}”" for typed, meant in speller.slips(said).items())
    then = mended(parse.then, speller) if parse.then else None
    return replace(
        parse, slots=mended_slots(parse.slots, speller), then=then, note=f"I read {read}." if read else parse.note
    )


def mended_slots(slots: Slots, speller: Speller) -> Slots:
    """The slots with mistyped words as they were probably meant."""
    said: dict[str, Any] = {}
    for name in _IN_WORDS:
        value = getattr(slots, name)
        words = tuple(dict.fromkeys(speller.mended(one) for one in _all(value)))
        said[name] = words if isinstance(value, tuple) else next(iter(words), None)
    return replace(slots, **said)


def _all(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()
