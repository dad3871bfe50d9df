"""A person of the shop answers into the Gradio page: seen without a reload, after one, in order, each once, and announced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import Assistant
from ui.cli.serve import site
from ui.desk import desk_of

from .live import served
from .shop import HOSTILE
from .test_browser import DESK, MESSAGE, Visit, browser, pytestmark, watch
from .test_widget_answers import Answer, answer, shop

__all__ = ["answer", "browser", "pytestmark", "shop"]


@pytest.fixture
def visit(browser: Browser, shop: Assistant) -> Iterator[Visit]:
    """The page, its clock in the test's hand."""
    with ExitStack() as stack:
        app = site(shop)
        address = stack.enter_context(served(app))
        context = browser.new_context(viewport=DESK, reduced_motion="reduce")
        stack.callback(context.close)
        there = Visit(address, context, context.new_page(), desk_of(app).lane)
        watch(there)
        there.page.clock.install()
        there.page.goto(address)
        yield there
        assert (there.hosts(), there.alarms) == ({"127.0.0.1"}, [])


def asked(visit: Visit) -> int:
    return sum("/answers" in url for url in visit.requests)


def settled(page: Page, message: str) -> None:
    expect(page.locator("#now .turn:not([aria-busy]) .said")).to_contain_text(message, timeout=30_000)


def test_a_person_s_answers_come_into_the_page_and_stay(visit: Visit, answer: Answer) -> None:
    page = visit.page
    visit.say(MESSAGE)
    settled(page, MESSAGE)
    page.clock.fast_forward("02:00")
    assert asked(visit) == 0  # a conversation that was not passed on asks for nothing

    visit.say("a person, please")
    settled(page, "a person, please")
    spoken = page.locator("#staff").get_by_role("log").locator(".words")
    texts = [f"Good morning. {HOSTILE}", "It is in stock."]
    for number, text in enumerate(texts, start=1):
        answer(text)
        page.clock.fast_forward("00:06")
        expect(spoken).to_have_text(texts[:number])
    expect(page.locator("#staff .staff").last).to_contain_text("From the shop’s team")
    assert page.locator(".staff a, .staff img").count() == 0
    hint = page.get_by_text("The assistant answers what you write next.")
    expect(hint.locator("visible=true")).to_have_count(1)

    visit.say("another lamp")
    settled(page, "another lamp")
    expect(page.locator("#past .staff .words")).to_have_text(texts)
    expect(spoken).to_have_count(0)
    answer("Until Friday.")
    page.clock.fast_forward("00:06")
    expect(spoken).to_have_text(["Until Friday."])

    page.reload()
    settled(page, "another lamp")
    expect(page.locator("#now .staff .words")).to_have_text(["Until Friday."])
    expect(page.locator(".staff .words")).to_have_text([*texts, "Until Friday."])
    answer("Goodbye.")
    page.clock.fast_forward("00:06")
    expect(spoken).to_have_text(["Goodbye."])
    page.get_by_role("button", name="Clear conversation").click()
    expect(page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    expect(page.locator(".staff .words")).to_have_count(0)
