"""Reasons and caveats, each read from a field of the product."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.explain import explain
from assistant.model import Card, Reason
from retrieval.audience import audiences
from retrieval.product import Product, money
from retrieval.query import Constraints, Hit
from tests.small_shop import BY_ID, PRODUCTS

NEEDS = (
    Constraints(),
    Constraints(product="desk lamp", color=("black",), price_max=Decimal(40)),
    Constraints(
        product="jacket", gender="men", features=("waterproof", "hood"), price_min=Decimal(30), price_max=Decimal(100)
    ),
    Constraints(product="bag", material=("leather",), brand="halden", price_min=Decimal(20)),
    Constraints(product="something for the kitchen", features=("dishwasher safe",), in_stock=True, size=("large",)),
    Constraints(product="spaceship", exclude=("steel",), features=("dimmable", "warm light", "160 cm")),
)


def _card(product_id: str, **wanted: object) -> Card:
    (card,) = explain([Hit(BY_ID[product_id], 0.5, 1)], Constraints(**wanted))  # type: ignore[arg-type]
    return card


def _said(reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    return [(reason.text, reason.field) for reason in reasons]


def _field_words(product: Product, field: str) -> str:
    """All that the named field of the product states, in words."""
    record = {
        "title": product.title,
        "description": product.description,
        "category": " › ".join(product.category),
        "brand": product.brand or "",
        "price": "" if product.price is None else money(product.price, product.currency),
        "gender": ", ".join(audiences(product)),
        "availability": "in stock" if product.in_stock else "sold out at the moment",
    }
    stated = [
        f"{field}: {value}"
        for value in (*product.attributes.get(field, ()), *filter(None, [product.options.get(field)]))
    ]
    return " | ".join([record.get(field, ""), *stated])


def _claimed(text: str) -> list[str]:
    """The words of a reason that its field must hold: the quoted ones, the amount, or all but "in", "made by", "listed for"."""
    if quoted := re.findall("“([^”]+)”", text):
        return quoted
    if amount := re.match(r"\$[\d,.]*\d", text):
        return [amount.group()]
    return re.sub(r"^(in (?=.*›)|made by |listed for )", "", text).split(", ")


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.product or "nothing")
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
def test_every_card_has_a_reason_whose_words_stand_in_the_named_field(product: Product, need: Constraints) -> None:
    (card,) = explain([Hit(product, 0.5, 1)], need)
    assert card.reasons
    for reason in card.reasons:
        for words in _claimed(reason.text):
            assert words in _field_words(product, reason.field)


def test_what_is_not_of_the_kind_by_name_says_where_it_stands() -> None:
    hit = Hit(BY_ID["tower"], 0.9, 1, of_kind=False)
    (card,) = explain([hit], Constraints(product="candle"))
    shelf = " › ".join(BY_ID["tower"].category)
    assert card.caveats[-1].text == f"listed under {shelf}, not as “candle”"


def test_cards_keep_the_order_rank_and_relevance_of_the_hits() -> None:
    cards = explain([Hit(BY_ID["tower"], 0.9, 1), Hit(BY_ID["clamp"], 0.4, 2)], Constraints())
    assert [(card.product.id, card.relevance, card.rank) for card in cards] == [("tower", 0.9, 1), ("clamp", 0.4, 2)]


def test_no_hits_give_no_cards() -> None:
    assert explain([], Constraints(product="lamp")) == ()


def test_the_kind_is_read_from_the_title_or_the_category() -> None:
    assert _said(_card("tower", product="floor lamp").reasons) == [("“Floor Lamp”", "title")]
    assert _said(_card("kettle", product="kitchen things").reasons[:1])[0][1] == "category"


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"price_max": Decimal(40)}, "$34.99 is under your $40 limit"),
        ({"price_max": Decimal("34.99")}, "$34.99 is just your limit"),
        ({"price_min": Decimal(30)}, "$34.99 is at least your $30"),
        ({"price_min": Decimal(30), "price_max": Decimal(40)}, "$34.99 is within your $30 to $40 range"),
    ],
)
def test_a_price_is_set_against_the_bounds(bounds: dict[str, Decimal], said: str) -> None:
    assert _said(_card("aster-black", **bounds).reasons) == [(said, "price")]


def test_a_price_over_the_limit_is_a_caveat_with_the_difference() -> None:
    assert _said(_card("tower", price_max=Decimal("99.50")).caveats) == [("$20.50 over your $99.50 limit", "price")]


def test_a_price_that_is_not_stated_is_a_caveat_and_no_reason() -> None:
    card = _card("workshop", product="lamp", price_max=Decimal(40))
    assert ("the listing states no price", "price") in _said(card.caveats)
    assert "price" not in {reason.field for reason in card.reasons}


def test_wishes_met_unmet_and_unstated_are_told_apart() -> None:
    card = _card("aster-black", color=("white",), material=("steel",), features=("warm", "waterproof"))
    assert _said(card.reasons) == [("material: steel", "material"), ("“warm white light”", "description")]
    assert _said(card.caveats) == [
        ("comes in black, not white", "color"),
        ("the listing doesn't say “waterproof”", "features"),
    ]


@pytest.mark.parametrize(
    ("stated", "said"), [({}, "the listing gives no size"), ({"wire size": ("24",)}, "the listing doesn't say “2 m”")]
)
def test_a_size_that_cannot_be_compared_is_not_said_to_be_none(stated: dict[str, tuple[str, ...]], said: str) -> None:
    wanted = Constraints(product="cable", size=("2 m",))
    (card,) = explain([Hit(Product("1", "Network Cable", attributes=stated), 0.9, 1)], wanted)
    assert [caveat.text for caveat in card.caveats] == [said]


def test_of_several_colours_one_is_enough() -> None:
    card = _card("aster-black", color=("white", "black"))
    assert _said(card.reasons) == [("color: black", "color")]
    assert card.caveats == ()
    assert _said(_card("aster-black", color=("white", "red")).caveats) == [
        ("comes in black, not white", "color"),
        ("comes in black, not red", "color"),
    ]


def test_what_a_record_denies_is_a_caveat() -> None:
    card = _card("quiet", features=("touchscreen",))
    assert [(caveat.kind, caveat.field) for caveat in card.caveats] == [("unmet", "touchscreen")]


def test_sold_out_is_always_said() -> None:
    assert _said(_card("kettle").caveats) == [("sold out at the moment", "availability")]


def test_another_audience_is_a_caveat_and_never_a_reason() -> None:
    card = _card("fjord", product="jacket", gender="men")  # shown to somebody after the audience was relaxed
    assert _said(card.caveats) == [("listed for women, not men", "gender")]
    assert "gender" not in {reason.field for reason in card.reasons}


def test_a_suiting_audience_is_a_reason() -> None:
    assert ("listed for unisex", "gender") in _said(_card("breeze", gender="men").reasons)


def test_another_maker_is_a_caveat() -> None:
    assert _said(_card("clamp", brand="halden").caveats) == [("made by Orvane", "brand")]
    assert _said(_card("tower", brand="halden").caveats) == [("the listing names no brand", "brand")]


def test_a_product_found_by_meaning_alone_shows_its_shelf_or_its_name() -> None:
    assert _said(_card("quiet", product="spaceship").reasons) == [("in audio › headphones", "category")]
    bare = replace(BY_ID["quiet"], category=())
    (card,) = explain([Hit(bare, 0.2, 1)], Constraints(product="spaceship"))
    assert _said(card.reasons) == [("“Quiet Headphones”", "title")]


def test_of_two_sizes_a_listing_that_gives_none_says_it_once() -> None:
    wanted = Constraints(product="cable", size=("2 m", "3 m"))
    (card,) = explain([Hit(Product("1", "Network Cable"), 0.9, 1)], wanted)
    assert [caveat.text for caveat in card.caveats] == ["the listing gives no size"]


def test_a_listing_that_speaks_of_no_child_is_told_so_beside_one_that_does() -> None:
    whom = Constraints(product="lamp", gender="kids")
    plain = Product("plain", "Desk Lamp")
    spoken = Product("spoken", "Star Lamp", description="Children love its stars.")
    titled = Product("titled", "Kids Lamp")
    told = [explain([Hit(one, 0.5, 1)], whom)[0].caveats for one in (plain, spoken, titled)]
    assert [_said(caveats) for caveats in told] == [[("the listing doesn't say it is for kids", "gender")], [], []]
