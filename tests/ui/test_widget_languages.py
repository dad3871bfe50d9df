"""What language the widget's texts are marked as: its own words, the assistant's answers, the shop's texts, each by what they are in."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Tab, Visit, visit, visit_at
from .test_widget_element import page_with

__all__ = ["browser", "pytestmark", "visit", "visit_at"]


def in_language(visit: Visit, tag: str, attributes: str = "") -> Tab:
    """The panel, open on a page of that language."""
    tab = visit(LAMPS)
    page_with(tab, f'<shopping-assistant site="demo" mode="inline" {attributes}></shopping-assistant>', lang=tag)
    expect(tab.panel).to_be_visible()
    return tab


def spoken(part: Locator) -> tuple[str, str]:
    """The language that a text is marked as, and the direction that it is written in."""
    marked = part.evaluate("(part) => [part.closest('[lang]').lang, getComputedStyle(part).direction]")
    return marked[0], marked[1]


def test_english_words_on_a_german_page_are_marked_as_english_and_its_numbers_are_written_as_there(
    visit: Visit,
) -> None:
    tab = in_language(visit, "de")
    assert spoken(tab.panel.get_by_role("button", name="Send")) == ("en", "ltr")
    tab.say(MESSAGE)
    expect(tab.card("Brass Desk Lamp").locator("s")).to_have_text("49,99 $")


def test_english_words_on_an_arabic_page_are_written_from_left_to_right(visit: Visit) -> None:
    tab = in_language(visit, "ar")
    assert spoken(tab.panel.get_by_role("button", name="Send")) == ("en", "ltr")


def test_a_panel_with_arabic_words_is_arabic_and_what_the_assistant_says_in_it_english(visit: Visit) -> None:
    tab = in_language(visit, "en")
    tab.run("ShopAssistant.setLocale('ar', { send: 'أرسل', placeholder: 'Your message' })")
    tab.panel.get_by_role("textbox").fill(MESSAGE)
    send = tab.panel.get_by_role("button", name="أرسل")
    assert spoken(send) == ("ar", "rtl")
    send.click()
    expect(tab.panel.get_by_role("button", name="Good answer")).to_be_visible()
    english = (".answer", ".why summary", ".wishes li span", "[role=log] span")
    assert [spoken(tab.panel.locator(part).first) for part in english] == [("en", "ltr")] * len(english)
    assert spoken(tab.panel.get_by_role("button", name="Only in black")) == ("en", "ltr")
    assert spoken(tab.panel.get_by_role("button", name="Compare the first two")) == ("ar", "rtl")
    expect(tab.panel.locator(".why summary").first).to_have_css("text-align", "right")  # at its tick
    assert spoken(tab.card("Brass Desk Lamp").locator("h3")) == ("ar", "rtl")  # the shop's own, in whatever it is


def test_the_shops_own_greeting_and_examples_are_in_the_language_of_the_page(visit: Visit) -> None:
    tab = in_language(visit, "de", 'title="Lampen" welcome="Guten Abend" suggestions="Eine Lampe"')
    for part in ("heading", "Lampen"), ("heading", "Guten Abend"), ("button", "Eine Lampe"):
        assert spoken(tab.panel.get_by_role(part[0], name=part[1])) == ("de", "ltr")  # type: ignore[arg-type]
    assert spoken(tab.panel.get_by_text("Say it in your own words.")) == ("en", "ltr")
