"""Which products are of the kind that a shopper names ("desk lamp", "telly", "something for the kitchen")."""

from __future__ import annotations

from .catalog import Catalog
from .kinds import kind_at_end
from .lexical import Lexical
from .words import content_words


def kind_levels(catalog: Catalog, lexical: Lexical, phrase: str | None) -> list[frozenset[str]]:
    """Ids of the kind, the strictest reading first, none empty; an empty list for no phrase, and for a kind that the shop does not have.

    First by what the things are: those of a kind that the phrase names in a listing's or a shopper's words; of "gaming laptop" the
    laptops with "gaming" in title or category before the others. Then by words: every word in title or category, the head there.
    """
    said = content_words(phrase or "")
    if not said:
        return []
    entries, exact = kind_at_end(phrase or "")
    named = catalog.of_kinds(entries) if entries else frozenset[str]()
    whole = frozenset(lexical.matching(" ".join(said), columns="title category"))
    head = frozenset(lexical.matching(said[-1], columns="title category")) if len(said) > 1 else frozenset[str]()
    levels = [named, whole, head] if exact else [whole & named, named, whole, head]
    return [ids for ids in levels if ids]
