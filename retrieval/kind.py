"""Which products are of the kind that a shopper names ("desk lamp", "something for the kitchen"), by the catalogue's own words."""

from __future__ import annotations

from .lexical import Lexical
from .words import content_words


def kind_levels(lexical: Lexical, phrase: str | None) -> list[frozenset[str]]:
    """Ids of the kind, the strictest reading first, none empty: every word in title or category, then the last word (its head) there.

    An empty list for no phrase, and for a kind that no title or category names.
    """
    said = content_words(phrase or "")
    if not said:
        return []
    whole = lexical.matching(" ".join(said), columns="title category")
    head = lexical.matching(said[-1], columns="title category") if len(said) > 1 else set()
    return [frozenset(ids) for ids in (whole, head) if ids]
