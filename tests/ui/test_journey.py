"""A whole errand with the real models: find, refine, compare, ask, put into the cart, check out; by mouse and by keyboard, on the page and
in the widget on a shop's page of another origin, where the browser may ask nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Locator, Page, expect

from assistant import Assistant
from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.index import build_index
from retrieval.store import Store
from tests.small_shop import PRODUCTS
from ui.cli.serve import site
from ui.sites import Site, Sites

from .live import served
from .test_browser import DESK, browser, pytestmark

__all__ = ["browser"]
pytestmark = [*pytestmark, pytest.mark.models]
PAY = "https://pay.example/?items={items}"
How = Literal["mouse", "keyboard"]


@dataclass
class Shopper:
    """Someone at the page or the widget (`chat`) with a mouse or a keyboard, and what was asked for. done: no turn is under way."""

    page: Page
    chat: Locator
    how: How
    done: str
    asked: list[str]

    def say(self, words: str) -> None:
        box = self.chat.get_by_role("textbox", name="Your message")
        if self.how == "mouse":
            box.click()
            box.fill(words)
            self.chat.get_by_role("button", name="Send").click()
        else:
            self.go_to(box)
            self.page.keyboard.type(words)
            self.page.keyboard.press("Enter")

    def press(self, button: str) -> None:
        self.page.wait_for_function(self.done)
        found = self.chat.get_by_role("button", name=button).last
        if self.how == "mouse":
            found.click()
        else:
            self.go_to(found)
            self.page.keyboard.press("Enter")

    def go_to(self, wanted: Locator) -> None:
        """The focus, backwards through the page, as somebody with a keyboard moves it."""
        expect(wanted).to_be_visible()
        for _ in range(150):
            if wanted.evaluate("(element) => element.getRootNode().activeElement === element"):
                return
            self.page.keyboard.press("Shift+Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")


@dataclass(frozen=True)
class Places:
    """Where the assistant's page is, and the page of a shop of another origin that has the widget."""

    page: str
    shop: str


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    path, settings = tmp_path_factory.mktemp("journey") / "store", Settings(checkout_url=PAY)
    store = Store(path, create=True)
    build_index(PRODUCTS, store, build_embedder(settings))
    store.close()
    shop, known = FastAPI(), {}
    shop.state.at_stop = []

    @shop.get("/")
    def home() -> HTMLResponse:
        tag = f'<script async src="{known["server"]}/widget.js" data-site="lamps"></script>'
        return HTMLResponse(f'<!doctype html><html lang="en"><title>Lamps</title>{tag}<h1>Lamps</h1></html>')

    with ExitStack() as stack:
        abroad = stack.enter_context(served(shop)).replace("127.0.0.1", "localhost")
        sites = Sites(site=(Site(key="lamps", name="Lamps", origins=(abroad,)),))
        assistant = stack.enter_context(Assistant.open(path, settings))
        known["server"] = stack.enter_context(served(site(assistant, sites)))
        yield Places(known["server"], abroad)


@pytest.fixture
def shopper(browser: Browser, places: Places, where: str, how: How) -> Iterator[Shopper]:
    context = browser.new_context(viewport=DESK)
    page, asked = context.new_page(), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    if where == "page":
        page.goto(places.page)
        yield Shopper(page, page.locator("body"), how, "() => !window.shopTalk.ends.length", asked)
    else:
        page.goto(places.shop)
        widget = Shopper(page, page.locator("#panel"), how, OVER, asked)
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Ask the assistant").press("Enter")
        yield widget
    context.close()


OVER = """() => {
  const turns = document.querySelector("shop-assistant").shadowRoot.querySelectorAll(".turn");
  return [...turns].every((turn) => turn.querySelector(".thumbs"));
}"""


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
@pytest.mark.parametrize("where", ["page", "widget"])
def test_a_shopper_finds_refines_compares_asks_and_checks_out(shopper: Shopper) -> None:
    chat = shopper.chat
    shopper.say("i need a lamp")
    expect(chat.get_by_role("article", name="Tower Floor Lamp").last).to_be_visible()
    shopper.say("under 40 please")
    expect(chat.get_by_role("button", name="Remove: under $40")).to_be_visible()
    shopper.press("Compare the first two")
    expect(chat.get_by_role("region", name="Comparison")).to_contain_text("$34.99")
    shopper.say("how long is the cable of the Aster Desk Lamp?")
    expect(chat).to_contain_text("Aster Desk Lamp, Black: “The cable is 1.8 m long.”")
    shopper.press("Add to cart: Bolt Clamp Lamp")
    expect(chat).to_contain_text("Added 1 × Bolt Clamp Lamp at $19.50.")
    shopper.say("check out")
    expect(chat.get_by_role("link", name="checkout").or_(chat.get_by_role("link", name="Check out"))).to_have_attribute(
        "href", PAY.replace("{items}", "clamp:1")
    )
    hosts = {urlsplit(url).hostname for url in shopper.asked if not url.startswith(("data:", "blob:"))}
    assert hosts <= {"127.0.0.1", "localhost"}
