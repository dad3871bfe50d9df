"""A large model by the commands and the HTTP API: its reading comes through, and its failing is said."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant import Assistant
from assistant.llm_parser import LlmParser
from assistant.llm_server import ChatServer, Endpoint
from retrieval.errors import BadInput
from retrieval.search import Searcher
from tests.assistant.recorded_server import Recorded, completion, recorded
from tests.conftest import parts_with
from tests.fakes import QueuedParser, said
from ui.cli.llm import settings_with
from ui.http import create_app
from ui.lane import Lane

from .test_cli import SHOP

READING = json.dumps({"intent": "search", "product": "tote bag", "brand": "Invented"})


def test_a_failing_server_is_said_in_readyz_and_the_shop_stays_ready(searcher: Searcher) -> None:
    with recorded(Recorded(status=401), completion(READING)) as server:
        parser = LlmParser(ChatServer(Endpoint(server.url, "large")), QueuedParser([said("greet")]))
        parts = replace(parts_with(searcher), parser=parser)
        with Assistant(parts) as assistant, TestClient(create_app(assistant, Lane())) as client:
            assert client.get("/readyz").json() == {"status": "ready", "missing": []}
            assert client.post("/v1/chat", json={"message": "hello"}).json()["intent"] == "greet"
            answer = client.get("/readyz")
    assert answer.status_code == 200
    (degraded,) = answer.json()["degraded"]
    assert "answers 401" in degraded
    assert degraded.endswith("The local model reads instead.")


def test_an_address_that_is_none_is_refused_with_a_fix() -> None:
    with pytest.raises(BadInput, match="--llm-url"):
        settings_with("ftp://here")


@pytest.mark.models
def test_the_command_asks_the_server_and_then_the_local_model(tmp_path: Path) -> None:
    lines = '{"text": "a tote bag"}\n{"text": "hello"}\n'
    with recorded(completion(READING), Recorded("no", status=403)) as server:
        done = subprocess.run(
            [SHOP, "parse", "--json", "--llm-url", server.url],
            input=lines,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=240,
            check=True,
        )
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["intent"], first["slots"]) == ("search", {"product": "tote bag"})
    assert second["intent"] == "greet"
    assert "answers 403: no. The local model reads this message." in done.stderr
