"""The widget as a sheet over a phone's page: while it is open nothing under it is reached, and afterwards all of it again."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from .test_browser import DESK, PHONE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at
from .test_widget_element import page_with

__all__ = ["browser", "pytestmark", "visit", "visit_at"]
LOW: ViewportSize = {"width": 640, "height": 430}  # a desk's window at 200 %
LEAST: ViewportSize = {"width": 320, "height": 256}  # WCAG 1.4.10
LINK = "() => document.querySelector('main').append(Object.assign(document.createElement('a'), { href: '#', textContent: 'Behind' }))"
MODAL = "document.querySelector('shop-assistant').shadowRoot.querySelector('#panel').matches(':modal')"


def shop_page(visit: Visit, size: ViewportSize) -> Tab:
    """The pretend shop with a link that the sheet covers."""
    tab = visit(size=size)
    tab.run(LINK)
    return tab


def reached(tab: Tab) -> set[str]:
    """What Tab leads to, all the way round and once more to the beginning."""
    been: list[str] = []
    while been.count("BODY") < 2:  # the browser's own window, between the last and the first
        tab.page.keyboard.press("Tab")
        been.append(tab.run("document.activeElement.nodeName"))
        assert len(been) < 200
    return set(been) - {"BODY"}


@pytest.mark.parametrize(("size", "places"), [(PHONE, {"SHOP-ASSISTANT"}), (DESK, {"SHOP-ASSISTANT", "A"})])
def test_on_a_phone_the_focus_never_goes_behind_the_sheet_and_on_a_wider_window_it_does(
    visit: Visit, size: ViewportSize, places: set[str]
) -> None:
    tab = shop_page(visit, size)
    tab.open()
    expect(tab.panel.get_by_role("textbox")).to_be_focused()
    assert reached(tab) == places
    expect(tab.page.locator("#bubble")).to_be_visible(visible=size is DESK)


def test_once_the_sheet_is_closed_the_page_and_the_bubble_are_there_again(visit: Visit) -> None:
    tab = shop_page(visit, PHONE)
    tab.open()
    tab.page.keyboard.press("Escape")
    expect(tab.panel).to_be_hidden()
    expect(tab.page.get_by_role("button", name="Ask the assistant")).to_be_focused()
    assert reached(tab) == {"SHOP-ASSISTANT", "A"}

    tab.open()
    tab.panel.get_by_role("heading", name="What are you looking for?").click()  # where nothing takes the focus
    tab.page.keyboard.press("Escape")
    expect(tab.panel).to_be_hidden()

    tab.open()
    tab.run("ShopAssistant.destroy()")
    assert reached(tab) == {"A"}


def test_a_phone_that_is_turned_or_a_window_enlarged_leaves_the_focus_where_it_was_and_all_in_reach(
    visit: Visit,
) -> None:
    tab = shop_page(visit, PHONE)
    tab.open()
    for size in (DESK, PHONE, DESK, LOW, LEAST):
        tab.page.set_viewport_size(size)
        tab.page.wait_for_function(f"covers => {MODAL} === covers", arg=size is not DESK)
        expect(tab.panel.get_by_role("textbox")).to_be_focused()
    for part in (tab.panel.get_by_role("button", name="Send"), tab.panel.get_by_text("This is an AI.")):
        part.scroll_into_view_if_needed()
        expect(part).to_be_in_viewport(ratio=0.9)


def test_the_page_is_in_reach_while_the_widget_is_hidden_and_out_of_it_once_the_sheet_is_drawn_anew(
    visit: Visit,
) -> None:
    tab = shop_page(visit, PHONE)
    tab.open()
    for call, covers in (
        ("ShopAssistant.hide()", False),
        ("ShopAssistant.show()", True),
        ("ShopAssistant.setLocale('en-GB')", True),
        ("document.body = document.createElement('body'), null", True),
    ):
        tab.run(call)
        tab.page.wait_for_function(f"covers => {MODAL} === covers", arg=covers)
    expect(tab.panel).to_be_visible()


def test_what_the_page_puts_into_the_sheet_stays_in_reach(visit: Visit) -> None:
    tab = visit(size=PHONE)
    footer = '<a slot="footer" href="#terms">Terms</a>'
    page_with(tab, f'<a href="#behind">Behind</a><shopping-assistant site="demo" open>{footer}</shopping-assistant>')
    expect(tab.panel).to_be_visible()
    tab.page.get_by_role("link", name="Terms").click()
    assert tab.page.url.endswith("#terms")
    assert "A" in reached(tab)
