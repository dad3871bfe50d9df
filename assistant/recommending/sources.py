"""Where suggestions come from. A new source is a function of a Situation and a line in SOURCES."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import numpy as np
from more_itertools import bucket

from retrieval.dense import Vectors
from retrieval.kinds.belonging import WORTH

from ..actions.complement import FIELDS, bond_words
from ..events.crowd import bought_together
from ..model import Reason
from .clusters import NEAR
from .profile import Interest, Touched
from .proposal import Proposal, Situation, Source

OF_EACH = 40  # products from one interest
OF_A_KIND = 200  # products near to an interest that count as its kind where they have no category
FEW_SEEN = 3  # times shown or viewed, at most, of a product that is little seen, where the average is above that
SEEDS = 1  # latest products for which it is asked what goes with them: 40 ms each the first time
BONDS = 8  # of each
NEW = timedelta(days=30)  # so long something is new in the shop
MOST_NEW = 0.2  # of the catalogue: where more came at once, the shop is new, or its ids are
AWAY, LONG = (
    timedelta(days=14),
    timedelta(days=300),
)  # nothing done with it for so long, and liked so lately that the month tells when
OF_THE_PAST, NEAR_THE_PAST = 8, 10  # products liked a while ago, and the nearest to each
NEAR_WORTH = 0.6  # of what is near them, where they themselves are 1
LEAST_BOND = WORTH["series"]  # the same maker alone is no reason to suggest something unasked


def near_interests(situation: Situation) -> list[Proposal]:
    """The nearest to each interest, with the product of it that is nearest as the reason."""
    return _strongest(
        Proposal(name, cosine * (0.6 + 0.4 * interest.share), Reason("interest", f"because {seed.words}", "events"))
        for interest in situation.profile.interests
        for name, cosine, seed in _near(interest, situation)
    )


def similar_to_the_last(situation: Situation) -> list[Proposal]:
    """The nearest to the product that the visitor was at last."""
    for last in situation.profile.touched[:1]:
        vector = situation.dense.vectors([last.product.id]).get(last.product.id)
        if vector is not None:
            known = {one.product.id for one in situation.profile.touched}
            reason = Reason("similar", f"because {last.words}", "events")
            found = situation.dense.near(vector, OF_EACH)
            return [
                Proposal(one.product_id, _within(one.score), reason) for one in found if one.product_id not in known
            ]
    return []


def going_with(situation: Situation) -> list[Proposal]:
    """What the catalogue itself ties to the latest products liked, put into the cart or bought, with the tie."""
    firm = [one for one in situation.profile.touched if one.how in ("like", "cart", "purchase")]
    return _strongest(
        Proposal(
            bond.product.id,
            bond.weight / max(WORTH.values()),
            Reason("goes_with", f"goes with “{one.product.title}”: {bond_words(bond, one.product)}", FIELDS[bond.how]),
        )
        for one in firm[:SEEDS]
        for bond in situation.bonds(one.product)[:BONDS]
        if bond.weight >= LEAST_BOND
    )


def bought_with(situation: Situation) -> list[Proposal]:
    """What others bought within a day of the latest products, with how many did."""
    seeds = {one.product.id: one.product for one in situation.profile.touched[:10]}
    pairs = bought_together(situation.events, list(seeds), situation.now)[: 2 * OF_EACH]
    most = max((pair.shoppers for pair in pairs), default=1)
    return _strongest(
        Proposal(
            pair.other,
            0.5 + 0.5 * pair.shoppers / most,
            Reason(
                "bought_with",
                f"{pair.shoppers} shoppers bought it along with “{seeds[pair.product_id].title}”",
                "events",
            ),
        )
        for pair in pairs
    )


def popular_now(situation: Situation) -> list[Proposal]:
    """What most acted on lately, of all departments; only what enough shoppers chose this week."""
    week, popularity = situation.crowd.week, situation.crowd.popularity
    most = max((popularity[name] for name in islice(week, 1)), default=1.0)
    return [
        Proposal(name, popularity[name] / most, Reason("popular", _buzz(situation, name), "events"))
        for name in islice(week, 2 * OF_EACH)
    ]


def popular_of_its_kind(situation: Situation) -> list[Proposal]:
    """What most acted on lately of the kinds of the visitor's interests; only what enough shoppers chose."""
    chosen, popularity = situation.crowd.chosen, situation.crowd.popularity
    found = []
    for kind in _kinds(situation):
        there = [name for name in kind.ids if name in chosen]
        most = max((popularity.get(name, 0.0) for name in there), default=0.0) or 1.0
        found += [
            Proposal(
                name,
                popularity.get(name, 0.0) / most * (0.6 + 0.4 * kind.share),
                Reason(
                    "popular", f"popular {kind.words}: {chosen[name]} shoppers chose or looked at it lately", "events"
                ),
            )
            for name in there
        ]
    return _strongest(found)


def little_seen(situation: Situation) -> list[Proposal]:
    """Good matches that hardly anybody was shown, once the events tell what most products were."""
    seen = situation.crowd.seen
    if sum(seen.values()) <= FEW_SEEN * len(situation.catalog):
        return []
    reason = Reason("little_seen", "few shoppers have seen it yet", "events")
    return _strongest(
        Proposal(name, cosine, reason)
        for interest in situation.profile.interests
        for name, cosine, _ in _near(interest, situation)
        if seen.get(name, 0) <= FEW_SEEN
    )


