"""The cart: stock is respected, totals are exact, and each sentence says what really happened."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.cart import MOST, add, cart_add, cart_view, set_quantity, total_line, view_of
from assistant.actions.taking_out import cart_remove
from assistant.contract import CartView
from assistant.meaning.confirm import act
from assistant.meaning.placed import placed
from assistant.model import CartLine, Choice, DialogueState, Intent, Need, Outcome, Parse, Question
from assistant.state import effect_of
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said
from tests.small_shop import BY_ID, PRODUCTS

SHOWN = DialogueState(Constraints(product="lamp"), shown=("tower", "clamp", "aster-black"), focus="tower")
ACTIONS = {"cart_add": cart_add, "cart_remove": cart_remove, "cart_view": cart_view}


def _do(searcher: Searcher, state: DialogueState, intent: Intent, **slots: object) -> Outcome:
    return ACTIONS[intent](said(intent, **slots), state, parts_with(searcher))


def _lines(outcome: Outcome) -> dict[str, int]:
    return {line.product_id: line.quantity for line in outcome.cart or ()}


def _text(outcome: Outcome) -> str:
    assert outcome.answer is not None
    return outcome.answer.text


def test_the_product_pointed_at_is_added_and_its_price_said(searcher: Searcher) -> None:
    outcome = _do(searcher, SHOWN, "cart_add", ref=(2,))
    assert _lines(outcome) == {"clamp": 1}
    assert _text(outcome) == "Added 1 × Bolt Clamp Lamp at $19.50. Your cart: 1 item, $19.50."


def test_it_is_the_product_last_spoken_of(searcher: Searcher) -> None:
    assert _lines(_do(searcher, replace(SHOWN, focus="clamp"), "cart_add")) == {"clamp": 1}


def test_a_quantity_is_added_to_what_is_there(searcher: Searcher) -> None:
    state = replace(SHOWN, cart=(CartLine("tower", 2),))
    assert _lines(_do(searcher, state, "cart_add", ref=(1,), quantity=3)) == {"tower": 5}


@pytest.mark.parametrize(
    ("message", "quantity", "expected"),
    [
        ("add two of the first and one of the third", None, {"tower": 2, "aster-black": 1}),
        ("2 of the 1st one and one of number 3 please", 2, {"tower": 2, "aster-black": 1}),
        ("the first and the third", None, {"tower": 1, "aster-black": 1}),
        ("both the first and the third", None, {"tower": 1, "aster-black": 1}),
        ("two of each, the first and the third", 2, {"tower": 2, "aster-black": 2}),
        ("two of the first and the third", 2, {}),
        ("add three of the first, and the third", None, {}),
        ("two of these", 2, {}),
    ],
)
def test_each_product_gets_the_number_said_of_it(
    searcher: Searcher, message: str, quantity: int | None, expected: dict[str, int]
) -> None:
    parse = replace(said("cart_add", ref=(1, 3), quantity=quantity), message=message)
    outcome = ACTIONS["cart_add"](parse, SHOWN, parts_with(searcher))
    assert _lines(outcome) == expected
    asked = "How many of which? 1. Tower Floor Lamp, 3. Aster Desk Lamp, Black."
    assert (_text(outcome) == asked) == (not expected)


def test_no_more_are_added_than_are_in_stock(searcher: Searcher) -> None:
    outcome = _do(searcher, SHOWN, "cart_add", ref=(2,), quantity=5)
    assert _lines(outcome) == {"clamp": 2}
    assert "Added 2 × Bolt Clamp Lamp at $19.50. Only 2 left in stock." in _text(outcome)


def test_nothing_is_added_when_all_that_are_left_are_in_the_cart(searcher: Searcher) -> None:
    outcome = _do(searcher, replace(SHOWN, cart=(CartLine("clamp", 2),)), "cart_add", ref=(2,))
    assert _lines(outcome) == {"clamp": 2}
    assert _text(outcome) == "2 × Bolt Clamp Lamp are in your cart already. Only 2 left in stock."


def test_a_sold_out_product_is_not_added(searcher: Searcher) -> None:
    outcome = _do(searcher, replace(SHOWN, shown=("kettle",), focus="kettle"), "cart_add")
    assert _lines(outcome) == {}
    assert _text(outcome) == "Copper Kettle is sold out, so I did not add it."


def test_unknown_stock_is_not_taken_for_a_number_left() -> None:
    cart, sentence = add((), BY_ID["cafe"], MOST + 1, DialogueState())
    assert cart == (CartLine("cafe", MOST),)
    assert "in stock" not in sentence
    assert f"A cart takes at most {MOST} of one product." in sentence


@pytest.mark.parametrize("stock", [0, -3])
def test_a_stock_of_nothing_or_less_adds_nothing(stock: int) -> None:
    assert add((), replace(BY_ID["tote"], stock=stock), 1, DialogueState())[0] == ()


def test_a_stock_that_fell_below_the_cart_adds_nothing_negative() -> None:
    cart, sentence = add((CartLine("tote", 8),), replace(BY_ID["tote"], stock=5), 1, DialogueState())
    assert cart == (CartLine("tote", 8),)
    assert sentence == "8 × Market Tote Bag are in your cart already. Only 5 left in stock."


def test_the_variant_of_the_colour_asked_for_is_added(searcher: Searcher) -> None:
    assert _lines(_do(searcher, SHOWN, "cart_add", ref=(3,), color=("white",))) == {"aster-white": 1}


def test_a_colour_that_a_product_does_not_come_in_is_not_added_in_another(searcher: Searcher) -> None:
    for ref, color in ((3, "pink"), (2, "white")):
        outcome = _do(searcher, SHOWN, "cart_add", ref=(ref,), color=(color,))
        assert _lines(outcome) == {}
        assert f"does not come in {color}, so I did not add it." in _text(outcome)


def test_several_products_are_added_at_once(searcher: Searcher) -> None:
    assert _lines(_do(searcher, SHOWN, "cart_add", ref=("all",))) == {"tower": 1, "clamp": 1, "aster-black": 1}


def test_another_thing_than_those_shown_is_looked_for_not_replaced(searcher: Searcher) -> None:
    outcome = _do(searcher, SHOWN, "cart_add", product="tote bag")
    assert _lines(outcome) == {}
    assert outcome.hits[0].product.id == "tote"


def test_a_position_past_the_end_asks_which(searcher: Searcher) -> None:
    outcome = _do(searcher, SHOWN, "cart_add", ref=(9,))
    assert _lines(outcome) == {}
    assert _text(outcome) == "I showed 3. Which of them shall I add?"


def test_what_is_named_before_anything_was_shown_is_looked_for(searcher: Searcher) -> None:
    read = replace(said("cart_add", ref=("last",), quantity=2), message="put two desk lamps in my cart")
    outcome = cart_add(read, DialogueState(), parts_with(searcher))
    assert _lines(outcome) == {}
    assert {hit.product.category[-1] for hit in outcome.hits} == {"desk lamps"}


def test_nothing_shown_and_nothing_named_asks_what(searcher: Searcher) -> None:
    assert _text(_do(searcher, DialogueState(), "cart_add")).startswith("Which product do you mean?")


def test_what_was_named_is_taken_out(searcher: Searcher) -> None:
    state = replace(SHOWN, cart=(CartLine("tower", 1), CartLine("tote", 2)))
    outcome = _do(searcher, state, "cart_remove", product="tote bag")
    assert _lines(outcome) == {"tower": 1}
    assert _text(outcome) == "Took out Market Tote Bag. Your cart: 1 item, $120."


def test_the_only_product_is_taken_out_without_being_named(searcher: Searcher) -> None:
    outcome = _do(searcher, DialogueState(cart=(CartLine("tote", 2),)), "cart_remove")
    assert _lines(outcome) == {}
    assert _text(outcome).endswith("Your cart is empty now.")


def test_what_the_shop_finds_under_a_name_is_taken_out_whatever_its_title_says(searcher: Searcher) -> None:
    inside = (CartLine("rucksack", 1), CartLine("clamp", 1))
    outcome = _do(searcher, replace(SHOWN, cart=inside, focus=None), "cart_remove", product="backpack")
    assert _lines(outcome) == {"clamp": 1}


def test_the_only_product_is_asked_about_when_what_is_named_is_nothing_of_the_shop(searcher: Searcher) -> None:
    outcome = _do(searcher, DialogueState(cart=(CartLine("tote", 2),)), "cart_remove", product="trolley")
    assert _lines(outcome) == {"tote": 2}
    assert _text(outcome) == "Your cart holds only Market Tote Bag, and nothing called “trolley”. Shall I take it out?"
    assert outcome.asked == Parse("cart_remove", choice=Choice(("tote",), 0))


def test_the_only_product_stays_unasked_when_another_thing_of_the_shop_is_named(searcher: Searcher) -> None:
    outcome = _do(searcher, DialogueState(cart=(CartLine("tote", 2),)), "cart_remove", product="kettle")
    assert _lines(outcome) == {"tote": 2}
    held = "it holds only Market Tote Bag, so I left it as it is."
    assert _text(outcome) == f"Nothing in your cart is called “kettle”: {held}"
    assert outcome.asked is None


def test_a_number_of_each_is_that_of_every_line(searcher: Searcher) -> None:
    state = DialogueState(cart=(CartLine("tote", 2), CartLine("tower", 1)))
    read = replace(said("cart_remove", quantity=3, ref=("last",)), message="make it 3 of each")
    assert _lines(cart_remove(read, state, parts_with(searcher))) == {"tote": 3, "tower": 3}


def test_which_of_several_is_asked_when_another_is_named(searcher: Searcher) -> None:
    state = DialogueState(cart=(CartLine("tote", 2), CartLine("tower", 1)))
    outcome = _do(searcher, state, "cart_remove", product="kettle", quantity=1)
    which = "Which one do you mean? In your cart: Market Tote Bag, Tower Floor Lamp."
    assert _text(outcome) == f"Nothing in your cart is called “kettle”. {which}"


def test_a_new_quantity_is_set(searcher: Searcher) -> None:
    outcome = _do(searcher, DialogueState(cart=(CartLine("tote", 2),)), "cart_remove", quantity=7)
    assert _lines(outcome) == {"tote": 7}
    assert _text(outcome) == "Market Tote Bag is now at 7. Your cart: 7 items, $203."


@pytest.mark.parametrize(
    ("message", "quantity", "left"),
    [
        ("remove two of them", 2, {"tote": 3}),  # of five
        ("only two", 2, {"tote": 2}),
        ("one less", 1, {"tote": 4}),
        ("make it two", 2, {"tote": 2}),
        ("drop five of those", 5, {}),
        ("remove seven of them", 7, {}),
        ("change it to nine", 9, {"tote": 9}),
    ],
)
def test_as_many_go_as_are_taken_away_and_as_many_stay_as_are_kept(
    searcher: Searcher, message: str, quantity: int, left: dict[str, int]
) -> None:
    holding = DialogueState(cart=(CartLine("tote", 5),))
    parse = replace(said("cart_remove", quantity=quantity, ref=("last",)), message=message)
    assert _lines(cart_remove(parse, holding, parts_with(searcher))) == left


def test_a_number_before_a_place_is_how_many_of_it_go(searcher: Searcher) -> None:
    holding = replace(SHOWN, cart=(CartLine("tower", 3), CartLine("clamp", 1)))
    parse = replace(said("cart_remove", ref=(1,)), message="remove one of the first")
    assert _lines(cart_remove(parse, holding, parts_with(searcher))) == {"tower": 2, "clamp": 1}


def test_a_number_that_may_go_or_stay_is_asked_about_and_changes_nothing(searcher: Searcher) -> None:
    holding = DialogueState(cart=(CartLine("tote", 5),))
    parse = replace(said("cart_remove", quantity=2, ref=("last",)), message="please")
    outcome = cart_remove(parse, holding, parts_with(searcher))
    assert outcome.cart == holding.cart
    assert outcome.question == Question("Shall I take 2 out, or leave 2?", "quantity", ("Take 2 out", "Leave 2"))


@pytest.mark.parametrize(
    ("answer", "left"), [("just 2", 2), ("take 2 out", 1), ("leave just two of them", 2), ("under 40", 3)]
)
def test_the_answer_how_many_go_is_taken_for_it_however_it_is_read(
    assistant_with: AssistantWith, answer: str, left: int
) -> None:
    """Of three bags two go or stay; a price is no answer, so that nothing changes."""
    three = said("cart_add", quantity=3, ref=(1,))
    shop = assistant_with(
        [said("search", product="tote"), three, said("cart_remove", quantity=2), said("search", product="2")]
    )
    for message in ("totes", "add three of the first", "please"):
        asked = shop.reply(message, "s_1")
    assert asked.question is not None
    assert asked.question.options == ("Take 2 out", "Leave 2")
    assert [quantity for _, quantity in shop.reply(answer, "s_1").cart.lines] == [left]


def test_a_new_quantity_is_at_most_what_is_in_stock() -> None:
    cart, sentence = set_quantity((CartLine("clamp", 1),), BY_ID["clamp"], 9)
    assert (cart, sentence) == ((CartLine("clamp", 2),), "Bolt Clamp Lamp is now at 2. Only 2 left in stock.")


def test_a_quantity_of_what_is_sold_out_by_now_leaves_no_empty_line() -> None:
    cart, sentence = set_quantity((CartLine("kettle", 1),), BY_ID["kettle"], 3)
    assert (cart, sentence) == ((), "Took out Copper Kettle. It is sold out by now.")


def test_everything_is_taken_out_at_once(searcher: Searcher) -> None:
    state = DialogueState(cart=(CartLine("tote", 2), CartLine("tower", 1)))
    assert _do(searcher, state, "cart_remove", ref=("all",)).cart == ()


def test_taking_out_of_an_empty_cart_says_that_it_is_empty(searcher: Searcher) -> None:
    assert (
        _text(_do(searcher, DialogueState(), "cart_remove")) == "Your cart is empty, so there is nothing to take out."
    )


def test_the_cart_is_read_out_line_by_line(searcher: Searcher) -> None:
    state = DialogueState(cart=(CartLine("tote", 2), CartLine("satchel", 1)))
    assert _text(_do(searcher, state, "cart_view")) == (
        "In your cart: 1. Market Tote Bag × 2 at $29; 2. Brown Satchel Bag × 1 at $89.90. Your cart: 3 items, $147.90."
    )


def test_an_empty_cart_is_said_to_be_empty(searcher: Searcher) -> None:
    assert _text(_do(searcher, DialogueState(), "cart_view")).startswith("Your cart is empty")


def test_a_total_is_exact_where_floats_are_not() -> None:
    dimes = CartView(
        ((Product("a", "Nut", price=Decimal("0.10")), 3), (Product("b", "Bolt", price=Decimal("0.20")), 1))
    )
    assert dimes.total == Decimal("0.50")
    assert dimes.to_json()["total"] == 0.5


def test_a_product_without_a_price_is_named_as_left_out_of_the_total() -> None:
    view = CartView(((BY_ID["tote"], 1), (BY_ID["workshop"], 1)))
    assert total_line(view) == "Your cart: 2 items, $29. That leaves out Workshop Desk Lamp: no price is stated."


def test_a_product_that_is_gone_from_the_shop_is_gone_from_the_cart(searcher: Searcher) -> None:
    view = view_of((CartLine("gone", 1), CartLine("tote", 1)), parts_with(searcher))
    assert [product.id for product, _ in view.lines] == ["tote"]


@given(
    st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(0, 30), st.booleans()), max_size=12),
)
def test_whatever_is_added_and_set_the_cart_stays_within_stock(steps: list[tuple[Product, int, bool]]) -> None:
    cart: tuple[CartLine, ...] = ()
    for product, quantity, adding in steps:
        cart, _ = (
            add(cart, product, max(quantity, 1), DialogueState()) if adding else set_quantity(cart, product, quantity)
        )
    stock = {product.id: MOST if product.stock is None else product.stock for product in PRODUCTS}
    assert all(1 <= line.quantity <= stock[line.product_id] for line in cart)
    assert len({line.product_id for line in cart}) == len(cart)


def test_taking_out_a_thing_that_is_not_in_the_cart_leaves_the_cart_alone(searcher: Searcher) -> None:
    holding = replace(SHOWN, cart=(CartLine("tower", 1),))
    assert _lines(_do(searcher, holding, "cart_remove", product="kettle", ref=("last",))) == {"tower": 1}


def test_after_a_look_into_the_cart_positions_mean_its_lines(searcher: Searcher) -> None:
    holding = replace(SHOWN, cart=(CartLine("tower", 1), CartLine("tote", 2)))
    looked = _do(searcher, holding, "cart_view")
    after = replace(holding, shown=effect_of(looked).shown)
    assert _lines(_do(searcher, after, "cart_remove", ref=(2,))) == {"tower": 1}


def test_what_was_just_added_is_not_added_again_without_a_word(searcher: Searcher) -> None:
    state = DialogueState(shown=("tote", "satchel"), focus="tote", cart=(CartLine("tote", 1),))
    asked = _do(searcher, state, "cart_add", ref=("last",))
    assert _lines(asked) == {"tote": 1}
    assert _text(asked) == "1 × Market Tote Bag is in your cart already. Shall I add another?"
    assert asked.asked is not None
    assert asked.asked.slots.quantity == 1
    assert _lines(cart_add(asked.asked, state, parts_with(searcher))) == {"tote": 2}


@pytest.mark.parametrize("slots", [{"quantity": 1}, {"ref": (1,)}, {"product": "tote bag"}], ids=str)
def test_another_that_is_asked_for_in_so_many_words_is_added(searcher: Searcher, slots: dict[str, object]) -> None:
    state = DialogueState(shown=("tote", "satchel"), focus="tote", cart=(CartLine("tote", 1),))
    assert _lines(_do(searcher, state, "cart_add", **slots)) == {"tote": 2}


def test_a_thing_named_with_the_is_the_one_shown_that_is_called_so(searcher: Searcher) -> None:
    state = DialogueState(shown=("tote", "satchel", "rucksack"), focus="tote")
    parse = replace(said("cart_add"), message="The rucksack, please".replace(",", ""))
    assert _lines(cart_add(parse, state, parts_with(searcher))) == {"rucksack": 1}
    assert _lines(cart_add(replace(parse, message="the best"), state, parts_with(searcher))) == {"tote": 1}


JACKETS = said(
    "search", product="jacket"
)  # shows breeze $59, fjord $149, storm $79, and at the end puddle $35, which is for children


def test_of_several_that_look_so_one_is_asked_about(assistant_with: AssistantWith) -> None:
    """Two of the jackets are called rain jackets."""
    with assistant_with([JACKETS, said("cart_add", features=("rain",))]) as shop:
        reply = [shop.reply(message, "s_1") for message in ("jackets", "the rain one if you have it")][-1]
    assert reply.cart.lines == ()
    assert reply.reply.startswith("Which of them shall I add: ")


def test_both_after_a_comparison_are_the_two_compared(assistant_with: AssistantWith) -> None:
    parses = [JACKETS, said("compare", ref=(1, 3)), said("cart_add", ref=("all",))]
    with assistant_with(parses) as shop:
        reply = [shop.reply(message, "s_1") for message in ("jackets", "compare the 1st and 3rd", "both in my cart")][
            -1
        ]
    assert [product.id for product, _ in reply.cart.lines] == ["breeze", "storm"]


def test_the_cheaper_one_after_a_comparison_is_of_those_compared_until_others_are_shown(
    assistant_with: AssistantWith,
) -> None:
    cheaper = said("cart_add", ref=("cheapest",))
    parses = [JACKETS, said("compare", ref=(2, 3)), cheaper, JACKETS, cheaper]
    messages = ("jackets", "compare the 2nd and 3rd", "add the cheaper one", "jackets", "add the cheapest")
    with assistant_with(parses) as shop:
        replies = [shop.reply(message, "s_1") for message in messages]
    carts = [[product.id for product, _ in reply.cart.lines] for reply in (replies[2], replies[4])]
    assert carts == [["storm"], ["storm", "puddle"]]


def test_how_many_were_asked_for_is_kept_over_the_question_which(searcher: Searcher) -> None:
    """The black and the white lamp cost the same; the question keeps the number, and the answer "the first" is read with it."""
    two = replace(SHOWN, shown=("aster-black", "aster-white"))
    outcome = _do(searcher, two, "cart_add", ref=("cheapest",), quantity=3)
    assert outcome.asked is not None
    answer = placed(said("cart_add", ref=(1,)), replace(two, asked=outcome.asked))
    assert _lines(cart_add(answer, two, parts_with(searcher))) == {"aster-black": 3}


def test_that_one_of_a_list_of_which_none_was_spoken_of_is_asked_about(searcher: Searcher) -> None:
    listed = replace(SHOWN, found=SHOWN.shown, acts=("search", "cart_add"))
    for state, left in ((listed, {}), (replace(listed, focus="clamp"), {"clamp": 1})):
        outcome = cart_add(
            replace(said("cart_add", ref=("last",)), message="i'll take that one"), state, parts_with(searcher)
        )
        assert _lines(outcome) == left
    assert _text(
        cart_add(replace(said("cart_add", ref=("last",)), message="that one!"), listed, parts_with(searcher))
    ) == ("I showed 3. Which of them shall I add?")


def test_the_cheapest_again_is_asked_about_where_it_was_just_added(searcher: Searcher) -> None:
    state = replace(SHOWN, focus="clamp", cart=(CartLine("clamp", 1),))
    outcome = _do(searcher, state, "cart_add", ref=("cheapest",))
    assert outcome.cart == state.cart
    assert _text(outcome) == "1 × Bolt Clamp Lamp is in your cart already. Shall I add another?"


def test_it_after_the_question_which_of_several_is_no_answer(searcher: Searcher) -> None:
    """The tower was spoken of before two that cost the same were asked about."""
    asked = said("cart_add", ref=("cheapest",))
    table = replace(SHOWN, shown=("aster-black", "tower", "aster-white"), compared=("aster-black", "aster-white"))
    outcome = _do(searcher, replace(table, focus="tower", asked=asked), "cart_add", ref=("last",))
    assert _lines(outcome) == {}
    assert _text(outcome).endswith("Which of them shall I add?")


def test_the_cheaper_of_two_that_cost_the_same_is_asked_about(searcher: Searcher) -> None:
    state = replace(SHOWN, shown=("aster-black", "tower", "aster-white"), compared=("aster-black", "aster-white"))
    outcome = _do(searcher, state, "cart_add", ref=("cheapest",))
    assert _lines(outcome) == {}
    assert _text(outcome) == (
        "These cost the same, $34.99: 1. Aster Desk Lamp, Black, 3. Aster Desk Lamp, White. Which of them shall I add?"
    )
    assert _lines(_do(searcher, state, "cart_add", ref=(3,))) == {"aster-white": 1}


def test_the_dearest_of_all_shown_is_added_without_a_question(searcher: Searcher) -> None:
    state = replace(SHOWN, shown=("aster-black", "tower", "aster-white"))
    assert _lines(_do(searcher, state, "cart_add", ref=("most_expensive",))) == {"tower": 1}


def test_more_at_once_than_a_reply_names_are_put_in_only_after_a_yes(assistant_with: AssistantWith) -> None:
    parses = [JACKETS, said("cart_add", ref=("all",)), said("other")]
    with assistant_with(parses) as shop:
        shop.reply("jackets", "s_1")
        asked = shop.reply("put everything in my cart", "s_1")
        done = shop.reply("yes", "s_1")
    assert asked.cart.lines == ()
    assert asked.reply == (
        "That would be 4 products: Breeze Wind Jacket, Fjord Down Jacket, Storm Rain Jacket, Puddle Rain Jacket. "
        "Shall I put all 4 in your cart?"
    )
    assert len(done.cart.lines) == 4


def test_both_of_more_than_two_is_asked_about(searcher: Searcher) -> None:
    outcome = cart_add(replace(said("cart_add", ref=("all",)), message="both please"), SHOWN, parts_with(searcher))
    assert _lines(outcome) == {}
    assert _text(outcome) == "Which two of them shall I add: Tower Floor Lamp, Bolt Clamp Lamp or Aster Desk Lamp?"


def test_the_cheapest_of_those_that_have_what_was_said_is_added(searcher: Searcher) -> None:
    outcome = _do(searcher, SHOWN, "cart_add", ref=("cheapest",), color=("black",))  # the clamp is cheaper, and red
    assert _lines(outcome) == {"aster-black": 1}


def test_where_none_shown_has_what_was_said_others_are_looked_for_and_nothing_is_added(searcher: Searcher) -> None:
    outcome = _do(searcher, SHOWN, "cart_add", ref=("cheapest",), features=("fabric shade", "dimmable"))
    assert _lines(outcome) == {}
    assert outcome.constraints == Constraints(product="lamp", features=("fabric shade", "dimmable"))


def test_what_is_to_be_added_before_anything_was_shown_is_what_is_looked_for(searcher: Searcher) -> None:
    outcome = _do(searcher, DialogueState(), "cart_add", product="kettle")
    assert outcome.constraints == Constraints(product="kettle")
    assert [hit.product.id for hit in outcome.hits] == ["kettle"]


def test_after_a_look_into_the_cart_it_is_still_what_was_added_last(assistant_with: AssistantWith) -> None:
    reads = [said("search", product="lamp"), said("cart_add", ref=(1,)), said("cart_add", ref=(2,)), said("cart_view")]
    shop = assistant_with([*reads, said("cart_remove", quantity=2, ref=("last",))])
    for message in ("lamps", "the first", "and the second", "what's in my cart"):
        looked = shop.reply(message, "s_1")
    first, second = (product for product, _ in looked.cart.lines)
    made = shop.reply("make it 2", "s_1")
    assert made.cart.lines == ((first, 1), (second, 2))


def test_a_colour_points_at_what_is_stated_to_have_it_and_else_the_shop_asks(searcher: Searcher) -> None:
    red = replace(said("cart_add", ref=(1,)), message="i'll take the red one")
    purple = replace(red, message="the purple one looks cute, i'll take it")
    shown = replace(SHOWN, shown=("tower", "clamp", "workshop"))
    colored = [one for one in shown.shown if "red" in BY_ID[one].attributes.get("color", ())]
    assert list(_lines(cart_add(red, shown, parts_with(searcher)))) == colored
    asked = cart_add(purple, shown, parts_with(searcher))
    assert not asked.cart
    assert _text(asked) == "None of these is stated to be purple. Which of them do you mean?"


def test_a_size_that_the_listing_does_not_give_is_said_not_to_be_in_the_cart(assistant_with: AssistantWith) -> None:
    parses = [JACKETS, said("cart_add", ref=(1,), size=("l",))]
    with assistant_with(parses) as shop:
        shop.reply("jackets", "s_1")
        reply = shop.reply("add the first in size l", "s_1")
    assert reply.cart.count == 1
    assert "Its listing gives no size, so the cart can't say l: please settle that with the shop." in reply.reply


def test_what_is_joined_by_and_is_added_too_where_one_of_it_was_shown(searcher: Searcher) -> None:
    state = replace(SHOWN, earlier=(Need(Constraints(product="headphones"), found=("quiet",)),))
    parse = replace(said("cart_add", ref=(2,)), message="i'll take the second one and the headphones")
    outcome = cart_add(parse, state, parts_with(searcher))
    assert _lines(outcome) == {"clamp": 1, "quiet": 1}


def test_what_is_joined_by_and_is_asked_about_where_several_of_it_were_shown(searcher: Searcher) -> None:
    state = replace(SHOWN, earlier=(Need(Constraints(product="leather bag"), found=("tote", "satchel")),))
    parse = replace(said("cart_add", ref=(2,)), message="add the bag and that lamp")
    outcome = cart_add(parse, state, parts_with(searcher))
    assert _lines(outcome) == {"clamp": 1}
    assert _text(outcome).endswith("Which of these did you mean by “bag”: 1. Market Tote Bag or 2. Brown Satchel Bag?")
    assert outcome.listed == ("tote", "satchel")


def test_what_the_thing_added_only_stands_beside_is_not_added_with_it(searcher: Searcher) -> None:
    state = replace(SHOWN, earlier=(Need(Constraints(product="headphones"), found=("quiet",)),))
    parse = replace(said("cart_add", ref=(2,)), message="add the second, it looks good next to the headphones")
    assert _lines(cart_add(parse, state, parts_with(searcher))) == {"clamp": 1}


@pytest.mark.parametrize(("found", "cart"), [(("tote",), {"tote": 2}), (("tote", "satchel"), {})])
def test_what_is_called_by_another_name_than_the_product_read_is_not_that_product(
    searcher: Searcher, found: tuple[str, ...], cart: dict[str, int]
) -> None:
    state = replace(SHOWN, earlier=(Need(Constraints(product="bags"), found=found),))
    outcome = cart_add(
        replace(said("cart_add", ref=(1,), quantity=2), message="add two bags"), state, parts_with(searcher)
    )
    assert _lines(outcome) == cart
    assert (
        cart or _text(outcome) == "Which of these did you mean by “bags”: 1. Market Tote Bag or 2. Brown Satchel Bag?"
    )


def test_what_the_shop_has_nothing_of_is_not_put_in_as_something_else(searcher: Searcher) -> None:
    outcome = cart_add(replace(said("cart_add", ref=("last",)), message="add a wallet"), SHOWN, parts_with(searcher))
    assert (_lines(outcome), outcome.kind_found) == ({}, False)


@pytest.mark.parametrize(
    "message",
    ["two lamps in my bag please", "add this, it goes with my bag", "2 for my headphones", "add a floor lamp"],
)
def test_what_the_thing_added_goes_into_or_with_is_not_what_is_added(searcher: Searcher, message: str) -> None:
    assert _lines(cart_add(replace(said("cart_add", ref=(1,)), message=message), SHOWN, parts_with(searcher))) == {
        "tower": 1
    }


def test_of_what_is_joined_by_and_and_was_never_shown_it_is_told_that_none_was_added(searcher: Searcher) -> None:
    outcome = cart_add(
        replace(said("cart_add", ref=(2,)), message="add it and the wallet"), SHOWN, parts_with(searcher)
    )
    assert _lines(outcome) == {"clamp": 1}
    assert _text(outcome).endswith("I have not shown “wallet” yet, so I added none.")


def test_what_is_called_otherwise_than_the_thing_last_spoken_of_is_looked_for(searcher: Searcher) -> None:
    read = replace(said("cart_add", product="kettle", ref=("last",)), message="add a kettle")
    outcome = cart_add(read, SHOWN, parts_with(searcher))
    assert outcome.cart == SHOWN.cart
    assert [hit.product.id for hit in outcome.hits if hit.fits] == ["kettle"]


def test_one_number_is_a_place_in_the_list_just_shown_and_a_count_of_what_was_spoken_of(
    assistant_with: AssistantWith,
) -> None:
    lamps, read = said("search", product="lamp"), said("cart_add", ref=(2,), quantity=2)
    shop = assistant_with([lamps, read])
    shown = [card.product.id for card in shop.reply("lamps", "s_1").cards]
    assert [(one.id, many) for one, many in shop.reply("add 2", "s_1").cart.lines] == [(shown[1], 1)]
    shop = assistant_with([lamps, said("ask_product", ref=(3,), ask="price"), read])
    shop.reply("lamps", "s_2"), shop.reply("how much is number 3", "s_2")
    assert [(one.id, many) for one, many in shop.reply("add 2", "s_2").cart.lines] == [(shown[2], 2)]


def test_a_list_that_is_gone_back_to_is_nothing_to_add(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="bag"), said("cart_add", ref=(1,))])
    bags = shop.reply("bags", "s_1").cards
    reply = shop.reply("go back to the first list", "s_1")
    assert reply.cart.lines == ()
    assert reply.cards == bags


def test_two_of_the_second_are_two_of_it_and_none_of_what_was_spoken_of(assistant_with: AssistantWith) -> None:
    asked, twice = said("ask_product", ask="strap", ref=(1,)), said("cart_add", quantity=2, ref=(2,))
    shop = assistant_with([said("search", product="bag"), asked, twice])
    second = shop.reply("bags", "s_1").cards[1].product.id
    shop.reply("has the first a strap?", "s_1")
    lines = shop.reply("i'd like two of the second", "s_1").cart.lines
    assert [(one.id, many) for one, many in lines] == [(second, 2)]


def test_what_was_asked_how_many_of_is_told_at_the_cart_where_nobody_said(assistant_with: AssistantWith) -> None:
    read = said("cart_add", ref=(1, 2), quantity=3)
    shop = assistant_with([said("search", product="bag"), read, said("cart_view")])
    names = [card.product.title for card in shop.reply("bags", "s_1").cards]
    assert shop.reply("both of them, 3 of the canvas", "s_1").reply.startswith("How many of which?")
    assert shop.reply("my total", "s_1").reply == (
        f"You did not say whether to put the {names[0]}, the {names[1]} in your cart, so I did not. Your cart is empty."
    )


def test_so_many_of_what_was_spoken_of_are_offered_where_the_cart_is_empty(assistant_with: AssistantWith) -> None:
    read = said("cart_remove", quantity=3, ref=("last",))
    shop = assistant_with([said("search", product="tote bag"), read, said("other")])
    shop.reply("a tote bag", "s_1")
    assert shop.reply("make it three", "s_1").reply == "Your cart is empty. Shall I put 3 × Market Tote Bag in it?"
    assert [many for _, many in shop.reply("yes", "s_1").cart.lines] == [3]


def test_another_kind_than_those_shown_is_looked_for_before_the_checkout_too(assistant_with: AssistantWith) -> None:
    acts: tuple[Intent, ...] = ("cart_add", "checkout")
    read = replace(said("cart_add", ref=(2,)), acts=acts, then=replace(said("checkout"), acts=acts))
    shop = assistant_with([said("search", product="bag"), read])
    shop.reply("bags", "s_1")
    reply = shop.reply("add the second kettle and check out", "s_1")
    assert reply.cart.lines == ()
    assert [card.product.id for card in reply.cards] == ["kettle"]


def test_a_number_alone_is_the_place_of_one_of_those_compared(assistant_with: AssistantWith) -> None:
    turns = [said("search", product="lamp"), said("compare", ref=(1, 3)), said("cart_add", ref=("last",), quantity=3)]
    shop = assistant_with(turns)
    third = shop.reply("lamps", "s_1").cards[2].product.id
    shop.reply("what is the difference between 1 and 3", "s_1")
    assert [(one.id, many) for one, many in shop.reply("3 please", "s_1").cart.lines] == [(third, 1)]


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("add that and earrings to match", "earrings"),
        ("i'll take the second, and a case", "case"),  # of which there are many kinds
        ("add the second and i pay by card", ""),
    ],
)
def test_what_is_joined_by_a_bare_and_and_was_never_shown_is_told_too(
    searcher: Searcher, message: str, left: str
) -> None:
    told = _text(cart_add(replace(said("cart_add", ref=(2,)), message=message), SHOWN, parts_with(searcher)))
    assert told.endswith(f"I have not shown “{left}” yet, so I added none.") if left else "not shown" not in told


def test_a_question_how_many_go_that_was_passed_over_is_told_at_the_cart(searcher: Searcher) -> None:
    asked = said("cart_remove", quantity=1)
    state = DialogueState(cart=(CartLine("tote", 3),), asked=replace(asked, products=("tote",)))
    told = act(said("cart_view"), state, parts_with(searcher)).answer
    assert told is not None
    assert told.text.startswith("You did not say what to take out, so your cart is as it was. In your cart: ")


@pytest.mark.parametrize("slots", [{"quantity": 2}, {"ref": ("last",)}, {}])
def test_which_of_those_told_together_goes_in_is_asked(assistant_with: AssistantWith, slots: dict[str, object]) -> None:
    prices = said("ask_product", ask="price", ref=(1, 3))
    shop = assistant_with([said("search", product="lamp"), prices, said("cart_add", **slots)])
    shown = shop.reply("lamps", "s_1").cards
    shop.reply("what do the first and the third cost?", "s_1")
    reply = shop.reply("i'd like that", "s_1")
    assert shop.session("s_1").state.cart == ()
    assert all(shown[place].product.title.split(",")[0] in reply.reply for place in (0, 2))


def test_what_was_asked_about_is_taken_though_the_same_list_was_shown_again(assistant_with: AssistantWith) -> None:
    lamps = said("search", product="lamp")
    again = said("refine", price_max=Decimal(1000))
    shop = assistant_with([lamps, said("ask_product", ask="height", ref=(2,)), again, said("cart_add", ref=("last",))])
    second = shop.reply("lamps", "s_1").cards[1].product.id
    for message in ("how tall is the second?", "under 1000", "i'll take it"):
        shop.reply(message, "s_1")
    assert [line.product_id for line in shop.session("s_1").state.cart] == [second]


@pytest.mark.parametrize(
    ("message", "ref", "sort"),
    [
        ("cheapest please", "cheapest", "price_asc"),
        ("the most expensive one", "most_expensive", "price_desc"),
        ("i'll take the cheapest", "cheapest", None),
    ],
)
def test_the_cheapest_alone_right_after_a_list_is_an_order_of_it(
    assistant_with: AssistantWith, message: str, ref: str, sort: str | None
) -> None:
    """A word more, as "take", is needed to put it in."""
    shop = assistant_with([said("search", product="lamp"), said("cart_add", ref=(ref,))])
    shop.reply("lamps", "s_1")
    shop.reply(message, "s_1")
    state = shop.session("s_1").state
    assert (state.sort, bool(state.cart)) == (sort, sort is None)


@pytest.mark.parametrize(("word", "told"), [("warmer", "warm"), ("foldable", ""), ("cheaper", "")])
def test_the_one_that_has_more_of_something_is_asked_about_with_what_the_listings_say(
    searcher: Searcher, word: str, told: str
) -> None:
    """Whichever lamp is the warmer, the place that was read in it is a guess; of prices code knows the lowest."""
    ref: tuple[int | str, ...] = ("cheapest",) if word == "cheaper" else (1,)
    read = replace(said("cart_add", ref=ref), message=f"i'll take the {word} one")
    outcome = cart_add(read, SHOWN, parts_with(searcher))
    assert ("Which of them shall I add" in _text(outcome)) is bool(told)
    assert told in _text(outcome)


def test_how_many_are_looked_for_is_of_the_need_that_they_are_looked_for_in(searcher: Searcher) -> None:
    """Four jackets are wanted, and one bag was shown before."""
    bags = Need(Constraints(product="bag"), found=("tote",))
    state = DialogueState(Constraints(product="jacket", quantity=4), shown=("tote",), focus="tote", earlier=(bags,))
    assert "looking for 4" not in _text(_do(searcher, state, "cart_add", ref=(1,)))
    assert "looking for 4" in _text(_do(searcher, replace(state, found=("tote",)), "cart_add", ref=(1,)))


@pytest.mark.parametrize(
    ("message", "ref", "color", "added"),
    [
        ("and 2 of the same in violet", "last", "violet", False),
        ("add the first in violet", 1, "violet", False),
        ("add the first, it shall be violet", 1, "violet", True),
    ],
)
def test_what_no_listing_says_to_come_in_a_colour_is_not_added_in_it(
    searcher: Searcher, message: str, ref: int | str, color: str, added: bool
) -> None:
    """No colour is said of the rucksack; its pulls are leather."""
    state = DialogueState(Constraints(product="rucksack"), shown=("rucksack",), focus="rucksack")
    parse = replace(said("cart_add", color=(color,), ref=(ref,)), message=message)
    outcome = cart_add(parse, state, parts_with(searcher))
    assert outcome.answer is not None
    assert _lines(outcome) == ({"rucksack": 1} if added else {})
    assert ("doesn't say that it comes in violet" in outcome.answer.text) == (not added)
