"""Going back to an earlier need, and on to another thing for the same price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assistant.contract import Reply
from assistant.model import DialogueState, Intent, Parse
from assistant.state import update
from retrieval.query import Constraints
from tests.conftest import AssistantWith
from tests.fakes import said

LAMP = ("a black desk lamp under 60", said("search", product="desk lamp", color=("black",), price_max=Decimal(60)))
BAG = ("a vegan bag", said("search", product="bag", features=("vegan",)))
CHEAP_BAG = ("a vegan bag under 40", said("search", product="bag", features=("vegan",), price_max=Decimal(40)))
BLACK_LAMP_UNDER_60 = Constraints(product="desk lamp", color=("black",), price_max=Decimal(60))


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


def test_a_search_for_an_earlier_kind_goes_on_with_that_need(assistant_with: AssistantWith) -> None:
    for read in (said("search", product="lamp"), said("search", product="lamp", features=("same budget",))):
        reply = talk(assistant_with, LAMP, CHEAP_BAG, ("back to the lamp, same budget as before", read))
        assert reply.constraints == BLACK_LAMP_UNDER_60


def test_what_is_added_on_the_way_back_is_added(assistant_with: AssistantWith) -> None:
    reply = talk(
        assistant_with, LAMP, BAG, ("the lamp, but dimmable", said("search", product="lamp", features=("dimmable",)))
    )
    assert reply.constraints.features == ("dimmable",)
    assert reply.constraints.price_max == 60


def test_what_contradicts_the_earlier_need_begins_a_new_one(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMP, BAG, ("a white lamp", said("search", product="lamp", color=("white",))))
    assert reply.constraints == Constraints(product="lamp", color=("white",))


def test_a_narrower_name_begins_a_new_need(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMP, BAG, ("a led desk lamp", said("search", product="led desk lamp")))
    assert reply.constraints == Constraints(product="led desk lamp")


def test_the_budget_stays_where_the_message_says_so(assistant_with: AssistantWith) -> None:
    message = "what about a bag instead, same budget"
    for read in (said("search", product="bag"), said("complement", product="bag", ref=("last",))):
        reply = talk(assistant_with, LAMP, (message, read))
        assert reply.intent == "search"
        assert reply.constraints == Constraints(product="bag", price_max=Decimal(60))


def test_a_budget_that_alone_is_said_to_stay_is_that_of_the_need_before(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMP, BAG, ("same budget", said("refine")))
    assert reply.constraints == Constraints(product="bag", features=("vegan",), price_max=Decimal(60))


def test_the_colour_stays_where_the_message_says_so(assistant_with: AssistantWith) -> None:
    for read in (
        said("complement", product="bag", ref=("last",)),
        said("refine", product="bag"),
        said("search", product="bag", color=("same colour",)),
    ):
        reply = talk(assistant_with, LAMP, ("a bag in the same colour", read))
        assert reply.intent == "search"
        assert reply.constraints == Constraints(product="bag", color=("black",))


def test_another_colour_said_takes_the_place_of_the_one_before(assistant_with: AssistantWith) -> None:
    read = said("search", product="bag", color=("brown",))
    assert talk(assistant_with, LAMP, ("a brown bag", read)).constraints.color == ("brown",)


def test_the_budget_goes_where_nothing_is_said_of_it(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMP, ("now a bag", said("search", product="bag")))
    assert reply.constraints == Constraints(product="bag")


def test_a_new_budget_takes_the_place_of_the_one_before(assistant_with: AssistantWith) -> None:
    read = said("search", product="bag", price_max=Decimal(30))
    reply = talk(assistant_with, LAMP, ("what about a bag instead, same budget but 30", read))
    assert reply.constraints.price_max == 30


def test_the_budget_stays_for_a_thing_told_by_what_it_is_for(assistant_with: AssistantWith) -> None:
    read = said("refine", features=("for the bathroom",))
    reply = talk(assistant_with, LAMP, ("i also need something for the bathroom, same budget", read))
    assert reply.intent == "search"
    assert reply.constraints == Constraints(features=("for the bathroom",), price_max=Decimal(60))


def test_another_thing_is_meant_though_no_budget_was_named_before(assistant_with: AssistantWith) -> None:
    read = said("refine", features=("for the bathroom",))
    lamp = ("a desk lamp", said("search", product="desk lamp"))
    reply = talk(assistant_with, lamp, ("i also need something for the bathroom, same budget", read))
    assert (reply.intent, reply.constraints) == ("search", Constraints(features=("for the bathroom",)))


def test_one_for_another_room_is_still_one_of_the_same(assistant_with: AssistantWith) -> None:
    read = said("refine", features=("for the kitchen",))
    reply = talk(assistant_with, LAMP, ("one for the kitchen, same budget", read))
    assert (reply.intent, reply.constraints.product) == ("refine", "desk lamp")


def test_the_name_of_the_need_under_way_alone_gives_up_none_of_its_wishes(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMP, ("back to the desk lamp", said("search", product="desk lamp")))
    assert reply.constraints == BLACK_LAMP_UNDER_60


def test_what_goes_with_it_is_a_need_of_its_own_to_come_back_from(assistant_with: AssistantWith) -> None:
    cheapest = (
        "the cheapest desk lamp under 60",
        said("search", product="desk lamp", price_max=Decimal(60), sort="price_asc"),
    )
    bag = ("and a bag with it", said("complement", product="bag", ref=("last",)))
    assert "cheapest first" not in talk(assistant_with, cheapest, bag).reply
    back = talk(assistant_with, cheapest, bag, ("back to the lamp", said("refine", product="lamp")))
    assert back.constraints == Constraints(product="desk lamp", price_max=Decimal(60))
    assert "cheapest first" in back.reply


def test_another_thing_beside_it_keeps_nothing_that_the_message_does_not_say_to_stay(
    assistant_with: AssistantWith,
) -> None:
    desk = ("a canvas bag", said("search", product="bag", material=("canvas",)))
    reply = talk(assistant_with, desk, ("and a chair", said("search", product="chair")))
    assert reply.constraints == Constraints(product="chair")


def test_cheaper_ones_of_an_earlier_need_are_cheaper_than_its_own_list(assistant_with: AssistantWith) -> None:
    """The bags on the table begin at $29; of the lamps that were shown before none costs less than the clamp lamp's $19.50."""
    lamps, bags = ("lamps", said("search", product="lamp")), ("bags", said("search", product="bag"))
    reply = talk(assistant_with, lamps, bags, ("any cheaper lamp", said("refine", product="lamp", sort="price_asc")))
    assert reply.constraints.product == "lamp"
    assert "less than Bolt Clamp Lamp at $19.50" in reply.reply
    assert "Tote" not in reply.reply


