"""A large model by the commands and the HTTP API: its reading comes through, and its failing is said."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from assistant import Assistant
from assistant.reading.llm_parser import LlmParser
from assistant.reading.llm_server import ChatServer, Endpoint
from retrieval.errors import BadInput
from retrieval.search import Searcher
from tests.assistant.recorded_server import Recorded, completion, recorded
from tests.assistant.tiny_model import make_tiny_model
from tests.conftest import parts_with
from tests.fakes import QueuedParser, said
from ui.cli import app
from ui.cli.llm import settings_with
from ui.http import create_app
from ui.lane import Lane

from .command import SHOP

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
        settings_with(None, "ftp://here")


def test_a_folder_or_hub_name_and_a_server_together_are_wrong_usage(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["parse", "hi", "--llm", str(tmp_path), "--llm-url", "http://127.0.0.1:1/v1"])
    assert done.exit_code == 2
    assert "--llm and --llm-url" in done.stderr


def test_both_in_the_environment_are_refused_and_an_option_stands_before_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_LLM", "some/model")
    assert settings_with(None, None).llm == "some/model"
    monkeypatch.setenv("SHOP_LLM_URL", "http://127.0.0.1:1/v1")
    with pytest.raises(BadInput, match="SHOP_LLM and SHOP_LLM_URL"):
        settings_with(None, None)
    assert settings_with("a/folder", None).llm_url is None
    assert settings_with(None, "http://127.0.0.1:2/v1").llm is None


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_LLM_TIMEOUT_S", "soon")
    with pytest.raises(BadInput, match="SHOP_LLM_TIMEOUT_S"):
        settings_with(None, None)


def test_a_model_that_is_nowhere_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [SHOP, "parse", "hi", "--llm", "nobody/no-such-model"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=240,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no folder nobody/no-such-model" in done.stderr
    assert "SHOP_MODEL_HUB=1" in done.stderr


@pytest.mark.models
def test_the_command_asks_the_model_of_a_folder_and_then_the_small_one(tmp_path: Path) -> None:
    """A model of random weights that writes a byte at a time, and has no time for the first."""
    folder = make_tiny_model(tmp_path / "tiny")
    (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}{{ m.content }}\n{% endfor %}", encoding="utf-8"
    )
    done = subprocess.run(
        [SHOP, "parse", "--json", "--llm", str(folder)],
        input='{"text": "a tote bag"}\n',
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=240,
        check=True,
        env=os.environ | {"SHOP_LLM_TIMEOUT_S": "0.0001"},
    )
    read = json.loads(done.stdout)
    assert (read["intent"], read["acts"], read["slots"]) == ("search", ["search"], {"product": "tote bag"})
    assert "did not answer within 0.0001 s. The local model reads this message." in done.stderr
