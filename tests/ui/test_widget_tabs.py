"""One conversation of the widget in two tabs of a browser: what is said, put into the cart, ended or refused in one counts in the other."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.fakes import said
from ui.lane import Lane

from .live import held
from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at
from .test_widget_learning import agree, known, over
from .test_widget_resume import Opened, expect_nothing, opened, sign_in, sign_out

__all__ = ["browser", "opened", "pytestmark", "visit", "visit_at"]
SEE_CART = "what is in my cart?"


GRACE_MS = 5_000  # in which a page that named nobody may still name the person


def heard(tab: Tab, other: Tab) -> None:
    """What the other tab told up to now has arrived at this one, since what it tells last has."""
    channel = "new BroadcastChannel('shop-assistant:demo')"
    tab.run(
        f"() => {{ window.last = new Promise((done) => {{ {channel}.onmessage = ({{ data }}) => data.last && done(); }}); }}"
    )
    other.run(f"{channel}.postMessage({{ last: true }})")
    tab.run("() => window.last")


def another(tab: Tab) -> Tab:
    """A second tab of the same browser on the same page, its panel open."""
    other = Tab(tab.page.context.new_page(), tab.alarms)
    other.page.goto(tab.page.url)
    other.open()
    return other


def kept_in_two(tab: Tab) -> Tab:
    tab.open()
    tab.say(MESSAGE)
    over(tab, 1)
    tab.panel.get_by_role("button", name="Keep it").click()
    other = another(tab)
    over(other, 1)
    return other


def test_what_is_said_and_put_into_the_cart_in_one_tab_stands_in_the_other_at_once(visit: Visit) -> None:
    tab = visit(LAMPS, said("cart_view"))
    other = kept_in_two(tab)
    other.card("Brass Desk Lamp").get_by_role("button", name="Add to cart").click()
    expect(tab.panel.get_by_role("button", name="Cart (1)")).to_be_visible()
    expect(tab.panel.locator(".said")).to_have_count(2)
    tab.say(SEE_CART)
    expect(other.panel.locator(".answer").last).to_contain_text("Brass Desk Lamp")
    for one in (tab, other):
        over(one, 3)


def test_messages_of_two_tabs_at_once_stand_in_both_in_the_order_in_which_they_were_answered(visit: Visit) -> None:
    lane = Lane()
    tab = visit(LAMPS, said("cart_view"), said("greet"), lane=lane)
    other = kept_in_two(tab)
    with held(lane):
        tab.say(SEE_CART)
        expect(tab.panel.get_by_role("status").filter(has_text="1 before you.")).to_be_visible()
        other.say("hello")
        expect(other.panel.get_by_role("status").filter(has_text="2 before you.")).to_be_visible()
    for one in (tab, other):
        expect(one.panel.locator(".said")).to_have_text([MESSAGE, SEE_CART, "hello"])


def test_a_conversation_deleted_in_one_tab_goes_from_the_other_which_joins_the_next_one(visit: Visit) -> None:
    tab = visit(LAMPS, LAMPS)
    other = kept_in_two(tab)
    tab.panel.get_by_role("button", name="Conversation menu").click()
    tab.panel.get_by_role("button", name="Delete my conversation").click()
    expect(tab.panel).to_contain_text("The conversation is deleted.")
    expect(other.panel.locator(".turn")).to_have_count(0)
    assert other.run("localStorage.length") == 0
    tab.say(MESSAGE)
    over(other, 1)


def test_who_lets_nothing_more_be_learnt_in_one_tab_says_so_for_the_other(visit: Visit) -> None:
    tab = visit(LAMPS, said("greet"))
    agree(tab)
    other = another(tab)
    known(tab)
    tab.panel.get_by_role("button", name="Forget all, and learn nothing more").click()
    expect(tab.panel.get_by_role("button", name="Keep it on this device, and learn from what I do")).to_be_visible()
    with other.page.expect_request("**/v1/chat") as asked:
        other.say("hello")
    assert asked.value.post_data_json["learn"] is False


def test_a_signed_in_person_has_one_conversation_in_all_tabs_and_nobody_else_sees_it(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS))
    hers, his, nobodys = another(tab), another(tab), another(tab)
    for one, subject in ((tab, "c-1"), (hers, "c-1"), (his, "c-2")):
        sign_in(one, subject)
    tab.open()
    tab.say(MESSAGE)
    over(hers, 1)
    for one in (his, nobodys):
        expect(one.panel.locator(".turn")).to_have_count(0)

    hers.panel.get_by_role("textbox").fill("what about a lamp for")
    sign_out(tab)
    expect_nothing(hers)
    expect(hers.panel.get_by_role("textbox")).to_have_value("")
    sign_in(hers, "c-1")
    over(hers, 1)


def test_a_page_that_names_nobody_signs_the_other_tabs_out_unless_it_names_the_person_soon(
    visit_at: Visit, opened: Opened
) -> None:
    tab = visit_at(opened(LAMPS))
    tab.page.clock.install()
    sign_in(tab, "c-1")
    tab.open()
    tab.say(MESSAGE)
    over(tab, 1)
    other = Tab(tab.page.context.new_page(), tab.alarms)
    other.page.goto(tab.page.url)  # its panel is not loaded
    for left, comes in ((1, True), (0, False)):
        sign_out(other)
        if comes:
            sign_in(other, "c-1")
        heard(tab, other)
        tab.page.clock.fast_forward(GRACE_MS)
        expect(tab.panel.locator(".turn")).to_have_count(left)
    expect_nothing(tab)
