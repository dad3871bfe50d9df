"""Questions about a product: its record, its listing's own sentence, or an admission that it doesn't say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

import pytest

from assistant.actions.answering import answer_for, facts_of, silence
from assistant.actions.ask import _OPEN, ask_product
from assistant.actions.questions import questions
from assistant.model import Answer, DialogueState
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import WordEmbedder, said
from tests.small_shop import BY_ID

SHOWN = DialogueState(shown=("tower", "clamp", "quiet"), focus="tower")


def _ask(searcher: Searcher, state: DialogueState = SHOWN, **slots: object) -> Answer:
    answer = ask_product(said("ask_product", **slots), state, parts_with(searcher)).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("product_id", "asked", "expected"),
    [
        ("tower", "price", "Tower Floor Lamp costs $120."),
        ("tower", "height", "Tower Floor Lamp: height 160 cm."),
        ("tower", "rating", "Tower Floor Lamp is rated 4.8 of 5 from 210 reviews."),
        ("tower", "bulb", "Tower Floor Lamp: “Needs an E27 bulb; the bulb is sold separately.”"),
        ("quiet", "touchscreen", "Quiet Headphones: touchscreen no."),
        ("kettle", "availability", "Copper Kettle is sold out."),
        ("kettle", "in stock", "Copper Kettle is sold out."),
        ("tower", "sold out", "Tower Floor Lamp is in stock."),
        ("satchel", "laptop", "Brown Satchel Bag: “A satchel for a 13 inch laptop.”"),
    ],
)
def test_an_answer_is_a_fact_of_the_record_or_a_quoted_sentence(product_id: str, asked: str, expected: str) -> None:
    assert answer_for(BY_ID[product_id], [BY_ID[product_id]], asked, WordEmbedder()).text == expected


def test_what_the_listing_does_not_say_is_said_to_be_missing() -> None:
    answer = answer_for(BY_ID["tower"], [], "bluetooth", WordEmbedder())
    assert (answer.text, answer.found) == (
        "The listing of Tower Floor Lamp doesn't say anything about “bluetooth”.",
        False,
    )


def test_every_fact_stands_in_the_record() -> None:
    assert [fact.text for fact in facts_of(BY_ID["tote"], [])] == [
        "price: $29",
        "availability: in stock",
        "rating: 4.6 of 5 from 95 reviews",
        "brand: Corrie",
        "material: canvas",
        "color: natural, black",
        "vegan: yes",
        "Heavy canvas with two long handles.",
    ]


def test_a_question_about_colours_is_answered_for_the_whole_family() -> None:
    family = [BY_ID["aster-black"], BY_ID["aster-white"], BY_ID["aster-brass"]]
    answer = answer_for(family[0], family, "color", WordEmbedder())
    assert answer.text == "Aster Desk Lamp, Black: color black, white, brass."


def test_few_left_are_counted_and_many_are_not() -> None:
    stated = {name: [fact.value for fact in facts_of(BY_ID[name], []) if fact.name == "availability"] for name in BY_ID}
    assert (stated["clamp"], stated["tote"], stated["workshop"]) == (["in stock, only 2 left"], ["in stock"], [])


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (2, "Only 2 of Bolt Clamp Lamp are in stock."),
        (1, "Tower Floor Lamp is in stock, at least 5 of them."),
    ],
)
def test_whether_there_are_as_many_is_answered_by_the_stock(searcher: Searcher, place: int, expected: str) -> None:
    assert (BY_ID["tower"].stock or 0) >= 5
    assert _ask(searcher, ref=(place,), ask="in stock", quantity=5).text == expected


def test_a_property_behind_what_only_leads_to_it_is_what_is_asked_for(searcher: Searcher) -> None:
    state = DialogueState(shown=("satchel",), focus="satchel")
    answer = _ask(searcher, state, ask="made of", material=("real leather",))
    assert answer.text == "Brown Satchel Bag: material leather."


def test_unknown_stock_and_price_are_no_facts() -> None:
    assert [fact.text for fact in facts_of(BY_ID["workshop"], [])] == ["A plain lamp for the workbench."]


def test_the_evidence_of_an_answer_holds_what_it_says() -> None:
    answer = answer_for(BY_ID["tower"], [], "bulb", WordEmbedder())
    assert answer.evidence == ("Tower Floor Lamp", "Needs an E27 bulb; the bulb is sold separately.")


def test_the_product_pointed_at_is_asked_about(searcher: Searcher) -> None:
    assert _ask(searcher, ref=(2,), ask="price").text == "Bolt Clamp Lamp costs $19.50."


def test_it_is_the_product_last_spoken_of(searcher: Searcher) -> None:
    assert _ask(searcher, ask="price").text == "Tower Floor Lamp costs $120."


def test_a_wish_is_asked_about_when_no_question_was_read(searcher: Searcher) -> None:
    assert _ask(searcher, ref=(3,), features=("touchscreen",)).text == "Quiet Headphones: touchscreen no."


def test_each_of_several_products_answers(searcher: Searcher) -> None:
    assert _ask(searcher, ref=(1, 2), ask="price").text == "Tower Floor Lamp costs $120. Bolt Clamp Lamp costs $19.50."


def test_what_is_included_is_told_in_the_listing_s_words_where_none_says_so(searcher: Searcher) -> None:
    assert _ask(searcher, ref=(2,), ask="included").text == (
        "Bolt Clamp Lamp: “Clamps to the edge of a desk. A cool white light for drawing.”"
    )


def test_nothing_shown_asks_which_product(searcher: Searcher) -> None:
    assert _ask(searcher, DialogueState(), ask="price") == Answer(
        "Which product do you mean? I have not shown one yet.", found=False
    )


@pytest.mark.parametrize("slots", [{"ref": (9,)}, {"product": "kettle"}])
def test_a_question_about_none_of_those_shown_asks_which(searcher: Searcher, slots: dict[str, object]) -> None:
    assert _ask(searcher, SHOWN, ask="price", **slots).text == "Which of the products shown do you mean?"


def test_a_product_asked_about_becomes_the_one_spoken_of(searcher: Searcher) -> None:
    assert ask_product(said("ask_product", ref=(2,), ask="price"), SHOWN, parts_with(searcher)).focus == "clamp"


def test_where_a_listing_does_not_say_others_of_the_kind_that_do_are_offered(assistant_with: AssistantWith) -> None:
    asked = said("ask_product", ref=("cheapest",), ask="fabric shade")
    shop = assistant_with([said("search", product="lamp"), asked, said("greet")])
    shop.reply("lamps", "s_1")
    reply = shop.reply("does the cheapest have a fabric shade?", "s_1")
    assert "The listing of Bolt Clamp Lamp doesn't say anything about “fabric shade”." in reply.reply
    assert "Other listings of the kind do." in reply.reply  # the tower lamp's
    assert reply.suggestions[0] == "Something similar with fabric shade"
    assert reply.cards == ()  # what lies on the table stays
    shown = shop.reply("yes please", "s_1")
    assert [card.product.id for card in shown.cards][:1] == ["tower"]


def test_it_still_means_the_product_asked_about_after_others_were_offered(assistant_with: AssistantWith) -> None:
    asked = said("ask_product", ref=("cheapest",), ask="fabric shade")
    shop = assistant_with([said("search", product="lamp"), asked, said("cart_add")])
    for message in ("lamps", "does the cheapest have a fabric shade?", "add it"):
        reply = shop.reply(message, "s_1")
    assert [product.id for product, _ in reply.cart.lines] == ["clamp"]


def test_tell_me_more_is_answered_with_the_listings_own_text(searcher: Searcher) -> None:
    answer = _ask(searcher, ref=(2,), ask="more")
    assert answer.text == "Bolt Clamp Lamp: “Clamps to the edge of a desk. A cool white light for drawing.”"


def test_others_that_are_offered_keep_within_the_bounds(assistant_with: AssistantWith) -> None:
    lamps = said("search", product="lamp", price_max=Decimal(40))
    shop = assistant_with([lamps, said("ask_product", ref=("cheapest",), ask="fabric shade")])
    shop.reply("lamps under 40", "s_1")
    assert "Other listings" not in shop.reply("does the cheapest have a fabric shade?", "s_1").reply


def test_of_a_gift_no_other_kind_of_thing_counts_as_stating_it_too(searcher: Searcher) -> None:
    gift = replace(SHOWN, constraints=Constraints(product="gift"))  # any kind may be one; the lamps have shades
    assert "Other listings" not in _ask(searcher, gift, ref=(3,), ask="fabric shade").text


@pytest.mark.parametrize("asked", ["come in linen", "is it made of linen", "available in linen"])
def test_the_verb_that_a_question_hangs_on_is_not_looked_for(asked: str) -> None:
    answer = answer_for(BY_ID["shade"], [BY_ID["shade"]], asked, WordEmbedder())
    assert (answer.text, answer.found) == ("Linen Lampshade: material linen.", True)


def test_a_title_answers_where_nothing_else_does() -> None:
    plain = replace(BY_ID["shade"], attributes={})
    answer = answer_for(plain, [plain], "come in linen", WordEmbedder())
    assert (answer.text, answer.found) == ("The name of Linen Lampshade says “Linen”.", True)


def test_what_it_is_made_of_is_told_by_its_name_where_nothing_else_says_so() -> None:
    plain = replace(BY_ID["shade"], attributes={}, description="A shade for your lamp.")
    answer = answer_for(plain, [plain], "what is it made of", WordEmbedder())
    assert (answer.text, answer.found) == ("The name of Linen Lampshade says “Linen”.", True)


def test_what_it_is_made_of_and_its_colour_are_read_in_the_sentence_that_says_so() -> None:
    text = "Embrace rain with our Tower Floor Lamp. This sleek navy shell is of oak, and pairs well with green linen."
    lamp = replace(BY_ID["tower"], description=text, attributes={})
    second = "Tower Floor Lamp: “This sleek navy shell is of oak, and pairs well with green linen.”"
    assert [
        answer_for(lamp, [lamp], asked, WordEmbedder()).text for asked in ("what colour is it", "what is it made of")
    ] == [second] * 2
    beside = replace(lamp, description="Pairs well with green linen.")
    assert not answer_for(beside, [beside], "what colour is it", WordEmbedder()).found


def test_a_material_asked_for_by_name_is_answered_by_no_sentence_that_says_another() -> None:
    shoe = replace(BY_ID["shade"], title="Night Runner", description="", attributes={})
    leather = replace(shoe, description="These black leather shoes have a glowing sole.")
    answer = answer_for(leather, [leather], "rubber sole", WordEmbedder(), "do they have a rubber sole")
    assert not answer.found
    both = replace(leather, description=f"{leather.description} The sole is of rubber.")
    said_of_it = answer_for(both, [both], "rubber sole", WordEmbedder(), "do they have a rubber sole")
    assert (said_of_it.text, said_of_it.found) == ("Night Runner: “The sole is of rubber.”", True)


def test_where_another_colour_is_stated_than_asked_for_that_is_told_as_the_nearest() -> None:
    pillow = replace(BY_ID["shade"], title="Moon Pillow", description="Very soft. A round navy pillow.", attributes={})
    assert answer_for(pillow, [pillow], "come in green", WordEmbedder()).text == (
        "The listing of Moon Pillow doesn't say “green” outright. The nearest it says: “A round navy pillow.”"
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("how warm", "A coat of supreme warmth."),
        ("charge", "With a rechargeable battery."),
        ("how many pockets", "It has ten pockets."),
        ("how long is the cable", "A 2 m cable is included."),
        ("how long does the battery last", "The long-lasting battery is new."),
    ],
)
def test_a_question_is_answered_in_other_forms_of_its_words_and_without_the_words_that_ask(
    asked: str, sentence: str
) -> None:
    coat = replace(BY_ID["shade"], title="Frost", description=f"{sentence} We made it for you.", attributes={})
    assert answer_for(coat, [coat], asked, WordEmbedder()).text == f"Frost: “{sentence}”"


def test_how_much_of_something_it_is_is_not_said_by_a_word_for_it() -> None:
    text = "For the heavy tasks of every builder at home, at work and outdoors, with a long cable and two speeds."
    drill = replace(BY_ID["shade"], title="Drill", description=text, attributes={}, price=None, brand=None)
    for asked in ("how heavy is it", "how long is it"):
        assert not answer_for(drill, [drill], asked, WordEmbedder()).found


def test_others_are_offered_for_what_they_may_have_and_not_for_a_question_that_asks_what() -> None:
    asking = ("what's it filled with?", "and how wide is it", "is it wireless", "what about the third, is it wireless?")
    assert [bool(_OPEN.search(one)) for one in asking] == [True, True, False, False]


def test_of_two_things_asked_about_a_sentence_has_one() -> None:
    lamp = replace(BY_ID["tower"], description="A calm light. The foot is of slate.", attributes={})
    answer = answer_for(lamp, [lamp], "granite or slate", WordEmbedder())
    assert answer.text == "Tower Floor Lamp: “The foot is of slate.”"


def test_a_sentence_that_has_the_asked_word_in_the_title_alone_is_no_answer() -> None:
    lamp = replace(BY_ID["tower"], description="Meet our Tower Floor Lamp. It stands on the floor by itself.")
    assert (
        answer_for(lamp, [lamp], "floor", WordEmbedder()).text
        == "Tower Floor Lamp: “It stands on the floor by itself.”"
    )


def test_of_several_products_the_silent_ones_share_a_sentence(searcher: Searcher) -> None:
    assert _ask(searcher, ref=("all",), ask="gift box").text.startswith(
        "None of the 3 listings says anything about “gift box”."
    )
    some = _ask(searcher, ref=("all",), ask="bulb").text
    assert some == (
        "Tower Floor Lamp: “Needs an E27 bulb; the bulb is sold separately.” The other 2 listings don't say anything about “bulb”."
    )


def test_how_much_asks_for_the_price() -> None:
    tote = BY_ID["tote"]
    assert answer_for(tote, [tote], "how much", WordEmbedder()).text == "Market Tote Bag costs $29."


@pytest.mark.parametrize(
    ("product_id", "asked", "expected"),
    [
        ("tote", "who makes it", "Market Tote Bag is by Corrie."),
        ("tote", "what is it made of", "Market Tote Bag: material canvas."),
        ("tote", "other colours", "Market Tote Bag: color natural, black."),
        ("tower", "how big is it", "Tower Floor Lamp: height 160 cm."),
        ("tower", "how many are left", "Tower Floor Lamp is in stock."),
    ],
)
def test_a_usual_question_is_answered_by_its_field_whatever_words_it_has(
    product_id: str, asked: str, expected: str
) -> None:
    assert answer_for(BY_ID[product_id], [BY_ID[product_id]], asked, WordEmbedder()).text == expected


def test_a_usual_question_without_its_field_is_answered_by_no_sentence_that_only_sounds_like_it() -> None:
    lamp = replace(BY_ID["tower"], description="The arm is made for long evenings.")
    answer = answer_for(lamp, [lamp], "where is it made", WordEmbedder())
    assert (answer.found, answer.field) == (False, "")


def test_a_field_comes_near_only_by_more_than_a_sentence_does() -> None:
    """Each shares one word of three with what is asked: a cosine of 1/3."""
    asked, bare = "crane lifting weights", replace(BY_ID["tower"], description="", attributes={})
    field, sentence = (
        replace(bare, attributes={"motif": ("paper crane",)}),
        replace(bare, description="Motif paper crane."),
    )
    told = [answer_for(one, [one], asked, WordEmbedder(), asked).text for one in (field, sentence)]
    assert ["paper crane" in text for text in told] == [False, True]


def test_a_sentence_that_is_no_nearer_to_the_question_than_the_name_of_the_thing_is_not_told() -> None:
    """Each sentence shares with the question the lamp alone, as its title does."""
    lamp = replace(BY_ID["tower"], title="Tower Lamp", description="A lamp of joy.", attributes={})
    answer = answer_for(lamp, [lamp], "lamp plug voltage", WordEmbedder(), "lamp plug voltage")
    assert answer.text == "The listing of Tower Lamp doesn't say anything about “lamp plug voltage”."


def test_what_only_comes_near_is_said_to_do_no_more() -> None:
    lamp = replace(BY_ID["tower"], description="Runs on batteries.")
    answer = answer_for(lamp, [lamp], "big batteries in the box", WordEmbedder(), "are there big batteries in the box")
    assert not answer.found
    assert answer.text == (
        "The listing of Tower Floor Lamp doesn't say “big batteries in the box” outright. "
        "The nearest it says: “Runs on batteries.”"
    )


def test_what_a_usual_question_is_about_is_read_without_what_is_said_before_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="floor lamp"), said("ask_product", ask="made of", ref=(1,))])
    shop.reply("a floor lamp", "s_1")
    told = shop.reply("the first is ok, whats it made of", "s_1").reply
    assert "ok" not in told
    assert told == "The listing of Tower Floor Lamp doesn't say anything about “material”."


def test_it_is_what_was_spoken_of_last_whatever_place_was_read(assistant_with: AssistantWith) -> None:
    bags, guess = said("search", product="bag"), said("ask_product", ask="price", ref=(3,))
    shop = assistant_with([bags, guess])
    first, *_, third = shop.reply("bags", "s_1").cards
    assert shop.reply("what does it cost", "s_1").reply.startswith(first.product.title)
    shop = assistant_with([bags, guess])
    shop.reply("bags", "s_2")
    assert shop.reply("what does the third cost, is it cheap", "s_2").reply.startswith(third.product.title)


def test_another_number_than_the_one_asked_for_is_only_the_nearest() -> None:
    lamp = replace(BY_ID["tower"], description="", attributes={"rear usb ports version": ("2",)})
    told = answer_for(lamp, [lamp], "rear usb ports version 3", WordEmbedder(), "rear usb ports version 3")
    assert not told.found
    assert "doesn't say" in told.text


def test_what_is_in_the_box_is_told_by_the_listing_and_not_whether_it_comes_in_one() -> None:
    lamp = replace(BY_ID["tower"], description="A lamp for letters.")
    told = answer_for(lamp, [lamp], "in the box", WordEmbedder(), "what is in the box")
    silent = answer_for(lamp, [lamp], "come in a box", WordEmbedder(), "does it come in a box")
    uncounted = answer_for(lamp, [lamp], "pieces", WordEmbedder(), "how many pieces")
    assert uncounted.text == "The listing of Tower Floor Lamp doesn't say anything about “pieces”."
    assert told.text == "Tower Floor Lamp: “A lamp for letters.”"
    assert silent.text == "The listing of Tower Floor Lamp doesn't say anything about “box”."


@pytest.mark.parametrize("intent", ["refine", "more"])
def test_a_usual_question_read_as_a_narrowing_of_nothing_is_answered(
    assistant_with: AssistantWith, intent: Literal["refine", "more"]
) -> None:
    shop = assistant_with([said("search", product="tote bag"), said(intent)])
    shop.reply("a tote bag", "s_1")
    reply = shop.reply("what colours are there?", "s_1")
    assert (reply.intent, reply.reply) == ("ask_product", "Market Tote Bag: color natural, black.")


def test_a_wish_that_only_names_what_products_have_is_the_question_for_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="bag"), said("refine", size=("sizes",))])
    shop.reply("a bag", "s_1")
    reply = shop.reply("what sizes", "s_1")
    assert reply.intent == "ask_product"
    assert reply.constraints.size == ()


def test_the_stock_asked_about_is_that_of_the_variant_named(assistant_with: AssistantWith) -> None:
    shop = assistant_with(
        [
            said("search", product="desk lamp", color=("black",)),
            said("ask_product", ref=("last",), ask="in stock in brass"),
        ]
    )
    shop.reply("a desk lamp", "s_1")
    assert shop.reply("is it in stock in brass?", "s_1").reply.startswith("Aster Desk Lamp, Brass is sold out.")


def test_the_first_one_is_asked_about_like_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with(
        [said("search", product="kettle"), said("ask_product", ref=(1,), ask="what does the first cost")]
    )
    shop.reply("a kettle", "s_1")
    assert shop.reply("in euros, what does the first cost?", "s_1").reply == "Copper Kettle costs $1,299."


def test_a_product_that_is_only_pointed_at_is_described(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="kettle"), said("ask_product", ref=(1,))])
    shop.reply("a kettle", "s_1")
    assert "“" in shop.reply("why that one?", "s_1").reply


@pytest.mark.parametrize(
    ("asked", "silent"),
    [
        ("come in gold", "say anything about “gold”"),
        ("is it dishwasher safe", "say anything about “dishwasher safe”"),
        ("need batteries", "say anything about “batteries”"),
        ("how big", "say “how big”"),
        ("how long does the battery last", "say “how long does the battery last”"),
        ("no sugar", "say anything about “no sugar”"),
        ("waterproof", "say anything about “waterproof”"),
        ("made", "say anything about “made”"),
    ],
)
def test_what_is_not_said_is_named_without_the_words_that_lead_to_it(asked: str, silent: str) -> None:
    assert silence(asked) == silent


def test_and_number_2_asks_what_was_asked_of_the_first(assistant_with: AssistantWith) -> None:
    turns = [said("search", product="lamp"), said("ask_product", ask="price", ref=(1,)), said("ask_product", ref=(2,))]
    shop = assistant_with([*turns, said("ask_product", ref=(2,))])
    second = shop.reply("a lamp", "s_1").cards[1].product
    shop.reply("what's the price of the first?", "s_1")
    assert shop.reply("and number 2?", "s_1").reply == f"{second.title} costs ${second.price:.2f}."
    assert "costs" not in shop.reply("tell me about the second", "s_1").reply


def test_how_many_is_answered_by_no_sentence_without_a_number() -> None:
    piano = Product(
        "piano",
        "Digital Piano",
        description="It has weighted keys for both hands. Two pedals are included.",
        price=Decimal(499),
    )
    keys = answer_for(piano, [piano], "keys", WordEmbedder(), "how many keys does it have")
    assert (keys.text, keys.found) == (
        "The listing of Digital Piano doesn't say “keys” outright. The nearest it says: “It has weighted keys for both hands.”",
        False,
    )
    pedals = answer_for(piano, [piano], "pedals", WordEmbedder(), "how many pedals does it have")
    assert pedals.text == "Digital Piano: “Two pedals are included.”"


def test_a_price_is_not_told_as_the_nearest_to_another_number() -> None:
    """A third of the words are the price's, which is near and no answer."""
    piano = Product("piano", "Digital Piano", price=Decimal("499.99"), currency="USD")
    answer = answer_for(piano, [piano], "499 keys to press", WordEmbedder())
    assert answer.text == "The listing of Digital Piano doesn't say anything about “499 keys to press”."


