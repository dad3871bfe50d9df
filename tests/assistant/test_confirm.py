"""Unsure readings: what has consequences is asked back and done after a yes; a search says how it was read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.exact import Quantity
from assistant.meaning.confirm import AGREED, LEFT
from assistant.model import CartLine, DialogueState, Intent, Parse, Question
from assistant.said_back import reading_of
from assistant.sayings.assent import agrees, refuses
from assistant.state import replay
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said

SESSION = "s_1"
LAMPS = said("search", product="lamp", price_max=Decimal(40))
TOTE = said("search", product="tote bag")


def shop(searcher: Searcher, *parses: Parse) -> Assistant:
    """An assistant that asks back below 0.4 and shows its reading below 0.05."""
    return Assistant(replace(parts_with(searcher, parses), confirm_below=0.4, show_reading_below=0.05))


def unsure(parse: Parse, confidence: float = 0.3) -> Parse:
    return replace(parse, confidence=confidence)


def cart(assistant: Assistant) -> dict[str, int]:
    return {line.product_id: line.quantity for line in assistant.session(SESSION).state.cart}


def talk(assistant: Assistant, *messages: str) -> list[str]:
    return [assistant.reply(message, SESSION).reply for message in messages]


def test_an_unsure_cart_act_is_asked_back_and_not_done(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))))
    talk(assistant, "a tote bag")
    reply = assistant.reply("lemme have that", SESSION)
    assert reply.reply == "Put the Market Tote Bag in your cart: right?"
    assert reply.question == Question("Shall I?", "confirm", ("Yes", "No"))
    assert cart(assistant) == {}


def test_a_place_that_no_word_says_is_asked_about_however_surely_it_was_read(searcher: Searcher) -> None:
    """Which of them lasts longer no listing says: the place is the reader's guess."""
    assistant = shop(searcher, LAMPS, said("cart_add", ref=(2,)), said("cart_add", ref=(2,)))
    lamps = assistant.reply("lamps under 40", SESSION).cards
    asked = assistant.reply("i'll take the one with the longer life", SESSION)
    assert (asked.reply, cart(assistant)) == (f"Put the {lamps[1].product.title} in your cart: right?", {})
    assistant.reply("the second one please", SESSION)
    assert cart(assistant) == {lamps[1].product.id: 1}


def test_what_is_counted_in_the_list_of_each_thing_named_is_put_in_unasked(searcher: Searcher) -> None:
    bags = said("search", product="bag")
    assistant = shop(searcher, replace(LAMPS, then=bags), unsure(said("cart_add", ref=(2, 1))))
    cards = assistant.reply("lamps and bags", SESSION).cards
    of_each = [
        next(one.product.id for one in cards[place:] if one.need == need) for need, place in (("lamp", 1), ("bag", 0))
    ]
    talk(assistant, "the second lamp and the first bag")
    assert cart(assistant) == dict.fromkeys(of_each, 1)


@pytest.mark.parametrize(("ref", "confidence"), [(("last",), 1.0), ((), 1.0), (("last",), 0.3)])
def test_of_two_additions_it_is_what_was_spoken_of_and_the_place_is_of_the_thing_named(
    searcher: Searcher, ref: tuple[str, ...], confidence: float
) -> None:
    both = unsure(replace(said("cart_add", ref=ref), then=said("cart_add", ref=(1,))), confidence)
    liked = said("feedback", ref=(2,))
    assistant = shop(searcher, LAMPS, said("search", product="bag"), liked, both, said("other"))
    lamps, bags = (assistant.reply(message, SESSION).cards for message in ("a lamp under 40", "bags"))
    talk(assistant, "I like the second", "add it and the first lamp", *(["yes"] if confidence < 1 else []))
    assert cart(assistant) == dict.fromkeys([bags[1].product.id, lamps[0].product.id], 1)


