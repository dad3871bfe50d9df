"""Which products a message names in its own words, shown or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from retrieval.family import families
from retrieval.kinds.of_listings import is_named, kind_of, things_named
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.words import content_stems

from ..model import DialogueState, Parse
from ..parts import Parts
from ..state import same_kind
from .table import meant, stems_said
from .titles import titled

_BETWEEN = re.compile(r"\s*(?:,|/|\b(?:vs|versus|and|or|with|to|against|than|but|in|under)\b)\.?\s*", re.IGNORECASE)
_KNOWN = re.compile(r"\b(?:the|that|those)\b(.*)", re.IGNORECASE)
# What comes after one of these is not what is compared.
_ITS_USE = re.compile(r"\b(?:for|on|at|of|from|about|when|if)\b", re.IGNORECASE)
_ASKING = re.compile(r"^.*?\b(?:compare|like|similar(?:\s+to)?)\s+(?:the\s+)?", re.IGNORECASE)


def about(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The products that the message is about, at least by one distinctive word of their titles; empty when it names none.

    First what it points at, then products whose whole title it says, then shown products that it calls by name, then products of the
    catalogue with all of a name's words.
    """
    if parse.slots.ref or parse.products:
        return meant(parse, state, parts)
    shown = parts.catalog.get_many(state.shown)
    named = titled(parse.message, state, parts)
    return named or called_in(parse.message, shown) or in_catalog(parse.message, parts)


def called_in(message: str, shown: Sequence[Product]) -> list[Product]:
    """The shown products of which the message has a word that no other shown product's title or brand has, in the order shown."""
    said = set(content_stems(message))
    own = {product.id: set(content_stems(f"{product.title} {product.brand or ''}")) for product in shown}
    found = []
    for product in shown:
        others = set().union(*(stems for key, stems in own.items() if key != product.id))
        if said & (own[product.id] - others):
            found.append(product)
    return found


def in_catalog(message: str, parts: Parts) -> list[Product]:
    """One product for each piece of the message ("… and …", "… vs …") that has two words or more, all in one product's title or brand."""
    found = []
    for piece in _BETWEEN.split(_ASKING.sub("", message.strip(" ?!."))):
        if len(content_stems(piece)) < 2:
            continue
        fitting = parts.searcher.lexical.matching(piece, columns="title brand")
        best = parts.searcher.lexical.retrieve(piece, 1, fitting) if fitting else []
        found += parts.catalog.get_many(candidate.product_id for candidate in best)
    return list(islice(families(found), 4))


def not_on_the_table(message: str, state: DialogueState, parts: Parts) -> tuple[list[Product], list[str]]:
    """(one product for each known thing that a piece of the message names and nothing shown is or speaks of, those of these names that
    nothing here has): "the ukulele" of "the first one or the ukulele", of guitars. Of what was looked for before the first of its list."""
    shown = parts.catalog.get_many(state.shown)
    found, unknown, pieces = list[Product](), list[str](), _BETWEEN.split(message)
    own = {stem for one in shown for stem in stems_said(one)}
    for piece in pieces if len(pieces) > 1 else ():
        if (named := _KNOWN.search(_ITS_USE.split(piece)[0])) is None:
            continue
        before = next((need.found for need in state.earlier if same_kind(need.constraints.product, named[1])), ())
        if before:  # whether or not it is known what a thing of that name is
            found += parts.catalog.get_many(before[:1] if before[0] not in state.shown else ())
            continue
        for name, kinds in things_named(named[1])[:1]:
            if own & set(content_stems(name)) or any(is_named(kind_of(one), kinds) for one in shown):
                continue
            ids = parts.searcher.matching(Constraints(product=name))
            best = parts.searcher.lexical.retrieve(name, 1, ids) if ids else []
            found += parts.catalog.get_many(one.product_id for one in best)
            unknown += [] if best else [name]
    return found, unknown