def test_a_narrowing_that_names_an_earlier_need_takes_no_budget_from_the_one_under_way(
    assistant_with: AssistantWith,
) -> None:
    back = ("what about the lamp, same budget", said("refine", product="lamp"))
    reply = talk(assistant_with, LAMP, CHEAP_BAG, back)
    assert reply.constraints == BLACK_LAMP_UNDER_60


@pytest.mark.parametrize("intent", ["search", "refine"])
def test_the_lamp_is_the_desk_lamp_under_way_and_lamps_are_any(assistant_with: AssistantWith, intent: Intent) -> None:
    read = said(intent, product="lamp")
    assert talk(assistant_with, LAMP, ("back to the lamp", read)).constraints == BLACK_LAMP_UNDER_60
    assert talk(assistant_with, LAMP, ("any lamp", read)).constraints.product == "lamp"


def test_an_earlier_need_is_found_by_its_name_in_more_words(assistant_with: AssistantWith) -> None:
    back = ("back to the lamp", said("refine", product="back to the lamp"))
    assert talk(assistant_with, LAMP, BAG, back).constraints == BLACK_LAMP_UNDER_60


def test_what_was_asked_of_a_need_and_taken_back_in_it_is_known_on_the_way_back() -> None:
    jacket = DialogueState(Constraints(product="jacket"), questioned=("gender",), dropped=("color",))
    bag = update(jacket, said("search", product="bag"))
    back = update(bag, said("refine", product="jacket"))
    assert (bag.questioned, bag.dropped) == ((), ())
    assert (back.questioned, back.dropped) == (("gender",), ("color",))


