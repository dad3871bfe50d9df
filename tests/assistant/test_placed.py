"""Several places counted in one message are one act, and "the last one" is the last on the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.meaning.placed import placed
from assistant.model import DialogueState, Need, Parse
from retrieval.query import Constraints
from tests.conftest import AssistantWith
from tests.fakes import said

SHOWN = DialogueState(Constraints(product="lamp"), shown=("tower", "clamp", "aster-black"), focus="tower")


def _read(message: str, *acts: Parse) -> Parse:
    first, *others = acts
    chain = replace(first, message=message)
    return replace(chain, then=_read(message, *others)) if others else chain


@pytest.mark.parametrize(
    ("message", "acts", "places"),
    [
        ("add two of the first and one of the last", [said("cart_add", ref=(1,), quantity=2)], (1, 3)),
        ("i'll take 2 of the first, 1 of the second", [said("cart_add", ref=(1,), quantity=2)], (1, 2)),
        (
            "get me 2 of the second one and 3 of the third",
            [said("cart_add", ref=(2,), quantity=2), said("cart_add", ref=(3,), quantity=3)],
            (2, 3),
        ),
    ],
)
def test_places_that_a_message_counts_are_one_act_however_they_were_read(
    message: str, acts: list[Parse], places: tuple[int, ...]
) -> None:
    (one,) = placed(_read(message, *acts), SHOWN).in_order()
    assert (one.slots.ref, one.slots.quantity) == (places, None)


def test_a_place_without_a_number_before_one_that_was_left_out_goes_in_once(assistant_with: AssistantWith) -> None:
    taken = said("cart_add", ref=(1,), quantity=2)
    shop = assistant_with([said("search", product="mug"), taken])
    first, second, *_ = (card.product for card in shop.reply("mugs", "s_1").cards)
    reply = shop.reply("add the first one and 2 of the second", "s_1")
    assert reply.cart.lines == ((first, 1), (second, 2))


def test_a_place_without_a_number_behind_one_that_has_is_asked_about(assistant_with: AssistantWith) -> None:
    taken = said("cart_add", ref=(2, 1), quantity=2)
    shop = assistant_with([said("search", product="mug"), taken])
    shop.reply("mugs", "s_1")
    reply = shop.reply("add 2 of the second and the first", "s_1")
    assert reply.cart.lines == ()
    assert reply.reply.startswith("How many of which?")


def test_each_of_several_counted_places_goes_in_once(assistant_with: AssistantWith) -> None:
    taken = _read("", said("cart_add", ref=(1,), quantity=2), said("cart_add", ref=(2,), quantity=3))
    shop = assistant_with([said("search", product="mug"), taken])
    first, second, *_ = (card.product for card in shop.reply("mugs", "s_1").cards)
    reply = shop.reply("2 of the first one and 3 of the second", "s_1")
    assert reply.cart.lines == ((first, 2), (second, 3))
    assert reply.acts == ("cart_add",)


def test_places_are_counted_through_the_lists_of_two_needs_unless_these_are_named() -> None:
    bags = (Need(Constraints(product="bag"), found=("tote",)),)
    two = replace(SHOWN, shown=("tote", "tower", "clamp"), found=("tower", "clamp"), earlier=bags)
    read = said("cart_add", ref=(1,), quantity=2)
    assert placed(_read("two of the first and one of the last", read), two).slots.ref == (1, 3)
    named = _read("two of the first bag and one of the second lamp", read)
    assert placed(named, two) == named


@pytest.mark.parametrize(
    ("message", "read", "ref"),
    [
        ("the last one then, 2 pieces", said("cart_add", ref=(2,), quantity=2), (3,)),
        ("add teh last one", said("cart_add", ref=(4,)), (3,)),  # of three
        ("tell me about the last", said("ask_product", ref=("last",)), (3,)),
        ("how do the second and the last differ", said("compare", ref=(2, 4)), (2, 3)),
        ("add it", said("cart_add", ref=("last",)), ("last",)),
        ("the last two", said("cart_add", ref=(2,)), (2,)),
        ("the second, not the last one", said("cart_add", ref=(2,)), (2,)),
        ("take the last one out", said("cart_remove", ref=("last",)), ("last",)),
    ],
)
def test_the_last_one_is_the_last_shown(message: str, read: Parse, ref: tuple[int | str, ...]) -> None:
    assert placed(_read(message, read), SHOWN).slots.ref == ref


@pytest.mark.parametrize(
    ("read", "quantity"),
    [
        (said("cart_add", ref=(2,)), 3),
        (said("cart_add", ref=(2,), quantity=1), 1),
        (said("ask_product", ref=(2,)), None),
        (said("cart_add", ref=(1, 2)), None),
    ],
)
def test_the_answer_which_means_as_many_as_were_asked_for(read: Parse, quantity: int | None) -> None:
    asked = replace(SHOWN, asked=said("cart_add", ref=("cheapest",), quantity=3))
    assert placed(_read("the second", read), asked).slots.quantity == quantity
