"""What a helpdesk answers over HTTP stands in the shopper's conversation: signed, of now, and each once."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pydantic import SecretStr

from assistant.outbound.webhook import signature
from assistant.settings import Settings
from tests.fakes import said
from tests.webhook_server import SECRET
from ui.http import create_app
from ui.lane import Lane

from .shop import HOSTILE, open_shop
from .test_operator import shop_of, with_desk

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "handoff.md"
CALL = "/v1/handoff/answers"
HELLO = {"session": "s_1", "text": "It is back on Friday."}
ANNA = {"X-Visitor": "a" * 22}


def documented_signing() -> Callable[[bytes, str, str], dict[str, str]]:
    """The function `signed` that the documentation gives to helpdesks."""
    code = re.search(r"```python\n(.*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code.group(1), names)
    signing: Callable[[bytes, str, str], dict[str, str]] = names["signed"]
    return signing


@pytest.fixture
def client(small_store: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A conversation that was passed on."""
    settings = Settings(handoff_webhook_secret=SecretStr(SECRET))
    with (
        open_shop(small_store, said("handoff")) as opened,
        with_desk(opened, tmp_path) as shop,
        TestClient(create_app(shop, Lane(), shop=settings)) as client,
    ):
        assert client.post("/v1/chat", json={"message": "a person", "session_id": "s_1"}, headers=ANNA).is_success
        yield client


def send(client: TestClient, given: object, name: str = "answer_1", ago: int = 0, **headers: str) -> Response:
    """As a helpdesk that has the secret sends it: as the documentation says, or at another time."""
    body, at = json.dumps(given).encode(), str(int(time.time()) - ago)
    signed = documented_signing()(body, name, SECRET)
    if ago:
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signed |= {"webhook-timestamp": at, "webhook-signature": signature(key, name, at, body)}
    sent: Response = client.post(CALL, content=body, headers=signed | headers)
    return sent


def told(client: TestClient) -> list[dict[str, Any]]:
    """What the widget asks for."""
    found: list[dict[str, Any]] = client.get("/v1/sessions/s_1/answers", headers=ANNA).json()["answers"]
    return found


def test_an_answer_stands_in_the_conversation_by_its_id_and_by_its_reference(client: TestClient) -> None:
    taken = send(client, HELLO)
    assert (taken.status_code, taken.json()["session_id"], taken.json()["number"]) == (200, "s_1", 1)
    letters = shop_of(client).letters
    assert letters is not None
    reference = letters.all()[0].letter.reference
    letters.drop(letters.all()[0].letter.id)  # somebody has seen to it
    assert send(client, {"reference": reference, "text": HOSTILE}, "answer_2").status_code == 200
    assert [(one["number"], one["turn"], one["text"]) for one in told(client)] == [
        (1, 1, "It is back on Friday."),
        (2, 1, HOSTILE),
    ]


def test_the_same_id_again_is_the_same_answer(client: TestClient) -> None:
    assert send(client, HELLO).json() == send(client, HELLO).json()
    send(client, HELLO, "answer_2")
    assert [one["number"] for one in told(client)] == [1, 2]


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-id": "answer_9"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(time.time()) - 1)},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "9" * 400},
    ],
    ids=["another signature", "none", "another id", "no id", "another time", "no time", "a long time"],
)
def test_what_is_not_signed_so_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    refused = send(client, HELLO, **headers)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:shopping-assistant:not-genuine")
    assert told(client) == []


@pytest.mark.parametrize("ago", [301, -310])
def test_a_message_of_another_time_is_refused_though_its_signature_is_right(client: TestClient, ago: int) -> None:
    assert send(client, HELLO, ago=ago).status_code == 401
    assert told(client) == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"session": "s_2", "text": "Hello"}, 404),
        ({"reference": "H-NONE", "text": "Hello"}, 404),
        ({"text": "Hello"}, 422),
        ({**HELLO, "reference": "H-1"}, 422),
        ({**HELLO, "text": " "}, 422),
        ({**HELLO, "text": "x" * 2_001}, 422),
        ({**HELLO, "html": "<b>"}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_kept_says_why(client: TestClient, given: object, status: int) -> None:
    refused = send(client, given)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert told(client) == []


def test_without_a_secret_nothing_is_taken(client: TestClient) -> None:
    app = create_app(shop_of(client), Lane(), shop=Settings(handoff_webhook_secret=None))
    refused = send(TestClient(app), HELLO)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:shopping-assistant:answers-off")
