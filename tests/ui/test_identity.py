"""A shopper whom the shop vouches for: tokens as docs/deploy.md makes them prove orders, and any other is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from fastapi.testclient import TestClient

from assistant import Assistant
from assistant.actions.orders import ASK_ALL, ASK_NUMBER, WRONG
from assistant.orders.book import OrderRules
from assistant.orders.desk import OrderDesk
from assistant.orders.log import OrderLog
from retrieval.errors import BadInput
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.contracts.test_order_books import PROOF, sql_book
from tests.fakes import said
from ui.http import create_app
from ui.identity import LEEWAY_S, LIFE_S
from ui.lane import Lane
from ui.problem import MEDIA_TYPE
from ui.sites import Sites, read_sites

SECRET, OTHER_SECRET = "s" * 32, "t" * 32
EMAIL = str(PROOF.email)
SITES = f"""
[[site]]
key = "lamps"
name = "Lamps"
origins = ["https://lamps.example"]
secret = "{SECRET}"

[[site]]
key = "mugs"
name = "Mugs"
origins = ["https://mugs.example"]
"""
DEPLOY = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
WHERE = "where is LM-100002?"


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    file = tmp_path / "sites.toml"
    file.write_text(SITES)
    return read_sites(file)


@pytest.fixture
def client(searcher: Searcher, tmp_path: Path, sites: Sites) -> Iterator[TestClient]:
    desk = OrderDesk(sql_book(tmp_path), OrderRules(), OrderLog())
    parts = replace(parts_with(searcher, [said("order_status")] * 3), orders=desk)
    with Assistant(parts) as assistant, TestClient(create_app(assistant, Lane(), sites)) as client:
        yield client
    desk.book.close()
    desk.log.close()


def signed(secret: str = SECRET, algorithm: str = "HS256", drop: str = "", **claims: Any) -> str:
    whole = {"sub": "c-1", "email": EMAIL, "exp": int(time.time()) + 600, **claims}
    return jwt.encode({name: value for name, value in whole.items() if name != drop}, secret, algorithm=algorithm)


def ask(
    client: TestClient, token: str | None, message: str = WHERE, site: str | None = "lamps", **body: object
) -> httpx.Response:
    headers = {"X-Site-Key": site} if site else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if site:
        headers["Origin"] = f"https://{site}.example"
    return client.post("/v1/chat", json={"message": message, **body}, headers=headers)


def documented_token(customer_id: str, email: str, secret: str) -> str:
    """What the example of docs/deploy.md gives."""
    (example,) = re.findall(r"```python\n(.*?)```", DEPLOY, re.DOTALL)
    names: dict[str, Callable[[str, str, str], str]] = {}
    exec(example, names)
    return names["token_for"](customer_id, email, secret)


def test_the_token_of_the_documentation_proves_an_order_by_its_number_alone(client: TestClient) -> None:
    reply = ask(client, documented_token("c-1", EMAIL, SECRET)).json()["reply"]
    assert "Order LM-100002 is shipped" in reply


def test_without_a_token_the_proof_is_asked(client: TestClient) -> None:
    assert "e-mail address or the postcode" in ask(client, None).json()["reply"]


def test_only_the_number_is_asked_of_whom_the_shop_vouches_for(client: TestClient) -> None:
    assert ask(client, signed(), "where is my order?").json()["reply"] == ASK_NUMBER
    assert ask(client, signed(drop="email"), "where is my order?").json()["reply"] == ASK_ALL


def test_another_shopper_s_order_is_not_proven(client: TestClient) -> None:
    assert ask(client, signed(email="b@example.com")).json()["reply"] == WRONG


def test_an_address_in_the_message_is_tried_instead_of_the_verified_one(client: TestClient) -> None:
    answer = ask(client, signed(email="b@example.com"), f"{WHERE} it is on {EMAIL}")
    assert "Order LM-100002 is shipped" in answer.json()["reply"]


def test_a_conversation_of_a_signed_in_shopper_is_not_there_without_the_token(client: TestClient) -> None:
    session_id = ask(client, signed(), "where is my order?").json()["session_id"]
    assert ask(client, None, "LM-100002", session_id=session_id).status_code == 404


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (lambda: signed(OTHER_SECRET), "Signature verification failed"),
        (lambda: signed(exp=int(time.time()) - LEEWAY_S - 5), "has expired"),
        (lambda: signed(exp=int(time.time()) + LIFE_S + LEEWAY_S + 60), "longer than 15 minutes"),
        (lambda: signed(drop="exp"), 'missing the "exp" claim'),
        (lambda: signed(drop="sub"), 'missing the "sub" claim'),
        (lambda: signed(sub=7), "Subject must be a string"),
        (lambda: signed(email="nobody"), "no e-mail address"),
        (lambda: signed(email=[EMAIL]), "no e-mail address"),
        (lambda: signed("", "none"), "alg value is not allowed"),
        (lambda: signed("s" * 64, "HS512"), "alg value is not allowed"),
        (lambda: signed().rpartition(".")[0] + ".", "Signature verification failed"),
        (lambda: "not-a-token", "Not enough segments"),
    ],
)
def test_a_token_that_proves_nothing_is_refused_with_what_to_do(
    client: TestClient, token: Callable[[], str], says: str
) -> None:
    answer = ask(client, token())
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (401, MEDIA_TYPE)
    assert problem["type"] == "urn:shopping-assistant:bad-token"
    assert says in problem["detail"]
    assert problem["fix"]
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("site", ["mugs", None])
def test_a_token_is_refused_where_no_secret_can_check_it(client: TestClient, site: str | None) -> None:
    assert ask(client, signed(), site=site).status_code == 401


def test_a_wrong_token_is_refused_on_every_call_of_the_api_and_health_checks_need_none(client: TestClient) -> None:
    wrong = {"Authorization": f"Bearer {signed(OTHER_SECRET)}", "X-Site-Key": "lamps", "Sec-Fetch-Site": "same-origin"}
    paths = ("/v1/products/clamp", "/v1/search?q=lamp", "/v1/sessions/s_1", "/healthz", "/metrics")
    assert [client.get(path, headers=wrong).status_code for path in paths] == [401, 401, 401, 200, 200]


def test_a_page_of_the_site_may_send_a_token_and_read_the_refusal(client: TestClient) -> None:
    wants = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options("/v1/chat", headers={"Origin": "https://lamps.example", **wants})
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    refused = ask(client, signed(OTHER_SECRET))
    assert refused.headers["access-control-allow-origin"] == "https://lamps.example"


def test_a_short_secret_is_refused_and_no_secret_is_shown(tmp_path: Path, sites: Sites) -> None:
    (tmp_path / "short.toml").write_text(SITES.replace(SECRET, "hunter2"))
    with pytest.raises(BadInput, match=r"site\.0\.secret: .*at least 32") as caught:
        read_sites(tmp_path / "short.toml")
    assert "hunter2" not in str(caught.value)
    assert SECRET not in repr(sites)
