"""A shopper attaches a picture for the shop's team in the widget: once passed on, where the site lets them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.assistant.test_attachments import picture
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.sites import Site, Sites

from .live import served
from .shop import open_shop
from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_operator import with_desk
from .test_widget import Tab, Visit, visit_at

__all__ = ["browser", "pytestmark", "visit_at"]
Come = Callable[..., Tab]
LAMP = {"name": "broken lamp.jpg", "mimeType": "image/jpeg", "buffer": picture()}
ONLY = "Only a picture (JPEG, PNG, WebP) or a PDF of at most 5 MB can be attached."


@pytest.fixture
def come(visit_at: Visit, small_store: Path, tmp_path: Path) -> Iterator[Come]:
    """Opens the pretend shop, whose site lets shoppers attach files or not."""
    with ExitStack() as stack:

        def come(*, uploads: bool = True) -> Tab:
            opened = stack.enter_context(open_shop(small_store, LAMPS, said("handoff")))
            shop = stack.enter_context(with_desk(opened, tmp_path))
            site = Site(key="demo", name="Demo", origins=("https://shop.example",), uploads=uploads)
            return visit_at(stack.enter_context(served(create_app(shop, Lane(), Sites(site=(site,))))))

        yield come


def attach(tab: Tab, file: dict[str, object]) -> None:
    tab.panel.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


def passed_on(tab: Tab) -> None:
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.locator(".turn .thumbs")).to_have_count(1)
    tab.say("a person please")
    expect(tab.panel.locator(".turn .thumbs")).to_have_count(2)


def test_a_picture_is_attached_once_a_person_has_the_conversation_and_is_there_after_a_reload(come: Come) -> None:
    tab = come()
    tab.run("() => { window.told = []; ShopAssistant.on('attached', ({ detail }) => told.push(detail.name)); }")
    tab.open()
    opens = tab.panel.get_by_role("button", name="Attach a picture or PDF")
    expect(opens).to_be_hidden()
    tab.panel.get_by_role("button", name="Close").click()
    passed_on(tab)
    expect(opens).to_be_visible()
    assert Axe().run(tab.page).response["violations"] == []
    with tab.page.expect_file_chooser() as chooser:
        opens.click()
    chooser.value.set_files(LAMP)  # type: ignore[arg-type]
    attached = tab.panel.locator(".said", has_text="Attached for the shop's team: broken lamp.jpg")
    expect(attached).to_be_visible()
    assert tab.run("told") == ["broken lamp.jpg"]
    tab.panel.get_by_role("button", name="Keep it").click()
    tab.page.reload()
    tab.open()
    expect(attached).to_be_visible()
    expect(opens).to_be_visible()


def test_what_cannot_be_attached_is_said_and_a_large_file_is_not_even_sent(come: Come) -> None:
    tab = come()
    passed_on(tab)
    note = tab.panel.locator(".note")
    attach(tab, {**LAMP, "buffer": b"<script>alert(1)</script>"})
    expect(note).to_have_text(ONLY)
    sent: list[str] = []
    tab.page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    attach(tab, {**LAMP, "buffer": bytes(5 * 1024 * 1024 + 1)})
    expect(note).to_have_text(ONLY)
    assert sent == []
    expect(tab.panel.locator(".said", has_text="Attached")).to_have_count(0)


def test_five_are_the_most(come: Come) -> None:
    tab = come()
    passed_on(tab)
    opens = tab.panel.get_by_role("button", name="Attach a picture or PDF")
    for number in range(1, 6):
        expect(opens).to_be_enabled()
        attach(tab, LAMP)
        expect(tab.panel.locator(".said", has_text="Attached")).to_have_count(number)
    expect(opens).to_be_hidden()


def test_where_the_site_does_not_let_them_nothing_is_offered(come: Come) -> None:
    tab = come(uploads=False)
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.locator(".turn .thumbs")).to_have_count(1)
    with tab.page.expect_response("**/answers?*") as asked:
        tab.say("a person please")
    assert asked.value.json()["may_attach"] == 0
    expect(tab.panel.get_by_role("button", name="Attach a picture or PDF")).to_be_hidden()
