"""Recommending: a choice with its argument from the record, and only choices that really differ."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.actions.recommend import choices
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.query import Constraints, Hit
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import AssistantWith, parts_with
from tests.fakes import WordEmbedder, said


def mug(name: str, price: int, rating: float | None, **attributes: tuple[str, ...]) -> Product:
    return Product(name, f"Mug {name}", price=Decimal(price), rating=rating, review_count=50, attributes=attributes)


def chosen(*products: Product, constraints: Constraints | None = None) -> list[tuple[str, str]]:
    """(role, id) of each choice among equally relevant products."""
    hits = [Hit(product, 0.8, rank) for rank, product in enumerate(products, start=1)]
    return [(choice.role, choice.hit.product.id) for choice in choices(hits, constraints or Constraints())]


def test_the_three_choices_are_three_products_that_differ() -> None:
    cheap, fine, dear = mug("cheap", 10, 4.3), mug("fine", 20, 4.5), mug("dear", 40, 4.9)
    found = chosen(fine, cheap, dear)
    assert found[0] == ("My choice", "dear")  # the best rated of the equally relevant
    assert len({name for _, name in found}) == len(found)


def test_a_cheaper_product_that_is_rated_much_lower_is_no_good_value() -> None:
    assert chosen(mug("best", 40, 4.8), mug("poor", 10, 3.0)) == [("My choice", "best")]


def test_a_price_that_is_nearly_the_same_is_not_worth_naming() -> None:
    assert chosen(mug("best", 40, 4.8), mug("near", 38, 4.8)) == [("My choice", "best")]


def test_a_dearer_product_that_is_no_better_is_no_upgrade() -> None:
    assert chosen(mug("best", 20, 4.8), mug("dear", 60, 4.8)) == [("My choice", "best")]


def test_the_wish_weighs_more_than_the_rating() -> None:
    red, blue = mug("red", 20, 4.0, color=("red",)), mug("blue", 20, 4.9, color=("blue",))
    assert chosen(blue, red, constraints=Constraints(color=("red",)))[0] == ("My choice", "red")


def arguments(*products: Product, constraints: Constraints | None = None) -> dict[str, str]:
    hits = [Hit(product, 0.8, rank) for rank, product in enumerate(products, start=1)]
    return {choice.role: choice.argument for choice in choices(hits, constraints or Constraints())}


def test_without_ratings_the_price_and_what_is_stated_are_argued_with() -> None:
    plain = mug("plain", 20, None, material=("clay",))
    cheap, dear = mug("cheap", 10, None, color=("blue",)), mug("dear", 40, None, material=("oak",), lid=("yes",))
    assert arguments(plain, cheap, dear) == {
        "My choice": "its record states material clay",  # at the middle price
        "Best value": "$10 less, its record states color blue",
        "The upgrade": "$20 more, its record also states lid",
    }


def test_without_ratings_the_wishes_met_come_first() -> None:
    red, also = mug("red", 20, None, color=("red",)), mug("also", 12, None, color=("red",))
    blue = mug("blue", 30, None, color=("blue",))
    assert arguments(red, also, blue, constraints=Constraints(color=("red",))) == {
        "My choice": "its listing says “red”",
        "Best value": "$8 less, its listing says “red” too",
    }


def test_a_wish_that_the_category_meets_is_told_as_where_it_is_listed() -> None:
    listed = replace(mug("listed", 20, None), category=("housewares", "kitchen"))
    wanted = Constraints(features=("for the kitchen",))
    assert arguments(listed, mug("other", 30, None), constraints=wanted)["My choice"] == "it is listed under kitchen"


def test_another_kind_is_not_chosen_for_the_wish_that_it_meets() -> None:
    ring, earring = mug("ring", 20, None), mug("earring", 20, None, material=("silver",))
    hits = [Hit(ring, 0.8, 1), Hit(earring, 0.8, 2, of_kind=False)]
    assert choices(hits, Constraints(material=("silver",)))[0].hit.product.id == "ring"


def test_the_cheapest_of_unrated_ones_is_called_so() -> None:
    found = arguments(mug("one", 10, None), mug("two", 20, None), mug("three", 30, None))
    assert found["My choice"] == "the cheapest of the 3 that come close"


def test_a_dearer_one_that_states_less_is_no_upgrade() -> None:
    assert "The upgrade" not in arguments(mug("full", 20, None, lid=("yes",)), mug("dear", 60, None))


def test_the_argument_is_from_the_record(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("recommend", product="bag", price_max=Decimal(100))])
    reply = shop.reply("which bag would you take, under 100?")
    assert reply.reply == (
        "My choice is Market Tote Bag at $29: rated 4.6 of 5 from 95 reviews. "
        "The upgrade is Brown Satchel Bag at $89.90: $60.90 more, rated 4.7 against 4.6."
    )
    assert [card.product.id for card in reply.cards] == ["tote", "satchel"]
    assert [card.reasons[0].kind for card in reply.cards] == ["choice", "choice"]


def test_after_a_comparison_the_choice_is_among_those_compared(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="bag"), said("compare", ref=(2, 3)), said("recommend")])
    shown = [card.product.id for card in shop.reply("a bag", "s_1").cards]
    shop.reply("compare the second and the third", "s_1")
    chosen = [card.product.id for card in shop.reply("which one would you take?", "s_1").cards]
    assert len(shown) > 2
    assert chosen
    assert set(chosen) <= set(shown[1:3])


def test_after_a_comparison_what_it_is_for_may_be_said_of_the_choice(assistant_with: AssistantWith) -> None:
    """The first lamp shown is the best for the need, and was not compared."""
    turns = [
        said("search", product="lamp", features=("steel",)),
        said("compare", ref=(2, 3)),
        said("recommend", features=("for a beginner",)),
    ]
    shop = assistant_with(turns)
    cards = shop.reply("a steel lamp", "s_1").cards
    shop.reply("compare the second and third", "s_1")
    (choice, *_) = shop.reply("which would you buy for a beginner?", "s_1").cards
    assert choice.product.id in {card.product.id for card in cards[1:3]}


def test_the_choice_is_among_those_pointed_at(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="bag"), said("recommend", ref=(2, 3))])
    shop.reply("bags", "s_1")
    reply = shop.reply("the second or the third?", "s_1")
    assert {card.product.id for card in reply.cards} <= {"satchel", "rucksack"}
    assert reply.cards


@pytest.mark.parametrize("message", ["surprise me", "what do you recommend?"])
def test_without_a_need_the_best_rated_are_named_and_one_question_is_asked(
    assistant_with: AssistantWith, message: str
) -> None:
    reply = assistant_with([said("recommend")]).reply(message)
    shown = [card.product.id for card in reply.cards]
    assert shown[:2] == ["tower", "satchel"]
    assert "kettle" not in shown  # its 4.9 is sold out
    assert reply.reply.startswith("To begin with: 1. Tower Floor Lamp, 2. Brown Satchel Bag,")
    assert "Why the first: well rated: 4.8 of 5 from 210 ratings." in reply.reply
    assert reply.question is not None
    assert reply.question.options == ("lighting", "clothing", "bags", "kitchen")


def test_without_a_need_and_without_ratings_what_is_needed_is_asked_in_so_many_words(new_store: Store) -> None:
    build_index([mug("plain", 10, None)], new_store, WordEmbedder())
    lexical, dense = Lexical(new_store.catalog), Dense(new_store.chroma(), WordEmbedder())
    searcher = Searcher(new_store.catalog, lexical, dense, LinearMix(dense, lexical))
    reply = Assistant(parts_with(searcher, [said("recommend")])).reply("could you suggest something")
    assert (
        reply.reply == "Tell me what you need and what it may cost, and I will choose for you."
    )  # not stopped by the check


def test_beyond_the_budget_only_the_nearest_is_chosen_and_it_is_said(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("recommend", product="jacket", price_max=Decimal(10))])
    reply = shop.reply("a jacket under 10?")
    assert reply.reply == (
        "Nothing under $10 for jacket; the closest is $35. "
        "My choice is Puddle Rain Jacket at $35: its record states waterproof, color yellow."
    )
    assert [card.product.id for card in reply.cards] == ["puddle"]


def test_who_asks_for_value_hears_of_a_cheaper_one_and_what_it_gives_up(assistant_with: AssistantWith) -> None:
    """Of the jackets only that for men at $79 and the children's at $35 are waterproof; the cheapest on the table says nothing of it."""
    waterproof = said("search", product="jacket", features=("waterproof",), gender="men")
    shop = assistant_with([waterproof, said("refine", sort="rating")])
    shop.reply("waterproof jacket for men", "s_1")
    reply = shop.reply("best value for money", "s_1")
    assert "My choice is Storm Rain Jacket at $79" in reply.reply
    assert "Cheaper is Breeze Wind Jacket at $59: $20 less, but its listing doesn't say “waterproof”." in reply.reply


