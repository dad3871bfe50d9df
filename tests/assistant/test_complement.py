"""What goes with a product: which product is meant, what is said about each tie, and the honest no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from assistant import Assistant
from assistant.actions.complement import _is_called
from assistant.contract import Reply
from assistant.events.log import Event
from assistant.model import Parse
from assistant.wishes import Keep
from tests.conftest import AssistantWith
from tests.fakes import said
from tests.small_shop import BY_ID

ANNA = "a" * 64  # a visitor, hashed

HALDEN = said("search", product="satchel")  # brown satchel bag
LAMPS = said("search", product="desk lamp", color=("black",))  # shows aster-black first, by Halden
TOWER = said("search", product="floor lamp")


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


def test_the_tie_is_the_reason(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("a floor lamp", TOWER), ("what goes with it?", said("complement", ref=(1,))))
    assert [card.product.id for card in reply.cards] == ["shade"]
    reason = reply.cards[0].reasons[0]
    assert (reason.kind, reason.text, reason.field) == (
        "goes_with",
        "its listing says “replacement shade for a floor lamp”",
        "description",
    )
    assert reply.reply.startswith(
        "To go with Tower Floor Lamp: 1. Linen Lampshade $24. Why the first: its listing says"
    )


def test_nothing_tied_is_said_and_nothing_is_shown(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("satchel", HALDEN), ("what goes with it?", said("complement", ref=(1,))))
    assert not reply.cards
    assert reply.reply.startswith("Nothing in this catalogue says what goes with Brown Satchel Bag. Closest to it here")


def test_the_kind_named_is_looked_for_as_a_new_need(assistant_with: AssistantWith) -> None:
    shade = said("complement", product="lampshade", ref=(1,))
    reply = talk(assistant_with, ("a floor lamp", TOWER), ("a lampshade for it", shade))
    assert reply.constraints.product == "lampshade"
    assert reply.cards[0].product.id == "shade"
    assert reply.cards[0].reasons[0].kind == "goes_with"


def test_a_kind_that_the_shop_does_not_have_is_a_plain_no(assistant_with: AssistantWith) -> None:
    torch = said("complement", product="zeppelin", ref=(1,))
    reply = talk(assistant_with, ("a floor lamp", TOWER), ("a zeppelin for it", torch))
    assert not reply.cards
    assert reply.reply == "I have no “zeppelin” here that goes with Tower Floor Lamp."


def test_words_that_only_name_the_product_are_no_kind_to_look_for(assistant_with: AssistantWith) -> None:
    lamp = said("complement", product="floor lamp")
    reply = talk(assistant_with, ("a floor lamp", TOWER), ("what goes with the floor lamp?", lamp))
    assert [card.product.id for card in reply.cards] == ["shade"]


def test_the_last_thing_in_the_cart_is_meant_when_nothing_is_on_the_table(assistant_with: AssistantWith) -> None:
    turns = (("a floor lamp", TOWER), ("add it", said("cart_add", ref=(1,))), ("reset", said("reset")))
    reply = talk(assistant_with, *turns, ("what goes with it?", said("complement")))
    assert [card.product.id for card in reply.cards] == ["shade"]


def test_what_was_disliked_is_not_suggested(assistant_with: AssistantWith) -> None:
    shade = ("lampshade", said("search", product="lampshade")), ("not that one", said("feedback", ref=(1,)))
    reply = talk(assistant_with, *shade, ("a floor lamp", TOWER), ("and with it?", said("complement", ref=(1,))))
    assert "shade" not in {card.product.id for card in reply.cards}


def test_without_a_product_the_shop_asks_which(assistant_with: AssistantWith) -> None:
    assert talk(assistant_with, ("what goes with it?", said("complement"))).reply.startswith("With which product?")


def test_where_all_of_a_kind_is_the_target_s_own_it_is_looked_for_all_the_same(assistant_with: AssistantWith) -> None:
    parses = [said("search", product="rain jacket"), said("complement", product="cagoules")]
    with assistant_with(parses) as shop:
        shop.reply("a rain jacket", "s_1")
        reply = shop.reply("what cagoules do you have?", "s_1")
    assert {card.product.category[-1] for card in reply.cards} == {"jackets"}


def test_what_is_to_go_with_it_is_for_the_same_people(assistant_with: AssistantWith) -> None:
    shop = assistant_with(
        [said("search", product="jacket", gender="men"), said("complement", product="bag", ref=("last",))]
    )
    shop.reply("a jacket for men", "s_1")
    assert shop.reply("which bag would go with it?", "s_1").constraints.gender == "men"


def test_what_the_need_refuses_does_not_go_with_it_and_that_is_said(assistant_with: AssistantWith) -> None:
    lamps = said("search", product="floor lamp", exclude=("linen",))  # the one thing that goes with it is of linen
    reply = talk(assistant_with, ("no linen", lamps), ("what goes with it?", said("complement", ref=(1,))))
    assert not reply.cards
    assert reply.reply.startswith("All that goes with Tower Floor Lamp here is ruled out by “not linen”.")


def test_what_was_refused_for_good_in_an_earlier_conversation_does_not_go_with_it(
    assistant_with: AssistantWith,
) -> None:
    parses = [said("search", product="lampshade", exclude=("linen",)), TOWER, said("complement", ref=(1,))]
    with assistant_with(parses) as shop:
        shop.reply("a lampshade, no linen", "s_1", visitor=ANNA, learn=True)
        shop.reply(Keep("exclude", "linen"), "s_1", visitor=ANNA, learn=True)
        shop.reply("a floor lamp", "s_2", visitor=ANNA)
        reply = shop.reply("what goes with it?", "s_2", visitor=ANNA)
    assert not reply.cards
    assert "is ruled out by “not linen”" in reply.reply


def test_the_kind_named_is_looked_for_without_what_is_refused(assistant_with: AssistantWith) -> None:
    lamps, shade = said("search", product="floor lamp", exclude=("linen",)), said("complement", product="lampshade")
    reply = talk(assistant_with, ("no linen", lamps), ("a lampshade for it", shade))
    assert not reply.cards
    assert reply.reply == "I have no “lampshade” here that goes with Tower Floor Lamp and fits “not linen”."


def test_a_colour_refused_of_the_thing_is_not_refused_of_what_goes_with_it(assistant_with: AssistantWith) -> None:
    lamps = said("search", product="floor lamp", exclude=("white", "linen"))
    shade = said("complement", product="mug", ref=(1,))
    reply = talk(assistant_with, ("neither white nor linen", lamps), ("a mug to go with it", shade))
    assert reply.constraints.exclude == ("linen",)


def bought(shop: Assistant, shoppers: int, *products: str) -> None:
    """So many shoppers buy these together, an hour ago."""
    assert shop.places.events is not None
    at = datetime.now(UTC) - timedelta(hours=1)
    pairs = [(f"{number:064}", name) for number in range(shoppers) for name in products]
    shop.places.events.add([Event(name, "purchase", at, who, name) for who, name in pairs])


def test_what_was_bought_along_with_it_goes_with_it_and_says_how_often(assistant_with: AssistantWith) -> None:
    with assistant_with([TOWER, said("complement", ref=(1,))]) as shop:
        bought(shop, 12, "tower", "cafe")
        bought(shop, 3, "tower", "shade")
        shop.reply("a floor lamp", "s_1")
        reply = shop.reply("what goes with it?", "s_1")
    assert [card.product.id for card in reply.cards] == ["shade", "cafe"]  # tied by both; by shoppers alone
    assert [[reason.text for reason in card.reasons] for card in reply.cards] == [
        ["bought together by 3 shoppers", "its listing says “replacement shade for a floor lamp”"],
        ["bought together by 12 shoppers"],
    ]
    assert reply.reply.endswith("Why the first: bought together by 3 shoppers.")


def test_what_fewer_than_three_bought_along_with_it_or_is_of_its_kind_is_not_told(
    assistant_with: AssistantWith,
) -> None:
    with assistant_with([TOWER, said("complement", ref=(1,))]) as shop:
        bought(shop, 2, "tower", "cafe")
        bought(shop, 5, "tower", "clamp")
        shop.reply("a floor lamp", "s_1")
        reply = shop.reply("what goes with it?", "s_1")
    assert [card.product.id for card in reply.cards] == ["shade"]


def test_words_that_name_nothing_are_no_kind_to_look_for(assistant_with: AssistantWith) -> None:
    reply = talk(
        assistant_with, ("a floor lamp", TOWER), ("what would you put with it", said("complement", product="with it"))
    )
    assert reply.reply.startswith("To go with Tower Floor Lamp: 1. Linen Lampshade $24.")


def test_of_a_kind_that_nothing_ties_to_the_thing_that_is_said(assistant_with: AssistantWith) -> None:
    jacket = said("complement", product="jacket", ref=(1,))
    reply = talk(assistant_with, ("satchel", HALDEN), ("a jacket to match it", jacket))
    assert reply.cards
    assert reply.reply.startswith("No listing says which of these go with Brown Satchel Bag; that is for you to see.")


def test_of_what_is_shown_for_a_kind_that_is_not_sold_nothing_is_said_of_going_with_the_thing(
    assistant_with: AssistantWith,
) -> None:
    lantern = said("complement", product="floor lantern", ref=(1,))
    reply = talk(assistant_with, ("satchel", HALDEN), ("a lantern for it", lantern))
    assert "No listing says which of these go with" not in reply.reply


def test_what_the_words_for_the_kind_share_with_something_shown_does_not_make_that_the_product_meant(
    assistant_with: AssistantWith,
) -> None:
    """The storm jacket was just added; "rain" is in its name as in the puddle jacket's, and neither is a bag."""
    jackets, added = said("search", product="jacket"), said("cart_add", product="breeze wind jacket")
    bag = said("complement", product="bag", features=("rain",), ref=("last",))
    reply = talk(assistant_with, ("jackets", jackets), ("add the breeze", added), ("i also need a bag for rain", bag))
    assert "go with Breeze Wind Jacket" in reply.reply
    assert {card.product.id for card in reply.cards} == {"tote", "satchel", "rucksack"}


