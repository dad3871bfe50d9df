"""Each call and each event of the widget's JavaScript API, as docs/widget.md lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.fakes import said

from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at
from .test_widget_attach import LAMP, Come, attach, come
from .test_widget_element import leading, page_with
from .test_widget_learning import over

__all__ = ["browser", "come", "pytestmark", "visit", "visit_at"]
DOCS = (Path(__file__).parents[2] / "docs" / "widget.md").read_text(encoding="utf-8").partition("## JavaScript")[2]
ROOT = "document.querySelector('shop-assistant').shadowRoot"
PANEL, ANSWERED = f"{ROOT}.querySelector('#panel')", f"{ROOT}.querySelectorAll('.turn .thumbs').length"
HELLO = f"{ROOT}.querySelector('.welcome').textContent"

KNOWN = json.dumps({"visitor": "A" * 22, "learns": True})  # who agreed to be known stays the same after a reset

# In this order, in one conversation: the call, and what holds after it.
CALLS = (
    ("on", "on('started', window.note = ({ detail }) => { window.id = detail.session_id; })", "!window.id"),
    ("open", "open()", f"{PANEL}?.hidden === false"),
    ("close", "close()", f"{PANEL}.hidden"),
    ("toggle", "toggle()", f"{PANEL}?.hidden === false"),
    ("hide", "hide()", "document.querySelector('shop-assistant').hidden"),
    ("show", "show()", "!document.querySelector('shop-assistant').hidden"),
    ("setTheme", "setTheme({ mode: 'dark' })", f"getComputedStyle({PANEL}).colorScheme === 'dark'"),
    ("setLocale", "setLocale('de', { send: 'Senden' })", f"{ROOT}.querySelector('[type=submit]').textContent === 'Senden'"),
    ("setUser", "setUser({ name: 'Ada' })", f"{HELLO}.startsWith('Ada, ')"),
    ("setContext", "setContext({ title: 'Oak Desk' })", f"{HELLO}.includes('Tell me about the Oak Desk')"),
    ("register", "register('getContext', () => { window.looked = true; })", "!window.looked"),
    ("send", f"send('{MESSAGE}')", f"{ANSWERED} === 1 && window.looked && window.id"),
    ("off", "off('started', window.note), window.first = window.id, window.id = null", "!window.id"),
    ("reset", "reset()", f"{ANSWERED} === 0 && {HELLO}"),
    ("send", "send('hello')", f"{ANSWERED} === 1 && !window.id"),
    ("resume", "resume(window.first)", f"{ROOT}.querySelector('.said').textContent === '{MESSAGE}' && {ANSWERED} === 1"),
    ("clearHistory", "clearHistory()", f"{ROOT}.querySelector('.note').textContent === 'The conversation is deleted.'"),
    ("destroy", "destroy()", "!window.ShopAssistant && !document.querySelector('shop-assistant')"),
)  # fmt: skip


def test_each_call_does_what_it_says(visit: Visit) -> None:
    (listed,) = re.findall(r"`window\.ShopAssistant` has `([^`]+)`", DOCS)
    assert set(re.sub(r"\([^)]*\)", "", listed).split()) == {name for name, _, _ in CALLS}
    tab = visit(LAMPS, said("greet"))
    tab.run("(known) => localStorage.setItem('shop-assistant:demo', known)", KNOWN)
    for _, call, then in CALLS:
        tab.run(f"() => {{ ShopAssistant.{call}; }}")
        tab.page.wait_for_function(f"() => {then}")


def answered(message: str, turns: int) -> Callable[[Tab], None]:
    def say(tab: Tab) -> None:
        tab.say(message)
        expect(tab.panel.locator(".turn .thumbs")).to_have_count(turns)

    return say


def pressed(*buttons: str) -> Callable[[Tab], None]:
    def press(tab: Tab) -> None:
        for name in buttons:
            tab.panel.get_by_role("button", name=name).first.click()

    return press


def added(tab: Tab) -> None:
    pressed("Add to cart: Brass Desk Lamp")(tab)
    over(tab, 2)


def cut_off(tab: Tab) -> None:
    tab.page.route("**/v1/chat", lambda route: route.abort())
    tab.say("hello")


# In this order, in one conversation: what is done, and the events that come of it with the keys of their details.
EVENTS: tuple[tuple[Callable[[Tab], None], list[list[str]]], ...] = (
    (lambda _: None, [["ready"]]),
    (Tab.open, [["opened"]]),
    (
        answered(MESSAGE, 1),
        [
            ["message", "from", "text"],
            ["product-shown", "products"],
            ["started", "session_id"],
            ["message", "from", "text", "reply"],
        ],
    ),
    (pressed("Good answer"), [["feedback", "session_id", "turn", "thumb"]]),
    (pressed("Keep it", "You may"), [["consent", "storage"], ["consent", "learning"]]),
    (lambda tab: tab.card("Brass Desk Lamp").get_by_role("link").click(), [["product-click", "product"]]),
    (
        added,
        [["add-to-cart", "product", "quantity", "done"], ["message", "from", "text"], ["message", "from", "text", "reply"]],
    ),
    (pressed("Cart (1)", "Check out"), [["checkout-click", "cart"]]),
    (
        answered("a person please", 3),
        [
            ["message", "from", "text"],
            ["message", "from", "text", "reply"],
            ["handoff", "reference", "by", "why", "hours"],
        ],
    ),
    (lambda tab: attach(tab, LAMP), [["attached", "name", "type", "size"]]),
    (cut_off, [["message", "from", "text"], ["error", "kind", "message", "text"]]),
    (pressed("Close"), [["closed"]]),
)  # fmt: skip
# What the page's own part of the shop takes over, so that no turn comes of it.
LISTEN = """(names) => {
  window.told = [];
  window.ShopAssistant ??= (...call) => (ShopAssistant.q ??= []).push(call);
  for (const name of names) ShopAssistant("on", name, (event) => {
    told.push([name, ...Object.keys(event.detail ?? {})]);
    if (/click/.test(name)) event.preventDefault();
  });
}"""


def test_each_event_is_told_once_with_what_it_is_about(come: Come) -> None:
    listed = re.search(r"\| event \| `event.detail` \|\n\| --- \| --- \|\n((?:\|.*\n)+)", DOCS)
    assert listed is not None
    names = [name for row in listed[1].splitlines() for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])]
    assert set(names) == {event[0] for _, events in EVENTS for event in events}
    tab = come()
    tab.page.route("**/v1/chat", leading)
    tab.page.add_init_script(f"({LISTEN})({names})")
    page_with(tab, '<shopping-assistant site="demo"></shopping-assistant>')
    for do, expected in EVENTS:
        do(tab)
        tab.page.wait_for_function("(many) => told.length >= many", arg=len(expected))
        assert tab.run("told.splice(0)") == expected
    assert len(tab.page.context.pages) == 1  # the listing's address was not followed


def test_a_listener_that_prevents_nothing_lets_the_checkout_be_asked_for(visit: Visit) -> None:
    tab = visit(LAMPS, said("cart_add", ref=(1,)), said("checkout"))
    tab.open()
    answered(MESSAGE, 1)(tab)
    answered("add the first one", 2)(tab)
    pressed("Cart (1)", "Check out")(tab)
    over(tab, 3)
    expect(tab.panel.locator(".said").last).to_have_text("Check out")
