"""What Prometheus reads is what happened: good turns, failed ones, faults told in words, errors, the line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from assistant import Assistant
from assistant.model import DialogueState, Parse
from assistant.orders.book import Order, OrderRules, OrdersDown, Proof
from assistant.orders.desk import OrderDesk
from assistant.orders.log import OrderLog
from assistant.orders.sql import SqlOrderBook
from assistant.parse import AheadUse
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.metrics import Metrics
from ui.settings import ServerSettings

from .live import held
from .shop import open_shop


@contextmanager
def client_of(store: Path, *parses: Parse, lane: Lane | None = None, **settings: str) -> Iterator[TestClient]:
    with open_shop(store, *parses) as assistant:
        app = create_app(assistant, lane or Lane(), settings=ServerSettings(**settings))  # type: ignore[arg-type]
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client


def counted(client: TestClient, name: str, **labels: str) -> float:
    """The value that /metrics gives; 0 for what never happened."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = [one for family in text_string_to_metric_families(answer.text) for one in family.samples]
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


def say(client: TestClient, message: str = "a lamp", **more: object) -> int:
    return client.post("/v1/chat", json={"message": message, **more}).status_code


def test_turns_are_counted_by_intent_with_the_times_of_their_stages(small_store: Path) -> None:
    with client_of(small_store, said("search", product="desk lamp"), said("greet"), said("greet")) as client:
        assert [say(client), say(client), say(client, stream=True)] == [200] * 3
        assert counted(client, "shop_turns_total", intent="search", outcome="answered") == 1
        assert counted(client, "shop_turns_total", intent="greet", outcome="answered") == 2
        assert counted(client, "shop_turns_total", outcome="failed") == 0
        for stage in ("parse", "retrieve", "rerank", "write", "total"):
            assert counted(client, "shop_stage_seconds_count", stage=stage) == 3
        assert counted(client, "shop_wait_seconds_count") == 3


def test_a_turn_that_breaks_has_failed_and_its_error_counts_once(small_store: Path) -> None:
    with client_of(small_store) as client:  # a parser with nothing queued raises
        assert [say(client), say(client, stream=True)] == [500, 200]  # the stream's status was sent before
        assert counted(client, "shop_turns_total", intent="unread", outcome="failed") == 2
        assert counted(client, "shop_turns_total", outcome="answered") == 0
        assert counted(client, "shop_errors_total", code="internal") == 2


class DownBook(SqlOrderBook):
    """An order system that does not answer."""

    def find(self, number: str, proof: Proof) -> Order | None:
        raise OrdersDown("It does not answer.", fix="start it")


def test_an_apology_in_a_reply_is_a_failed_turn_and_an_error(searcher: Searcher, tmp_path: Path) -> None:
    desk = OrderDesk(DownBook(f"sqlite:///{tmp_path}/orders.db"), OrderRules(), OrderLog())
    parts = replace(parts_with(searcher, [said("order_status")]), orders=desk)
    with Assistant(parts) as assistant, TestClient(create_app(assistant, Lane())) as client:
        reply = client.post("/v1/chat", json={"message": "where is LM-100001? zip 12345"}).json()
        assert "does not answer" in reply["reply"]
        assert reply["fault"] == "orders-down"
        assert counted(client, "shop_turns_total", intent="order_status", outcome="failed") == 1
        assert counted(client, "shop_turns_total", outcome="answered") == 0
        assert counted(client, "shop_errors_total", code="orders-down") == 1
    desk.book.close()
    desk.log.close()


def test_a_turn_that_comes_too_late_has_failed(small_store: Path) -> None:
    door = threading.Event()

    class SlowReader:
        def parse(self, message: str, state: DialogueState) -> Parse:
            door.wait()
            return said("greet")

    with open_shop(small_store, parser=SlowReader()) as shop:
        lane = Lane(turn_timeout_s=0.01)
        with TestClient(create_app(shop, lane)) as client:
            answer = client.post("/v1/chat", json={"message": "hello", "session_id": "s_slow"})
            assert (answer.status_code, answer.json()["type"]) == (504, "urn:shopping-assistant:took-too-long")
            door.set()
            while lane.length:
                pass
            assert client.get("/v1/sessions/s_slow").json()["turns"][0]["message"] == "hello"  # kept all the same
            assert counted(client, "shop_turns_total", intent="greet", outcome="failed") == 1
            assert counted(client, "shop_errors_total", code="took-too-long") == 1


def test_refusals_are_counted_by_their_code(small_store: Path) -> None:
    with client_of(small_store, address_limit="2/minute") as client:
        assert [client.get("/v1/products/none").status_code, say(client, "x" * 2_001), say(client)] == [404, 422, 429]
        for code in ("not-found", "bad-input", "too-many-requests"):
            assert counted(client, "shop_errors_total", code=code) == 1


def test_requests_are_counted_by_route_and_not_by_what_callers_put_in(small_store: Path) -> None:
    with client_of(small_store) as client:
        for path in ("brass-lamp", "tall/lamp", "none"):
            client.get(f"/v1/products/{path}")
        client.request("BREW", "/v1/no-such-path-4711")
        route = "/v1/products/{product_id:path}"
        assert counted(client, "shop_request_seconds_count", method="GET", route=route, status="200") == 2
        assert counted(client, "shop_request_seconds_count", method="GET", route=route, status="404") == 1
        assert counted(client, "shop_request_seconds_count", method="other", route="page") == 1
        assert "4711" not in client.get("/metrics").text


def test_the_length_of_the_line_is_the_one_now(small_store: Path) -> None:
    lane = Lane()
    with client_of(small_store, lane=lane) as client:
        with held(lane):
            assert counted(client, "shop_line_length") == 1
        assert counted(client, "shop_line_length") == 0


@pytest.mark.parametrize(("result", "count"), [("hit", "3.0"), ("miss", "1.0")])
def test_reading_ahead_is_counted_as_hit_or_miss(result: str, count: str) -> None:
    text = Metrics(lambda: 0, lambda: AheadUse(hits=3, misses=1)).text().decode()
    assert f'shop_read_ahead_total{{result="{result}"}} {count}' in text