def test_after_a_search_that_found_nothing_it_is_said_that_there_is_nothing_to_ask_about(
    assistant_with: AssistantWith,
) -> None:
    shop = assistant_with(
        [
            said("search", product="lamp"),
            said("search", product="zeppelin"),
            said("ask_product", ref=("last",), ask="washable"),
        ]
    )
    shop.reply("a lamp", "s_1")
    assert shop.reply("and a zeppelin?", "s_1").cards == ()
    assert (
        shop.reply("is it washable?", "s_1").reply
        == "Which product do you mean? I found nothing to show for “zeppelin”."
    )


def test_what_is_looked_for_is_asked_about_like_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with(
        [said("search", product="floor lamp"), said("ask_product", ref=(1,), ask="how much is the floor lamp")]
    )
    shop.reply("a floor lamp", "s_1")
    assert shop.reply("how much is the floor lamp", "s_1").reply == "Tower Floor Lamp costs $120."


@pytest.mark.parametrize(("asked", "question"), [("in it", "what's in it?"), ("whats in it", "whats in it")])
def test_what_is_in_it_is_told_in_the_listings_own_words(asked: str, question: str) -> None:
    kit = Product("kit", "Tool Kit", description="A hammer, pliers and tape.")
    told = answer_for(kit, [kit], asked, WordEmbedder(), question)
    assert told.text == "Tool Kit: “A hammer, pliers and tape.”"


