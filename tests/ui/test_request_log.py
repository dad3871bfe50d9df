"""Each request by its id in answer, problem and log; each turn a line without a shopper's words, unless they are let in."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.model import Parse
from tests.fakes import said
from ui import log
from ui.http import create_app
from ui.lane import Lane
from ui.request_log import known_as
from ui.settings import ServerSettings

from .shop import open_shop

WORDS = "desk lamp for aunt Agatha"
LAMPS = said("search", product="desk lamp")
ClientWith = Callable[..., TestClient]


@pytest.fixture
def client_with(small_store: Path, caplog: pytest.LogCaptureFixture) -> Iterator[ClientWith]:
    caplog.set_level(logging.DEBUG, "ui")
    with ExitStack() as stack:

        def make(*parses: Parse, **settings: bool) -> TestClient:
            shop = stack.enter_context(open_shop(small_store, *parses))
            app = create_app(shop, Lane(), settings=ServerSettings(**settings))  # type: ignore[arg-type]
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield make


@pytest.fixture
def root_log() -> Iterator[None]:
    """Python's loggers as they were, afterwards."""
    names = ("", *log.OURS)
    handlers, levels = logging.getLogger().handlers, [logging.getLogger(name).level for name in names]
    yield
    logging.getLogger().handlers = handlers
    for name, level in zip(names, levels, strict=True):
        logging.getLogger(name).setLevel(level)


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    """The members of each line of this event."""
    return [record.msg for record in caplog.records if isinstance(record.msg, dict) and record.msg["event"] == event]


def test_an_id_that_the_caller_gives_stands_in_answer_and_log(
    client_with: ClientWith, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client_with().get("/v1/products/tall/lamp", headers={"X-Request-ID": "trace-0001"})
    assert answer.headers["x-request-id"] == "trace-0001"
    (line,) = lines(caplog, "request")
    told = {name: line[name] for name in ("request_id", "method", "route", "status")}
    assert told == {
        "request_id": "trace-0001",
        "method": "GET",
        "route": "/v1/products/{product_id:path}",
        "status": 200,
    }
    assert line["ms"] > 0


@pytest.mark.parametrize("given", ["", "short", "a b c d e f", "x" * 65, 'say "hi" to all', "<script>1</script>"])
def test_an_id_that_is_not_well_formed_is_replaced(client_with: ClientWith, given: str) -> None:
    taken = client_with().get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert taken.startswith("r_")
    assert len(taken) == 18  # 64 random bits


@pytest.mark.parametrize("path", ["/v1/products/none", "/v1/search", "/v1/nowhere"])
def test_a_problem_names_its_request_and_the_log_its_code(
    client_with: ClientWith, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    problem = client_with().get(path, headers={"X-Request-ID": "trace-0001"}).json()
    assert problem["request_id"] == "trace-0001"
    (line,) = lines(caplog, "request")
    codes = {"/v1/products/none": "not-found", "/v1/search": "bad-input", "/v1/nowhere": "http-404"}
    assert line["error"] == codes[path]


def test_an_unforeseen_error_is_logged_under_the_id_that_the_client_sees(
    client_with: ClientWith, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_with()  # a parser with nothing queued raises
    problem = client.post("/v1/chat", json={"message": WORDS}).json()
    assert problem["status"] == 500
    assert problem["request_id"] in problem["fix"]
    (trace,) = [record for record in caplog.records if record.exc_info]
    assert problem["request_id"] in trace.getMessage()
    (turn,) = lines(caplog, "turn")
    assert (turn["outcome"], turn["error"], turn["request_id"]) == ("failed", "internal", problem["request_id"])


def test_a_turn_is_one_line_with_ids_counts_and_times(
    client_with: ClientWith, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client_with(LAMPS).post("/v1/chat", json={"message": WORDS})
    (turn,) = lines(caplog, "turn")
    reply = answer.json()
    assert turn["request_id"] == answer.headers["x-request-id"]
    assert (turn["session_id"], turn["turn"], turn["door"]) == (reply["session_id"], 1, "api")
    assert (turn["intent"], turn["outcome"], turn["products"]) == ("search", "answered", 3)
    assert {f"{stage}_ms": ms for stage, ms in reply["latency_ms"].items()}.items() <= turn.items()
    assert turn["wait_ms"] >= 0


def test_no_word_of_a_shopper_is_logged(client_with: ClientWith, caplog: pytest.LogCaptureFixture) -> None:
    client = client_with(LAMPS, LAMPS)
    client.post("/v1/chat", json={"message": WORDS})
    client.get("/v1/search", params={"q": WORDS})
    assert not any("Agatha" in str(record.msg) or "Agatha" in record.getMessage() for record in caplog.records)


def test_what_shoppers_write_is_logged_where_it_is_switched_on(
    client_with: ClientWith, caplog: pytest.LogCaptureFixture
) -> None:
    client_with(LAMPS, log_messages=True).post("/v1/chat", json={"message": WORDS})
    assert lines(caplog, "turn")[-1]["message"] == WORDS


def test_the_log_is_json_with_the_request_s_id_whoever_logs(root_log: None) -> None:
    stream = io.StringIO()
    log.configure(stream)
    with known_as("trace-0001"):
        log.logger("ui.turns").info("turn", intent="search")
        try:
            raise ZeroDivisionError("no")
        except ZeroDivisionError:
            logging.getLogger("some.library").exception("it %s", "failed")
    logging.getLogger("some.library").info("chatter")
    turn, failed = (json.loads(line) for line in stream.getvalue().splitlines())
    told = {name: turn[name] for name in ("event", "intent", "request_id", "level", "logger")}
    assert told == {
        "event": "turn",
        "intent": "search",
        "request_id": "trace-0001",
        "level": "info",
        "logger": "ui.turns",
    }
    assert (failed["event"], failed["request_id"]) == ("it failed", "trace-0001")
    assert "ZeroDivisionError: no" in failed["exception"]
    assert turn["timestamp"].endswith("Z")


def test_on_a_terminal_the_log_is_for_reading(root_log: None) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    log.configure(stream)
    log.logger("ui.turns").info("turn", intent="search")
    assert "turn" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
