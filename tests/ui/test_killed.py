"""A server that is killed while it reads messages, and started again over what it had kept: page and widget go on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from ui.lane import Lane

from .test_browser import MESSAGE, Visit, browser, pytestmark
from .test_widget import Tab

__all__ = ["browser", "pytestmark"]
NEXT, ADDED = "in black please", "Add the first one to my cart"
Running = subprocess.Popen[str]


@contextmanager
def killed_shop(store: Path, port: int = 0) -> Iterator[tuple[Running, str]]:
    """A server over the store, with its address; it is killed at the end."""
    command = [sys.executable, "-m", "tests.ui.killed_shop", str(store), str(port)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        try:
            yield server, server.stdout.readline().strip()
        finally:
            server.kill()


def let_read(server: Running, messages: int) -> None:
    print("\n" * messages, end="", file=server.stdin, flush=True)


def wait_for_reading(server: Running, messages: int) -> None:
    assert server.stdout is not None
    for _ in range(messages):
        assert server.stdout.readline() == "reading\n"


def new_page(browser: Browser, address: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(address)
    return page


def test_page_and_widget_go_on_after_the_server_was_killed_and_started_again(
    browser: Browser, small_store: Path, tmp_path: Path
) -> None:
    store = shutil.copytree(small_store, tmp_path / "store")
    with killed_shop(store) as (server, address):
        tab = Tab(new_page(browser, f"{address}/widget-demo"), [])
        page = new_page(browser, address)
        there = Visit(address, page.context, page, Lane())
        let_read(server, 2)
        there.say(MESSAGE)
        put = there.cards()[0]
        page.locator("#now").get_by_role("button", name=f"Add to cart: {put}").click()
        expect(page.get_by_role("region", name="Cart")).to_contain_text(put)
        tab.open()
        tab.say(MESSAGE)
        tab.panel.get_by_role("button", name="Add to cart:").first.click()
        expect(tab.panel.get_by_role("button", name="Cart (1)")).to_be_visible()
        expect(page.locator("#now .turn:not([aria-busy])")).to_be_visible()
        wait_for_reading(server, 2)
        there.say(NEXT)
        tab.say(NEXT)
        wait_for_reading(server, 1)  # the other is in line
    expect(tab.panel.get_by_role("alert")).to_contain_text("The assistant cannot be reached. Your message is kept.")
    expect(page.get_by_text("Connection to the server was lost")).to_be_visible()

    with killed_shop(store, urlsplit(address).port or 0) as (server, _):
        let_read(server, 2)
        tab.panel.get_by_role("button", name="Try again").click()
        expect(tab.panel.locator(".turn").last.locator(".thumbs")).to_be_visible()
        expect(tab.panel.get_by_role("alert")).to_have_count(0)
        expect(tab.panel.locator(".said")).to_have_text([MESSAGE, ADDED, NEXT])
        expect(tab.panel.get_by_role("button", name="Cart (1)")).to_be_visible()

        expect(page.get_by_role("textbox", name="Your message")).to_have_value(NEXT)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#now .turn:not([aria-busy]) .said")).to_contain_text(NEXT)
        expect(page.get_by_role("region", name="Cart")).to_contain_text(put)
        assert there.messages() == [MESSAGE, ADDED, NEXT]
        for one in (page, tab.page):
            one.context.close()
