"""The widget on pages of other kinds: in an element or filling the page, under a policy that allows only what has the nonce."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha384

import pytest
from playwright.sync_api import expect

from .test_browser import MESSAGE, browser, pytestmark
from .test_widget import LAMPS, Tab, Visit, visit, visit_at
from .test_widget_files import WIDGET

__all__ = ["browser", "pytestmark", "visit", "visit_at"]

POLICY = "default-src 'none'; script-src 'nonce-n0nce'; connect-src 'self'"
PIN = "sha384-" + b64encode(sha384((WIDGET / "dist" / "widget.js").read_bytes()).digest()).decode()


def host(tab: Tab, attributes: str, *, integrity: str = PIN) -> None:
    """Go to a page of the strict policy that holds the widget with these attributes."""
    script = (
        f'<script async nonce="n0nce" integrity="{integrity}" crossorigin="anonymous" src="/widget.js" {attributes}>'
    )
    html = f'<!doctype html><html lang="en"><title>Shop</title><main id="place"></main>{script}</script></html>'
    headers = {"Content-Security-Policy": POLICY}
    tab.page.route("**/host", lambda route: route.fulfill(content_type="text/html", headers=headers, body=html))
    tab.page.goto(tab.page.url.replace("/widget-demo", "/host"))


@pytest.mark.parametrize("attributes", ['data-mode="inline" data-target="#place"', 'data-mode="page"'])
def test_without_a_bubble_it_is_open_at_once_under_a_strict_policy(visit: Visit, attributes: str) -> None:
    tab = visit(LAMPS)
    host(tab, f'data-site="demo" {attributes}')
    expect(tab.panel).to_be_visible()
    assert tab.page.locator("#bubble").count() == 0
    assert tab.page.locator("#place shop-assistant").count() == ("inline" in attributes)
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()


def test_a_loader_that_is_not_the_pinned_one_does_not_run(visit: Visit) -> None:
    tab = visit()
    host(tab, 'data-site="demo" data-mode="page"', integrity="sha384-" + b64encode(bytes(48)).decode())
    tab.page.wait_for_load_state("load")
    assert tab.run("typeof window.ShopAssistant") == "undefined"
