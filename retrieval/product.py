"""The product record, as every part of the shop sees it. Money is decimal and prints the way people write it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True)
class Product:
    """One thing that can be put in a cart; a variant is a product with its group's id and its own options.

    category: from the department to the narrowest, lower case. price, list_price: in `currency` (ISO 4217), None when the
    feed does not say; list_price is the price before a discount. in_stock: None means that the feed does not say, which
    is not the same as yes. rating: 0..5. attributes: name -> values, names lower case. options: what tells this variant from its siblings.
    stand_ins: words that the feed has where it states nothing ("N/A"), by field or attribute; nobody is told them.
    indexed_description: what search reads in place of a description that only says again what other fields state; None: the description.
    """

    id: str
    title: str
    description: str = ""
    brand: str | None = None
    category: tuple[str, ...] = ()
    price: Decimal | None = None
    list_price: Decimal | None = None
    currency: str = "USD"
    in_stock: bool | None = None
    stock: int | None = None
    rating: float | None = None
    review_count: int | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    group_id: str | None = None
    image_url: str | None = None
    url: str | None = None
    stand_ins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indexed_description: str | None = field(default=None, compare=False)

    @property
    def sold_out(self) -> bool:
        """Whether the record says that none is left; what it does not say is not sold out."""
        return self.in_stock is False or (self.stock is not None and self.stock <= 0)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON types; money as a number with the currency's own decimals; the last two only where they hold anything."""
        record = {f.name: getattr(self, f.name) for f in fields(self)}
        record["category"] = list(self.category)
        record["price"], record["list_price"] = as_number(self.price), as_number(self.list_price)
        record["attributes"] = {name: list(values) for name, values in self.attributes.items()}
        record["options"] = dict(self.options)
        record["stand_ins"] = {name: list(words) for name, words in self.stand_ins.items()}
        if not self.stand_ins:
            del record["stand_ins"]
        if self.indexed_description is None:
            del record["indexed_description"]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Product:
        """The inverse of `to_json`: `from_json(p.to_json()) == p` for every product."""
        values = dict(record)
        values["category"] = tuple(record["category"])
        values["price"], values["list_price"] = as_decimal(record["price"]), as_decimal(record["list_price"])
        values["attributes"] = {name: tuple(texts) for name, texts in record["attributes"].items()}
        values["stand_ins"] = {name: tuple(words) for name, words in record.get("stand_ins", {}).items()}
        return cls(**values)

    @cached_property
    def content_hash(self) -> str:
        """32 hex digits that change when anything in the record does."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def as_number(amount: Decimal | None) -> float | None:
    """A JSON number for an amount; None stays None."""
    return None if amount is None else float(amount)


def as_decimal(number: float | str | None) -> Decimal | None:
    """The amount that a JSON number was written as: 34.99 -> Decimal("34.99")."""
    return None if number is None else Decimal(str(number))


def money(amount: Decimal, currency: str) -> str:
    """The amount as people write it, whole amounts without decimals: "$34.99", "$40", "€19.99", "¥1,200"."""
    whole = amount == amount.to_integral_value()
    symbol_and_digits = "¤#,##0" if whole else "¤#,##0." + "0" * max(get_currency_precision(currency), 1)
    return str(format_currency(amount, currency, format=symbol_and_digits, locale="en_US", currency_digits=False))
