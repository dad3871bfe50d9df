"""A product called by its whole title is meant, whatever was shown and spoken of before."""

from __future__ import annotations

import pytest

from assistant.actions.titles import before_it, titled, with_title
from assistant.model import DialogueState, Slots
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said
from tests.small_shop import BY_ID

LAMPS = said("search", product="lamp")


def ids(searcher: Searcher, message: str, *shown: str) -> list[str]:
    return [one.id for one in titled(message, DialogueState(shown=shown), parts_with(searcher))]


def test_titles_are_found_in_the_order_said_shown_or_not(searcher: Searcher) -> None:
    assert ids(searcher, "is the tower floor lamp taller than the bolt clamp lamp?") == ["tower", "clamp"]


def test_of_variants_the_one_that_was_shown_is_meant(searcher: Searcher) -> None:
    assert ids(searcher, "is the aster desk lamp dimmable?", "tower", "aster-white") == ["aster-white"]


def test_part_of_a_title_and_the_kind_alone_are_no_title(searcher: Searcher) -> None:
    assert ids(searcher, "a floor lamp") == []
    assert ids(searcher, "is the tower lamp dimmable?") == []


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("is the tower floor lamp in stock and is it dimmable?", ["tower"]),
        ("does it fit the linen lampshade?", []),
        ("what goes with the tower floor lamp?", ["tower"]),
    ],
)
def test_it_is_what_was_named_before_it_in_the_message(message: str, meant: list[str]) -> None:
    products = [BY_ID["tower"], BY_ID["shade"]]
    assert [one.id for one in before_it(message, products) if one.title.lower() in message] == meant


def test_a_question_about_a_product_by_its_title_needs_nothing_shown(assistant_with: AssistantWith) -> None:
    with assistant_with([said("ask_product", ref=(1,), ask="dimmable")]) as shop:
        reply = shop.reply("is the aster desk lamp dimmable?").reply
    assert reply == "Aster Desk Lamp, Black: dimmable yes."


def test_who_only_names_a_product_is_told_what_its_listing_says(assistant_with: AssistantWith) -> None:
    with assistant_with([said("ask_product", ask="the linen lampshade")]) as shop:
        reply = shop.reply("tell me about the linen lampshade").reply
    assert reply == "Linen Lampshade: “A replacement shade for a floor lamp.”"


def test_it_in_a_second_question_is_the_product_named_in_the_first_and_not_the_one_spoken_of_last(
    assistant_with: AssistantWith,
) -> None:
    both = said("ask_product", ref=("last",), ask="height")
    with assistant_with([LAMPS, both]) as shop:
        shown = shop.reply("a lamp", "s_1").cards
        assert shown[0].product.id != "tower"
        reply = shop.reply("is the tower floor lamp in stock and how tall is it?", "s_1").reply
    assert reply == "Tower Floor Lamp is in stock. Tower Floor Lamp: height 160 cm."


def test_the_one_said_to_be_second_is_the_second_whatever_is_named(assistant_with: AssistantWith) -> None:
    with assistant_with([LAMPS, said("cart_add", ref=(2,))]) as shop:
        second = shop.reply("a lamp", "s_1").cards[1].product.id
        cart = shop.reply("the second, it suits the tower floor lamp", "s_1").cart
    assert [product.id for product, _ in cart.lines] == [second]


def test_two_named_ones_are_compared_by_what_is_asked(assistant_with: AssistantWith) -> None:
    with assistant_with([said("compare", ref=("cheapest",))]) as shop:
        reply = shop.reply("is the bolt clamp lamp cheaper than the tower floor lamp?")
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["clamp", "tower"]


def test_one_named_whole_and_one_in_part_are_compared(assistant_with: AssistantWith) -> None:
    with assistant_with([said("compare")]) as shop:
        reply = shop.reply("compare the bolt clamp lamp and the tower lamp")
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["clamp", "tower"]


def test_a_search_for_a_title_takes_its_words_for_no_wishes_but_those_that_it_meets(searcher: Searcher) -> None:
    def read(message: str, **slots: object) -> Slots:
        return with_title(said("search", **slots).slots, message, DialogueState(), parts_with(searcher))

    message = "how much is the trail rucksack?"
    assert read(message, product="rucksack", features=("trail",)) == Slots(product="trail rucksack")
    linen = Slots(product="lampshade", material=("linen",))
    assert read("a linen lampshade", product="lampshade", material=("linen",)) == linen


@pytest.mark.parametrize(
    ("message", "read"), [("Lamp", "search"), ("sleeping bag", "other"), ("lamps of history", "other")]
)
def test_the_whole_name_of_what_the_shop_sells_is_a_search_though_it_was_read_as_no_business_of_it(
    assistant_with: AssistantWith, message: str, read: str
) -> None:
    reply = assistant_with([said("other")]).reply(message)
    assert reply.intent == read
    assert bool(reply.cards) is (read == "search")