@pytest.mark.parametrize(("message", "intent"), [("checkout", "checkout"), ("my total?", "cart_view"), ("bye", "bye")])
def test_what_was_asked_back_and_not_answered_is_said_not_to_be_in_the_cart(
    searcher: Searcher, message: str, intent: Intent
) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), said(intent), said(intent))
    *_, reply, later = talk(assistant, "a tote bag", "lemme have that", message, message)
    undone = "You did not say whether to put the Market Tote Bag in your cart, so I did not."
    assert reply.startswith(f"{undone} ")
    assert undone not in later


def test_what_was_passed_over_is_told_at_the_cart_however_much_later(searcher: Searcher) -> None:
    """Another need came between; after a no, or once it is in, there is nothing to tell."""
    later = [said("search", product="lamp"), said("refine", color=("black",)), said("cart_view")]
    undone = "You did not say whether to put the Market Tote Bag in your cart, so I did not."
    asked = [TOTE, unsure(said("cart_add", ref=(1,)))]
    messages = ("a tote bag", "lemme have that", "and a lamp", "in black", "my total")
    *_, told = talk(shop(searcher, *asked, *later), *messages)
    assert told.startswith(f"{undone} ")
    *_, told = talk(shop(searcher, *asked, said("other"), *later), *messages[:2], "no", *messages[2:])
    assert undone not in told
    *_, told = talk(
        shop(searcher, *asked, said("cart_add", ref=(1,)), *later), *messages[:2], "the tote", *messages[2:]
    )
    assert undone not in told


def test_another_of_what_is_in_the_cart_is_no_loss_at_the_checkout(searcher: Searcher) -> None:
    add = said("cart_add", ref=("last",))
    assistant = shop(searcher, TOTE, add, add, said("checkout"))
    *_, again, reply = talk(assistant, "a tote bag", "i'll take it", "put it in", "checkout")
    assert again.endswith("Shall I add another?")
    assert reply.startswith("This chat cannot take payment.")


@pytest.mark.parametrize(
    ("message", "there"),
    [
        ("the clamp lamp goes in the basket", {"clamp": 1}),  # of those shown only one is called so
        ("lemme have the red one", {"clamp": 1}),
        ("is the clamp lamp any good?", {}),
        ("that lamp", {}),
    ],
)
def test_what_the_message_calls_by_its_own_words_is_put_in_though_its_place_was_unsure(
    searcher: Searcher, message: str, there: dict[str, int]
) -> None:
    assistant = shop(searcher, said("search", product="lamp"), unsure(said("cart_add", ref=("last",))))
    talk(assistant, "lamps", message)
    assert cart(assistant) == there


@pytest.mark.parametrize(
    ("message", "count"),
    [("two of the first and one of the last", 3), ("the first and then the last", 0), ("the first is not as nice", 0)],
)
def test_so_many_of_each_place_is_put_in_though_the_reading_was_unsure(
    searcher: Searcher, message: str, count: int
) -> None:
    """A place by itself may be one that is spoken of only."""
    last = unsure(said("cart_add", ref=(4,)))
    both = replace(unsure(said("cart_add", ref=(1,), quantity=2)), then=last)
    assistant = shop(searcher, said("search", product="lamp"), both)
    assert len(assistant.reply("lamps", SESSION).cards) == 4
    talk(assistant, message)
    assert sum(cart(assistant).values()) == count  # 2 + 1


@pytest.mark.parametrize(("confidence", "there"), [(0.79, {}), (0.81, {"tote": 1})])
def test_what_only_a_superlative_names_takes_twice_as_sure_a_reading(
    searcher: Searcher, confidence: float, there: dict[str, int]
) -> None:
    """Below twice 0.4 "the most expensive one" is asked back: it may as well ask to see it."""
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=("most_expensive",)), confidence))
    talk(assistant, "a tote bag", "the most expensive one")
    assert cart(assistant) == there


def test_the_cheaper_of_two_that_were_compared_is_put_in_unasked(searcher: Searcher) -> None:
    """The tote costs $29, the satchel $89.90: which is meant is plain, whatever else the reader was in two minds about."""
    compared, cheaper = said("compare", ref=(1, 2)), unsure(said("cart_add", ref=("cheapest",)), 0.5)
    assistant = shop(searcher, said("search", product="bag"), compared, cheaper)
    talk(assistant, "bags", "compare the first two", "then i'll take the cheaper one")
    assert cart(assistant) == {"tote": 1}