def new_arrivals(situation: Situation) -> list[Proposal]:
    """What came into the shop lately, of the kinds of the visitor's interests, the nearer the stronger."""
    arrived = situation.catalog.arrived(situation.now - NEW, situation.now)
    if not 0 < len(arrived) <= MOST_NEW * len(situation.catalog):
        return []
    known = {one.product.id for one in situation.profile.touched}
    found = []
    for kind in _kinds(situation):
        new = situation.dense.vectors([name for name in kind.ids if name in arrived and name not in known])
        found += [
            Proposal(
                name,
                _within(float(vector @ kind.vector)) * (0.6 + 0.4 * kind.share),
                Reason("new", f"new in the shop since {arrived[name].day} {arrived[name]:%B}", "arrived"),
            )
            for name, vector in new.items()
        ]
    return _strongest(found)


def rediscovered(situation: Situation) -> list[Proposal]:
    """What the visitor liked or put into the cart a while ago and did not buy, and what is near it but was not shown lately."""
    now, away = situation.now, situation.now - AWAY
    firm = [one for one in situation.profile.touched if one.how in ("like", "cart")]
    past = [one for one in firm if one.last <= away and now - one.said <= LONG][:OF_THE_PAST]
    if not past:
        return []
    lately = {one.product.id for one in situation.profile.touched} | set(situation.shown(away))
    vectors, found = situation.dense.vectors([one.product.id for one in past]), []
    for one in past:
        words = f"{one.words} in {one.said:%B}"
        found.append(Proposal(one.product.id, 1.0, Reason("rediscovered", words, "events")))
        if one.product.id in vectors:
            near = situation.dense.near(vectors[one.product.id], NEAR_THE_PAST)
            reason = Reason("rediscovered", f"because {words}", "events")
            found += [
                Proposal(it.product_id, NEAR_WORTH * _within(it.score), reason)
                for it in near
                if it.product_id not in lately
            ]
    return _strongest(found)


def well_rated(situation: Situation) -> Sequence[Proposal]:
    return situation.rated


def from_every_department(situation: Situation) -> Sequence[Proposal]:
    return situation.departments


SOURCES: Mapping[Source, float] = {  # source -> how far it is trusted, 0..1; one of 0 is not asked
    near_interests: 0.8,
    bought_with: 0.75,
    similar_to_the_last: 0.4,
    going_with: 0.6,
    little_seen: 0.2,
    popular_of_its_kind: 0.8,
    popular_now: 0.5,
    well_rated: 0.4,
    new_arrivals: 0.0,  # of these two the settings say
    rediscovered: 0.0,
    from_every_department: 0.1,
}


@dataclass(frozen=True)
class _Kind:
    """The products of one kind that the visitor has an interest in. share: of all his weight, 0..1. vector: of the interest."""

    words: str
    share: float
    vector: Vectors
    ids: Collection[str]


def _kinds(situation: Situation) -> Iterable[_Kind]:
    """The categories of each interest, and of those of its products that have none what is near to it and has none either."""
    for interest in situation.profile.interests:
        weight = sum(one.weight for one in interest.touched)
        by_shelf = bucket(interest.touched, key=lambda one: one.product.category)
        for shelf in by_shelf:
            own = list(by_shelf[shelf])
            ids = situation.shelves.get(shelf, ())
            words = f"in {shelf[-1]}" if shelf else f"among what is like “{own[0].product.title}”"
            if not shelf:
                near = situation.dense.near(interest.vector, OF_A_KIND)
                ids = sorted({one.product_id for one in near if one.score >= NEAR} & set(ids))
            share = interest.share * sum(one.weight for one in own) / weight
            yield _Kind(words, share, interest.vector, ids)


def _near(interest: Interest, situation: Situation) -> Iterable[tuple[str, float, Touched]]:
    """(id, cosine, the product of the interest nearest to it) of the nearest that the visitor has not been at."""
    known = {one.product.id for one in situation.profile.touched}
    found = {
        one.product_id: one.score
        for one in situation.dense.near(interest.vector, OF_EACH)
        if one.product_id not in known
    }
    stored = situation.dense.vectors([*found, *(one.product.id for one in interest.touched)])
    seeds = np.stack([stored[one.product.id] for one in interest.touched])  # (s, d)
    for name, cosine in found.items():
        yield name, _within(cosine), interest.touched[int(np.argmax(seeds @ stored[name]))]


def _strongest(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The strongest of each product; of as strong ones the first."""
    best: dict[str, Proposal] = {}
    for one in proposals:
        if one.product_id not in best or one.strength > best[one.product_id].strength:
            best[one.product_id] = one
    return list(best.values())


def _buzz(situation: Situation, name: str) -> str:
    buzz = situation.crowd.week[name]
    bought = f", {buzz.buyers} bought it" if buzz.buyers >= 1 else ""
    return f"popular this week: {buzz.shoppers} shoppers chose or looked at it{bought}"


def _within(cosine: float) -> float:
    return min(max(cosine, 0.0), 1.0)
