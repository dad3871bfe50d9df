"""What is pointed at by what it is like: the one that is stated to be so, whatever place was read; a question where none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.actions.ask import ask_product
from assistant.actions.cart import cart_add
from assistant.actions.looks import looks_in, none_so, ranked_so, so_looking
from assistant.actions.taking_out import cart_remove
from assistant.model import CartLine, DialogueState, Intent, Need
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said
from tests.small_shop import BY_ID

LAMPS = [
    Product("oak", "Nordic Table Lamp", description="A shade of linen on a round oak foot."),
    Product("brass", "Adjustable Desk Lamp", description="A slender arm on a heavy brass base."),
    Product("green", "Banker Lamp", description="A green glass shade, brass pull chain."),
]


@pytest.mark.parametrize(
    ("message", "looks"),
    [
        ("add the grey one", [("grey",)]),
        ("i'll take the green glass one please", [("green", "glass")]),
        ("the one with the brass base", [("brass", "base")]),
        ("compare the black one and the brown one", [("black",), ("brown",)]),
        ("what is the price of the grey one", [("grey",)]),
        ("add the first one", []),
        ("that one", []),
        ("a grey one would be nice", []),
    ],
)
def test_a_thing_called_one_is_described_by_the_words_before_or_after(message: str, looks: Sequence[object]) -> None:
    assert looks_in(message) == looks


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("add the one with the brass base", ["brass"]),  # two listings say brass, one of these a base too
        ("the oak one", ["oak"]),
        ("the green one and the oak one", ["green", "oak"]),
        ("the purple one", []),
    ],
)
def test_what_is_described_is_what_its_listing_says_so_of(message: str, meant: list[str]) -> None:
    guessed = replace(said("cart_add", ref=(2,)), message=message)
    assert [one.id for one in so_looking(guessed, LAMPS)] == meant


def test_a_title_that_says_it_goes_before_a_listing_that_does() -> None:
    titled = Product("titled", "Brass Lamp")
    read = replace(said("ask_product", ref=(1,)), message="tell me about the brass one")
    assert [one.id for one in so_looking(read, [*LAMPS, titled])] == ["titled"]


def test_a_superlative_is_left_to_what_orders_the_list() -> None:
    read = replace(said("cart_add", ref=("cheapest",)), message="the cheapest brass one")
    assert so_looking(read, LAMPS) == []


def test_what_is_described_beside_its_rank_is_the_first_of_those_that_are_so() -> None:
    dear, cheap = (Product(price, "Brass Lamp", price=Decimal(price)) for price in ("90", "20"))
    plain = Product("5", "Lamp", price=Decimal(5))
    read = replace(said("cart_add", ref=("cheapest",)), message="the cheapest brass one")
    assert ranked_so(read, [dear, plain, cheap]) == [cheap]
    assert ranked_so(replace(read, message="the cheapest one"), [dear, plain, cheap]) == []


def test_none_is_taken_by_its_rank_where_no_listing_says_what_it_is_described_by(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp"), said("cart_add", ref=("cheapest",))])
    shop.reply("lamps", "s_1")
    reply = shop.reply("the cheapest scary one", "s_1")
    assert reply.reply == "None of these is called “scary”. Which of them do you mean?"
    assert reply.cart.lines == ()


@pytest.mark.parametrize("look", ["purple", "wooden"])
@pytest.mark.parametrize("intent", ["feedback", "ask_product", "cart_add"])
def test_a_colour_or_material_that_nothing_shown_has_is_asked_about_and_no_other_is_taken_for_it(
    assistant_with: AssistantWith, intent: str, look: str
) -> None:
    read = said(intent, ref=(1,))  # type: ignore[arg-type]
    shop = assistant_with([said("search", product="lamp"), read])
    shop.reply("lamps", "s_1")
    reply = shop.reply(f"the {look} one is nice", "s_1")
    assert reply.reply == f"None of these is stated to be {look}. Which of them do you mean?"
    assert reply.cart.lines == ()
    assert shop.session("s_1").state.taste.liked == ()


@pytest.mark.parametrize(("look", "asks"), [("mug", True), ("clamp", False), ("other", False)])
def test_a_name_that_only_another_thing_here_has_is_asked_about_and_no_other_is_taken_for_it(
    assistant_with: AssistantWith, look: str, asks: bool
) -> None:
    """The shop has mugs, and a lamp that clamps; no title says "other", by which no thing is named."""
    shop = assistant_with([said("search", product="lamp"), said("ask_product", ref=(1,), ask="dimmable")])
    shop.reply("lamps", "s_1")
    reply = shop.reply(f"is the {look} one dimmable?", "s_1")
    assert (reply.reply == f"None of these is called “{look}”. Which of them do you mean?") is asks


def test_one_shown_before_a_narrowing_is_meant_by_its_word(assistant_with: AssistantWith) -> None:
    """The clamp lamp, at $19.50, is no longer shown among those from $30."""
    read = [
        said("search", product="lamp"),
        said("refine", price_min=Decimal(30)),
        said("ask_product", ref=(1,), ask="price"),
    ]
    shop = assistant_with(read)
    shop.reply("lamps", "s_1")
    assert "clamp" not in [card.product.id for card in shop.reply("from 30 on", "s_1").cards]
    assert shop.reply("how much is the clamp one?", "s_1").reply == "Bolt Clamp Lamp costs $19.50."


@pytest.mark.parametrize(("color", "inside"), [("red", ["clamp"]), ("purple", [])])
def test_what_is_taken_by_its_colour_alone_is_what_is_so(
    assistant_with: AssistantWith, color: str, inside: list[str]
) -> None:
    """The clamp lamp is red; what was spoken of last is the first lamp."""
    shop = assistant_with([said("search", product="lamp"), said("cart_add", ref=("last",), color=(color,))])
    shop.reply("lamps", "s_1")
    reply = shop.reply(f"ok i'll go for the {color}, please", "s_1")
    assert [product.id for product, _ in reply.cart.lines] == inside
    assert inside or reply.reply == "None of these is stated to be purple. Which of them do you mean?"


def test_a_variant_in_that_colour_is_enough(searcher: Searcher) -> None:
    """The Aster Desk Lamp shown is black, and it comes in white too."""
    state = DialogueState(Constraints(product="lamp"), shown=("aster-black", "tower"))
    white = replace(said("cart_add", ref=(1,)), message="the white one")
    assert "white" in {value.lower() for one in BY_ID.values() for value in one.options.values()}
    assert none_so(white, state, parts_with(searcher)) is None


def test_the_one_taken_out_is_the_one_in_the_cart_that_is_so(searcher: Searcher) -> None:
    """The clamp lamp is red; the place that was read is another's."""
    state = DialogueState(shown=("tower", "clamp"), focus="tower", cart=(CartLine("tower", 1), CartLine("clamp", 1)))
    read = replace(said("cart_remove", ref=(1,)), message="take the red one out")
    assert cart_remove(read, state, parts_with(searcher)).cart == (CartLine("tower", 1),)


