"""Made-up shoppers over the small shop: same numbers, same events; what they do follows their tastes and the places they are shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.events.log import Event
from assistant.recommending.simulated_events import PAGE, SEASON, SEASON_DAYS, Simulation, demand, simulate, sways_of
from assistant.recommending.simulated_tastes import OFF_SHELF, PRICE_WEIGHT, Assortment, Taste, assortment, draw_taste
from retrieval.errors import BadInput
from retrieval.product import Product

UNTIL = datetime(2026, 5, 10, tzinfo=UTC)
MANY = Simulation(shoppers=300, days=30, seed=7, until=UNTIL)


@pytest.fixture(scope="module")
def events(products: tuple[Product, ...]) -> list[Event]:
    return simulate(products, MANY)


def test_the_same_numbers_give_the_same_events_and_another_seed_others(products: tuple[Product, ...]) -> None:
    few = replace(MANY, shoppers=5)
    assert simulate(products, few) == simulate(products, few)
    assert simulate(products, few) != simulate(products, replace(few, seed=8))


def test_more_shoppers_leave_those_before_as_they_were(products: tuple[Product, ...]) -> None:
    few, more = (simulate(products, replace(MANY, shoppers=count)) for count in (3, 6))
    names = {event.visitor for event in few}
    assert few == [event for event in more if event.visitor in names]


def test_each_department_is_wanted_differently_by_the_hour_and_the_region_where_that_is_asked(
    products: tuple[Product, ...], events: list[Event]
) -> None:
    assert {event.region for event in events} == {None}
    swaying = replace(MANY, hours=0.9, regions=2)
    found = simulate(products, swaying)
    assert {event.region for event in found} == {"region-0", "region-1"}
    sold = assortment(products, np.random.default_rng(MANY.seed))
    sways = sways_of(sold, swaying, np.random.default_rng(MANY.seed))
    assert np.ptp([sways.there(UNTIL - timedelta(hours=hours), 0)[0] for hours in range(0, 168, 6)]) > 0.1
    assert 0.1 < sways.hours.min() < 1 < sways.hours.max() < 1.9
    for name in set(sold.departments):
        assert len({*sways.regions[0, [other == name for other in sold.departments]]}) == 1


def test_all_lies_within_the_days_oldest_first_each_with_an_id_of_its_own(events: list[Event]) -> None:
    times = [event.at for event in events]
    assert times == sorted(times)
    assert UNTIL - timedelta(days=30) <= times[0] <= times[-1] <= UNTIL
    assert len({event.id for event in events}) == len(events) > 5_000


def test_nothing_sold_out_is_shown(events: list[Event], products: tuple[Product, ...]) -> None:
    sold_out = {product.id for product in products if product.sold_out}
    assert sold_out
    assert not sold_out & {event.product_id for event in events}


def test_propensities_say_how_often_a_product_stands_first(events: list[Event], products: tuple[Product, ...]) -> None:
    """Pages of the whole shop: each product in stock is first in one of n."""
    sold = [product.id for product in products if not product.sold_out]
    first = [one for one in events if one.type == "shown" and one.position == 1]
    whole = [one for one in first if one.propensity == pytest.approx(1 / len(sold))]
    assert len(whole) > 100
    counts = Counter(one.product_id for one in whole)
    expected = len(whole) / len(sold)
    assert all(abs(counts[name] - expected) < 5 * expected**0.5 for name in sold)


def test_what_stands_lower_is_clicked_less_and_each_act_follows_the_one_before(events: list[Event]) -> None:
    shown = Counter(one.position for one in events if one.type == "shown")
    clicked = Counter(one.position for one in events if one.type == "click")
    assert clicked[1] / shown[1] > 1.5 * clicked[2] / shown[2] > 2 * clicked[PAGE] / shown[PAGE]
    done: dict[tuple[str | None, str | None, str | None], list[str]] = defaultdict(list)
    for one in events:
        done[one.session_id, one.product_id, one.id.rpartition("-")[0]].append(one.type)
    whole = ["shown", "click", "cart", "purchase"]
    assert all(acts == whole[: len(acts)] for acts in done.values())


def test_nobody_buys_a_product_twice(events: list[Event]) -> None:
    bought = Counter((one.visitor, one.product_id) for one in events if one.type == "purchase")
    assert len(bought) > 50
    assert set(bought.values()) == {1}


def sold_of(products: tuple[Product, ...]) -> Assortment:
    return replace(
        assortment(products, np.random.default_rng(1)), quality=np.zeros(sum(not p.sold_out for p in products))
    )


def test_appeal_counts_category_price_and_traits(products: tuple[Product, ...]) -> None:
    sold = sold_of(products)
    shelf = sold.shelves.index("lighting › floor lamps")
    taste = Taste(np.eye(len(sold.shelves))[shelf], np.zeros(len(sold.names)), price_level=0.5)
    appeal = dict(zip(sold.ids, taste.appeal(sold), strict=True))
    levels = dict(zip(sold.ids, sold.price_level, strict=True))
    assert appeal["tower"] == 0  # of the category, and alone in it: its price is the middle
    assert appeal["clamp"] == OFF_SHELF
    assert appeal["aster-black"] == pytest.approx(OFF_SHELF - PRICE_WEIGHT * abs(levels["aster-black"] - 0.5))


def test_a_taste_likes_some_categories_and_at_most_one_value_of_an_attribute(products: tuple[Product, ...]) -> None:
    sold = sold_of(products)
    for seed in range(20):
        taste = draw_taste(sold, np.random.default_rng(seed))
        assert taste.shelves.sum() == pytest.approx(1)
        assert 2 <= (taste.shelves > 0).sum() <= 5
        for name, columns in sold.traits_by.items():
            assert name == "word" or (taste.traits[columns] > 0).sum() <= 1


def test_demand_follows_the_season(products: tuple[Product, ...]) -> None:
    sold = sold_of(products)
    shelves = np.zeros(len(sold.shelves))
    shelves[:2] = 0.5
    peaks = np.zeros(len(shelves))
    peaks[1] = SEASON_DAYS / 2  # when the first is wanted most, the second is wanted least
    high, low = 1 + SEASON, 1 - SEASON
    wanted = demand(Taste(shelves, np.zeros(len(sold.names)), 0.5), peaks, day=0.0)
    assert wanted[:2] == pytest.approx([high / (high + low), low / (high + low)])


def test_a_shop_without_anything_in_stock_says_so(products: tuple[Product, ...]) -> None:
    with pytest.raises(BadInput, match="no product in stock"):
        simulate([replace(products[0], stock=0, in_stock=False)], MANY)
