"""What earlier visits say of the order of what a search found: the nearer to what the visitor chose of a category, the earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from more_itertools import bucket

from retrieval.dense import Dense, Vectors
from retrieval.family import family_of
from retrieval.product import Product
from retrieval.query import Hit

from ..model import Reason, Reasons
from ..taste import moved
from .clusters import NEAR
from .profile import Interest, Profile

WEIGHT = 0.3  # of a relevance, for each 1 of cosine above the mean of those found of the category; of .1 to 5 on made-up shoppers


@dataclass(frozen=True)
class Lean:
    """How much nearer (cosine) a product is to an interest than what else was found of its category, and what it is near to, in words."""

    nearer: float
    to: str


def leans_of(profile: Profile, hits: Sequence[Hit], dense: Dense) -> Mapping[str, Lean]:
    """By product id, for those of a kind that the visitor has an interest in, but for variants of what he was at; nothing where only one
    of a kind was found. A kind is a category, and without one what is near to an interest."""
    known = {family_of(one.product) for one in profile.touched}
    new = [hit.product for hit in hits if family_of(hit.product) not in known]
    return {
        name: lean
        for interest, ids in _kinds(profile, new, dense)
        if len(ids) > 1
        for name, lean in _leans(interest, ids, dense).items()
    }


def _kinds(profile: Profile, found: Sequence[Product], dense: Dense) -> Iterable[tuple[Interest, Sequence[str]]]:
    """The interest that has most of each category that was found, and the nearest to what has none, with the ids of those found."""
    interests = _by_category(profile.interests)
    shelves = bucket(found, key=lambda one: one.category)
    for shelf in shelves:
        ids = [one.id for one in shelves[shelf]]
        if shelf and shelf in interests:
            yield interests[shelf], ids
        elif not shelf and profile.interests:
            yield from _near_to(profile.interests, dense.vectors(ids))


def _by_category(interests: Sequence[Interest]) -> Mapping[tuple[str, ...], Interest]:
    weights: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0] * len(interests))
    for number, interest in enumerate(interests):
        for one in interest.touched:
            weights[one.product.category][number] += one.weight
    return {category: interests[own.index(max(own))] for category, own in weights.items()}


def _near_to(interests: Sequence[Interest], vectors: Mapping[str, Vectors]) -> Iterable[tuple[Interest, Sequence[str]]]:
    means = np.stack([one.vector for one in interests])  # (i, d)
    cosines = {name: means @ vector for name, vector in vectors.items()}
    near = bucket(
        (name for name, own in cosines.items() if own.max() >= NEAR), key=lambda name: int(cosines[name].argmax())
    )
    for number in near:
        yield interests[number], list(near[number])


def _leans(interest: Interest, ids: Sequence[str], dense: Dense) -> Mapping[str, Lean]:
    stored = dense.vectors([*ids, *(one.product.id for one in interest.touched)])
    known = [name for name in ids if name in stored]
    vectors = np.stack([stored[name] for name in known])  # (n, d)
    seeds = np.stack([stored[one.product.id] for one in interest.touched])  # (s, d)
    cosines = vectors @ interest.vector
    nearest = np.argmax(vectors @ seeds.T, axis=1)
    return {
        name: Lean(float(cosine - cosines.mean()), interest.touched[at].words)
        for name, cosine, at in zip(known, cosines, nearest, strict=True)
    }


def leaning(hits: Sequence[Hit], leans: Mapping[str, Lean]) -> tuple[Hit, ...]:
    """The hits in the order of relevance with the leans counted in."""
    return moved(hits, {name: WEIGHT * lean.nearer for name, lean in leans.items()})


def lean_reasons(before: Sequence[Hit], after: Sequence[Hit], leans: Mapping[str, Lean]) -> Reasons:
    """By product id, why it comes earlier than it would for anybody else."""
    place = {hit.product.id: number for number, hit in enumerate(before)}
    return {
        hit.product.id: (Reason("interest", f"further up because {leans[hit.product.id].to}", "events"),)
        for number, hit in enumerate(after)
        if hit.product.id in leans and number < place[hit.product.id]
    }
