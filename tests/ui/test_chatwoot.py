"""A conversation goes to a Chatwoot inbox, and what an agent answers there is in the shopper's chat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pydantic import SecretStr

from assistant import Assistant
from assistant.outbound.chatwoot import ByChatwoot
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.settings import Settings
from tests.chatwoot_server import INBOX, SECRET, ChatwootServer
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane

from .shop import open_shop

CALL = "/v1/handoff/chatwoot"
ANNA = {"X-Visitor": "a" * 22}


@pytest.fixture
def server() -> Iterator[ChatwootServer]:
    server = ChatwootServer()
    yield server
    server.close()


@pytest.fixture
def client(small_store: Path, server: ChatwootServer) -> Iterator[TestClient]:
    """A conversation that was passed on to the server."""
    desk = HandoffDesk(HandoffRules(), ByChatwoot(server.address, INBOX, sleep=lambda _: None), Letters())
    settings = Settings(handoff_chatwoot_secret=SecretStr(SECRET))
    with open_shop(small_store, said("handoff")) as opened:
        shop = Assistant(replace(opened._parts, handoff=desk))
        with TestClient(create_app(shop, Lane(), shop=settings)) as client:
            told = client.post("/v1/chat", json={"message": "a person, please", "session_id": "s_1"}, headers=ANNA)
            assert told.json()["handoff"]["by"] == "chatwoot"
            assert told.json()["reply"].startswith("I have passed this conversation on to the shop's staff")
            yield client
        shop.close()


def send(client: TestClient, server: ChatwootServer, text: str | None, source: str = "s_1", **other: Any) -> Response:
    body, headers = server.webhook(source, text, **other)
    sent: Response = client.post(CALL, content=body, headers=headers)
    return sent


def told(client: TestClient) -> list[str]:
    answers = client.get("/v1/sessions/s_1/answers", headers=ANNA).json()["answers"]
    return [one["text"] for one in answers]


def test_the_team_reads_the_conversation_and_the_shopper_the_answer(client: TestClient, server: ChatwootServer) -> None:
    (source,) = server.contacts
    (message,) = server.messages[server.conversations[source]]
    assert "Shopper: a person, please" in message["content"]
    assert send(client, server, "It is back on Friday.", source).json() == {"taken": True}
    assert send(client, server, "It is back on Friday.", source).json() == {"taken": True}  # sent again, and said once
    assert send(client, server, "Until then!", source, id=92).json() == {"taken": True}
    assert told(client) == ["It is back on Friday.", "Until then!"]


@pytest.mark.parametrize(
    "other",
    [
        {"message_type": "incoming", "sender": {"id": 9, "name": "Shopper", "type": "contact"}},
        {"private": True},
        {"sender": {"id": 2, "name": "Bot", "type": "agent_bot"}},
        {"sender": None},
        {"message_type": "template"},
        {"event": "message_updated"},
        {"event": "conversation_status_changed"},
    ],
    ids=["own words", "a note", "a bot", "an automation", "a greeting", "a change", "another event"],
)
def test_only_what_a_person_writes_to_the_shopper_is_an_answer(
    client: TestClient, server: ChatwootServer, other: dict[str, Any]
) -> None:
    passed = send(client, server, "Hello", **other)
    assert (passed.status_code, passed.json(), told(client)) == (200, {"taken": False}, [])


@pytest.mark.parametrize(
    ("text", "source", "status"),
    [(None, "s_1", 422), ("x" * 2_001, "s_1", 422), ("Hello", "s_2", 404), ("Hello", "kim@shop.example", 404)],
    ids=["a file only", "too long", "erased", "another contact"],
)
def test_an_answer_that_nobody_would_read_is_refused_so_that_chatwoot_says_so(
    client: TestClient, server: ChatwootServer, text: str | None, source: str, status: int
) -> None:
    assert send(client, server, text, source).status_code == status
    assert told(client) == []


def test_what_chatwoot_has_not_signed_is_refused(client: TestClient, server: ChatwootServer) -> None:
    body, headers = server.webhook("s_1", "Hello")
    for changed in ({"X-Chatwoot-Timestamp": "1"}, {"X-Chatwoot-Signature": "sha256=00"}, {"X-Chatwoot-Signature": ""}):
        assert client.post(CALL, content=body, headers=headers | changed).status_code == 401
    assert client.post(CALL, content=body + b" ", headers=headers).status_code == 401
    assert client.post(CALL, json={}).status_code == 401
    assert told(client) == []
