"""Every error that leaves is a problem document that says what to do, and none shows the server's inside."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from retrieval.errors import Overloaded, StoreBusy
from ui.guard import BodyLimit
from ui.problem import MEDIA_TYPE, Boundary, add_problem_handlers, problem_of


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, max_body_size=10)
    app.add_middleware(Boundary)

    @app.get("/busy")
    def busy() -> None:
        raise StoreBusy("The store is open elsewhere.", fix="stop that process")

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("/etc/secret")

    @app.get("/number")
    def number(n: int = Query(le=3)) -> int:
        return n

    @app.post("/read")
    def read(text: dict[str, str]) -> dict[str, str]:
        return text

    with TestClient(app) as client:
        yield client


def test_a_shop_error_keeps_its_detail_and_its_fix(client: TestClient) -> None:
    answer = client.get("/busy")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json() == {
        "type": "urn:shopping-assistant:store-busy",
        "title": "Store busy",
        "status": 503,
        "detail": "The store is open elsewhere.",
        "fix": "stop that process",
        "retry_after": 2,
    }


def test_an_error_that_passes_says_when_to_come_back(client: TestClient) -> None:
    assert client.get("/busy").headers["retry-after"] == "2"
    busy = problem_of(Overloaded("Full.", fix="wait", retry_after_s=9))
    assert (busy.status, busy.response().headers["retry-after"]) == (503, "9")


def test_an_unforeseen_error_shows_an_id_and_the_log_has_its_trace(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/broken")
    problem = answer.json()
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert problem["request_id"] in problem["fix"]
    assert problem["request_id"] in caplog.text
    assert "ZeroDivisionError: /etc/secret" in caplog.text


def test_a_wrong_value_is_named_with_what_is_expected(client: TestClient) -> None:
    answer = client.get("/number", params={"n": 4})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["detail"] == "n: Input should be less than or equal to 3."


def test_an_unknown_path_is_a_problem(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
    assert answer.json()["fix"]


def test_a_wrong_method_is_a_problem_that_keeps_the_allowed_ones(client: TestClient) -> None:
    answer = client.post("/busy")
    assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE)
    assert answer.headers["allow"] == "GET"


def test_a_body_declared_too_large_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/read", json={"a": "bcdef"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, MEDIA_TYPE)
    assert "at most 10" in answer.json()["detail"]


def test_a_body_that_grows_too_large_is_refused_while_it_comes(client: TestClient) -> None:
    answer = client.post("/read", content=iter([b'{"a": "', b'bcdef"}']), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, MEDIA_TYPE)
