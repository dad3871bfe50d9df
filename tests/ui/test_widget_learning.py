"""A shopper at the widget who agrees to be known: asked apart, suggested to, shown what is known, forgotten."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.fakes import said

from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at

__all__ = ["browser", "pytestmark", "visit", "visit_at"]
LIKED = said("feedback", ref=(2,))


def over(tab: Tab, turns: int) -> None:
    """Wait until so many turns are over."""
    expect(tab.panel.locator(".turn")).to_have_count(turns)
    expect(tab.panel.locator(".turn").last.locator(".thumbs")).to_be_visible()


def agree(tab: Tab) -> None:
    tab.open()
    tab.say(MESSAGE)
    over(tab, 1)
    tab.panel.get_by_role("button", name="Keep it").click()
    tab.panel.get_by_role("button", name="You may").click()


def known(tab: Tab) -> None:
    tab.panel.get_by_role("button", name="Conversation menu").click()
    tab.panel.get_by_role("button", name="What you know about me").click()


def test_nothing_is_learnt_before_the_shopper_agrees_to_that_too(visit: Visit) -> None:
    tab = visit(LAMPS, said("cart_view"), said("cart_view"))
    tab.open()
    with tab.page.expect_request("**/v1/chat") as first:
        tab.say(MESSAGE)
    over(tab, 1)
    tab.panel.get_by_role("button", name="Keep it").click()
    with tab.page.expect_request("**/v1/chat") as second:
        tab.say("what is in my cart?")
    over(tab, 2)
    assert [asked.value.post_data_json["learn"] for asked in (first, second)] == [False, False]
    known(tab)
    about = tab.panel.get_by_role("region", name="What you know about me")
    expect(about).to_contain_text("I know nothing of you beyond this conversation.")
    about.get_by_role("button", name="Keep it on this device, and learn from what I do").click()
    expect(about.get_by_role("button", name="Forget all, and learn nothing more")).to_be_visible()
    about.get_by_role("button", name="Close").click()
    with tab.page.expect_request("**/v1/chat") as third:
        tab.say("what is in my cart?")
    assert third.value.post_data_json["learn"] is True


def test_who_agreed_is_suggested_to_in_the_next_conversation_and_sees_and_forgets_what_is_known(visit: Visit) -> None:
    tab = visit(LAMPS, LIKED, said("recommend"), said("greet"))
    agree(tab)
    tab.say("i love the second one")
    over(tab, 2)
    tab.panel.get_by_role("button", name="Conversation menu").click()
    tab.panel.locator(".menu").get_by_role("button", name="Start over").click()
    tab.page.reload()
    tab.open()
    tab.panel.get_by_role("button", name="Suggest something for me").click()
    over(tab, 1)
    expect(tab.panel.locator(".cards")).to_contain_text("because you liked")

    known(tab)
    about = tab.panel.get_by_role("region", name="What you know about me")
    expect(about.locator("li")).to_have_count(1)  # what was searched came before the agreement
    about.get_by_role("button", name="Forget: you liked").click()
    expect(about).to_contain_text("I know nothing of you beyond this conversation.")
    about.get_by_role("button", name="Forget all, and learn nothing more").click()
    expect(about.get_by_role("button", name="Keep it on this device, and learn from what I do")).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say("hello")
    assert asked.value.post_data_json["learn"] is False
    assert tab.run("JSON.parse(localStorage['shop-assistant:demo']).learns") is False


def test_what_is_looked_at_and_put_into_the_shop_s_own_cart_is_told_to_the_server(visit: Visit) -> None:
    tab = visit(LAMPS)
    tab.run("ShopAssistant.on('add-to-cart', (e) => { e.preventDefault(); e.detail.done(); })")
    agree(tab)
    with tab.page.expect_request("**/v1/events") as told:
        tab.panel.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    event = told.value.post_data_json
    assert (event["type"], event["product_id"]) == ("cart", "brass-lamp")
    assert event["session_id"].startswith("s_")


def test_the_region_that_the_shop_names_goes_with_messages_and_deeds_is_told_and_one_that_is_none_costs_no_message(
    visit: Visit,
) -> None:
    tab = visit(LAMPS, LAMPS, said("cart_view"))
    tab.run(
        """() => new Promise((done) => { ShopAssistant.destroy(); const script = document.createElement('script');
          Object.assign(script, { src: '/widget.js', onload: () => done() });
          Object.assign(script.dataset, { site: 'demo', region: 'US-CA' }); document.head.append(script); })"""
    )
    tab.run("ShopAssistant.on('add-to-cart', (e) => { e.preventDefault(); e.detail.done(); })")
    agree(tab)
    with tab.page.expect_request("**/v1/events") as told:
        tab.panel.get_by_role("button", name="Add to cart: Brass Desk Lamp").click()
    asked = []
    for region in ("branch-12", "Long Street 5"):
        tab.run("(region) => ShopAssistant.setContext({ region })", region)
        with tab.page.expect_request("**/v1/chat") as said_to:
            tab.say(MESSAGE)
        over(tab, 2 + len(asked))
        asked.append(said_to.value.post_data_json.get("region"))
    assert [told.value.post_data_json["region"], *asked] == ["US-CA", "branch-12", None]
    known(tab)
    about = tab.panel.get_by_role("region", name="What you know about me")
    expect(about).to_contain_text(
        "Where you were, as this shop names it: branch-12, US-CA. It goes when you forget all."
    )


def test_a_refusal_is_offered_to_be_kept_once_and_begins_the_next_conversation(visit: Visit) -> None:
    refusing = said("search", product="lamp", exclude=("steel",))
    tab = visit(LAMPS, refusing, refusing, said("search", product="lamp"))
    agree(tab)
    tab.say("a lamp, no steel")
    over(tab, 2)
    tab.panel.get_by_role("button", name="Keep for next time: not steel").click()
    over(tab, 3)
    expect(tab.panel.locator(".answer").last).to_contain_text("Kept for next time: not steel.")
    tab.say("a lamp, no steel")
    over(tab, 4)
    expect(tab.panel.get_by_role("button", name="Keep for next time: not steel")).to_have_count(0)
    tab.panel.get_by_role("button", name="Conversation menu").click()
    tab.panel.locator(".menu").get_by_role("button", name="Start over").click()
    tab.say("a lamp")
    over(tab, 1)
    expect(tab.panel.locator(".answer")).to_contain_text("As you asked me to keep in mind: not steel.")
    known(tab)
    about = tab.panel.get_by_role("region", name="What you know about me")
    expect(about.locator("li").first).to_contain_text("you asked me to keep in mind: “not steel”")
    about.get_by_role("button", name="Forget: you asked me to keep in mind: “not steel”").click()
    expect(about).not_to_contain_text("keep in mind")
