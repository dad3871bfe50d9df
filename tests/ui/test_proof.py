"""Addresses that call a lot solve a puzzle for each message: who is asked, and which solutions count."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from altcha import Challenge, Payload, solve_challenge
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.problem import MEDIA_TYPE
from ui.settings import ServerSettings

from .shop import open_shop

ClientWith = Callable[..., TestClient]


@pytest.fixture
def client_with(small_store: Path) -> Iterator[ClientWith]:
    """A client of an app where an address may call eight times a minute."""
    with ExitStack() as stack:
        shop = stack.enter_context(open_shop(small_store, *[said("search", product="desk lamp")] * 20))

        def make(**settings: Any) -> TestClient:
            app = create_app(shop, Lane(), settings=ServerSettings(address_limit="8/minute", **settings))
            return stack.enter_context(TestClient(app, client=("192.0.2.1", 50_000)))

        yield make


def say(client: TestClient, proof: str | None = None) -> httpx.Response:
    headers = {"X-Proof": proof} if proof else {}
    return client.post("/v1/chat", json={"message": "desk lamp"}, headers=headers)


def solved(refused: httpx.Response) -> str:
    challenge = Challenge.from_dict(refused.json()["challenge"])
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def test_nobody_is_asked_unless_the_operator_wants_it(client_with: ClientWith) -> None:
    client = client_with()
    assert [say(client).status_code for _ in range(8)] == [200] * 8


def test_an_address_beyond_its_share_is_asked_and_goes_on_with_the_solution(client_with: ClientWith) -> None:
    client = client_with(challenge_from=0.5)
    assert [say(client).status_code for _ in range(4)] == [200] * 4  # half of eight
    refused = say(client)
    assert (refused.status_code, refused.headers["content-type"]) == (429, MEDIA_TYPE)
    assert refused.json()["type"] == "urn:shopping-assistant:proof-needed"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert say(client, solved(refused)).status_code == 200


def test_a_solution_counts_once(client_with: ClientWith) -> None:
    client = client_with(challenge_from=0)
    proof = solved(say(client))
    assert [say(client, proof).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    "proof", ["x", "é", b64encode(b"[]").decode(), b64encode(b'{"challenge": 1, "solution": []}').decode()]
)
def test_what_is_no_solution_is_refused_with_a_new_puzzle(client_with: ClientWith, proof: str) -> None:
    answer = client_with(challenge_from=0).post(
        "/v1/chat", json={"message": "desk lamp"}, headers={"X-Proof": proof.encode()}
    )
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:shopping-assistant:proof-needed")


@pytest.mark.parametrize(("name", "value"), [("keyPrefix", ""), ("cost", 1), ("expiresAt", 9_999_999_999)])
def test_a_puzzle_made_easier_is_refused(client_with: ClientWith, name: str, value: object) -> None:
    client = client_with(challenge_from=0)
    proof = json.loads(b64decode(solved(say(client))))
    proof["challenge"]["parameters"][name] = value
    easier = Challenge.from_dict(proof["challenge"])
    solution = solve_challenge(easier)
    assert solution is not None
    assert say(client, Payload(easier, solution).to_base64()).status_code == 429


def test_only_messages_are_asked_for_it(client_with: ClientWith) -> None:
    busy = client_with(challenge_from=0.1)
    assert [busy.get("/v1/products/brass-lamp").status_code for _ in range(5)] == [200] * 5
    assert say(busy).status_code == 429
    assert busy.get("/v1/products/brass-lamp").status_code == 200


def test_processes_with_the_same_operators_token_take_each_others_puzzles(client_with: ClientWith) -> None:
    token = SecretStr("a token of the operator")
    one, two = (client_with(challenge_from=0, admin_token=token) for _ in range(2))
    assert say(two, solved(say(one))).status_code == 200
    strange = client_with(challenge_from=0)
    assert say(strange, solved(say(one))).status_code == 429
