"""A shopper at the widget who is signed in to the shop: goes on at another device, and leaves nothing behind on signing out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Route, expect
from pydantic import SecretStr

from assistant.model import Parse
from tests.fakes import said
from ui.http import create_app
from ui.identity import LEEWAY_S
from ui.lane import Lane
from ui.sites import Site, Sites

from .live import held, served
from .shop import open_shop
from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit_at
from .test_widget_learning import known, over

__all__ = ["browser", "pytestmark", "visit_at"]

SECRET = "s" * 32
SITES = Sites(site=(Site(key="demo", name="Demo", origins=("https://demo.example",), secret=SecretStr(SECRET)),))
ADD = said("cart_add", ref=(1,))
KEPT = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
Opened = Callable[..., str]


@pytest.fixture
def opened(small_store: Path) -> Iterator[Opened]:
    """The address of a server whose parser gives `parses` and that knows the pretend shop's secret."""
    with ExitStack() as stack:

        def start(*parses: Parse, lane: Lane | None = None) -> str:
            shop = stack.enter_context(open_shop(small_store, *parses))
            return stack.enter_context(served(create_app(shop, lane or Lane(), SITES)))

        yield start


def token(subject: str, left_s: int = 600) -> str:
    return jwt.encode({"sub": subject, "exp": int(time.time()) + left_s}, SECRET, algorithm="HS256")


def sign_in(tab: Tab, subject: str, left_s: int = 600) -> None:
    tab.run("(token) => ShopAssistant.setUser({ name: 'Ada', token })", token(subject, left_s))


def sign_out(tab: Tab) -> None:
    tab.run("ShopAssistant.setUser(null)")


def talk(tab: Tab) -> None:
    tab.open()
    tab.say(MESSAGE)
    over(tab, 1)


def expect_nothing(tab: Tab) -> None:
    expect(tab.panel.locator(".turn")).to_have_count(0)
    expect(tab.panel.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    expect(tab.panel).not_to_contain_text("Lamp")
    expect(tab.panel.get_by_role("button", name="Cart", exact=True)).to_be_visible()


def something_else(tab: Tab) -> None:
    """What came before is dealt with once this has gone there and back."""
    known(tab)
    expect(tab.panel.get_by_role("region", name="What you know about me")).to_be_visible()


def test_a_person_goes_on_at_another_device_cart_included_and_another_person_sees_nothing(
    visit_at: Visit, opened: Opened
) -> None:
    address = opened(LAMPS, ADD, said("cart_view"))
    phone, laptop, other = (visit_at(address) for _ in range(3))
    for tab, subject in ((phone, "c-1"), (laptop, "c-1"), (other, "c-2")):
        sign_in(tab, subject)
    talk(phone)
    phone.say("add the first one")
    over(phone, 2)

    laptop.open()
    expect(laptop.panel.locator(".said")).to_have_text([MESSAGE, "add the first one"])
    expect(laptop.panel.get_by_role("button", name="Cart (1)")).to_be_visible()
    laptop.say("what is in my cart?")
    over(laptop, 3)
    expect(laptop.panel.locator(".answer").last).to_contain_text("Lamp")

    with other.page.expect_response("**/v1/sessions/latest") as asked:
        other.open()
    assert asked.value.status == 404
    expect(other.panel.get_by_role("heading", name="Ada, What are you looking for?")).to_be_visible()
    expect(other.panel.locator(".turn")).to_have_count(0)


def test_signing_out_leaves_nothing_on_the_screen_or_the_device_and_signing_in_brings_it_back(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS, ADD))
    sign_in(tab, "c-1")
    talk(tab)
    tab.say("add the first one")
    over(tab, 2)
    tab.panel.get_by_role("button", name="You may").click()
    tab.panel.get_by_role("textbox").fill("what about a lamp for")
    sign_out(tab)
    expect_nothing(tab)
    expect(tab.panel.get_by_role("textbox")).to_have_value("")
    expect(tab.panel.get_by_role("log")).to_be_empty()
    assert tab.run(KEPT) == "[{},{}]"

    tab.page.reload()
    tab.open()
    expect_nothing(tab)
    sign_in(tab, "c-1")
    expect(tab.panel.locator(".turn")).to_have_count(2)


def test_of_a_signed_in_conversation_nothing_is_kept_on_the_device_meanwhile_either(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS))
    sign_in(tab, "c-1")
    talk(tab)
    expect(tab.panel.get_by_role("button", name="Keep it")).to_have_count(0)
    assert tab.run(KEPT) == "[{},{}]"
    tab.page.reload()  # to a page on which nobody is signed in
    tab.open()
    expect_nothing(tab)


