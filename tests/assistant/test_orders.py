"""Orders in the dialogue: no word of an order without proof, no act without its yes, and each act once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.actions.orders import ASK_ACT, ASK_ADDRESS, ASK_INSTEAD, DOWN, LIMITED, NO_EXCHANGE, NO_ORDERS, WRONG
from assistant.model import Parse
from assistant.orders.book import OrderRules, read_rules
from assistant.orders.desk import OrderDesk, open_desk
from assistant.orders.log import OrderLog
from assistant.sessions_sql import SqlSessions
from retrieval.errors import BadInput
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.contracts.test_order_books import DELIVERED, PLACED, SHIPPED, sql_book
from tests.fakes import said

TODAY = date(2026, 5, 4)
SECRET = ("Aster", "Gift", "placed on", "shipped", "delivered", "Parcel", "PT1", "Lane", "2026")
STATUS = said("order_status")
CHANGE = said("order_change")
OTHER = said("other")


class Counter:
    """The small shop with three orders, at a fixed day."""

    def __init__(self, searcher: Searcher, folder: Path) -> None:
        self._searcher = searcher
        self.book = sql_book(folder)
        self.log = OrderLog()
        self.desk = OrderDesk(self.book, OrderRules(), self.log, lambda: TODAY)

    def reading(self, *parses: Parse, sessions: SqlSessions | None = None) -> Assistant:
        return Assistant(replace(parts_with(self._searcher, parses), orders=self.desk), sessions)

    def close(self) -> None:
        self.book.close()
        self.log.close()


@pytest.fixture
def counter(searcher: Searcher, tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(searcher, tmp_path)
    yield counter
    counter.close()


def talk(shop: Assistant, *messages: str, session_id: str = "s_1") -> list[str]:
    return [shop.reply(message, session_id).reply for message in messages]


def test_a_shop_without_orders_says_so(assistant_with: AssistantWith) -> None:
    assert talk(assistant_with([STATUS]), "where is LM-100001?") == [NO_ORDERS]


def test_an_order_system_that_does_not_answer_is_an_error_in_the_reply(searcher: Searcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    desk = open_desk(url, None, None)
    reply = Assistant(replace(parts_with(searcher, [STATUS]), orders=desk)).reply("where is LM-100001? 12345", "s_1")
    assert (reply.reply, reply.fault) == (DOWN, "orders-down")


def test_the_status_is_told_after_number_and_postcode(counter: Counter) -> None:
    asked, told = talk(counter.reading(STATUS, OTHER), "where is my order LM-100002?", "12345")
    assert not any(word in asked for word in SECRET)
    assert "Order LM-100002 is shipped, placed on 2026-05-02: 2 × Aster Desk Lamp." in told
    assert "Carrier: Parcel Test, tracking number PT1. Expected on 2026-05-09." in told


def test_a_wrong_proof_and_an_unknown_order_get_the_same_answer(counter: Counter) -> None:
    for number in ("LM-100002", "LM-999999"):
        (reply,) = talk(counter.reading(STATUS), f"where is {number}? my zip is 54321", session_id=f"s_{number}")
        assert reply == WRONG


def test_wrong_proofs_are_limited_in_one_conversation_even_for_the_right_one(counter: Counter) -> None:
    wrong = [f"LM-10000{number}, zip 5432{number}" for number in (1, 2, 3)]
    replies = talk(counter.reading(*[STATUS] * 4), *wrong, "LM-100002, zip 12345")
    assert replies == [WRONG, WRONG, WRONG, LIMITED]


def test_wrong_proofs_of_one_number_are_limited_over_conversations_whether_or_not_it_exists(counter: Counter) -> None:
    for number in ("LM-100002", "LM-999999"):
        replies = [
            talk(counter.reading(STATUS), f"{number} zip 5432{turn}", session_id=f"s_{number}_{turn}")[0]
            for turn in range(6)
        ]
        assert replies == [WRONG] * 5 + [LIMITED]


def test_an_act_is_read_back_and_done_after_the_yes_of_the_next_turn(counter: Counter) -> None:
    shop = counter.reading(CHANGE, OTHER)
    (asked,) = talk(shop, "cancel order LM-100001, a.b@example.com")
    assert "I would cancel the whole order LM-100001: 2 × Aster Desk Lamp, 1 × Gift card." in asked
    assert counter.book.status("LM-100001") == PLACED
    (done,) = talk(shop, "yes please")
    assert "order LM-100001 is cancelled. The reference is CAN-" in done
    (logged,) = counter.log.acts()
    assert (logged.who, logged.number, logged.act) == ("session s_1", "LM-100001", "cancel")
    assert logged.reference in done


@pytest.mark.parametrize("between", ["no", "yes but only the lamp", "what is in my cart?", "maybe", "is it yes?"])
def test_anything_but_a_yes_drops_the_act_for_good(counter: Counter, between: str) -> None:
    shop = counter.reading(CHANGE, said("cart_view"), OTHER)
    talk(shop, "cancel order LM-100001, zip 12345", between, "yes")
    assert counter.book.status("LM-100001") == PLACED
    assert counter.log.acts() == []


def test_a_changed_mind_hears_that_nothing_was_done(counter: Counter) -> None:
    _, left = talk(
        counter.reading(CHANGE, OTHER), "cancel order LM-100001, zip 12345", "actually no, i changed my mind"
    )
    assert left.startswith("All right, I left everything as it is.")
    assert counter.book.status("LM-100001") == PLACED


def test_a_postcode_that_is_read_as_the_number_of_an_order_is_still_the_proof(counter: Counter) -> None:
    misread = said("order_change", order_id="12345")
    _, told = talk(counter.reading(STATUS, misread), "where is LM-100002?", "my postcode is 12345")
    assert "Order LM-100002 is shipped" in told


def test_an_e_mail_address_is_no_wish_for_another_address(counter: Counter) -> None:
    _, told = talk(counter.reading(STATUS, CHANGE), "where is LM-100002?", "my e-mail address is a.b@example.com")
    assert "Order LM-100002 is shipped" in told


def test_after_a_wrong_proof_the_next_one_is_tried_for_the_same_number_until_the_limit(counter: Counter) -> None:
    shop = counter.reading(STATUS, OTHER, OTHER, OTHER)
    replies = talk(shop, "where is LM-100002? x@example.com", "y@example.com", "z@example.com", "a.b@example.com")
    assert replies == [WRONG, WRONG, WRONG, LIMITED]
    *_, told = talk(counter.reading(STATUS, OTHER), "LM-100001 x@example.com", "a.b@example.com", session_id="s_2")
    assert "Order LM-100001 is placed" in told


def test_a_new_address_and_what_is_wanted_instead_are_read_back_without_the_proof(counter: Counter) -> None:
    asked = (
        ("change the address of LM-100001 to 5 New Street, 54321 Town. my email is a.b@example.com", ": 5 New Street, 54321 Town. Shall"),
        ("swap the lamp of LM-100003 for size 10, zip 12345", "for “size 10”. Shall"),
    )  # fmt: skip
    for place, (message, read_back) in enumerate(asked):
        (reply,) = talk(counter.reading(CHANGE), message, session_id=f"s_{place}")
        assert read_back in reply


@pytest.mark.parametrize(
    ("message", "read_back"),
    [
        ("call the order off, LM-100001, 12345", "I would cancel the whole order LM-100001"),
        (
            "it doesn't suit me, please take it back, LM-100003, 12345",
            "I would announce the return of 2 × Aster Desk Lamp",
        ),
        ("it doesn't fit, what now? LM-100003, 12345", ASK_INSTEAD),
        ("i won't be home, ship it to my neighbour, LM-100001, a.b@example.com", ASK_ADDRESS),
    ],
)
def test_an_act_is_read_from_what_is_meant(counter: Counter, message: str, read_back: str) -> None:
    (reply,) = talk(counter.reading(CHANGE), message)
    assert reply.startswith(read_back)


def test_which_act_is_meant_is_asked_where_it_is_unsure_and_nothing_happens(counter: Counter) -> None:
    shop = counter.reading(CHANGE, OTHER)
    reply = shop.reply("something is wrong with my order LM-100001, 12345", "s_1")
    assert reply.reply == ASK_ACT
    assert reply.question is not None
    assert reply.question.options == ("Cancel", "Return", "Exchange", "Change the address")
    talk(shop, "yes")
    assert counter.book.status("LM-100001") == PLACED


def test_a_question_for_the_status_that_is_read_as_a_change_hears_the_status(counter: Counter) -> None:
    (reply,) = talk(counter.reading(CHANGE), "has it been shipped yet? LM-100002, 12345")
    assert reply.startswith("Order LM-100002 is shipped")


def test_a_second_yes_does_nothing_more(counter: Counter) -> None:
    talk(counter.reading(CHANGE, OTHER, OTHER), "cancel order LM-100001, zip 12345", "yes", "yes")
    assert len(counter.log.acts()) == 1


def test_a_yes_without_a_question_does_nothing(counter: Counter) -> None:
    talk(counter.reading(STATUS, CHANGE, OTHER), "LM-100001 zip 12345", "yes", "yes")
    assert counter.book.status("LM-100001") == PLACED


def test_a_proven_order_needs_no_second_proof_and_another_one_does(counter: Counter) -> None:
    replies = talk(counter.reading(STATUS, CHANGE, STATUS), "LM-100001 zip 12345", "please cancel it", "and LM-100002?")
    assert "Shall I?" in replies[1]
    assert not any(word in replies[2] for word in SECRET)


def test_a_new_address_is_asked_for_read_back_and_written(counter: Counter) -> None:
    shop = counter.reading(CHANGE, OTHER, OTHER)
    replies = talk(shop, "i need another address for LM-100001, zip 12345", "2 Other Road, 54321 Testville", "yes")
    assert "2 Other Road, 54321 Testville" in replies[1]
    assert counter.book.status("LM-100001") == replace(PLACED, address="2 Other Road, 54321 Testville")


def test_a_return_holds_what_may_go_back_and_no_final_sale(counter: Counter) -> None:
    shop = counter.reading(CHANGE, OTHER)
    asked, done = talk(shop, "i want to return LM-100003, zip 12345", "yes")
    assert "the return of 2 × Aster Desk Lamp from order LM-100003" in asked
    assert "Gift card" not in done
    found = counter.book.status("LM-100003")
    assert found is not None
    assert found.state == "returning"


def test_an_exchange_is_read_back_with_what_is_wanted_instead_and_done_after_a_yes(counter: Counter) -> None:
    shop = counter.reading(CHANGE, CHANGE, OTHER)
    which, asked, done = talk(
        shop,
        "i want to exchange the lamp, LM-100003, 12345",
        "exchange the lamp for the brass one, a.b@example.com",
        "yes",
    )
    assert which == ASK_INSTEAD
    assert asked.startswith("I would announce that 2 × Aster Desk Lamp from order LM-100003 comes back in exchange")
    assert "for “the brass one”. Shall I?" in asked
    assert (
        "for “the brass one” is announced. Whether the shop has it is for its staff to say. The reference is EXC-"
        in done
    )
    (logged,) = counter.log.acts()
    assert (logged.act, logged.what) == ("exchange", "2 × Aster Desk Lamp for the brass one")


def test_a_shop_that_exchanges_nothing_says_so(counter: Counter) -> None:
    counter.desk = replace(counter.desk, rules=OrderRules(exchanges=False))
    status, refused = talk(
        counter.reading(STATUS, CHANGE), "LM-100003 zip 12345", "exchange the lamp for the brass one"
    )
    assert "You can still return." in status
    assert refused == NO_EXCHANGE


def test_what_the_rules_forbid_is_not_even_offered(counter: Counter) -> None:
    (reply,) = talk(counter.reading(CHANGE), "cancel LM-100002, zip 12345")
    assert reply == "The order is shipped; cancelling is possible only while it is placed."
    late = OrderRules(return_days=10)
    assert late.refusal("return", DELIVERED, date(2026, 4, 16)) is None
    assert late.refusal("return", DELIVERED, date(2026, 4, 17)) == "The 10 days for returns ended on 2026-04-16."
    assert late.refusal("address", SHIPPED, TODAY) is not None


def test_the_act_waits_through_a_restart(counter: Counter, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    before, after = SqlSessions(url), SqlSessions(url)
    talk(counter.reading(CHANGE, sessions=before), "cancel order LM-100001, zip 12345")
    (done,) = talk(counter.reading(OTHER, sessions=after), "yes")
    assert "is cancelled" in done
    before.close()
    after.close()


def test_rules_with_an_unknown_key_name_it(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("return_dayz = 3\n", encoding="utf-8")
    with pytest.raises(BadInput, match="return_dayz"):
        read_rules(tmp_path / "rules.toml")


def test_no_url_is_no_desk() -> None:
    assert open_desk(None, None, None) is None
