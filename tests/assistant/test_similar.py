"""Similar products: of the kind, never of the family, different where asked, and what is shared and differs is said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from assistant import Assistant
from assistant.contract import Reply
from assistant.model import Parse
from assistant.wishes import Keep
from retrieval.audience import suits
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from retrieval.words import content_stems
from tests.conftest import AssistantWith, parts_with
from tests.fakes import WordEmbedder, said
from tests.small_shop import BY_ID

ANNA = "a" * 64  # a visitor, hashed
LAMPS = said("search", product="desk lamp", color=("black",))  # shows aster-black first
JACKETS = said("search", product="jacket")  # shows breeze, fjord, puddle, storm


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


def test_the_family_of_the_product_is_never_shown(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("a black desk lamp", LAMPS), ("like the first", said("similar", ref=(1,))))
    assert reply.cards
    assert not {"aster-black", "aster-white", "aster-brass"} & {card.product.id for card in reply.cards}


def test_all_are_of_the_kind(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the second", said("similar", ref=(2,))))
    assert {card.product.id for card in reply.cards} == {"breeze", "puddle", "storm"}


def test_what_suits_the_same_people_comes_first(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the second", said("similar", ref=(2,))))
    suiting = [suits(card.product, BY_ID["fjord"]) for card in reply.cards]
    assert suiting == sorted(suiting, reverse=True)
    assert reply.cards[0].product.id == "breeze"


def test_cheaper_ones_are_cheaper_than_the_one_meant(assistant_with: AssistantWith) -> None:
    first = talk(assistant_with, ("jackets", JACKETS))
    storm = 1 + [card.product.id for card in first.cards].index("storm")  # $79
    cheaper = said("similar", ref=(storm,), sort="price_asc")
    reply = talk(assistant_with, ("jackets", JACKETS), ("like that but cheaper", cheaper))
    assert {card.product.id for card in reply.cards} == {"breeze", "puddle"}
    shared, differs = reply.cards[0].reasons[:2]
    assert (shared.kind, differs.kind) == ("similar", "differs")
    assert shared.text.startswith("in jackets too, brand Norrvik")
    assert "cheaper" in differs.text


def test_what_is_named_after_the_kind_is_not_like_it(tmp_path: Path) -> None:
    """Of what stands among the cameras only the tripod costs less than the film camera's $199."""
    wares = [("film", "Film Camera", 199), ("digital", "Digital Camera", 499), ("tripod", "Bendy Camera Tripod", 24)]
    products = [
        Product(key, title, price=Decimal(price), category=("electronics", "camera")) for key, title, price in wares
    ]
    store = Store(tmp_path / "store", create=True)
    build_index(products, store, WordEmbedder())
    dense, lexical = Dense(store.chroma(), WordEmbedder()), Lexical(store.catalog)
    searcher = Searcher(store.catalog, lexical, dense, LinearMix(dense, lexical))
    cameras, like = said("search", product="camera"), said("similar", product="film camera")
    shop = Assistant(
        parts_with(searcher, [cameras, like, cameras, replace(like, slots=replace(like.slots, sort="price_asc"))])
    )
    _, any_price = [shop.reply(message, "s_1") for message in ("cameras", "like the film camera")]
    _, cheaper = [shop.reply(message, "s_2") for message in ("cameras", "like the film camera but cheaper")]
    store.close()
    assert [card.product.id for card in any_price.cards] == ["digital"]
    assert cheaper.cards == ()
    assert cheaper.reply == "I have nothing else like Film Camera that costs less within your wishes."


def test_what_should_differ_does(assistant_with: AssistantWith) -> None:
    yellow = said("similar", ref=(1,), color=("yellow",))
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the first but yellow", yellow))
    assert [card.product.id for card in reply.cards] == ["puddle"]


def test_a_difference_that_none_states_is_said(assistant_with: AssistantWith) -> None:
    wool = said("similar", ref=(1,), material=("wool",))
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the first but wool", wool))
    assert reply.reply.startswith("None that is like it is stated to be “wool”.")
    assert reply.cards
    assert all(any("wool" in caveat.text for caveat in card.caveats) for card in reply.cards)


def test_of_each_it_is_said_whether_the_difference_is_met(assistant_with: AssistantWith) -> None:
    blue = said("similar", ref=(1,), color=("yellow",))
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the first but yellow", blue))
    assert "“yellow”: 1 says so." in reply.reply
    red = said("similar", ref=(1,), color=("red",))
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the first but red", red))
    colors = {BY_ID[card.product.id].attributes["color"][0] for card in reply.cards}
    assert all(f" says “{color}”" in reply.reply for color in colors)
    wool = said("similar", ref=(1,), material=("wool",))
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the first but wool", wool))
    assert "“wool”: of 1, 2 and 3 it is not stated." in reply.reply


