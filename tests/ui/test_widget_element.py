"""The widget as an element that a page writes by hand, and what a page tells it of itself."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.fakes import said

from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at

__all__ = ["browser", "pytestmark", "visit", "visit_at"]

SCRIPT = '<script async src="/widget.js"></script>'
CART = {
    "items": [{"title": "Mug of the shop", "quantity": 2, "subtotal": 18}],
    "count": 2,
    "total": 18,
    "currency": "EUR",
}


def page_with(tab: Tab, html: str, lang: str = "en") -> None:
    body = f'<!doctype html><html lang="{lang}"><title>Shop</title><main>{html}</main>{SCRIPT * 2}</html>'
    tab.page.route("**/host", lambda route: route.fulfill(content_type="text/html", body=body))
    tab.page.goto(tab.page.url.replace("/widget-demo", "/host"))


def test_an_element_written_by_hand_holds_the_widget_and_a_second_one_or_load_does_no_harm(visit: Visit) -> None:
    tab = visit(LAMPS)
    element = '<shopping-assistant site="demo" mode="inline" title="Help me choose"></shopping-assistant>'
    page_with(tab, element + '<shopping-assistant site="other"></shopping-assistant>')
    expect(tab.panel.get_by_role("heading", name="Help me choose")).to_be_visible()
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say(MESSAGE)
    assert asked.value.headers["x-site-key"] == "demo"
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    held = "[...document.querySelectorAll('shopping-assistant, shop-assistant')].map((one) => Boolean(one.shadowRoot))"
    assert tab.run(held) == [True, False]


def test_an_element_that_is_moved_keeps_the_widget_and_one_that_leaves_the_page_ends_it(visit: Visit) -> None:
    tab = visit(LAMPS)
    page_with(tab, '<shopping-assistant data-site="demo" open></shopping-assistant>')
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    tab.run("() => { window.one = document.querySelector('shopping-assistant'); document.body.prepend(one); }")
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    assert tab.run("one.remove(), Promise.resolve().then(() => typeof window.ShopAssistant)") == "undefined"
    tab.run("() => { document.body.append(one); }")
    expect(tab.panel).to_be_visible()
    expect(tab.card("Brass Desk Lamp")).to_have_count(0)


def test_the_product_of_the_page_is_offered_by_its_title_and_an_unknown_one_is_not(visit: Visit) -> None:
    tab = visit()
    page_with(
        tab, '<shopping-assistant site="demo" open product="brass-lamp" message="Is it warm?"></shopping-assistant>'
    )
    offered = tab.panel.get_by_role("button", name="Tell me about the")
    expect(offered).to_have_text("Tell me about the Brass Desk Lamp")
    expect(tab.panel.get_by_role("textbox", name="Your message")).to_have_value("Is it warm?")
    with tab.page.expect_response("**/v1/products/no-such") as asked:
        tab.run("() => { ShopAssistant.setContext({ product: 'no-such' }) }")
    assert asked.value.status == 404
    expect(offered).to_have_count(0)


def test_this_one_means_the_product_of_the_page_that_is_open_now(visit: Visit) -> None:
    it = said("cart_add", ref=("last",))
    tab = visit(it, it, it)
    warned: list[str] = []
    tab.page.on("console", lambda line: warned.append(line.text) if line.type == "warning" else None)
    page_with(tab, '<shopping-assistant site="demo" open product="brass-lamp"></shopping-assistant>')
    tab.say("add this to my cart")
    expect(tab.panel.locator(".answer").last).to_contain_text("Added 1 × Brass Desk Lamp")
    tab.run("() => { ShopAssistant.setContext({ product: 'black-lamp', title: 'A free yacht' }) }")
    tab.say("and this one")
    expect(tab.panel.locator(".answer").last).to_contain_text("Added 1 × Black Desk Lamp")
    tab.run("() => { ShopAssistant.setContext({ product: 7 }) }")
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say("and this")
    assert asked.value.post_data_json["context"] == {"product_id": "7"}
    expect(tab.panel.locator(".turn .thumbs")).to_have_count(3)
    assert [text for text in warned if "'7' is not in the catalogue" in text]


def test_the_shops_own_cart_is_shown_in_place_of_the_assistants_and_paid_where_the_shop_says(visit: Visit) -> None:
    tab = visit()
    tab.open()
    tab.run("(cart) => { ShopAssistant.setContext({ cart }) }", CART)
    tab.panel.get_by_role("button", name="Cart (2)").click()
    cart = tab.panel.get_by_role("region", name="Cart")
    expect(cart).to_contain_text("Mug of the shop")
    expect(cart).to_contain_text("× 2")
    expect(cart).to_contain_text("€18")
    expect(cart.get_by_role("button")).to_have_count(1)  # what is in the shop's cart is changed on the shop's pages
    tab.run("(cart) => { ShopAssistant.setContext({ cart: { ...cart, url: location.origin + '/healthz' } }) }", CART)
    cart.get_by_role("button", name="Check out").click()
    tab.page.wait_for_url("**/healthz")


def test_the_beginning_of_a_conversation_is_an_event_told_once(visit: Visit) -> None:
    tab = visit(LAMPS, LAMPS)
    tab.run("() => { window.told = []; ShopAssistant.on('started', ({ detail }) => told.push(detail.session_id)); }")
    tab.open()
    for number in (1, 2):
        tab.say(MESSAGE)
        expect(tab.panel.locator(".turn .thumbs")).to_have_count(number)
    (session,) = tab.run("told")
    assert session.startswith("s_")


def leading(route: Route) -> None:
    """The answer as it is, its two lamps on pages of two hosts."""
    answer = route.fetch()
    text = re.sub(r'(brass/steel.svg",\s*"url":\s*)null', r'\1"https://shop.example/brass"', answer.text())
    text = re.sub(r'(black/steel.svg",\s*"url":\s*)null', r'\1"https://shop.example@elsewhere.example/black"', text)
    route.fulfill(response=answer, body=text)


def test_a_listing_leads_only_to_the_hosts_that_the_page_names_where_it_names_any(visit: Visit) -> None:
    tab = visit(LAMPS, LAMPS)
    tab.page.route("**/v1/chat", leading)
    page_with(tab, '<shopping-assistant site="demo" open links="shop.example www.shop.example"></shopping-assistant>')
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp").get_by_role("link")).to_have_attribute("href", "https://shop.example/brass")
    expect(tab.card("Black Desk Lamp")).to_be_visible()
    expect(tab.card("Black Desk Lamp").get_by_role("link")).to_have_count(0)
    page_with(tab, '<shopping-assistant site="demo" open></shopping-assistant>')
    tab.say(MESSAGE)
    expect(tab.card("Black Desk Lamp").get_by_role("link")).to_have_count(1)


def test_an_expanded_panel_is_wider(visit: Visit) -> None:
    tab = visit()
    page_with(tab, '<shopping-assistant site="demo" open expanded></shopping-assistant>')
    expect(tab.panel).to_be_visible()
    box = tab.panel.bounding_box()
    assert box is not None
    assert box["width"] == 720
