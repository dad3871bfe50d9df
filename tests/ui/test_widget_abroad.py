"""The widget on a shop's own origin under its policy, and the ways of shoppers: keyboard, phone, two tabs, little motion, hostile text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import expect

from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.sites import Site, Sites

from .live import served
from .shop import open_shop
from .test_browser import MESSAGE, PHONE, browser, pytestmark
from .test_widget import LAMPS, Tab, Visit, visit, visit_at

__all__ = ["browser", "pytestmark", "visit", "visit_at"]
ADD = said("cart_add", ref=(1,))
Abroad = Callable[..., Tab]


@pytest.fixture
def abroad(visit_at: Visit, small_store: Path) -> Iterator[Abroad]:
    """Opens a page of a shop of another origin, whose policy allows the assistant's server and nothing else."""
    shop_app, page = FastAPI(), {}
    shop_app.state.at_stop = []

    @shop_app.get("/")
    def home() -> HTMLResponse:
        tag = f'<script async src="{page["server"]}/widget.js" data-site="lamps"></script>'
        policy = (
            f"default-src 'none'; script-src {page['server']}; connect-src {page['server']}; frame-src {page['server']}"
        )
        html = f'<!doctype html><html lang="en"><title>Lamps</title>{tag}<h1>Lamps</h1></html>'
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    with ExitStack() as stack:
        home_address = stack.enter_context(served(shop_app)).replace("127.0.0.1", "localhost")

        def come(*, named: bool) -> Tab:
            origin = home_address if named else "https://elsewhere.example"
            sites = Sites(site=(Site(key="lamps", name="Lamps", origins=(origin,)),))
            assistant = stack.enter_context(open_shop(small_store, LAMPS, ADD))
            page["server"] = stack.enter_context(served(create_app(assistant, Lane(), sites)))
            return visit_at(home_address, path="/")

        yield come


def test_a_shop_of_another_origin_that_is_named_has_the_whole_conversation(abroad: Abroad) -> None:
    tab = abroad(named=True)
    tab.open()
    tab.say(MESSAGE)
    tab.panel.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    expect(tab.panel.get_by_role("button", name="Cart (1)")).to_be_visible()
    assert tab.run("document.cookie.length") == 0


def heard(tab: Tab) -> list[str]:
    """What the console is told by the widget, from now on; what the browser itself says of the refusal is left out."""
    lines: list[str] = []
    tab.page.on("console", lambda line: lines.append(line.text) if line.text.startswith("ShopAssistant") else None)
    return lines


def test_a_page_of_an_origin_that_is_not_named_is_told_so_and_the_console_says_what_the_shop_has_to_add(
    abroad: Abroad,
) -> None:
    tab = abroad(named=False)
    console = heard(tab)
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("alert")).to_have_text("This page is not allowed to use the assistant. ")
    expect(tab.panel.get_by_role("button", name="Try again")).to_have_count(0)
    expect(tab.panel.locator(".said")).to_have_text(MESSAGE)
    missing = f'add {tab.run("location.origin")} to the origins of the site "lamps" in the file of SHOP_SITES.'
    assert console == [f"ShopAssistant: this page may not use the assistant; {missing}"]


@pytest.mark.parametrize(
    ("named", "lost"), [(True, "**/v1/**"), (False, "**/*")], ids=["a lost answer", "a lost server"]
)
def test_what_is_really_gone_is_not_called_refused(abroad: Abroad, named: bool, lost: str) -> None:
    tab = abroad(named=named)
    console = heard(tab)
    tab.open()
    tab.page.route(lost, lambda route: route.abort())
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(tab.panel.get_by_role("button", name="Try again")).to_be_visible()
    assert console == []


FRAME = """(address) => {
  window.heard = [];
  addEventListener("message", ({ data, source }) => { if (data.shopAssistant) heard.push(data.shopAssistant); window.within = source; });
  const frame = Object.assign(document.createElement("iframe"), { src: address, title: "Shopping assistant", width: 420, height: 680 });
  document.body.append(frame);
  return new Promise((loaded) => { frame.onload = loaded; }).then(() => null);
}"""


def test_a_frame_on_a_page_of_the_site_holds_the_conversation_and_hears_the_page(abroad: Abroad) -> None:
    tab = abroad(named=True)
    server = tab.run("new URL(document.querySelector('script').src).origin")
    tab.run(FRAME, f"{server}/widget-frame?site=lamps&welcome=Good+evening")
    inside = tab.page.frame_locator("iframe").locator("#panel")
    expect(inside.get_by_role("heading", name="Good evening")).to_be_visible()
    tab.run("(message) => within.postMessage({ shopAssistant: ['send', message] }, '*')", MESSAGE)
    expect(inside.get_by_role("article", name="Brass Desk Lamp")).to_be_visible()
    expect(inside.get_by_role("button", name="Good answer")).to_be_visible()
    inside.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    expect(inside.get_by_role("button", name="Cart (1)")).to_be_visible()
    assert tab.run("heard") == [
        "ready",
        "message",
        "product-shown",  # once, though the end of the turn names the products again
        "started",
        "message",
        "add-to-cart",
        *["message"] * 2,
    ]


ANSWERING = """() => {
  addEventListener("message", ({ source, data }) => {
    if (data.shopAssistant !== "call") return;
    window.called = data.detail;
    source.postMessage({ shopAssistant: ["answer", data.detail.id, true] }, "*");
  });
  within.postMessage({ shopAssistant: ["register", "addToCart"] }, "*");
}"""


