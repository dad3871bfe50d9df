"""Sales by week and forecasts to be passed on: small groups are left out, and noise hides whether anybody is among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.events.demand import Errors, Forecast, Kept, Outlook
from assistant.events.log import Event, EventLog
from assistant.privacy.published import EACH
from assistant.privacy.published_demand import BACK, Sale, Wanted, forecasts, sales

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
TITLES = {"lamp": "Lamp", "mug": "Mug", "rug": "Rug"}
ERRORS = (Errors("naive", 0.5, 1.0, 1.0, 0.0),)


@pytest.fixture
def log() -> Iterator[EventLog]:
    """Five shoppers bought the lamp within the last week, four of them a week before too; one bought the mug every week; nobody known
    bought it nine times; what happens today is of no week yet."""
    with closing(EventLog()) as log:
        log.add([bought("lamp", f"s{who}", 1) for who in range(5)])
        log.add([bought("lamp", f"s{who}", 8) for who in range(4)])
        log.add([bought("lamp", "s0", 2), bought("lamp", "s9", 0)])
        log.add([bought("mug", "keen", 7 * week + 3) for week in range(BACK)])
        log.add([bought("mug", None, 2 + number / 100) for number in range(9)])
        yield log


def bought(name: str, visitor: str | None, days: float) -> Event:
    return Event(f"{name} {visitor} {days}", "purchase", NOW - timedelta(days=days), visitor, name)


def made(**weeks: tuple[float, ...]) -> Kept:
    said = tuple(Forecast(name, TITLES[name], 9, own, 99, None, None, None) for name, own in weeks.items())
    return Kept(NOW, 2, "purchase", Outlook(said, ERRORS, 1.0, 0.9))


def test_sales_of_a_week_are_told_of_so_many_different_shoppers_at_least(log: EventLog) -> None:
    first, second = TODAY - timedelta(7), TODAY - timedelta(14)
    assert list(sales(log, TITLES, NOW, weeks=4, least=5)) == [Sale("lamp", "Lamp", first, 5)]
    both = [Sale("lamp", "Lamp", first, 5), Sale("lamp", "Lamp", second, 4)]
    assert list(sales(log, TITLES, NOW, weeks=4, least=4)) == both


def test_a_forecast_is_told_of_what_so_many_different_shoppers_bought_and_only_where_it_is_as_large(
    log: EventLog,
) -> None:
    """The mug was bought in twelve weeks, by one shopper."""
    told = list(forecasts(log, TITLES, made(lamp=(3.2, 3.2), mug=(9.0, 9.0)), least=5))
    assert told == [Wanted("lamp", "Lamp", 9, TODAY, 2, 6)]
    assert [one.wanted for one in forecasts(log, TITLES, made(lamp=(2.0, 2.0)), least=5)] == [None]


def test_with_noise_the_forecast_is_the_mean_of_what_is_told_and_of_a_shopper_so_many_weeks_count(
    log: EventLog,
) -> None:
    """With so little noise that there is none: nine of the lamp, and EACH of the mug's twelve weeks."""
    told = list(forecasts(log, TITLES, made(lamp=(50.0, 50.0)), least=1, epsilon=1e4))
    assert [(one.product_id, one.bought, one.wanted) for one in told] == [
        ("lamp", 9, round(9 * 2 / BACK)),
        ("mug", EACH, round(EACH * 2 / BACK)),
    ]


def test_noise_is_in_every_count_of_sales_and_forecasts_also_of_what_nobody_bought(log: EventLog) -> None:
    sold = [one for _ in range(30) for one in sales(log, TITLES, NOW, weeks=4, least=1, epsilon=0.5)]
    wanted = [one for _ in range(30) for one in forecasts(log, TITLES, made(), least=1, epsilon=0.5)]
    for told in (sold, wanted):
        assert {one.product_id for one in told} == set(TITLES)
        assert len({one.bought for one in told if one.product_id == "rug"}) > 1
