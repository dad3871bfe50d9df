"""The widget as a React component: put on the page once, told what the route is about, silent once the component is gone."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Route, expect

from .test_browser import MESSAGE, browser, pytestmark
from .test_widget import LAMPS, Tab, Visit, visit, visit_at
from .test_widget_files import WIDGET

__all__ = ["browser", "pytestmark", "visit", "visit_at"]

IMPORTS = json.dumps({"imports": {"react": "/react", "shopping-assistant-widget/react": "/npm/react.js"}})
PAGE = f"""<!doctype html><html lang="en"><title>Shop</title><script type="importmap">{IMPORTS}</script><script type="module">
import {{ stage }} from "react";
import {{ ShopAssistant }} from "shopping-assistant-widget/react";
window.heard = [];
const draw = stage(ShopAssistant);
window.route = (product, count) => draw({{ server: location.origin, site: "demo", options: {{ title: "Help me choose" }},
  context: {{ product }}, onReady: () => heard.push("ready"), on: {{ opened: () => heard.push(`opened ${{count}}`) }},
  functions: {{ openProduct: ({{ product }}) => {{ heard.push(`open ${{product.id}} ${{count}}`); }} }} }});
window.user = (user) => draw({{ server: location.origin, site: "demo", user }});
window.leave = () => draw(null);
route("black-lamp", 1);
</script></html>"""


def on_a_page_of_react(tab: Tab) -> None:
    def module(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        path = Path(__file__).with_name("small_react.js") if name == "react" else WIDGET / "npm" / name
        route.fulfill(content_type="text/javascript", body=path.read_text(encoding="utf-8"))

    tab.page.route("**/react", module)
    tab.page.route("**/npm/*", module)
    tab.page.route("**/host", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    tab.page.goto(tab.page.url.replace("/widget-demo", "/host"))
    tab.page.wait_for_function("window.heard?.includes('ready')")


def test_a_component_hears_with_the_props_of_now_and_nothing_once_it_is_gone(visit: Visit) -> None:
    tab = visit(LAMPS)
    on_a_page_of_react(tab)
    expect(tab.page.locator("shop-assistant")).to_have_count(1)
    tab.run("route('brass-lamp', 2)")
    tab.run("ShopAssistant.open()")
    tab.page.wait_for_function("heard.includes('opened 2')")
    tab.say(MESSAGE)
    tab.card("Brass Desk Lamp").get_by_role("button", name="Brass Desk Lamp", exact=True).click()
    tab.page.wait_for_function("heard.includes('open brass-lamp 2')")
    tab.run("leave()")
    tab.run("ShopAssistant.close(); ShopAssistant.open()")
    expect(tab.panel).to_be_visible()
    assert tab.run("heard") == ["ready", "opened 2", "open brass-lamp 2"]
    expect(tab.page.locator("shop-assistant")).to_have_count(1)


def test_what_the_route_is_about_goes_with_the_next_message(visit: Visit) -> None:
    tab = visit(LAMPS)
    on_a_page_of_react(tab)
    tab.run("ShopAssistant.open()")
    tab.run("route('tall/lamp', 2)")
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say(MESSAGE)
    assert asked.value.post_data_json["context"] == {"product_id": "tall/lamp"}


def test_a_user_who_is_gone_has_signed_out(visit: Visit) -> None:
    tab = visit(LAMPS)
    on_a_page_of_react(tab)
    tab.run("user({ token: 'a.b.c' })")
    tab.run("user()")
    tab.run("ShopAssistant.open()")
    with tab.page.expect_request("**/v1/chat") as asked:
        tab.say(MESSAGE)
    assert "authorization" not in asked.value.headers
