"""The words of a reply: few names, all of them shown, the same words for the same outcome."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.actions.find import of_the_kind_first
from assistant.explain import explain
from assistant.model import Answer, Card, CartLine, DialogueState, Intent, Outcome
from assistant.reply import NAMED, write
from assistant.said_back import need_phrase
from retrieval.product import Product
from retrieval.query import Constraints, Hit, Relaxed
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said
from tests.small_shop import BAGS, BY_ID, JACKETS, LAMPS

LAMP = DialogueState(Constraints(product="lamp", price_max=Decimal(200)))


def _cards(products: tuple[str, ...], constraints: Constraints = LAMP.constraints) -> tuple[Card, ...]:
    return explain([Hit(BY_ID[name], 0.9 - rank / 10, rank) for rank, name in enumerate(products, 1)], constraints)


def test_a_reply_names_at_most_three_products_and_only_shown_ones() -> None:
    cards = _cards(("tower", "clamp", "aster-black", "shade", "workshop"))
    text = write(Outcome(total=9), cards, LAMP, "USD").text
    named = [product.id for product in (*LAMPS, *BAGS, *JACKETS) if product.title in text]
    assert sorted(named) == sorted(["tower", "clamp", "aster-black"])
    assert len(named) == NAMED


def test_a_reply_says_each_named_price() -> None:
    text = write(Outcome(total=2), _cards(("tower", "clamp")), LAMP, "USD").text
    assert "Tower Floor Lamp $120" in text
    assert "Bolt Clamp Lamp $19.50" in text


def test_a_long_title_is_named_by_its_beginning_where_that_tells_it_from_the_others() -> None:
    tail = "1920 x 1080 pixels, 8 GB, 256 GB SSD, wireless"
    slim, small, large = (
        Product(title, f"{title} {tail}") for title in ('Corvid Slim (14.1")', "Corvid (8 GB)", "Corvid (16 GB)")
    )
    hits = [Hit(one, 0.9, rank) for rank, one in enumerate((slim, small, large), 1)]
    text = write(Outcome(total=3), explain(hits, Constraints()), DialogueState(), "USD").text
    assert f"1. Corvid Slim, 2. {small.title}, 3. {large.title}." in text


def test_what_only_some_of_those_named_say_is_told_once() -> None:
    """Of these the Aster alone states a material; the Bolt's light is the one for drawing."""
    wanted = Constraints(product="lamp", material=("steel",))
    text = write(Outcome(total=2), _cards(("workshop", "aster-black"), wanted), DialogueState(wanted), "USD").text
    assert "Only 2 says “steel”." in text
    assert "doesn't say" not in text  # no note on the first repeats it
    wanted = Constraints(product="lamp", features=("for drawing", "lamp"))
    text = write(Outcome(total=2), _cards(("clamp", "aster-black"), wanted), DialogueState(wanted), "USD").text
    assert "Only 1 says “for drawing”. Why the first" in text


def test_a_product_without_a_price_is_named_without_one() -> None:
    text = write(Outcome(total=1), _cards(("workshop",)), LAMP, "USD").text
    assert "Workshop Desk Lamp" in text
    assert "$0" not in text


def test_the_total_is_said_when_more_match_than_are_named() -> None:
    assert "3 of 9" in write(Outcome(total=9), _cards(("tower", "clamp", "workshop")), LAMP, "USD").text


def test_what_was_relaxed_is_said_first() -> None:
    outcome = Outcome(total=1, relaxed=(Relaxed("price_max", "nothing under $10 for lamp; the closest is $19.50"),))
    text = write(outcome, _cards(("clamp",)), LAMP, "USD").text
    assert text.startswith("Nothing under $10 for lamp; the closest is $19.50.")


