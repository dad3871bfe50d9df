"""Whatever is asked and whatever fails: what a reply says went to the shop is what the shop's server took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Assistant
from assistant.outbound.checkout import CheckoutHook
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ByWebhook
from assistant.outbound.webhook import Webhook
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said
from tests.webhook_server import BROKEN, SECRET, WebhookServer

PARSES = {
    "find": said("search", product="tote bag"),
    "add": said("cart_add", ref=(1,)),
    "checkout": said("checkout"),
    "unsure checkout": replace(said("checkout"), confidence=0.2),
    "person": said("handoff"),
    "unsure person": replace(said("handoff"), confidence=0.2),
    "lost": said("other"),
    "yes": said("greet"),
    "no": said("greet"),
    "change": said("order_change"),
}
TURNS = st.lists(
    st.tuples(st.sampled_from(sorted(PARSES)), st.sampled_from([[], [], [500] * 3, [404], [BROKEN]])),
    min_size=2,
    max_size=9,
)
RULES = st.builds(
    HandoffRules,
    failed_turns=st.integers(0, 2),
    ask_first=st.booleans(),
    cart_over=st.none() | st.just(Decimal(30)),
    intents=st.just(()) | st.just(("order_change",)),
)


@pytest.fixture(scope="module")
def server() -> Iterator[WebhookServer]:
    server = WebhookServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def webhook(server: WebhookServer) -> Iterator[Webhook]:
    webhook = Webhook(server.url, SECRET, sleep=lambda _: None)
    yield webhook
    webhook.close()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(turns=TURNS, rules=RULES)
def test_nothing_is_claimed_that_the_shop_has_not(
    searcher: Searcher,
    server: WebhookServer,
    webhook: Webhook,
    turns: list[tuple[str, list[int]]],
    rules: HandoffRules,
) -> None:
    server.taken.clear()
    desk = HandoffDesk(rules, ByWebhook(webhook), Letters())
    parts = replace(parts_with(searcher, [PARSES[name] for name, _ in turns]), confirm_below=0.4)
    assistant = Assistant(replace(parts, checkout_hook=CheckoutHook(webhook), handoff=desk))
    for name, statuses in turns:
        before = set(server.taken)
        server.statuses = list(statuses)
        reply = assistant.reply(name, "s_1")
        new = [body for key, body in server.taken.items() if key not in before]
        letters = [body for body in new if body["type"] == "handoff.requested"]
        known = [body["reference"] for body in server.taken.values() if body["type"] == "cart.handed_over"]
        assert (reply.handoff is not None) == bool(letters)
        assert ("I have passed this conversation on" in reply.reply) == bool(letters)
        assert all(body["reference"] in reply.reply for body in letters)
        assert reply.checkout_reference is None or reply.checkout_reference in known
        assert ("handed over" in reply.reply) == (reply.checkout_reference is not None)
        assert (reply.fault is not None) == ("I could not" in reply.reply)
        if name.startswith("unsure"):
            assert not any(body["type"] == "cart.handed_over" or body["why"] == "asked" for body in new)
    desk.letters.close()
