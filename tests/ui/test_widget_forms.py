"""The widget on pages of other kinds: in an element or filling the page under a strict policy, put there by a call, in a phone's window
that the keyboard halves, for readers with colours of their own."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha384

import pytest
from playwright.sync_api import expect

from .test_browser import MESSAGE, PHONE, browser, pytestmark
from .test_widget import LAMPS, Tab, Visit, visit, visit_at
from .test_widget_files import WIDGET

__all__ = ["browser", "pytestmark", "visit", "visit_at"]

POLICY = "default-src 'none'; script-src 'nonce-n0nce'; connect-src 'self'"
PIN = "sha384-" + b64encode(sha384((WIDGET / "dist" / "widget.js").read_bytes()).digest()).decode()


def host(tab: Tab, attributes: str, *, integrity: str = PIN, images: str = "'none'", path: str = "widget.js") -> None:
    """Go to a page of the strict policy that holds the widget with these attributes."""
    script = f'<script async nonce="n0nce" integrity="{integrity}" crossorigin="anonymous" src="/{path}" {attributes}>'
    html = f'<!doctype html><html lang="en"><title>Shop</title><main id="place"></main>{script}</script></html>'
    headers = {"Content-Security-Policy": f"{POLICY}; img-src {images}"}
    tab.page.route("**/host", lambda route: route.fulfill(content_type="text/html", headers=headers, body=html))
    tab.page.goto(tab.page.url.replace("/widget-demo", "/host"))


@pytest.mark.parametrize("attributes", ['data-mode="inline" data-target="#place"', 'data-mode="page"'])
def test_without_a_bubble_it_is_open_at_once_under_a_strict_policy(visit: Visit, attributes: str) -> None:
    tab = visit(LAMPS)
    host(tab, f'data-site="demo" {attributes}')
    expect(tab.panel).to_be_visible()
    assert tab.page.locator("#bubble").count() == 0
    assert tab.page.locator("#place shop-assistant").count() == ("inline" in attributes)
    tab.page.set_viewport_size({"width": 1280, "height": 500})
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    assert (tab.panel.bounding_box() or {})["height"] <= 500  # in an element without a height too


def test_a_loader_that_is_not_the_pinned_one_does_not_run(visit: Visit) -> None:
    tab = visit()
    host(tab, 'data-site="demo" data-mode="page"', integrity="sha384-" + b64encode(bytes(48)).decode())
    tab.page.wait_for_load_state("load")
    assert tab.run("typeof window.ShopAssistant") == "undefined"


def test_a_module_puts_it_on_the_page_once_however_often_it_is_asked_to(visit: Visit) -> None:
    tab = visit()
    server = tab.run("ShopAssistant.destroy(); location.origin")
    mounted = tab.run(
        """async (server) => {
          const { mount } = await import(`${server}/widget/mount.js`);
          const options = { server, site: "demo", title: "Help me choose", suggestions: "A lamp" };
          const both = await Promise.all([mount(options), mount(options)]);
          both[0].open();
          const gone = await mount({ ...options, server: `${server}/nowhere` });
          return both[0] === both[1] && gone === both[0];
        }""",
        server,
    )
    assert mounted
    expect(tab.page.locator("shop-assistant")).to_have_count(1)
    expect(tab.panel.get_by_role("button", name="A lamp")).to_be_visible()


def test_a_module_that_finds_no_server_says_where_it_looked(visit: Visit) -> None:
    tab = visit()
    said = tab.run(
        """async () => {
          ShopAssistant.destroy();
          const { mount } = await import("/widget/mount.js");
          return mount({ server: `${location.origin}/nowhere`, site: "demo" }).catch(({ message }) => message);
        }"""
    )
    assert said.endswith("/nowhere/widget.js")


KEYBOARD = """() => {
  const left = Object.assign(new EventTarget(), { height: 420, offsetTop: 30, scale: 1 });
  Object.defineProperty(window, "visualViewport", { get: () => left });
}"""


def test_a_phones_keyboard_covers_nothing_of_the_panel_and_who_zooms_in_keeps_the_whole(visit: Visit) -> None:
    tab = visit(size=PHONE)
    tab.run(KEYBOARD)  # no driver brings up a keyboard: this is what a browser tells of one
    tab.open()
    tab.run("visualViewport.dispatchEvent(new Event('resize'))")
    assert tab.panel.bounding_box() == {"x": 0, "y": 30, "width": PHONE["width"], "height": 420}
    tab.run("visualViewport.scale = 2; visualViewport.dispatchEvent(new Event('resize'))")
    assert tab.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}


def test_what_only_a_background_sets_apart_has_a_line_where_the_reader_chooses_the_colours(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.page.emulate_media(forced_colors="active")
    tab.open()
    tab.say(MESSAGE)
    for part in (".said", ".wishes li", ".actions .main"):
        expect(tab.panel.locator(part).first).to_have_css("border-top-width", "1px")


def test_a_logo_stands_in_the_head_where_its_address_is_of_the_web(visit: Visit) -> None:
    tab = visit()
    logo = tab.page.url.replace("/widget-demo", "/pictures/desk-lamp/brass/steel.svg")
    host(tab, f'data-site="demo" data-mode="page" data-logo="{logo}"', images="'self'")
    expect(tab.panel.locator(".head img")).to_have_attribute("src", logo)
    host(tab, 'data-site="demo" data-mode="page" data-logo="javascript:alert(1)"')
    expect(tab.panel.locator(".head h2")).to_be_visible()
    expect(tab.panel.locator(".head img")).to_have_count(0)
