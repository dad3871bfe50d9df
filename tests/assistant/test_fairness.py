"""Groups of shoppers, and how differently they are served: every figure worked out by hand or against what chance does."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from assistant.events.log import Event, EventType
from assistant.recommending.fairness import fairness
from assistant.recommending.groups import ACTS, Groups, of_acts
from retrieval.catalog import Catalog

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def acts(*done: tuple[EventType, str], day: int = 0, region: str | None = None) -> list[Event]:
    at = START + timedelta(days=day)
    return [Event(f"{kind} {name} {day}", kind, at, "anna", name, region=region) for kind, name in done]


def test_groups_by_acts_hold_every_number_once() -> None:
    assert [sum(known in group for group in ACTS.values()) for known in (1, 2, 5, 6, 20, 21, 5_000)] == [1] * 7
    assert [of_acts(known) for known in (1, 5, 20, 21)] == ["1", "2-5", "6-20", "more"]


def test_the_main_category_is_that_of_most_weight_not_of_most_acts(catalog: Catalog) -> None:
    groups = Groups(catalog)
    done = acts(("click", "clamp"), ("click", "tower"), ("purchase", "storm"))  # lighting 2, clothing 5
    assert groups.of(done)["category"] == "clothing"
    assert groups.of(acts(("click", "clamp"), ("click", "storm")))["category"] == "clothing"  # as heavy, by name


def test_the_price_band_is_the_third_of_its_category_s_prices_that_the_acts_stand_in(catalog: Catalog) -> None:
    jackets = sorted(
        (one for one in catalog if one.category == ("clothing", "jackets")), key=lambda one: one.price or 0
    )
    dear, cheap = jackets[-1].id, jackets[0].id  # of n the dearest stands at (n - 1) / n, the cheapest at 0
    assert len(jackets) >= 3
    groups = Groups(catalog)
    assert groups.of(acts(("click", cheap)))["price"] == "low"
    assert groups.of(acts(("click", dear)))["price"] == "high"
    assert groups.of(acts(("purchase", cheap), ("click", dear)))["price"] == "low"  # (5 * 0 + (n - 1) / n) / 6


def test_the_region_is_the_latest_told_and_who_came_on_one_day_is_new(catalog: Catalog) -> None:
    groups = Groups(catalog)
    once = acts(("click", "clamp"), ("shown", "tower"))
    moved = [*acts(("click", "clamp"), region="north"), *acts(("click", "tower"), day=1, region="south")]
    assert (groups.of(once)["visits"], groups.of(moved)["visits"]) == ("new", "returning")
    assert groups.of(moved)["region"] == "south"
    assert "region" not in groups.of(once)
    assert groups.of([*once, *acts(("shown", "tower"), day=3)])["visits"] == "new"  # shown is no act


def test_what_the_data_do_not_tell_is_no_group(catalog: Catalog) -> None:
    groups = Groups(catalog)
    assert groups.of(acts(("click", "no longer sold"))) == {"acts": "1", "visits": "new"}
    assert groups.of(acts(("shown", "tower"))) == {}


def test_gap_and_ratio_are_of_the_best_and_the_worst_served() -> None:
    found = fairness({"a": [0.5, 0.5], "b": [0.25, 0.25], "c": [0.4, 0.4]})
    assert (found.gap.mean, found.gap.low, found.gap.high, found.gap.requests) == (0.25, 0.25, 0.25, 4)
    assert (found.ratio.mean, found.ratio.low, found.ratio.high) == (0.5, 0.5, 0.5)
    # two of a, b and c are drawn alike in one of 15 divisions only, so a gap of .25 comes by chance
    assert found.by_chance >= 0.2


def test_two_clearly_different_groups_differ_more_than_chance_and_two_alike_do_not() -> None:
    even, low = [0.0, 1.0] * 100, [0.0, 0.0, 0.0, 1.0] * 50
    apart, alike = fairness({"a": even, "b": low}), fairness({"a": even, "b": [*even[:-2], 0.0, 0.0]})
    assert apart.gap.mean == 0.25
    assert apart.gap.low > apart.by_chance > 0
    assert alike.gap.mean == pytest.approx(0.005)
    assert alike.gap.mean < alike.by_chance
    # standard errors of .5 and .25 of 200 shoppers: sqrt(.25 / 200 + .1875 / 200) = .0468
    assert apart.gap.high - apart.gap.low == pytest.approx(2 * 1.96 * 0.0468, rel=0.1)


def test_a_small_group_has_no_figure_and_is_not_compared() -> None:
    found = fairness({"a": [0.5] * 5, "b": [0.0] * 4, "c": [0.25] * 5}, least=5)
    assert found.groups["b"].requests == 0
    assert (found.gap.mean, found.ratio.mean) == (0.25, 0.5)


def test_one_group_has_nothing_to_compare_and_where_all_get_nothing_there_is_no_ratio() -> None:
    alone, none = fairness({"a": [0.5], "b": []}), fairness({"a": [0.0], "b": [0.0, 0.0]})
    assert alone.groups["a"].mean == 0.5
    assert math.isnan(alone.gap.mean)
    assert none.gap.mean == 0
    assert math.isnan(none.ratio.mean)
    assert alone.to_json()["gap"] == {"mean": None, "low": None, "high": None, "shoppers": 0}