def test_a_choice_after_an_order_is_among_what_that_order_showed(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp"), said("refine", sort="price_asc"), said("recommend")])
    shop.reply("a lamp", "s_1")
    shown = shop.reply("the cheapest ones", "s_1")
    reply = shop.reply("which would you take?", "s_1")
    assert reply.cards
    assert {card.product.id for card in reply.cards} <= {card.product.id for card in shown.cards}


def test_nothing_is_chosen_for_a_need_that_nothing_found_is_stated_to_meet(assistant_with: AssistantWith) -> None:
    reply = assistant_with([said("recommend", features=("for a five year old",))]).reply("what for a five year old?")
    assert "My choice" not in reply.reply
    assert reply.reply.startswith("No listing I found says “for a five year old”.")


def test_of_what_nothing_is_stated_to_meet_one_is_chosen_once_it_is_on_the_table(assistant_with: AssistantWith) -> None:
    gift = said("search", product="something", features=("for a five year old",))
    shop = assistant_with([gift, said("recommend")])
    shown = [card.product.id for card in shop.reply("something for a five year old", "s_1").cards]
    reply = shop.reply("which would you pick?", "s_1")
    assert reply.reply.startswith("My choice is ")
    assert "“for a five year old”, so I can't go by that." in reply.reply
    assert {card.product.id for card in reply.cards} <= set(shown)


def test_of_two_colours_one_is_enough_to_go_by(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="desk lamp", color=("black", "tan")), said("recommend")])
    shop.reply("a desk lamp, black or tan", "s_1")
    reply = shop.reply("which would you pick?", "s_1")
    assert reply.reply.startswith("My choice is Aster Desk Lamp at $34.99")
    assert "I can't go by that" not in reply.reply


def test_the_second_is_still_the_list_s_after_its_first_was_chosen(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="jacket"), said("recommend"), said("cart_add", ref=(2,))])
    shown = [card.product.id for card in shop.reply("jackets", "s_1").cards]
    chosen = [card.product.id for card in shop.reply("which would you pick?", "s_1").cards]
    added = [product.id for product, _ in shop.reply("no, the second one", "s_1").cart.lines]
    assert added == ([shown[1]] if chosen == shown[:1] else [chosen[1]])


def test_what_was_taken_out_of_the_cart_is_not_recommended_instead(assistant_with: AssistantWith) -> None:
    first, out = said("cart_add", ref=(1,)), said("cart_remove", ref=("last",))
    shop = assistant_with([said("search", product="lamp"), first, out, said("recommend")])
    lamps = shop.reply("lamps", "s_1").cards
    shop.reply("add the first", "s_1")
    shop.reply("take it out again", "s_1")
    chosen = shop.reply("recommend something instead", "s_1").cards
    assert chosen
    assert lamps[0].product.id not in {card.product.id for card in chosen}
