"""One thing of the cart for another: what is in the cart goes out, what is not comes in, however the message was read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.contract import Reply
from assistant.model import Parse
from tests.conftest import AssistantWith
from tests.fakes import said

MUGS = said("search", product="bag")  # shows tote, satchel, rucksack


def talk(assistant_with: AssistantWith, message: str, read: Parse, added: Sequence[Parse] = ()) -> Reply:
    """The reply to this message after the first bag, or what else is read, was put in."""
    inside = added or [said("cart_add", ref=(1,), quantity=2)]
    shop = assistant_with([MUGS, *inside, read])
    for before in ("bags", *(f"add {number}" for number, _ in enumerate(inside, 1))):
        shop.reply(before, "s_1")
    return shop.reply(message, "s_1")


def lines(reply: Reply) -> dict[str, int]:
    return {product.id: quantity for product, quantity in reply.cart.lines}


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("swap the first for the third", said("cart_remove", ref=(1, 3))),
        ("replace the first with the third", said("cart_remove", ref=(1,))),
        ("exchange it for the third one", said("order_change", ask="exchange")),
        ("i want the third instead of the first", said("cart_add", ref=(3,))),
        ("replace it with number 3", said("cart_remove", ref=("last",), quantity=3)),
        ("swap the bag for the third", said("cart_remove", product="bag")),  # of the cart one is called so
        ("swap the tote for the rucksack", said("cart_remove", ref=(1, 3))),
        ("actually the third one instead", said("cart_add", ref=(3,))),
        ("actually no, the third", said("cart_remove", ref=(3,))),
    ],
)
def test_one_goes_out_and_as_many_of_the_other_come_in(
    assistant_with: AssistantWith, message: str, read: Parse
) -> None:
    reply = talk(assistant_with, message, read)
    assert lines(reply) == {"rucksack": 2}
    assert reply.acts == ("cart_remove", "cart_add")


def test_what_was_just_added_is_changed_for_another_of_the_list(assistant_with: AssistantWith) -> None:
    """In the cart the second bag is the first; after it was added "the first" is of the list."""
    second = [said("cart_add", ref=(2,))]
    reply = talk(assistant_with, "no wait the first was nicer, change it", said("cart_remove", ref=(1,)), second)
    assert lines(reply) == {"tote": 1}


@pytest.mark.parametrize(
    ("message", "read", "left"),
    [
        ("add the third one as well", said("cart_add", ref=(3,)), {"tote": 2, "rucksack": 1}),
        ("take the first out", said("cart_remove", ref=(1,)), {}),
    ],
)
def test_what_names_no_two_is_done_as_it_was_read(
    assistant_with: AssistantWith, message: str, read: Parse, left: dict[str, int]
) -> None:
    assert lines(talk(assistant_with, message, read)) == left


@pytest.mark.parametrize(
    ("message", "ref"),
    [("swap it", "last"), ("swap the tote for the eighth", 1), ("replace the first with something else", 1)],
)
def test_nothing_is_taken_out_by_a_swap_of_which_nothing_comes_in(
    assistant_with: AssistantWith, message: str, ref: int | str
) -> None:
    reply = talk(assistant_with, message, said("cart_remove", ref=(ref,)))
    assert lines(reply) == {"tote": 2}
    assert reply.reply == "Take the Market Tote Bag out of your cart: right?"


def test_two_that_are_both_in_the_cart_are_no_swap(assistant_with: AssistantWith) -> None:
    inside = [said("cart_add", ref=(1,)), said("cart_add", ref=(3,))]
    reply = talk(assistant_with, "the first instead of the third", said("cart_view"), inside)
    assert lines(reply) == {"tote": 1, "rucksack": 1}


def test_the_sum_is_told_once_after_both(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, "swap the first for the third", said("cart_remove", ref=(1, 3)))
    assert reply.reply.count("Your cart") == 1
    assert reply.reply.endswith("Your cart: 2 items, $130.")  # two rucksacks at $65


@pytest.mark.parametrize(
    ("message", "stays", "comes"),
    [
        ("swap the first for the third", 1, "rucksack"),  # of the cart, and of the list
        ("the third instead of the first", 1, "rucksack"),
        ("swap the second lamp for the first bag", 0, "tote"),
    ],
)
def test_of_places_in_the_cart_and_in_another_list_the_word_between_tells_which_goes(
    assistant_with: AssistantWith, message: str, stays: int, comes: str
) -> None:
    lamps, both = said("search", product="lamp"), said("cart_add", ref=(1, 2))
    shop = assistant_with([lamps, both, MUGS, said("cart_remove", ref=(1,))])
    *_, before = [shop.reply(one, "s_1") for one in ("lamps", "both", "bags")]
    inside = list(lines(before))
    assert lines(shop.reply(message, "s_1")) == {inside[stays]: 1, comes: 1}


def test_another_place_after_an_add_is_of_the_list_and_not_of_the_cart(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, "actually no, the first", said("cart_remove", ref=(1,)), [said("cart_add", ref=(3,))])
    assert lines(reply) == {"tote": 1}


def test_a_change_for_what_was_just_added_puts_in_no_second_of_it(assistant_with: AssistantWith) -> None:
    """The cheapest was the third."""
    message = "actually no, the third"
    reply = talk(assistant_with, message, said("cart_add", ref=(3,)), [said("cart_add", ref=(3,))])
    assert lines(reply) == {"rucksack": 1}
    assert reply.reply.startswith("In your cart: ")


def test_a_swap_before_anything_is_in_the_cart_puts_in_the_other_alone(assistant_with: AssistantWith) -> None:
    shop = assistant_with([MUGS, said("cart_add", ref=(1, 2))])
    shop.reply("bags", "s_1")
    assert lines(shop.reply("swap the first for the second", "s_1")) == {"satchel": 1}


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("swap one for the third", {"tote": 1, "rucksack": 1}),
        ("swap it for the third", {"rucksack": 2}),
        ("make it only one", {"tote": 1}),
    ],
)
def test_of_two_alike_one_goes_where_one_is_said_and_else_both(
    assistant_with: AssistantWith, message: str, left: dict[str, int]
) -> None:
    assert lines(talk(assistant_with, message, said("cart_remove", ref=("last",), quantity=1))) == left


def test_what_a_swap_only_describes_is_looked_for_and_nothing_goes_out(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, "swap one for a black one", said("cart_remove", quantity=1))
    assert (lines(reply), reply.intent, reply.constraints.color) == ({"tote": 2}, "refine", ("black",))
    assert reply.reply.startswith("Nothing goes out before you say what comes in")