def test_of_two_things_asked_about_the_one_in_the_name_is_told() -> None:
    salmon = Product("salmon", "Fresh Salmon Fillet", description="A cold water catch.")
    answer = answer_for(salmon, [salmon], "fresh or frozen", WordEmbedder(), "is it fresh or frozen")
    assert answer.text == "The name of Fresh Salmon Fillet says “Fresh”."


def test_what_a_question_calls_by_words_of_one_title_only_is_asked_about_though_it_was_not_shown(
    assistant_with: AssistantWith,
) -> None:
    shop = assistant_with(
        [
            said("search", product="desk lamp"),
            said("ask_product", ref=(2,), ask="porcelain"),
            said("cart_add", ref=("last",)),
        ]
    )
    shop.reply("a desk lamp", "s_1")
    assert shop.reply("are the espresso cups of porcelain?", "s_1").reply == "Café Espresso Cups: material porcelain."
    assert [product.title for product, _ in shop.reply("add them", "s_1").cart.lines] == ["Café Espresso Cups"]


def test_a_part_of_what_is_shown_is_no_other_thing(assistant_with: AssistantWith) -> None:
    shop = assistant_with(
        [said("search", product="desk lamp", color=("black",)), said("ask_product", ref=("last",), ask="steel arm")]
    )
    first = shop.reply("a black desk lamp", "s_1").cards[0].product
    assert shop.reply("is the steel arm slim?", "s_1").reply.startswith(f"{first.title}: ")


