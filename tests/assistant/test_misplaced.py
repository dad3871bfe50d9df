"""What the reader left in the wrong place: a colour within a material, an age among the features, a number in another act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.model import Slots
from retrieval.query import either
from tests.conftest import AssistantWith
from tests.fakes import said


def _wishes(assistant_with: AssistantWith, message: str, **slots: object) -> Slots:
    """What one message is understood to wish for."""
    shop = assistant_with([said("search", **slots)])
    shop.reply(message, "s_1")
    return shop.session("s_1").turns[-1].parse.slots


@pytest.mark.parametrize("read", [{"material": ("brown leather",)}, {"color": ("brown leather",)}])
def test_a_colour_and_a_material_in_one_wish_are_one_each(
    assistant_with: AssistantWith, read: dict[str, object]
) -> None:
    wishes = _wishes(assistant_with, "a satchel, brown leather", product="satchel", **read)
    assert (wishes.color, wishes.material) == (("brown",), ("leather",))


@pytest.mark.parametrize("value", ["rose gold", "soft leather", "leather"])
def test_a_metal_named_by_a_colour_and_a_material_of_a_sort_stay_whole(
    assistant_with: AssistantWith, value: str
) -> None:
    wishes = _wishes(assistant_with, f"a satchel, {value}", product="satchel", material=(value,))
    assert (wishes.color, wishes.material) == ((), (value,))


def test_whom_a_thing_is_sent_to_is_whom_it_is_for(assistant_with: AssistantWith) -> None:
    wishes = _wishes(assistant_with, "a mug to my mum", product="mug", features=("to my mum", "to order", "to a party"))
    assert wishes.features == ("for my mum", "to order", "for a party")


def test_an_age_is_no_wish(assistant_with: AssistantWith) -> None:
    read = {"product": "satchel", "gender": "men", "features": ("25",)}
    assert _wishes(assistant_with, "a satchel for my brother, he is 25", **read).features == ()


@pytest.mark.parametrize("said_so", ["she's 13", "she is 13", "who turns 13"])
def test_an_age_is_none_though_a_listing_says_the_number(assistant_with: AssistantWith, said_so: str) -> None:
    """The satchel is for laptops of 13 inches."""
    read = {"product": "satchel", "features": ("13",)}
    assert _wishes(assistant_with, f"a satchel for my daughter, {said_so}", **read).features == ("for my daughter",)


@pytest.mark.parametrize(
    ("message", "age", "gender", "left"),
    [
        ("a satchel for a 5 year old", "5 year old", "kids", ()),
        ("a satchel for a 5-year-old girl", "5-year-old", "kids", ()),
        ("a satchel for my 40 year old brother", "40 year old", None, ()),
        ("a whisky, 12 years old", "12 years old", None, ("12 years old",)),  # nobody is
    ],
)
def test_who_is_so_many_years_old_is_a_child_or_grown_up_and_the_age_no_wish(
    assistant_with: AssistantWith, message: str, age: str, gender: str | None, left: tuple[str, ...]
) -> None:
    wishes = _wishes(assistant_with, message, product="satchel", features=(age,))
    assert (wishes.gender, wishes.features) == (gender, left)


@pytest.mark.parametrize(
    ("message", "number"),
    [("a satchel for my brother, for a 13 inch laptop", "13"), ("a satchel, model 25", "25")],
)
def test_a_number_that_a_listing_says_or_that_is_of_nobody_stays(
    assistant_with: AssistantWith, message: str, number: str
) -> None:
    read = {"product": "satchel", "gender": "men", "features": (number,)}
    assert _wishes(assistant_with, message, **read).features == (number,)


def test_a_wish_in_two_places_is_one(assistant_with: AssistantWith) -> None:
    wishes = _wishes(assistant_with, "a satchel, all brown", product="satchel", color=("brown",), features=("brown",))
    assert (wishes.color, wishes.features) == (("brown",), ())


def test_how_much_of_it_is_wished_is_no_part_of_a_wish(assistant_with: AssistantWith) -> None:
    """Listings say "warm", not "really warm"."""
    wishes = _wishes(assistant_with, "a really warm jacket, very", product="jacket", features=("really warm", "very"))
    assert wishes.features == ("warm", "very")
    more = _wishes(assistant_with, "a more casual jacket", product="jacket", features=("more casual",))
    assert more.features == ("casual",)
    fewer = _wishes(assistant_with, "a mug, not too many roses", product="mug", exclude=("too many roses", "too red"))
    assert fewer.exclude == ("roses", "too red")


def test_a_maker_of_the_kind_among_the_features_is_the_brand(assistant_with: AssistantWith) -> None:
    wishes = _wishes(assistant_with, "a lamp, the halden ones, warm", product="lamp", features=("halden", "warm"))
    assert (wishes.brand, wishes.features) == ("halden", ("warm",))


def test_a_maker_of_other_things_is_no_brand_of_this_kind(assistant_with: AssistantWith) -> None:
    """No kettle is of Halden."""
    wishes = _wishes(assistant_with, "a halden kettle", product="kettle", features=("halden",))
    assert (wishes.brand, wishes.features) == (None, ("halden",))


@pytest.mark.parametrize("word", ["colour", "color"])
def test_colour_by_itself_is_a_feature_and_no_colour(assistant_with: AssistantWith, word: str) -> None:
    wishes = _wishes(assistant_with, f"a {word} printer, red", product="printer", color=(word, "red"))
    assert (wishes.color, wishes.features) == (("red",), ("color",))


@pytest.mark.parametrize(
    ("message", "first", "second"),
    [("add it and two mugs", None, 2), ("add 2 of it and a mug", 2, None), ("two of it, and two mugs", 2, None)],
)
def test_so_many_are_of_what_stands_behind_the_number(
    assistant_with: AssistantWith, message: str, first: int | None, second: int | None
) -> None:
    mugs = said("search", product="mugs" if "mugs" in message else "mug")
    both = replace(said("cart_add", ref=("last",), quantity=2), then=mugs)
    shop = assistant_with([said("search", product="satchel"), both])
    shop.reply("a satchel", "s_1")
    shop.reply(message, "s_1")
    read = shop.session("s_1").turns[-1].parse
    assert read.then is not None
    assert (read.slots.quantity, read.then.slots.quantity) == (first, second)


def test_of_two_makers_of_whom_either_would_do_both_are_asked_for(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp", brand="orvane", features=("halden",))])
    reply = shop.reply("a lamp, Orvane or Halden", "s_1")
    makers = {card.product.brand for card in reply.cards}
    assert reply.constraints.brand == "orvane or halden"
    assert makers == {"Orvane", "Halden"}
    assert all(f"made by {card.product.brand}" in [one.text for one in card.reasons] for card in reply.cards)


def test_of_two_properties_of_which_either_would_do_one_is_enough_and_a_choice_leaves_the_other(
    assistant_with: AssistantWith,
) -> None:
    either = said("search", product="bag", features=("canvas", "leather", "roomy"))
    shop = assistant_with([either, said("refine", features=("canvas",))])
    reply = shop.reply("a bag, canvas or leather, roomy", "s_1")
    assert reply.constraints.features == ("canvas or leather", "roomy")
    told = {card.product.id: " ".join(one.text for one in card.reasons) for card in reply.cards}
    assert "canvas" in told["tote"]
    assert "leather" in told["satchel"]
    assert shop.reply("canvas then", "s_1").constraints.features == ("roomy", "canvas")


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        ("usb, 4 or more ports", "4 or more ports"),
        ("for a boy or girl", "for a boy or girl"),
    ],
)
def test_a_wish_that_goes_on_behind_its_or_is_one(assistant_with: AssistantWith, wish: str, kept: str) -> None:
    assert either(kept) == (kept,)
    assert _wishes(assistant_with, f"a lamp, {wish}", product="lamp", features=(kept,)).features == (kept,)


def test_two_makers_that_were_read_as_wishes_are_asked_for_too(assistant_with: AssistantWith) -> None:
    wishes = _wishes(assistant_with, "a lamp by orvane or halden", product="lamp", features=("orvane", "halden"))
    assert (wishes.brand, wishes.features) == ("orvane or halden", ())


def test_how_many_of_what_the_first_act_names_stay_with_it(assistant_with: AssistantWith) -> None:
    others = said("search", product="mugs")
    shop = assistant_with([replace(said("cart_add", product="mugs", quantity=2), then=others)])
    shop.reply("add 2 mugs and show me other mugs", "s_1")
    assert shop.session("s_1").turns[-1].parse.slots.quantity == 2


@pytest.mark.parametrize(
    ("message", "features"),
    [
        ("a mug for my mum", ("for my mum",)),
        ("a mug for my little brother, blue", ("for my little brother",)),
        ("a mug for my dog", ("for my dog",)),
        ("my old dog's birthday is coming up, a mug for him?", ("for my old dog",)),
        ("a mug, my dog broke his", ("for my dog",)),
        ("a mug with a picture of my dog", ()),
        ("a mug for my mum's kitchen", ()),
        ("a mug for my desk", ()),
    ],
)
def test_whom_the_thing_is_for_is_no_less_asked_for_where_the_reader_left_it_out(
    assistant_with: AssistantWith, message: str, features: tuple[str, ...]
) -> None:
    assert _wishes(assistant_with, message, product="mug").features == features


@pytest.mark.parametrize(
    ("message", "gender"),
    [
        ("cheapest jacket for a guy", "men"),
        ("a jacket for a lady, warm", "women"),
        ("a jacket for a man cave", None),
        ("a jacket for a hike", None),
    ],
)
def test_someone_whom_the_thing_is_for_is_whom_listings_name(
    assistant_with: AssistantWith, message: str, gender: str | None
) -> None:
    assert _wishes(assistant_with, message, product="jacket").gender == gender


def test_whom_the_second_thing_is_for_is_none_of_the_first(assistant_with: AssistantWith) -> None:
    shop = assistant_with([replace(said("search", product="mug"), then=said("search", product="bag"))])
    shop.reply("a mug, and a bag for my mum", "s_1")
    first, second = shop.session("s_1").turns[-1].parse.in_order()
    assert (first.slots.features, second.slots.features) == ((), ("for my mum",))


@pytest.mark.parametrize(
    ("looked_for", "wish", "product", "features"),
    [
        ("electric guitars", "acoustic", "acoustic guitars", ()),
        ("desk lamps", "floor", "floor lamps", ()),
        ("hiking boots", "waterproof", "hiking boots", ("waterproof",)),  # no kind of boots
        ("desk lamps", "desk", "desk lamps", ("desk",)),  # nor another one than those
    ],
)
def test_a_wish_that_makes_another_kind_of_the_thing_is_that_kind(
    assistant_with: AssistantWith, looked_for: str, wish: str, product: str, features: tuple[str, ...]
) -> None:
    shop = assistant_with([said("search", product=looked_for), said("refine", features=(wish,))])
    shop.reply(looked_for, "s_1")
    wanted = shop.reply(f"what about {wish} ones", "s_1").constraints
    assert (wanted.product, wanted.features) == (product, features)


@pytest.mark.parametrize(
    ("read", "product", "gender"),
    [
        ("kids shoes", "shoes", "kids"),
        ("men's running shoes", "running shoes", "men"),
        ("baby carrots", "baby carrots", None),
        ("shoes", "shoes", None),
    ],
)
def test_those_whom_the_name_of_a_thing_says_are_whom_it_is_for(
    assistant_with: AssistantWith, read: str, product: str, gender: str | None
) -> None:
    wishes = _wishes(assistant_with, f"{read} please", product=read)
    assert (wishes.product, wishes.gender) == (product, gender)


@pytest.mark.parametrize(
    ("kind", "features", "gender"), [("jacket", (), "women"), ("lamp", ("female",), None)]
)  # no lamp is for women
def test_a_word_that_only_says_for_whom_is_that_where_some_are_for_them(
    assistant_with: AssistantWith, kind: str, features: tuple[str, ...], gender: str | None
) -> None:
    wishes = _wishes(assistant_with, f"a {kind}, female", product=kind, features=("female",))
    assert (wishes.features, wishes.gender) == (features, gender)


def test_a_set_is_one_of_what_is_looked_for(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="pans"), said("refine", product="set")])
    shop.reply("pans", "s_1")
    wanted = shop.reply("do you have a set?", "s_1").constraints
    assert (wanted.product, wanted.features) == ("pans", ("set",))


def test_how_much_a_colour_matters_is_no_part_of_it(assistant_with: AssistantWith) -> None:
    wishes = _wishes(
        assistant_with,
        "a lamp, pref red, ideally aluminium",
        product="lamp",
        color=("pref red",),
        material=("ideally aluminium",),
    )
    assert (wishes.color, wishes.material) == (("red",), ("aluminium",))


@pytest.mark.parametrize(("sort", "ordered"), [(None, "price_asc"), ("rating", "rating")])
def test_what_is_cheap_is_wanted_in_the_order_of_prices(
    assistant_with: AssistantWith, sort: str | None, ordered: str
) -> None:
    wishes = _wishes(assistant_with, "lamps, cheap", product="lamp", features=("cheap", "dimmable"), sort=sort)
    assert (wishes.features, wishes.sort) == (("dimmable",), ordered)


@pytest.mark.parametrize("quantity", [None, 2])
def test_how_many_boxes_of_the_second_thing_are_wanted_is_none_of_the_first(
    assistant_with: AssistantWith, quantity: int | None
) -> None:
    read = replace(said("cart_add", quantity=2, ref=("last",)), then=said("search", product="mugs", quantity=quantity))
    shop = assistant_with([said("search", product="kettle"), read])
    shop.reply("a kettle", "s_1"), shop.reply("add that and 2 boxes of mugs", "s_1")
    first, second = shop.session("s_1").turns[-1].parse.in_order()
    assert (first.slots.quantity, second.slots.quantity) == (None, 2)


@pytest.mark.parametrize(
    ("product", "wish", "named"),
    [("lamp", "floor lamp", "floor lamp"), ("floor lamp", "warm", "floor lamp"), ("lamp", "nice lamp", "lamp")],
)
def test_a_wish_that_names_a_kind_of_the_thing_is_the_thing(
    assistant_with: AssistantWith, product: str, wish: str, named: str
) -> None:
    wishes = _wishes(assistant_with, f"{product}, {wish}", product=product, features=(wish,))
    assert (wishes.product, wishes.features) == (named, () if named == wish else (wish,))


def test_a_colour_like_that_of_another_thing_is_none(assistant_with: AssistantWith) -> None:
    wishes = _wishes(assistant_with, "a lamp in a matching colour", product="lamp", color=("matching",))
    assert (wishes.color, wishes.features) == ((), ())


@pytest.mark.parametrize(
    ("message", "features"),
    [
        ("a lamp, red or canvas", ("red or canvas",)),
        ("a lamp, canvas or red", ("canvas or red",)),
        ("red canvas lamp", ()),
    ],
)
def test_a_colour_or_a_material_are_one_wish_that_either_meets(
    assistant_with: AssistantWith, message: str, features: tuple[str, ...]
) -> None:
    wishes = _wishes(assistant_with, message, product="lamp", color=("red",), material=("canvas",))
    assert wishes.features == features
    assert (wishes.color, wishes.material) == (((), ()) if features else (("red",), ("canvas",)))