@pytest.mark.parametrize(
    ("message", "gender"),
    [
        ("a rain jacket", None),
        ("a rain jacket for her", "women"),
        ("women's rain jacket", "women"),
        ("one for my mum", "women"),
    ],
)
def test_whom_a_thing_is_for_is_taken_from_words_for_people_alone(
    assistant_with: AssistantWith, message: str, gender: str | None
) -> None:
    """A name that follows the question "For women or men?" is read with the first of these."""
    assert (
        talk(assistant_with, (message, said("search", product="jacket", gender="women"))).constraints.gender == gender
    )


def test_an_answer_that_is_read_as_nothing_but_an_audience_is_one(assistant_with: AssistantWith) -> None:
    jackets = ("jackets", said("search", product="jacket"))
    assert talk(assistant_with, jackets, ("the first", said("refine", gender="women"))).constraints.gender == "women"


def test_a_place_before_the_name_of_an_earlier_need_is_one_in_its_list(assistant_with: AssistantWith) -> None:
    """The jackets are shown last; "the first lamp" is that of the lamps before them, whatever place was read without a name."""
    jackets, first = said("search", product="jacket"), said("cart_add", ref=(1,))
    reply = talk(assistant_with, LAMP, ("jackets", jackets), ("and the first lamp too", first))
    assert [product.id for product, _ in reply.cart.lines] == ["aster-black"]


@pytest.mark.parametrize("message", ["i'll have the first one. next, the lamps", "the first and then the lamp"])
def test_what_is_said_behind_the_place_of_another_part_of_the_sentence_is_not_its_name(
    assistant_with: AssistantWith, message: str
) -> None:
    jackets = ("jackets", said("search", product="jacket"))
    shown = talk(assistant_with, LAMP, jackets).cards
    reply = talk(assistant_with, LAMP, jackets, (message, said("cart_add", ref=(1,))))
    assert [product.id for product, _ in reply.cart.lines] == [shown[0].product.id]


def test_a_question_that_only_names_the_other_thing_shows_its_list(assistant_with: AssistantWith) -> None:
    """A lamp was added last; nothing is asked of the bags."""
    both = replace(said("search", product="lamp"), then=said("search", product="bag"))
    added, bags = said("cart_add", product="lamp", ref=(1,)), said("ask_product", product="bags", ref=("last",))
    reply = talk(assistant_with, ("a lamp and a bag", both), ("add the first lamp", added), ("and the bags?", bags))
    assert reply.intent == "refine"
    assert "tote" in {card.product.id for card in reply.cards}


def test_a_kind_of_what_is_looked_for_gives_up_no_wish(assistant_with: AssistantWith) -> None:
    bags = ("bags under 60", said("search", product="bag", price_max=Decimal(60)))
    reply = talk(assistant_with, bags, ("show me totes instead", said("search", product="totes")))
    assert (reply.constraints.product, reply.constraints.price_max) == ("totes", Decimal(60))


@pytest.mark.parametrize(
    "message", ["could i see jackets instead?", "no, rather jackets", "i think i want jackets instead"]
)
def test_what_takes_the_place_of_the_thing_is_for_the_same_people_and_costs_no_more(
    assistant_with: AssistantWith, message: str
) -> None:
    shoes = ("men's shoes under 90", said("search", product="shoes", gender="men", price_max=Decimal(90)))
    reply = talk(assistant_with, shoes, (message, said("search", product="jackets")))
    assert reply.constraints == Constraints(product="jackets", gender="men", price_max=Decimal(90))


@pytest.mark.parametrize("message", ["could i see jackets?", "and jackets", "i also need a jacket"])
def test_what_is_asked_for_without_taking_its_place_is_a_new_need_of_the_same_people(
    assistant_with: AssistantWith, message: str
) -> None:
    shoes = ("men's shoes under 90", said("search", product="shoes", gender="men", price_max=Decimal(90)))
    reply = talk(assistant_with, shoes, (message, said("search", product="jackets")))
    assert reply.constraints == Constraints(product="jackets", gender="men")


def test_a_kind_named_after_wishes_without_one_gives_up_no_wish(assistant_with: AssistantWith) -> None:
    wishes = ("something vegan under 60", said("search", features=("vegan",), price_max=Decimal(60)))
    reply = talk(assistant_with, wishes, ("maybe a jacket", said("search", product="jacket")))
    assert reply.constraints == Constraints(product="jacket", features=("vegan",), price_max=Decimal(60))


