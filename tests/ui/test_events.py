"""Events in and suggestions out over HTTP: shapes, who may ask about whom, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ui.api.shopper import EVENTS_AT_ONCE
from ui.http import create_app
from ui.lane import Lane
from ui.shapes import EventsBody, ProfileBody, RecommendBody

from .shop import open_shop

ANNA, BEN = "a" * 22, "b" * 22
LIKE = {"type": "like", "product_id": "brass-lamp", "id": "e_1"}


@pytest.fixture
def client(small_store: Path) -> Iterator[TestClient]:
    with open_shop(small_store) as shop, TestClient(create_app(shop, Lane())) as client:
        yield client


def send(client: TestClient, body: Any, visitor: str | None = ANNA) -> Any:
    return client.post("/v1/events", json=body, headers={"X-Visitor": visitor} if visitor else {})


def suggested(client: TestClient, own: str | None = None, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/recommend", params=asked, headers={"X-Visitor": own} if own else {})
    assert answer.status_code == 200
    body = answer.json()
    assert RecommendBody.model_validate(body).model_dump() == body
    return list(body["products"])


def reasons(products: list[dict[str, Any]]) -> set[str]:
    return {reason["text"] for product in products for reason in product["reasons"]}


def test_one_event_or_a_list_is_kept_and_what_is_sent_again_is_not(client: TestClient) -> None:
    assert send(client, LIKE).json() == {"accepted": 1, "repeated": 0, "unknown_products": []}
    answer = send(client, [LIKE, {"type": "view", "product_id": "no such lamp"}]).json()
    assert answer == {"accepted": 1, "repeated": 1, "unknown_products": ["no such lamp"]}
    assert set(answer) == set(EventsBody.model_fields)


def test_a_list_is_kept_as_shown_only_where_the_call_says_that_the_visitor_agreed_and_sees_it(
    client: TestClient,
) -> None:
    suggested(client, ANNA)
    suggested(client, None, learn=True)
    log = client.app.state.desk.assistant.places.events  # type: ignore[attr-defined]
    assert list(log.all()) == []
    products = suggested(client, ANNA, learn=True)
    shown = [(one.type, one.product_id, one.position) for one, _ in log.all()]
    assert shown == [("shown", product["id"], product["rank"]) for product in products]


def test_suggestions_tell_why_and_only_the_visitor_himself_gets_his_own(client: TestClient) -> None:
    send(client, LIKE)
    because = "because you liked “Brass Desk Lamp”"
    for own, asked in ((ANNA, {}), (None, {"visitor": ANNA}), (ANNA, {"visitor": ANNA})):
        assert because in reasons(suggested(client, own, **asked))
    for own, asked in ((None, {}), (BEN, {}), (None, {"visitor": BEN}), (None, {"visitor": "anna"})):
        assert because not in reasons(suggested(client, own, **asked))
    other = client.get("/v1/recommend", params={"visitor": ANNA}, headers={"X-Visitor": BEN})
    assert (other.status_code, other.json()["type"]) == (404, "urn:shopping-assistant:not-found")


def test_a_stranger_gets_products_in_stock_with_rank_and_score(client: TestClient) -> None:
    products = suggested(client, limit=2)
    assert [product["rank"] for product in products] == [1, 2]
    assert all(product["in_stock"] is not False and 0 < product["score"] <= 1 for product in products)
    assert all(product["reasons"] and product["sponsored"] is False for product in products)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "glance", "product_id": "brass-lamp"},
        {"type": "click"},
        {"type": "search"},
        {"type": "click", "product_id": "brass-lamp", "at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
        {"type": "click", "product_id": "a\0b"},
        {"type": "shown", "product_id": "brass-lamp", "propensity": 1.5},
        {"type": "click", "product_id": "brass-lamp", "prodct": 1},
        {"type": "click", "product_id": "brass-lamp", "region": "12 High Street"},
        {"type": "click", "product_id": "brass-lamp", "sponsored": True},
        [],
        [LIKE] * (EVENTS_AT_ONCE + 1),
    ],
)
def test_what_is_no_event_is_refused_whole(client: TestClient, body: Any) -> None:
    assert send(client, body).status_code == 422
    assert send(client, LIKE).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"type": "click"}, "event: a click needs a `product_id`."),
        ([{"type": "click", "product_id": "tote"}, {"type": "click"}], "events.1: a click needs a `product_id`."),
        ([], "events: List should have at least 1 item after validation, not 0."),
    ],
)
def test_what_is_wrong_with_an_event_is_told_of_the_form_that_was_sent(
    client: TestClient, body: Any, detail: str
) -> None:
    assert client.post("/v1/events", json=body).json()["detail"] == detail


def test_where_a_visitor_is_is_kept_of_who_is_known_and_with_the_list_he_is_shown(client: TestClient) -> None:
    click = {"type": "click", "product_id": "brass-lamp", "region": "US-CA"}
    send(client, click)
    send(client, click, visitor=None)
    suggested(client, BEN, learn=True, region="north", limit=1)
    kept = [(one.type, one.region) for one, _ in client.app.state.desk.assistant.places.events.all()]  # type: ignore[attr-defined]
    assert sorted(kept, key=str) == [("click", "US-CA"), ("click", None), ("shown", "north")]
    assert client.get("/v1/recommend", params={"region": "12 High Street"}).status_code == 422


def test_a_visitor_can_erase_all_that_was_kept_of_him(client: TestClient) -> None:
    send(client, LIKE)
    assert client.delete("/v1/events", headers={"X-Visitor": ANNA}).status_code == 204
    assert "because you liked “Brass Desk Lamp”" not in reasons(suggested(client, ANNA))
    assert client.delete("/v1/events").status_code == 422


def test_what_is_known_is_told_to_the_visitor_alone_and_forgotten_one_by_one(client: TestClient) -> None:
    send(client, [LIKE, {"type": "search", "query": "warm lamp"}, {"type": "view", "product_id": "tall/lamp"}])

    def facts(visitor: str) -> set[str]:
        answer = client.get("/v1/profile", headers={"X-Visitor": visitor})
        body = answer.json()
        assert ProfileBody.model_validate(body).model_dump() == body
        return {fact["text"] for fact in body["facts"]}

    liked, searched = "you liked “Brass Desk Lamp”", "you looked for “warm lamp”"
    assert facts(ANNA) == {liked, searched, "you looked at “Tall Desk Lamp”"}
    assert facts(BEN) == set()
    own = {"X-Visitor": ANNA}
    assert client.delete("/v1/events", params={"product_id": "tall/lamp"}, headers=own).status_code == 204
    assert facts(ANNA) == {liked, searched}
    assert client.delete("/v1/events", params={"query": "warm lamp"}, headers=own).status_code == 204
    assert facts(ANNA) == {liked}
    assert client.delete("/v1/events", headers=own).status_code == 204
    assert facts(ANNA) == set()


@pytest.mark.parametrize("call", ["profile", "chat"])
def test_nobody_is_known_without_a_token(client: TestClient, call: str) -> None:
    body = {"message": "hello", "learn": True}
    answer = client.get("/v1/profile") if call == "profile" else client.post("/v1/chat", json=body)
    assert (answer.status_code, answer.json()["fix"]) == (422, "send the visitor's token in X-Visitor")


def test_a_search_is_forgotten_with_what_was_shown_for_it_and_no_product_fact_goes_with_it(client: TestClient) -> None:
    words = {"query": "warm lamp"}
    send(
        client,
        [
            {"type": "search", **words},
            {"type": "shown", "product_id": "tall/lamp", "position": 1, **words},
            {"type": "cart", "product_id": "brass-lamp", **words},
        ],
    )
    own = {"X-Visitor": ANNA}
    assert client.delete("/v1/events", params=words, headers=own).status_code == 204
    facts = client.get("/v1/profile", headers=own).json()["facts"]
    assert [fact["text"] for fact in facts] == ["you put “Brass Desk Lamp” into your cart"]


@pytest.mark.parametrize("params", [{"product_id": ""}, {"query": ""}, {"product_id": "brass-lamp", "query": "lamp"}])
def test_what_names_no_one_fact_forgets_none(client: TestClient, params: dict[str, str]) -> None:
    send(client, LIKE)
    own = {"X-Visitor": ANNA}
    assert client.delete("/v1/events", params=params, headers=own).status_code == 422
    assert len(client.get("/v1/profile", headers=own).json()["facts"]) == 1
