"""What a record states in numbers, such as a weight or a height, in units that can be compared. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from .product import Product
from .query import Limit

_MEASURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+|%|\"|″)?")
# Units that shops mix for one quantity: a value in the first's place is in terms of the second.
_SCALE: Mapping[str, tuple[str, Decimal]] = {
    "kg": ("g", Decimal(1000)), "g": ("g", Decimal(1)), "mg": ("g", Decimal("0.001")), "lb": ("g", Decimal("453.592")),
    "lbs": ("g", Decimal("453.592")), "oz": ("g", Decimal("28.35")), "m": ("mm", Decimal(1000)), "cm": ("mm", Decimal(10)),
    "mm": ("mm", Decimal(1)), "in": ("mm", Decimal("25.4")), "l": ("ml", Decimal(1000)), "ml": ("ml", Decimal(1)),
    "gb": ("gb", Decimal(1)), "tb": ("gb", Decimal(1000)),
}  # fmt: skip


def measure(text: str) -> tuple[Decimal, str] | None:
    """The first number of the text and its unit, "" without one; None where it has no number. "1.2 kg" is 1200 g."""
    match = _MEASURE.search(text)
    if match is None:
        return None
    unit, factor = _SCALE.get((match.group(2) or "").casefold(), ((match.group(2) or "").casefold(), Decimal(1)))
    return Decimal(match.group(1).replace(",", ".")) * factor, unit


def stated(product: Product, field: str) -> str | None:
    """What the record states under this name, as an option or else an attribute; None where it does not."""
    return product.options.get(field) or next(iter(product.attributes.get(field, ())), None)


def within(limit: Limit, text: str) -> bool:
    """Whether what a record states is on the limit's side of its value; not where it is in another unit, or no number."""
    stated, bound = measure(text), measure(limit.value)
    if stated is None or bound is None or stated[1] != bound[1]:
        return False
    return stated[0] < bound[0] if limit.side == "below" else stated[0] > bound[0]
