"""The cart handed to the shop's own server: once, exactly, and said only when the shop has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assistant import Assistant, Reply
from assistant.actions.handoff import OFFER
from assistant.build import build_checkout
from assistant.contract import CartView
from assistant.model import Parse
from assistant.outbound.checkout import CheckoutHook, cart_key, cart_message
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ByWebhook
from assistant.outbound.webhook import Webhook
from assistant.settings import Settings
from assistant.state import replay
from retrieval.errors import BadInput
from retrieval.product import Product
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said
from tests.webhook_server import SECRET, WebhookServer

TWO_TOTES = (said("search", product="tote bag"), said("cart_add", ref=(1,), quantity=2))
PAY = "https://shop.example/pay/1"


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    server = WebhookServer({"url": PAY, "reference": "R-1"})
    yield server
    server.close()


def shop(searcher: Searcher, server: WebhookServer, *parses: Parse, confirm_below: float = 0.0) -> Assistant:
    hook = CheckoutHook(Webhook(server.url, SECRET, sleep=lambda _: None))
    return Assistant(replace(parts_with(searcher, parses), checkout_hook=hook, confirm_below=confirm_below))


def talk(searcher: Searcher, server: WebhookServer, *parses: Parse, session: str = "s_1") -> list[Reply]:
    with shop(searcher, server, *parses) as assistant:
        return [assistant.reply(f"message {number}", session) for number, _ in enumerate(parses, start=1)]


def test_the_shop_gets_the_cart_and_the_shopper_its_answer(searcher: Searcher, server: WebhookServer) -> None:
    reply = talk(searcher, server, *TWO_TOTES, said("checkout"))[-1]
    ((key, message),) = server.taken.items()
    assert key.startswith("cart_")
    assert message.pop("created").endswith("+00:00")
    assert message.pop("reference").startswith("C-")
    tote = {
        "id": "tote",
        "title": "Market Tote Bag",
        "variant": {},
        "quantity": 2,
        "price": "29.00",
        "subtotal": "58.00",
    }
    assert message == {
        "type": "cart.handed_over", "session": "s_1", "items": [tote], "count": 2, "total": "58.00", "currency": "USD",
    }  # fmt: skip
    assert reply.reply.startswith(
        f"Your cart: 2 items, $58. It is handed over to the shop; the reference is R-1. Pay on the shop's own page: {PAY} "
    )
    said_json = reply.to_json()
    assert (said_json["checkout_url"], said_json["checkout_reference"], said_json["fault"]) == (PAY, "R-1", None)
    assert reply.cart.count == 2


def test_an_unchanged_cart_is_not_sent_again_and_its_reference_said(searcher: Searcher, server: WebhookServer) -> None:
    parses = (*TWO_TOTES, said("checkout"), said("search", product="lamp"), said("checkout"))
    reply = talk(searcher, server, *parses)[-1]
    assert len(server.tries) == 1
    assert "was handed over to the shop already and is not sent again; the reference is R-1." in reply.reply
    assert (reply.checkout_url, reply.checkout_reference) == (PAY, "R-1")


def test_a_changed_cart_is_a_new_order(searcher: Searcher, server: WebhookServer) -> None:
    talk(
        searcher, server, *TWO_TOTES, said("checkout"), said("cart_add", product="tote bag", ref=(1,)), said("checkout")
    )
    assert [message["count"] for message in server.taken.values()] == [2, 3]


def test_the_same_cart_of_another_conversation_is_another_order(searcher: Searcher, server: WebhookServer) -> None:
    for session in ("s_1", "s_2"):
        talk(searcher, server, *TWO_TOTES, said("checkout"), session=session)
    assert len(server.taken) == 2


def test_what_is_not_delivered_is_an_error_and_the_cart_is_kept(searcher: Searcher, server: WebhookServer) -> None:
    server.statuses = [503] * 3
    *_, failed, again = talk(searcher, server, *TWO_TOTES, said("checkout"), said("checkout"))
    assert failed.reply.startswith("Your cart: 2 items, $58. I could not hand it over:")
    assert failed.to_json()["fault"] == "checkout-not-delivered"
    assert (failed.checkout_url, failed.checkout_reference, failed.cart.count) == (None, None, 2)
    assert (again.fault, again.checkout_reference) == (None, "R-1")
    assert (len(set(server.tries)), len(server.taken)) == (1, 1)  # the same id all along


@pytest.mark.parametrize(
    "answer",
    [
        b"thank you",
        [],
        {"url": "javascript:alert(1)"},
        {"url": "shop.example"},
        {"reference": "R\n1"},
        {"reference": "<b>"},
    ],
)
def test_an_answer_out_of_the_contract_is_not_taken_for_a_yes(
    searcher: Searcher, server: WebhookServer, answer: object
) -> None:
    server.answer = answer
    reply = talk(searcher, server, *TWO_TOTES, said("checkout"))[-1]
    assert reply.fault is not None
    assert "I could not hand it over" in reply.reply


def test_a_shop_that_names_no_page_and_no_reference(searcher: Searcher, server: WebhookServer) -> None:
    server.answer = b""
    reply = talk(searcher, server, *TWO_TOTES, said("checkout"))[-1]
    ((_, message),) = server.taken.items()
    assert f"the reference is {message['reference']}. It named no page to pay on" in reply.reply
    assert reply.checkout_url is None


def test_an_unsure_checkout_sends_nothing_before_its_yes(searcher: Searcher, server: WebhookServer) -> None:
    unsure = replace(said("checkout"), confidence=0.3)
    with shop(searcher, server, *TWO_TOTES, unsure, said("greet"), confirm_below=0.4) as assistant:
        for message in ("a tote bag", "two of them"):
            assistant.reply(message, "s_1")
        assert assistant.reply("lets go", "s_1").reply == "Go to the checkout with 2 items: right?"
        assert server.tries == []
        assert assistant.reply("yes", "s_1").checkout_reference == "R-1"


def test_an_empty_cart_is_not_sent(searcher: Searcher, server: WebhookServer) -> None:
    assert talk(searcher, server, said("checkout"))[-1].reply == "Your cart is empty."
    assert server.tries == []


def test_a_cart_that_cannot_be_delivered_twice_brings_the_offer_of_a_person(
    searcher: Searcher, server: WebhookServer
) -> None:
    server.statuses = [400, 400]
    hook = CheckoutHook(Webhook(server.url, SECRET))
    desk = HandoffDesk(HandoffRules(), ByWebhook(Webhook(server.url, SECRET)), Letters())
    parts = replace(parts_with(searcher, [*TWO_TOTES, *[said("checkout")] * 2]), checkout_hook=hook, handoff=desk)
    with Assistant(parts) as assistant:
        replies = [assistant.reply(f"message {number}", "s_1") for number in range(4)]
    assert [OFFER in reply.reply for reply in replies] == [False, False, False, True]
    assert replies[-1].fault is not None


def test_the_state_is_the_fold_of_its_turns(searcher: Searcher, server: WebhookServer) -> None:
    with shop(searcher, server, *TWO_TOTES, said("checkout"), said("search", product="lamp")) as assistant:
        for _ in range(4):
            assistant.reply("as parsed", "s_1")
        kept = assistant.session("s_1")
    state = replace(
        kept.state, shown=(), seen=frozenset(), focus=None, acts=(), turn=0, last=None, cart=(), handed=None
    )
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state
    assert state.handed is not None


def test_amounts_are_exact_with_the_currency_s_own_decimals() -> None:
    dime, yen = Product("d", "D", price=Decimal("0.1")), Product("y", "Y", price=Decimal("1200.0"), currency="JPY")
    message = cart_message(CartView(((dime, 3),)), "s", "C-1", datetime(2026, 5, 1, tzinfo=UTC))
    assert (message["items"][0]["price"], message["total"]) == ("0.10", "0.30")
    message = cart_message(CartView(((yen, 1),), "JPY"), "s", "C-1", datetime(2026, 5, 1, tzinfo=UTC))
    assert (message["items"][0]["price"], message["total"]) == ("1200", "1200")
    unpriced = cart_message(CartView(((Product("u", "U"), 1),)), "s", "C-1", datetime(2026, 5, 1, tzinfo=UTC))
    assert (unpriced["items"][0]["price"], unpriced["items"][0]["subtotal"], unpriced["total"]) == (None, None, "0.00")


def test_the_key_depends_on_what_is_bought_and_at_what_price_not_on_the_order() -> None:
    one, two = Product("a", "A", price=Decimal(1)), Product("b", "B", price=Decimal(2))
    key = cart_key(CartView(((one, 1), (two, 2))), "s")
    assert key == cart_key(CartView(((two, 2), (one, 1))), "s")
    dearer = replace(two, price=Decimal(3))
    others = [((one, 2), (two, 2)), ((one, 1),), ((one, 1), (dearer, 2))]
    assert key not in {cart_key(CartView(lines), "s") for lines in others}


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"checkout_webhook": "https://s.example/h"}, "SHOP_CHECKOUT_WEBHOOK_SECRET is not"),
        ({"checkout_webhook": "https://s.example/h", "checkout_webhook_secret": "short"}, "24 to 64 bytes"),
        (
            {"checkout_webhook": "https://s.example/h", "checkout_url": "https://s.example/{items}"},
            "both take the cart",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, str], wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        build_checkout(Settings(**settings))
