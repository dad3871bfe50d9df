"""The region that a shop names with a turn: it is looked at by suggestions, kept with the turn's events of who agreed, told and erased."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import Assistant
from assistant.events.log import Event
from assistant.privacy.kept import kept_of
from assistant.recommending.interest.features import NAMES
from assistant.recommending.interest.model import Interest
from assistant.recommending.interest.standing import PLACES
from assistant.relearning.following import Following
from assistant.relearning.versions import versions_of
from assistant.settings import Settings
from retrieval.errors import BadInput
from retrieval.index import build_index
from retrieval.product import Product
from retrieval.store import Store
from tests.fakes import WordEmbedder, said
from ui.http import create_app
from ui.lane import Lane
from ui.visitor import hashed

from .live import served
from .shop import open_shop

ANNA = "a" * 22
SUGGEST = "what do you suggest?"
OWN = Settings(interest=None, reranker=None)
NOW = datetime.now(UTC)
PRODUCTS = tuple(
    Product(id=f"{color}-{kind}", title=f"{color.title()} {kind.title()}", category=(shelf, f"{kind}s"), in_stock=True)
    for shelf, kind in (("lighting", "lamp"), ("clothing", "coat"))
    for color in ("red", "blue")
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of lamps and coats, with an interest model that looks at the region and at nothing that was done with a product."""
    path = tmp_path_factory.mktemp("region") / "store"
    made = Store(path, create=True)
    build_index(PRODUCTS, made, WordEmbedder())
    made.close()
    names = (*NAMES, "region")
    none, ones, places = (0.0,) * len(names), (1.0,) * len(names), (0.1,) * (PLACES + 1)
    model = Interest(names=names, mean=none, scale=ones, weights=none, place=0, intercept=0, places=places, until=NOW,
                     context=("region",))  # fmt: skip
    model.keep(path.parent / "model")
    versions_of(path)["interest"].take(path.parent / "model", "1")
    return path


@pytest.fixture
def shop(store: Path) -> Iterator[Assistant]:
    """Thirty shoppers in the north chose a coat and thirty in the south a lamp; Anna looked at one of each kind."""
    with open_shop(store, *[said("recommend")] * 4, following=Following(store, OWN, OWN)) as shop:
        ago = NOW - timedelta(hours=3)
        chosen = {"north": "red-coat", "south": "red-lamp"}
        others = [
            Event(f"e{who}", "click", ago, f"{region} {who}", name, region=region)
            for region, name in chosen.items()
            for who in range(30)
        ]
        seen = [Event(f"{name} {kind}", kind, ago, hashed(ANNA), name) for name in ("blue-coat", "blue-lamp")
                for kind in ("view", "click")]  # fmt: skip
        assert shop.places.events is not None
        shop.places.events.add([*others, *seen])
        assert shop.follow()
        yield shop


@pytest.fixture
def client(shop: Assistant) -> Iterator[httpx.Client]:
    with ExitStack() as stack:
        address = stack.enter_context(served(create_app(shop, Lane())))
        yield stack.enter_context(httpx.Client(base_url=address, headers={"X-Visitor": ANNA}, timeout=60))


def kind_of(products: list[dict[str, Any]]) -> str:
    """Of the first."""
    return str(products[0]["id"]).partition("-")[2]


def first_of(client: httpx.Client, **more: Any) -> str:
    answer = client.post("/v1/chat", json={"message": SUGGEST, **more})
    assert answer.status_code == 200
    return kind_of(answer.json()["products"])


def kept(shop: Assistant) -> set[tuple[str, str | None]]:
    """What is kept of Anna since she looked at one of each kind: type and region."""
    assert shop.places.events is not None
    return {(one.type, one.region) for one in shop.places.events.of(hashed(ANNA)) if one.at > NOW - timedelta(hours=1)}


def test_suggestions_in_the_chat_are_those_of_the_region_that_the_turn_names_and_nothing_is_kept_unasked(
    client: httpx.Client, shop: Assistant
) -> None:
    assert first_of(client, region="north") == "coat"
    assert first_of(client, region="south") == "lamp"
    assert kept(shop) == set()


def test_the_region_is_kept_with_the_turn_of_who_agreed_counts_from_then_on_is_told_and_erased(
    client: httpx.Client, shop: Assistant
) -> None:
    session = client.post("/v1/chat", json={"message": SUGGEST, "learn": True, "region": "north"}).json()["session_id"]
    assert kept(shop) == {("shown", "north")}
    assert first_of(client) == "coat"  # where the latest event says
    click = {"type": "click", "product_id": "red-coat", "session_id": session, "region": "branch-12"}
    assert client.post("/v1/events", json=click).status_code == 200
    assert client.get("/v1/profile").json()["regions"] == ["branch-12", "north"]
    exported = kept_of([], shop.places, [hashed(ANNA)])["events"]
    assert {one["region"] for one in exported} == {None, "north", "branch-12"}
    assert client.delete("/v1/events").status_code == 204
    assert client.get("/v1/profile").json() == {"facts": [], "regions": []}


def test_a_list_outside_the_chat_is_of_the_region_too(client: httpx.Client, shop: Assistant) -> None:
    for region, kind in (("north", "coat"), ("south", "lamp")):
        answer = client.get("/v1/recommend", params={"region": region, "learn": True})
        assert kind_of(answer.json()["products"]) == kind
    assert kept(shop) == {("shown", "north"), ("shown", "south")}


@pytest.mark.parametrize("wrong", ["", "x" * 33, "US\n", "US\x00", "the north", "Köln", "192.0.2.7", "2001:db8::7"])
def test_what_is_no_region_is_refused_everywhere_with_what_one_is(
    client: httpx.Client, shop: Assistant, wrong: str
) -> None:
    answers = [
        client.post("/v1/chat", json={"message": SUGGEST, "region": wrong}),
        client.get("/v1/recommend", params={"region": wrong}),
        client.post("/v1/events", json={"type": "view", "product_id": "red-coat", "region": wrong}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:shopping-assistant:bad-input")
        assert "region: " in answer.json()["detail"]
        assert "code that the shop chooses, such as US-CA" in answer.json()["detail"]
    with pytest.raises(BadInput, match="such as US-CA"):
        shop.reply(SUGGEST, region=wrong)
    with pytest.raises(BadInput, match="such as US-CA"):
        shop.recommend(region=wrong)