def test_of_a_size_alone_it_is_told_that_no_listing_gives_any(searcher: Searcher) -> None:
    assert _ask(searcher, ref=(1,), size=("42",)).text == (
        "The listing of Tower Floor Lamp gives no size, so I can't tell whether it comes in 42."
    )


def test_what_several_cost_is_told_with_what_one_costs(searcher: Searcher) -> None:
    parse = replace(said("ask_product", ref=(2,), ask="how much"), message="how much would 3 of the second be")
    answer = ask_product(parse, SHOWN, parts_with(searcher)).answer
    assert answer is not None
    assert answer.text == "Bolt Clamp Lamp costs $19.50; 3 of them come to $58.50."


def test_what_is_asked_about_is_said_without_the_words_that_end_the_question() -> None:
    assert silence("frame made of") == "say anything about “frame”"


def test_what_only_leads_to_a_usual_question_is_said_by_the_field_that_answers_it(
    assistant_with: AssistantWith,
) -> None:
    shop = assistant_with([said("search", product="floor lamp"), said("ask_product", ask="made of", ref=("last",))])
    shop.reply("a floor lamp", "s_1")
    silent = "The listing of Tower Floor Lamp doesn't say anything about “material”."
    assert shop.reply("what is it made of?", "s_1").reply == silent


