"""The category of a listing that has none, from the categories of the listings nearest to it in meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from ..dense import Dense, Embedder, Vectors, embedding_text
from ..family import family_of
from ..product import Product
from .suggestion import Suggestion

# Of 10 and 20 neighbours with sharpness 1 to 32, by how many listings get a category that is right for .9 and .95 (docs/log.md).
NEIGHBOURS, SHARPNESS = 20, 8
LEFT_OUT = 400  # listings whose category is known and guessed all the same, to learn how often a guess is right
FEWEST = 50  # of those; with fewer nothing is proposed
SURE = 0.9

Category = tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """share: how much of the neighbours' nearness speaks for the category, 0..1. nearest: those of that category, nearest first."""

    category: Category
    share: float
    nearest: tuple[Product, ...]


class Neighbourhood:
    """The listings that have a category, each with its vector."""

    def __init__(self, products: Sequence[Product], dense: Dense) -> None:
        found = dense.vectors([one.id for one in products if one.category])
        self.products = [one for one in products if one.id in found]
        self._vectors = np.array([found[one.id] for one in self.products], np.float32)
        self._families = [family_of(one) for one in self.products]

    def guess(self, vector: Vectors, apart: tuple[str, ...] | None = None) -> Guess:
        """The category for which most speaks among the nearest, one of each family of variants; vector: (d,). apart: a family that does
        not count."""
        cosines = self._vectors @ vector
        seen = {apart}
        near: list[tuple[Product, float]] = []
        for place in np.argsort(-cosines, kind="stable"):
            if self._families[place] not in seen:
                seen.add(self._families[place])
                near.append((self.products[place], max(float(cosines[place]), 0.0)))
            if len(near) == NEIGHBOURS:
                break
        return _most(near)


def _most(near: Sequence[tuple[Product, float]]) -> Guess:
    votes: dict[Category, float] = defaultdict(float)
    for product, cosine in near:
        votes[product.category] += cosine**SHARPNESS
    best = max(votes, key=lambda one: (votes[one], one))
    return Guess(
        best, votes[best] / (sum(votes.values()) or 1.0), tuple(one for one, _ in near if one.category == best)
    )


def left_out(around: Neighbourhood, embedder: Embedder, seed: int = 7) -> list[tuple[Product, Guess]]:
    """Listings drawn from those with a category, each with what would be guessed had neither it nor its variants one."""
    drawn = Random(seed).sample(around.products, min(LEFT_OUT, len(around.products)))
    vectors = embedder.embed([embedding_text(replace(one, category=())) for one in drawn])
    return [(one, around.guess(vector, family_of(one))) for one, vector in zip(drawn, vectors, strict=True)]


def categories_missing(products: Sequence[Product], dense: Dense, embedder: Embedder) -> Iterator[Suggestion]:
    """A category for each listing without one, where like guesses are right for SURE of the listings that have one.

    How sure: isotonic regression of right or wrong on the share (Zadrozny and Elkan, KDD 2002), over the listings left out.
    """
    lacking = [one for one in products if not one.category]
    around = Neighbourhood(products, dense)
    if not lacking or len(around.products) < FEWEST:
        return
    from sklearn.isotonic import IsotonicRegression  # two seconds of every other command's start

    known = left_out(around, embedder)
    rule = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    rule.fit([guess.share for _, guess in known], [guess.category == one.category for one, guess in known])
    vectors: Mapping[str, Vectors] = dense.vectors([one.id for one in lacking])
    guesses = {one.id: around.guess(vectors[one.id]) for one in lacking if one.id in vectors}
    for product in lacking:
        if guess := guesses.get(product.id):
            sure = min(float(rule.predict([guess.share])[0]), 1 - 1 / (len(known) + 2))
            if sure >= SURE:
                like = tuple(f"like “{one.title}” in {' › '.join(one.category)}" for one in guess.nearest[:3])
                yield Suggestion(product.id, product.title, "category", {"category": list(guess.category)}, like, sure)
