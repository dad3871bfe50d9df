"""Which pages may call: those that a site names, letter by letter; and whose a conversation is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retrieval.errors import BadInput
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.problem import MEDIA_TYPE
from ui.sites import Sites, read_sites

from .shop import open_shop

SHOP = "https://shop.example"
FILE = f"""
[[site]]
key = "lamps"
name = "Lamps"
origins = ["{SHOP}", "http://localhost:3000"]

[[site]]
key = "mugs"
name = "Mugs"
origins = ["https://mugs.example"]
"""
ANNA, BEN = "a" * 22, "b" * 22


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    file = tmp_path / "sites.toml"
    file.write_text(FILE)
    return read_sites(file)


@pytest.fixture
def client(small_store: Path, sites: Sites) -> Iterator[TestClient]:
    lamps = [said("search", product="desk lamp")] * 3
    with open_shop(small_store, *lamps) as assistant, TestClient(create_app(assistant, Lane(), sites)) as client:
        yield client


def ask(client: TestClient, *, visitor: str | None = None, **body: object) -> Any:
    headers = {"X-Visitor": visitor} if visitor else {}
    return client.post("/v1/chat", json={"message": "desk lamp", **body}, headers=headers)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('origins = ["*"]', "is no origin"),
        ('origins = ["shop.example"]', "is no origin"),
        ('origins = ["https://*.shop.example"]', "is no origin"),
        ('origins = ["https://shop.example/"]', "write https://shop.example"),
        ('origins = ["https://Shop.example:443"]', "write https://shop.example"),
        ("origins = []", "site.0.origins"),
        ('origins = ["https://shop.example"]\norigin = "x"', "site.0.origin: Extra inputs"),
        ("origins = [", "not TOML"),
        (f'origins = ["{SHOP}"]\n[[site]]\nkey = "lamps"\nname = "L"\norigins = ["{SHOP}"]', "'lamps' stands at more"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "sites.toml"
    file.write_text(f'[[site]]\nkey = "lamps"\nname = "Lamps"\n{line}\n')
    with pytest.raises(BadInput) as caught:
        read_sites(file)
    assert says in caught.value.detail
    assert "docs/deploy.md" in caught.value.fix


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml"):
        read_sites(tmp_path / "none.toml")


def test_a_page_of_the_site_may_read_the_answer_and_sends_no_cookies(client: TestClient) -> None:
    answer = client.get("/v1/products/brass-lamp", headers={"Origin": SHOP, "X-Site-Key": "lamps"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_page_of_the_site_may_read_errors_too(client: TestClient) -> None:
    answer = client.get("/v1/products/none", headers={"Origin": SHOP, "X-Site-Key": "lamps"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, SHOP)


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        ("https://evil.example", "lamps"),
        ("https://shop.example.evil.example", "lamps"),
        ("http://shop.example", "lamps"),
        ("https://shop.example:8443", "lamps"),
        ("https://mugs.example", "lamps"),
        ("null", "lamps"),
        (SHOP, "unknown"),
        (SHOP, None),
        (None, "unknown"),
    ],
)
def test_any_other_origin_or_key_is_refused_with_what_to_do(
    client: TestClient, origin: str | None, key: str | None
) -> None:
    headers = {name: value for name, value in (("Origin", origin), ("X-Site-Key", key)) if value}
    answer = client.get("/v1/products/brass-lamp", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, MEDIA_TYPE)
    assert answer.json()["type"] == "urn:shopping-assistant:site-refused"
    assert answer.json()["fix"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}])
def test_what_is_not_from_another_page_needs_no_setup(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/v1/products/brass-lamp", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"), [(SHOP, 204), ("https://mugs.example", 204), ("https://evil.example", 403)]
)
def test_a_preflight_is_answered_for_the_sites_only(client: TestClient, origin: str, status: int) -> None:
    wants = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-site-key,x-visitor"}
    answer = client.options("/v1/chat", headers={"Origin": origin, **wants})
    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == (origin if status == 204 else None)
    assert status == 403 or "X-Visitor" in answer.headers["access-control-allow-headers"]


def test_only_the_sites_may_frame_the_pages(client: TestClient) -> None:
    policy = client.get("/healthz").headers["content-security-policy"]
    ancestors = policy.rpartition("frame-ancestors ")[2]
    assert ancestors == f"'self' http://localhost:3000 https://mugs.example {SHOP}"


def test_hsts_is_sent_over_https_only(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/healthz").headers
    assert "strict-transport-security" in client.get("https://testserver/healthz").headers


@pytest.mark.parametrize("other", [BEN, None])
def test_a_visitors_conversation_is_not_there_for_anybody_else(client: TestClient, other: str | None) -> None:
    session_id = ask(client, visitor=ANNA).json()["session_id"]
    path, headers = f"/v1/sessions/{session_id}", {"X-Visitor": other} if other else {}
    thumb = {"session_id": session_id, "turn": 1, "thumb": "up"}
    answers = [
        client.get(path, headers=headers),
        client.get(f"{path}/answers", headers=headers),
        client.delete(path, headers=headers),
        client.post("/v1/feedback", json=thumb, headers=headers),
        ask(client, visitor=other, session_id=session_id),
        ask(client, visitor=other, session_id=session_id, stream=True),
    ]
    missing = client.get("/v1/sessions/s_none").json()["title"]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(404, missing)] * 6


def test_a_visitor_goes_on_reads_and_erases(client: TestClient) -> None:
    session_id = ask(client, visitor=ANNA).json()["session_id"]
    path, mine = f"/v1/sessions/{session_id}", {"X-Visitor": ANNA}
    assert ask(client, visitor=ANNA, session_id=session_id).json()["turn"] == 2
    assert client.get(path, headers=mine).status_code == 200
    assert client.delete(path, headers=mine).status_code == 204
    assert client.get(path, headers=mine).status_code == 404


def test_a_token_with_too_few_bits_is_refused(client: TestClient) -> None:
    assert ask(client, visitor="short").status_code == 422


def test_a_thumb_for_a_turn_that_is_not_there_is_refused(client: TestClient) -> None:
    session_id = ask(client).json()["session_id"]
    thumb = {"session_id": session_id, "turn": 1, "thumb": "down", "comment": "too dear"}
    assert client.post("/v1/feedback", json=thumb).json() == thumb
    assert client.post("/v1/feedback", json={**thumb, "turn": 2}).status_code == 404
    assert client.post("/v1/feedback", json={**thumb, "thumb": "meh"}).status_code == 422


@pytest.mark.parametrize(
    ("site", "origin", "known", "allowed"),
    [
        ("lamps", SHOP, True, True),
        ("lamps", "https://mugs.example", True, False),
        ("lamps", f"{SHOP}.evil.example", True, False),
        ("cups", SHOP, False, False),
    ],
)
def test_any_page_learns_who_may_use_a_key(
    client: TestClient, site: str, origin: str, known: bool, allowed: bool
) -> None:
    answer = client.get("/widget/check", params={"site": site, "origin": origin})
    assert answer.json() == {"known": known, "allowed": allowed}
    assert answer.headers["access-control-allow-origin"] == "*"  # a page that is refused has to be able to read why


@pytest.mark.parametrize("path", ["/widget-demo", "/widget-install"])
def test_the_pages_around_the_widget_allow_nothing_inline(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
