"""Who is signed in to the shop is the same visitor on every device; conversations and what is known belong to nobody else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.fakes import said
from ui.http import create_app
from ui.identity import LEEWAY_S
from ui.lane import Lane
from ui.shapes import SessionBody
from ui.sites import Site, Sites
from ui.visitor import hashed, person

from .shop import open_shop

LAMPS = said("search", product="desk lamp", price_max=Decimal(40))
SECRETS = {"lamps": "s" * 32, "mugs": "t" * 32}
SITES = Sites(
    site=tuple(
        Site(key=key, name=key, origins=(f"https://{key}.example",), secret=SecretStr(secret))
        for key, secret in SECRETS.items()
    )
)
PHONE, LAPTOP = "p" * 22, "l" * 22
LATEST = "/v1/sessions/latest"
LIKE = {"type": "like", "product_id": "brass-lamp"}


@dataclass(frozen=True)
class Device:
    """A browser, and who is signed in to the shop there."""

    client: TestClient
    browser: str | None
    subject: str | None = None
    site: str = "lamps"
    left_s: int = 600

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-Site-Key": self.site, "Origin": f"https://{self.site}.example"}
        if self.browser:
            headers["X-Visitor"] = self.browser
        if self.subject is not None:
            claims = {"sub": self.subject, "exp": int(time.time()) + self.left_s}
            headers["Authorization"] = f"Bearer {jwt.encode(claims, SECRETS[self.site], algorithm='HS256')}"
        return self.client.request(method, path, headers=headers, **more)

    def say(self, message: str, **more: Any) -> Any:
        answer = self.ask("POST", "/v1/chat", json={"message": message, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def latest(self) -> Any:
        return self.ask("GET", LATEST)

    def facts(self) -> list[Any]:
        return list(self.ask("GET", "/v1/profile").json()["facts"])


@pytest.fixture
def client(small_store: Path) -> Iterator[TestClient]:
    parses = (LAMPS, said("cart_add", ref=(1,)), said("cart_view"), said("cart_view"))
    with open_shop(small_store, *parses) as shop, TestClient(create_app(shop, Lane(), SITES)) as client:
        yield client


def test_the_same_person_goes_on_at_another_device_cart_included(client: TestClient) -> None:
    phone, laptop = Device(client, PHONE, "c-1"), Device(client, LAPTOP, "c-1")
    session_id = phone.say("desk lamp under 40")["session_id"]
    cart = phone.say("add the first one", session_id=session_id)["cart"]
    assert cart["count"] == 1
    kept = laptop.latest()
    assert kept.headers["cache-control"] == "no-store"
    body = kept.json()
    assert SessionBody.model_validate(body).model_dump() == body
    assert (body["session_id"], body["cart"], len(body["turns"])) == (session_id, cart, 2)
    assert body == laptop.ask("GET", f"/v1/sessions/{session_id}").json()
    assert laptop.say("what is in my cart?", session_id=session_id)["cart"] == cart


def test_the_latest_conversation_is_the_one_used_last(client: TestClient) -> None:
    phone = Device(client, PHONE)
    first, second = (phone.say("a lamp")["session_id"] for _ in range(2))
    assert phone.latest().json()["session_id"] == second
    phone.say("and my cart?", session_id=first)
    assert phone.latest().json()["session_id"] == first


@pytest.mark.parametrize(
    "other",
    [
        Device(None, PHONE),  # type: ignore[arg-type]  # signed out in the same browser
        Device(None, None),  # type: ignore[arg-type]
        Device(None, PHONE, "c-2"),  # type: ignore[arg-type]
        Device(None, PHONE, "c-1", site="mugs"),  # type: ignore[arg-type]
    ],
)
def test_nobody_else_has_the_conversation(client: TestClient, other: Device) -> None:
    session_id = Device(client, PHONE, "c-1").say("desk lamp under 40")["session_id"]
    other = Device(client, other.browser, other.subject, other.site)
    assert other.latest().status_code == 404
    for method in ("GET", "DELETE"):
        assert other.ask(method, f"/v1/sessions/{session_id}").status_code == 404
    assert other.ask("POST", "/v1/chat", json={"message": "hi", "session_id": session_id}).status_code == 404


def test_a_conversation_begun_before_signing_in_stays_with_the_browser(client: TestClient) -> None:
    anonymous, signed_in = Device(client, PHONE), Device(client, PHONE, "c-1")
    session_id = anonymous.say("desk lamp under 40")["session_id"]
    assert signed_in.latest().status_code == 404
    assert signed_in.ask("GET", f"/v1/sessions/{session_id}").status_code == 404
    assert anonymous.latest().json()["session_id"] == session_id


def test_an_expired_token_is_refused_and_not_taken_for_nobody(client: TestClient) -> None:
    Device(client, PHONE).say("desk lamp under 40")
    refused = Device(client, PHONE, "c-1", left_s=-LEEWAY_S - 5).latest()
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:shopping-assistant:bad-token")


@pytest.mark.parametrize("subject", ["", " "])
def test_a_token_for_no_one_in_particular_is_refused(client: TestClient, subject: str) -> None:
    refused = Device(client, PHONE, subject).latest()
    assert refused.status_code == 401
    assert "`sub` is empty" in refused.json()["detail"]


def test_what_is_known_of_a_person_is_known_on_every_device_and_apart_from_the_browser(client: TestClient) -> None:
    phone, laptop, anonymous = Device(client, PHONE, "c-1"), Device(client, LAPTOP, "c-1"), Device(client, PHONE)
    assert phone.ask("POST", "/v1/events", json=LIKE).json()["accepted"] == 1
    assert [fact["product_id"] for fact in laptop.facts()] == ["brass-lamp"]
    suggested = [
        one.ask("GET", "/v1/recommend", params={"visitor": one.browser}).text for one in (phone, laptop, anonymous)
    ]
    assert ["because you liked" in text for text in suggested] == [True, True, False]
    assert anonymous.facts() == []
    assert laptop.ask("DELETE", "/v1/events").status_code == 204
    assert phone.facts() == []


def test_an_event_without_a_visitor_is_nobody_s_whoever_is_signed_in(client: TestClient) -> None:
    page = Device(client, None, "c-1")
    assert page.ask("POST", "/v1/events", json=LIKE).json()["accepted"] == 1
    assert page.facts() == []


def test_a_person_is_a_hash_of_site_and_subject_that_no_browser_s_token_gives() -> None:
    assert person("lamps", "c-1") == hashlib.sha256(b"lamps\nc-1").hexdigest()
    assert len({person("lamps", "c-1"), person("mugs", "c-1"), person("lamps", "c-2"), hashed("lampsc-1")}) == 4
