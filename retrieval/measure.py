"""What a record states in numbers, such as a weight or a height, in units that can be compared. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from .product import Product
from .query import Limit

_THOUSANDS = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?![\d,])"  # "1,299.99"; a comma elsewhere is a decimal one
_MEASURE = re.compile(
    rf"(?<![\w.,])(?:(?P<thousands>{_THOUSANDS})|(?P<plain>\d+(?:[.,]\d+)?))(?:-|\s*)(?P<unit>[^\W\d_]+|%|\"|″)?"
)
# Units that shops mix for one quantity: a value in the first's place is in terms of the second.
_SCALE: Mapping[str, tuple[str, Decimal]] = {
    name: (unit, Decimal(factor))
    for names, unit, factor in (
        ("kg kilo kilos", "g", "1000"), ("g gram grams", "g", "1"), ("mg", "g", "0.001"), ("lb lbs", "g", "453.592"),
        ("oz", "g", "28.35"), ("m metre metres meter meters", "mm", "1000"), ("cm", "mm", "10"), ("mm", "mm", "1"),
        ('in inch inches " ″', "mm", "25.4"), ("ft foot feet", "mm", "304.8"), ("l litre litres liter liters", "ml", "1000"),
        ("ml", "ml", "1"), ("gb", "gb", "1"), ("tb", "gb", "1000"),
    )
    for name in names.split()
}  # fmt: skip
_UNITS = frozenset(unit for unit, _ in _SCALE.values())
_NEAR = Decimal("0.01")  # of a value: 61 cm are 24 inches, 2 m are 6.6 ft


@dataclass(frozen=True)
class Measure:
    """A number as text[start:end] states it, in the unit to which those that shops mix are brought; "" without one."""

    value: Decimal
    unit: str
    start: int
    end: int

    def equals(self, other: Measure) -> bool:
        """Whether both state the same, as far as such numbers are rounded; in another unit never."""
        return self.unit == other.unit and abs(self.value - other.value) <= _NEAR * max(self.value, other.value)


def measures(text: str) -> Iterator[Measure]:
    """All numbers of the text in order: '61 cm (24")' has 610 mm and 609.6 mm."""
    for match in _MEASURE.finditer(text):
        written = (match["unit"] or "").casefold()
        unit, factor = _SCALE.get(written, (written, Decimal(1)))
        number = match["thousands"].replace(",", "") if match["thousands"] else match["plain"].replace(",", ".")
        yield Measure(Decimal(number) * factor, unit, match.start(), match.end())


def measure(text: str) -> tuple[Decimal, str] | None:
    """The first number of the text and its unit, "" without one; None where it has no number. "1.2 kg" is 1200 g."""
    first = next(measures(text), None)
    return None if first is None else (first.value, first.unit)


@lru_cache(maxsize=1_000)  # a wish is held against each of the products
def only_measure(text: str) -> Measure | None:
    """The measure that the text is, in a unit that can be compared: "24 inch"; None where it says anything else ("uk 5", "40x20")."""
    found = list(measures(text))
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(text))
    return found[0] if whole and found[0].unit in _UNITS else None


def stated(product: Product, field: str) -> str | None:
    """What the record states under this name, as an option or else an attribute; None where it does not."""
    return product.options.get(field) or next(iter(product.attributes.get(field, ())), None)


def within(limit: Limit, text: str) -> bool:
    """Whether what a record states is on the limit's side of its value; not where it is in another unit, or no number."""
    stated, bound = measure(text), measure(limit.value)
    if stated is None or bound is None or stated[1] != bound[1]:
        return False
    return stated[0] < bound[0] if limit.side == "below" else stated[0] > bound[0]
