"""Relaxing: the cheapest loss first, as little as possible, said truthfully; refused words never."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.catalog import Catalog
from retrieval.product import Product
from retrieval.query import Constraints, Query, Relaxed
from retrieval.relax import relax
from tests.small_shop import BY_ID, CALLED_LAMP

JACKETS = frozenset({"storm", "fjord", "puddle", "breeze"})


def _relax(catalog: Catalog, kind: frozenset[str], **wanted: object) -> tuple[Query, tuple[Relaxed, ...]]:
    return relax(catalog, Query("", Constraints(**wanted)), [kind], "USD")  # type: ignore[arg-type]


def test_a_price_that_nothing_meets_is_named_with_the_closest_price(catalog: Catalog) -> None:
    _, relaxed = _relax(catalog, CALLED_LAMP, product="lamp", price_max=Decimal(10))
    assert relaxed == (Relaxed("price_max", "nothing under $10 for lamp; the closest is $19.50"),)


def test_a_lowest_price_that_nothing_meets_is_named_with_the_closest_price(catalog: Catalog) -> None:
    _, relaxed = _relax(catalog, CALLED_LAMP, product="lamp", price_min=Decimal(500))
    assert relaxed == (Relaxed("price_min", "nothing over $500 for lamp; the closest is $120"),)


@pytest.mark.parametrize(
    ("low", "high", "field", "closest"),
    [(20, 200, "price_min", "$12"), (20, 500, "price_max", "$505"), (3, 5, "price_max", "$12")],
)
def test_of_a_range_that_holds_nothing_the_bound_goes_that_something_is_nearer_to(
    tmp_path: Path, low: int, high: int, field: str, closest: str
) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.put([Product("cheap", "Ring", price=Decimal(12)), Product("dear", "Ring", price=Decimal(505))], run=1)
    query, relaxed = _relax(
        catalog, frozenset({"cheap", "dear"}), product="ring", price_min=Decimal(low), price_max=Decimal(high)
    )
    assert relaxed == (Relaxed(field, f"nothing between ${low} and ${high} for ring; the closest is {closest}"),)
    assert query.sort == {"price_min": "price_desc", "price_max": "price_asc"}[field]


def test_of_a_range_the_bound_goes_that_leaves_the_kind_in_its_strictest_reading(tmp_path: Path) -> None:
    """A stand, at $79, is nearer to the range of 100 to 200 than the coffee table, at $249, is; but only the latter is one."""
    catalog = Catalog(tmp_path / "catalog.db")
    table, stand = Product("table", "Coffee Table", price=Decimal(249)), Product("stand", "Stand", price=Decimal(79))
    catalog.put([table, stand], run=1)
    kinds = [frozenset({"table"}), frozenset({"table", "stand"})]
    wanted = Constraints(product="coffee table", price_min=Decimal(100), price_max=Decimal(200))
    _, (relaxed,) = relax(catalog, Query("", wanted), kinds, "USD")
    assert relaxed.text == "nothing between $100 and $200 for coffee table; the closest is $249"


def test_a_brand_goes_before_a_price(catalog: Catalog) -> None:
    query, relaxed = _relax(catalog, CALLED_LAMP, product="lamp", brand="Sonora", price_max=Decimal(20))
    assert [one.field for one in relaxed] == ["brand"]
    assert query.constraints == Constraints(product="lamp", price_max=Decimal(20))


def test_a_price_goes_alone_when_the_brand_alone_would_not_help(catalog: Catalog) -> None:
    query, relaxed = _relax(catalog, CALLED_LAMP, product="lamp", brand="Orvane", price_max=Decimal(10))
    assert [one.field for one in relaxed] == ["price_max"]
    assert query.constraints.brand == "Orvane"


def test_only_what_must_go_together_goes_together(catalog: Catalog) -> None:
    query, relaxed = _relax(
        catalog, JACKETS, product="jacket", brand="Sonora", gender="women", in_stock=True, price_max=Decimal(20)
    )
    assert [one.field for one in relaxed] == ["brand", "price_max"]
    assert (query.constraints.gender, query.constraints.in_stock) == ("women", True)


def test_an_audience_is_relaxed_aloud(catalog: Catalog) -> None:
    _, relaxed = _relax(catalog, frozenset({"puddle"}), product="rain jacket", gender="women")
    assert relaxed == (Relaxed("gender", "no rain jacket listed for women, so these are listed for others"),)


def test_a_price_goes_before_an_audience_and_is_said_to_be_one_of_it(catalog: Catalog) -> None:
    """Under $40 there is only the Puddle, for children; the Breeze at $59 is for everybody."""
    query, relaxed = _relax(catalog, JACKETS, product="jacket", gender="women", price_max=Decimal(40))
    assert relaxed == (Relaxed("price_max", "nothing under $40 for jacket for women; the closest is $59"),)
    assert query.constraints.gender == "women"


def test_a_refused_word_is_never_given_up(catalog: Catalog) -> None:
    query, relaxed = _relax(
        catalog, frozenset({"satchel"}), product="satchel", exclude=("leather",), price_max=Decimal(5)
    )
    assert relaxed == ()
    assert query.constraints == Constraints(product="satchel", exclude=("leather",), price_max=Decimal(5))


def test_the_strictest_kind_is_kept_when_something_of_it_is_left(catalog: Catalog) -> None:
    strict, loose = frozenset({"tower"}), CALLED_LAMP
    _, relaxed = relax(
        catalog, Query("", Constraints(product="floor lamp", price_max=Decimal(10))), [strict, loose], "USD"
    )
    assert relaxed == (Relaxed("price_max", "nothing under $10 for floor lamp; the closest is $120"),)


def test_no_closest_price_is_claimed_when_no_price_is_stated(catalog: Catalog) -> None:
    _, relaxed = _relax(catalog, frozenset({"workshop"}), product="workshop lamp", price_max=Decimal(10))
    assert relaxed == (Relaxed("price_max", "no workshop lamp under $10, and what I have states no price"),)


def test_unknown_stock_is_not_called_sold_out(catalog: Catalog) -> None:
    _, relaxed = _relax(catalog, frozenset({"workshop"}), product="workshop lamp", in_stock=True)
    assert relaxed == (Relaxed("in_stock", "no workshop lamp is listed as in stock"),)


@pytest.mark.parametrize("price", ["9.90", "10.10"])
def test_the_closest_is_on_the_side_that_the_bound_left(tmp_path: Path, price: str) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.put([replace(BY_ID["tote"], price=Decimal(price)), Product("dear", "Tote", price=Decimal(99))], run=1)
    _, relaxed = _relax(catalog, frozenset({"tote", "dear"}), product="tote", price_max=Decimal(5))
    assert relaxed[0].text.endswith(f"the closest is ${price}")
    catalog.close()