def test_a_kind_of_what_is_looked_for_with_a_wish_of_its_own_is_for_the_same_people(
    assistant_with: AssistantWith,
) -> None:
    clothes = ("what do you have for women", said("search", product="clothes", gender="women"))
    reply = talk(
        assistant_with,
        clothes,
        ("jackets, in red or burgundy", said("search", product="jackets", color=("red", "burgundy"))),
    )
    assert reply.constraints == Constraints(product="jackets", color=("red", "burgundy"), gender="women")


@pytest.mark.parametrize(
    ("message", "whom"),
    [("jackets for my son", {"gender": "boys"}), ("a jacket for my dog", {"features": ("for my dog",)})],
)
def test_a_kind_of_what_is_looked_for_that_is_for_somebody_else_is_a_new_need(
    assistant_with: AssistantWith, message: str, whom: dict[str, Any]
) -> None:
    clothes = ("clothes for women under 90", said("search", product="clothes", gender="women", price_max=Decimal(90)))
    jackets = said("search", product="jackets", **whom)
    reply = talk(assistant_with, clothes, (message, jackets))
    assert reply.constraints == replace(Constraints(product="jackets"), **whom)


def test_a_kind_of_what_was_taken_already_is_a_new_need(assistant_with: AssistantWith) -> None:
    bags = ("bags under 60", said("search", product="bag", price_max=Decimal(60)))
    added = ("the first", said("cart_add", ref=(1,)))
    reply = talk(assistant_with, bags, added, ("and a backpack", said("search", product="backpack")))
    assert reply.constraints.price_max is None


def test_what_was_liked_of_the_need_that_is_named_without_a_place_is_meant_beside_it(
    assistant_with: AssistantWith,
) -> None:
    liked = said("feedback", ref=(1,))
    jackets, both = said("search", product="jacket"), said("cart_add", product="bag", ref=(1,))
    reply = talk(
        assistant_with,
        BAG,
        ("i love the first", liked),
        ("jackets", jackets),
        ("add the bag and the first jacket", both),
    )
    assert [product.id for product, _ in reply.cart.lines] == ["tote", "breeze"]


def test_a_place_that_the_list_of_a_named_need_has_not_is_asked_about(assistant_with: AssistantWith) -> None:
    """One bag was shown and four jackets: there is no second bag."""
    satchel = ("a satchel", said("search", product="satchel"))
    jackets, both = said("search", product="jacket"), said("cart_add", ref=(1, 2))
    words = "add the first jacket and the second satchel"
    reply = talk(assistant_with, satchel, ("jackets", jackets), (words, both))
    assert reply.reply == "Of satchel I showed 1 last. Which of them do you mean?"
    assert reply.cart.lines == ()


@pytest.mark.parametrize(
    ("message", "intent"), [("now the bag, with what's left", "refine"), ("what goes with the bag?", "complement")]
)
def test_what_only_names_an_earlier_need_goes_back_to_it(
    assistant_with: AssistantWith, message: str, intent: Intent
) -> None:
    beside = said("complement", product="bag", ref=("last",))
    shop = assistant_with([said("search", product="bag"), said("search", product="jacket"), beside])
    *_, reply = [shop.reply(one, "s_1") for one in ("a bag", "a jacket", message)]
    assert reply.intent == intent


@pytest.mark.parametrize(("message", "intent"), [("go back to the bag", "refine"), ("take out the bag", "cart_remove")])
def test_going_back_to_a_need_takes_nothing_out(assistant_with: AssistantWith, message: str, intent: Intent) -> None:
    taking_out = said("cart_remove", product="bag")
    shop = assistant_with([said("search", product="bag"), said("search", product="jacket"), taking_out])
    *_, reply = [shop.reply(one, "s_1") for one in ("a bag", "a jacket", message)]
    assert reply.intent == intent


@pytest.mark.parametrize("taken", [said("cart_add", ref=(1,)), said("cart_add", product="bag", ref=(1,))])
def test_another_need_that_is_named_behind_an_addition_is_looked_at_and_not_added_to(
    assistant_with: AssistantWith, taken: Parse
) -> None:
    bags, lamps = said("search", product="bag"), said("search", product="lamp")
    reply = talk(assistant_with, ("bags", bags), ("lamps", lamps), ("add the first one. now the bag", taken))
    assert reply.acts == ("cart_add", "refine")
    assert ["lamp" in line.title.lower() for line, _ in reply.cart.lines] == [True]
    assert reply.constraints.product == "bag"