def test_the_need_becomes_one_for_the_kind_of_the_product_meant(assistant_with: AssistantWith) -> None:
    lamp = said("search", product="lamp", color=("black",), price_max=Decimal(140))
    like = said("similar", color=("yellow",))
    reply = talk(assistant_with, ("a black lamp", lamp), ("like the storm rain jacket but yellow", like))
    assert content_stems(reply.constraints.product or "")[-1:] == content_stems("jacket")
    assert reply.constraints.color == ("yellow",)
    assert reply.constraints.price_max == 140
    assert [card.product.id for card in reply.cards] == ["puddle"]


def test_the_maker_that_only_names_the_product_is_no_wish(assistant_with: AssistantWith) -> None:
    halden = said("similar", ref=(1,), brand="halden")
    reply = talk(assistant_with, ("a black desk lamp", LAMPS), ("like the halden one", halden))
    assert reply.constraints.brand is None
    assert any(card.product.brand != "Halden" for card in reply.cards)


def test_a_product_is_found_by_its_name(assistant_with: AssistantWith) -> None:
    message = "anything like the storm rain jacket in yellow?"
    reply = talk(assistant_with, (message, said("similar", color=("yellow",))))
    assert [card.product.id for card in reply.cards] == ["puddle"]


def test_the_shelf_beside_is_called_so(assistant_with: AssistantWith) -> None:
    search, like = said("search", product="satchel"), said("similar", ref=(1,))
    reply = talk(assistant_with, ("a satchel", search), ("like the 1st", like))
    assert reply.reply.startswith("Nothing else here is of its kind; these are from the shelves beside it.")
    assert {BY_ID[card.product.id].category[0] for card in reply.cards} == {"bags"}


def test_what_is_like_it_stays_of_the_kind_that_is_looked_for(assistant_with: AssistantWith) -> None:
    reply = talk(
        assistant_with,
        ("a lamp", said("search", product="lamp")),
        ("the first, but in cream", said("similar", ref=(1,), color=("cream",))),
    )  # of cream there is a lampshade, on a shelf beside the lamps
    assert "None that is like it is stated to be “cream”." in reply.reply
    assert {card.product.id for card in reply.cards} <= {"aster-black", "aster-white", "clamp", "tower", "workshop"}
    assert reply.cards


def test_like_nothing_is_asked_about(assistant_with: AssistantWith) -> None:
    assert talk(assistant_with, ("like that", said("similar"))).reply.startswith("Like which product?")


def test_something_else_that_nothing_like_it_is_stated_to_be_is_looked_for_instead(
    assistant_with: AssistantWith,
) -> None:
    reply = talk(
        assistant_with,
        ("a gift for a cook", said("search", product="gift", features=("espresso",))),
        ("something waterproof instead", said("similar", features=("waterproof",))),
    )
    assert reply.constraints.features == ("waterproof",)
    assert reply.reply.startswith("Let me show you 3 ideas for a gift (waterproof)")
    assert {"Trail Rucksack", "Storm Rain Jacket"} <= {card.product.title for card in reply.cards}


def test_on_the_page_of_a_product_what_was_refused_for_good_is_not_like_it(assistant_with: AssistantWith) -> None:
    parses = [said("search", product="bag", exclude=("leather",)), said("similar"), said("similar")]
    with assistant_with(parses) as shop:
        shop.reply("a bag, no leather", "s_1", visitor=ANNA, learn=True)
        shop.reply(Keep("exclude", "leather"), "s_1", visitor=ANNA, learn=True)
        stranger = shop.reply("more like this", "s_2", page="tote")
        reply = shop.reply("more like this", "s_3", visitor=ANNA, page="tote")
    assert "satchel" in {card.product.id for card in stranger.cards}  # of leather
    assert "satchel" not in {card.product.id for card in reply.cards}
    assert reply.constraints.exclude == ("leather",)


def test_of_a_single_one_shown_it_is_asked_whether_that_is_meant_and_a_yes_looks_for_more_like_it(
    assistant_with: AssistantWith,
) -> None:
    shop = assistant_with([said("search", product="satchel"), said("similar", ref=(2,)), said("other")])
    shop.reply("a satchel", "s_1")
    asked = shop.reply("something like the second", "s_1")
    assert asked.reply == "I showed one last, Brown Satchel Bag. Shall I look for something like it?"
    assert not asked.cards
    assert shop.reply("yes", "s_1").reply.startswith("Nothing else here is of its kind; these are from the shelves")


def test_a_place_past_the_end_of_a_list_is_asked_about(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, ("jackets", JACKETS), ("like the ninth", said("similar", ref=(9,))))
    assert reply.reply == "I showed 4 last. Like which of them?"
