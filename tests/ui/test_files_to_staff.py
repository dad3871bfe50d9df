"""A file that a shopper attaches reaches the shop's own server: told by a signed message, fetched by a link that ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest
from fastapi.testclient import TestClient

from assistant import Assistant
from assistant.outbound.attachments import Attachments
from assistant.outbound.enclosures import signed
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ByWebhook
from assistant.outbound.webhook import ATTEMPTS, Webhook
from tests.assistant.test_attachments import PDF
from tests.webhook_server import SECRET, WebhookServer
from ui.http import create_app
from ui.lane import Lane

from .shop import open_shop
from .test_attachments import LAMP, PERSON, SITES, attach, headers, passed_on
from .test_operator import shop_of


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    server = WebhookServer({"reference": "4711"})
    yield server
    server.close()


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(f"sqlite:///{tmp_path / 'sessions.db'}")


@pytest.fixture
def client(small_store: Path, server: WebhookServer, attachments: Attachments) -> Iterator[TestClient]:
    """A conversation that was passed on to the server."""
    route = ByWebhook(Webhook(server.url, SECRET, sleep=lambda _: None))
    desk = HandoffDesk(HandoffRules(), route, Letters(), attachments, "https://chat.shop.example/")
    with open_shop(small_store, LAMP, PERSON) as opened:
        shop = Assistant(replace(opened._parts, handoff=desk))
        with TestClient(create_app(shop, Lane(), SITES)) as client:
            passed_on(client)
            yield client
        shop.close()


def last(server: WebhookServer) -> dict[str, object]:
    told: dict[str, object] = list(server.taken.values())[-1]
    return told


def test_the_staff_are_told_of_it_and_fetch_it_by_the_link(client: TestClient, server: WebhookServer) -> None:
    attach(client, PDF, "lämp.pdf")
    told = last(server)
    assert (told["type"], told["reference"], told["session"]) == ("handoff.file_attached", "4711", "s_1")
    (file,) = told["files"]  # type: ignore[misc]
    assert (file["name"], file["type"], file["size"]) == ("lämp.pdf", "application/pdf", len(PDF))
    assert (
        datetime.now(UTC) < datetime.fromisoformat(file["expires"]) < datetime.now(UTC) + timedelta(days=7, seconds=1)
    )
    assert file["url"].startswith("https://chat.shop.example/files/")
    fetched = client.get(urlsplit(file["url"]).path)
    assert (fetched.status_code, sha256(fetched.content).hexdigest()) == (200, file["sha256"])
    assert fetched.headers["content-disposition"] == "attachment; filename*=UTF-8''l%C3%A4mp.pdf"
    assert (fetched.headers["x-content-type-options"], fetched.headers["cache-control"]) == ("nosniff", "no-store")
    client.delete("/v1/sessions/s_1", headers=headers())
    assert client.get(urlsplit(file["url"]).path).status_code == 404


def test_a_link_ends_and_cannot_be_made_up(client: TestClient, attachments: Attachments) -> None:
    attach(client, PDF)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    right = signed("s_1", 1, soon, attachments)
    for token in (
        signed("s_1", 1, datetime.now(UTC) - timedelta(seconds=1), attachments),
        f"{right[:-8]}AAAAAAAA",
        jwt.encode({"session": "s_1", "number": 1, "exp": soon}, "k" * 64, algorithm="HS256"),
        jwt.encode({"session": "s_1", "number": 1, "exp": soon}, None, algorithm="none"),
        jwt.encode({"session": "s_1", "number": 1}, attachments.link_key(), algorithm="HS256"),
        "x",
    ):
        refused = client.get(f"/files/{token}")
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:shopping-assistant:link-ended")
    assert client.get(f"/files/{right}").content == PDF
    assert client.get(f"/files/{signed('s_1', 2, soon, attachments)}").status_code == 404


def test_what_the_staff_could_not_be_told_is_kept_to_be_sent_again(client: TestClient, server: WebhookServer) -> None:
    server.statuses = [503] * ATTEMPTS
    assert attach(client, PDF).status_code == 200
    desk = shop_of(client)._parts.handoff
    assert desk is not None
    (lying,) = desk.letters.all()
    assert (lying.letter.why, lying.letter.files, "503" in lying.trouble) == ("attached", (1,), True)
    desk.pass_on(lying.letter)
    assert last(server)["type"] == "handoff.file_attached"