def test_products_found_by_meaning_are_told_from_those_of_the_kind_with_where_they_stand() -> None:
    hits = (Hit(BY_ID["tower"], 0.9, 1), Hit(BY_ID["satchel"], 0.8, 2, of_kind=False))
    text = write(Outcome(hits, total=2), explain(hits, LAMP.constraints), LAMP, "USD").text
    shelf = BY_ID["satchel"].category[-1]
    assert f"Not called “lamp”: 2 (in “{shelf}”)." in text
    assert "Not called" not in write(Outcome(hits[:1], total=1), explain(hits[:1], LAMP.constraints), LAMP, "USD").text


@pytest.mark.parametrize(
    ("size", "told"), [("l", "they come in L."), ("16 inch", "they come in 16 inch."), ("big", "they are big.")]
)
def test_a_size_that_no_listing_gives_is_said_back_as_one_says_it(size: str, told: str) -> None:
    state = DialogueState(Constraints(product="lamp", size=(size,)))
    text = write(Outcome(total=2), _cards(("tower", "clamp"), state.constraints), state, "USD").text
    assert f"The listings give no sizes, so I can't tell whether {told}" in text


def test_what_stands_in_the_kinds_own_category_and_alone_states_a_wish_is_not_left_out() -> None:
    speakers = [
        Product(f"bt{place}", f"Bluetooth Speaker {place}", category=("audio", "speaker")) for place in range(3)
    ]
    shower = Product("shower", "Aqua Speaker", description="Waterproof, for the shower.", category=("audio", "speaker"))
    hits = [Hit(one, 0.9, rank, of_kind=one.id.startswith("bt")) for rank, one in enumerate([*speakers, shower], 1)]
    wish = Constraints(product="bluetooth speaker", features=("waterproof",))
    assert [hit.product.id for hit in of_the_kind_first(hits, wish)] == ["shower", "bt0", "bt1", "bt2"]
    assert [hit.product.id for hit in of_the_kind_first(hits, Constraints())] == ["bt0", "bt1", "bt2"]


def test_what_is_named_after_the_kind_is_none_of_it_though_it_stands_among_it_and_alone_states_a_wish() -> None:
    cameras = [
        Product(f"cam{place}", f"Digital Camera {place}", category=("electronics", "camera")) for place in range(3)
    ]
    tripod = Product("tripod", "Camera Tripod", description="Lightweight.", category=("electronics", "camera"))
    hits = [Hit(one, 0.9, rank, of_kind=one is not tripod) for rank, one in enumerate([tripod, *cameras], 1)]
    wish = Constraints(product="camera", features=("lightweight",))
    assert [hit.product.id for hit in of_the_kind_first(hits, wish)] == ["cam0", "cam1", "cam2"]


def test_a_belt_is_not_kept_among_dresses_for_one_that_stands_among_the_belts() -> None:
    dresses = [
        Product(f"dress{place}", f"Summer Dress {place}", category=("apparel", shelf))
        for place, shelf in enumerate(("shirt", "skirt", "belt"))
    ]
    belt = Product("belt", "Red Belt", category=("apparel", "belt"))
    hits = [Hit(one, 0.9, rank, of_kind=one is not belt) for rank, one in enumerate([belt, *dresses], 1)]
    red = Constraints(product="dress", color=("red",))
    assert [hit.product.id for hit in of_the_kind_first(hits, red)] == ["dress0", "dress1", "dress2"]


def test_a_kind_that_the_shop_does_not_have_is_admitted() -> None:
    state = DialogueState(Constraints(product="hovercraft"))
    text = write(Outcome(kind_found=False), _cards(("tower",)), state, "USD").text
    assert "“hovercraft”" in text
    assert text.startswith("No listing here")


def test_nothing_at_all_names_the_refusals_and_asks_one_question() -> None:
    words = write(Outcome(), (), DialogueState(Constraints(product="satchel", exclude=("leather",))), "USD")
    assert words.text == "I have nothing for satchel, without leather."
    assert words.question is not None
    assert words.question.options == ("Allow leather",)


def test_an_answer_is_the_reply_when_nothing_is_shown() -> None:
    assert write(Outcome(answer=Answer("Hello!")), (), DialogueState(), "USD").text == "Hello!"


