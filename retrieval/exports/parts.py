"""What the formats share when a product is written: money, availability, and which facts have a column of their own. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision

from ..feeds.values import parse_availability
from ..product import Product

Family = Sequence[Product]  # the variants of one thing, one at least


def minor_units(amount: Decimal, currency: str) -> int | None:
    """The amount in the currency's smallest unit; None when it is finer than that."""
    scaled = amount.scaleb(get_currency_precision(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else None


def amount_text(amount: Decimal, currency: str) -> str | None:
    """The amount with all decimals of its currency, "79.90"; None when it is finer than that."""
    decimals = get_currency_precision(currency)
    return None if minor_units(amount, currency) is None else f"{amount:.{decimals}f}"


def availability(product: Product) -> str | None:
    """in_stock, out_of_stock, or the feed's own words that say more; None when the feed does not say."""
    if words := availability_words(product):
        return words
    return None if product.in_stock is None else "in_stock" if product.in_stock else "out_of_stock"


def availability_words(product: Product) -> str | None:
    """The words of the attribute "availability", when they mean the same as `in_stock`: preorder, "ask us"."""
    words = product.attributes.get("availability", ())
    if len(words) == 1 and parse_availability(words[0]) == (product.in_stock, words[0]):
        return words[0]
    return None


def category_path(product: Product) -> str:
    return " > ".join(product.category)


def further(product: Product, *taken: str) -> list[tuple[str, str]]:
    """(name, value) of every attribute but those taken; a name with several values comes several times."""
    left_out = {*taken, "availability"} if availability_words(product) else set(taken)
    return [(name, value) for name, values in product.attributes.items() if name not in left_out for value in values]


def own_columns(product: Product, names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """(name -> value, the names that this tells whole) of attributes that a format has columns for.

    Of several values the one that is an option goes into the column, where readers look for what tells variants apart.
    """
    cells = single(product, names)
    options = {name: value for name, value in product.options.items() if name in names}
    return {**cells, **options}, list(cells)


def single(product: Product, names: Iterable[str]) -> dict[str, str]:
    """Name -> value of those attributes that have one value."""
    values = {name: product.attributes.get(name, ()) for name in names}
    return {name: each[0] for name, each in values.items() if len(each) == 1}