def test_a_usual_question_is_answered_of_the_one_described(searcher: Searcher) -> None:
    """The colour says which is meant, and is not what is asked about."""
    state = DialogueState(Constraints(product="lamp"), shown=("tower", "clamp"), focus="tower")
    read = replace(said("ask_product", ref=(1,), color=("red",)), message="how much is the red one?")
    outcome = ask_product(read, state, parts_with(searcher))
    assert outcome.answer is not None
    assert (outcome.focus, outcome.answer.text) == ("clamp", "Bolt Clamp Lamp costs $19.50.")


def test_of_several_shown_before_that_are_so_the_shop_asks_which(searcher: Searcher) -> None:
    """Both Aster lamps were shown for the need, and neither is on the list now."""
    state = DialogueState(
        Constraints(product="lamp"), shown=("tower",), seen=frozenset({"tower", "aster-black", "aster-white"})
    )
    read = replace(said("cart_add", ref=(1,)), message="add the aster one")
    outcome = cart_add(read, state, parts_with(searcher))
    assert not outcome.cart
    assert outcome.answer is not None
    assert outcome.answer.text.startswith("Which of them shall I add: ")


def test_of_those_compared_the_one_that_is_so_is_meant_and_none_beside_them(searcher: Searcher) -> None:
    """The tote is black as well, and was not compared."""
    shown = ("tote", "aster-black", "tower")
    state = DialogueState(Constraints(product="lamp"), shown=shown, compared=("aster-black", "tower"))
    act = replace(said("cart_add", ref=(1,)), message="the black one")
    outcome = cart_add(act, state, parts_with(searcher, []))
    assert [line.product_id for line in outcome.cart or ()] == ["aster-black"]


