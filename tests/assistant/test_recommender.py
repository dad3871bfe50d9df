"""What is suggested to whom, over the small shop: every expected list can be worked out from tests/small_shop.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from assistant import Assistant
from assistant.events.form import EventForm
from assistant.events.log import Event, EventLog, EventType
from assistant.model import Card
from assistant.recommending.recommender import LOOKED_AT, Recommender
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.errors import BadInput, NotFound
from tests.conftest import AssistantWith
from tests.contracts.test_sessions import STATE, TURN

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def recommender(catalog: Catalog, dense: Dense, events: EventLog) -> Recommender:
    return Recommender(catalog, dense, events)


def did(events: EventLog, visitor: str, *acts: tuple[EventType, str], ago: int = 0) -> None:
    at = NOW - timedelta(hours=ago)
    events.add([Event(f"{kind} {name} {ago}", kind, at, visitor, name) for kind, name in acts])


def texts(cards: tuple[Card, ...], product_id: str) -> list[str]:
    return [reason.text for card in cards if card.product.id == product_id for reason in card.reasons]


def test_a_stranger_gets_what_is_rated_well_with_the_rating_as_its_record_has_it(recommender: Recommender) -> None:
    cards = recommender.recommend(None, 20, NOW)
    assert texts(cards, "tower") == ["well rated: 4.8 of 5 from 210 ratings", "one of 7 in lighting"]
    assert texts(cards, "quiet") == ["one of 1 in audio"]  # no rating is stated
    assert {card.product.category[0] for card in cards} >= {"lighting", "bags", "clothing", "kitchen", "audio"}


def test_an_unknown_visitor_gets_the_stranger_s_list(recommender: Recommender) -> None:
    assert recommender.recommend("nobody", 10, NOW) == recommender.recommend(None, 10, NOW)


def test_nothing_sold_out_and_one_of_a_family(recommender: Recommender) -> None:
    shown = [card.product for card in recommender.recommend(None, 50, NOW)]
    assert len(shown) >= 10
    assert not any(product.sold_out for product in shown)
    assert sum(product.group_id == "aster" for product in shown) == 1


def test_what_was_looked_at_brings_what_is_like_it_and_is_named(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", ("view", "storm"))
    cards = recommender.recommend("anna", 5, NOW)
    assert "because you looked at “Storm Rain Jacket”" in texts(cards, "puddle")
    assert cards[0].product.category == ("clothing", "jackets")


def test_two_interests_are_kept_apart(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", ("like", "storm"), ("like", "rucksack"))
    said = {reason.text for card in recommender.recommend("anna", 6, NOW) for reason in card.reasons}
    assert {"because you liked “Storm Rain Jacket”", "because you liked “Trail Rucksack”"} <= said


@pytest.mark.parametrize("act", ["purchase", "dislike"])
def test_what_was_bought_or_disliked_is_left_out_with_its_family(
    recommender: Recommender, events: EventLog, act: EventType
) -> None:
    did(events, "anna", (act, "aster-black"))
    shown = {card.product.id for card in recommender.recommend("anna", 50, NOW)}
    assert shown
    assert not shown & {"aster-black", "aster-white", "aster-brass"}


def test_a_like_after_a_dislike_takes_it_back(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", ("dislike", "tote"), ago=2)
    did(events, "anna", ("like", "tote"))
    assert "tote" in {card.product.id for card in recommender.recommend("anna", 50, NOW)}


def test_what_is_popular_says_how_many_shoppers_it_was(recommender: Recommender, events: EventLog) -> None:
    for visitor in ("anna", "ben", "cleo"):
        did(events, visitor, ("click", "quiet"))
    did(events, "ben", ("purchase", "quiet"))
    cards = recommender.recommend(None, 5, NOW)
    assert texts(cards, "quiet")[0] == "popular this week: 3 shoppers chose or looked at it, 1 bought it"
    assert not any(
        "popular" in text for text in texts(recommender.recommend(None, 5, NOW + timedelta(days=8)), "quiet")
    )


def test_what_is_popular_in_a_category_of_interest_comes_first_and_says_how_many_it_was(
    recommender: Recommender, events: EventLog
) -> None:
    for visitor in ("ben", "cleo", "dora"):
        did(events, visitor, ("click", "puddle"), ago=20 * 24)
    did(events, "anna", ("view", "storm"))
    cards = recommender.recommend("anna", 5, NOW)
    assert cards[0].product.id == "puddle"
    assert "popular in jackets: 3 shoppers chose or looked at it lately" in texts(cards, "puddle")
    assert not any("popular" in text for text in texts(recommender.recommend(None, 20, NOW), "puddle"))


def test_what_fewer_than_three_shoppers_chose_is_called_popular_nowhere(
    recommender: Recommender, events: EventLog
) -> None:
    for visitor in ("ben", "cleo"):
        did(events, visitor, ("click", "puddle"))
    did(events, "anna", ("view", "storm"))
    assert not any("popular" in text for text in texts(recommender.recommend("anna", 20, NOW), "puddle"))


def test_what_others_bought_along_with_it_says_with_what(recommender: Recommender, events: EventLog) -> None:
    for visitor in ("ben", "cleo", "dora"):
        did(events, visitor, ("purchase", "tower"), ("purchase", "cafe"))
    did(events, "anna", ("cart", "tower"))
    cards = recommender.recommend("anna", 5, NOW)
    assert texts(cards, "cafe")[0] == "3 shoppers bought it along with “Tower Floor Lamp”"


def test_what_was_only_shown_takes_no_place_among_the_acts_that_a_profile_remembers(
    recommender: Recommender, events: EventLog
) -> None:
    did(events, "anna", ("like", "storm"), ago=2)
    shown = [Event(f"s{number}", "shown", NOW - timedelta(hours=1), "anna", "tote") for number in range(LOOKED_AT)]
    events.add(shown)
    assert "because you liked “Storm Rain Jacket”" in texts(recommender.recommend("anna", 5, NOW), "puddle")


def test_however_much_was_done_since_all_of_it_is_told_and_a_dislike_holds(
    recommender: Recommender, events: EventLog
) -> None:
    did(events, "anna", ("dislike", "storm"), ago=2)
    clicks = [
        Event(f"c{number}", "click", NOW - timedelta(hours=1), "anna", f"p{number}") for number in range(LOOKED_AT)
    ]
    events.add(clicks)
    assert len(recommender.known("anna", NOW)) == LOOKED_AT + 1
    assert recommender.disliked("anna", NOW) == {"storm"}


def test_the_same_events_and_time_give_the_same_list(catalog: Catalog, dense: Dense, events: EventLog) -> None:
    did(events, "anna", ("view", "storm"), ("cart", "tote"), ("click", "clamp"))
    one, other = (Recommender(catalog, dense, events).recommend("anna", 10, NOW) for _ in range(2))
    assert one == other
    assert [card.rank for card in one] == list(range(1, len(one) + 1))


def test_every_suggestion_has_a_reason_and_a_score(recommender: Recommender, events: EventLog) -> None:
    did(events, "anna", ("view", "storm"), ("view", "no longer sold"))
    cards = recommender.recommend("anna", 50, NOW)
    assert len(cards) >= 10
    assert all(card.reasons and 0 < card.relevance <= 1 for card in cards)


def test_an_event_without_a_visitor_keeps_no_words_and_no_session() -> None:
    form = EventForm(type="click", product_id="tote", query="a bag", session_id="s_1")
    event = form.event(None, NOW)
    assert (event.product_id, event.query, event.session_id) == ("tote", None, None)


def test_what_lies_ahead_is_refused_but_for_a_clock_that_is_a_little_fast() -> None:
    form = EventForm(type="click", product_id="tote", at=NOW + timedelta(seconds=30))
    assert form.event("anna", NOW).at == NOW
    with pytest.raises(BadInput, match="now is"):
        form.event("anna", NOW - timedelta(hours=1))


def test_a_product_that_is_not_sold_is_kept_and_named(assistant_with: AssistantWith) -> None:
    with assistant_with() as shop:
        forms = [EventForm(type="click", product_id=name, id=name) for name in ("tote", "gone")]
        taken, again = (shop.record(forms, visitor="anna") for _ in range(2))
    assert (taken.accepted, taken.repeated, taken.unknown_products) == (2, 0, ("gone",))
    assert (again.accepted, again.repeated) == (0, 2)


@pytest.fixture
def talked(assistant_with: AssistantWith) -> Iterator[Assistant]:
    """A shop that anna and ben have talked to, anna twice."""
    with assistant_with() as shop:
        for name, visitor in (("s_1", "anna"), ("s_2", "anna"), ("s_3", "ben")):
            shop.places.sessions.add(name, TURN, STATE, visitor)
        yield shop


def test_nobody_s_events_go_into_another_s_conversation(talked: Assistant) -> None:
    with pytest.raises(NotFound):
        talked.record([EventForm(type="click", product_id="tote", session_id="s_1")], visitor="ben")


def test_events_go_with_their_conversation_and_all_of_them_with_the_last(talked: Assistant) -> None:
    log = talked.places.events
    assert log is not None
    forms = [EventForm(type="click", product_id="tote", session_id="s_1"), EventForm(type="like", product_id="storm")]
    talked.record(forms, visitor="anna")
    talked.record([EventForm(type="like", product_id="storm")], visitor="ben")
    talked.forget("s_1", visitor="anna")
    assert [event.product_id for event in log.of("anna")] == ["storm"]
    talked.forget("s_2", visitor="anna")
    assert (log.of("anna"), len(log.of("ben"))) == ([], 1)
