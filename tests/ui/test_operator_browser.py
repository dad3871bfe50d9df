"""The operator at the pages: a real browser, by keyboard only, light and dark, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pydantic import SecretStr

from assistant.sessions import Thumb
from tests.fakes import LETTER, said
from ui.http import create_app
from ui.lane import Lane
from ui.settings import ServerSettings

from .live import served
from .shop import HOSTILE, open_shop
from .test_browser import DESK, LAMPS, PHONE, browser, pytestmark
from .test_operator import TOKEN, with_desk

__all__ = ["browser", "pytestmark"]


@dataclass
class Tab:
    """The operator's tab, the address of a conversation, and what went wrong in the tab."""

    page: Page
    address: str
    session: str
    alarms: list[str] = field(default_factory=list)


Come = Callable[..., Tab]


@pytest.fixture
def come(browser: Browser, small_store: Path, tmp_path: Path) -> Iterator[Come]:
    """Opens the login of a shop with a conversation of three turns, a thumb and a letter, all of them hostile."""
    tabs: list[Tab] = []
    with ExitStack() as stack:

        def make(size: ViewportSize = DESK, scheme: str = "light") -> Tab:
            parses = (LAMPS, said("search", product="unicorn saddle"), said("search", product="mug"))
            shop = with_desk(stack.enter_context(open_shop(small_store, *parses)), tmp_path)
            session = shop.reply(HOSTILE).session_id
            for message in ("a unicorn saddle", HOSTILE):
                shop.reply(message, session)
            shop.conversations.rate(session, Thumb(1, "down", HOSTILE))
            assert shop.letters is not None
            shop.letters.keep(replace(LETTER, session=session))
            app = create_app(shop, Lane(), settings=ServerSettings(admin_token=SecretStr(TOKEN)))
            address = stack.enter_context(served(app))
            context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
            stack.callback(context.close)
            tab = Tab(context.new_page(), address, session)
            tab.page.on("dialog", lambda dialog: (tab.alarms.append(dialog.message), dialog.dismiss()))
            tab.page.on("console", lambda line: tab.alarms.append(line.text) if line.type == "error" else None)
            tabs.append(tab)
            tab.page.goto(f"{address}/admin")
            return tab

        yield make
        assert [tab.alarms for tab in tabs] == [[] for _ in tabs]


def log_in(tab: Tab) -> None:
    """By keyboard; the field has the focus already."""
    expect(tab.page.get_by_label("Token")).to_be_focused()
    tab.page.keyboard.type(TOKEN)
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", name="Overview")).to_be_visible()


def test_an_operator_gets_in_reads_answers_and_closes_a_letter_by_keyboard_only(come: Come) -> None:
    tab = come()
    page = tab.page
    log_in(tab)
    page.get_by_role("link", name="Passed on").press("Enter")
    page.get_by_role("link", name="H-00000001").press("Enter")
    expect(page.get_by_text("a tote bag under 40")).to_be_visible()
    box = page.get_by_role("textbox", name="Answer the shopper")
    for text in (f"Good morning. {HOSTILE}", "It is in stock."):
        box.focus()
        page.keyboard.insert_text(text)
        box.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".staff").last).to_have_text(text)
        expect(box).to_be_empty()
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_text("Nothing lies here.")).to_be_visible()
    page.get_by_role("button", name="Log out").press("Enter")
    expect(page.get_by_label("Token")).to_be_focused()
    page.goto(f"{tab.address}/admin/letters")
    expect(page.get_by_label("Token")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk light", "phone dark"])
def test_axe_finds_nothing_wrong_and_no_page_is_wider_than_the_window(
    come: Come, size: ViewportSize, scheme: str
) -> None:
    tab = come(size, scheme)
    faults = _faults(tab)
    log_in(tab)
    tables = ("conversations", "questions", "thumbs", "letters")  # made of what the pages before them are made of
    for path in (
        "",
        f"/conversations/{tab.session}",
        "/status",
        "/searches",
        "/letters/handoff_1",
        *(f"/{name}" for name in tables),
    ):
        tab.page.goto(f"{tab.address}/admin{path}")
        faults += [] if path[1:] in tables else _faults(tab)
        if tab.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{path} is too wide")
    assert faults == []


def _faults(tab: Tab) -> list[str]:
    """What axe finds; it is put in from outside, past the policy that lets no script of a page run."""
    found = Axe().run(tab.page).response["violations"]
    return [f"{tab.page.url} {fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]