def test_what_only_leads_to_a_part_of_the_thing_asks_for_that_part(searcher: Searcher) -> None:
    state = DialogueState(Constraints(product="lamp"), shown=("tower",), focus="tower")
    parse = replace(said("ask_product", ref=("last",), ask="come"), message="and the bulb, does that come")
    answer = ask_product(parse, state, parts_with(searcher)).answer
    assert answer is not None
    assert "Needs an E27 bulb" in answer.text


def test_a_colour_by_which_a_thing_is_called_is_not_what_is_asked_about_it(searcher: Searcher) -> None:
    state = DialogueState(Constraints(product="lamp"), shown=("clamp",), focus="clamp")
    read = said("ask_product", ref=(1,), color=("red",), ask="how many screws")
    answer = ask_product(
        replace(read, message="the red lamp is sweet, how many screws has it"), state, parts_with(searcher)
    ).answer
    assert answer is not None
    assert answer.text == "The listing of Bolt Clamp Lamp doesn't say “how many screws”."


def test_two_questions_about_a_product_are_both_answered(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="floor lamp"), said("ask_product", ask="height", ref=(1,))])
    shop.reply("a floor lamp", "s_1")
    told = shop.reply("what height is the first one, and does it need a bulb?", "s_1").reply
    assert (
        told == "Tower Floor Lamp: height 160 cm. Tower Floor Lamp: “Needs an E27 bulb; the bulb is sold separately.”"
    )


