"""What of a listing the cross-encoder reads, and where in the listing each piece of it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..catalog import listing_fields
from ..product import Product
from ..words import content_stems

TOUCHED, REST = 6, 6  # facts that share a word with the request, and others, at most

# Facts that no shopper words a need by; a data sheet is half full of them.
DULL = re.compile(
    r"(package|pallet|master outer|quantity per|dimensions|weight|width|height|depth|operating|storage temp|storage rel|certificat|country"
    r"|harmonized|oem|rohs|last change|status|embedded|tcase|idle states|processor (codename|ark|package|operating|cache)|fsb|pci express"
    r"|intel |cpu |number of processing|bus bandwidth|bus type|thermal|launch|ac input|market segment|manual|compliance|low halogen)"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CLAUSE = re.compile(r"[^.!?;:,()–—]*[^\s.!?;:,()–—]")


@dataclass(frozen=True)
class Piece:
    """Words of one field of a listing: title, category, brand, attributes or description."""

    field: str
    text: str


@dataclass(frozen=True)
class Clause:
    """A clause of a piece. start, end: where it stands in the joined text."""

    field: str
    text: str
    start: int
    end: int


def listing_sentences(description: str) -> list[str]:
    """The sentences of a listing's description, none of them empty."""
    return [sentence for sentence in _SENTENCE.split(description) if sentence]


def pieces(product: Product, request: str) -> list[Piece]:
    """The listing in pieces, the most telling first, since the end may be cut off.

    Title, category, brand; then the facts and sentences that share a word with the request; then the rest without the dull facts.
    """
    title, category, brand, attributes, description = listing_fields(product)
    wanted = set(content_stems(request))
    facts = [fact for fact in attributes.split("; ") if fact and not DULL.match(fact)]
    touched = [fact for fact in facts if wanted & set(content_stems(fact))][:TOUCHED]
    sentences = listing_sentences(description)
    sentences.sort(key=lambda one: not wanted & set(content_stems(one)))  # stable: those that share a word come first
    rest = [fact for fact in facts if fact not in touched][:REST]
    found = [Piece("title", title), Piece("category", category), Piece("brand", brand)]
    found += [Piece("attributes", "; ".join(touched)), Piece("description", " ".join(sentences))]
    found += [Piece("attributes", "; ".join(rest))]
    return [Piece(one.field, text) for one in found if (text := one.text.rstrip(". "))]


def informative_text(product: Product, request: str) -> str:
    """The pieces as one text."""
    return joined(pieces(product, request))


def joined(found: Sequence[Piece]) -> str:
    return ". ".join(piece.text for piece in found)


def clauses(found: Sequence[Piece]) -> Iterator[Clause]:
    """Every clause of every piece with its place in the joined text."""
    start = 0
    for piece in found:
        for match in _CLAUSE.finditer(piece.text):
            text = match.group().lstrip()
            if text:
                yield Clause(piece.field, text, start + match.end() - len(text), start + match.end())
        start += len(piece.text) + 2
