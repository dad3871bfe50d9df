"""Files for the shop's staff over HTTP and on the operator's pages: only where the site lets them, once passed on, to be saved only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pydantic import SecretStr

from assistant.outbound.attachments import LIMIT
from tests.assistant.test_attachments import PDF, picture
from tests.fakes import said
from ui.http import BODY_LIMIT, create_app
from ui.lane import Lane
from ui.settings import ServerSettings
from ui.sites import Sites

from .shop import HOSTILE, open_shop
from .test_operator import TOKEN, shop_of, with_desk

SITES = Sites.model_validate(
    {
        "site": [
            {"key": "lamps", "name": "Lamps", "origins": ["https://shop.example"], "uploads": True},
            {"key": "mugs", "name": "Mugs", "origins": ["https://mugs.example"]},
        ]
    }
)
ANNA, BEN = "a" * 22, "b" * 22
LAMP, PERSON = said("search", product="desk lamp"), said("handoff")


@pytest.fixture
def client(small_store: Path, tmp_path: Path) -> Iterator[TestClient]:
    settings = ServerSettings(admin_token=SecretStr(TOKEN))
    with (
        open_shop(small_store, LAMP, PERSON) as opened,
        with_desk(opened, tmp_path) as shop,
        TestClient(create_app(shop, Lane(), SITES, settings), follow_redirects=False) as client,
    ):
        yield client


def headers(site: str = "lamps", visitor: str = ANNA) -> dict[str, str]:
    return {
        "X-Site-Key": site,
        "X-Visitor": visitor,
        "Origin": f"https://{'shop' if site == 'lamps' else site}.example",
    }


def say(client: TestClient, message: str) -> None:
    body = {"message": message, "session_id": "s_1"}
    assert client.post("/v1/chat", json=body, headers=headers()).status_code == 200


def passed_on(client: TestClient) -> None:
    say(client, "a lamp")
    say(client, "a person please")


def attach(client: TestClient, content: bytes, name: str = "bill.pdf", **who: str) -> Response:
    path = f"/v1/sessions/s_1/attachments?name={quote(name)}"
    answer: Response = client.post(path, content=content, headers=headers(**who))
    return answer


def test_a_file_is_taken_once_the_conversation_was_passed_on(client: TestClient) -> None:
    say(client, "a lamp")
    early = attach(client, PDF)
    assert (early.status_code, early.json()["type"]) == (422, "urn:shopping-assistant:not-attachable")
    for path in ("/v1/sessions/s_1", "/v1/sessions/s_1/answers"):
        assert client.get(path, headers=headers()).json()["may_attach"] == 0
    say(client, "a person please")
    taken = attach(client, PDF)
    assert (taken.status_code, taken.json()["number"], taken.json()["type"]) == (200, 1, "application/pdf")
    kept = client.get("/v1/sessions/s_1", headers=headers()).json()
    assert (kept["attachments"], kept["may_attach"]) == ([taken.json()], 4)
    assert client.get("/v1/sessions/s_1/answers", headers=headers()).json()["may_attach"] == 4


def test_only_a_site_that_says_so_lets_its_shoppers_attach(client: TestClient) -> None:
    passed_on(client)
    assert client.get("/v1/sessions/s_1/answers", headers=headers("mugs")).json()["may_attach"] == 0
    refused = attach(client, PDF, site="mugs")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:shopping-assistant:uploads-off")
    assert client.post("/v1/sessions/s_1/attachments", content=PDF).status_code == 403


def test_nobody_attaches_to_another_s_conversation_or_to_none(client: TestClient) -> None:
    passed_on(client)
    assert attach(client, PDF, visitor=BEN).status_code == 404
    assert client.post("/v1/sessions/s_2/attachments", content=PDF, headers=headers()).status_code == 404


def test_what_is_no_picture_or_too_large_is_refused_whatever_it_is_called(client: TestClient) -> None:
    passed_on(client)
    assert attach(client, b"<script>alert(1)</script>", "lamp.png").status_code == 422
    assert attach(client, b"%PDF-" + bytes(LIMIT) + b"%%EOF").status_code == 413
    assert attach(client, PDF + bytes(BODY_LIMIT) + PDF).status_code == 200  # more than a message may have
    assert client.post("/v1/chat", content=bytes(BODY_LIMIT + 1), headers=headers()).status_code == 413


def test_the_operator_saves_it_and_no_browser_shows_it(client: TestClient) -> None:
    passed_on(client)
    attach(client, picture(), f"{HOSTILE} lämp.pdf")
    path = "/admin/conversations/s_1/attachments/1"
    assert client.get(path).status_code == 303
    client.post("/admin/login", data={"token": TOKEN})
    saved = client.get(path)
    assert saved.content.startswith(b"\xff\xd8")
    assert saved.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert saved.headers["content-disposition"].endswith("l%C3%A4mp.jpg")
    assert (saved.headers["content-type"], saved.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert saved.headers["content-security-policy"].startswith("default-src 'none'")
    assert client.get("/admin/conversations/s_1/attachments/2").status_code == 404
    box = shop_of(client).letters
    assert box is not None
    letters = [one.letter for one in box.all()]
    assert {one.why for one in letters} == {"asked", "attached"}
    for page in ("/admin/conversations/s_1", *(f"/admin/letters/{one.id}" for one in letters)):
        shown = client.get(page).text
        assert f'href="{path}"' in shown
        assert "<img" not in shown


def test_forgetting_the_conversation_forgets_its_files(client: TestClient) -> None:
    passed_on(client)
    attach(client, PDF)
    assert client.delete("/v1/sessions/s_1", headers=headers()).status_code == 204
    assert shop_of(client).conversations.attachments("s_1") == ()
