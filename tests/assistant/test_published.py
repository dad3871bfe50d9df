"""Counts of shoppers to be passed on: small groups are left out, and noise hides whether anybody is among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest

from assistant.events.log import Event, EventLog
from assistant.privacy.published import COLUMNS, DELTA, EACH, Row, noisy, published, told, told_words, words_noise
from retrieval.catalog import Catalog
from retrieval.search import Searcher

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def log() -> Iterator[EventLog]:
    """Five shoppers looked at the tower lamp and four put it into the cart, one of them twice; one bought the clamp lamp."""
    with closing(EventLog()) as log:
        at = NOW - timedelta(days=2)
        looked = [Event(f"v{who}", "view", at, f"shopper {who}", "tower") for who in range(5)]
        carted = [Event(f"c{who}", "cart", at, f"shopper {who}", "tower") for who in range(4)]
        again = Event("again", "cart", NOW - timedelta(days=1), "shopper 0", "tower")
        bought = Event("b", "purchase", at, "shopper 1", "clamp")
        nobody = [Event(f"n{number}", "purchase", at, None, "clamp") for number in range(9)]
        earlier = [
            Event(f"e{who}", "purchase", NOW - timedelta(days=40), f"shopper {who}", "clamp") for who in range(9)
        ]
        log.add([*looked, *carted, again, bought, *nobody, *earlier])
        yield log


def test_a_count_is_told_of_so_many_different_shoppers_at_least(log: EventLog, searcher: Searcher) -> None:
    title = searcher.catalog.get("tower").title
    five, four = (list(published(log, searcher.catalog, NOW, days=28, least=least)) for least in (5, 4))
    assert five == [Row("tower", title, looked=5, cart=None, bought=None)]
    assert four == [Row("tower", title, looked=5, cart=4, bought=None)]


def test_noise_is_in_every_count_those_of_what_nobody_touched_too(log: EventLog, searcher: Searcher) -> None:
    rows = [row for _ in range(30) for row in published(log, searcher.catalog, NOW, days=28, least=1, epsilon=0.5)]
    assert len({row.product_id for row in rows}) > 2  # the third was touched by nobody
    assert len({row.looked for row in rows if row.product_id == "tower"}) > 1


def test_of_one_shopper_no_more_than_so_many_counts_are_used(searcher: Searcher) -> None:
    """With so little noise that there is none, one shopper who looked at and carted all adds to EACH counts."""
    names = sorted(searcher.catalog.ids())
    assert 2 * len(names) > EACH
    with closing(EventLog()) as log:
        at = NOW - timedelta(days=2)
        kinds = ("view", "cart")
        log.add([Event(f"{kind} {name}", kind, at, "keen", name) for kind in kinds for name in names])  # type: ignore[arg-type]
        found = [sums(log, searcher.catalog, epsilon) for epsilon in (None, 1e4)]
    assert found == [2 * len(names), EACH]


def sums(log: EventLog, catalog: Catalog, epsilon: float | None) -> int:
    rows = published(log, catalog, NOW, days=28, least=1, epsilon=epsilon)
    return sum(getattr(row, did) or 0 for row in rows for did in COLUMNS)


def test_the_noise_is_as_wide_as_its_scale_says_and_of_no_side() -> None:
    """Discrete Laplace of scale b: mean 0, mean absolute value 2q / (1 - q²) with q = exp(-1 / b), here b = 5 / 1."""
    drawn = noisy([1000] * 4000, 1.0, each=5)
    q = 2.718281828 ** (-1 / 5)
    expected = 2 * q / (1 - q * q)  # 4.97; the mean of 4,000 is out by .08 in one of three, and 0.5 is six times that
    assert mean(abs(one - 1000) for one in drawn) == pytest.approx(expected, abs=0.5)
    assert mean(drawn) == pytest.approx(1000, abs=0.7)  # deviation 7.05 / √4000 = .11


SAID = [("Unicorn saddle", f"s{who}") for who in range(3)] + [("unicorn saddle", "s0"), ("my cousin Ann's lamp", "s9")]


def test_words_are_told_of_so_many_different_conversations_at_least() -> None:
    assert told_words(SAID, least=3) == [("Unicorn saddle", 3)]
    assert told_words(SAID, least=4) == []


def test_words_of_one_conversation_alone_are_told_as_rarely_as_promised_and_common_ones_are_told() -> None:
    epsilon, delta = words_noise(1.0).map((1, 1, 1))  # a conversation adds one to one count
    assert epsilon <= 1 + 1e-9
    assert delta <= DELTA
    common = [("lamp", f"s{who}") for who in range(200)]
    ((words, count),) = told_words([*common, ("a secret", "s500")], least=1, epsilon=1.0)
    assert words == "lamp"
    assert abs(count - 200) < 20  # e^-20 of it is further out


def test_with_noise_a_conversation_adds_to_one_of_its_words_only() -> None:
    both = [(words, f"s{who}") for who in range(200) for words in ("lamp", "mug")]
    found = told_words(both, least=1, epsilon=1e4)
    assert sum(count for _, count in found) == 200
    assert len(found) == 2


def test_counts_keep_all_their_keys_and_small_ones_are_none() -> None:
    assert told({"monday": 5, "tuesday": 4}, least=5, epsilon=None, each=1) == {"monday": 5, "tuesday": None}
    assert len({told({"monday": 50}, least=1, epsilon=0.1, each=1)["monday"] for _ in range(20)}) > 1
