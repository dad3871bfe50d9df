"""A running shop takes up the version of a model that is taken into use, and keeps what it has where that cannot be loaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant import Assistant
from assistant.contract import Done, Parsed
from assistant.events.form import EventForm
from assistant.model import Parse, Slots
from assistant.recommending.interest.features import NAMES
from assistant.recommending.interest.model import Interest
from assistant.recommending.interest.standing import PLACES
from assistant.relearning.following import Following
from assistant.relearning.versions import put_back, versions_of
from assistant.settings import Settings
from retrieval.models import model_path
from ui.http import create_app
from ui.lane import Lane

from .shop import open_shop

OWN = Settings(interest=None, reranker=None)
LAMPS = Parse("search", Slots(product="lamp"))
VISITOR = "f" * 64


@pytest.fixture
def store(small_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_store, tmp_path / "store"))


@pytest.fixture
def shop(store: Path) -> Iterator[Assistant]:
    with open_shop(store, *[LAMPS] * 3, following=Following(store, OWN, OWN)) as shop:
        acts = [
            EventForm(type=kind, product_id="brass-lamp", at=datetime.now(UTC)) for kind in ("view", "click", "like")
        ]
        shop.record(acts, visitor=VISITOR)
        yield shop


def take_interest(store: Path, name: str, *, readable: bool = True) -> None:
    """A model without weights: the best of what is suggested is then worth 1, which no source says of anything."""
    none, ones = (0.0,) * len(NAMES), (1.0,) * len(NAMES)
    places = (0.1,) * (PLACES + 1)
    model = Interest(
        names=NAMES, mean=none, scale=ones, weights=none, place=0, intercept=0, places=places, until=_now()
    )
    made = store.parent / name
    model.keep(made)
    if not readable:
        (made / "interest.json").write_text("{", encoding="utf-8")
    versions_of(store)["interest"].take(made, name)


def _now() -> datetime:
    return datetime.now(UTC)


def best(shop: Assistant) -> Decimal:
    return round(Decimal(shop.recommend(VISITOR, 3, now=_now() + timedelta(minutes=1))[0].relevance), 6)


def test_suggestions_are_in_the_order_of_the_version_in_use_and_as_before_once_it_is_put_back(
    shop: Assistant, store: Path
) -> None:
    before = best(shop)
    assert before < 1
    take_interest(store, "1")
    assert best(shop) == before  # until it is looked for
    assert (shop.follow(), shop.follow()) == (True, False)
    assert best(shop) == 1
    put_back(store)
    assert shop.follow()
    assert best(shop) == before


def test_a_version_that_cannot_be_loaded_is_told_once_and_the_one_before_stays(
    shop: Assistant, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    take_interest(store, "1")
    shop.follow()
    take_interest(store, "2", readable=False)
    assert (shop.follow(), shop.follow(), best(shop)) == (False, False, 1)
    assert caplog.text.count("interest: version 2 cannot be loaded; the one before stays in use") == 1
    take_interest(store, "3")
    assert shop.follow()


def test_a_model_that_the_shop_names_itself_is_not_replaced(store: Path) -> None:
    named = OWN.model_copy(update={"interest": Path("mine")})
    with open_shop(store, following=Following(store, named, named)) as shop:
        take_interest(store, "1")
        assert not shop.follow()


@pytest.mark.models
def test_a_turn_under_way_ends_with_the_reranker_that_it_began_with(shop: Assistant, store: Path) -> None:
    def scores(events: Iterator[object]) -> list[float]:
        *_, done = events
        assert isinstance(done, Done)
        return [card.relevance for card in done.reply.cards]

    before = scores(shop.stream("a lamp"))
    under_way = shop.stream("a lamp")
    assert isinstance(next(under_way), Parsed)
    versions_of(store)["reranker"].take(model_path("reranker"), "1")
    assert shop.follow()
    assert scores(under_way) == before
    assert scores(shop.stream("a lamp")) != before


def test_a_server_takes_up_a_version_by_itself(shop: Assistant, store: Path) -> None:
    with TestClient(create_app(shop, Lane(), look_every_s=0.01)):
        take_interest(store, "1")
        while best(shop) != 1:
            pass