def test_a_second_question_about_something_of_the_shopper_is_a_question_too(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="floor lamp"), said("ask_product", ask="height", ref=(1,))])
    shop.reply("a floor lamp", "s_1")
    told = shop.reply("what height is the first one? does an umbrella fit", "s_1").reply
    silent = "The listing of Tower Floor Lamp doesn't say anything about “umbrella fit”."
    assert told == f"Tower Floor Lamp: height 160 cm. {silent}"


def test_a_second_question_that_says_no_place_is_asked_of_the_same_product(assistant_with: AssistantWith) -> None:
    """It was read as one about the third lamp."""
    read = replace(said("ask_product", ask="height", ref=(1,)), then=said("ask_product", ask="bulb", ref=(3,)))
    shop = assistant_with([said("search", product="floor lamp"), replace(read, acts=("ask_product", "ask_product"))])
    shop.reply("a floor lamp", "s_1")
    told = shop.reply("what height is the first one, and does it need a bulb?", "s_1").reply
    assert (
        told == "Tower Floor Lamp: height 160 cm. Tower Floor Lamp: “Needs an E27 bulb; the bulb is sold separately.”"
    )


def test_of_a_second_question_that_no_listing_answers_it_is_said_by_its_field(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="floor lamp"), said("ask_product", ask="height", ref=(1,))])
    shop.reply("a floor lamp", "s_1")
    told = shop.reply("what height is the first one, and how heavy is it?", "s_1").reply
    assert told.startswith("Tower Floor Lamp: height 160 cm. ")
    assert "“weight”" in told


