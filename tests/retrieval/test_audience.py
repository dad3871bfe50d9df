"""For whom a product is, and whom a need speaks of."""

from __future__ import annotations

import pytest

from retrieval.audience import adult_in, audience_in, audiences, for_children, for_whom, may_mean_children
from retrieval.evidence import judge
from retrieval.product import Product


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("a gift for my mum", "a gift for women"),
        ("something for my old dad, under 50", "something for men, under 50"),
        ("for mum's kitchen", "for mum's kitchen"),  # for a kitchen
        ("a mum basket", "a mum basket"),  # flowers
        ("a gift for my sister", "a gift for my sister"),  # who may be a child
    ],
)
def test_a_grown_up_is_named_as_listings_do_where_a_thing_is_for_them(said: str, listed: str) -> None:
    assert for_whom(said) == listed


@pytest.mark.parametrize(
    ("title", "gender", "childrens"),
    [
        ("Schoolmate Backpack", ("kids",), True),
        ("Hop Kids' Backpack", (), True),  # by its name alone
        ("Campus Backpack", ("unisex",), False),
        ("Sun Cap", ("kids", "women"), False),
        ("Baby Grand Piano", (), False),
    ],
)
def test_a_childs_thing_says_so(title: str, gender: tuple[str, ...], childrens: bool) -> None:
    attributes = {"gender": gender} if gender else {}
    assert for_children(Product("it", title, attributes=attributes)) is childrens


@pytest.mark.parametrize(
    ("title", "gender", "whom"),
    [
        ("Unicorn Kids Backpack", ("women",), ["kids", "women"]),
        ("Mouse Dress for Girls", ("women",), ["girls", "women"]),
        ("Unicorn Kids Backpack", (), []),  # everybody may see it
        ("Kidney Tray", ("women",), ["women"]),
    ],
)
def test_children_whom_a_title_names_are_beside_those_whom_the_record_names(
    title: str, gender: tuple[str, ...], whom: list[str]
) -> None:
    assert audiences(Product("it", title, attributes={"gender": gender} if gender else {})) == whom


@pytest.mark.parametrize(
    ("text", "young"),
    [("a backpack for my nephew", True), ("bag for nursery", True), ("a backpack for work", False), ("", False)],
)
def test_whoever_may_be_a_child_is_one_of_whom_childrens_things_may_be_wished(text: str, young: bool) -> None:
    assert may_mean_children(text) is young


def test_a_wish_for_a_person_is_met_by_what_is_for_such_and_not_by_the_letters() -> None:
    scarf = Product("scarf", "Silk Scarf", attributes={"gender": ("women",)})
    basket = Product("basket", "Autumn Mum Basket")
    assert judge(scarf, "features", "for my mum").status == "met"
    assert judge(basket, "features", "for my mum").status == "unstated"
    assert judge(scarf, "features", "for my mum").wish == "for my mum"


@pytest.mark.parametrize(
    ("text", "adult"),
    [
        ("for my dad's retirement", "men"),
        ("for my wife's birthday", "women"),
        ("for my dad's 60th", "men"),
        ("for my mum's kitchen", None),
        ("for a birthday", None),
    ],
)
def test_what_is_for_somebodys_day_is_for_them(text: str, adult: str | None) -> None:
    assert adult_in(text) == adult


@pytest.mark.parametrize(
    ("words", "whom"), [("mens leather", "men"), ("toddler", "kids"), ("baby", None), ("men women", None), ("", None)]
)
def test_those_whom_words_before_a_thing_name_are_whom_it_is_made_for(words: str, whom: str | None) -> None:
    assert audience_in(words) == whom
