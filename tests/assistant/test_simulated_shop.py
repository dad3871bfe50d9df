"""Made-up shoppers who are shown a shop's own lists: who comes does not hang on what is suggested, what is earned does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from assistant.events.log import Event
from assistant.model import Card
from assistant.recommending.simulated_events import Simulation
from assistant.recommending.simulated_shop import Told, play
from retrieval.product import Product
from tests.small_shop import BY_ID

OF = Simulation(shoppers=20, days=20, seed=7, until=datetime(2026, 5, 10, tzinfo=UTC))


def listed(*names: str) -> list[Card]:
    return [Card(BY_ID[name], 1.0, rank, propensity=0.25) for rank, name in enumerate(names, start=1)]


def played(
    products: Sequence[Product], *names: str
) -> tuple[list[Told], list[list[Event]], list[tuple[str, datetime]]]:
    """The lists told, the days' events, and who was suggested something when."""
    days: list[list[Event]] = []
    asked: list[tuple[str, datetime]] = []

    def suggest(visitor: str, now: datetime) -> list[Card]:
        asked.append((visitor, now))
        return listed(*names)

    told = list(play(products, OF, suggest, lambda events: days.append(list(events))))
    return told, days, asked


def test_the_same_shoppers_come_at_the_same_times_whatever_is_suggested(products: tuple[Product, ...]) -> None:
    (_, _, some), (_, _, others) = played(products, "tote", "storm"), played(products)
    assert some == others
    assert len({visitor for visitor, _ in some}) == OF.shoppers


def test_a_list_earns_at_most_what_the_best_one_would_and_an_empty_one_nothing(products: tuple[Product, ...]) -> None:
    told, _, _ = played(products, "tote", "storm", "cafe")
    assert all(0 < one.earned <= one.possible for one in told)
    assert {one.earned for one in played(products)[0]} == {0}


def test_what_another_list_would_have_earned_in_its_place_is_told(products: tuple[Product, ...]) -> None:
    (one, *_), (other, *_) = played(products, "tote", "storm")[0], played(products, "cafe")[0]
    assert one.instead(("tote", "storm")) == one.earned
    assert one.instead(("cafe",)) == other.earned


def test_what_stands_higher_earns_more_of_the_same_products(products: tuple[Product, ...]) -> None:
    one, other = (played(products, *names)[0][0] for names in (("tote", "storm"), ("storm", "tote")))
    # the second place is looked at half as often
    alone = [played(products, name)[0][0].earned for name in ("tote", "storm")]
    assert one.earned == pytest.approx(alone[0] + alone[1] / 2)
    assert other.earned == pytest.approx(alone[1] + alone[0] / 2)


def test_a_visit_begins_with_the_suggestions_and_their_probabilities_and_the_shop_hears_of_it_after_the_day(
    products: tuple[Product, ...],
) -> None:
    told, days, asked = played(products, "tote", "storm")
    first = [(one.product_id, one.position, one.propensity) for one in days[0][:10] if one.type == "shown"][:2]
    assert first == [("tote", 1, 0.25), ("storm", 2, 0.25)]
    assert sum(len({one.session_id for one in events}) for events in days) == len(told) == len(asked)
    for events in days:
        assert len({one.at.date() for one in events} - {(events[0].at + timedelta(days=1)).date()}) == 1
