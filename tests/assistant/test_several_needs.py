"""Several things wanted at once: two in one name, narrowed by their names, taken from each one's own list."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.contract import Reply
from assistant.model import CartLine, Parse
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import AssistantWith, parts_with
from tests.fakes import WordEmbedder, said
from tests.small_shop import CALLED_LAMP

LAMPS = said("search", product="lamp")
BAGS = said("search", product="bag")
BOTH = replace(LAMPS, then=BAGS)


def told(shop: Assistant, *messages: str) -> list[Reply]:
    return [shop.reply(message, "s_1") for message in messages]


def test_two_kinds_of_the_shop_that_were_read_as_one_name_are_two_needs(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp and a bag", color=("black",))])
    (reply,) = told(shop, "a black lamp and a bag")
    assert reply.acts == ("search", "search")
    assert [card.need for card in reply.cards] == ["lamp", "lamp", "bag", "bag"]


def test_two_kinds_of_which_either_would_do_are_two_needs(assistant_with: AssistantWith) -> None:
    (reply,) = told(assistant_with([said("search", product="lamp or bag")]), "a lamp or bag")
    assert [card.need for card in reply.cards] == ["lamp", "lamp", "bag", "bag"]


def test_another_kind_right_behind_the_thing_that_was_read_as_a_wish_for_it_is_a_need(
    assistant_with: AssistantWith,
) -> None:
    read = said("search", product="lamp", features=("tote bag", "sturdy"), price_max=Decimal(40))
    (reply,) = told(assistant_with([read]), "lamp or a tote bag under 40, sturdy")
    assert list(dict.fromkeys(card.need for card in reply.cards)) == ["lamp", "tote bag"]
    assert all(card.product.price and card.product.price <= 40 for card in reply.cards)


@pytest.mark.parametrize(
    ("wish", "message"), [("dimmable", "a lamp, dimmable"), ("bag", "a lamp that stands beside a bag")]
)
def test_a_wish_that_is_no_kind_or_does_not_stand_right_behind_the_thing_stays_one(
    assistant_with: AssistantWith, wish: str, message: str
) -> None:
    (reply,) = told(assistant_with([said("search", product="lamp", features=(wish,))]), message)
    assert (reply.acts, reply.constraints.features) == (("search",), (wish,))


def test_of_two_things_in_one_name_the_one_that_is_sold_is_shown(assistant_with: AssistantWith) -> None:
    (reply,) = told(assistant_with([said("search", product="lamp and trombone")]), "a lamp and trombone")
    assert [card.need for card in reply.cards] == [None] * len(reply.cards)
    assert "lamp" in reply.cards[0].product.title.lower()
    assert "“trombone”" in reply.reply


def test_three_kinds_in_one_name_are_three_needs(assistant_with: AssistantWith) -> None:
    (reply,) = told(assistant_with([said("search", product="lamp, a bag and mugs")]), "a lamp, a bag and mugs")
    assert reply.acts == ("search", "search", "search")


@pytest.mark.parametrize("name", ["salt and pepper mug", "copper and kettle"])
def test_a_name_of_which_a_part_is_no_kind_or_a_title_has_all_words_is_one(
    assistant_with: AssistantWith, name: str
) -> None:
    (reply,) = told(assistant_with([said("search", product=name)]), f"a {name}")
    assert reply.acts == ("search",)


def test_a_thing_of_a_list_that_was_read_as_a_wish_is_a_need_of_its_own(assistant_with: AssistantWith) -> None:
    read = replace(
        said("search", product="lamp", features=("tote bag", "dimmable")), then=said("search", product="mug")
    )
    (reply,) = told(assistant_with([read]), "a dimmable lamp, a tote bag and a mug")
    assert reply.acts == ("search", "search", "search")
    assert list(dict.fromkeys(card.need for card in reply.cards)) == ["lamp", "tote bag", "mug"]


def test_what_a_whole_is_made_up_of_is_looked_for_and_not_the_whole(assistant_with: AssistantWith) -> None:
    read = replace(
        said("search", product="set", features=("for a desk", "lamp", "tote bag")), then=said("search", product="mug")
    )
    (reply,) = told(assistant_with([read]), "a set for a desk: a lamp, tote bag and a mug")
    assert list(dict.fromkeys(card.need for card in reply.cards)) == ["lamp", "tote bag", "mug"]


def test_a_thing_of_a_known_kind_is_no_whole_of_others(assistant_with: AssistantWith) -> None:
    read = replace(said("search", product="floor lamp", features=("bag",)), then=said("search", product="mug"))
    (reply,) = told(assistant_with([read]), "a floor lamp, bag and a mug")
    assert list(dict.fromkeys(card.need for card in reply.cards)) == ["floor lamp", "bag", "mug"]


def test_a_wish_of_a_list_that_is_no_other_thing_stays_a_wish(assistant_with: AssistantWith) -> None:
    read = replace(said("search", product="lamp", features=("dimmable",)), then=BAGS)
    (reply,) = told(assistant_with([read]), "a lamp, dimmable, and a bag")
    assert reply.acts == ("search", "search")


def test_a_wish_behind_both_is_one_of_both_and_a_wish_of_the_first_alone_is_not(assistant_with: AssistantWith) -> None:
    behind = replace(LAMPS, then=said("search", product="bag", features=("dimmable",)))
    first = replace(said("search", product="lamp", features=("dimmable",)), then=BAGS)
    shop = assistant_with([behind, first])
    told(shop, "a lamp and a bag, both dimmable", "a dimmable lamp and a bag, both of them today")
    wishes = [[act.slots.features for act in turn.parse.in_order()] for turn in shop.session("s_1").turns]
    assert wishes == [[("dimmable",), ("dimmable",)], [("dimmable",), ()]]


def test_what_is_said_of_the_first_alone_is_not_of_the_second(assistant_with: AssistantWith) -> None:
    black = said("search", product="lamp", color=("black",), gender="women")
    both = replace(black, then=said("search", product="bag", price_max=Decimal(90)))
    shop = assistant_with([both])
    told(shop, "a black lamp for her and a bag, both under 90")
    first, second = [act.slots for act in shop.session("s_1").turns[0].parse.in_order()]
    assert (first.price_max, second.price_max) == (90, 90)
    assert (second.color, second.gender) == ((), None)


@pytest.mark.parametrize(("message", "limit"), [("a lamp or a bag under 40", 40), ("a lamp and a bag under 40", None)])
def test_a_price_behind_two_of_which_either_would_do_is_one_of_both(
    assistant_with: AssistantWith, message: str, limit: int | None
) -> None:
    shop = assistant_with([replace(LAMPS, then=said("search", product="bag", price_max=Decimal(40)))])
    told(shop, message)
    assert [one.slots.price_max for one in shop.session("s_1").turns[0].parse.in_order()] == [limit, 40]


@pytest.mark.parametrize("message", ["both under 40", "not more than 40 all together"])
def test_a_narrowing_of_both_is_one_of_every_list_on_the_table(assistant_with: AssistantWith, message: str) -> None:
    """Of the lamps $19.50, $34.99 and $34.99 cost under 40, of the bags only the tote, at $29."""
    shop = assistant_with([BOTH, said("refine", price_max=Decimal(40)), said("refine", product="lamp")])
    *_, reply, lamps = told(shop, "a lamp and a bag", message, "back to the lamp")
    assert {card.need for card in reply.cards} == {"lamp", "bag"}
    assert all(card.product.price and card.product.price <= 40 for card in reply.cards)
    assert [card.product.id for card in reply.cards if card.need == "bag"] == ["tote"]
    assert lamps.constraints.price_max == 40


def test_the_reply_names_the_other_needs_whose_lists_are_on_the_table(assistant_with: AssistantWith) -> None:
    both = replace(said("search", product="lamp", price_max=Decimal(60)), then=BAGS)
    shop = assistant_with([both, said("refine", product="bag", color=("brown",))])
    first, second = told(shop, "a lamp under 60 and a bag", "the bag in brown")
    assert (first.also, first.constraints.product) == (("lamp under $60",), "bag")
    assert first.to_json()["also"] == ["lamp under $60"]
    assert second.also == ()


def test_a_narrowing_of_all_that_is_black_is_of_the_need_under_way(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BOTH, said("refine", features=("all black",))])
    assert told(shop, "a lamp and a bag", "all black")[-1].acts == ("refine",)


@pytest.mark.parametrize(("color", "product"), [("red", "lamp"), ("brown", "bag"), ("violet", "bag")])
def test_a_colour_in_which_only_one_of_two_things_comes_is_said_of_that(
    assistant_with: AssistantWith, color: str, product: str
) -> None:
    """A lamp is red and a bag is brown; nothing is violet, so that this is said of the thing named last."""
    shop = assistant_with([BOTH, said("refine", color=(color,))])
    assert told(shop, "a lamp and a bag", f"{color} ones")[-1].constraints.product == product


@pytest.mark.parametrize(("message", "acts"), [("black ones", ("refine", "refine")), ("in black", ("refine",))])
def test_a_colour_in_which_both_things_come_is_said_of_both_where_it_is_of_ones(
    assistant_with: AssistantWith, message: str, acts: tuple[str, ...]
) -> None:
    """A desk lamp is black, and so is the tote bag."""
    shop = assistant_with([BOTH, said("refine", color=("black",))])
    assert told(shop, "a lamp and a bag", message)[-1].acts == acts


def test_cheaper_ones_after_two_things_are_those_of_each(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BOTH, said("refine", sort="price_asc")])
    assert told(shop, "a lamp and a bag", "cheaper ones")[-1].acts == ("refine", "refine")


def test_of_two_things_of_which_one_is_sold_a_narrowing_is_of_that(assistant_with: AssistantWith) -> None:
    one_sold = replace(LAMPS, then=said("search", product="hovercraft"))
    shop = assistant_with([one_sold, said("refine", color=("black",))])
    assert told(shop, "a lamp and a hovercraft", "in black")[-1].constraints.product == "lamp"


@pytest.mark.parametrize("features", [("for my mum", "for my dad"), ("for my mum and one for my dad",)])
def test_a_gift_for_each_of_two_people_is_two_needs_that_can_be_gone_back_to(
    assistant_with: AssistantWith, features: tuple[str, ...]
) -> None:
    gifts, mum = said("search", product="gift", features=features), said("refine", features=("mum",))
    first, again = told(assistant_with([gifts, mum]), "a gift for my mum and one for my dad", "what about mum")
    assert first.acts == ("search", "search")
    assert {card.need for card in first.cards} == {"gift for my mum", "gift for my dad"}
    assert "for a gift for your mum:" in first.reply
    assert (again.constraints.product, again.constraints.gender, again.constraints.features) == (
        "gift for my mum",
        "women",
        (),
    )


def test_a_gift_for_one_person_is_one_need(assistant_with: AssistantWith) -> None:
    gift = said("search", product="gift", features=("for my mum", "for the kitchen"))
    assert told(assistant_with([gift]), "a gift for my mum, for the kitchen")[-1].acts == ("search",)


def test_two_kinds_whose_words_stand_in_a_title_of_one_of_them_are_two_needs(tmp_path: Path) -> None:
    """A desk chair is no desk; a hat and scarf set is both."""
    shelves = {
        "Oak Desk": "desks",
        "Desk Chair": "chairs",
        "Wool Hat": "hats",
        "Wool Scarf": "scarves",
        "Hat and Scarf Set": "hats",
    }
    store = Store(tmp_path / "store", create=True)
    build_index(
        [Product(name, name, category=("all", shelf)) for name, shelf in shelves.items()], store, WordEmbedder()
    )
    dense, lexical = Dense(store.chroma(), WordEmbedder()), Lexical(store.catalog)
    searcher = Searcher(store.catalog, lexical, dense, LinearMix(dense, lexical))
    names = ("desk and chair", "hat and scarf")
    shop = Assistant(parts_with(searcher, [said("search", product=name) for name in names]))
    acts = [shop.reply(f"a {name}", "s_1").acts for name in names]
    store.close()
    assert acts == [("search", "search"), ("search",)]


@pytest.mark.parametrize(
    ("message", "read", "product", "features"),
    [
        ("something in black for the lamp", said("refine", color=("black",), features=("for the lamp",)), "lamp", ()),
        ("the lamp in black", said("refine", color=("black",)), "lamp", ()),
        ("black, for the bag", said("refine", color=("black",)), "bag", ()),
        ("one that fits the lamp", said("refine", features=("fits the lamp",)), "bag", ("fits the lamp",)),
        ("black", said("refine", color=("black",)), "bag", ()),
    ],
)
def test_a_narrowing_is_of_the_need_that_it_names(
    assistant_with: AssistantWith, message: str, read: Parse, product: str, features: tuple[str, ...]
) -> None:
    reply = told(assistant_with([BOTH, read]), "a lamp and a bag", message)[-1]
    assert (reply.constraints.product, reply.constraints.features) == (product, features)


@pytest.mark.parametrize(("message", "product"), [("the desk again please", "desk lamp"), ("one with a desk", "bag")])
def test_a_need_is_named_by_a_word_of_its_name_that_is_a_kind_by_itself_where_it_is_spoken_of_as_known(
    assistant_with: AssistantWith, message: str, product: str
) -> None:
    desk = said("refine", features=("desk",))
    *_, reply = told(assistant_with([said("search", product="desk lamp"), BAGS, desk]), "a desk lamp", "a bag", message)
    assert reply.constraints.product == product


@pytest.mark.parametrize(
    ("message", "ref", "lamp", "bag"),
    [("the first of each", "all", 0, 0), ("the cheapest of each", "cheapest", None, None)],
)
def test_of_each_takes_from_the_list_of_every_need(
    assistant_with: AssistantWith, message: str, ref: str, lamp: int | None, bag: int | None
) -> None:
    shop = assistant_with([BOTH, said("cart_add", ref=(ref,))])
    shown, _ = told(shop, "a lamp and a bag", message)
    lists = [[card.product for card in shown.cards if card.need == need] for need in ("lamp", "bag")]
    expected = [
        min((one for one in products if one.price), key=lambda one: one.price or 0)
        if place is None
        else products[place]
        for products, place in zip(lists, (lamp, bag), strict=True)
    ]
    assert shop.session("s_1").state.cart == tuple(CartLine(one.id, 1) for one in expected)


def test_the_first_lamp_is_that_of_the_lamps_shown_before_the_bags(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, BAGS, said("cart_add", product="lamp", ref=(2,)), said("cart_add", ref=(2,))])
    lamps, bags, *_ = told(shop, "lamps", "bags", "the second lamp", "the second")
    assert [line.product_id for line in shop.session("s_1").state.cart] == [
        lamps.cards[1].product.id,
        bags.cards[1].product.id,
    ]


def test_one_that_is_so_as_it_is_called_is_taken_beside_a_place_in_the_other_list(
    assistant_with: AssistantWith,
) -> None:
    """Of the lamps the tower alone is tall."""
    shop = assistant_with([LAMPS, BAGS, said("cart_add", product="tall lamp", ref=(1,))])
    _, bags, _ = told(shop, "lamps", "bags", "put the tall lamp and the first bag in")
    assert [line.product_id for line in shop.session("s_1").state.cart] == ["tower", bags.cards[0].product.id]


@pytest.mark.parametrize(
    ("message", "ref", "places"),
    [
        ("the first bag", (1,), [3]),
        ("the second lamp and the first bag", (2, 1), [2, 3]),
        ("the first bag and the second bag", (1, 2), [3, 4]),
        ("bag number 4", (4,), [4]),
    ],
)
def test_places_are_counted_in_the_list_of_the_need_that_is_named_after_them(
    assistant_with: AssistantWith, message: str, ref: tuple[int, ...], places: list[int]
) -> None:
    """Lamps 1 and 2, bags 3 and 4."""
    shop = assistant_with([BOTH, said("cart_add", ref=ref)])
    shown, _ = told(shop, "a lamp and a bag", message)
    assert shop.session("s_1").state.cart == tuple(CartLine(shown.cards[one - 1].product.id, 1) for one in places)


def test_the_first_pair_is_one_product(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, said("cart_add", ref=(1,))])
    assert told(shop, "lamps", "add the first pair")[-1].cart.count == 1


def test_which_of_two_is_asked_where_one_name_means_both(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BOTH, said("cart_add", ref=("last",))])
    shown, which = told(shop, "a lamp and a bag", "add the bag")
    bags = ", ".join(f"{card.rank}. {card.product.title}" for card in shown.cards if card.need == "bag")
    assert which.reply == f"Which of them shall I add: {bags}?"
    assert shop.session("s_1").state.cart == ()


def test_them_of_a_list_is_asked_about_and_of_what_was_spoken_of_is_that(assistant_with: AssistantWith) -> None:
    it = said("cart_add", ref=("last",))
    shop = assistant_with([LAMPS, it, LAMPS, said("ask_product", ref=(2,), ask="price"), it])
    first = told(shop, "lamps", "add them")[-1]
    assert first.reply == f"I showed {len(shop.session('s_1').state.shown)}. Which of them shall I add?"
    lamps = told(shop, "lamps", "what does the second cost", "add them")[0]
    assert shop.session("s_1").state.cart == (CartLine(lamps.cards[1].product.id, 1),)


def test_how_many_were_looked_for_is_said_where_one_is_added(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="mug", quantity=3), said("cart_add", ref=(1,))])
    reply = told(shop, "three mugs", "the first")[-1]
    assert reply.cart.count == 1
    assert reply.reply.endswith("You were looking for 3: say “make it 3” for as many.")


def test_cheaper_than_around_a_price_may_be_below_it_too(assistant_with: AssistantWith) -> None:
    around = said("search", product="lamp", price_min=Decimal("96"), price_max=Decimal("144"))
    shop = assistant_with([around, said("feedback")])
    tower, reply = told(shop, "a lamp, about 120", "too expensive")
    assert [card.product.id for card in tower.cards] == ["tower"]
    assert reply.reply.startswith("Then below $120, the cheapest of those, and below $96 too. Instead: ")
    assert (reply.constraints.price_min, reply.constraints.price_max) == (None, Decimal("119.99"))


def test_why_and_note_call_a_product_by_the_place_it_has_among_all_that_the_message_found(
    assistant_with: AssistantWith,
) -> None:
    """Two lamps come first, so the best of the bags is the third: $29 for the tote is over 20, and its canvas is stated."""
    bags = said("search", product="bag", material=("canvas",), price_max=Decimal(20))
    (reply,) = told(assistant_with([replace(LAMPS, then=bags)]), "a lamp, and a canvas bag under 20")
    tote = next(card for card in reply.cards if card.product.id == "tote")
    assert tote.rank == 3
    assert "Note on the third: $9 over your $20 limit." in reply.reply
    assert "on the first" not in reply.reply


def test_all_that_is_not_sold_is_said_in_one_sentence_with_one_question(assistant_with: AssistantWith) -> None:
    both = replace(said("search", product="hovercraft"), then=said("search", product="zeppelin"))
    (reply,) = told(assistant_with([both]), "a hovercraft and a zeppelin")
    assert reply.reply == (
        "No listing here is called “hovercraft” or “zeppelin”, and none comes near them. What else are you looking for?"
    )


def test_what_else_is_looked_for_is_not_asked_where_the_message_found_something(assistant_with: AssistantWith) -> None:
    first = replace(said("search", product="hovercraft"), then=LAMPS)
    last = replace(LAMPS, then=said("search", product="hovercraft"))
    for both in (first, last):
        (reply,) = told(assistant_with([both]), "a hovercraft and a lamp")
        assert "No listing here is called “hovercraft”, and none comes near it." in reply.reply
        assert reply.question is None
        assert "What else" not in reply.reply
        assert reply.cards


def test_a_feature_that_only_one_of_two_things_has_is_said_of_that(assistant_with: AssistantWith) -> None:
    shop = assistant_with([BOTH, said("refine", features=("dimmable",))])
    _, reply = told(shop, "a lamp and a bag", "dimmable ones")
    assert (reply.constraints.product, reply.constraints.features) == ("lamp", ("dimmable",))


def test_a_question_that_names_an_earlier_thing_is_asked_of_that(assistant_with: AssistantWith) -> None:
    read = [BOTH, said("cart_add", ref=(3,)), said("ask_product", ref=("last",), ask="dimmable")]
    shop = assistant_with(read)
    both, added, asked = told(shop, "a lamp and a bag", "add the third", "is the lamp dimmable?")
    bag = added.cart.lines[0][0].title
    lamps = [card.product.title for card in both.cards if card.need == "lamp"]
    assert bag not in asked.reply
    assert any(title in asked.reply for title in lamps)


@pytest.mark.parametrize(("place", "added"), [(2, []), (3, ["satchel"])])
def test_the_second_of_a_kind_of_which_one_is_shown_is_asked_about(
    assistant_with: AssistantWith, place: int, added: list[str]
) -> None:
    """Two lamps are shown and then one satchel, which is the third of all."""
    both, adds = replace(LAMPS, then=said("search", product="satchel")), said("cart_add", ref=(place,))
    shop = assistant_with([both, adds])
    *_, reply = told(shop, "a lamp and a satchel", f"number {place} satchel")
    assert [product.id for product, _ in reply.cart.lines] == added
    assert (reply.reply == "Of satchel I showed 1 last. Which of them do you mean?") == (not added)


def test_a_place_of_a_kind_that_was_not_shown_is_looked_for(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp"), said("cart_add", ref=(1,))])
    shop.reply("lamps", "s_1")
    reply = shop.reply("add the first mug", "s_1")
    assert reply.cart.lines == ()
    assert reply.cards[0].product.category[-1] == "mugs"


def test_a_place_of_a_kind_that_is_shown_is_that_place_whatever_the_titles_say(assistant_with: AssistantWith) -> None:
    """The first mug of the list is called cups, the second mug."""
    shop = assistant_with([said("search", product="mug"), said("cart_add", ref=(1,))])
    first, *_ = shop.reply("mugs", "s_1").cards
    assert "mug" not in first.product.title.lower()
    assert [product.id for product, _ in shop.reply("add the first mug", "s_1").cart.lines] == [first.product.id]


@pytest.mark.parametrize(("between", "needs"), [([], {"lamp", "bag"}), ([said("ask_product", ref=(3,))], {None})])
def test_a_price_right_after_two_things_were_asked_for_is_one_of_both(
    assistant_with: AssistantWith, between: list[Parse], needs: set[str | None]
) -> None:
    """Once one of them was spoken of it is of the need under way."""
    shop = assistant_with([BOTH, *between, said("refine", price_max=Decimal(40))])
    reply = told(shop, "a lamp and a bag", *["is that one light?" for _ in between], "nothing over 40")[-1]
    assert {card.need for card in reply.cards} == needs
    assert all(card.product.price and card.product.price <= 40 for card in reply.cards)


def test_what_is_added_by_the_name_of_an_earlier_thing_keeps_what_was_wished_of_it(
    assistant_with: AssistantWith,
) -> None:
    lamp = said("search", product="lamp", price_max=Decimal(40))
    shop = assistant_with([lamp, said("search", product="kettle"), said("cart_add", product="lamp")])
    reply = told(shop, "a lamp up to 40", "and a kettle", "just a lamp then")[-1]
    assert (reply.constraints.product, reply.constraints.price_max) == ("lamp", 40)


def test_things_of_an_earlier_need_are_compared_where_nothing_was_found_since(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, said("search", product="hovercraft"), said("compare", product="lamps")])
    lamps, _, reply = told(shop, "a lamp", "and a hovercraft", "compare the lamps then")
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == [card.product.id for card in lamps.cards[:4]]


def test_the_first_two_of_a_thing_are_counted_in_its_own_list(assistant_with: AssistantWith) -> None:
    compared = said("compare", ref=(1, 2))
    bags, _, reply = told(assistant_with([BAGS, LAMPS, compared]), "a bag", "and a lamp", "compare the first two bags")
    assert reply.comparison is not None
    assert [row.product_id for row in reply.comparison.rows] == [card.product.id for card in bags.cards[:2]]


def test_what_is_to_go_with_an_earlier_thing_goes_with_that(assistant_with: AssistantWith) -> None:
    beside = said("complement", product="mug", ref=("last",))
    bags, lamps, reply = told(assistant_with([BAGS, LAMPS, beside]), "a bag", "and a lamp", "a mug to go with the bag")
    assert bags.cards[0].product.title in reply.reply
    assert lamps.cards[0].product.title not in reply.reply


def test_the_short_name_of_what_is_looked_for_is_still_the_whole_thing(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="desk lamp"), said("refine", product="lamp", color=("black",))])
    reply = told(shop, "a desk lamp", "the lamp in black, please")[-1]
    assert (reply.constraints.product, reply.constraints.color) == ("desk lamp", ("black",))


def test_places_in_two_lists_that_were_read_as_two_additions_are_put_in_once(assistant_with: AssistantWith) -> None:
    add = said("cart_add", ref=(1,))
    both = replace(add, then=said("cart_add", product="lamp", ref=(1,)), acts=("cart_add", "cart_add"))
    shop = assistant_with([LAMPS, BAGS, both])
    lamps, bags, reply = told(shop, "lamps", "bags", "add the first bag and the first lamp")
    first = {bags.cards[0].product.id: 1, lamps.cards[0].product.id: 1}
    assert {line.product_id: line.quantity for line in shop.session("s_1").state.cart} == first
    assert reply.question is None


def test_what_is_said_of_each_is_said_of_both_though_one_alone_was_narrowed_since(
    assistant_with: AssistantWith,
) -> None:
    each = said("refine", price_max=Decimal(40))
    *_, reply = told(assistant_with([LAMPS, BAGS, each]), "lamps", "bags", "under 40 each")
    assert reply.acts == ("refine", "refine")
    assert {card.need for card in reply.cards} == {"lamp", "bag"}
    assert all((card.product.price or 0) <= 40 for card in reply.cards)


def test_both_of_two_things_are_the_first_of_each_after_a_yes(assistant_with: AssistantWith) -> None:
    shop = assistant_with([LAMPS, BAGS, said("cart_add", ref=("all",)), said("other")])
    lamps, bags, asked, _ = told(shop, "lamps", "bags", "add both", "yes")
    first = [lamps.cards[0].product, bags.cards[0].product]
    assert asked.reply == f"Do you mean the {first[0].title} and the {first[1].title}, the first of each?"
    assert [line.product_id for line in shop.session("s_1").state.cart] == [one.id for one in first]


def test_for_whom_right_after_several_things_is_said_of_each(assistant_with: AssistantWith) -> None:
    both = replace(said("search", product="jacket"), then=said("search", product="bag"), acts=("search", "search"))
    shop = assistant_with([both, said("refine", gender="women")])
    told(shop, "a jacket and a bag", "women's")
    assert [need.gender for need in shop.session("s_1").state.needs()] == ["women", "women"]


def test_two_names_of_one_kind_of_which_either_would_do_are_one_need(assistant_with: AssistantWith) -> None:
    """The bags that both mean are shown once, with what is said behind them."""
    shop = assistant_with(
        [replace(said("search", product="rucksack"), then=said("search", product="backpack", color=("black",)))]
    )
    (reply,) = told(shop, "a rucksack or backpack in black")
    assert (reply.acts, reply.constraints.product, reply.constraints.color) == (("search",), "rucksack", ("black",))


def test_what_goes_with_a_thing_may_be_two_things(assistant_with: AssistantWith) -> None:
    """No rug is sold, and what is called "rug and lamp" is so by its end."""
    shop = assistant_with(
        [said("search", product="tote bag"), said("complement", product="rug and lamp", ref=("last",))]
    )
    reply = told(shop, "a tote bag", "and a rug and lamp to match")[-1]
    assert reply.acts == ("complement", "complement")
    assert "“rug”" in reply.reply
    assert {card.product.id for card in reply.cards} <= CALLED_LAMP


def test_a_name_that_is_a_known_kind_as_a_whole_is_one_need(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="pots and pans")])
    assert told(shop, "pots and pans")[-1].constraints.product == "pots and pans"
