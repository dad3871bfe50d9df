"""The widget when the server is slow, gone or started anew, and when the browser is offline: no message is lost and none is taken twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Route, expect

from assistant.model import DialogueState, Parse
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane

from .live import served
from .shop import open_shop
from .test_browser import MESSAGE, browser, pytestmark
from .test_widget import LAMPS, Tab, Visit, visit, visit_at

__all__ = ["browser", "pytestmark", "visit", "visit_at"]
ADD = said("cart_add", ref=(1,))
CART = "Cart (1)"


class HeldReader:
    """Reads once it is let."""

    def __init__(self) -> None:
        self.door = threading.Event()

    def parse(self, message: str, state: DialogueState) -> Parse:
        self.door.wait(60)
        return LAMPS


def find(tab: Tab) -> None:
    tab.open()
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()


def kept(tab: Tab) -> Any:
    """The conversation as the server has it."""
    with tab.page.expect_download() as download:
        tab.panel.get_by_role("button", name="Conversation menu").click()
        tab.panel.get_by_role("button", name="Download my conversation").click()
    return download.value.path().read_text(encoding="utf-8")


def cut(tab: Tab) -> Callable[[], None]:
    """The server takes what is sent from now on, and no answer comes back, until the line is mended."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    tab.page.route("**/v1/chat", lose)
    return lambda: tab.page.unroute("**/v1/chat")


def test_a_slow_server_is_told_and_what_is_typed_meanwhile_stays(visit: Visit) -> None:
    reader = HeldReader()
    tab = visit(parser=reader)
    tab.page.clock.install()
    tab.open()
    tab.say(MESSAGE)
    status = tab.panel.get_by_role("status")
    expect(status).to_have_text("Looking")
    tab.page.clock.fast_forward(8_000)
    expect(status).to_contain_text("takes longer than usual")
    tab.panel.get_by_role("textbox").fill("in black please")
    reader.door.set()
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()  # the turn is over
    expect(tab.panel.get_by_role("textbox")).to_have_value("in black please")
    expect(tab.panel.locator(".said")).to_have_text([MESSAGE])


def test_a_server_that_falls_silent_is_left_and_asked_again_for_the_same_turn(visit: Visit) -> None:
    reader = HeldReader()
    tab = visit(parser=reader)
    tab.page.clock.install()
    tab.open()
    with tab.page.expect_request("**/v1/chat"):
        tab.say(MESSAGE)
    tab.page.clock.fast_forward(60_000)
    expect(tab.panel.get_by_role("alert")).to_contain_text("cannot be reached")
    reader.door.set()
    tab.panel.get_by_role("button", name="Try again").click()
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    tab.page.clock.resume()
    assert kept(tab).count('"message"') == 1


def test_an_answer_that_got_lost_is_fetched_and_nothing_is_put_into_the_cart_twice(visit: Visit) -> None:
    tab = visit(LAMPS)
    find(tab)
    mend = cut(tab)
    tab.panel.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    expect(tab.panel.get_by_role("alert")).to_be_visible()
    mend()
    tab.panel.get_by_role("button", name="Try again").click()
    expect(tab.panel.get_by_role("button", name=CART)).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_count(2)
    assert kept(tab).count('"message"') == 2


def test_a_first_answer_that_got_lost_is_fetched_too(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    mend = cut(tab)
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("alert")).to_be_visible()
    mend()
    tab.panel.get_by_role("button", name="Try again").click()
    expect(tab.card("Brass Desk Lamp")).to_be_visible()


def test_a_reload_before_the_answer_gets_it_afterwards(visit: Visit) -> None:
    tab = visit(LAMPS, ADD)
    find(tab)
    tab.panel.get_by_role("button", name="Keep it").click()
    mend = cut(tab)
    tab.say("put the first one into my cart")
    expect(tab.panel.get_by_role("alert")).to_be_visible()
    mend()
    tab.page.reload()
    tab.open()
    expect(tab.panel.get_by_role("button", name=CART)).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_count(2)


def test_who_goes_offline_is_told_and_the_message_is_sent_by_itself_once_back(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    tab.page.context.set_offline(True)
    expect(tab.panel.get_by_role("status")).to_have_text("You are offline. What you write is kept.")
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("alert")).to_contain_text("sent when you are back")
    tab.page.context.set_offline(False)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_text([MESSAGE])
    expect(tab.panel.get_by_role("alert")).to_have_count(0)


def test_a_message_that_failed_stays_when_another_is_sent(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    tab.page.route("**/v1/chat", lambda route: route.abort())
    tab.say("a lamp for my aunt")
    expect(tab.panel.get_by_role("alert")).to_be_visible()
    tab.page.unroute("**/v1/chat")
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_text(["a lamp for my aunt", MESSAGE])


def test_the_conversation_goes_on_after_the_server_was_started_anew(visit_at: Visit, small_store: Path) -> None:
    with open_shop(small_store, LAMPS, ADD) as shop:
        with served(create_app(shop, Lane())) as address:
            tab = visit_at(address)
            find(tab)
        tab.say("put the first one into my cart")
        expect(tab.panel.get_by_role("alert")).to_contain_text("cannot be reached")
        with served(create_app(shop, Lane()), urlsplit(address).port or 0):
            tab.panel.get_by_role("button", name="Try again").click()
            expect(tab.panel.get_by_role("button", name=CART)).to_be_visible()


def test_a_panel_that_could_not_be_loaded_says_so_and_does_then_what_was_asked(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.page.route("**/widget/panel-*", lambda route: route.abort())
    tab.run(f"ShopAssistant.send('{MESSAGE}')")
    bubble = tab.page.locator("#bubble")
    expect(bubble).to_have_text("The assistant could not be loaded. Try again")
    tab.page.unroute("**/widget/panel-*")
    bubble.click()
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    expect(bubble).to_have_text("Ask the assistant")
