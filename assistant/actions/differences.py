"""The fields in which products differ, read from their records, and what can be measured among their values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from retrieval.measure import measure
from retrieval.product import Product, money
from retrieval.words import content_stems

from ..model import Comparison, Row

NOT_STATED = "not stated"
MOST_FIELDS = 12  # a data sheet has sixty; those that more of the products state come first


def record_of(product: Product) -> dict[str, str]:
    """Name -> value of all that the record states: price, rating, brand, availability, options, attributes, in this order."""
    said: dict[str, str] = {}
    if product.price is not None:
        said["price"] = money(product.price, product.currency)
    if product.rating is not None:
        reviews = f" from {product.review_count:,} reviews" if product.review_count else ""
        said["rating"] = f"{product.rating:g} of 5{reviews}"
    if product.brand:
        said["brand"] = product.brand
    if product.in_stock is not None:
        said["availability"] = "in stock" if product.in_stock else "sold out"
    said |= product.options
    for name, values in product.attributes.items():
        said.setdefault(name, ", ".join(values))
    return said


def differing(products: Sequence[Product], first: Sequence[str] = ()) -> Comparison | None:
    """The fields in which the products' records differ, at most MOST_FIELDS, and a row for each; None without any.

    first: names that come before the others even where the values are the same. What a record lacks is NOT_STATED.
    """
    records = [record_of(product) for product in products]
    usual = ("price", "rating", "brand", "availability", *(name for product in products for name in product.options))
    names = list(dict.fromkeys((*usual, *(name for record in records for name in record))))
    kept = [name for name in names if len({record.get(name, NOT_STATED) for record in records}) > 1]
    rest = [name for name in kept if name not in usual]
    rest.sort(key=lambda name: -sum(name in record for record in records))  # stable
    fields = tuple(dict.fromkeys((*first, *(name for name in kept if name in usual), *rest)))[:MOST_FIELDS]
    if not fields:
        return None
    return Comparison(fields, tuple(Row(one.id, values(one, fields), one.title) for one in products))


def values(product: Product, fields: Sequence[str]) -> tuple[str, ...]:
    record = record_of(product)
    return tuple(record.get(name, NOT_STATED) for name in fields)


def measures(products: Sequence[Product], field: str) -> dict[str, Decimal]:
    """By id, the field's first number, in one unit; empty unless every number found has the same unit, so that they can be compared."""
    records = ((product.id, record_of(product)) for product in products)
    found = {key: measure(record[field]) for key, record in records if field in record}
    stated = {key: value for key, value in found.items() if value is not None}
    return (
        {key: number for key, (number, _) in stated.items()} if len({unit for _, unit in stated.values()}) == 1 else {}
    )


def shared(one: Product, other: Product) -> dict[str, str]:
    """Name -> value of what both records state alike: brand, options, attributes. Price, rating, stock and yes or no are left out."""
    mine, theirs = _traits(one), _traits(other)
    return {name: value for name, value in mine.items() if theirs.get(name, "").casefold() == value.casefold()}


def _traits(product: Product) -> dict[str, str]:
    left_out = ("price", "rating", "availability")
    return {
        name: value for name, value in record_of(product).items() if name not in left_out and value.casefold() != "no"
    }


def fields_named(asked: str, products: Sequence[Product]) -> list[str]:
    """Names of the products' record fields that a word of the question names, most words first, of as many the shortest name: before the
    "total input capacity" of a printer its height."""
    wanted = set(content_stems(asked))
    names = dict.fromkeys(name for product in products for name in record_of(product))
    hits = {name: len(wanted & set(content_stems(name))) for name in names}
    return sorted((name for name in names if hits[name]), key=lambda name: (-hits[name], len(content_stems(name))))
