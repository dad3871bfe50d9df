"""Interests are what is near to each other of what a shopper acted on, with categories or without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.events.log import Event, EventLog, EventType
from assistant.recommending.clusters import clusters
from assistant.recommending.profile import INTERESTS, Profile, profile_of
from assistant.recommending.recommender import Recommender
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import BY_ID

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
JACKETS = {"storm", "puddle", "breeze"}  # cosines of .41 to .84 with each other; nothing else here is nearer than .35


def at(*degrees: float) -> np.ndarray:
    """(n, 2) unit vectors of these directions."""
    turned = np.radians(degrees)
    return np.column_stack([np.cos(turned), np.sin(turned)]).astype(np.float32)


def same(numbers: object) -> list[list[int]]:
    """The rows of each cluster."""
    found = np.asarray(numbers)
    return sorted(np.flatnonzero(found == one).tolist() for one in set(found.tolist()))


def test_what_is_near_in_the_mean_is_one_cluster_in_whatever_order_it_comes() -> None:
    # cosines: 0 and 20 degrees .94, 90 and 100 .98, 0 and 90 0
    assert same(clusters(at(0, 90, 20, 100), 0.5)) == [[0, 2], [1, 3]]
    assert same(clusters(at(100, 20, 90, 0), 0.5)) == [[0, 2], [1, 3]]
    assert same(clusters(at(0, 90, 20, 100), -1.0)) == [[0, 1, 2, 3]]


def test_the_mean_over_all_pairs_decides_and_not_the_nearest_pair() -> None:
    # 0 and 40 join first or 40 and 80 do, both .77; the third is at .77 and .17 from them, in the mean .47
    assert len(same(clusters(at(0, 40, 80), 0.46))) == 1
    assert len(same(clusters(at(0, 40, 80), 0.48))) == 2


@pytest.mark.parametrize(("vectors", "expected"), [(at(), 0), (at(10), 1), (np.zeros((3, 2), np.float32), 3)])
def test_none_one_and_vectors_of_nothing(vectors: np.ndarray, expected: int) -> None:
    assert len(set(clusters(vectors, 0.5))) == expected


@pytest.fixture
def bare(new_store: Store) -> Store:
    """The small shop, with a category for nothing."""
    build_index([replace(one, category=()) for one in BY_ID.values()], new_store, WordEmbedder())
    return new_store


def did(visitor: str, *acts: tuple[EventType, str], ago: int = 0) -> list[Event]:
    moment = NOW - timedelta(days=ago)
    return [Event(f"{kind} {name} {ago}", kind, moment, visitor, name) for kind, name in acts]


def ids(profile: Profile) -> list[set[str]]:
    return [{one.product.id for one in interest.touched} for interest in profile.interests]


# 4 for the jackets, and 3 for each of four things that are like nothing else
ANNA = did(
    "anna", ("view", "storm"), ("click", "storm"), ("click", "puddle"), ("click", "breeze"),
    ("like", "tote"), ("like", "kettle"), ("like", "quiet"), ("like", "cafe"),
)  # fmt: skip


def test_without_categories_the_largest_interest_is_found_by_nearness_where_each_product_alone_hides_it(
    bare: Store,
) -> None:
    dense = Dense(bare.chroma(), WordEmbedder())
    found = profile_of(ANNA, NOW, bare.catalog, dense)
    assert ids(found)[0] == JACKETS
    assert found.interests[0].share == pytest.approx(4 / 16)
    assert len(found.interests) == INTERESTS
    # a category of its own for each product, as where categories keep interests apart
    alone = profile_of(ANNA, NOW, bare.catalog, dense, apart=lambda products, _: range(len(products)))
    assert not any(JACKETS & own for own in ids(alone))


def test_without_categories_a_suggestion_still_says_because_of_what_and_what_is_popular_of_its_kind(
    bare: Store, events: EventLog
) -> None:
    for visitor in ("ben", "cleo", "dora"):
        events.add(did(visitor, ("click", "fjord"), ago=20))
    events.add(ANNA)
    shop = Recommender(bare.catalog, Dense(bare.chroma(), WordEmbedder()), events)
    (card,) = [one for one in shop.recommend("anna", 5, NOW) if one.product.id == "fjord"]
    assert [one.text for one in card.reasons] == [
        "popular among what is like “Storm Rain Jacket”: 3 shoppers chose or looked at it lately",
        "because you looked at “Breeze Wind Jacket”",
    ]


def test_what_was_done_lately_weighs_more_in_an_interest_and_among_them(bare: Store) -> None:
    dense = Dense(bare.chroma(), WordEmbedder())
    old = [*did("anna", ("like", "storm"), ("like", "tote"), ago=28), *did("anna", ("click", "fjord"))]
    found = profile_of(old, NOW, bare.catalog, dense)
    assert ids(found) == [{"storm", "fjord"}, {"tote"}]
    # 28 days are two half-lives: 3 / 4 each of what is old, 1 of what is new
    assert [one.share for one in found.interests] == pytest.approx([1.75 / 2.5, 0.75 / 2.5])
    assert [one.weight for one in found.interests[0].touched] == pytest.approx([1.0, 0.75])
    towards = [float(found.interests[0].vector @ dense.vectors([name])[name]) for name in ("fjord", "storm")]
    assert towards[0] > towards[1]
