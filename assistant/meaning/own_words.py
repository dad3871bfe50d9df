"""Which words of a message with several additions are of which: "add it and the red lipstick" adds no red "it"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..model import Parse

_BETWEEN = re.compile(r"\s*(?:[,;.&+]|\b(?:and|plus)\b)\s*")


def by_own_words(parse: Parse) -> Parse:
    """The additions, each with its part of the message, where that has as many parts as there are additions, and nothing else is done."""
    acts = list(parse.in_order())
    said = [one for one in _BETWEEN.split(parse.message) if one.strip()]
    if len(acts) < 2 or len(said) != len(acts) or any(one.intent != "cart_add" for one in acts):
        return parse
    return _each_with(parse, iter(said))


def _each_with(parse: Parse, said: Iterator[str]) -> Parse:
    return replace(parse, message=next(said), then=_each_with(parse.then, said) if parse.then else None)
