"""The shop's own link to its staff is a button in the widget, for whoever asks for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assistant import Assistant
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ToInbox
from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.sites import Site, Sites

from .live import served
from .shop import open_shop
from .test_browser import browser, pytestmark
from .test_widget import Tab, Visit, visit_at

__all__ = ["browser", "pytestmark", "visit_at"]
Come = Callable[[str], Tab]


@pytest.fixture
def come(visit_at: Visit, small_store: Path) -> Iterator[Come]:
    """Opens the pretend shop, whose staff is reached by a link too."""
    with ExitStack() as stack:

        def come(link: str) -> Tab:
            opened = stack.enter_context(open_shop(small_store, said("handoff")))
            letters = Letters()
            desk = HandoffDesk(HandoffRules(link=link, link_text="Ask us"), ToInbox(letters), letters)
            shop = stack.enter_context(Assistant(replace(opened._parts, handoff=desk)))
            site = Site(key="demo", name="Demo", origins=("https://shop.example",))
            return visit_at(stack.enter_context(served(create_app(shop, Lane(), Sites(site=(site,))))))

        yield come


@pytest.mark.parametrize(
    ("link", "begins", "target"),
    [
        ("https://wa.me/15550100?text={reference}", "https://wa.me/15550100?text=H-", "_blank"),
        ("mailto:help@shop.example?subject={reference}", "mailto:help@shop.example?subject=H-", None),
        ("tel:+15550100", "tel:+15550100", None),
    ],
)
def test_who_asks_for_a_person_gets_the_button(come: Come, link: str, begins: str, target: str | None) -> None:
    tab = come(link)
    tab.open()
    tab.say("a person please")
    shown = tab.panel.get_by_role("link", name="Ask us")
    expect(shown).to_be_visible()
    assert (shown.get_attribute("href") or "").startswith(begins)
    assert shown.get_attribute("target") == target
