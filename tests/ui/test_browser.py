"""A shopper at the page: a real browser against a real server over the small store, the parser's answers queued."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, ViewportSize, expect, sync_playwright

from assistant import Assistant
from assistant.contract import Event, Shown
from assistant.model import Parse
from tests.fakes import said
from ui.cli.serve import site
from ui.desk import desk_of
from ui.lane import Lane
from ui.settings import ServerSettings

from .live import held, served
from .shop import HOSTILE, TURNING, open_shop

# The shell is Chromium without the windows, which needs half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run"] + [
    f"--disable-{name}" for name in ("background-networking", "component-update", "sync")
]
pytestmark = [
    pytest.mark.browser,
    # Gradio's own statistics use what pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting'"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH: apt-get install chromium-headless-shell"),
]
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
MESSAGE = "i need a warm desk lamp under 40"
LAMPS = said("search", product="desk lamp", price_max=Decimal(40), features=("warm",))


@dataclass
class Visit:
    """A shopper's tab and everything that it asked for."""

    address: str
    context: BrowserContext
    page: Page
    lane: Lane
    requests: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def say(self, message: str) -> None:
        self.page.get_by_role("textbox", name="Your message").fill(message)
        self.page.get_by_role("button", name="Send").click()

    def cards(self) -> list[str]:
        """The titles of the cards of the newest turn, once it is done."""
        expect(self.page.locator("#now .turn:not([aria-busy]) .card").first).to_be_visible()
        return self.page.locator("#now .card h3").all_inner_texts()

    def messages(self) -> list[str]:
        """What was said in the conversation, as it is kept."""
        session = self.page.locator("#now [data-session]").get_attribute("data-session")
        return [turn["message"] for turn in httpx.get(f"{self.address}/v1/sessions/{session}").json()["turns"]]

    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.requests if not url.startswith(("data:", "blob:"))}


Shop = Callable[..., Visit]
Scheme = Literal["light", "dark"]


def watch(visit: Visit) -> None:
    """Note every request of the tab, and every script that ran where none should or failed."""

    def alarm(dialog: Dialog) -> None:
        visit.alarms.append(dialog.message)
        dialog.dismiss()

    visit.context.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("dialog", alarm)
    visit.page.on("pageerror", lambda error: visit.alarms.append(str(error)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=30_000)  # how fast the machine is is not what is tested
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, small_store: Path) -> Iterator[Shop]:
    """Opens the page on a shop whose parser gives `parses`; at the end nothing may have been asked of another machine."""
    visits: list[Visit] = []
    with ExitStack() as stack:

        def come(
            *parses: Parse,
            scheme: Scheme = "light",
            size: ViewportSize = DESK,
            path: str = "/",
            settings: ServerSettings | None = None,
        ) -> Visit:
            shop = stack.enter_context(open_shop(small_store, *parses))
            app = site(shop, settings=settings)
            address = stack.enter_context(served(app))
            context = browser.new_context(
                viewport=size, color_scheme=scheme, is_mobile=size is PHONE, has_touch=size is PHONE
            )
            stack.callback(context.close)
            there = Visit(address, context, context.new_page(), desk_of(app).lane)
            visits.append(there)
            watch(there)
            there.page.goto(address + path)
            return there

        yield come
        assert visits
        for there in visits:
            assert there.hosts() == {"127.0.0.1"}
            assert there.alarms == []


def test_one_message_too_many_is_told_how_long_to_wait_and_stays_in_the_box(visit: Shop) -> None:
    shop = visit(LAMPS, settings=ServerSettings(address_limit="1/hour"))
    shop.say(MESSAGE)
    assert shop.cards()
    shop.say("in black please")
    expect(shop.page.locator("#now .trouble")).to_contain_text("more than 1 messages and requests in 3,600 s")
    expect(shop.page.locator("#now .trouble")).to_contain_text("What helps: wait")
    expect(shop.page.get_by_role("textbox", name="Your message")).to_have_value("in black please")


