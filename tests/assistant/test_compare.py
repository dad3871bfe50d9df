"""Comparing: the fields that differ, a verdict from the records alone, and what is not stated said so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.actions.compare import _of_a_part, compare
from assistant.actions.differences import fields_named, measures
from assistant.actions.verdict import verdict
from assistant.contract import Reply
from assistant.model import DialogueState, Parse
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said
from tests.small_shop import BY_ID, PRODUCTS

BLACK_LAMP = said("search", product="lamp", price_max=Decimal(40), color=("black",))  # shows aster-black, then clamp
BAGS = said("search", product="bag")  # shows tote, satchel, rucksack


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


def test_the_verdict_is_in_view_of_what_was_asked_for(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("a black lamp", BLACK_LAMP), ("compare them", said("compare", ref=("all",))))
    assert reply.reply == (
        "Bolt Clamp Lamp is $15.49 cheaper. Aster Desk Lamp is rated 4.4 against 4.1. "
        "Aster Desk Lamp is black as you asked; Bolt Clamp Lamp says “red”. For what you asked, I would take Aster Desk Lamp."
    )


def _knives(wish: str) -> str:
    """The verdict on two kitchen knives, of which one listing speaks of cooking and of a thin blade, in view of this wish."""
    knives = [
        Product(
            "chef", "Chef Kitchen Knife", description="For cooking at home, with a thin blade.", category=("kitchen",)
        ),
        Product("cook", "Steel Kitchen Knife", description="Holds its edge.", category=("kitchen",)),
    ]
    state = DialogueState(constraints=Constraints(product="knife", features=(wish,)))
    return " ".join(one.text for one in verdict(knives, {"chef": "Chef", "cook": "Steel"}, state))


def test_of_fields_that_a_word_names_the_one_called_so_alone_is_told() -> None:
    printers = [
        Product(name, title=name.title(), attributes={"total input capacity": (sheets,), "height": (tall,)})
        for name, sheets, tall in (("a", "150", "30 cm"), ("b", "50", "40 cm"))
    ]
    assert fields_named("size capacity volume height", printers) == ["height", "total input capacity"]


def test_the_biggest_of_a_part_is_told_by_the_field_of_the_part() -> None:
    laptops = [
        Product(name, f"Laptop {name}", attributes={"height": ("2 cm",), "total disk capacity": (size,)})
        for name, size in (("a", "256 GB"), ("b", "512 GB"))
    ]
    fields = _of_a_part("biggest disk", (("size", "capacity", "height"), True), laptops)
    assert fields == ["total disk capacity"]
    assert _of_a_part("biggest", (("size", "capacity", "height"), True), laptops) == []


def test_what_all_are_for_by_their_kind_is_no_merit_of_the_one_that_says_so() -> None:
    assert _knives("cooking") == "No price is stated for Chef and Steel."


def test_a_feature_is_told_in_the_listings_words() -> None:
    assert _knives("thin blade") == (
        "No price is stated for Chef and Steel. "
        "You asked for “thin blade”; Chef says “home, with a thin blade”; for Steel it is not stated. "
        "For what you asked, I would take Chef."
    )


def test_of_what_several_say_by_name_or_do_not_state_they_are_told_together() -> None:
    titles = {"a": "Cordless Drill", "b": "Cordless Drill Set", "c": "Bench Drill", "d": "Hand Drill"}
    state = DialogueState(constraints=Constraints(product="drill", features=("cordless",)))
    told = [one.text for one in verdict([Product(*one) for one in titles.items()], titles, state)]
    assert told[1] == (
        "You asked for “cordless”; Cordless Drill and Cordless Drill Set say so by name; for Bench Drill and Hand Drill it is not stated."
    )


def test_them_after_questions_on_two_of_a_list_are_these_two(assistant_with: AssistantWith) -> None:
    asked = [
        (f"is the {name} one waterproof?", said("ask_product", ref=(place,)))
        for name, place in (("first", 1), ("third", 3))
    ]
    them = ("compare them", said("compare", ref=("all",)))
    for before, compared in ((asked, ["tote", "rucksack"]), (asked[:1], ["tote", "satchel", "rucksack"])):
        comparison = talk(assistant_with, ("bags", BAGS), *before, them).comparison
        assert comparison is not None
        assert [row.product_id for row in comparison.rows] == compared


def test_what_needs_the_least_light_is_not_asked_of_weights(assistant_with: AssistantWith) -> None:
    asked = said("compare", ref=("all",), ask="least light")
    reply = talk(assistant_with, ("bags", BAGS), ("which of them needs the least light?", asked))
    assert "weight" not in reply.reply


def test_the_table_has_the_fields_that_differ_and_what_is_not_stated(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("bags", BAGS), ("first or third?", said("compare", ref=(1, 3))))
    assert reply.comparison is not None
    table = {
        row.product_id: dict(zip(reply.comparison.fields, row.values, strict=True)) for row in reply.comparison.rows
    }
    assert table["tote"]["capacity"] == "not stated"
    assert table["rucksack"]["capacity"] == "22 l"
    assert table["rucksack"]["rating"] == "not stated"
    assert "availability" not in reply.comparison.fields  # both are in stock
    assert reply.to_json()["comparison"]["fields"][0] == "price"


def test_the_highest_rated_is_named_from_the_ratings(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("bags", BAGS), ("highest rated?", said("compare", ref=("all",), ask="highest rated")))
    assert reply.reply.startswith("Brown Satchel Bag has the highest rating stated")


def test_how_long_they_do_something_is_no_length(assistant_with: AssistantWith) -> None:
    burn = said("compare", ref=(1, 2), ask="how long do they last")
    reply = talk(assistant_with, ("bags", BAGS), ("how long do they last?", burn))
    assert "length" not in reply.reply


def test_what_no_listing_states_is_not_guessed(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("bags", BAGS), ("which is lighter?", said("compare", ref=(1, 2), ask="lighter")))
    assert reply.reply == "None of their listings states a weight."
    longest = said("compare", ref=(1, 2), ask="longest battery")
    reply = talk(assistant_with, ("bags", BAGS), ("which has the longest battery?", longest))
    assert reply.reply == "None of their listings states a battery."


def test_products_are_found_by_their_names_without_a_search(assistant_with: AssistantWith) -> None:
    message = "compare the tower floor lamp and the bolt clamp lamp"
    reply = talk(assistant_with, (message, said("compare")))
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["tower", "clamp"]
    assert "Bolt Clamp Lamp is $100.50 cheaper." in reply.reply


def test_one_product_is_compared_with_the_others_shown(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("bags", BAGS), ("is the second better?", said("compare", ref=(2,))))
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["satchel", "tote", "rucksack"]


def test_nothing_to_compare_is_asked_about(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("compare", said("compare")))
    assert reply.comparison is None
    assert reply.reply.endswith("say which of them.")


def test_numbers_are_compared_in_one_unit() -> None:
    heavy = Product("a", "A", attributes={"weight": ("1.2 kg",)})
    light = Product("b", "B", attributes={"weight": ("900 g",)})
    long = Product("c", "C", attributes={"weight": ("3 m",)})
    assert measures([heavy, light], "weight") == {"a": Decimal(1200), "b": Decimal(900)}
    assert measures([heavy, long], "weight") == {}


def test_thousands_are_no_decimals() -> None:
    """$1,299.99 is above $899.99, which a comma read as a point made 1.29."""
    priced = [
        Product("duo", "Duo Kayak", price=Decimal("1299.99"), currency="USD"),
        Product("solo", "Solo Kayak", price=Decimal("899.99"), currency="USD"),
    ]
    assert measures(priced, "price") == {"duo": Decimal("1299.99"), "solo": Decimal("899.99")}


def test_a_decimal_comma_stays_one() -> None:
    bottles = [
        Product(name, name, attributes={"volume": (said,)}) for name, said in (("big", "1,5 l"), ("small", "0,125 l"))
    ]
    assert measures(bottles, "volume") == {"big": Decimal(1500), "small": Decimal(125)}


def test_a_number_counts_from_an_end_of_the_list(assistant_with: AssistantWith) -> None:
    lamps = ("lamps", said("search", product="lamp"))
    for message, read, places in (
        ("compare the first three", (1, 3), slice(0, 3)),
        ("compare the first 3", (1, 3), slice(0, 3)),
        ("compare the last two", (2, 3), slice(-2, None)),
    ):
        shop = assistant_with([lamps[1], said("compare", ref=read)])
        shown = [card.product.id for card in shop.reply("lamps", "s_1").cards]
        reply = shop.reply(message, "s_1")
        assert reply.comparison is not None
        assert [row.product_id for row in reply.comparison.rows] == shown[places]


def test_all_are_more_than_the_two_just_compared(assistant_with: AssistantWith) -> None:
    two = ("compare the first two", said("compare", ref=(1, 2)))
    for message, ids in (
        ("compare them all", ["tote", "satchel", "rucksack"]),
        ("compare all three", ["tote", "satchel", "rucksack"]),
        ("compare both again", ["tote", "satchel"]),
    ):
        reply = talk(assistant_with, ("bags", BAGS), two, (message, said("compare", ref=("all",))))
        assert reply.comparison is not None
        assert [row.product_id for row in reply.comparison.rows] == ids


def test_the_best_value_is_chosen_as_a_recommendation_is(assistant_with: AssistantWith) -> None:
    which = "which is the best value?"
    for read in (said("compare", ref=("all",), ask="best value"), said("ask_product", ask="best value")):
        reply = talk(assistant_with, ("bags", BAGS), (which, read))
        assert reply.intent == "recommend"
        assert "My choice is" in reply.reply
        assert "says anything about" not in reply.reply
        assert {card.product.id for card in reply.cards} <= {"tote", "satchel", "rucksack"}


def test_a_field_asked_for_is_in_the_table_where_nothing_differs() -> None:
    from assistant.actions.differences import differing
    from retrieval.product import Product

    alike = [Product(name, name.title(), price=Decimal(9)) for name in ("moss", "fern")]
    table = differing(alike, ("price",))
    assert table is not None
    assert [row.values for row in table.rows] == [("$9",), ("$9",)]
    assert differing(alike) is None


def test_the_cheapest_is_the_cheapest_of_all_that_were_shown(assistant_with: AssistantWith) -> None:
    lamps = ("lamps", said("search", product="lamp"))  # shows more than are compared side by side
    reply = talk(assistant_with, lamps, ("which is the cheapest?", said("compare", ref=("all",), ask="cheapest")))
    assert reply.reply.startswith("Bolt Clamp Lamp is the cheapest of these at $19.50.")


@pytest.mark.parametrize("message", ["which is the cheapest", "show me the cheapest of those"])
def test_the_cheapest_is_one_product_and_the_list_stays(assistant_with: AssistantWith, message: str) -> None:
    read = said("refine", sort="price_asc")
    shop = assistant_with([said("search", product="lamp"), read, said("cart_add", ref=("last",))])
    shown = [card.product.id for card in shop.reply("lamps", "s_1").cards]
    reply = shop.reply(message, "s_1")
    assert (reply.intent, reply.reply) == ("compare", "Bolt Clamp Lamp is the cheapest at $19.50.")
    assert [(card.product.id, card.rank) for card in reply.cards] == [("clamp", shown.index("clamp") + 1)]
    assert list(shop.session("s_1").state.shown) == shown
    assert [product.id for product, _ in shop.reply("add it", "s_1").cart.lines] == ["clamp"]


def test_the_dearest_of_all_that_match_is_shown_where_it_was_not(searcher: Searcher) -> None:
    """Of the lamps two are shown, and the dearest is not among these: it is numbered on from them."""
    queue = [said("search", product="lamp"), said("refine", sort="price_desc"), said("cart_add", ref=(3,))]
    shop = Assistant(replace(parts_with(searcher, queue), products_shown=2))
    shown = [card.product for card in shop.reply("lamps", "s_1").cards]
    prices = {one.id: one.price for one in PRODUCTS if "lighting" in one.category and one.price is not None}
    dearest = max(prices, key=lambda key: prices[key])
    assert dearest not in {one.id for one in shown}
    reply = shop.reply("which is the most expensive?", "s_1")
    assert [(card.rank, card.product.id) for card in reply.cards] == [(3, dearest)]
    assert f"; of all that match it is {BY_ID[dearest].title} at $" in reply.reply
    assert [product.id for product, _ in shop.reply("add number 3", "s_1").cart.lines] == [dearest]


@pytest.mark.parametrize(
    ("message", "ask", "answer"),
    [
        ("which costs the most?", "most", "Brown Satchel Bag is the dearest of these at $89.90."),
        ("which costs the least?", "costs the least", "Market Tote Bag is the cheapest of these at $29."),
    ],
)
def test_what_costs_the_least_or_the_most_is_asked_of_the_price(
    searcher: Searcher, message: str, ask: str, answer: str
) -> None:
    bags = DialogueState(Constraints(product="bag"), shown=("tote", "satchel", "rucksack"))
    outcome = compare(replace(said("compare", ref=("all",), ask=ask), message=message), bags, parts_with(searcher))
    assert outcome.answer is not None
    assert outcome.answer.text == answer


def test_it_is_the_product_that_the_comparison_spoke_for(assistant_with: AssistantWith) -> None:
    asked = ("which is the dearest?", said("compare", ref=("all",), ask="most expensive"))
    reply = talk(assistant_with, ("bags", BAGS), asked, ("add it", said("cart_add", ref=("last",))))
    assert [product.id for product, _ in reply.cart.lines] == ["satchel"]


def test_which_is_the_slimmest_is_answered_by_the_listings_and_changes_no_wish(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp"), said("refine", features=("slimmest",), sort="rating")])
    shop.reply("a lamp", "s_1")
    reply = shop.reply("which is the slimmest", "s_1")
    assert (reply.intent, reply.constraints.features) == ("compare", ())
    assert "“A warm white light on a slim steel arm.”" in reply.reply
    assert reply.reply.endswith("The other 3 listings don't say “slim”.")


def test_a_choice_alone_on_the_table_is_compared_with_those_shown_before(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="jacket"), said("recommend"), said("compare")])
    shop.reply("jackets", "s_1")
    shop.reply("which would you pick?", "s_1")
    reply = shop.reply("what is the difference to the others?", "s_1")
    assert reply.comparison is not None
    assert len(reply.comparison.rows) > 1


def test_what_only_the_title_says_is_not_quoted_from_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="jacket"), said("compare", ask="most puddle")])
    shop.reply("jackets", "s_1")
    assert shop.reply("puddle ones?", "s_1").reply.startswith("The name of Puddle Rain Jacket says “Puddle”.")


def test_which_really_have_it_is_no_question_for_the_most(assistant_with: AssistantWith) -> None:
    asked = [said("compare", ref=("all",), ask=words) for words in ("really hooded", "most hooded")]
    shop = assistant_with([said("search", product="jacket"), *asked])
    shop.reply("jackets", "s_1")
    really, most = (shop.reply(message, "s_1").reply for message in ("which are really hooded?", "the most hooded?"))
    assert "“Sealed seams and a hood.”" in really
    assert most == f"{really} No listing says which of them is the most so."


def test_what_no_listing_states_of_the_biggest_is_a_size(assistant_with: AssistantWith) -> None:
    reply = talk(
        assistant_with,
        ("jackets", said("search", product="jacket")),
        ("which is the biggest?", said("compare", ask="biggest")),
    )
    assert reply.reply == "None of their listings states a size."


def test_who_asks_for_the_cheapest_and_the_dearest_is_told_both(assistant_with: AssistantWith) -> None:
    """The bags cost $29, $89.90 and $65."""
    asked = said("compare", ref=("all",), ask="cheapest")
    told = talk(assistant_with, ("bags", BAGS), ("which is the cheapest and which the most expensive?", asked)).reply
    assert told == "Market Tote Bag is the cheapest at $29, Brown Satchel Bag the dearest at $89.90."


def test_a_thing_named_by_one_word_that_was_not_shown_is_looked_up(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("bags", BAGS), ("the first one or the kettle?", said("compare", ref=(1,))))
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["tote", "kettle"]


def test_what_was_looked_for_before_is_compared_by_its_name(assistant_with: AssistantWith) -> None:
    turns = [("a black lamp", BLACK_LAMP), ("bags", BAGS)]
    for read in (said("compare"), said("compare", ref=(1, 2))):  # of which the message says no place
        reply = talk(assistant_with, *turns, ("compare the lamp and the bag", read))
        assert reply.comparison is not None
        assert [row.product_id for row in reply.comparison.rows] == ["tote", "aster-black"]  # the first of each list


def test_of_a_thing_that_the_shop_has_not_it_is_said_that_it_is_not_compared(assistant_with: AssistantWith) -> None:
    asked = ("how do the first two compare to the guitar?", said("compare", ref=(1, 2)))
    reply = talk(assistant_with, ("bags", BAGS), asked)
    assert reply.reply.startswith("Nothing here is called “guitar”.")
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["tote", "satchel"]


def test_what_is_asked_of_each_is_no_thing_that_is_not_here(assistant_with: AssistantWith) -> None:
    asked = ("what are the price and the warranty of these?", said("compare", ref=("all",), ask="warranty"))
    assert "is called" not in talk(assistant_with, ("bags", BAGS), asked).reply


def test_what_a_thing_is_compared_for_is_not_compared(assistant_with: AssistantWith) -> None:
    asked = ("which is better for the kettle, the first or the second?", said("compare", ref=(1, 2)))
    reply = talk(assistant_with, ("bags", BAGS), asked)
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == ["tote", "satchel"]


def test_why_one_is_better_is_answered_by_that_in_which_it_is(assistant_with: AssistantWith) -> None:
    """The satchel is dearer and its listing says nothing that was asked for."""
    turns = [
        ("a vegan bag", said("search", product="bag", features=("vegan",))),
        ("compare the tote and the satchel", said("compare", ref=(1, 2))),
    ]
    why = talk(assistant_with, *turns, ("what makes it better?", said("ask_product", ref=(1,))))
    assert (why.intent, why.cards) == ("compare", ())
    assert why.reply == (
        "Market Tote Bag is $60.90 cheaper and says “vegan: yes”, as you asked. "  # 89.90 - 29
        "Brown Satchel Bag is rated 4.7 against 4.6."
    )


@pytest.mark.parametrize(
    "message", ["the better one please", "ok i'll have the better of the two", "put the best one in"]
)
def test_the_better_of_two_is_asked_about_and_not_put_in_on_a_guess(
    assistant_with: AssistantWith, message: str
) -> None:
    """Each is better in something: the tote costs less, the satchel is rated better."""
    compared = ("compare the tote and the satchel", said("compare", ref=(1, 2)))
    reply = talk(assistant_with, ("bags", BAGS), compared, (message, said("cart_add", ref=(2,))))
    assert reply.cart.lines == ()
    assert reply.reply == (
        "Market Tote Bag is $60.90 cheaper. Brown Satchel Bag is rated 4.7 against 4.6. "  # 89.90 - 29
        "Which of them shall I add: Market Tote Bag or Brown Satchel Bag?"
    )


def test_the_better_of_two_places_is_asked_about_though_nothing_was_compared(assistant_with: AssistantWith) -> None:
    """Neither of the two is put in, and least of all both."""
    reply = talk(assistant_with, ("bags", BAGS), ("the better one of the first two", said("cart_add", ref=(1, 2))))
    assert reply.cart.lines == ()
    assert reply.reply.endswith("Which of them shall I add: Market Tote Bag or Brown Satchel Bag?")


def test_one_that_is_placed_and_called_the_better_one_is_put_in(assistant_with: AssistantWith) -> None:
    compared = ("compare the tote and the satchel", said("compare", ref=(1, 2)))
    placed = ("the second, that's the better one", said("cart_add", ref=(2,)))
    reply = talk(assistant_with, ("bags", BAGS), compared, placed)
    assert [product.id for product, _ in reply.cart.lines] == ["satchel"]


def test_the_answer_which_of_those_compared_is_better_is_put_in(assistant_with: AssistantWith) -> None:
    compared = ("compare the tote and the satchel", said("compare", ref=(1, 2)))
    better = ("two of the better one", said("cart_add", quantity=2, ref=(2,)))
    reply = talk(assistant_with, ("bags", BAGS), compared, better, ("the tote", said("cart_add", ref=(1,))))
    assert [product.id for product, _ in reply.cart.lines] == ["tote"]


def test_the_best_rated_of_those_compared_is_put_in(assistant_with: AssistantWith) -> None:
    compared = ("compare the tote and the satchel", said("compare", ref=(1, 2)))
    reply = talk(assistant_with, ("bags", BAGS), compared, ("the best one", said("cart_add", ref=("best_rated",))))
    assert [product.id for product, _ in reply.cart.lines] == ["satchel"]


def test_what_is_called_so_by_several_is_the_one_of_those_compared(assistant_with: AssistantWith) -> None:
    """The puddle jacket is a rain jacket too, and was not compared."""
    storm_and_fjord = ("compare the storm and the fjord jacket", said("compare"))
    turns = [("jackets", said("search", product="jacket")), storm_and_fjord]
    reply = talk(assistant_with, *turns, ("i'll take the rain jacket", said("cart_add", ref=(2,))))
    assert [product.id for product, _ in reply.cart.lines] == ["storm"]


def test_it_is_what_was_just_spoken_of_beside_the_place_that_it_is_compared_with(assistant_with: AssistantWith) -> None:
    """Of three bags the third is asked about; of the second and it, the first is no part."""
    asked = said("ask_product", ask="material", ref=(3,))
    beside = said("compare", ref=(2,))
    shop = assistant_with([BAGS, asked, beside])
    bags = shop.reply("a bag", "s_1")
    shop.reply("what is the third made of", "s_1")
    reply = shop.reply("how does it compare to the second?", "s_1")
    assert reply.comparison is not None
    assert {row.product_id for row in reply.comparison.rows} == {card.product.id for card in bags.cards[1:3]}


def test_several_that_share_the_lowest_price_are_named_with_it_alone(searcher: Searcher) -> None:
    """Both black and white desk lamps cost 34.99; the brass one and the floor lamp cost more."""
    state = DialogueState(shown=("tower", "aster-black", "aster-brass", "aster-white"))
    outcome = compare(
        replace(said("compare", ask="cheapest"), message="which is the cheapest"), state, parts_with(searcher)
    )
    assert outcome.answer is not None
    assert outcome.answer.text.endswith("share the lowest price stated: $34.99.")
    assert set(outcome.asked_of) == {"aster-black", "aster-white"}