def test_of_a_second_question_with_a_yes_or_no_its_own_words_are_said(assistant_with: AssistantWith) -> None:
    """It is "dishwasher safe" that the listing says nothing of, not "care"."""
    shop = assistant_with([said("search", product="floor lamp"), said("ask_product", ask="height", ref=(1,))])
    shop.reply("a floor lamp", "s_1")
    told = shop.reply("what height is the first one, and is it dishwasher safe?", "s_1").reply
    silent = "The listing of Tower Floor Lamp doesn't say anything about “dishwasher safe”."
    assert told == f"Tower Floor Lamp: height 160 cm. {silent}"


@pytest.mark.parametrize("message", ["is it tall and warm?", "hi, is it tall?", "is it tall, or has it a shade"])
def test_two_properties_in_one_question_are_one_question(message: str) -> None:
    parse = replace(said("ask_product", ask="tall"), message=message)
    assert questions(parse) == [parse]


def test_what_one_word_names_and_nothing_shown_is_is_not_answered_of_what_is_shown(
    assistant_with: AssistantWith,
) -> None:
    misread = said("ask_product", ask="in stock", ref=(1,))
    shop = assistant_with([said("search", product="headphones"), said("ask_product", ask="in stock"), misread])
    shop.reply("headphones", "s_1")
    for _ in range(2):
        assert shop.reply("is the rucksack in stock?", "s_1").reply == "Trail Rucksack is in stock."


