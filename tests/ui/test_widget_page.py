"""What the page does for the assistant: functions that it registers, called on a shopper's press and before each message."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.fakes import said

from .test_browser import LAMPS, MESSAGE, PHONE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at

__all__ = ["browser", "pytestmark", "visit", "visit_at"]

ADD = "Add to cart: Brass Desk Lamp"
IT = said("cart_add", ref=("last",))


def registered(tab: Tab, name: str, work: str) -> None:
    """The page registers the function; what it is given is kept in `window.given`."""
    tab.run(
        f"() => {{ ShopAssistant.register('{name}', (given) => {{ window.given = given; return ({work})(given); }}) }}"
    )


def shown(tab: Tab) -> None:
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()


def test_the_page_says_where_the_shopper_is_before_each_message(visit: Visit) -> None:
    tab = visit(IT, IT, IT)
    tab.run(
        "() => { window.here = { product: 'brass-lamp' }; ShopAssistant('register', 'getContext', async () => here); }"
    )
    tab.open()
    expect(tab.panel.get_by_role("button", name="Tell me about the Brass Desk Lamp")).to_be_visible()
    tab.say("add this")
    expect(tab.panel.locator(".answer").last).to_contain_text("Added 1 × Brass Desk Lamp")
    tab.run("() => { here = { product: 'black-lamp', cart: { items: [], count: 3, total: 9 } } }")
    tab.say("and this")
    expect(tab.panel.locator(".answer").last).to_contain_text("Added 1 × Black Desk Lamp")
    expect(tab.panel.get_by_role("button", name="Cart (3)")).to_be_visible()
    tab.run("() => { ShopAssistant.register('getContext', () => { throw new Error('no page'); }) }")
    tab.say("this again")
    expect(tab.panel.locator(".answer").last).to_contain_text("1 × Black Desk Lamp is in your cart already")


def test_a_product_is_opened_by_the_page_with_or_without_an_address_and_a_phone_makes_room_for_it(visit: Visit) -> None:
    tab = visit(LAMPS, size=PHONE)
    registered(tab, "openProduct", "() => {}")
    shown(tab)
    tab.card("Brass Desk Lamp").get_by_role("button", name="Brass Desk Lamp", exact=True).click()
    expect(tab.panel).to_be_hidden()
    assert tab.run("given.product.id") == "brass-lamp"
    assert tab.run("ShopAssistant.register('openProduct', null)") is None


def test_the_shops_cart_takes_a_product_once_and_is_shown(visit: Visit) -> None:
    tab = visit(LAMPS)
    cart = "{ items: [{ title: 'Brass Desk Lamp', quantity: 1, subtotal: 34.99 }], count: 1, total: 34.99 }"
    registered(
        tab,
        "addToCart",
        f"() => new Promise((done) => {{ window.done = () => done({{ cart: {cart} }}); window.times = (window.times ?? 0) + 1 }})",
    )
    shown(tab)
    tab.panel.get_by_role("button", name=ADD).dblclick()
    assert tab.run("[times, given.product.id, given.quantity]") == [1, "brass-lamp", 1]
    tab.run("done()")
    expect(tab.panel.get_by_role("status")).to_have_text("The shop has added it to its cart.")
    expect(tab.panel.get_by_role("button", name="Cart (1)")).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_count(1)  # nothing was said for it


def test_what_the_shop_does_not_do_is_not_claimed(visit: Visit) -> None:
    tab = visit(LAMPS)
    registered(tab, "addToCart", "async () => false")
    shown(tab)
    add, note = tab.panel.get_by_role("button", name=ADD), tab.panel.get_by_role("status")
    add.click()
    expect(note).to_have_text("The shop could not add it.")
    registered(tab, "addToCart", "() => new Promise(() => {})")
    tab.page.clock.install()
    add.click()
    tab.page.clock.fast_forward(10_000)
    expect(note).to_have_text("The shop does not say whether that worked. Look at its cart.")


def test_what_was_added_by_words_reaches_the_shops_cart_by_a_press_only(visit: Visit) -> None:
    tab = visit(LAMPS, said("cart_add", ref=(1,), quantity=2))
    registered(tab, "addToCart", "() => true")
    shown(tab)
    tab.say("two of the first")
    put = tab.panel.get_by_role("button", name="Put into the shop's cart: 2 × Black Desk Lamp")
    expect(put).to_be_visible()
    assert tab.run("window.given") is None
    put.click()
    expect(tab.panel.get_by_role("status")).to_have_text("The shop has added it to its cart.")
    assert tab.run("given") == {"product": {"id": "black-lamp", "title": "Black Desk Lamp"}, "quantity": 2}


def test_the_page_shows_what_was_found_where_it_can_and_says_where_it_cannot(visit: Visit) -> None:
    tab = visit(LAMPS)
    registered(tab, "showResults", "({ products }) => products.length > 2")
    shown(tab)
    show = tab.panel.get_by_role("button", name="Show these in the shop")
    show.click()
    expect(tab.panel.get_by_role("status")).to_have_text("The page could not show that.")
    given = tab.run("given")
    assert (given["constraints"]["price_max"], sorted(given["products"])) == (40, ["black-lamp", "brass-lamp"])
    registered(tab, "showResults", "() => {}")
    show.click()
    expect(tab.panel).to_be_visible()  # beside the page, on a screen that has the room


def test_a_page_cannot_register_what_nobody_calls(visit: Visit) -> None:
    tab = visit()
    tab.open()
    said_to = "(() => { try { ShopAssistant.register('pay', () => {}) } catch ({ message }) { return message } })()"
    assert "calls no pay; it calls getContext, openProduct, addToCart, showResults" in tab.run(said_to)


def test_my_cart_is_the_shops_where_the_page_tells_it_and_a_fault_in_it_costs_no_message(visit: Visit) -> None:
    tab = visit(said("cart_view"), said("checkout"))
    tab.run(
        """() => { window.here = { product: 'no-such', currency: 'EUR', cart: { count: 4, total: 218.5, url: 'https://shop.example/cart',
          items: [{ title: 'Oak Desk', quantity: 1, subtotal: 200, id: 7 }, { quantity: 2 },
            { title: 'Pad', quantity: 3, subtotal: 'free' }] } };
          ShopAssistant('register', 'getContext', () => here); }"""
    )
    tab.open()
    tab.say("what is in my cart?")
    answer = tab.panel.locator(".answer").last
    expect(answer).to_have_text("In the shop's cart: 1. Oak Desk × 1 (€200); 2. Pad × 3. It says €218.50 in all.")
    tab.say("check out")
    expect(tab.panel.get_by_role("link", name="Check out")).to_have_attribute("href", "https://shop.example/cart")