@pytest.mark.parametrize("state", [LAMP, DialogueState(), DialogueState(cart=(CartLine("tote", 1),), shown=("tower",))])
def test_there_is_always_something_to_say_next(state: DialogueState) -> None:
    for outcome, cards in (
        (Outcome(total=2), _cards(("tower", "clamp"))),
        (Outcome(answer=Answer("Hm.")), ()),
        (Outcome(), ()),
    ):
        suggestions = write(outcome, cards, state, "USD").suggestions
        assert 1 <= len(suggestions) <= 4
        assert len(set(suggestions)) == len(suggestions)


def test_whether_there_is_a_colour_is_no_colour_to_offer() -> None:
    printers = [Product(one, f"Printer {one}", attributes={"color": (one,)}) for one in ("no", "yes", "white", "gray")]
    found = explain([Hit(one, 0.9, rank) for rank, one in enumerate(printers, 1)], Constraints())
    suggestions = write(Outcome(total=4), found, DialogueState(), "USD").suggestions
    assert [one for one in suggestions if "Only in" in one] == ["Only in gray"]


def test_the_same_outcome_gives_the_same_words() -> None:
    cards = _cards(("tower", "tote", "storm", "clamp"))
    assert len({write(Outcome(total=4), cards, LAMP, "USD") for _ in range(5)}) == 1


def test_nothing_is_said_to_be_not_too_dear() -> None:
    need = Constraints(product="bag", exclude=("too pricey", "too bright"))
    assert need_phrase(need, "USD") == "bag, not too bright"


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        (Constraints(product="lamp"), "lamp"),
        (Constraints(product="desk lamp", color=("black",), price_max=Decimal(40)), "black desk lamp under $40"),
        (Constraints(product="bag", material=("canvas",), brand="corrie", exclude=("leather", "wool")),
         "canvas bag by corrie, without leather or wool"),
        (Constraints(product="bag", price_min=Decimal(20), price_max=Decimal("39.5")), "bag from $20 to $39.50"),
        (Constraints(product="bag", price_min=Decimal(20)), "bag from $20"),
        (Constraints(product="bag", color=("blue", "black"), features=("light",)), "blue or black bag (light)"),
        (Constraints(material=("wool",), features=("warm", "for my neck")), "something wool for your neck (warm)"),
    ],
)  # fmt: skip
def test_the_need_is_said_in_the_shoppers_words(constraints: Constraints, expected: str) -> None:
    assert need_phrase(constraints, "USD") == expected


def test_a_refinement_in_which_nothing_was_read_says_so(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp"), said("refine")])
    shop.reply("a lamp", "s_1")
    reply = shop.reply("hmm, too much", "s_1")
    assert reply.reply.startswith("I did not catch what should change, so this is the same list.")
    assert reply.cards


def test_a_size_that_is_met_does_not_speak_for_a_feature_that_no_listing_has(assistant_with: AssistantWith) -> None:
    reply = assistant_with([said("search", product="lamp", size=("160 cm",), features=("solar",))]).reply(
        "a solar lamp"
    )
    assert reply.reply.startswith("No listing I found says “solar”. The nearest I have:")
    assert "doesn't say" not in reply.reply  # the lead says it already


def test_where_nothing_is_cheaper_than_what_was_shown_that_is_said(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="kettle"), said("refine", sort="price_asc")])
    shop.reply("a kettle", "s_1")
    assert shop.reply("cheaper", "s_1").reply.startswith("Nothing here costs less than Copper Kettle at $1,299.")


def test_what_nobody_rated_is_not_called_best_rated(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="jacket"), said("refine", sort="rating")])
    shop.reply("jackets", "s_1")
    reply = shop.reply("the best rated", "s_1").reply
    assert reply.startswith("No listing of these states a rating")
    assert "best rated first" not in reply


