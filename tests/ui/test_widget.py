"""A shopper at the widget: a real browser on the pretend shop, a real server over the small store, the parser's answers queued."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from assistant.model import Parse
from assistant.parse import Parser
from assistant.recommending.placing import Placing, Sponsored
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.widget_versions import BUILT, digest_of

from .live import held, served
from .shop import TURNING, open_shop
from .test_browser import DESK, LAMPS, MESSAGE, PHONE, browser, pytestmark

__all__ = ["browser", "pytestmark"]


@dataclass
class Tab:
    """A tab on the pretend shop."""

    page: Page
    alarms: list[str]

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def open(self) -> None:
        self.page.get_by_role("button", name="Ask the assistant").click()
        expect(self.panel).to_be_visible()

    def say(self, message: str) -> None:
        self.panel.get_by_role("textbox", name="Your message").fill(message)
        self.panel.get_by_role("button", name="Send").click()

    def card(self, title: str) -> Locator:
        return self.panel.get_by_role("article", name=title)

    def run(self, script: str, given: Any = None) -> Any:
        return self.page.evaluate(script, given)


Visit = Callable[..., Tab]


@pytest.fixture
def visit_at(browser: Browser) -> Iterator[Visit]:
    """Opens the pretend shop of a server; at the end no script ran where none should, and nothing was asked of another machine."""
    tabs: list[Tab] = []
    with ExitStack() as stack:

        def come(
            address: str,
            size: ViewportSize = DESK,
            path: str = "/widget-demo",
            scheme: str = "light",
            motion: str = "reduce",
        ) -> Tab:
            context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion=motion)  # type: ignore[arg-type]
            stack.callback(context.close)
            tab = Tab(context.new_page(), [])
            tab.page.on("dialog", lambda dialog: (tab.alarms.append(dialog.message), dialog.dismiss()))
            tab.page.on("pageerror", lambda error: tab.alarms.append(str(error)))
            context.on("request", lambda request: _local(request.url, tab.alarms))
            tabs.append(tab)
            tab.page.goto(address + path)
            return tab

        yield come
        assert [tab.alarms for tab in tabs] == [[] for _ in tabs]


@pytest.fixture
def visit(visit_at: Visit, small_store: Path) -> Iterator[Visit]:
    """The same, at a server of its own whose parser gives `parses`."""
    with ExitStack() as stack:

        def come(
            *parses: Parse,
            lane: Lane | None = None,
            parser: Parser | None = None,
            placing: Placing | None = None,
            **tab: Any,
        ) -> Tab:
            shop = stack.enter_context(open_shop(small_store, *parses, parser=parser, placing=placing))
            return visit_at(stack.enter_context(served(create_app(shop, lane or Lane()))), **tab)

        yield come


def _local(url: str, alarms: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
        alarms.append(url)


def test_a_shopper_finds_a_lamp_drops_a_wish_and_fills_the_cart(visit: Visit) -> None:
    tab = visit(LAMPS)  # what the chip and the buttons of cards and cart mean is not asked of the parser
    tab.open()
    tab.say(MESSAGE)
    brass = tab.card("Brass Desk Lamp")
    expect(brass.locator("s")).to_have_text("$49.99")
    expect(brass).to_contain_text("is under your $40 limit")
    expect(tab.panel.get_by_role("log")).not_to_be_empty()

    tab.panel.get_by_role("button", name="Remove: under $40").click()
    expect(tab.panel.locator(".said").last).to_have_text("Remove: under $40")
    expect(tab.panel.get_by_role("button", name="Remove: under $40")).to_have_count(0)
    expect(tab.panel.locator(".turn").last.locator(".thumbs")).to_be_visible()  # the turn is over
    add = tab.panel.get_by_role("button", name="Add to cart:").first
    add.click()
    tab.panel.get_by_role("button", name="Cart (1)").click()
    cart = tab.panel.get_by_role("region", name="Cart")
    expect(cart).to_contain_text("Desk Lamp")
    more = cart.get_by_role("button", name="One more:")
    expect(tab.panel.locator(".turn").last.locator(".thumbs")).to_be_visible()
    more.press("Enter")
    expect(tab.panel.locator(".turn")).to_have_count(4)
    expect(tab.panel.locator(".turn").last.locator(".thumbs")).to_be_visible()
    tab.panel.get_by_role("button", name="Cart (2)").wait_for()
    expect(more).to_be_focused()
    cart.get_by_role("button", name="Take out:").click()
    expect(cart).to_contain_text("Your cart is empty.")


def test_a_reason_opens_into_the_listings_own_words(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    tab.say(MESSAGE)
    reason = tab.card("Brass Desk Lamp").locator("details").filter(has_text="limit")
    reason.locator("summary").click()
    expect(reason.locator("blockquote")).to_contain_text("34.99")


def test_of_several_needs_each_has_its_own_list_under_its_name(visit: Visit) -> None:
    tab = visit(replace(LAMPS, then=said("search", product="mug")))
    tab.open()
    tab.say("a desk lamp and a mug")
    expect(tab.panel.get_by_role("list", name="desk lamp").get_by_text("Brass Desk Lamp")).to_be_visible()
    expect(tab.panel.get_by_role("list", name="mug").get_by_role("article")).not_to_have_count(0)
    expect(tab.panel.locator(".need")).to_have_text(["desk lamp", "mug"])


def test_what_is_sponsored_says_so_on_its_card_and_in_the_answer(visit: Visit) -> None:
    tab = visit(LAMPS, placing=Placing(sponsored=Sponsored(products=frozenset({"brass-lamp"}))))
    tab.open()
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp").get_by_text("Sponsored", exact=True)).to_be_visible()
    expect(tab.card("Black Desk Lamp")).not_to_contain_text("Sponsored")
    expect(tab.panel.locator(".answer")).to_contain_text("Sponsored: Brass Desk Lamp.")
    assert Axe().run(tab.page).response["violations"] == []


def test_a_cart_is_not_cleared_away_by_one_press(visit: Visit) -> None:
    tab = visit(LAMPS, said("cart_add", ref=(1,)))
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("button", name="Compare the first two")).to_be_visible()  # the answer is whole
    tab.say("the first")
    count = tab.panel.locator("button.cart")
    expect(count).to_have_text("Cart (1)")
    tab.panel.get_by_role("button", name="Conversation menu").click()
    over = tab.panel.locator(".menu").get_by_role("button", name="Start over")
    over.click()
    expect(over).to_have_text("Start over: your cart goes too. Sure?")
    expect(count).to_have_text("Cart (1)")
    over.click()
    expect(tab.panel.get_by_role("article")).to_have_count(0)
    expect(count).to_have_text("Cart")


def test_hostile_product_text_stays_text_and_its_links_are_not_followed(visit: Visit) -> None:
    tab = visit(said("search", product="mug"))
    tab.open()
    tab.say(f"{TURNING}a mug <img src=x onerror=alert(9)>")
    mug = tab.panel.get_by_role("article").first
    expect(mug.locator("h3")).to_contain_text("<img src=x onerror=")
    assert mug.locator("a, img").count() == 0
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()
    assert not set(TURNING) & set(tab.panel.inner_text())


def test_escape_closes_and_gives_the_focus_back(visit: Visit) -> None:
    tab = visit()
    tab.page.get_by_role("button", name="Ask the assistant").press("Enter")
    expect(tab.panel.get_by_role("textbox")).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(tab.panel).to_be_hidden()
    expect(tab.page.get_by_role("button", name="Ask the assistant")).to_be_focused()


def test_nothing_is_kept_before_the_shopper_agrees_and_then_the_conversation_survives_a_reload(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    tab.say(MESSAGE)
    keep = tab.panel.get_by_role("button", name="Keep it")
    expect(keep).to_be_visible()
    assert tab.run("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    keep.click()
    tab.page.reload()
    tab.open()
    expect(tab.card("Brass Desk Lamp")).to_be_visible()

    tab.panel.get_by_role("button", name="Conversation menu").click()
    tab.panel.get_by_role("button", name="Delete my conversation").click()
    expect(tab.panel).to_contain_text("The conversation is deleted.")
    assert tab.run("localStorage.length") == 0


def test_the_host_can_take_over_the_cart(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.run(
        "ShopAssistant.on('add-to-cart', (e) => { e.preventDefault(); window.put = e.detail.product.id; e.detail.done(); })"
    )
    tab.open()
    tab.say(MESSAGE)
    tab.panel.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    expect(tab.panel).to_contain_text("The shop has added it to its cart.")
    assert tab.run("window.put") == "brass-lamp"
    expect(tab.panel.locator(".said")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, "not allowed"),
        (429, "go on in 7 s"),
        (503, "go on in 7 s"),
        (500, "went wrong on our side"),
        (None, "cannot be reached"),
    ],
)
def test_what_fails_is_said_and_nothing_typed_is_lost(visit: Visit, status: int | None, says: str) -> None:
    tab = visit(LAMPS)

    def refuse(route: Route) -> None:
        if status is None:
            route.abort()
        else:
            problem = {"type": "about:blank", "title": "No", "status": status, "detail": "No"}
            headers = {"Retry-After": "7"}
            route.fulfill(
                status=status, headers=headers, content_type="application/problem+json", body=json.dumps(problem)
            )

    tab.page.route("**/v1/chat", refuse)
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("alert")).to_contain_text(says)
    expect(tab.panel.locator(".said")).to_have_text(MESSAGE)
    tab.page.unroute("**/v1/chat")
    if status in (500, None):
        tab.panel.get_by_role("button", name="Try again").click()
        expect(tab.card("Brass Desk Lamp")).to_be_visible()


def test_a_token_that_the_shop_gives_is_sent_and_its_refusal_told(visit: Visit) -> None:
    tab = visit(LAMPS)  # a server without sites can check no token
    tab.run("ShopAssistant.setUser({ name: 'Ada', token: 'a.b.c' })")
    tab.open()
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say(MESSAGE)
    assert asked.value.headers["authorization"] == "Bearer a.b.c"
    expect(tab.panel.get_by_role("alert")).to_contain_text("Your sign-in has run out.")


def test_whoever_waits_sees_how_many_are_before(visit: Visit) -> None:
    lane = Lane()
    tab = visit(LAMPS, lane=lane)
    tab.open()
    with held(lane):
        tab.say(MESSAGE)
        expect(tab.panel.get_by_role("status").filter(has_text="1 before you. About 2 s.")).to_be_visible()
    expect(tab.card("Brass Desk Lamp")).to_be_visible()


def test_during_a_turn_a_button_says_nothing_and_words_wait_in_the_box_until_it_is_over(visit: Visit) -> None:
    lane = Lane()
    tab = visit(LAMPS, said("cart_view"), LAMPS, lane=lane)
    tab.open()
    tab.say(MESSAGE)
    box = tab.panel.get_by_role("textbox", name="Your message")
    chip = tab.panel.get_by_role("button", name="Remove: under $40")
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()  # the turn is over
    with held(lane):
        tab.say("what is in my cart")
        chip.click()
        expect(box).to_have_value("")
        tab.run("() => { ShopAssistant.send('and socks') }")
        expect(box).to_have_value("and socks")
        expect(tab.panel.get_by_text("Your message goes when this answer is there.")).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_text([MESSAGE, "what is in my cart", "and socks"])
    expect(tab.panel.locator(".answer").nth(1)).to_have_text("Your cart is empty.")
    expect(tab.card("Brass Desk Lamp")).to_have_count(2)
    expect(box).to_have_value("")


def test_what_is_sent_during_a_turn_goes_when_it_is_over_unless_it_was_changed(visit: Visit) -> None:
    lane = Lane()
    tab = visit(LAMPS, said("cart_view"), LAMPS, lane=lane)
    tab.open()
    box = tab.panel.get_by_role("textbox", name="Your message")
    with held(lane):
        tab.say(MESSAGE)
        tab.say("what is in my cart")
        expect(box).to_have_value("what is in my cart")
        tab.run("() => { ShopAssistant.send('and socks') }")  # which finds no place in the box
    expect(tab.panel.locator(".answer").nth(1)).to_have_text("Your cart is empty.")
    with held(lane):
        tab.say(MESSAGE)
        tab.say("and a")
        box.fill("and a red one")
    expect(tab.card("Brass Desk Lamp")).to_have_count(2)
    expect(tab.panel.get_by_role("button", name="Good answer")).to_have_count(3)  # the turn is over
    expect(box).to_have_value("and a red one")
    assert tab.panel.locator(".said").all_inner_texts() == [MESSAGE, "what is in my cart", MESSAGE]


def test_what_is_sent_during_a_turn_that_fails_waits_in_the_box(visit: Visit) -> None:
    lane = Lane()
    tab = visit(LAMPS, lane=lane)
    tab.open()
    with held(lane):
        tab.say(MESSAGE)
        tab.say("and socks")
        tab.page.context.set_offline(True)
        expect(tab.panel.get_by_role("alert")).to_contain_text("You are offline.")
    expect(tab.panel.get_by_role("textbox", name="Your message")).to_have_value("and socks")
    assert tab.panel.locator(".said").all_inner_texts() == [MESSAGE]


def test_every_request_carries_the_site_and_a_visitor_of_128_bits(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say(MESSAGE)
    headers = asked.value.headers
    assert headers["x-site-key"] == "demo"
    assert len(headers["x-visitor"]) == 22  # 128 bits, 6 a character
    expect(tab.card("Brass Desk Lamp")).to_be_visible()


def test_calls_before_the_load_are_queued_and_a_second_load_changes_nothing(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.run("ShopAssistant.destroy()")
    tab.run(
        """() => {
          window.ShopAssistant = (...call) => (ShopAssistant.q ??= []).push(call);
          ShopAssistant("on", "opened", () => { window.opened = (window.opened ?? 0) + 1; });
          ShopAssistant("open");
          for (let n = 0; n < 2; n++) {
            const script = document.createElement("script");
            Object.assign(script, { src: "/widget.js", async: false });
            script.dataset.site = "demo";
            document.head.append(script);
          }
        }"""
    )
    expect(tab.panel).to_be_visible()
    assert tab.page.locator("shop-assistant").count() == 1
    assert tab.run("window.opened") == 1


def test_a_page_that_swaps_its_body_keeps_the_conversation(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.open()
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp")).to_be_visible()
    tab.run("document.body = document.createElement('body')")
    expect(tab.card("Brass Desk Lamp")).to_be_visible()


def test_the_shops_styles_stay_outside_and_of_its_theme_the_text_can_be_read_and_a_false_colour_is_refused(
    visit: Visit,
) -> None:
    tab = visit()
    tab.run(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("html { font-size: 62.5% } body { letter-spacing: 4px; text-transform: uppercase; white-space: pre }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    tab.open()
    title = tab.panel.get_by_role("heading", name="Shopping assistant")
    for name, value in {
        "font-size": "16px",
        "letter-spacing": "normal",
        "text-transform": "none",
        "white-space": "normal",
    }.items():
        expect(title).to_have_css(name, value)
    style = "document.querySelector('shop-assistant').style.getPropertyValue('--sa-{}')"
    tab.run("ShopAssistant.setTheme({accent: '#ffe14d'})")
    assert tab.run(style.format("on-accent")) == "#000000"
    expect(tab.panel.locator(".line")).to_have_css("border-top-color", "rgb(32, 38, 43)")  # yellow is not seen on white
    tab.run("ShopAssistant.setTheme({accent: '#123'})")
    assert tab.run(style.format("on-accent")) == "#ffffff"
    expect(tab.panel.locator(".line")).to_have_css("border-top-color", "rgb(17, 34, 51)")
    tab.run("ShopAssistant.setTheme({accent: 'url(https://elsewhere.example)'})")
    assert tab.run(style.format("accent")) == "#123"


def test_the_install_page_writes_a_snippet_and_tests_it(visit: Visit) -> None:
    tab = visit(path="/widget-install")
    snippet = tab.page.get_by_label("Snippet")
    expect(snippet).to_contain_text('data-site="demo"')
    tab.page.get_by_label("Pin this version").check()
    tab.page.get_by_label("CSP nonce").fill('a"b')
    expect(snippet).to_contain_text('integrity="sha384-')
    expect(snippet).to_contain_text(f"/widget-{digest_of((BUILT / 'widget.js').read_bytes())}.js")
    expect(snippet).to_contain_text('nonce="a&quot;b"')
    tab.page.get_by_label("Examples to click").fill("A lamp | A mug")
    tab.page.get_by_label("Learning for suggestions").select_option("Do not ask")
    expect(snippet).to_contain_text('data-suggestions="A lamp | A mug" data-learn="no"')
    status = tab.page.get_by_role("status").first
    tab.run("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as on plain http
    tab.page.get_by_role("button", name="Copy").click()
    expect(status).to_have_text("It is selected: copy it with Ctrl+C, or ⌘C.")
    assert tab.run("getSelection().toString()") == snippet.text_content()
    tab.page.get_by_label("Your shop's address").fill("shop.example/lamps")
    tab.page.get_by_role("button", name="Test it here").click()
    expect(status).to_contain_text("is no address of a page: begin it with https://")
    tab.page.get_by_label("Your shop's address").fill("https://shop.example/lamps")
    tab.page.get_by_role("button", name="Test it here").click()
    expect(status).to_contain_text("It works")
    expect(status).to_contain_text("No site has this key yet")  # the server has no sites
    expect(tab.panel.get_by_role("button", name="A mug")).to_be_visible()
    tab.page.get_by_label("Where it stands").select_option("In a frame, without a script")
    expect(snippet).to_contain_text("/widget-frame?site=demo&amp;suggestions=A+lamp+%7C+A+mug&amp;learn=no")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_wrong(visit: Visit, scheme: str, size: ViewportSize) -> None:
    tab = visit(LAMPS, size=size, scheme=scheme)
    tab.open()
    tab.say(MESSAGE)
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()
    found = Axe().run(tab.page).response
    assert found["passes"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []


def test_any_two_products_are_compared_by_a_press_on_each(visit: Visit) -> None:
    tab = visit(said("search", product="desk lamp"))
    tab.open()
    tab.say("a desk lamp")
    tab.card("Brass Desk Lamp").get_by_role("button", name="Compare: Brass Desk Lamp").click()
    expect(tab.card("Brass Desk Lamp").locator("[data-compare]")).to_have_attribute("aria-pressed", "true")
    tab.card("Tall Desk Lamp").get_by_role("button", name="Compare with it: Tall Desk Lamp").click()
    table = tab.panel.get_by_role("region", name="Comparison")
    expect(table.get_by_role("columnheader")).to_have_text(["Brass Desk Lamp", "Tall Desk Lamp"])
    expect(tab.panel.locator(".said").last).to_have_text("Compare Brass Desk Lamp with Tall Desk Lamp")
    expect(tab.panel.locator(".thumbs")).to_have_count(2)
    shown = tab.panel.locator(".log").evaluate("""log => {
      const above = log.querySelector(".turn:last-child").getBoundingClientRect().top - log.getBoundingClientRect().top;
      return [Math.round(above), Math.round(log.scrollHeight - log.scrollTop - log.clientHeight)];
    }""")
    assert 0 in shown, "neither does the answer begin at the top nor is its end in sight"


def test_a_wish_of_an_exact_price_reads_as_money(visit: Visit) -> None:
    tab = visit(said("search", product="desk lamp", price_max=Decimal("34.99")))
    tab.open()
    tab.say("a desk lamp up to 34.99")
    expect(tab.panel.get_by_role("list", name="Looking for")).to_contain_text("under $34.99")


def test_the_other_need_of_two_stands_behind_the_wishes(visit: Visit) -> None:
    both = replace(said("search", product="mug"), then=said("search", product="lamp"))
    tab = visit(both, said("refine", product="lamp", price_max=Decimal(40)))
    tab.open()
    tab.say("a mug and a lamp")
    wanted = tab.panel.get_by_role("list", name="Looking for").get_by_role("listitem")
    expect(wanted).to_have_text(["lamp×", "Also:mug"])
    tab.say("the lamp under 40")
    expect(wanted).to_have_text(["lamp×", "under $40×"])