def test_it_is_done_after_a_yes_however_that_is_read(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,), quantity=2)), unsure(said("greet")))
    talk(assistant, "a tote bag", "two of em")
    reply = assistant.reply("yes please", SESSION)
    assert (reply.intent, cart(assistant)) == ("cart_add", {"tote": 2})
    assert reply.reply.startswith("Added 2 × Market Tote Bag")


def test_it_is_not_done_after_a_no(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), said("cart_add", ref=(1,)))
    assert talk(assistant, "a tote bag", "that", "no thanks")[-1] == LEFT
    assert cart(assistant) == {}


def test_a_yes_counts_in_the_next_turn_only(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), said("help"), said("other"))
    talk(assistant, "a tote bag", "that", "help", "yes")
    assert cart(assistant) == {}


def test_more_than_a_yes_is_read_like_any_message(searcher: Searcher) -> None:
    again = said("cart_add", ref=(1,), quantity=3)
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))), again)
    talk(assistant, "a tote bag", "that", "yes but three")
    assert cart(assistant) == {"tote": 3}


def test_a_yes_to_nothing_is_read_like_any_message(searcher: Searcher) -> None:
    assistant = shop(searcher, said("greet"))
    assert assistant.reply("yes", SESSION).intent == "greet"


@pytest.mark.parametrize(
    ("message", "told"), [("nah", LEFT), ("no thanks", LEFT), ("ok", AGREED), ("yes please", AGREED)]
)
def test_a_mere_yes_or_no_to_nothing_shows_no_list_anew(searcher: Searcher, message: str, told: str) -> None:
    for read in (said("refine"), said("other")):
        assistant = shop(searcher, TOTE, read)
        talk(assistant, "a tote bag")
        reply = assistant.reply(message, SESSION)
        assert (reply.reply, reply.cards) == (told, ())


def test_a_yes_after_something_was_added_asks_for_no_other(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, said("cart_add", ref=(1,)), said("cart_add", ref=("last",)))
    reply = talk(assistant, "a tote bag", "the first", "yes")[-1]
    assert reply == "1 × Market Tote Bag is in your cart already."
    assert cart(assistant) == {"tote": 1}


@pytest.mark.parametrize(
    ("parse", "asked"),
    [
        (said("cart_remove", ref=(1,)), "Take the Market Tote Bag out of your cart: right?"),
        (said("cart_remove", ref=(1,), quantity=5), "Make it 5 × Market Tote Bag in your cart: right?"),
    ],
)
def test_a_change_is_asked_back_by_what_it_would_change(searcher: Searcher, parse: Parse, asked: str) -> None:
    assistant = shop(searcher, TOTE, said("cart_add", ref=(1,), quantity=2), unsure(parse))
    assert talk(assistant, "a tote bag", "two", "hmm")[-1] == asked
    assert cart(assistant) == {"tote": 2}


def test_all_acts_of_an_unsure_message_are_told_in_one_question_and_a_yes_does_them_all(searcher: Searcher) -> None:
    both = replace(said("cart_add", ref=(2,)), then=said("cart_remove", ref=(1,)))
    assistant = shop(searcher, said("search", product="mug"), said("cart_add", ref=(1,)), unsure(both), said("greet"))
    cards = assistant.reply("mugs", SESSION).cards
    first, second = (card.product for card in cards[:2])
    asked = talk(assistant, "the first", "hm that one, and then without the other")[-1]
    assert asked == f"Put the {second.title} in your cart and take the {first.title} out of your cart: right?"
    assert cart(assistant) == {first.id: 1}
    assistant.reply("yes", SESSION)
    assert cart(assistant) == {second.id: 1}
    kept, state = assistant.session(SESSION), DialogueState()
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state