def test_what_is_asked_after_a_question_is_asked_of_the_same_product(searcher: Searcher) -> None:
    """Both rain jackets have the word; the last question was on the second of them."""
    state = DialogueState(
        Constraints(product="jacket"), shown=("storm", "puddle"), focus="puddle", acts=("ask_product", "ask_product")
    )
    asks = replace(said("ask_product", ref=("last",), ask="for rain"), message="are the jackets good for rain")
    assert ask_product(asks, state, parts_with(searcher, [])).focus == "puddle"


def test_what_is_called_by_two_words_of_its_title_is_meant_though_it_was_not_shown(
    assistant_with: AssistantWith,
) -> None:
    jackets = said("search", product="jacket", price_max=Decimal(60))  # shows breeze $59 and puddle $35
    shop = assistant_with([jackets, said("cart_add", ref=(2,))])
    shown = shop.reply("a jacket under 60", "s_1")
    reply = shop.reply("i'd rather have the storm rain one", "s_1")
    assert "storm" not in {card.product.id for card in shown.cards}
    assert [product.id for product, _ in reply.cart.lines] == ["storm"]


def test_nothing_of_another_need_is_the_one_pointed_at_by_its_colour(searcher: Searcher) -> None:
    """Of the headphones none is red, and the red lamp that was looked for before is no headphones."""
    lamps = Need(Constraints(product="lamp"), found=("clamp",))
    state = DialogueState(
        Constraints(product="headphones"), shown=("quiet",), seen=frozenset({"clamp", "quiet"}), earlier=(lamps,)
    )
    parse = replace(said("cart_add", ref=("last",)), message="add the red one")
    outcome = cart_add(parse, state, parts_with(searcher))
    assert outcome.answer is not None
    assert outcome.answer.text == "None of these is stated to be red. Which of them do you mean?"


@pytest.mark.parametrize(
    ("message", "added"), [("i'd like to buy the red lamp", {"clamp": 1}), ("i'd like to buy the purple lamp", {})]
)
def test_a_thing_called_by_its_colour_is_one_that_is_so_though_the_colour_was_read_as_a_wish(
    searcher: Searcher, message: str, added: dict[str, int]
) -> None:
    state = DialogueState(Constraints(product="lamp"), shown=("tower", "clamp"), focus="tower")
    color = "red" if added else "purple"
    outcome = cart_add(
        replace(said("cart_add", ref=(1,), color=(color,)), message=message), state, parts_with(searcher)
    )
    assert {line.product_id: line.quantity for line in outcome.cart or ()} == added


def test_what_was_shown_for_a_need_without_a_kind_is_no_one_of_the_kind_looked_for_now(searcher: Searcher) -> None:
    state = DialogueState(Constraints(product="headphones"), shown=("quiet",), seen=frozenset({"clamp", "quiet"}))
    outcome = cart_add(replace(said("cart_add", ref=("last",)), message="add the red one"), state, parts_with(searcher))
    assert outcome.answer is not None
    assert outcome.answer.text == "None of these is stated to be red. Which of them do you mean?"


def test_a_colour_of_what_else_the_message_asks_for_points_at_nothing_shown(assistant_with: AssistantWith) -> None:
    """The clamp lamp is red; what goes into the cart is the first lamp."""
    acts: tuple[Intent, ...] = ("cart_add", "search")
    more = replace(said("search", product="bag", color=("red",)), acts=acts)
    read = replace(said("cart_add", ref=("last",)), acts=acts, then=more)
    shop = assistant_with([said("search", product="lamp"), read])
    first = shop.reply("lamps", "s_1").cards[0].product.id
    assert first != "clamp"
    reply = shop.reply("ok into the basket, and red bags", "s_1")
    assert [product.id for product, _ in reply.cart.lines] == [first]
