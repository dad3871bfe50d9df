"""Changes of the cart that are said plainly: made without a question though the reading was unsure, each act by its own words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.meaning.own_words import by_own_words
from assistant.model import Parse
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said

SESSION = "s_1"
LAMPS = said("search", product="lamp", price_max=Decimal(40))
BAGS = said("search", product="bag")


def shop(searcher: Searcher, *parses: Parse) -> Assistant:
    """An assistant that asks back below 0.4, of parses that are all surer than that or not by themselves."""
    return Assistant(replace(parts_with(searcher, parses), confirm_below=0.4))


def unsure(parse: Parse) -> Parse:
    return replace(parse, confidence=0.2)


def cart(assistant: Assistant) -> dict[str, int]:
    return {line.product_id: line.quantity for line in assistant.session(SESSION).state.cart}


def told(assistant: Assistant, *messages: str) -> list[str]:
    return [assistant.reply(message, SESSION).reply for message in messages]


@pytest.mark.parametrize("message", ["remove the lamp, i changed my mind", "take the lamp out again"])
def test_what_is_taken_out_by_its_name_goes_unasked(searcher: Searcher, message: str) -> None:
    out = unsure(said("cart_remove", product="lamp"))
    assistant = shop(searcher, LAMPS, said("cart_add", ref=(1,)), out)
    told(assistant, "a lamp under 40", "add the first", message)
    assert cart(assistant) == {}


def test_the_number_said_of_what_was_just_put_in_is_set_unasked(searcher: Searcher) -> None:
    assistant = shop(searcher, BAGS, said("cart_add", ref=(1,)), unsure(said("cart_remove", quantity=3, ref=("last",))))
    told(assistant, "bags", "add the first", "make that 3")
    assert list(cart(assistant).values()) == [3]


def test_the_cheapest_of_the_list_named_and_what_alone_is_called_so_are_put_in_unasked(searcher: Searcher) -> None:
    both = replace(said("cart_add", product="lamp", ref=("cheapest",)), then=said("cart_add", product="tote bag"))
    assistant = shop(searcher, said("search", product="tote bag"), LAMPS, unsure(both))
    told(assistant, "a tote bag", "a lamp under 40", "add the cheapest lamp and the tote bag")
    assert cart(assistant) == {"clamp": 1, "tote": 1}  # $19.50 of all lamps


def test_what_a_question_was_just_asked_of_is_put_in_unasked(searcher: Searcher) -> None:
    both = replace(said("cart_add", ref=("last",)), acts=("cart_add", "search"), then=BAGS)
    assistant = shop(searcher, LAMPS, said("ask_product", ref=(1,), ask="colour"), unsure(both))
    told(assistant, "a lamp under 40", "what colour is the first?", "i'll take it, and a bag to go with it")
    assert list(cart(assistant).values()) == [1]


def test_what_of_several_named_so_is_meant_is_asked(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BAGS, LAMPS, said("cart_add", product="bag")])
    *_, reply = told(shop, "bags", "a lamp under 40", "and the bag please")
    assert reply.startswith("Which of these did you mean by “bag”: 1. ")
    assert cart(shop) == {}


@pytest.mark.parametrize(
    ("message", "each"),
    [
        ("add it and the red lipstick", ["add it", "the red lipstick"]),
        ("the lamp, and the bag", ["the lamp", "the bag"]),
        ("the lamp, the rug and the bag", ["the lamp, the rug and the bag"] * 2),  # three parts of two additions
    ],
)
def test_each_of_several_additions_has_its_own_words(message: str, each: list[str]) -> None:
    parse = replace(said("cart_add"), message=message, then=said("cart_add"))
    assert [one.message for one in by_own_words(parse).in_order()] == each


def test_the_cart_is_not_looked_at_while_what_goes_into_it_is_asked_back(searcher: Searcher) -> None:
    pay = replace(said("cart_add", ref=(1,)), then=said("checkout"))
    assistant = shop(searcher, LAMPS, unsure(pay))
    *_, reply = told(assistant, "a lamp under 40", "that will do, checkout please")
    assert reply.endswith(": right?")
    assert "did not say" not in reply


def test_it_is_the_one_that_was_asked_about_after_a_comparison(assistant_with: AssistantWith) -> None:
    cheapest, more = said("compare", ref=("all",), ask="cheapest"), said("ask_product", ref=("last",), ask="material")
    shop = assistant_with([LAMPS, cheapest, more, said("cart_add", ref=("last",))])
    told(shop, "a lamp under 40", "which is the cheapest", "what is it made of", "ok add it")
    assert cart(shop) == {"clamp": 1}


def test_the_last_of_one_is_that_one(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="tote bag"), said("ask_product", ref=(3,), ask="colour")])
    assert "Market Tote Bag" in told(shop, "a tote bag", "tell me about the last one")[-1]


def test_back_to_the_first_ones_shows_the_list_from_its_beginning(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BAGS, said("cart_add", ref=(1,))])
    first, again = (shop.reply(message, SESSION) for message in ("bags", "back to the first ones you showed"))
    assert [card.product.id for card in again.cards] == [card.product.id for card in first.cards]
    assert (again.reply.startswith("From the beginning again."), cart(shop)) == (True, {})


def test_one_called_by_a_word_of_its_title_is_found_in_the_list_before(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, BAGS, said("cart_add", ref=(2,))])
    told(shop, "a lamp under 40", "bags", "ok the bolt one please")
    assert cart(shop) == {"clamp": 1}


def test_a_colour_that_nothing_shown_has_is_looked_for(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp", price_max=Decimal(20)), said("cart_add", color=("white",))])
    reply = told(shop, "a lamp under 20", "the white one please")[-1]
    assert cart(shop) == {}
    assert reply.startswith("None of these is stated to be white.")


def test_what_was_looked_for_and_is_in_no_cart_is_not_taken_out_for_something_else(
    assistant_with: AssistantWith,
) -> None:
    instead = replace(said("cart_remove", product="lamp"), then=BAGS, acts=("cart_remove", "search"))
    shop = assistant_with([LAMPS, instead])
    assert "cart" not in told(shop, "a lamp under 40", "instead of the lamp what about a bag")[-1]


def test_what_is_taken_if_the_shop_has_it_is_shown_first(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BAGS, said("cart_add", product="tote bag")])
    shop.reply("bags", SESSION)
    reply = shop.reply("a tote bag if you have one", SESSION)
    assert [card.product.id for card in reply.cards] == ["tote"]
    assert cart(shop) == {}


def test_two_things_that_go_with_it_are_both_for_what_was_spoken_of(assistant_with: AssistantWith) -> None:
    both = replace(
        said("complement", product="bag", ref=("last",)), then=said("complement", product="mug", ref=("last",))
    )
    shop = assistant_with([LAMPS, said("ask_product", ref=(2,), ask="material"), both])
    *_, reply = told(shop, "a lamp under 40", "what is the second made of", "a bag or a mug to go with it?")
    assert reply.count("which of these go with Aster Desk Lamp") == 2


def test_what_two_acts_ask_alike_is_asked_once(assistant_with: AssistantWith) -> None:
    twice = replace(said("cart_add", ref=("last",)), then=said("cart_add", ref=("last",)))
    shop = assistant_with([LAMPS, twice])
    *_, reply = told(shop, "a lamp under 40", "add them and those")
    assert reply.count("Which of them shall I add?") == 1


def test_how_to_check_out_is_told_by_checking_out(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("help")])
    assert told(shop, "ok how do i check out?") == ["Your cart is empty."]


@pytest.mark.parametrize(
    ("message", "added"),
    [
        ("add the second and show me kettles", True),
        ("i'll take the second one. do you have kettles?", True),
        ("the second maybe and kettles", False),
        ("shall i take the second? show me kettles", False),
    ],
)
def test_what_is_taken_by_its_place_goes_in_unasked_whatever_is_asked_for_behind_it(
    searcher: Searcher, message: str, added: bool
) -> None:
    both = unsure(replace(said("cart_add", ref=(2,)), then=said("search", product="kettle")))
    assistant = shop(searcher, BAGS, both)
    told(assistant, "bags")
    second = assistant.session(SESSION).state.shown[1]
    told(assistant, message)
    assert cart(assistant) == ({second: 1} if added else {})
