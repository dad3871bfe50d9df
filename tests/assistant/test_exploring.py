"""Places for products that few have seen: what may stand there, that the probability told is the one used, that events count at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.events.log import Event, EventLog, EventType
from assistant.model import Card
from assistant.recommending.interest.standing import OF_A_PLACE, place_rates
from assistant.recommending.recommender import Recommender
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from tests.conftest import AssistantWith
from tests.fakes import said

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
SHARE, LIMIT = 0.5, 2  # every second place
ANNA = "a" * 64


@pytest.fixture
def recommender(catalog: Catalog, dense: Dense, events: EventLog) -> Recommender:
    return Recommender(catalog, dense, events, explore=SHARE)


def did(
    events: EventLog, visitor: str, kind: EventType, name: str, *, times: int = 1, place: int | None = None
) -> None:
    at = NOW - timedelta(hours=2)
    events.add(
        [
            Event(f"{kind} {name} {number}", kind, at + timedelta(minutes=number), visitor, name, position=place)
            for number in range(times)
        ]
    )


def lists(recommender: Recommender, times: int = 40, limit: int = LIMIT) -> list[tuple[Card, ...]]:
    """Anna's lists, one each second."""
    return [recommender.recommend("anna", limit, NOW + timedelta(seconds=number)) for number in range(times)]


def tried(recommender: Recommender, times: int = 40, limit: int = LIMIT) -> list[Card]:
    return [card for cards in lists(recommender, times, limit) for card in cards if card.propensity < 1]


def test_the_places_told_are_tried_and_the_others_are_as_without(
    recommender: Recommender, catalog: Catalog, dense: Dense, events: EventLog
) -> None:
    did(events, "anna", "view", "storm")
    plain = Recommender(catalog, dense, events).recommend("anna", 4, NOW)
    first, second, third, fourth = recommender.recommend("anna", 4, NOW)
    assert {card.product.id for card in (second, fourth)}.isdisjoint(card.product.id for card in plain)
    assert (first.product.id, third.product.id) == (plain[0].product.id, plain[1].product.id)
    assert (first.propensity, third.propensity) == (1, 1)
    assert [card.rank for card in (first, second, third, fourth)] == [1, 2, 3, 4]


