"""Hard constraints: what may be shown, decided over the whole catalogue."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retrieval.catalog import Catalog
from retrieval.constraints import eligible_ids
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.store import Store
from tests.small_shop import BY_ID, PRODUCTS

EVERY = set(BY_ID)
UNPRICED = {"workshop"}


def _left(catalog: Catalog, **wanted: object) -> set[str]:
    ids = eligible_ids(catalog, Constraints(**wanted))  # type: ignore[arg-type]
    assert ids is not None
    return set(ids)


def test_without_a_hard_constraint_all_may_be_shown(catalog: Catalog) -> None:
    assert eligible_ids(catalog, Constraints(product="lamp", color=("red",), features=("warm",))) is None


def test_a_highest_price_holds_to_the_cent(catalog: Catalog) -> None:
    assert "aster-black" in _left(catalog, price_max=Decimal("34.99"))
    assert "aster-black" not in _left(catalog, price_max=Decimal("34.98"))


def test_a_lowest_price_holds_to_the_cent(catalog: Catalog) -> None:
    assert "satchel" in _left(catalog, price_min=Decimal("89.90"))
    assert "satchel" not in _left(catalog, price_min=Decimal("89.91"))


def test_both_bounds_hold_at_once(catalog: Catalog) -> None:
    assert _left(catalog, price_min=Decimal(20), price_max=Decimal(30)) == {"shade", "tote"}


@pytest.mark.parametrize("bound", [{"price_min": Decimal(0)}, {"price_max": Decimal(9999)}])
def test_a_product_without_a_price_meets_no_bound(catalog: Catalog, bound: dict[str, Decimal]) -> None:
    assert _left(catalog, **bound) == EVERY - UNPRICED


def test_a_refused_word_is_refused_in_every_field(catalog: Catalog) -> None:
    assert EVERY - _left(catalog, exclude=("leather",)) == {"satchel", "rucksack"}  # an attribute, a description
    assert EVERY - _left(catalog, exclude=("orvane",)) == {"clamp", "kettle"}  # a brand
    assert EVERY - _left(catalog, exclude=("mugs",)) == {"hostile", "cafe"}  # a category, and by stem a title


def test_what_is_of_a_refused_thing_is_refused_with_it(new_store: Store) -> None:
    """By the names that listings give it; what denies it may be shown."""
    listed = {"bag": "Suede Bag", "tote": "Canvas Tote", "cake": "Almond Cake"}
    bun = Product("bun", "Oat Bun", "Almond-free, baked without nuts.")
    new_store.catalog.put([*(Product(name, title) for name, title in listed.items()), bun], run=1)
    assert _left(new_store.catalog, exclude=("leather",)) == {"tote", "cake", "bun"}
    assert _left(new_store.catalog, exclude=("nut",)) == {"bag", "tote", "bun"}
    assert _left(new_store.catalog, exclude=("suede",)) == {"tote", "cake", "bun"}
    assert _left(new_store.catalog, product="suede bag", exclude=("leather",)) == {"bag", "tote", "cake", "bun"}


def test_a_refused_phrase_is_refused_as_a_phrase(catalog: Catalog) -> None:
    assert EVERY - _left(catalog, exclude=("rain jacket",)) == {"storm", "puddle"}


def test_each_of_several_refused_words_counts(catalog: Catalog) -> None:
    assert EVERY - _left(catalog, exclude=("leather", "canvas")) == {"satchel", "rucksack", "tote"}


def test_refusing_what_a_product_says_it_has_not_does_not_hide_it(catalog: Catalog) -> None:
    assert "quiet" in _left(catalog, exclude=("touchscreen",))


@pytest.mark.parametrize("sign", ["🙂", '"', "***"])
def test_a_refusal_without_words_refuses_nothing(catalog: Catalog, sign: str) -> None:
    assert eligible_ids(catalog, Constraints(exclude=(sign,))) is None


@pytest.mark.parametrize(
    ("gender", "jackets"),
    [
        ("men", {"storm", "breeze"}),
        ("women", {"fjord", "breeze"}),
        ("unisex", {"breeze"}),
        ("kids", {"puddle"}),
        ("boys", {"puddle"}),
        ("girls", {"puddle"}),
    ],
)
def test_the_audience_decides_which_jackets_may_be_shown(catalog: Catalog, gender: str, jackets: set[str]) -> None:
    assert _left(catalog, gender=gender) & {"storm", "fjord", "puddle", "breeze"} == jackets


def test_a_product_that_does_not_say_for_whom_it_is_suits_everybody(catalog: Catalog) -> None:
    said = {product.id for product in PRODUCTS if "gender" in product.attributes}
    assert _left(catalog, gender="girls") - said == EVERY - said


def test_only_what_is_known_to_be_in_stock_is_in_stock(catalog: Catalog) -> None:
    assert EVERY - _left(catalog, in_stock=True) == {"aster-brass", "kettle", "workshop", "cafe"}


def test_a_brand_is_a_must(catalog: Catalog) -> None:
    assert _left(catalog, brand="Orvane") == {"clamp", "kettle"}


def test_all_hard_constraints_hold_together(catalog: Catalog) -> None:
    left = _left(catalog, brand="halden", price_max=Decimal(40), exclude=("linen",), in_stock=True)
    assert left == {"aster-black", "aster-white"}


def test_what_is_of_a_refused_kind_is_left_out_though_its_listing_has_another_word_for_it(catalog: Catalog) -> None:
    left = _left(catalog, exclude=("crossbody",))
    assert "satchel" not in left
    assert "tote" in left