def test_a_wish_that_none_of_those_shown_meets_is_told_beside_one_that_some_do(assistant_with: AssistantWith) -> None:
    parse = said("search", product="jacket", features=("waterproof", "heated"))
    assert "None of them says “heated”." in assistant_with([parse]).reply("a heated waterproof jacket").reply


def test_what_is_to_be_had_is_a_bound_and_no_property_of_a_listing(assistant_with: AssistantWith) -> None:
    parse = said("search", product="desk lamp", color=("brass",), features=("in stock",))
    reply = assistant_with([parse]).reply("a brass desk lamp, in stock only")
    assert reply.constraints.in_stock
    assert "“in stock”" not in reply.reply
    assert all(card.product.in_stock for card in reply.cards)


def test_words_that_begin_with_for_or_with_follow_the_thing_as_they_were_said() -> None:
    need = Constraints(product="gift", features=("for my mum", "fishing"), exclude=("flowers", "too bright"))
    assert need_phrase(need, "USD") == "a gift for your mum (fishing), without flowers, not too bright"


def test_a_refused_colour_is_no_part_that_a_thing_is_without() -> None:
    assert need_phrase(Constraints(product="pot", exclude=("red", "lid")), "USD") == "pot, without lid, not red"


def test_a_wish_for_something_cheaper_than_nothing_asks_what_is_wanted(assistant_with: AssistantWith) -> None:
    reply = assistant_with([said("refine", sort="price_asc")]).reply("something cheaper")
    assert reply.reply.startswith("What are you looking for?")
    assert reply.cards == ()


def test_a_limit_in_another_currency_is_said_to_be_read_in_the_shops(assistant_with: AssistantWith) -> None:
    parse = said("search", product="desk lamp", price_max=Decimal(40))
    shop = assistant_with([parse, parse])
    assert "Prices here are in US dollars, and I read your limit in those." in shop.reply("a desk lamp under £40").reply
    assert "US dollars" not in shop.reply("a desk lamp under $40").reply


def test_of_several_materials_any_will_do_and_one_that_is_stated_is_enough() -> None:
    """The black desk lamp is of steel, and no listing says “oak”."""
    state = DialogueState(Constraints(product="lamp", material=("oak", "steel")))
    cards = _cards(("aster-black",), state.constraints)
    hits = (Hit(BY_ID["aster-black"], 0.9, 1),)
    text = write(Outcome(hits, total=1), cards, state, "USD").text
    assert need_phrase(state.constraints, "USD") == "oak or steel lamp"
    assert "doesn't say" not in text
    assert cards[0].caveats == ()


def test_for_whom_is_said_where_a_listing_shown_says_it() -> None:
    """The storm jacket is listed for men, the clamp lamp for nobody."""
    told = []
    for name, kind in (("storm", "jacket"), ("clamp", "lamp")):
        state = DialogueState(Constraints(product=kind, gender="men"))
        hits = (Hit(BY_ID[name], 0.9, 1),)
        told.append(write(Outcome(hits, total=1), _cards((name,), state.constraints), state, "USD").text)
    assert "for jacket for men:" in told[0]
    assert "for lamp:" in told[1]


def test_that_no_listing_speaks_of_the_children_it_is_asked_for_is_said() -> None:
    """No lamp is listed for anybody. A gift for a child need not say that it is one."""
    hits = tuple(Hit(BY_ID[name], 0.9, rank) for rank, name in enumerate(("clamp", "tower"), start=1))
    texts = []
    for wanted in (Constraints(product="lamp", gender="kids"), Constraints(product="gift", gender="kids")):
        cards = explain(hits, wanted)
        texts.append(write(Outcome(hits, total=2), cards, DialogueState(wanted), "USD").text)
    assert "None of them says it is for kids." in texts[0]
    assert "kids" not in texts[1]


@pytest.mark.parametrize(
    ("product", "told"), [("presents for my mum", "presents for your mum"), ("gift for my mum", "a gift for your mum")]
)
def test_one_gift_for_somebody_has_an_article_and_several_have_none(product: str, told: str) -> None:
    assert need_phrase(Constraints(product=product), "USD") == told


