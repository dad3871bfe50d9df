"""The HTTP contract: shapes, bounds, events, errors, over a real store with a queued parser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.model import Parse
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.problem import MEDIA_TYPE
from ui.shapes import ProductBody, Reply, ScoresBody, SearchBody, SessionBody

from .live import held, served
from .shop import open_shop

LAMPS = said("search", product="desk lamp", price_max=Decimal(40))
AppOf = Callable[..., FastAPI]


@pytest.fixture
def app_of(small_store: Path) -> Iterator[AppOf]:
    """An app whose parser answers as queued."""
    with ExitStack() as open_shops:

        def make(*parses: Parse, lane: Lane | None = None) -> FastAPI:
            return create_app(open_shops.enter_context(open_shop(small_store, *parses)), lane or Lane())

        yield make


def post(client: TestClient, message: str, **more: object) -> Any:
    answer = client.post("/v1/chat", json={"message": message, **more})
    assert answer.status_code == 200
    return answer.json()


def test_a_turn_is_the_contracts_reply(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS)) as client:
        body = post(client, "desk lamp under 40")
    assert set(body) == set(Reply.model_fields)
    assert Reply.model_validate(body).model_dump() == body
    assert sorted(product["id"] for product in body["products"]) == ["black-lamp", "brass-lamp"]


def test_the_page_says_what_this_is_and_a_product_that_is_none_of_the_shops_is_ignored(app_of: AppOf) -> None:
    it = said("cart_add", ref=("last",))
    with TestClient(app_of(it, it)) as client:
        added = post(client, "add this", context={"product_id": "tall/lamp"})
        assert [line["product_id"] for line in added["cart"]["items"]] == ["tall/lamp"]
        ignored = post(client, "add this", context={"product_id": "no-such"})
        refused = client.post("/v1/chat", json={"message": "add this", "context": {"title": "Free Yacht"}})
    assert (added["warnings"], ignored["cart"]["items"]) == ([], [])
    assert "'no-such' is not in the catalogue" in ignored["warnings"][0]
    assert refused.status_code == 422


def test_the_page_says_what_is_in_the_shops_cart_in_numbers_that_can_be(app_of: AppOf) -> None:
    line = {"title": "Oak\u202e <b>Desk</b>", "quantity": 1, "subtotal": 200, "sku": "7"}
    with TestClient(app_of(said("cart_view"))) as client:
        told = post(client, "my cart?", context={"cart": {"items": [line], "total": 200, "currency": "EUR"}})
        wrong = [{**line, "quantity": 0}, {**line, "subtotal": -1}, {**line, "title": ""}]
        refused = [
            client.post("/v1/chat", json={"message": "?", "context": {"cart": {"items": [one]}}}) for one in wrong
        ]
    assert told["reply"] == "In the shop's cart: 1. Oak Desk × 1 (€200). It says €200 in all."
    assert [answer.status_code for answer in refused] == [422, 422, 422]


def test_a_wish_is_taken_back_by_its_field_and_value(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS)) as client:
        first = post(client, "desk lamp under 40")
        price = next(wish for wish in first["wishes"] if wish["text"] == "under $40")
        drop = {"field": price["field"], "value": price["value"]}
        answer = client.post("/v1/chat", json={"drop": drop, "session_id": first["session_id"]})
    second = answer.json()
    assert second["constraints"] == first["constraints"] | {"price_max": None}
    assert "tall/lamp" in [product["id"] for product in second["products"]]
    assert second["reply"].startswith("No longer asked for: under $40.")


def test_a_quantity_in_the_cart_is_set_by_the_products_id(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS, said("cart_add", ref=(1,)))) as client:
        first = post(client, "desk lamp under 40")
        item = post(client, "add the first one", session_id=first["session_id"])["cart"]["items"][0]
        asked = {"session_id": first["session_id"], "cart": {"product_id": item["product_id"], "quantity": 2}}
        two = client.post("/v1/chat", json=asked).json()
        none = client.post("/v1/chat", json=asked | {"cart": {"product_id": item["product_id"], "quantity": 0}}).json()
        gone = client.post("/v1/chat", json=asked)
    assert [(one["product_id"], one["quantity"]) for one in two["cart"]["items"]] == [(item["product_id"], 2)]
    assert two["reply"].startswith(f"{item['title']} is now at 2. Your cart: 2 items,")
    assert (none["cart"]["items"], none["reply"]) == ([], f"Took out {item['title']}. Your cart is empty now.")
    assert gone.status_code == 422


def test_a_button_s_words_are_sent_with_what_they_mean_and_sent_again_add_once(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS)) as client:
        first = post(client, "desk lamp under 40")
        means = {"act": "cart_add", "product_ids": [first["products"][1]["id"]]}
        asked = {"session_id": first["session_id"], "message": "Add the second one to my cart", "means": means}
        added = client.post("/v1/chat", json=asked).json()
        again = client.post("/v1/chat", json={**asked, "turn": 2}).json()
        bare = client.post("/v1/chat", json={"means": means})
    assert [item["product_id"] for item in added["cart"]["items"]] == means["product_ids"]
    assert again == added
    assert bare.status_code == 422


def test_a_session_goes_on_where_it_was(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS, said("cart_add", ref=(1,)))) as client:
        first = post(client, "desk lamp under 40")
        second = post(client, "add the first one", session_id=first["session_id"])
    assert second["turn"] == 2
    assert second["cart"]["items"][0]["product_id"] == first["products"][0]["id"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_message_sent_again_as_the_turn_that_it_was_is_given_its_answer_and_nothing_is_done_twice(
    app_of: AppOf, stream: bool
) -> None:
    with served(app_of(LAMPS, said("cart_add", ref=(1,)))) as address:
        find, add = ({"message": message, "session_id": "s_1"} for message in ("desk lamp under 40", "the first one"))
        answers = [httpx.post(f"{address}/v1/chat", json=body).json() for body in (find, add)]
        if stream:
            ((name, again),) = events(address, {**add, "turn": 2, "stream": True})
            assert name == "done"
        else:
            again = httpx.post(f"{address}/v1/chat", json={**add, "turn": 2}).json()
    assert again == answers[1]
    assert again["cart"]["count"] == 1


@pytest.mark.parametrize(("turn", "message"), [(1, "another lamp"), (2, "desk lamp under 40")])
def test_a_message_that_was_not_that_turn_is_taken_as_a_new_one(app_of: AppOf, turn: int, message: str) -> None:
    with TestClient(app_of(LAMPS, LAMPS)) as client:
        post(client, "desk lamp under 40", session_id="s_1")
        assert post(client, message, session_id="s_1", turn=turn)["turn"] == 2


def test_the_answer_of_another_visitors_turn_is_not_given_again(app_of: AppOf) -> None:
    message = {"message": "desk lamp under 40", "session_id": "s_1"}
    with TestClient(app_of(LAMPS)) as client:
        assert client.post("/v1/chat", json=message, headers={"X-Visitor": "a" * 22}).status_code == 200
        other = client.post("/v1/chat", json={**message, "turn": 1}, headers={"X-Visitor": "b" * 22})
    assert other.status_code == 404


def test_two_messages_without_a_session_are_two_sessions_that_nobody_can_guess(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS, LAMPS)) as client:
        one, other = (post(client, "desk lamp")["session_id"] for _ in range(2))
    assert one != other
    assert len(one.removeprefix("s_")) == 32


def test_the_transcript_can_be_read_and_erased(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS)) as client:
        reply = post(client, "desk lamp under 40")
        path = f"/v1/sessions/{reply['session_id']}"
        kept = client.get(path).json()
        assert SessionBody.model_validate(kept).model_dump() == kept
        assert kept["turns"] == [{"message": "desk lamp under 40", "reply": reply}]
        assert kept["constraints"]["price_max"] == 40
        assert client.delete(path).status_code == 204
        assert client.get(path).status_code == 404
        assert client.delete(path).status_code == 404


def test_a_search_keeps_both_price_bounds(app_of: AppOf) -> None:
    with TestClient(app_of(said("search", product="desk lamp"))) as client:
        body = client.get("/v1/search", params={"q": "desk lamp", "price_min": "30", "price_max": "50"}).json()
    assert SearchBody.model_validate(body).model_dump() == body
    assert [product["price"] for product in body["products"]] == [34.99]


@pytest.mark.parametrize(
    "query",
    [
        "q=",
        "limit=3",
        "q=lamp&limit=0",
        "q=lamp&limit=101",
        "q=lamp&price_max=-1",
        "q=lamp&price_max=cheap",
        "q=lamp&price_max=NaN",
        "q=lamp&price_min=50&price_max=40",
    ],
)
def test_a_search_that_makes_no_sense_is_refused_with_a_fix(app_of: AppOf, query: str) -> None:
    with TestClient(app_of()) as client:
        answer = client.get(f"/v1/search?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert answer.json()["fix"]


def test_a_product_is_found_by_an_id_with_a_slash(app_of: AppOf) -> None:
    with TestClient(app_of()) as client:
        body = client.get("/v1/products/tall/lamp").json()
        missing = client.get("/v1/products/no-such-lamp")
    assert ProductBody.model_validate(body).model_dump(exclude_unset=True) == body
    assert (body["id"], body["in_stock"]) == ("tall/lamp", None)
    assert (missing.status_code, missing.headers["content-type"]) == (404, MEDIA_TYPE)


def test_the_process_says_that_it_is_alive_and_ready(app_of: AppOf) -> None:
    with TestClient(app_of()) as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        assert client.get("/readyz").json() == {"status": "ready", "missing": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": 5},
        {"message": "hi", "drop": {"field": "price"}},
        {"drop": {"field": "price"}},
        {"message": "hi", "cart": {"product_id": "brass-lamp", "quantity": 1}},
        {"cart": {"product_id": "brass-lamp", "quantity": -1}},
        {"cart": {"product_id": "brass-lamp", "quantity": 1}},
        {"message": "hi", "sessionid": "s_1"},
        {"message": "hi", "session_id": "../../etc"},
        {"message": "hi", "session_id": "x" * 65},
        [],
    ],
)
def test_a_wrong_body_is_refused_as_a_problem(app_of: AppOf, body: object) -> None:
    with TestClient(app_of()) as client:
        answer = client.post("/v1/chat", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)


def test_a_page_of_another_site_cannot_post_a_message_without_asking_first(app_of: AppOf) -> None:
    plain = {"content-type": "text/plain"}  # what a browser sends anywhere unasked
    with TestClient(app_of(LAMPS)) as client:
        answer = client.post("/v1/chat", content=b'{"message": "add it to the cart"}', headers=plain)
    assert answer.status_code == 422


def test_a_message_over_the_limit_is_refused_and_one_far_over_it_is_not_even_read(app_of: AppOf) -> None:
    with TestClient(app_of()) as client:
        long = client.post("/v1/chat", json={"message": "a" * 2_001})
        huge = client.post("/v1/chat", json={"message": "a" * 100_000})
    assert (long.status_code, huge.status_code) == (422, 413)
    assert "2,001" in long.json()["detail"]


def test_an_unknown_path_and_a_wrong_method_are_told_apart(app_of: AppOf) -> None:
    with TestClient(app_of()) as client:
        assert client.get("/v1/nowhere").status_code == 404
        assert client.get("/v1/chat").status_code == 405


def test_the_docs_name_every_call_and_load_nothing_from_elsewhere(app_of: AppOf) -> None:
    with TestClient(app_of()) as client:
        page = client.get("/docs").text
        paths = client.get("/openapi.json").json()["paths"]
        assets = [
            client.get(f"/static-offline-docs/{name}").status_code
            for name in ("swagger-ui-bundle.js", "swagger-ui.css")
        ]
    assert "http://" not in page
    assert "https://" not in page
    assert assets == [200, 200]
    assert {
        "/v1/chat",
        "/v1/sessions/{session_id}",
        "/v1/search",
        "/v1/products/{product_id}",
        "/healthz",
        "/readyz",
    } <= set(paths)


def test_every_answer_forbids_the_browser_to_load_from_elsewhere(app_of: AppOf) -> None:
    with TestClient(app_of()) as client:
        headers = client.get("/healthz").headers
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def events(address: str, body: dict[str, object]) -> list[tuple[str, Any]]:
    """The server-sent events of one streamed turn as (name, data)."""
    with httpx.stream("POST", f"{address}/v1/chat", json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = answer.read().decode().replace("\r\n", "\n").strip().split("\n\n")
    lines = [dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")) for block in blocks]
    return [(block["event"], json.loads(block["data"])) for block in lines if block]


def test_a_streamed_turn_shows_cards_before_text_and_ends_with_the_whole_reply(app_of: AppOf) -> None:
    with served(app_of(LAMPS)) as address:
        came = events(address, {"message": "desk lamp under 40", "stream": True})
        kept = httpx.get(f"{address}/v1/sessions/{came[-1][1]['session_id']}").json()
    names = [name for name, _ in came]
    assert names[:3] == ["parsed", "products", "token"]
    assert (names[-1], names.count("done")) == ("done", 1)
    done = came[-1][1]
    assert came[0][1] == {"intent": "search", "constraints": done["constraints"]}
    assert came[1][1]["products"] == done["products"]
    assert "".join(data["text"] for name, data in came if name == "token") == done["reply"]
    assert kept["turns"][0]["reply"] == done


def test_a_stream_that_fails_ends_with_a_problem(app_of: AppOf) -> None:
    with served(app_of()) as address:
        came = events(address, {"message": "a" * 2_001, "stream": True})
    assert [(name, data["status"]) for name, data in came] == [("error", 422)]


def test_a_full_line_is_refused_before_any_stream_begins(app_of: AppOf) -> None:
    lane = Lane(waiting=1)
    with TestClient(app_of(lane=lane)) as client, held(lane):
        answers = [client.post("/v1/chat", json={"message": "lamp", "stream": stream}) for stream in (True, False)]
    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "2")] * 2
    assert answers[0].json()["type"] == "urn:shopping-assistant:overloaded"


def test_a_streamed_turn_says_its_place_while_it_waits(app_of: AppOf) -> None:
    lane = Lane()
    with served(app_of(LAMPS, lane=lane)) as address, ThreadPoolExecutor() as shoppers:
        with held(lane):
            turn = shoppers.submit(events, address, {"message": "desk lamp under 40", "stream": True})
            while lane.length < 2 and not turn.done():
                pass
        came = turn.result()
    assert came[0] == ("queued", {"ahead": 1, "wait_s": 2})
    assert [name for name, _ in came[1:4]] == ["parsed", "products", "token"]


def test_what_each_step_of_the_ranking_gave_is_told_for_a_turn_that_wanted_something(app_of: AppOf) -> None:
    with TestClient(app_of(LAMPS, said("cart_view"), said("greet"))) as client:
        first = post(client, "desk lamp under 40")
        session = first["session_id"]
        post(client, "what is in my cart?", session_id=session)
        told = [client.get(f"/v1/sessions/{session}/turns/{turn}/scores").json() for turn in (1, 2)]
        nothing = client.get(f"/v1/sessions/{post(client, 'hello')['session_id']}/turns/1/scores").json()
        beyond = client.get(f"/v1/sessions/{session}/turns/3/scores")
    candidates = ScoresBody.model_validate(told[0]).candidates
    *shown, mug = [(one.id, one.scores["relevance"], one.scores["kind"]) for one in candidates]
    assert shown == [(product["id"], product["score"], 1.0) for product in first["products"]]
    assert (mug[0], mug[2]) == ("hostile", 0.0)  # a candidate that is no lamp was not shown
    assert all(0 <= one.scores["bm25"] <= 1 for one in candidates)
    assert told[1] == told[0]  # what is wanted is still the lamp
    assert nothing == {"candidates": []}
    assert (beyond.status_code, beyond.json()["fix"]) == (404, "name one of its turns, 1 to 2")
