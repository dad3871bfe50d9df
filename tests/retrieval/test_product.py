"""The record there and back, and money as people write it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.product import Product, money
from tests.small_shop import PRODUCTS

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
PRICE = st.none() | st.decimals("0", "99999", places=2)


@given(
    st.builds(
        Product,
        id=TEXT,
        title=TEXT,
        category=st.lists(TEXT, max_size=3).map(tuple),
        price=PRICE,
        list_price=PRICE,
        in_stock=st.none() | st.booleans(),
        attributes=st.dictionaries(TEXT, st.lists(TEXT, max_size=3).map(tuple), max_size=3),
        options=st.dictionaries(TEXT, TEXT, max_size=2),
    )
)
def test_a_product_comes_back_from_json_as_it_went(product: Product) -> None:
    assert Product.from_json(product.to_json()) == product


def test_the_content_hash_changes_with_any_field() -> None:
    lamp = PRODUCTS[0]
    changed = [
        replace(lamp, price=Decimal("35")),
        replace(lamp, stock=4),
        replace(lamp, attributes={}),
        replace(lamp, image_url="https://shop.example/aster.png"),
    ]
    assert len({product.content_hash for product in [lamp, *changed]}) == 5


def test_the_content_hash_is_the_same_for_equal_records() -> None:
    assert PRODUCTS[0].content_hash == replace(PRODUCTS[0]).content_hash


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("34.99", "USD", "$34.99"),
        ("40", "USD", "$40"),
        ("40.00", "USD", "$40"),
        ("39.5", "USD", "$39.50"),
        ("1299", "USD", "$1,299"),
        ("19.99", "EUR", "€19.99"),
        ("1200", "JPY", "¥1,200"),
    ],
)
def test_money_is_written_as_people_write_it(amount: str, currency: str, expected: str) -> None:
    assert money(Decimal(amount), currency) == expected