@pytest.mark.parametrize(("act", "more"), [("search", False), ("more", True)])
def test_no_more_are_called_so_only_where_some_were_shown(act: Intent, more: bool) -> None:
    hits = (Hit(BY_ID["satchel"], 0.8, 1, of_kind=False),)
    state = replace(LAMP, acts=(act,))
    text = write(Outcome(hits, total=1), explain(hits, state.constraints), state, "USD").text
    assert ("no more that are called" in text) is more
    assert "called “lamp”" in text


def test_for_whom_a_thing_is_is_no_wish_that_listings_lack(assistant_with: AssistantWith) -> None:
    """No lamp says "for his birthday", and none can; none says "for my studio", which one could."""
    whom, where = (said("search", product="lamp", features=(one,)) for one in ("for his birthday", "for my studio"))
    shop = assistant_with([whom, where])
    assert shop.reply("a lamp for his birthday", "s_1").reply.startswith("Here are 3 ")
    assert "says “for my studio”" in shop.reply("a lamp for my studio", "s_1").reply


@pytest.mark.parametrize("wish", ["birthday", "for a birthday party", "for my mum"])
def test_an_occasion_or_somebody_is_no_wish_that_listings_lack_where_another_is_met(wish: str) -> None:
    """Of three lamps one says that it is dimmable, and none for whom or for what day it is."""
    need = Constraints(product="lamp", features=("dimmable", wish))
    told = write(Outcome(total=2), _cards(("aster-black", "clamp"), need), DialogueState(need), "USD").text
    assert "dimmable" in told
    assert f"say “{wish}”" not in told
    assert f"says “{wish}”" not in told


def test_what_none_of_several_says_that_come_closest_is_told(assistant_with: AssistantWith) -> None:
    """No lamp costs less than $5, and none is purple."""
    shop = assistant_with([said("search", product="lamp", color=("purple",), price_max=Decimal(5))])
    reply = shop.reply("a purple lamp under 5", "s_1")
    assert len(reply.cards) > 1
    assert "Here is what comes closest: " in reply.reply
    assert "None of them says “purple”." in reply.reply


def test_beside_a_limit_that_was_given_up_a_wish_that_is_not_met_is_told(assistant_with: AssistantWith) -> None:
    """Under $60 there is no floor lamp, and the one at $120 states no colour."""
    shop = assistant_with([said("search", product="floor lamp", color=("green",), price_max=Decimal(60))])
    reply = shop.reply("a green floor lamp under 60", "s_1").reply
    assert "Note on the first: $60 over your $60 limit; the listing doesn't say it is “green”." in reply


def test_cheaper_than_the_first_is_cheaper_than_that_one_though_it_is_not_the_cheapest(
    assistant_with: AssistantWith,
) -> None:
    """The jackets are shown at $59, $149, $35 and $79: one that is cheaper than the second is there."""
    shop = assistant_with([said("search", product="jacket"), *[said("refine", sort="price_asc")] * 2])
    second = 1 + [card.product.id for card in shop.reply("a jacket", "s_1").cards].index("fjord")
    told = shop.reply(f"anything cheaper than number {second}", "s_1").reply
    assert "costs less than" not in told


@pytest.mark.parametrize("message", ["cheapest first", "the cheapest please"])
def test_the_order_from_the_cheapest_on_says_of_the_first_no_more_than_its_price(
    assistant_with: AssistantWith, message: str
) -> None:
    """That nothing costs less than what comes first is what the order says."""
    shop = assistant_with([said("search", product="jacket"), said("refine", sort="price_asc")])
    shop.reply("a jacket", "s_1")
    told = shop.reply(message, "s_1").reply
    assert "cheapest first: 1. Puddle Rain Jacket $35" in told
    assert "costs less than" not in told


