"""What other ways of choosing would have earned: what might have been tried is worked out again, and the sums by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.events.log import Event, EventLog
from assistant.recommending.policies import (
    BANDIT,
    BELIEVED,
    CHANCE,
    RELEVANT,
    SHOWN,
    Decision,
    decisions,
    valued,
)
from assistant.recommending.proposal import Ranked
from assistant.recommending.recommender import Recommender
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from tests.small_shop import BY_ID

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
LISTS = 6


@pytest.fixture
def events(catalog: Catalog, dense: Dense) -> Iterator[EventLog]:
    """Anna looked at a jacket and was shown a list of two each hour, of which the second was tried; of the first list she liked it."""
    with closing(EventLog()) as log:
        log.add([Event("view", "view", NOW - timedelta(hours=1), "anna", "storm")])
        recommender = Recommender(catalog, dense, log, explore=0.5)
        for hour in range(LISTS):
            at = NOW + timedelta(hours=hour)
            cards = recommender.recommend("anna", 2, at)
            log.add([shown(f"{hour} {card.rank}", at, card.product.id, card.rank, card.propensity) for card in cards])
            if hour == 0:
                log.add([Event("like", "like", at + timedelta(minutes=1), "anna", cards[1].product.id)])
        yield log


def shown(name: str, at: datetime, product: str, place: int, propensity: float) -> Event:
    return Event(name, "shown", at, "anna", product, position=place, propensity=propensity)


def test_a_log_gives_what_was_tried_with_what_might_have_been_and_what_came_of_it(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    found, lost = decisions(events, Recommender(catalog, dense, events, explore=0.5), latest=100)
    logged = [one for one, _ in events.all() if one.type == "shown" and one.position == 2]
    assert [one.options[one.action].product.id for one in found] == [one.product_id for one in logged]
    assert [one.propensity for one in found] == [one.propensity for one in logged]
    assert (found[0].chosen, lost) == (True, 0)
    assert all(len(one.options) == len(one.model) == len(one.bandit) > 1 for one in found)
    # drawn anew a thousand times, so near to what was used
    assert all(one.bandit[one.action] == pytest.approx(one.propensity, abs=0.1) for one in found)


def test_only_the_latest_are_looked_at(events: EventLog, catalog: Catalog, dense: Dense) -> None:
    recommender = Recommender(catalog, dense, events, explore=0.5)
    every, _ = decisions(events, recommender, latest=100)
    some, _ = decisions(events, recommender, latest=2)
    assert [one.propensity for one in some] == [one.propensity for one in every[-2:]]


def test_what_is_sold_no_longer_is_left_out_and_counted(events: EventLog, catalog: Catalog, dense: Dense) -> None:
    events.add([shown("gone", NOW + timedelta(hours=LISTS), "gone", 2, 0.5)])
    found, lost = decisions(events, Recommender(catalog, dense, events, explore=0.5), latest=100)
    assert (len(found), lost) == (LISTS, 1)


def decided(action: int, propensity: float, *, chosen: bool) -> Decision:
    """Of two: the first is more relevant, the second believed to be chosen more."""
    options = [Ranked(BY_ID[name], relevance, ()) for name, relevance in (("storm", 0.8), ("tote", 0.4))]
    return Decision(action, 1, propensity, chosen, options, np.array([0.1, 0.2]), np.array([0.25, 0.75]))


def test_each_policy_is_worth_the_mean_of_its_weights_times_what_was_chosen() -> None:
    found = [decided(0, 0.5, chosen=True), decided(1, 0.5, chosen=False), decided(0, 0.8, chosen=True)]
    worth = {row.policy: row.ips.value for row in valued(found)}
    assert worth == pytest.approx(
        {
            SHOWN: 2 / 3,
            CHANCE: (0.5 / 0.5 + 0.5 / 0.8) / 3,
            RELEVANT: (1 / 0.5 + 1 / 0.8) / 3,
            BELIEVED: 0,
            BANDIT: (0.25 / 0.5 + 0.25 / 0.8) / 3,
        }
    )


def test_what_was_shown_is_worth_no_more_than_itself() -> None:
    rows = {row.policy: row for row in valued([decided(0, 0.5, chosen=True), decided(1, 0.5, chosen=False)])}
    assert (rows[SHOWN].more.value, rows[SHOWN].more.low, rows[SHOWN].more.high) == (0, 0, 0)
    assert rows[SHOWN].snips.effective == 2
