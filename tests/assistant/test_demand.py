"""Demand of the coming weeks: whole weeks counted, the method chosen on weeks held out, and what runs out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import poisson

from assistant.events.demand import LEAST, ORIGINS, outlook, weekly
from assistant.events.log import BURST, Event, EventLog, EventType
from retrieval.errors import BadInput
from retrieval.product import Product

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)  # the day itself counts for no week
MUG, LAMP, OLD = Product("mug", "Mug", stock=6), Product("lamp", "Lamp", stock=400), Product("old", "Old Jug")
SHOP = {one.id: one for one in (MUG, LAMP, OLD)}


@pytest.fixture
def log() -> Iterator[EventLog]:
    with closing(EventLog()) as log:
        yield log


def bought(product_id: str, counts: Sequence[int], kind: EventType = "purchase") -> list[Event]:
    """So many in each week before NOW, the oldest first, each by another visitor; the product was shown before the first."""
    monday = NOW.replace(hour=0)
    weeks = range(len(counts), 0, -1)
    shown = Event(f"{product_id}-shown", "shown", monday - timedelta(weeks=len(counts)), "v", product_id, position=1)
    return [shown] + [
        Event(
            f"{product_id}-{kind}-{week}-{n}",
            kind,
            monday - timedelta(weeks=week, hours=-1),
            f"v{week}-{n}",
            product_id,
        )
        for week, count in zip(weeks, counts, strict=True)
        for n in range(count)
    ]


def test_a_week_is_seven_days_that_end_with_yesterday_and_begins_when_the_product_is_first_seen(log: EventLog) -> None:
    log.add([*bought("mug", [0, 2, 0, 1]), Event("today", "purchase", NOW, "v", "mug"), *bought("old", [0, 0])])
    assert {name: list(counts) for name, counts in weekly(log, NOW, "purchase").items()} == {"mug": [0, 2, 0, 1]}


def test_a_robots_day_counts_for_nothing(log: EventLog) -> None:
    at = NOW - timedelta(days=2)
    log.add([*bought("mug", [1, 1]), *(Event(f"r{n}", "purchase", at, "robot", "mug") for n in range(BURST + 1))])
    assert list(weekly(log, NOW, "purchase")["mug"]) == [1, 1]


def test_carts_are_counted_where_they_are_asked_for(log: EventLog) -> None:
    log.add(bought("mug", [1, 3], "cart"))
    assert list(weekly(log, NOW, "cart")["mug"]) == [1, 3]
    assert weekly(log, NOW, "purchase") == {}


def test_the_mean_of_what_goes_up_and_down_beats_last_week_and_says_what_runs_out(log: EventLog) -> None:
    log.add(bought("mug", [4, 0] * 12) + bought("lamp", [0, 4] * 12))
    found = outlook(log, SHOP, 4, NOW)
    errors = {one.method: one for one in found.errors}
    # Last week is wrong by 4 in every other week: 8 of the 8 that four weeks want, in each product at each time, above or below.
    assert errors["naive"].wape == pytest.approx(1.0)
    assert errors["naive"].rmsse == pytest.approx(np.sqrt(8 / 16))
    assert found.errors[0].rmsse == pytest.approx(
        np.sqrt(4 / 16), rel=0.05
    )  # 2 a week is wrong by 2, where a step is of 4
    mug, lamp = found.forecasts
    assert (mug.product_id, mug.sold, mug.stock) == ("mug", 48, 6)
    assert sum(mug.weeks) == pytest.approx(8, rel=0.15)
    assert mug.weeks_left == pytest.approx(6 / np.mean(mug.weeks))
    assert (
        found.spread == 1.0
    )  # sums that never vary are less spread than Poisson's, which is the least that is believed
    assert mug.runs_out == pytest.approx(poisson.sf(5, sum(mug.weeks)))  # six or more
    assert lamp.runs_out == pytest.approx(0, abs=1e-9)


def test_what_has_no_stock_in_its_record_runs_out_at_no_known_time(log: EventLog) -> None:
    log.add(bought("old", [1] * 20))
    (old,) = outlook(log, SHOP, 4, NOW).forecasts
    assert (old.stock, old.weeks_left, old.runs_out) == (None, None, None)


def test_too_few_weeks_are_an_error_that_says_how_many_it_takes(log: EventLog) -> None:
    log.add(bought("mug", [1] * 10))
    with pytest.raises(BadInput, match=f"10 whole weeks of purchase events.*need {LEAST + 4 + ORIGINS - 1}"):
        outlook(log, SHOP, 4, NOW)
