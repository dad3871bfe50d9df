"""Two listings of one thing: near in meaning, of one maker, called by the same words, at about one price, and stated to be alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from ..dense import Dense
from ..product import Product, money
from ..words import content_stems, words
from .facts import FactReader
from .suggestion import Suggestion

NEAR = 0.95  # cosine
PRICES_APART = 1.1  # the higher by the lower
FEW_WORDS = 20  # of a description that short each tells
CALLED_ALIKE = 50  # of more listings with one title none is compared: they are told apart by what no title says


def twins(products: Sequence[Product], dense: Dense) -> Iterator[Suggestion]:
    """The later of each two such listings, to be left out, variants of one group apart. Where a third is the same too, the first stays."""
    reader, gone = FactReader(products), set[str]()
    for alike in _called_alike(products):
        vectors = dense.vectors([one.id for one in alike])
        for first, later in combinations(alike, 2):
            if {first.id, later.id} & gone or not {first.id, later.id} <= set(vectors) or differ(first, later, reader):
                continue
            cosine = float(vectors[first.id] @ vectors[later.id])
            if cosine >= NEAR:
                gone.add(later.id)
                grounds = (
                    f"“{first.title}” is {first.id}",
                    f"nearness of the two listings {cosine:.3f}",
                    *_prices(first, later),
                )
                yield Suggestion(later.id, later.title, "duplicate", {"leave_out": first.id}, grounds)


def differ(one: Product, other: Product, reader: FactReader) -> bool:
    """Whether they are variants of one group, or record or listing say that they are not the same: another price, other values of one
    name, other colours, or in each a number, or a word of a short description, that the other does not have."""
    if one.group_id is not None and one.group_id == other.group_id:
        return True
    if one.price and other.price and max(one.price, other.price) > PRICES_APART * float(min(one.price, other.price)):
        return True
    here, there = _stated(one), _stated(other)
    if any(not here[name] & there[name] for name in here.keys() & there.keys()):
        return True
    colors, others = _colors(one, reader), _colors(other, reader)
    return bool(colors and others and not colors & others) or _each_alone(_telling(one), _telling(other))


def _called_alike(products: Sequence[Product]) -> Iterator[list[Product]]:
    """Listings of one maker whose titles have the same words in any order."""
    found: dict[tuple[str, frozenset[str]], list[Product]] = defaultdict(list)
    for product in products:
        found[(product.brand or "").casefold(), frozenset(content_stems(product.title))].append(product)
    return (alike for alike in found.values() if 1 < len(alike) <= CALLED_ALIKE)


def _stated(product: Product) -> dict[str, set[str]]:
    stated = {name: {value.casefold() for value in values} for name, values in product.attributes.items()}
    return stated | {name: {value.casefold()} for name, value in product.options.items()}


def _colors(product: Product, reader: FactReader) -> set[str]:
    return {stem for read in reader.colors(product) for stem in read.stems}


def _telling(product: Product) -> set[str]:
    """Words of which each tells: numbers, and those of a short description."""
    described = content_stems(product.description)
    numbers = {
        word.stem for word in words(f"{product.title} {product.description}") if any(map(str.isdigit, word.stem))
    }
    return numbers | set(described if len(described) <= FEW_WORDS else ())


def _each_alone(here: set[str], there: set[str]) -> bool:
    return bool(here - there and there - here)


def _prices(one: Product, other: Product) -> tuple[str, ...]:
    if one.price is None or other.price is None:
        return ()
    return (f"{money(one.price, one.currency)} and {money(other.price, other.currency)}",)