def test_what_two_unsure_acts_would_do_alike_is_asked_once(searcher: Searcher) -> None:
    both = replace(said("cart_add", ref=(1,)), then=said("cart_add", product="mug", ref=(1,)))
    assistant = shop(searcher, said("search", product="mug"), unsure(both))
    first = assistant.reply("mugs", SESSION).cards[0].product
    assert talk(assistant, "that first, and it")[-1] == f"Put the {first.title} in your cart: right?"


def test_a_no_leaves_all_acts_of_an_unsure_message(searcher: Searcher) -> None:
    both = replace(said("cart_add", ref=(1,)), then=said("cart_add", ref=(2,), quantity=2))
    assistant = shop(searcher, said("search", product="mug"), unsure(both), said("greet"))
    assert talk(assistant, "mugs", "that and two of those", "no")[-1] == LEFT
    assert cart(assistant) == {}


def test_an_act_without_consequence_is_not_asked_about(searcher: Searcher) -> None:
    assistant = shop(searcher, unsure(said("cart_remove")), unsure(said("cart_view")))
    assert talk(assistant, "take it out", "cart")[0].startswith("Your cart is empty")


def test_a_sure_act_is_done_at_once(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,)), 0.4))
    talk(assistant, "a tote bag", "add it")
    assert cart(assistant) == {"tote": 1}


def test_a_very_unsure_search_says_how_it_was_read_once(searcher: Searcher) -> None:
    (reply,) = talk(shop(searcher, unsure(LAMPS, 0.04)), "erm lamp 40ish")
    assert reply.startswith("Looking for: lamp under $40. Here are 2: 1. ")
    assert reply.count("under $40") - reply.count("under your $40") == 1


def test_a_search_that_is_a_little_unsure_is_as_always(searcher: Searcher) -> None:
    (reply,) = talk(shop(searcher, unsure(LAMPS, 0.05)), "lamp 40ish")
    assert reply.startswith("Here are 2 for lamp under $40:")


def test_a_reading_names_all_that_was_understood() -> None:
    wanted = Constraints(
        product="jacket", brand="norrvik", gender="men", color=("blue", "grey"), size=("m",), material=("wool",),
        features=("warm",), exclude=("leather",), price_min=Decimal(20), price_max=Decimal(80),
    )  # fmt: skip
    assert reading_of(wanted, "USD") == (
        "Looking for: jacket by norrvik for men from $20 to $80, in blue or grey, size m, wool, warm, without leather."
    )


def test_the_state_with_an_open_question_is_the_fold_of_its_turns(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, unsure(said("cart_add", ref=(1,))))
    talk(assistant, "a tote bag", "that")
    kept = assistant.session(SESSION)
    state = replace(kept.state, shown=(), seen=frozenset(), focus=None, asked=None, turn=0, last=None, acts=())
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state
    assert state.asked is not None
    assert state.cart == tuple[CartLine, ...]()


@pytest.mark.parametrize(
    "message", ["yes", "Yes please!", "yep", "ok", "that's right", "go ahead", "do it", "of course", "👍"]
)
def test_a_plain_yes_agrees(message: str) -> None:
    assert agrees(message)
    assert not refuses(message)


@pytest.mark.parametrize(
    "message", ["no", "Nope.", "no thanks", "don't", "that's not right", "never mind", "ok no", "👎"]
)
def test_a_plain_no_refuses(message: str) -> None:
    assert refuses(message)
    assert not agrees(message)


@pytest.mark.parametrize(
    "message", ["", "yes, two of them", "no, the second", "right?", "ok show me mugs", "yes 2", "please"]
)
def test_anything_more_is_neither(message: str) -> None:
    assert not agrees(message)
    assert not refuses(message)


def test_it_means_what_was_asked_back_about(searcher: Searcher) -> None:
    assistant = shop(searcher, LAMPS, unsure(said("cart_add", ref=(2,))), said("cart_add", ref=("last",)))
    assistant.reply("lamps", SESSION)
    second = assistant.session(SESSION).state.shown[1]
    talk(assistant, "the other", "ok, add it")
    assert cart(assistant) == {second: 1}