def test_a_page_around_a_frame_takes_over_the_cart_by_messages(abroad: Abroad) -> None:
    tab = abroad(named=True)
    server = tab.run("new URL(document.querySelector('script').src).origin")
    tab.run(FRAME, f"{server}/widget-frame?site=lamps")
    inside = tab.page.frame_locator("iframe").locator("#panel")
    expect(inside).to_be_visible()
    tab.run(ANSWERING)
    tab.run("(message) => within.postMessage({ shopAssistant: ['send', message] }, '*')", MESSAGE)
    inside.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    expect(inside.get_by_role("status")).to_have_text("The shop has added it to its cart.")
    assert tab.run("[called.name, called.given.product.id]") == ["addToCart", "brass-lamp"]


def test_a_page_of_no_site_frames_nothing(abroad: Abroad) -> None:
    tab = abroad(named=False)
    server = tab.run("new URL(document.querySelector('script').src).origin")
    tab.run(FRAME, f"{server}/widget-frame?site=lamps")
    expect(tab.page.frame_locator("iframe").locator("#panel")).to_have_count(0)
    assert tab.run("heard") == []


def test_a_frame_page_that_stands_alone_takes_no_words_from_its_address(visit: Visit) -> None:
    tab = visit(path="/widget-frame?site=demo&welcome=Call+this+number")
    expect(tab.page.get_by_text("belongs into a frame")).to_be_visible()
    expect(tab.page.locator("shop-assistant")).to_have_count(0)


def test_a_shopper_needs_no_mouse(visit: Visit) -> None:
    tab = visit(LAMPS)
    keys = tab.page.keyboard
    keys.press("Tab")
    expect(tab.page.get_by_role("button", name="Ask the assistant")).to_be_focused()
    keys.press("Enter")
    expect(tab.panel.get_by_role("textbox")).to_be_focused()
    keys.type(MESSAGE)
    keys.press("Enter")
    add = tab.panel.get_by_role("button", name="Add to cart: Brass Desk Lamp")
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()
    for _ in range(60):
        if add.evaluate("(button) => button.getRootNode().activeElement === button"):
            break
        keys.press("Shift+Tab")
    keys.press("Enter")
    cart = tab.panel.get_by_role("button", name="Cart (1)")
    expect(cart).to_be_visible()
    cart.press("Enter")
    expect(tab.panel.get_by_role("region", name="Cart")).to_contain_text("Desk Lamp")
    keys.press("Escape")
    expect(cart).to_be_focused()
    tab.panel.get_by_role("button", name="Good answer").first.press("Enter")
    expect(tab.panel.locator(".thumbs").filter(has_text="Thank you.")).to_be_focused()
    tab.panel.get_by_role("button", name="More like this: Black Desk Lamp").press("Enter")
    expect(tab.panel.locator(".turn")).to_have_count(3)
    expect(tab.panel.locator(".turn").last).to_be_focused()  # the button is gone
    keys.press("Escape")
    expect(tab.panel).to_be_hidden()


def test_on_a_phone_the_panel_fills_the_screen_and_the_box_stays_in_sight(visit: Visit) -> None:
    tab = visit(LAMPS, size=PHONE)
    tab.open()
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    assert tab.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    tab.run(
        "ShopAssistant.setContext({ cart: { items: [{ title: 'W'.repeat(60), quantity: 1, subtotal: 9 }], count: 1, total: 9 } })"
    )
    tab.panel.get_by_role("button", name="Cart (1)").click()
    inside = "[...document.querySelector('shop-assistant').shadowRoot.querySelectorAll('.log *, .drawer *')]"
    assert tab.run(f"{inside}.filter(part => part.getBoundingClientRect().right > innerWidth).length") == 0
    expect(tab.panel.get_by_role("button", name="Send")).to_be_in_viewport()


@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "rise")])
def test_the_panel_rises_only_where_motion_is_welcome(visit: Visit, motion: str, animation: str) -> None:
    tab = visit(motion=motion)
    tab.open()
    expect(tab.panel).to_have_css("animation-name", animation)


def test_a_thumb_is_kept_with_the_conversation_that_can_be_downloaded(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    tab.say(MESSAGE)
    tab.panel.get_by_role("button", name="Bad answer").click()
    expect(tab.panel).to_contain_text("Thank you.")
    with tab.page.expect_download() as download:
        tab.panel.get_by_role("button", name="Conversation menu").click()
        tab.panel.get_by_role("button", name="Download my conversation").click()
    kept = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [turn["message"] for turn in kept["turns"]] == [MESSAGE]
    assert kept["thumbs"] == [{"turn": 1, "thumb": "down", "comment": None}]


def test_parts_left_out_are_not_there_and_a_shop_may_bring_its_own_button(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.run(
        """() => {
          ShopAssistant.destroy();
          const own = Object.assign(document.createElement("button"), { textContent: "Help", onclick: () => ShopAssistant.open() });
          document.body.append(own);
          const script = document.createElement("script");
          Object.assign(script.dataset, { site: "demo", bubble: "none", without: "cart feedback compare" });
          document.head.append(Object.assign(script, { src: "/widget.js" }));
          return new Promise((loaded) => { script.onload = loaded; });
        }"""
    )
    own = tab.page.get_by_role("button", name="Help")
    own.click()
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    for part in ("Cart", "Add to cart: Brass Desk Lamp", "Good answer", "Compare the first two"):
        expect(tab.panel.get_by_role("button", name=part, exact=True)).to_have_count(0)
    tab.page.keyboard.press("Escape")
    expect(own).to_be_focused()
