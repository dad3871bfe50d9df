"""What a message puts beside the thing to be added, of another thing that was looked for before: "I take it and the tree"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.product import Product
from retrieval.words import content_stems

from ..model import DialogueState, Parse
from ..names import short_names
from ..parts import Parts
from .naming import listed

_KNOWN = r"(?:the|that|this|those|these)"
_JOINED = re.compile(rf"\band {_KNOWN} ((?:[\w'-]+ ?){{1,3}})|\b{_KNOWN} ((?:[\w'-]+ ){{1,3}})(?=and\b)", re.IGNORECASE)


def named_too(
    products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts
) -> list[tuple[str, list[Product]]]:
    """(name, those last shown for it, of which the titles say it where some do) of each earlier need that the message joins to these
    products by "and", while none of them was shown for it."""
    if len(parse.acts) > 1 or parse.products:
        return []
    said = [content_stems(before or after) for before, after in _JOINED.findall(parse.message)]
    added, found = {one.id for one in products}, list[tuple[str, list[Product]]]()
    for need in state.earlier:
        name = need.constraints.product or ""
        head = set(content_stems(name)[-1:])
        shown = parts.catalog.get_many(need.found) if any(head & set(one) for one in said) else []
        shown = [one for one in shown if head & set(content_stems(one.title))] or shown
        if shown and added.isdisjoint(one.id for one in shown):
            found.append((name, shown))
    return found


def which_too(name: str, products: Sequence[Product]) -> str:
    """The question which of them is meant."""
    named = listed([f"{place}. {one}" for place, one in enumerate(short_names(products).values(), start=1)], "or")
    return f"Which of these did you mean by “{name}”: {named}?"
