"""Suggestions of what is new in the shop and of what was liked a while ago: off unless the settings trust them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.build import build_trust
from assistant.events.log import Event, EventLog, EventType
from assistant.model import Card
from assistant.recommending.recommender import Recommender
from assistant.settings import Settings
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.product import Product
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import BY_ID, PRODUCTS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIGHT = replace(BY_ID["puddle"], id="drizzle", title="Drizzle Rain Jacket")


def did(events: EventLog, kind: EventType, name: str, days: float) -> None:
    """anna, so many days ago."""
    events.add([Event(f"{kind} {name} {days}", kind, NOW - timedelta(days=days), "anna", name)])


def listed(catalog: Catalog, dense: Dense, events: EventLog, settings: Settings) -> tuple[Card, ...]:
    return Recommender(catalog, dense, events, trust=build_trust(settings)).recommend("anna", 50, NOW)


def said(cards: tuple[Card, ...], kind: str) -> dict[str, str]:
    return {card.product.id: one.text for card in cards for one in card.reasons if one.kind == kind}


def indexed(store: Store, *feeds: tuple[int, list[Product]]) -> Dense:
    """(days ago, what the feed then held)"""
    for days, products in feeds:
        build_index(products, store, WordEmbedder(), now=NOW - timedelta(days=days))
    return Dense(store.chroma(), WordEmbedder())


def test_what_is_new_near_an_interest_says_since_when(new_store: Store, events: EventLog) -> None:
    dense = indexed(
        new_store, (90, list(PRODUCTS)), (8, [*PRODUCTS, LIGHT]), (1, [*PRODUCTS, replace(LIGHT, brand="Other")])
    )
    did(events, "view", "storm", 1)
    cards = listed(new_store.catalog, dense, events, Settings(arrivals=0.5))
    assert said(cards, "new") == {"drizzle": "new in the shop since 12 November"}
    assert said(listed(new_store.catalog, dense, events, Settings()), "new") == {}


def test_what_the_shop_began_with_or_has_again_is_not_new(new_store: Store, events: EventLog) -> None:
    without = [one for one in PRODUCTS if one.id != "puddle"]
    dense = indexed(new_store, (20, list(PRODUCTS)), (10, without), (5, list(PRODUCTS)))
    did(events, "view", "storm", 1)
    assert new_store.catalog.arrived(NOW - timedelta(days=30), NOW) == {}
    assert said(listed(new_store.catalog, dense, events, Settings(arrivals=1)), "new") == {}


def test_a_variant_of_what_was_there_is_not_new_and_nothing_is_where_most_of_the_shop_is(
    new_store: Store, events: EventLog
) -> None:
    pink = replace(BY_ID["aster-black"], id="aster-pink", title="Aster Desk Lamp, Pink", options={"color": "pink"})
    indexed(new_store, (90, list(PRODUCTS)), (3, [*PRODUCTS, pink]))
    assert new_store.catalog.arrived(NOW - timedelta(days=30), NOW) == {}
    renamed = [replace(one, id=f"new-{one.id}", group_id=None) for one in PRODUCTS]
    dense = indexed(new_store, (1, renamed))
    did(events, "view", "new-storm", 0.5)
    assert said(listed(new_store.catalog, dense, events, Settings(arrivals=1)), "new") == {}


def test_what_came_after_the_moment_asked_for_is_not_known_yet(new_store: Store) -> None:
    indexed(new_store, (90, list(PRODUCTS)), (2, [*PRODUCTS, LIGHT]))
    assert new_store.catalog.arrived(NOW - timedelta(days=30), NOW - timedelta(days=3)) == {}


def test_what_was_liked_a_while_ago_comes_back_with_what_is_near_it_and_says_when(
    catalog: Catalog, dense: Dense, events: EventLog
) -> None:
    did(events, "like", "storm", 40)  # 11 October
    did(events, "view", "tote", 1)
    found = said(listed(catalog, dense, events, Settings(rediscovery=0.9)), "rediscovered")
    assert found["storm"] == "you liked “Storm Rain Jacket” in October"
    assert found["puddle"] == "because you liked “Storm Rain Jacket” in October"
    assert said(listed(catalog, dense, events, Settings()), "rediscovered") == {}


def test_the_month_is_that_of_the_like_and_not_of_a_later_look(
    catalog: Catalog, dense: Dense, events: EventLog
) -> None:
    did(events, "cart", "storm", 70)  # 11 September
    did(events, "view", "storm", 40)
    found = said(listed(catalog, dense, events, Settings(rediscovery=0.9)), "rediscovered")
    assert found["storm"] == "you put “Storm Rain Jacket” into your cart in September"


@pytest.mark.parametrize(("act", "days"), [("like", 3.0), ("view", 40.0), ("like", 330.0), ("purchase", 40.0)])
def test_what_was_liked_lately_or_too_long_ago_only_looked_at_or_bought_is_not_rediscovered(
    catalog: Catalog, dense: Dense, events: EventLog, act: EventType, days: float
) -> None:
    did(events, act, "storm", days)
    assert said(listed(catalog, dense, events, Settings(rediscovery=1)), "rediscovered") == {}


def test_what_was_shown_lately_is_not_brought_up_beside_it(catalog: Catalog, dense: Dense, events: EventLog) -> None:
    did(events, "like", "storm", 40)
    did(events, "shown", "puddle", 2)
    found = said(listed(catalog, dense, events, Settings(rediscovery=0.9)), "rediscovered")
    assert "storm" in found
    assert "puddle" not in found
