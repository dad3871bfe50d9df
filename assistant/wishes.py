"""What is wanted now, wish by wish: each in a shopper's words, and how exactly one of them is taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from retrieval.errors import BadInput
from retrieval.product import money
from retrieval.query import Constraints

BEFORE_PRICE = ("product", "category", "brand", "color", "material", "size", "gender", "features")
PRICE = "price"  # both bounds together: they are said as one


@dataclass(frozen=True)
class Named:
    """A wish meant by name and not in words, as a button does it. field, value: as in one of the last reply's `wishes`."""

    field: str
    value: str | None = None


class Drop(Named):
    """It is taken back."""


class Keep(Named):
    """It is kept for later conversations."""


@dataclass(frozen=True)
class Wish:
    """One wish. field: of the constraints, or "price"; value: which one of a list, else None; text: as a shopper says it."""

    field: str
    value: str | None
    text: str


def wishes_in(constraints: Constraints, currency: str) -> tuple[Wish, ...]:
    """Every wish, the kind of thing first: "desk lamp", "black", "under $40", "in stock", "lighter than 2 kg", "not leather"."""
    return tuple(_wishes(constraints, currency))


def wish_of(named: Named, constraints: Constraints, currency: str) -> Wish:
    """The wish that is meant; BadInput when it is none of those of now, as in a tab that shows an older turn."""
    for wish in wishes_in(constraints, currency):
        if (wish.field, wish.value) == (named.field, named.value):
            return wish
    words = named.field if named.value is None else f"{named.field} {named.value!r}"
    raise BadInput(f"There is no wish {words:.80} any more.", fix="take one of the `wishes` of the last reply")


def without(constraints: Constraints, wish: Wish) -> Constraints:
    """The constraints with this wish gone and every other as it was."""
    if wish.field == PRICE:
        return replace(constraints, price_min=None, price_max=None)
    left: Any = getattr(Constraints(), wish.field)
    if wish.field == "limits":
        left = tuple(limit for limit in constraints.limits if limit.text != wish.value)
    elif wish.value is not None:
        left = tuple(value for value in getattr(constraints, wish.field) if value != wish.value)
    return replace(constraints, **{wish.field: left})


def _wishes(constraints: Constraints, currency: str) -> Iterator[Wish]:
    for field in BEFORE_PRICE:
        wanted = getattr(constraints, field)
        if isinstance(wanted, tuple):
            yield from (Wish(field, value, value) for value in wanted)
        elif wanted:
            yield Wish(field, None, wanted)
    if bounds := _bounds(constraints, currency):
        yield Wish(PRICE, None, bounds)
    if constraints.quantity and constraints.quantity > 1:
        yield Wish("quantity", None, f"{constraints.quantity} pieces")
    if constraints.in_stock:
        yield Wish("in_stock", None, "in stock")
    yield from (Wish("limits", limit.text, limit.text) for limit in constraints.limits)
    yield from (Wish("exclude", refused, f"not {refused}") for refused in constraints.exclude)


def _bounds(constraints: Constraints, currency: str) -> str | None:
    low, high = constraints.price_min, constraints.price_max
    if low is not None and high is not None:
        return f"{money(low, currency)} to {money(high, currency)}"
    if high is not None:
        return f"under {money(high, currency)}"
    return f"from {money(low, currency)}" if low is not None else None