def test_what_stands_in_the_name_of_the_thing_and_is_no_name_of_it_is_looked_for() -> None:
    tote = BY_ID["tote"]
    assert _is_called(tote, "bag")
    assert _is_called(tote, "tote bag")
    assert not _is_called(replace(tote, title="Throw Pillow"), "throw")


def test_a_kind_that_was_looked_for_before_is_what_is_to_go_with_the_thing_just_spoken_of(
    assistant_with: AssistantWith,
) -> None:
    """A bag was added and jackets were shown before: which of them goes with it asks for jackets, not for what goes with one."""
    jackets, bags = ("jackets", said("search", product="jacket")), ("a satchel", HALDEN)
    added, jacket = ("the first one", said("cart_add", ref=(1,))), said("complement", product="jacket", ref=("last",))
    reply = talk(assistant_with, jackets, bags, added, ("which jacket matches it best?", jacket))
    assert reply.reply.startswith("No listing says which of these go with Brown Satchel Bag; that is for you to see.")
    assert {card.product.category[-1] for card in reply.cards} == {"jackets"}


def test_a_thing_on_the_table_that_is_called_like_the_kind_asked_for_is_not_the_one_just_spoken_of(
    assistant_with: AssistantWith,
) -> None:
    bags, asked = ("bags", said("search", product="bag")), ("is the first waterproof?", said("ask_product", ref=(1,)))
    rucksack = said("complement", product="rucksack", ref=("last",))
    reply = talk(assistant_with, bags, asked, ("do you have a matching rucksack", rucksack))
    assert reply.constraints.product == "rucksack"


def test_accessories_for_it_are_of_no_kind(assistant_with: AssistantWith) -> None:
    read = said("complement", product="accessories", ref=(1,))
    reply = talk(assistant_with, ("a floor lamp", TOWER), ("what accessories do you have for it?", read))
    assert [card.product.id for card in reply.cards] == ["shade"]


def test_what_is_within_the_budget_of_the_thing_comes_first(assistant_with: AssistantWith) -> None:
    """Of the bags the tote costs 29, the satchel and the rucksack more."""
    lamp = said("search", product="desk lamp", price_max=Decimal(40))
    reply = talk(assistant_with, ("a lamp under 40", lamp), ("a bag to go with it", said("complement", product="bag")))
    prices = [card.product.price or Decimal(0) for card in reply.cards]
    assert [price <= 40 for price in prices] == sorted((price <= 40 for price in prices), reverse=True)
    assert prices[0] <= 40 < prices[-1]
