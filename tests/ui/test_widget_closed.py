"""A shopper at the widget, or at the page, of an assistant that takes no message now."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from ui.cli.serve import site
from ui.desk import desk_of
from ui.http import create_app
from ui.lane import Lane
from ui.settings import ServerSettings
from ui.sites import Site, Sites

from .live import served
from .shop import open_shop
from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_opening import CONTACT, Open, opened
from .test_widget import Visit, visit_at

__all__ = ["browser", "opened", "pytestmark", "visit_at"]


def test_while_it_is_paused_the_message_waits_in_the_box_and_the_shopper_is_told_where_to_turn(
    visit_at: Visit, opened: Open
) -> None:
    app = opened(LAMPS).app
    opening = desk_of(app).opening  # type: ignore[arg-type]
    opening.pause()
    with served(app) as address:  # type: ignore[arg-type]
        tab = visit_at(address)
        tab.open()
        tab.say(MESSAGE)
        alarm = tab.panel.get_by_role("alert")
        expect(alarm).to_have_text(
            f"The assistant is paused. Meanwhile the shop can be reached here: {CONTACT}. Your message is kept in the box. "
        )
        expect(tab.panel.get_by_role("textbox", name="Your message")).to_have_value(MESSAGE)
        opening.resume()
        tab.panel.get_by_role("button", name="Send").click()
        expect(tab.card("Brass Desk Lamp")).to_be_visible()
        expect(tab.panel.locator(".said")).to_have_count(1)
        expect(alarm).to_have_count(0)


def test_after_the_days_turns_the_shopper_reads_when_it_is_back(visit_at: Visit, opened: Open) -> None:
    one_a_day = Sites(site=(Site(key="demo", name="Demo", origins=("https://demo.example",), turns_a_day=1),))
    with served(opened(LAMPS, sites=one_a_day).app) as address:  # type: ignore[arg-type]
        tab = visit_at(address)
        tab.open()
        tab.say(MESSAGE)
        expect(tab.card("Brass Desk Lamp")).to_be_visible()
        tab.say("in black please")
        midnight = tab.run(
            "new Date(Math.ceil(Date.now() / 864e5) * 864e5).toLocaleTimeString('en', { timeStyle: 'short' })"
        )
        expect(tab.panel.get_by_role("alert")).to_contain_text(f"It is back at {midnight}.")
        expect(tab.panel.get_by_role("textbox", name="Your message")).to_have_value("in black please")


def test_from_a_busy_address_the_widget_solves_the_puzzle_and_the_shopper_does_nothing(
    visit_at: Visit, small_store: Path
) -> None:
    with open_shop(small_store, LAMPS) as shop:
        app = create_app(shop, Lane(), settings=ServerSettings(challenge_from=0))
        with served(app) as address:
            tab = visit_at(address)
            answers: list[int] = []
            tab.page.on("response", lambda one: answers.append(one.status) if one.url.endswith("/v1/chat") else None)
            tab.open()
            tab.say(MESSAGE)
            expect(tab.card("Brass Desk Lamp")).to_be_visible()
            assert answers == [429, 200]
            expect(tab.panel.get_by_role("alert")).to_have_count(0)


def test_the_page_too_gives_the_message_back_and_says_that_it_is_paused(visit_at: Visit, small_store: Path) -> None:
    with open_shop(small_store, LAMPS) as shop:
        app = site(shop)
        desk_of(app).opening.pause()
        with served(app) as address:
            page = visit_at(address, path="/").page
            box = page.get_by_role("textbox", name="Your message")
            expect(page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
            box.fill(MESSAGE)
            page.get_by_role("button", name="Send").click()
            expect(page.locator("#now .trouble")).to_contain_text("The assistant is paused.")
            expect(page.locator("#now .trouble")).to_contain_text("What helps: send the message again later.")
            expect(box).to_have_value(MESSAGE)
