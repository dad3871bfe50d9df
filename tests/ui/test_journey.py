"""A whole errand with the real models: find, refine, compare, ask, put into the cart, check out; at a desk by mouse, on a dark phone by
touch, by keyboard where little motion is wanted; on the page and in the widget on a shop's page of another origin, where the browser may
ask nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from assistant import Assistant
from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.index import build_index
from retrieval.store import Store
from tests.small_shop import PRODUCTS
from ui.cli.serve import site
from ui.sites import Site, Sites

from .live import served
from .test_browser import DESK, PHONE, Scheme, browser, contrast, pytestmark

__all__ = ["browser"]
pytestmark = [*pytestmark, pytest.mark.models]
PAY = "https://pay.example/?items={items}"
WHITE = [255.0, 255.0, 255.0]


@dataclass(frozen=True)
class Way:
    """How a shopper is there: with what hands, at what screen, in which colours and with how much motion."""

    how: Literal["mouse", "touch", "keyboard"]
    size: ViewportSize = field(default_factory=lambda: DESK)
    scheme: Scheme = "light"
    motion: Literal["no-preference", "reduce"] = "no-preference"


WAYS = (Way("mouse"), Way("touch", PHONE, "dark"), Way("keyboard", motion="reduce"))


@dataclass
class Shopper:
    """Someone at the page or the widget (`chat`), and what was asked for. done: no turn is under way."""

    page: Page
    chat: Locator
    way: Way
    done: str
    asked: list[str]

    def say(self, words: str) -> None:
        box = self.chat.get_by_role("textbox", name="Your message")
        self.take(box)
        self.page.keyboard.type(words)
        if self.way.how == "keyboard":
            self.page.keyboard.press("Enter")
        else:
            self.take(self.chat.get_by_role("button", name="Send"))

    def press(self, button: str) -> None:
        self.page.wait_for_function(self.done)
        self.take(self.chat.get_by_role("button", name=button).last)
        if self.way.how == "keyboard":
            self.page.keyboard.press("Enter")

    def take(self, wanted: Locator) -> None:
        """Click it, touch it, or bring the focus there."""
        {"mouse": wanted.click, "touch": wanted.tap, "keyboard": lambda: self.go_to(wanted)}[self.way.how]()

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
        wide = '<meta name="viewport" content="width=device-width">'
        return HTMLResponse(f'<!doctype html><html lang="en"><title>Lamps</title>{wide}{tag}<h1>Lamps</h1></html>')

    with ExitStack() as stack:
        abroad = stack.enter_context(served(shop)).replace("127.0.0.1", "localhost")
        sites = Sites(site=(Site(key="lamps", name="Lamps", origins=(abroad,)),))
        assistant = stack.enter_context(Assistant.open(path, settings))
        known["server"] = stack.enter_context(served(site(assistant, sites)))
        yield Places(known["server"], abroad)


@pytest.fixture
def shopper(browser: Browser, places: Places, where: str, way: Way) -> Iterator[Shopper]:
    phone = way.size is PHONE
    context = browser.new_context(
        viewport=way.size, color_scheme=way.scheme, reduced_motion=way.motion, is_mobile=phone, has_touch=phone
    )
    page, asked = context.new_page(), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    if where == "page":
        page.goto(places.page)
        yield Shopper(page, page.locator("body"), way, "() => !window.shopTalk.ends.length", asked)
    else:
        page.goto(places.shop)
        Shopper(page, page.locator("body"), way, "() => true", asked).press("Ask the assistant")
        yield Shopper(page, page.locator("#panel"), way, OVER, asked)
    context.close()


OVER = """() => {
  const turns = document.querySelector("shop-assistant").shadowRoot.querySelectorAll(".turn");
  return [...turns].every((turn) => turn.querySelector(".thumbs"));
}"""


# What moves, the colour behind the chat, and how wide the page is.
SEEN = """(chat) => {
  const moving = [document, chat.getRootNode()].flatMap((root) => root.getAnimations());
  const background = getComputedStyle(chat).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number);
  return [moving.length, background, document.documentElement.scrollWidth];
}"""


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.how)
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
    moving, background, width = chat.evaluate(SEEN)
    assert (contrast(background, WHITE) > 10) == (shopper.way.scheme == "dark")
    assert width == shopper.way.size["width"]
    if shopper.way.motion == "reduce":
        assert moving == 0