def test_a_word_that_the_listing_has_is_asked_of_what_is_shown(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="headphones"), said("ask_product", ask="in stock")])
    shop.reply("headphones", "s_1")
    assert shop.reply("is the charge in stock?", "s_1").reply == "Quiet Headphones is in stock."


@pytest.mark.parametrize(
    ("message", "sum_of"),
    [
        ("how much for the first two", "$139.50"),  # 120 + 19.50
        ("how much for both, the first and the second", "$139.50"),
        ("what would they be together", "$139.50"),
        ("how much for two of the first and one of the second", "$259.50"),
    ],
)
def test_what_several_cost_together_is_told_where_they_are_counted(
    searcher: Searcher, message: str, sum_of: str
) -> None:
    read = replace(said("ask_product", ref=(1, 2), ask="how much"), message=message)
    answer = ask_product(read, SHOWN, parts_with(searcher)).answer
    assert answer is not None
    assert answer.text.endswith(f" Together they come to {sum_of}.")


def test_what_each_costs_is_no_sum(searcher: Searcher) -> None:
    read = replace(said("ask_product", ref=("all",), ask="price"), message="what is the price of each?")
    answer = ask_product(read, SHOWN, parts_with(searcher)).answer
    assert answer is not None
    assert "Together" not in answer.text


def test_how_much_for_both_asks_for_the_price_of_those_compared(assistant_with: AssistantWith) -> None:
    turns = [said("search", product="bag"), said("compare", ref=(1, 3)), said("compare", ref=("all",))]
    shop = assistant_with(turns)
    shop.reply("bags", "s_1"), shop.reply("compare the first and the third", "s_1")
    reply = shop.reply("what would both be in total", "s_1")
    assert (reply.intent, reply.reply) == (
        "ask_product",
        "Market Tote Bag costs $29. Trail Rucksack costs $65. Together they come to $94.",
    )


def test_what_two_cost_together_compares_them_not(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="bag"), said("compare", ref=(1, 3), ask="cost together")])
    shop.reply("bags", "s_1")
    reply = shop.reply("what do the first and third cost together", "s_1")
    assert reply.reply == "Market Tote Bag costs $29. Trail Rucksack costs $65. Together they come to $94."


def test_the_price_of_so_many_is_told_of_as_many(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="bag"), said("ask_product", ref=(1,), ask="how much for two")])
    shop.reply("bags", "s_1")
    assert shop.reply("how much for two of the first", "s_1").reply == (
        "Market Tote Bag costs $29; 2 of them come to $58."
    )


@pytest.mark.parametrize(("title", "asked"), [("Studio Wired Headphones", "wireless"), ("Cordless Drill", "corded")])
def test_what_is_called_the_other_answers_whether_it_is_the_one(title: str, asked: str) -> None:
    product = Product("p_1", title, "")
    assert answer_for(product, [product], asked, WordEmbedder()).text == f"The name of {title} says “{title}”."