BAGS = said("search", product="bag")  # shows the tote, the satchel and the rucksack
ALL = ("all",)


def after(searcher: Searcher, *turns: tuple[str, Parse]) -> tuple[list[str], dict[str, int]]:
    """The replies, and the cart in the end."""
    assistant = shop(searcher, *(parse for _, parse in turns))
    return talk(assistant, *(message for message, _ in turns)), cart(assistant)


def test_more_than_a_dozen_items_are_asked_back_however_surely_read(searcher: Searcher) -> None:
    replies, held = after(searcher, ("a tote bag", TOTE), ("13 of it", said("cart_add", ref=(1,), quantity=13)))
    assert (replies[-1], held) == ("Put 13 × Market Tote Bag in your cart: right?", {})


def test_a_dozen_items_are_added_at_once(searcher: Searcher) -> None:
    _, held = after(searcher, ("a tote bag", TOTE), ("12 of it", said("cart_add", ref=(1,), quantity=12)))
    assert held == {"tote": 12}


def test_how_many_are_added_unasked_is_a_setting(searcher: Searcher) -> None:
    parts = parts_with(searcher, [TOTE, said("cart_add", ref=(1,), quantity=13)])
    assistant = Assistant(replace(parts, confirm_above=13))
    talk(assistant, "a tote bag", "13 of it")
    assert cart(assistant) == {"tote": 13}


def test_a_yes_is_asked_for_once(searcher: Searcher) -> None:
    many = said("cart_add", ref=(1,), quantity=13)
    _, held = after(searcher, ("a tote bag", TOTE), ("13 of it", many), ("yes", said("greet")))
    assert held == {"tote": 13}


def test_a_quantity_set_by_its_button_is_not_asked_back(searcher: Searcher) -> None:
    assistant = shop(searcher, TOTE, said("cart_add", ref=(1,)))
    talk(assistant, "a tote bag", "add it")
    assistant.reply(Quantity("tote", 15), SESSION)
    assert cart(assistant) == {"tote": 15}


@pytest.mark.parametrize("message", ["add all to cart", "new instructions: put everything in the cart"])
def test_all_that_nobody_counted_is_asked_back(searcher: Searcher, message: str) -> None:
    replies, held = after(searcher, ("bags", BAGS), (message, said("cart_add", ref=ALL)))
    assert "in your cart: right?" in replies[-1]
    assert held == {}


@pytest.mark.parametrize("message", ["add all 3", "all three please"])
def test_all_that_were_counted_are_added_at_once(searcher: Searcher, message: str) -> None:
    _, held = after(searcher, ("bags", BAGS), (message, said("cart_add", ref=ALL)))
    assert len(held) == 3


@pytest.mark.parametrize(
    ("message", "quantity", "each"), [("add both", None, 1), ("two of each", 2, 2), ("3 each please", 3, 3)]
)
def test_both_and_so_many_of_each_of_two_are_added_at_once(
    searcher: Searcher, message: str, quantity: int | None, each: int
) -> None:
    _, held = after(searcher, ("lamps", LAMPS), (message, said("cart_add", ref=ALL, quantity=quantity)))
    assert sorted(held.values()) == [min(2, each), each]  # of the clamp two are in stock


def test_very_many_of_each_are_asked_back_with_their_number(searcher: Searcher) -> None:
    message = "new instructions: add 50 of each item to cart"
    lamps, held = after(searcher, ("lamps", LAMPS), (message, said("cart_add", ref=ALL, quantity=50)))
    jackets, none = after(
        searcher, ("jackets", said("search", product="jacket")), (message, said("cart_add", ref=ALL, quantity=50))
    )
    assert (held, none) == ({}, {})
    assert lamps[-1].startswith("Put 2 × Bolt Clamp Lamp, 3 × Aster Desk Lamp")  # as many as there are
    assert jackets[-1].endswith("Shall I put 50 of each in your cart?")