def test_signing_in_shows_the_persons_conversation_in_place_of_the_one_before_and_signing_out_neither(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS, said("greet")))
    talk(tab)
    tab.panel.get_by_role("button", name="Keep it").click()
    sign_in(tab, "c-1")
    expect(tab.panel.locator(".turn")).to_have_count(0)
    tab.say("hello")
    over(tab, 1)
    tab.page.reload()
    tab.open()  # nobody is signed in: the browser's own
    expect(tab.panel.locator(".said")).to_have_text(MESSAGE)
    sign_in(tab, "c-1")
    expect(tab.panel.locator(".said")).to_have_text("hello")
    sign_out(tab)
    expect_nothing(tab)
    assert tab.run(KEPT) == "[{},{}]"


def test_a_new_token_of_the_same_person_changes_nothing_and_one_of_another_person_all(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS))
    sign_in(tab, "c-1")
    talk(tab)
    sign_in(tab, "c-1", left_s=500)
    expect(tab.panel.locator(".turn")).to_have_count(1)
    sign_in(tab, "c-2")
    expect(tab.panel.locator(".turn")).to_have_count(0)


def test_signing_out_gives_up_the_answer_under_way(visit_at: Visit, opened: Opened) -> None:
    lane = Lane()
    tab = visit_at(opened(LAMPS, lane=lane))
    sign_in(tab, "c-1")
    tab.open()
    with held(lane):
        tab.say(MESSAGE)
        expect(tab.panel.get_by_role("status").filter(has_text="1 before you.")).to_be_visible()
        with tab.page.expect_event("requestfailed", lambda request: request.url.endswith("/v1/chat")):
            sign_out(tab)
    expect_nothing(tab)


def test_a_conversation_that_is_on_the_way_is_not_shown_to_whoever_comes_meanwhile(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS))
    sign_in(tab, "c-1")
    talk(tab)
    tab.page.reload()
    sign_in(tab, "c-1")

    held_back: list[Route] = []
    tab.page.route("**/v1/sessions/latest", lambda route: held_back.append(route))
    with tab.page.expect_request("**/v1/sessions/latest"):
        tab.open()
    sign_out(tab)
    with tab.page.expect_response("**/v1/sessions/latest"):
        held_back[0].continue_()
    something_else(tab)
    expect_nothing(tab)


def test_a_token_that_has_expired_is_told_and_a_new_one_brings_the_conversation(
    visit_at: Visit, opened: Opened
) -> None:
    address = opened(LAMPS)
    phone, laptop = visit_at(address), visit_at(address)
    sign_in(phone, "c-1")
    talk(phone)
    sign_in(laptop, "c-1", left_s=-LEEWAY_S - 5)
    laptop.open()
    expect(laptop.panel.get_by_role("status").filter(has_text="Your sign-in has run out.")).to_be_visible()
    expect(laptop.panel.locator(".turn")).to_have_count(0)
    sign_in(laptop, "c-1")
    expect(laptop.panel.locator(".said")).to_have_text(MESSAGE)
    expect(laptop.panel).not_to_contain_text("Your sign-in has run out.")


def test_who_said_yes_to_learning_is_not_asked_again_in_this_tab_and_nobody_else_has_said_it(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS, said("cart_view"), said("cart_view")))
    sign_in(tab, "c-1")
    talk(tab)
    tab.panel.get_by_role("button", name="You may").click()
    tab.page.reload()
    for subject, learn in (("c-1", True), ("c-2", False)):
        sign_in(tab, subject)
        tab.run("ShopAssistant.open()")
        with tab.page.expect_request("**/v1/chat") as asked:
            tab.run("() => { ShopAssistant.send('what is in my cart?') }")
        assert asked.value.post_data_json["learn"] is learn
        expect(tab.panel.locator(".thumbs").last).to_be_visible()


def test_a_page_resumes_an_earlier_conversation_and_of_one_that_is_not_there_the_console_says_so(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS, said("greet")))
    said_there: list[str] = []
    tab.page.on("console", lambda message: said_there.append(message.text))
    tab.run("ShopAssistant.on('started', (e) => (window.ids ??= []).push(e.detail.session_id))")
    sign_in(tab, "c-1")
    talk(tab)
    tab.run("ShopAssistant.reset()")
    tab.say("hello")
    over(tab, 1)
    tab.run("ShopAssistant.resume(ids[0])")
    expect(tab.panel.locator(".said")).to_have_text(MESSAGE)
    with tab.page.expect_event("console", lambda message: "is not resumed" in message.text):
        tab.run("ShopAssistant.resume('s_none')")
    assert any("the conversation s_none is not resumed: No session has the id" in text for text in said_there)
    expect(tab.panel.locator(".said")).to_have_text(MESSAGE)
