"""A person of the shop answers into the widget: seen without a reload, after one, in order, each once, and announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from assistant import Assistant
from assistant.outbound.answers import keep_answer
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane

from .live import served
from .shop import HOSTILE, TURNING, open_shop
from .test_browser import DESK, LAMPS, browser, pytestmark
from .test_operator import with_desk
from .test_widget import Tab

__all__ = ["browser", "pytestmark"]
PERSON = said("handoff")
Answer = Callable[[str], None]


@pytest.fixture
def shop(small_store: Path, tmp_path: Path) -> Iterator[Assistant]:
    with open_shop(small_store, LAMPS, PERSON, LAMPS) as opened, with_desk(opened, tmp_path) as shop:
        yield shop


@pytest.fixture
def answer(shop: Assistant) -> Answer:
    """A person answers into the only conversation."""

    def into_the_chat(text: str) -> None:
        (listed,) = shop.places.sessions.newest(2)
        keep_answer(shop.places.sessions, listed.session_id, text, text)

    return into_the_chat


@pytest.fixture
def tab(browser: Browser, shop: Assistant) -> Iterator[Tab]:
    """The pretend shop, its clock in the test's hand; no script may fail or run where none should."""
    with ExitStack() as stack:
        address = stack.enter_context(served(create_app(shop, Lane())))
        context = browser.new_context(viewport=DESK, reduced_motion="reduce")
        stack.callback(context.close)
        tab = Tab(context.new_page(), [])
        tab.page.on("dialog", lambda dialog: (tab.alarms.append(dialog.message), dialog.dismiss()))
        tab.page.on("pageerror", lambda error: tab.alarms.append(str(error)))
        tab.page.on("request", lambda asked: tab.alarms.append("asked") if "/answers" in asked.url else None)
        tab.page.clock.install()
        tab.page.goto(f"{address}/widget-demo")
        yield tab
        assert set(tab.alarms) <= {"asked"}


def test_a_person_s_answers_come_into_the_open_chat_and_stay(tab: Tab, answer: Answer) -> None:
    tab.open()
    tab.say("a desk lamp")
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    tab.page.clock.fast_forward("02:00")
    assert tab.alarms == []  # a conversation that was not passed on asks for nothing

    tab.say("a person, please")
    expect(tab.panel.locator(".answer").last).to_contain_text("the reference is")
    staff = tab.panel.locator(".staff")
    for number, text in enumerate((f"Good morning. {HOSTILE}\nhttps://evil.example", "It is in stock."), start=1):
        answer(TURNING + text)
        tab.page.clock.fast_forward("00:06")
        expect(staff).to_have_count(number)
        expect(staff.last.locator(".answer")).to_have_text(text)
        expect(tab.panel.get_by_role("log")).to_have_text(f"From the shop's team: {text}")
    assert staff.locator("a, img").count() == 0
    expect(tab.panel.get_by_text("The assistant answers what you write next.")).to_have_count(1)
    faults = Axe().run(tab.page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []

    tab.say("another lamp")
    expect(tab.card("Brass Desk Lamp")).to_have_count(2)
    tab.panel.get_by_role("button", name="Keep it").click()
    tab.page.reload()
    tab.open()
    expect(tab.card("Brass Desk Lamp")).to_have_count(2)
    told = tab.panel.locator(".said, .from").all_inner_texts()
    team = "From the shop's team"
    assert told == ["a desk lamp", "a person, please", team, team, "another lamp"]
    expect(tab.panel.get_by_text("The assistant answers what you write next.")).to_have_count(1)
    answer("Until Friday.")
    tab.page.clock.fast_forward("00:06")
    expect(staff).to_have_count(3)


def test_a_closed_panel_asks_for_nothing_and_an_opened_one_at_once(tab: Tab, answer: Answer) -> None:
    tab.open()
    tab.say("a desk lamp")
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    with tab.page.expect_response("**/answers*"):  # once a person has it, whether something may be attached
        tab.say("a person, please")
    expect(tab.panel.locator(".answer").last).to_contain_text("the reference is")
    tab.page.keyboard.press("Escape")
    tab.alarms.clear()
    answer("Good morning.")
    tab.page.clock.fast_forward("05:00")
    assert tab.alarms == []
    tab.open()
    expect(tab.panel.locator(".staff .answer")).to_have_text("Good morning.")