def test_the_probability_told_is_how_often_it_is_chosen(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", "view", "storm")
    cards = tried(recommender, 150)
    assert len(cards) == 150
    # 1 / propensity, averaged over what was chosen, is the number of products to choose from where the propensity is true
    assert np.mean([1 / card.propensity for card in cards]) == pytest.approx(
        len({card.product.id for card in cards}), rel=0.25
    )


def test_the_same_visitor_time_and_events_give_the_same_list(
    recommender: Recommender, catalog: Catalog, dense: Dense, events: EventLog
) -> None:
    did(events, "anna", "view", "storm")
    other = Recommender(catalog, dense, events, explore=SHARE)
    assert lists(recommender, 5) == lists(other, 5)


def test_what_is_tried_says_that_few_have_seen_it_or_how_often_it_was_shown(
    recommender: Recommender, events: EventLog
) -> None:
    did(events, "anna", "view", "storm")
    assert {card.reasons[-1].text for card in tried(recommender, 20)} == {"few shoppers have seen it yet"}
    for name in {card.product.id for card in tried(recommender)}:
        did(events, "ben", "shown", name, times=5, place=9)
    assert {card.reasons[-1].text for card in tried(recommender, 20)} == {"little known here yet: shown 5 times"}


def test_nothing_disliked_bought_refused_or_sold_out_is_tried(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", "view", "storm")
    before = {card.product.id for card in tried(recommender)}
    one, other = sorted(before)[:2]
    did(events, "anna", "dislike", one)
    did(events, "anna", "purchase", other)
    events.add([Event("k", "prefer", NOW - timedelta(hours=1), "anna", query="exclude: jacket")])
    after = tried(recommender)
    assert after
    assert {one, other}.isdisjoint(card.product.id for card in after)
    assert not any("Jacket" in card.product.title or card.product.sold_out for card in after)


def test_nothing_is_tried_that_is_less_than_half_as_relevant_as_the_weakest_in_the_list(
    recommender: Recommender, catalog: Catalog, dense: Dense, events: EventLog
) -> None:
    did(events, "anna", "view", "storm")
    weakest = min(card.relevance for card in Recommender(catalog, dense, events).recommend("anna", LIMIT, NOW))
    assert min(card.relevance for card in tried(recommender)) >= weakest / 2


def test_a_choice_counts_as_soon_as_it_is_there(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", "view", "storm")
    before = tried(recommender)
    name = min({card.product.id for card in before})
    for visitor in ("ben", "cleo"):  # a third would make it popular, and so one of the others
        did(events, visitor, "shown", name, place=1)
        did(events, visitor, "like", name)
    share = [sum(card.product.id == name for card in cards) / len(cards) for cards in (before, tried(recommender))]
    assert share[1] > share[0]


def test_what_was_shown_often_enough_to_be_judged_is_tried_no_more(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", "view", "storm")
    name = tried(recommender)[0].product.id
    did(events, "ben", "shown", name, times=600, place=1)
    assert name not in {card.product.id for card in tried(recommender)}


def test_of_whom_nothing_is_known_is_shown_what_he_is_shown_without(
    recommender: Recommender, catalog: Catalog, dense: Dense
) -> None:
    plain = Recommender(catalog, dense, EventLog())
    for visitor in (None, "nobody"):
        assert recommender.recommend(visitor, 10, NOW) == plain.recommend(visitor, 10, NOW)


def test_a_suggestion_in_the_conversation_is_kept_with_its_probability_and_an_answer_to_a_need_is_certain(
    assistant_with: AssistantWith,
) -> None:
    jackets = said("search", product="rain jacket", gender="men")
    with assistant_with([jackets, said("feedback", ref=(1,)), said("reset"), said("recommend")], explore=SHARE) as shop:
        shop.reply("a rain jacket for men", "s_1", visitor=ANNA, learn=True)
        shop.reply("i love the first", "s_1", visitor=ANNA, learn=True)
        shop.reply("start over", "s_1", visitor=ANNA, learn=True)
        cards = shop.reply("what do you suggest?", "s_1", visitor=ANNA, learn=True).cards
        assert shop.places.events is not None
        shown = [one for one in shop.places.events.of(ANNA) if one.type == "shown"]
    assert [(one.product_id, one.propensity) for one in shown[-len(cards) :]] == [
        (card.product.id, card.propensity) for card in cards
    ]
    assert min(card.propensity for card in cards) < 1
    assert {one.propensity for one in shown[: -len(cards)]} == {1}


def test_nothing_in_the_cart_is_suggested_and_the_places_tried_stay_where_they_are(
    recommender: Recommender, events: EventLog
) -> None:
    did(events, "anna", "view", "storm")
    first, _ = recommender.recommend("anna", LIMIT, NOW)
    cards = recommender.recommend("anna", LIMIT, NOW, without={first.product.id})
    assert first.product.id not in {card.product.id for card in cards}
    assert [card.propensity < 1 for card in cards] == [False, True]


def test_the_rate_of_a_place_is_drawn_to_that_of_all_until_enough_was_shown_there(events: EventLog) -> None:
    mean = 1 / OF_A_PLACE
    assert place_rates(events, NOW)[:3] == pytest.approx([mean] * 3)
    did(events, "ben", "shown", "tote", times=10, place=1)
    did(events, "ben", "click", "tote", times=11)  # the last one after all that was shown
    mean = (10 + 1) / (10 + OF_A_PLACE)
    first = (10 + OF_A_PLACE * mean) / (10 + OF_A_PLACE)
    assert place_rates(events, NOW)[:3] == pytest.approx([mean, first, mean])