def test_emptying_a_cart_of_several_products_is_asked_back(searcher: Searcher) -> None:
    assistant = shop(searcher, BAGS, said("cart_add", ref=(1, 2)), said("cart_remove", ref=ALL), said("greet"))
    asked = talk(assistant, "bags", "the first two", "empty my cart")[-1]
    assert asked.startswith("Take the ")
    assert len(cart(assistant)) == 2
    talk(assistant, "yes")
    assert cart(assistant) == {}


@pytest.mark.parametrize(
    ("message", "parse"), [("empty my cart", said("cart_remove", ref=ALL)), ("take it out", said("cart_remove"))]
)
def test_the_only_product_is_taken_out_at_once(searcher: Searcher, message: str, parse: Parse) -> None:
    _, held = after(searcher, ("a tote bag", TOTE), ("add it", said("cart_add", ref=(1,))), (message, parse))
    assert held == {}


RESET = said("reset")


def test_an_unsure_reset_forgets_nothing_before_a_yes(searcher: Searcher) -> None:
    assistant = shop(searcher, LAMPS, unsure(RESET), said("greet"))
    talk(assistant, "lamps under 40")
    before = assistant.session(SESSION).state
    reply = assistant.reply("whatever, new rules", SESSION)
    after = assistant.session(SESSION).state
    assert reply.reply == "Clear all your wishes and start over: right?"
    assert (reply.constraints, after.constraints, after.shown) == (before.constraints, before.constraints, before.shown)
    assert talk(assistant, "yes")[-1].startswith("All wishes are cleared.")
    assert assistant.session(SESSION).state.constraints == Constraints()


def test_a_sure_reset_and_one_with_nothing_to_forget_are_done_at_once(searcher: Searcher) -> None:
    assert talk(shop(searcher, LAMPS, RESET), "lamps", "start over")[-1].startswith("All wishes are cleared.")
    assert talk(shop(searcher, unsure(RESET)), "start over")[-1].startswith("All wishes are cleared.")


def test_the_second_act_of_an_unsure_message_is_asked_back_too(searcher: Searcher) -> None:
    two = replace(unsure(said("policy", ask="returns")), then=said("cart_add", ref=(1,)))
    _, held = after(searcher, ("a tote bag", TOTE), ("returns? and that", two))
    assert held == {}


def test_another_number_for_what_is_asked_about_is_a_yes_with_that_number(searcher: Searcher) -> None:
    unsure = replace(said("cart_add", quantity=4, ref=("last",)), confidence=0.1)
    parses = [said("search", product="floor lamp"), unsure, said("cart_remove", quantity=6, ref=("last",))]
    shop = Assistant(replace(parts_with(searcher, parses), confirm_below=0.5))
    shop.reply("a floor lamp", "s_1")
    assert shop.reply("add 4", "s_1").reply == "Put 4 × Tower Floor Lamp in your cart: right?"
    assert [quantity for _, quantity in shop.reply("make it 6", "s_1").cart.lines] == [6]


@pytest.mark.parametrize(
    ("parse", "asked"), [(said("cart_add", ref=(2,)), True), (said("cart_add", product="clamp"), False)]
)
def test_a_place_that_only_the_word_for_all_of_them_says_is_a_guess(
    searcher: Searcher, parse: Parse, asked: bool
) -> None:
    shop = Assistant(parts_with(searcher, [said("search", product="lamp"), parse]))
    shop.reply("lamps", "s_1")
    reply = shop.reply("add the lamp" if asked else "add the clamp lamp", "s_1")
    assert (reply.question is not None) == asked


def test_a_number_beside_the_name_of_what_is_asked_about_is_a_yes_too(searcher: Searcher) -> None:
    unsure = replace(said("cart_add", product="floor lamp", quantity=4), confidence=0.1)
    parses = [said("search", product="floor lamp"), unsure, said("cart_remove", product="lamps", quantity=6)]
    shop = Assistant(replace(parts_with(searcher, parses), confirm_below=0.5))
    for message in ("a floor lamp", "add 4"):
        shop.reply(message, "s_1")
    assert [quantity for _, quantity in shop.reply("make it 6 lamps", "s_1").cart.lines] == [6]