def test_the_cheapest_that_are_so_are_not_held_against_those_shown_before(assistant_with: AssistantWith) -> None:
    """The puddle jacket costs less than the blue one, of which nobody asked whether it is cheaper."""
    blue = said("refine", sort="price_asc", color=("blue",))
    shop = assistant_with([said("search", product="jacket"), blue])
    shop.reply("a jacket", "s_1")
    told = shop.reply("the cheapest of the blue ones", "s_1").reply
    assert "costs less than" not in told
    assert "Storm Rain Jacket" in told


def test_cheaper_of_what_is_of_no_kind_still_is_what_was_asked_for(assistant_with: AssistantWith) -> None:
    """The Aster lamps alone are of steel, and a lot of other things cost less."""
    steel = said("search", features=("steel",))
    shop = assistant_with([steel, said("refine", sort="price_asc")])
    shop.reply("something of steel", "s_1")
    reply = shop.reply("cheaper", "s_1")
    assert [card.product.attributes["material"] for card in reply.cards] == [("steel",)]
    assert reply.reply.startswith("Nothing here costs less than")


def test_of_what_is_only_near_the_kind_it_is_told_which_wish_none_of_them_meets(assistant_with: AssistantWith) -> None:
    """No bag is called a ski bag, one states that it is waterproof, and none that it is purple."""
    shop = assistant_with([said("search", product="ski bag", color=("purple",), features=("waterproof",))])
    told = shop.reply("a waterproof purple ski bag", "s_1").reply
    assert told.startswith("No listing here is called “ski bag”.")
    assert "Its listing doesn't say “purple”." in told
    assert "“waterproof”." not in told


def test_of_a_gift_it_is_told_what_no_listing_says_but_not_for_whom_it_is() -> None:
    need = Constraints(product="present", features=("for my nephew", "dinosaurs", "steel"))
    state = DialogueState(need)
    told = write(Outcome(total=2), _cards(("aster-black", "clamp"), need), state, "USD").text
    assert "None of them says “dinosaurs”." in told
    assert "nephew”" not in told


def test_the_cheapest_of_what_says_all_that_was_wished_is_not_looked_for_among_what_says_less(
    searcher: Searcher,
) -> None:
    """The steel lamp costs $34.99; the clamp lamp at $19.50 is of aluminium."""
    turns = [said("search", product="lamp", material=("steel",)), said("refine", sort="price_asc")]
    shop = Assistant(replace(parts_with(searcher, turns), products_shown=1))
    shop.reply("a steel lamp", "s_1")
    reply = shop.reply("which is the cheapest", "s_1")
    assert [card.product.group_id for card in reply.cards] == ["aster"]
    assert "says all that you asked for" not in reply.reply


def test_cheaper_is_cheaper_than_what_says_all_that_was_wished(assistant_with: AssistantWith) -> None:
    """The steel lamp costs $34.99; beside it the clamp lamp at $19.50 was shown, which is of aluminium and no steel one that costs less."""
    turns = [said("search", product="lamp", material=("steel",)), said("refine", sort="price_asc")]
    shop = assistant_with(turns)
    assert "clamp" in [card.product.id for card in shop.reply("a steel lamp", "s_1").cards]
    reply = shop.reply("cheaper", "s_1")
    assert reply.cards[0].product.id == "clamp"
    assert reply.reply.startswith("Nothing cheaper says all that you asked for, so these say less of it.")
    assert "No listing I found says “steel”" not in reply.reply


def test_places_on_one_shelf_are_told_together() -> None:
    bags = [Hit(BY_ID[name], 0.8, place, of_kind=False) for place, name in ((2, "satchel"), (3, "satchel"))]
    hits = (Hit(BY_ID["tower"], 0.9, 1), *bags)
    text = write(Outcome(hits, total=3), explain(hits, LAMP.constraints), LAMP, "USD").text
    assert f"Not called “lamp”: 2 and 3 (in “{BY_ID['satchel'].category[-1]}”)." in text
