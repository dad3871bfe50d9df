"""What earlier visits say of the order of what a search found: the nearer to what the visitor chose of a category, the earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.dense import Dense
from retrieval.family import family_of
from retrieval.query import Hit

from ..model import Reason, Reasons
from ..taste import moved
from .profile import Interest, Profile

WEIGHT = 0.3  # of a relevance, for each 1 of cosine above the mean of those found of the category; of .1 to 5 on made-up shoppers


@dataclass(frozen=True)
class Lean:
    """How much nearer (cosine) a product is to an interest than what else was found of its category, and what it is near to, in words."""

    nearer: float
    to: str


def leans_of(profile: Profile, hits: Sequence[Hit], dense: Dense) -> Mapping[str, Lean]:
    """By product id, for those of a category that the visitor has an interest in, but for variants of what he was at; nothing where only
    one of a category was found."""
    interests = {one.touched[0].product.category: one for one in profile.interests if one.touched[0].product.category}
    known = {family_of(one.product) for one in profile.touched}
    of_category: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for hit in hits:
        if hit.product.category in interests and family_of(hit.product) not in known:
            of_category[hit.product.category].append(hit.product.id)
    return {
        name: lean
        for category, ids in of_category.items()
        if len(ids) > 1
        for name, lean in _leans(interests[category], ids, dense).items()
    }


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
