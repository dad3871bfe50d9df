"""What persons of the shop answer into a conversation, as the shopper's side reads it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import Assistant
from assistant.outbound.answers import keep_answer
from retrieval.errors import NotFound
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.problem import MEDIA_TYPE
from ui.shapes import AnswersBody, SessionBody
from ui.sites import read_sites

from .shop import open_shop
from .test_operator import with_desk
from .test_sites import ANNA, BEN, FILE, SHOP

PERSON, LAMPS = said("handoff"), said("search", product="desk lamp")


@pytest.fixture
def shop(small_store: Path, tmp_path: Path) -> Iterator[Assistant]:
    with open_shop(small_store, PERSON, LAMPS) as opened, with_desk(opened, tmp_path) as shop:
        yield shop


@pytest.fixture
def client(shop: Assistant, tmp_path: Path) -> Iterator[TestClient]:
    file = tmp_path / "sites.toml"
    file.write_text(FILE)
    with TestClient(create_app(shop, Lane(), read_sites(file))) as client:
        yield client


def handed(client: TestClient, headers: dict[str, str] | None = None) -> str:
    """The path of a conversation that was passed on."""
    reply = client.post("/v1/chat", json={"message": "a person, please"}, headers=headers).json()
    assert reply["handoff"]["by"] == "inbox"
    return f"/v1/sessions/{reply['session_id']}"


def answered(shop: Assistant, path: str, *texts: str) -> None:
    for text in texts:
        keep_answer(shop.places.sessions, path.rpartition("/")[2], text, text)


def told(client: TestClient, path: str, **query: int) -> list[tuple[int, str]]:
    body = client.get(f"{path}/answers", params=query).json()
    assert AnswersBody.model_validate(body).model_dump() == body
    return [(one["number"], one["text"]) for one in body["answers"]]


def test_answers_are_given_in_order_and_each_once_to_whoever_says_what_is_known(
    client: TestClient, shop: Assistant
) -> None:
    path = handed(client)
    assert told(client, path) == []
    answered(shop, path, "Good morning.", "It is in stock.")
    assert told(client, path) == [(1, "Good morning."), (2, "It is in stock.")]
    answered(shop, path, "Until Friday.")
    assert told(client, path, after=2) == [(3, "Until Friday.")]
    assert told(client, path, after=3) == []


def test_the_transcript_has_them_beside_the_turns_and_the_assistant_goes_on_answering(
    client: TestClient, shop: Assistant
) -> None:
    path = handed(client)
    answered(shop, path, "Good morning.")
    body = {"message": "a desk lamp", "session_id": path.rpartition("/")[2]}
    reply = client.post("/v1/chat", json=body).json()
    assert (reply["turn"], reply["handoff"], len(reply["products"])) == (2, None, 3)
    assert "Good morning." not in reply["reply"]
    kept = client.get(path).json()
    assert SessionBody.model_validate(kept).model_dump() == kept
    assert [(one["turn"], one["text"]) for one in kept["answers"]] == [(1, "Good morning.")]
    assert [turn["message"] for turn in kept["turns"]] == ["a person, please", "a desk lamp"]


def test_they_are_kept_by_nobody_on_the_way(client: TestClient) -> None:
    assert client.get(f"{handed(client)}/answers").headers["cache-control"] == "no-store"


def test_another_visitor_learns_no_more_than_of_a_conversation_that_is_not_there(
    client: TestClient, shop: Assistant
) -> None:
    path = handed(client, {"X-Visitor": ANNA})
    answered(shop, path, "Good morning.")
    assert len(client.get(f"{path}/answers", headers={"X-Visitor": ANNA}).json()["answers"]) == 1
    missing = client.get("/v1/sessions/s_none/answers").json()
    for headers in ({"X-Visitor": BEN}, {}):
        answer = client.get(f"{path}/answers", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
        assert answer.json()["detail"] == missing["detail"].replace("s_none", path.rpartition("/")[2])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": SHOP, "X-Site-Key": "lamps"}, 200),
        ({"Origin": "https://evil.example", "X-Site-Key": "lamps"}, 403),
        ({"Origin": SHOP}, 403),
        ({"X-Site-Key": "lamps", "Authorization": "Bearer a.b.c"}, 401),
    ],
)
def test_the_doors_are_those_of_the_conversation(client: TestClient, headers: dict[str, str], status: int) -> None:
    path = handed(client)
    assert client.get(f"{path}/answers", headers=headers).status_code == status
    assert client.get(path, headers=headers).status_code == status


@pytest.mark.parametrize("after", [-1, "x", 10**7])
def test_a_number_that_cannot_be_is_refused(client: TestClient, after: Any) -> None:
    assert client.get(f"{handed(client)}/answers", params={"after": after}).status_code == 422


def test_what_was_forgotten_has_no_answers_and_takes_none(client: TestClient, shop: Assistant) -> None:
    path = handed(client)
    answered(shop, path, "Good morning.")
    assert client.delete(path).status_code == 204
    assert client.get(f"{path}/answers").status_code == 404
    with pytest.raises(NotFound):
        answered(shop, path, "Are you there?")
