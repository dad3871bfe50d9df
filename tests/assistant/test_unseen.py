"""Products that nobody finds: by the events, with the searches that they should answer, else by searches for their kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from assistant.events.log import Event, EventLog
from assistant.events.unseen import FIRST, unseen
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import PRODUCTS

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def log() -> Iterator[EventLog]:
    with closing(EventLog()) as log:
        yield log


def shown(product_id: str, times: int) -> list[Event]:
    """Shown so many times in the last weeks, each time to another visitor."""
    at = NOW - timedelta(days=3)
    return [Event(f"{product_id}-{n}", "shown", at, f"v{n}", product_id, position=1) for n in range(times)]


def searched(words: str, people: int) -> list[Event]:
    at = NOW - timedelta(days=2)
    return [Event(f"{words}-{n}", "search", at, f"v{n}", query=words) for n in range(people)]


def test_what_is_hardly_shown_is_told_with_the_searches_that_it_fits(searcher: Searcher, log: EventLog) -> None:
    often = [product.id for product in PRODUCTS if product.id != "tote" and not product.sold_out]
    log.add([event for product_id in often for event in shown(product_id, 20)] + shown("tote", 1))
    wanted = "market tote bag of heavy canvas with two long handles by corrie"
    log.add(searched(wanted, 3) + searched(f"natural {wanted}", 2))  # two people are too few to tell
    (found,) = unseen(searcher, log, NOW)
    assert (found.product_id, found.proposed) == ("tote", {"searches": [wanted]})
    assert found.grounds[0] == "shown 1 times in 90 days; the product in the middle 20 times"


def test_variants_count_together(searcher: Searcher, log: EventLog) -> None:
    often = [product.id for product in PRODUCTS if product.group_id is None and not product.sold_out]
    log.add([event for product_id in [*often, "aster-white"] for event in shown(product_id, 20)])
    assert not list(unseen(searcher, log, NOW))


def test_without_events_what_no_search_for_its_kind_shows_first_is_told(new_store: Store, log: EventLog) -> None:
    lamps = [
        Product(f"lamp-{n}", f"Model{n} Desk Lamp", " ".join(f"x{n}y{m}" for m in range(n))) for n in range(FIRST + 2)
    ]
    build_index(lamps, new_store, WordEmbedder())
    lexical, dense = Lexical(new_store.catalog), Dense(new_store.chroma(), WordEmbedder())
    found = list(unseen(Searcher(new_store.catalog, lexical, dense, LinearMix(dense, lexical)), log, NOW))
    assert [one.product_id for one in found] == [f"lamp-{FIRST}", f"lamp-{FIRST + 1}"]  # those that say most else
    assert found[0].grounds[0].startswith(f"not among the first {FIRST} for “desk lamp”")
