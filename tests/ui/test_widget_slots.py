"""What the page's own element holds for places of the widget: the button, the header, the welcome, the footer."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .shop import HOSTILE
from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at
from .test_widget_element import page_with
from .test_widget_forms import POLICY

__all__ = ["browser", "pytestmark", "visit", "visit_at"]

PLACES = """
<h2 slot="header">Lamps &amp; Co</h2>
<section slot="welcome"><h3>Good evening</h3><p>Tell me about your room.</p></section>
<p slot="footer">Mondays to Fridays, 9 to 5</p>
"""
PICTURE = '<svg slot="launcher" width="24" height="24" aria-hidden="true"><circle cx="12" cy="12" r="10"/></svg>'


def element(tab: Tab, inside: str, attributes: str = 'site="demo" title="Help me choose"') -> None:
    page_with(tab, f"<shopping-assistant {attributes}>{inside}</shopping-assistant>")


def test_the_page_fills_its_places_and_what_must_be_said_stays(visit: Visit) -> None:
    tab = visit(LAMPS)
    element(tab, PLACES + PICTURE)
    launcher = tab.page.get_by_role("button", name="Help me choose")
    expect(launcher.locator("slot")).to_have_text("Help me choose")  # what would stand there without the picture
    expect(tab.page.locator("svg")).to_be_visible()
    launcher.click()
    expect(tab.page.get_by_role("dialog", name="Help me choose")).to_be_visible()
    for text in ("Lamps & Co", "Good evening", "Tell me about your room.", "Mondays to Fridays, 9 to 5"):
        expect(tab.page.get_by_text(text)).to_be_visible()
    for stands_in in (tab.panel.locator("h2"), tab.panel.locator(".welcome slot h3")):
        expect(stands_in).to_be_hidden()
    expect(tab.panel.get_by_text("This is an AI.")).to_be_visible()
    expect(tab.panel.get_by_role("link", name="Privacy")).to_be_visible()
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    expect(tab.page.get_by_text("Good evening")).to_be_hidden()
    tab.run("() => { ShopAssistant.setLocale('de', { send: 'Senden' }) }")  # draws the panel anew
    expect(tab.page.get_by_text("Lamps & Co")).to_be_visible()


def test_places_may_be_filled_later_and_emptied_again(visit: Visit) -> None:
    tab = visit()
    element(tab, "", 'site="demo" open')
    expect(tab.panel.get_by_role("heading", name="Shopping assistant")).to_be_visible()
    tab.run(
        "() => { const own = Object.assign(document.createElement('h2'), { slot: 'header', textContent: 'Ours' });"
        " document.querySelector('shopping-assistant').append(own); }"
    )
    expect(tab.page.get_by_role("heading", name="Ours")).to_be_visible()
    expect(tab.panel.get_by_role("heading", name="Shopping assistant")).to_be_hidden()
    tab.run("() => { document.querySelector('[slot=header]').remove() }")
    expect(tab.panel.get_by_role("heading", name="Shopping assistant")).to_be_visible()


def test_a_button_that_could_not_load_says_so_in_place_of_its_picture(visit: Visit) -> None:
    tab = visit()
    tab.page.route("**/widget/panel-*", lambda route: route.abort())
    element(tab, PICTURE)
    tab.page.get_by_role("button", name="Help me choose").click()
    expect(tab.page.get_by_role("button", name="could not be loaded. Try again")).to_be_visible()
    expect(tab.page.locator("svg")).to_be_hidden()


def test_under_a_strict_policy_the_page_s_parts_show_and_none_of_its_inline_scripts_runs(visit: Visit) -> None:
    tab = visit()
    wrong = '<img slot="footer" alt="Our seal" src="data:," onerror="alert(1)"><script slot="welcome">alert(2)</script>'
    script = '<script async nonce="n0nce" src="/widget.js"></script>'
    html = f'<shopping-assistant site="demo" open>{PLACES}{wrong}</shopping-assistant>{script}'
    headers = {"Content-Security-Policy": f"{POLICY}; img-src 'none'"}
    body = f'<!doctype html><html lang="en"><title>Shop</title><main>{html}</main></html>'
    tab.page.route("**/host", lambda route: route.fulfill(content_type="text/html", headers=headers, body=body))
    tab.page.goto(tab.page.url.replace("/widget-demo", "/host"))
    expect(tab.page.get_by_text("Lamps & Co")).to_be_visible()
    expect(tab.page.get_by_text("Mondays to Fridays, 9 to 5")).to_be_visible()


@pytest.mark.parametrize("words", [HOSTILE, '<b slot="header">Call this number</b>'])
def test_no_word_of_a_shopper_or_a_listing_gets_into_a_place_of_the_page(visit: Visit, words: str) -> None:
    tab = visit(LAMPS)
    element(tab, PLACES, 'site="demo" open')
    tab.say(words)
    expect(tab.panel.locator(".said")).to_have_text(words)
    assert tab.run("document.querySelectorAll('[slot=header]').length") == 1
    assert tab.run("document.querySelector('shopping-assistant').childElementCount") == 3


def test_axe_finds_nothing_wrong_with_a_picture_for_the_button_and_filled_places(visit: Visit) -> None:
    tab = visit()
    page_with(
        tab,
        f'<h1>Shop</h1><shopping-assistant site="demo" title="Help me choose">{PLACES}{PICTURE}</shopping-assistant>',
    )
    assert Axe().run(tab.page).response["violations"] == []
    tab.page.get_by_role("button", name="Help me choose").click()
    expect(tab.panel).to_be_visible()
    assert Axe().run(tab.page).response["violations"] == []
