"""Cheapest, dearest, best rated: over all that match."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from retrieval.catalog import Catalog
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.query import Constraints, Query, Sort
from retrieval.store import Store
from retrieval.superlative import by, ordered
from tests.small_shop import BY_ID, CALLED_LAMP, LAMPS, PRODUCTS


def _ids(sort: Sort) -> list[str]:
    return [product.id for product in by(sort, LAMPS)]


def test_the_cheapest_comes_first_and_what_has_no_price_last() -> None:
    assert _ids("price_asc") == ["clamp", "shade", "aster-black", "aster-white", "aster-brass", "tower", "workshop"]


def test_the_dearest_comes_first_and_what_has_no_price_last() -> None:
    assert _ids("price_desc") == ["tower", "aster-brass", "aster-black", "aster-white", "shade", "clamp", "workshop"]


def test_the_best_rated_comes_first_and_what_has_no_rating_last() -> None:
    assert _ids("rating") == ["tower", "aster-black", "aster-brass", "aster-white", "clamp", "shade", "workshop"]


def test_of_equal_ratings_the_one_with_more_reviews_comes_first() -> None:
    praised = replace(BY_ID["clamp"], rating=4.8, review_count=211)
    assert by("rating", [BY_ID["tower"], praised]) == [praised, BY_ID["tower"]]


def test_the_order_is_over_all_that_fit_not_over_the_best_matches(catalog: Catalog, lexical: Lexical) -> None:
    query = Query("desk lamp", Constraints(product="lamp"), sort="price_desc")
    found = ordered(catalog, lexical, query, CALLED_LAMP)
    assert [product.id for product in found] == [
        product.id for product in by("price_desc", PRODUCTS) if product.id in CALLED_LAMP
    ]


def test_soft_wishes_narrow_the_order_when_something_has_them(catalog: Catalog, lexical: Lexical) -> None:
    query = Query("red lamp", Constraints(product="lamp", color=("red",)), sort="price_desc")
    assert [product.id for product in ordered(catalog, lexical, query, CALLED_LAMP)] == ["clamp"]


def test_soft_wishes_that_nothing_has_do_not_empty_the_order(catalog: Catalog, lexical: Lexical) -> None:
    query = Query("gold lamp", Constraints(product="lamp", color=("gold",)), sort="price_asc")
    assert len(list(ordered(catalog, lexical, query, CALLED_LAMP))) == len(CALLED_LAMP)


def test_of_several_colours_what_says_one_is_in_the_order_too(catalog: Catalog, lexical: Lexical) -> None:
    """The clamp lamp is red at $19.50, the desk lamp black at $34.99; no lamp is both, and the tower is neither."""
    query = Query("lamp", Constraints(product="lamp", color=("black", "red")), "price_asc")
    found = [product.id for product in ordered(catalog, lexical, query, CALLED_LAMP)]
    assert found[:2] == ["clamp", "aster-black"]
    assert "tower" not in found


def test_the_cheapest_of_a_size_is_looked_for_in_any_unit(new_store: Store) -> None:
    titles = {"wide": 'Monitor 61 cm (24")', "words": "Monitor, 24 inch", "small": "Monitor, 19 inch"}
    prices = {"wide": 80, "words": 90, "small": 30}
    shown = [Product(one, title, price=Decimal(prices[one]), currency="USD") for one, title in titles.items()]
    new_store.catalog.put(shown, run=1)
    query = Query("monitor", Constraints(product="monitor", size=("24 inches",)), sort="price_asc")
    found = ordered(new_store.catalog, Lexical(new_store.catalog), query, frozenset(titles))
    assert [one.id for one in found] == ["wide", "words"]
