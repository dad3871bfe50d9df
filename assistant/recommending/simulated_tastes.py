"""A catalogue as simulated shoppers see it, and what each of them likes. Pure; no word here comes from real shoppers.

Tastes are made of what the records say: category, price among its like, brand, attributes, and words of titles. The embedder has
no part in them, so that suggestions by meaning are not measured by their own idea of likeness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
import numpy.typing as npt

from retrieval.errors import BadInput
from retrieval.product import Product
from retrieval.words import content_stems

Floats = npt.NDArray[np.float64]
Rng = np.random.Generator

QUALITY = 1.0  # spread of what all shoppers alike see in a product
SHELVES = (2, 5)  # how many categories a shopper likes
PICKY = 0.6  # how often a shopper minds an attribute, and then likes one value of it and dislikes the others
LIKED_WORDS, LIKING = 6, 1.0
OFF_SHELF = -2.0  # appeal of what is of no category that the shopper likes
PRICE_WEIGHT = 3.0  # appeal lost from one end of a category's prices to the other
WORD = "word"
# A trait is of so many products, a word of a title of so many categories.
LEAST_PRODUCTS, LEAST_SHELVES, MOST_TRAITS = 5, 3, 400

Trait = tuple[str, str]  # (what it is of, its value): ("brand", "Halden"), ("color", "black"), (WORD, "leather")


@dataclass(frozen=True)
class Assortment:
    """What is in stock, as arrays over n products. traits: (n, t), 0 or 1. price_level: 0..1 in the category. quality: to all alike."""

    ids: Sequence[str]
    shelves: Sequence[str]
    departments: Sequence[str]  # of each shelf
    shelf_of: npt.NDArray[np.int64]  # (n,)
    names: Sequence[Trait]
    traits: Floats
    price_level: Floats
    quality: Floats

    @cached_property
    def on_shelf(self) -> Sequence[npt.NDArray[np.int64]]:
        """The products of each shelf."""
        return [np.flatnonzero(self.shelf_of == shelf) for shelf in range(len(self.shelves))]

    @cached_property
    def traits_by(self) -> Mapping[str, npt.NDArray[np.int64]]:
        """The columns of the traits of each name."""
        named = groupby(sorted((name, column) for column, (name, _) in enumerate(self.names)), key=lambda pair: pair[0])
        return {name: np.array([column for _, column in pairs]) for name, pairs in named}


@dataclass(frozen=True)
class Taste:
    """What a shopper likes. shelves: (s,) sums to 1, 0 for most. traits: (t,). price_level: 0..1."""

    shelves: Floats
    traits: Floats
    price_level: float

    def appeal(self, sold: Assortment) -> Floats:
        """(n,) log-odds that the shopper wants each product, but for a constant."""
        off_shelf = np.where(self.shelves[sold.shelf_of] > 0, 0.0, OFF_SHELF)
        wrong_price = PRICE_WEIGHT * np.abs(sold.price_level - self.price_level)
        return np.asarray(off_shelf + sold.traits @ self.traits - wrong_price + sold.quality)


def assortment(products: Iterable[Product], rng: Rng) -> Assortment:
    """What of these is not sold out, as shoppers see it. BadInput for nothing."""
    sold = [one for one in products if not one.sold_out]
    if not sold:
        raise BadInput("The store has no product in stock.", fix="index a feed with products in stock")
    paths = sorted({one.category for one in sold})
    shelf_of = np.array([paths.index(one.category) for one in sold])
    own = [set(_traits(one)) for one in sold]
    names = _common(own, shelf_of)
    return Assortment(
        [one.id for one in sold],
        [" › ".join(path) for path in paths],
        [path[0] if path else "" for path in paths],
        shelf_of,
        names,
        np.array([[name in traits for name in names] for traits in own], dtype=float).reshape(len(sold), len(names)),
        _price_levels(sold, shelf_of),
        rng.normal(0, QUALITY, len(sold)),
    )


def draw_taste(sold: Assortment, rng: Rng) -> Taste:
    """A shopper: some categories, the larger the likelier, what he minds of attributes, words that he likes, and what he pays."""
    sizes = np.bincount(sold.shelf_of, minlength=len(sold.shelves)).astype(float)
    count = min(int(rng.integers(SHELVES[0], SHELVES[1] + 1)), len(sizes))
    liked = rng.choice(len(sizes), count, replace=False, p=sizes / sizes.sum())
    shelves, traits = np.zeros(len(sizes)), np.zeros(len(sold.names))
    shelves[liked] = rng.dirichlet(np.ones(count))
    common = sold.traits[np.isin(sold.shelf_of, liked)].sum(axis=0)  # (t,) of what stands on these shelves
    for name, columns in sold.traits_by.items():
        there = columns[common[columns] > 0]
        chance = common[there] / common[there].sum() if len(there) else common[there]
        if name == WORD and len(there):
            traits[rng.choice(there, min(LIKED_WORDS, len(there)), replace=False, p=chance)] = LIKING
        elif name != WORD and len(there) and rng.random() < PICKY:
            traits[columns] = -LIKING
            traits[rng.choice(there, p=chance)] = LIKING
    return Taste(shelves, traits, float(rng.random()))


def _traits(product: Product) -> Iterable[Trait]:
    yield from ((name, value) for name, values in product.attributes.items() for value in values)
    yield from ((WORD, stem) for stem in content_stems(product.title))
    if product.brand:
        yield "brand", product.brand


def _common(own: Sequence[set[Trait]], shelf_of: npt.NDArray[np.int64]) -> list[Trait]:
    """The commonest traits; words that only one or two categories use say what a thing is, not what it is like."""
    counts = Counter(trait for traits in own for trait in traits)
    shelves = Counter(
        trait for trait, _ in {(trait, int(at)) for traits, at in zip(own, shelf_of, strict=True) for trait in traits}
    )
    order = sorted(counts, key=lambda trait: (-counts[trait], trait))
    kept = [one for one in order if counts[one] >= LEAST_PRODUCTS and (one[0] != WORD or shelves[one] >= LEAST_SHELVES)]
    return kept[:MOST_TRAITS]


def _price_levels(sold: Sequence[Product], shelf_of: npt.NDArray[np.int64]) -> Floats:
    """(n,) the share of the category's products that cost less, 0..1; the middle for what has no price."""
    levels = np.full(len(sold), 0.5)
    prices = np.array([np.nan if one.price is None else float(one.price) for one in sold])
    for shelf in np.unique(shelf_of):
        priced = np.flatnonzero((shelf_of == shelf) & ~np.isnan(prices))
        if len(priced) > 1:
            levels[priced] = [float(np.mean(prices[priced] < prices[one])) for one in priced]
    return levels
