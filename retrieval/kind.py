"""Which products are of the kind that a shopper names ("desk lamp", "telly", "something for the kitchen")."""

from __future__ import annotations

from collections.abc import Iterable

from .catalog import Catalog
from .kinds import is_a, is_named, kind_at_end, kind_of, names_kind
from .lexical import Lexical
from .product import Product
from .words import content_stems, content_words


def kind_levels(catalog: Catalog, lexical: Lexical, phrase: str | None) -> list[frozenset[str]]:
    """Ids of the kind, the strictest reading first, none empty; an empty list for no phrase, for one that names no kind ("wedding
    gift"), and for a kind that the shop does not have.

    First by what the things are: those of a kind that the phrase names in a listing's or a shopper's words; of "gaming laptop" the
    laptops with "gaming" in title or category before the others. What stands in a category of just that name is of the kind too, where
    its title says nothing else. Then by words: every word in title or category, the head there.
    """
    said = content_words(phrase or "")
    if not said or not names_kind(phrase or ""):
        return []
    entries, exact = kind_at_end(phrase or "")
    named = catalog.of_kinds(entries) if entries else frozenset[str]()
    whole = frozenset(lexical.matching(" ".join(said), columns="title category"))
    head = frozenset(lexical.matching(said[-1], columns="title category")) if len(said) > 1 else frozenset[str]()
    shelf = _on_shelf(catalog, lexical, said, entries)
    if exact and named:  # of "desk" no desk lamp, however few desks there are
        other = _of_other_kinds(catalog, whole | head, entries)
        whole, head = whole - other, head - other
    levels = [named | shelf, whole, head] if exact else [shelf or (whole & named), named, whole, head]
    return [ids for ids in levels if ids]


def known_otherwise(products: Iterable[Product], phrase: str | None) -> frozenset[str]:
    """Ids of those products that are known to be another thing: of a known kind, outside the shop's own category of just that name.

    Empty where no product stands in such a category, for a phrase that names no kind, and for one that is known in words: what means
    the same may be called otherwise then.
    """
    wanted, candidates = content_stems(phrase or ""), list(products)
    outside = [one for one in candidates if not one.category or content_stems(one.category[-1]) != wanted]
    if len(outside) == len(candidates) or kind_at_end(phrase or "")[0] or not names_kind(phrase or ""):
        return frozenset()
    return frozenset(one.id for one in outside if kind_of(one) is not None)


def shelf_ids(catalog: Catalog, lexical: Lexical, name: str) -> frozenset[str]:
    """Ids of all products whose narrowest category is called just so."""
    wanted, found = content_stems(name), lexical.matching(name, columns="category")
    return frozenset(one for one, _, shelf in catalog.shelves(found) if content_stems(shelf) == wanted)


def _of_other_kinds(catalog: Catalog, ids: frozenset[str], entries: frozenset[str]) -> frozenset[str]:
    kinds = catalog.shelves(ids)
    return frozenset(one for one, kind, _ in kinds if kind is not None and not is_named(kind, entries))


def _on_shelf(catalog: Catalog, lexical: Lexical, said: tuple[str, ...], entries: frozenset[str]) -> frozenset[str]:
    """Ids of what stands in a narrowest category called just so, without what its title makes another kind: a case among headphones."""
    wanted = content_stems(" ".join(said))
    return frozenset(
        product_id
        for product_id, kind, shelf in catalog.shelves(lexical.matching(" ".join(said), columns="category"))
        if content_stems(shelf) == wanted
        and (not entries or kind is None or any(is_a(entry, kind) for entry in entries))
    )
