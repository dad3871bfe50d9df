"""Signed messages: what the shop's server can check, what is sent again, and what is given up."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from assistant.outbound.webhook import ATTEMPTS, NotDelivered, Webhook, signature
from retrieval.errors import BadInput
from tests.webhook_server import LATE, SECRET, WebhookServer, documented_check


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    server = WebhookServer({"reference": "R-1"})
    yield server
    server.close()


def send(server: WebhookServer, secret: str = SECRET, *, timeout_s: float = 4.0) -> bytes:
    webhook = Webhook(server.url, secret, timeout_s=timeout_s, sleep=lambda _: None)
    try:
        return webhook.send("msg_1", {"total": "0.10"})
    finally:
        webhook.close()


def test_a_message_is_signed_as_the_specification_s_own_example() -> None:
    key = b"\xa6\x52\x77\x9e\x6c\x82\x0c\x60\x4a\x22\x76\xaf\x74\xe2\xb5\xe6\x3b\x25"
    body = b'{"event_type":"ping","data":{"success":true}}'
    assert signature(key, "msg_loFOjxBNrRLzqYUf", "1731705121", body) == (
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    )


def test_the_receiver_finds_it_genuine_and_its_answer_comes_back(server: WebhookServer) -> None:
    assert send(server) == b'{"reference": "R-1"}'
    assert server.taken == {"msg_1": {"total": "0.10"}}


def test_another_secret_is_not_genuine_and_not_tried_again(server: WebhookServer) -> None:
    with pytest.raises(NotDelivered, match="answered 401"):
        send(server, f"whsec_{'A' * 32}")
    assert (server.refused, len(server.tries)) == (1, 1)


@pytest.mark.parametrize(
    ("age_s", "body", "right"),
    [(0, b"{}", True), (0, b'{"total": 0}', False), (400, b"{}", False), (-400, b"{}", False)],
)
def test_a_changed_body_and_an_old_message_are_not_genuine(age_s: int, body: bytes, right: bool) -> None:
    sent_at = str(int(time.time()) - age_s)
    signed = signature(bytes(24), "m", sent_at, b"{}")
    headers = {"webhook-id": "m", "webhook-timestamp": sent_at, "webhook-signature": signed}
    assert documented_check()(body, headers, f"whsec_{'A' * 32}") is right


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again_under_the_same_id(server: WebhookServer, status: int) -> None:
    server.statuses = [status, status]
    send(server)
    assert server.tries == ["msg_1"] * 3


def test_after_the_last_attempt_it_is_not_delivered(server: WebhookServer) -> None:
    server.statuses = [503] * 9
    with pytest.raises(NotDelivered, match="answered 503"):
        send(server)
    assert len(server.tries) == ATTEMPTS


@pytest.mark.parametrize("status", [302, 400, 404, 410])
def test_any_other_refusal_is_final(server: WebhookServer, status: int) -> None:
    server.statuses = [status]
    with pytest.raises(NotDelivered, match=str(status)):
        send(server)
    assert len(server.tries) == 1


def test_a_lost_answer_is_asked_for_again_and_the_message_taken_once(server: WebhookServer) -> None:
    server.lost = 1
    assert send(server) == b'{"reference": "R-1"}'
    assert (len(server.tries), len(server.taken)) == (2, 1)


def test_a_server_that_keeps_silent_is_given_up(server: WebhookServer) -> None:
    server.statuses = [LATE] * ATTEMPTS
    with pytest.raises(NotDelivered, match="did not answer: timed out"):
        send(server, timeout_s=0.05)
    assert server.taken == {}


def test_nobody_there_is_not_delivered(server: WebhookServer) -> None:
    server.close()
    with pytest.raises(NotDelivered, match=r"127\.0\.0\.1 did not answer"):
        send(server)


def test_an_endless_answer_is_not_read_to_its_end(server: WebhookServer) -> None:
    server.answer = b" " * 70_000
    with pytest.raises(NotDelivered, match="over 65,536 bytes"):
        send(server)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "A" * 32, "whsec_not base64 at all, is it?"])
def test_a_weak_secret_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(BadInput, match="24 to 64 bytes"):
        Webhook("https://shop.example/hook", secret)
