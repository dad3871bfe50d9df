"""axe-core finds nothing wrong with page and widget in any state of a conversation: on a desk in light colours, on a phone in dark ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from retrieval.index import build_index
from retrieval.store import Store
from tests.fakes import WordEmbedder, said
from tests.small_shop import PRODUCTS
from ui.cli.serve import site

from .axe import faults
from .live import served
from .shop import open_shop
from .test_browser import DESK, PHONE, Scheme, browser, pytestmark
from .test_widget import Tab
from .test_widget_learning import known, over

__all__ = ["browser", "pytestmark"]
Open = Callable[[str], Page]
WIDE, OFFLINE = "suggest something", "You are offline."
PLACES = pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk light", "phone dark"]
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with enough products for a question."""
    path = tmp_path_factory.mktemp("axe") / "store"
    store = Store(path, create=True)
    build_index(PRODUCTS, store, WordEmbedder())
    store.close()
    return path


@pytest.fixture
def open_page(browser: Browser, store: Path, size: ViewportSize, scheme: Scheme) -> Iterator[Open]:
    """Opens a path of a server whose first message is wide."""
    with ExitStack() as stack:

        def come(path: str) -> Page:
            shop = stack.enter_context(open_shop(store, said("recommend")))
            address = stack.enter_context(served(site(shop)))
            phone = size is PHONE
            context = browser.new_context(
                viewport=size, color_scheme=scheme, is_mobile=phone, has_touch=phone, reduced_motion="reduce"
            )
            stack.callback(context.close)
            page = context.new_page()
            page.goto(address + path)
            return page

        yield come


@dataclass
class Looks:
    """What is wrong in the states that have been looked at."""

    page: Page
    found: list[tuple[str, list[tuple[str, list[str]]]]] = field(default_factory=list)

    def at(self, state: str) -> None:
        if wrong := faults(self.page):
            self.found.append((state, wrong))


@PLACES
def test_axe_finds_nothing_wrong_in_any_state_of_the_widget(open_page: Open) -> None:
    page = open_page("/widget-demo")
    tab, look = Tab(page, []), Looks(page)

    def press(button: str) -> None:
        tab.panel.get_by_role("button", name=button).last.click()

    look.at("bubble")
    tab.open()
    look.at("welcome")
    tab.say(WIDE)
    expect(tab.panel.get_by_role("button", name="lighting", exact=True)).to_be_visible()
    over(tab, 1)
    expect(tab.panel.get_by_role("button", name="Keep it")).to_be_visible()
    look.at("question with options, consent to keep")
    press("Keep it")
    expect(tab.panel.get_by_role("button", name="You may")).to_be_visible()
    look.at("consent to learn")
    press("No")
    press("Compare the first two")
    expect(tab.panel.get_by_role("region", name="Comparison")).to_be_visible()
    over(tab, 2)
    tab.panel.locator("details summary").first.click()
    look.at("comparison, a reason unfolded")
    tab.panel.get_by_role("button", name="Add to cart:").first.click()
    over(tab, 3)
    press("Cart (1)")
    look.at("cart")
    press("Cart (1)")
    press("Conversation menu")
    look.at("menu")
    press("Conversation menu")
    known(tab)
    expect(tab.panel.get_by_role("region", name="What you know about me")).to_be_visible()
    look.at("what is known")
    tab.page.keyboard.press("Escape")
    page.route("**/v1/chat", lambda route: route.abort())
    tab.say("hello")
    expect(tab.panel.get_by_role("alert")).to_be_visible()
    look.at("error")
    page.context.set_offline(True)
    expect(tab.panel.get_by_role("status").filter(has_text=OFFLINE)).to_be_visible()
    look.at("offline")
    assert look.found == []


@PLACES
def test_axe_finds_nothing_wrong_in_any_state_of_the_page(open_page: Open, size: ViewportSize) -> None:
    page = open_page("/")
    look, now = Looks(page), page.locator("#now .turn:not([aria-busy]) .said")

    def say(words: str) -> None:
        page.get_by_role("textbox", name="Your message").fill(words)
        page.get_by_role("button", name="Send").click()
        expect(now).to_contain_text(words)

    def press(button: str, words: str) -> None:
        page.get_by_role("button", name=button).last.click()
        expect(now).to_contain_text(words)

    expect(page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    expect(page.locator("p.loading")).to_have_count(0)  # until then Gradio has a line of its own on the page
    look.at("welcome")
    say(WIDE)
    expect(page.get_by_role("button", name="lighting", exact=True)).to_be_visible()
    look.at("question with options")
    press("Compare the first two", "Compare the first two")
    expect(page.get_by_role("region", name="Comparison")).to_be_visible()
    look.at("comparison")
    press("Add to cart:", "Add the")
    if size is PHONE:
        page.locator("#cart summary").click()
    page.locator("#now .about summary").click()
    look.at("cart, about the answer")
    say("hello")  # which no parse is queued for
    expect(page.locator("#now .trouble")).to_be_visible()
    look.at("error")
    page.context.set_offline(True)
    expect(page.get_by_role("alert").filter(has_text=OFFLINE)).to_be_visible()
    look.at("offline")
    assert look.found == []