def test_a_shopper_finds_a_lamp_narrows_it_down_and_puts_it_in_the_cart(visit: Shop) -> None:
    shop = visit(LAMPS, said("refine", color=("black",)))  # what the cards' buttons mean is not asked of the parser
    expect(shop.page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    shop.say(MESSAGE)
    assert sorted(shop.cards()) == ["Black Desk Lamp", "Brass Desk Lamp"]
    brass = shop.page.get_by_role("article", name="Brass Desk Lamp")
    expect(brass).to_contain_text("$34.99 is under your $40 limit")
    expect(brass.locator("s")).to_have_text("$49.99")
    expect(shop.page.get_by_label("What I understood")).to_contain_text("under $40")

    shop.page.get_by_role("button", name="Only in black").click()
    expect(shop.page.locator("#now .said")).to_contain_text("Only in black")
    first = shop.cards()[0]
    assert first == "Black Desk Lamp"

    shop.page.locator("#now").get_by_role("button", name=f"Add to cart: {first}").click()
    expect(shop.page.locator("#now .said")).to_contain_text("Add the first one to my cart")
    cart = shop.page.get_by_role("region", name="Cart")
    expect(cart).to_contain_text("Black Desk Lamp")
    expect(cart).to_contain_text("Quantity 1")
    expect(cart).to_contain_text("Total$29")


def test_the_cart_beside_the_chat_has_its_quantities_changed_by_keyboard_and_mouse(visit: Shop) -> None:
    shop = visit(LAMPS, said("cart_add", ref=(2,)))  # nothing more is queued: the parser is not asked
    shop.say(MESSAGE)
    shop.cards()
    shop.say("add the second one")
    cart = shop.page.get_by_role("region", name="Cart")
    more = cart.get_by_role("button", name="One more: Brass Desk Lamp")
    more.press("Enter")
    expect(cart).to_contain_text("Quantity 2")
    expect(cart).to_contain_text("Total$69.98")
    expect(more).to_be_focused()
    cart.get_by_role("button", name="Take out: Brass Desk Lamp").click()
    expect(cart).to_contain_text("Your cart is empty.")


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_wish_is_taken_back_with_its_chip_and_the_focus_stays_among_the_chips(visit: Shop, how: str) -> None:
    shop = visit(LAMPS)  # nothing more is queued: the parser is not asked
    shop.say(MESSAGE)
    shop.cards()
    chip = shop.page.get_by_role("button", name="Remove: under $40")
    if how == "mouse":
        chip.click()
    else:
        chip.press("Enter")
    expect(shop.page.locator("#now .answer")).to_contain_text("No longer asked for: under $40.")
    assert "Tall Desk Lamp" in shop.cards()
    expect(shop.page.get_by_label("What I understood")).not_to_contain_text("$40")
    expect(shop.page.get_by_role("button", name="Remove: desk lamp")).to_be_focused()


def test_a_reason_unfolds_into_the_listings_own_words(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.say(MESSAGE)
    reason = shop.page.get_by_role("article", name="Brass Desk Lamp").locator("details").filter(has_text="limit")
    reason.locator("summary").click()
    expect(reason.locator("blockquote")).to_have_text("The listing says: 34.99")


def test_what_each_step_of_the_ranking_gave_is_shown_to_whoever_looks(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.say(MESSAGE)
    shop.cards()
    shop.page.locator("#now .about summary").click()
    table = shop.page.get_by_role("region", name="Scores by step")
    steps = ["relevance", "cosine", "bm25", "wishes", "kind", "sold_out", "children"]
    expect(table.locator("th")).to_have_text(["Candidate", *steps])
    expect(table.locator("tr")).to_have_count(4)  # the two lamps, and the mug that was not shown
    expect(table).to_contain_text("Brass Desk Lamp")


def test_two_products_are_compared_in_a_table(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.say(MESSAGE)
    shop.page.get_by_role("button", name="Compare the first two").click()
    table = shop.page.get_by_role("region", name="Comparison")
    expect(table).to_contain_text("Brass Desk Lamp")
    expect(table).to_contain_text("$34.99")
    shop.page.wait_for_function(  # smooth scrolling has ended with the whole answer at the top, or with its end in sight
        """() => {
          const above = document.querySelector("#now .turn").getBoundingClientRect().top;
          const below = document.documentElement.scrollHeight - scrollY - innerHeight;
          return (above >= 0 && above < 16) || below < 1;
        }"""
    )


def test_any_two_products_are_compared_by_a_press_on_each_and_the_first_can_be_let_go(visit: Shop) -> None:
    shop = visit(said("search", product="desk lamp"))
    shop.say("a desk lamp")
    first, _, third = shop.cards()
    one, three = (shop.page.get_by_role("article", name=title).locator("[data-compare]") for title in (first, third))
    one.click()
    expect(one).to_have_attribute("aria-pressed", "true")
    expect(three).to_have_accessible_name(f"Compare with it: {third}")
    one.click()
    expect(one).to_have_attribute("aria-pressed", "false")
    expect(three).to_have_accessible_name(f"Compare: {third}")
    one.click()
    three.click()
    table = shop.page.get_by_role("region", name="Comparison")
    expect(table.get_by_role("columnheader")).to_have_text([first, third])
    assert shop.messages() == ["a desk lamp", f"Compare {first} with {third}"]


def test_a_picture_is_shown_and_one_that_cannot_be_loaded_leaves_its_stand_in(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.page.route("**/pictures/desk-lamp/black/*", lambda route: route.abort())
    shop.say(MESSAGE)
    brass, black = (shop.page.get_by_role("article", name=f"{color} Desk Lamp") for color in ("Brass", "Black"))
    expect(brass.get_by_role("img", name="Brass Desk Lamp")).to_have_js_property("complete", True)
    assert brass.locator("img").evaluate("image => image.naturalWidth") > 0
    expect(black.locator("img")).to_have_count(0)
    expect(black.locator(".stand-in")).to_be_visible()


def test_the_page_says_while_it_is_offline(visit: Shop) -> None:
    shop = visit()
    expect(shop.page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    shop.page.set_viewport_size({"width": 1280, "height": 400})  # of which the page's end is out of sight
    said_so = shop.page.get_by_role("alert").filter(has_text="You are offline.")
    shop.context.set_offline(True)
    expect(said_so).to_be_in_viewport()
    shop.context.set_offline(False)
    expect(said_so).to_have_count(0)


def test_a_page_that_is_drawn_without_a_network_says_so_too(visit: Shop) -> None:
    """The browser tells of a lost network once, which may be before the page's script listens."""
    shop = visit()
    shop.page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    shop.page.reload()
    expect(shop.page.get_by_role("alert").filter(has_text="You are offline.")).to_be_visible()


def test_an_example_can_be_pressed_and_ask_leaves_the_rest_to_the_shopper(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.page.get_by_role("button", name="I need a warm desk lamp under 40").press("Enter")
    title = shop.cards()[1]
    expect(shop.page.locator("#now")).to_be_focused()  # what was pressed is gone: the next Tab leads to what is new
    shop.page.get_by_role("button", name=f"Ask about: {title}").click()
    box = shop.page.get_by_role("textbox", name="Your message")
    expect(box).to_have_value("About the second one: ")
    expect(box).to_be_focused()


def test_a_double_click_adds_once(visit: Shop) -> None:
    shop = visit(LAMPS, said("cart_view"))
    shop.say(MESSAGE)
    first = shop.cards()[0]
    shop.page.locator("#now").get_by_role("button", name=f"Add to cart: {first}").dblclick()
    shop.say("what is in my cart")
    expect(shop.page.locator("#now .turn:not([aria-busy]) .said")).to_contain_text("what is in my cart")
    assert shop.messages() == [MESSAGE, "Add the first one to my cart", "what is in my cart"]


def test_a_press_on_a_product_of_the_answer_being_written_waits_for_it_and_is_taken_once(
    visit: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, whole = threading.Event(), Assistant.stream

    def slow(*asked: Any, **more: Any) -> Iterator[Event]:
        for event in whole(*asked, **more):
            yield event
            if isinstance(event, Shown):
                assert goes_on.wait(60)

    monkeypatch.setattr(Assistant, "stream", slow)
    shop = visit(LAMPS)
    shop.say(MESSAGE)
    add = shop.page.locator("#now [aria-busy]").get_by_role("button", name="Add to cart").first
    add.click()
    add.click()
    expect(shop.page.locator("#now .next")).to_have_text(["Add the first one to my cart"])
    expect(shop.page.locator("#now .chips")).to_have_count(0)  # what to say next is offered once the answer is there
    goes_on.set()
    expect(shop.page.locator("#now .turn:not([aria-busy]) .said")).to_have_text("You: Add the first one to my cart")
    expect(shop.page.locator("#now .next")).to_have_count(0)
    assert shop.messages() == [MESSAGE, "Add the first one to my cart"]


def test_messages_sent_while_an_answer_is_awaited_are_seen_and_answered_in_the_order_in_which_they_were_sent(
    visit: Shop,
) -> None:
    shop = visit(LAMPS, said("refine", color=("black",)), said("cart_view"))
    waiting = shop.page.locator("#now .next")
    box = shop.page.get_by_role("textbox", name="Your message")
    with held(shop.lane):
        shop.say(MESSAGE)
        expect(shop.page.locator("#now .said")).to_have_text(f"You: {MESSAGE}")
        shop.say("in black")
        shop.say("what is in my cart")
        expect(waiting).to_have_text(["in black", "what is in my cart"])
        expect(box).to_have_value("")
        box.fill("and")
    expect(shop.page.locator("#now .turn:not([aria-busy]) .said")).to_have_text("You: what is in my cart")
    expect(waiting).to_have_count(0)
    expect(box).to_have_value("and")
    assert shop.messages() == [MESSAGE, "in black", "what is in my cart"]


def test_hostile_product_texts_are_shown_as_words_and_never_run(visit: Shop) -> None:
    shop = visit(said("search", product="mug"))
    shop.say(f"{TURNING}mug <b onmouseover=alert(9)>${{alert(8)}}")
    assert shop.cards() == [f"Mug {HOSTILE}"]
    expect(shop.page.locator("#now .said")).to_contain_text("mug <b onmouseover=alert(9)>${alert(8)}")
    assert shop.page.locator("#now img, #now a").count() == 0
    assert not set(TURNING) & set(shop.page.locator("body").inner_text())


def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_cart_unfolds(visit: Shop) -> None:
    shop = visit(LAMPS, size=PHONE)
    shop.say(MESSAGE)
    title = shop.cards()[1]
    shop.page.locator("#now").get_by_role("button", name=f"Add to cart: {title}").tap()
    summary = shop.page.locator("#cart summary")
    expect(summary).to_contain_text("1 item")
    expect(shop.page.locator("#cart .narrow .lines")).to_be_hidden()
    summary.tap()
    expect(shop.page.locator("#cart .narrow .lines")).to_contain_text(title)
    more = shop.page.locator("#cart .narrow").get_by_role("button", name=f"One more: {title}")
    more.press("Enter")
    expect(summary).to_contain_text("2 items")
    expect(more).to_be_focused()
    assert shop.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    expect(shop.page.get_by_role("button", name="Send")).to_be_in_viewport()
    shop.page.set_viewport_size({"width": 320, "height": 256})  # a desk's window at 400 %: WCAG 1.4.10
    shop.page.wait_for_function("document.documentElement.scrollWidth === 320")
    for part in ("#aside", "#message"):  # neither covers what is read
        expect(shop.page.locator(part)).to_have_css("position", "static")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(visit: Shop, scheme: str) -> None:
    shop = visit(said("search", product="desk lamp", color=("black",)), scheme=scheme)
    shop.say("a black desk lamp")
    shop.cards()
    assert shop.page.locator(".caveat").count() > 0
    for part in TEXTS:
        front, back = shop.page.locator(part).first.evaluate(COLOURS)
        assert contrast(front, back) >= 4.5, f"{part} in the {scheme} scheme: {front} on {back}"
    _, behind = shop.page.locator("body").evaluate(COLOURS)
    assert (luminance(behind) < 0.5) is (scheme == "dark")


def test_a_failure_is_said_kindly_and_the_message_is_not_lost(visit: Shop) -> None:
    shop = visit()  # a parser with nothing queued: every turn fails inside
    shop.say(MESSAGE)
    trouble = shop.page.locator("#now .trouble")
    expect(trouble).to_contain_text("Something went wrong here, not with your words")
    expect(trouble).not_to_contain_text("IndexError")
    expect(shop.page.get_by_role("textbox", name="Your message")).to_have_value(MESSAGE)


def test_a_message_that_is_too_long_says_so_and_stays_to_be_shortened(visit: Shop) -> None:
    shop = visit()
    shop.say("a" * 2_001)
    expect(shop.page.locator("#now .trouble")).to_contain_text("at most 2,000")
    expect(shop.page.get_by_role("textbox", name="Your message")).to_have_value("a" * 2_001)


def test_a_tab_keeps_its_conversation_when_reloaded_another_tab_has_its_own_and_clearing_forgets(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.say(MESSAGE)
    shown = shop.cards()
    session = shop.page.locator("#now [data-session]").get_attribute("data-session")
    shop.page.reload()
    assert shop.cards() == shown
    other = shop.context.new_page()
    other.goto(shop.address)
    expect(other.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    with shop.context.expect_page() as opened:
        shop.page.evaluate("window.open(location.href)")  # a tab that is duplicated has the same conversation
    twin = opened.value
    expect(twin.locator("#now .card")).to_have_count(len(shown))
    twin.get_by_role("textbox", name="Your message").fill("half a word")

    shop.page.get_by_role("button", name="Clear conversation").click()
    expect(shop.page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    assert httpx.get(f"{shop.address}/v1/sessions/{session}").status_code == 404
    expect(twin.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    expect(twin.get_by_role("textbox", name="Your message")).to_have_value("half a word")
    shop.page.reload()
    expect(shop.page.get_by_role("heading", name="What are you looking for?")).to_be_visible()


def test_a_cart_is_not_cleared_away_by_one_press(visit: Shop) -> None:
    shop = visit(LAMPS, said("cart_add", ref=(1,)))
    shop.say(MESSAGE)
    shop.say("the first")
    lines = shop.page.locator(".cart.wide .lines li")
    expect(lines).to_have_count(1)
    shop.page.get_by_role("button", name="Clear conversation").click()
    sure = shop.page.get_by_role("button", name="Empty the cart too?")
    expect(sure).to_be_focused()
    shop.page.get_by_role("textbox", name="Your message").click()  # thought better of
    expect(lines).to_have_count(1)
    shop.page.get_by_role("button", name="Clear conversation").click()
    sure.press("Enter")
    expect(shop.page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    expect(lines).to_have_count(0)
    expect(shop.page.get_by_role("button", name="Clear conversation")).to_be_visible()


def test_every_control_has_a_name_and_the_finished_answer_is_announced_once(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.say(MESSAGE)
    shop.cards()
    tree = shop.page.locator("body").aria_snapshot()
    assert not re.findall(r"- (?:button|link|textbox|img)(?::|$)", tree, re.MULTILINE)
    answer = str(shop.page.locator("#now .answer").text_content()).removeprefix("Assistant: ")
    expect(shop.page.locator("#heard [role=status]")).to_have_text(answer)


LISTEN = """() => {
  window.spoken = [];
  const line = document.querySelector('#heard [role=status]');
  const note = () => { if (line.textContent.trim()) spoken.push(line.textContent.trim()); };
  new MutationObserver(note).observe(line, { childList: true, subtree: true, characterData: true });
}"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_place_in_line_slowness_and_steps_are_heard_and_not_each_word(
    visit: Shop, motion: Literal["no-preference", "reduce"]
) -> None:
    shop = visit(LAMPS)
    shop.page.emulate_media(reduced_motion=motion)
    shop.page.clock.install()
    expect(shop.page.locator("#heard [role=status]")).to_be_attached()
    shop.page.evaluate(LISTEN)
    slow = shop.page.locator("#now .slow")
    with held(shop.lane):
        shop.say(MESSAGE)
        expect(shop.page.locator("#heard [role=status]")).to_have_text("1 before you. About 2 s.")
        expect(slow).to_be_hidden()
        shop.page.clock.fast_forward("00:09")
        expect(slow).to_be_visible()
        expect(shop.page.locator("#heard [role=status]")).to_have_text("This takes longer than usual. Still working.")
    shop.cards()
    answer = str(shop.page.locator("#now .answer").text_content()).removeprefix("Assistant: ")
    expect(shop.page.locator("#heard [role=status]")).to_have_text(answer)
    line = ["Reading your message", "1 before you. About 2 s.", "This takes longer than usual. Still working."]
    steps = ["Looking through the shop", "Writing the answer"]
    heard = shop.page.evaluate("spoken")
    assert [words for words, _ in groupby(heard)] == heard == [*line, *steps, answer]


def faults(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong once nothing is loaded any more: until then Gradio has a line of its own on the page."""
    expect(page.locator("p.loading")).to_have_count(0)
    return list(Axe().run(page).response["violations"])


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk light", "phone dark"])
def test_axe_finds_nothing_wrong(visit: Shop, size: ViewportSize, scheme: Scheme) -> None:
    shop = visit(LAMPS, said("cart_add", ref=(1,)), said("compare", ref=(1, 2)), size=size, scheme=scheme)
    expect(shop.page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    found = faults(shop.page)
    for message in (MESSAGE, "add the first one to my cart", "compare the first two"):
        shop.say(message)
        expect(shop.page.locator("#now .turn:not([aria-busy]) .said")).to_contain_text(message)
    found += faults(shop.page)
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


def test_what_only_a_background_sets_apart_has_a_line_where_the_reader_chooses_the_colours(visit: Shop) -> None:
    shop = visit(LAMPS)
    shop.page.emulate_media(forced_colors="active")
    shop.say(MESSAGE)
    shop.cards()
    for part in ("#now .said", "#wishes li", "#now .actions .main"):
        expect(shop.page.locator(part).first).to_have_css("border-top-width", "1px")


def test_nothing_moves_where_little_motion_is_wanted(visit: Shop) -> None:
    lane = visit(LAMPS)
    lane.page.emulate_media(reduced_motion="reduce")
    with held(lane.lane):
        lane.say(MESSAGE)
        expect(lane.page.locator("#now .thinking span").first).to_have_css("animation-name", "none")
        expect(lane.page.locator("#now .steps, #now .queued").first).to_be_visible()


def test_a_server_that_is_gone_is_said_and_once_it_is_back_the_conversation_goes_on_with_what_was_unsent(
    browser: Browser, small_store: Path
) -> None:
    with open_shop(small_store, LAMPS, said("refine", color=("black",))) as assistant:
        with served(site(assistant)) as address:
            page = browser.new_page()
            page.goto(address)
            there = Visit(address, page.context, page, Lane())
            there.say(MESSAGE)
            assert "Brass Desk Lamp" in there.cards()
        there.say("in black please")
        expect(page.get_by_text("Connection to the server was lost")).to_be_visible()
        with served(site(assistant), urlsplit(address).port or 0):
            expect(page.get_by_role("textbox", name="Your message")).to_have_value("in black please")
            page.get_by_role("button", name="Send").click()
            expect(page.get_by_label("What I understood")).to_contain_text("black")
            assert there.messages() == [MESSAGE, "in black please"]
        page.context.close()


def test_a_message_sent_before_the_reloaded_conversation_is_drawn_goes_on_with_it(
    visit: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = visit(LAMPS, said("refine", color=("black",)))
    shop.say(MESSAGE)
    shop.cards()
    come_back, session = threading.Event(), Assistant.session

    def slow(*asked: Any, **more: Any) -> Any:
        assert come_back.wait(60)
        return session(*asked, **more)

    monkeypatch.setattr(Assistant, "session", slow)
    shop.page.reload()
    shop.say("in black please")
    expect(shop.page.get_by_role("textbox", name="Your message")).to_have_value("")
    come_back.set()
    expect(shop.page.locator("#now .turn:not([aria-busy]) .said")).to_have_text("You: in black please")
    assert shop.messages() == [MESSAGE, "in black please"]


def test_the_api_documentation_is_drawn_without_another_machine(visit: Shop) -> None:
    shop = visit(path="/docs")
    expect(shop.page.get_by_role("heading", name="Shop assistant")).to_be_visible()
    expect(shop.page.get_by_text("/v1/chat")).to_be_visible()


TEXTS = (
    "#now .said",
    "#now .answer",
    "#now .brand",
    "#now h3",
    "#now .price strong",
    "#now .price s",
    "#now .reviews",
    "#now .stock.yes",
    "#now .reason",
    "#now .caveat",
    "#now .main",
    "#now .chips .plain",
    "#wishes li",
    "#cart .none",
    "#note p",
    "#clear",
    "#message .submit-button",
)
# The colour of an element's text, and the first solid background at or above it, as [r, g, b].
COLOURS = """element => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  let behind = element;
  const back = () => rgb(getComputedStyle(behind).backgroundColor);
  while (behind.parentElement && back()[3] === 0) behind = behind.parentElement;
  return [rgb(getComputedStyle(element).color).slice(0, 3), back().slice(0, 3)];
}"""


def contrast(one: list[float], other: list[float]) -> float:
    """WCAG 2: (lighter + 0.05) / (darker + 0.05), from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[float]) -> float:
    """Relative luminance of an sRGB colour with parts 0..255; WCAG 2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
