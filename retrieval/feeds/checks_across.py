"""What shows only when the products of a feed are looked at together: repeats, spellings, prices far from their kind."""

from __future__ import annotations

import heapq
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from ..product import Product
from .checks import BARCODES, Group, Weight
from .losses import shortened

FAR = 30  # times the median of its category, or a thirtieth of it
ENOUGH = 20  # prices of a category before its median says anything
KEPT = 5  # examples, and products named in each

Seen = tuple[str, str, str]  # id, title, what was seen


@dataclass
class Repeat:
    """Products of different families that share a key. A variant rightly shares much with its siblings."""

    name: str
    weight: Weight
    title: str
    cost: str
    fix: str
    key: Callable[[Product], str | None]
    at_least: int = 2
    group: Group = "duplicate"
    _found: dict[str, tuple[int, tuple[Seen, ...]]] = field(default_factory=dict)
    _families: set[tuple[str, str]] = field(default_factory=set)

    def see(self, product: Product) -> None:
        key = self.key(product)
        family = product.group_id or product.id
        if not key or (key, family) in self._families:
            return
        self._families.add((key, family))
        count, first = self._found.get(key, (0, ()))
        kept = (*first, (product.id, product.title, key)) if len(first) < KEPT else first
        self._found[key] = count + 1, kept

    @property
    def count(self) -> int:
        return sum(count for count, _ in self._found.values() if count >= self.at_least)

    def examples(self) -> Iterator[Seen]:
        """The most repeated first: one of them, and which others share it."""
        repeated = [each for each in self._found.values() if each[0] >= self.at_least]
        for count, seen in heapq.nlargest(KEPT, repeated, key=lambda each: each[0]):
            product_id, title, key = seen[0]
            others = ", ".join(other for other, _, _ in seen[1:])
            more = f" and {count - len(seen)} more" if count > len(seen) else ""
            yield product_id, title, f"{count} share “{shortened(key)}”: also {others}{more}"


@dataclass
class Spellings:
    """Brands that are written in several ways."""

    name: str = "brand-spelling"
    weight: Weight = "noticeable"
    title: str = "Brand written in several ways"
    cost: str = (
        "The choice of brands that shoppers are offered shows it more than once, each time with a part of the products."
    )
    fix: str = "Write it in one way."
    group: Group = "suspicious"
    _counts: dict[str, dict[str, int]] = field(default_factory=dict)
    _first: dict[str, tuple[str, str]] = field(default_factory=dict)

    def see(self, product: Product) -> None:
        if product.brand:
            key = re.sub(r"\W", "", product.brand).casefold()
            counts = self._counts.setdefault(key, {})
            counts[product.brand] = counts.get(product.brand, 0) + 1
            self._first.setdefault(key, (product.id, product.title))

    @property
    def count(self) -> int:
        return sum(sum(counts.values()) for counts in self._counts.values() if len(counts) > 1)

    def examples(self) -> Iterator[Seen]:
        for key, counts in self._counts.items():
            if len(counts) > 1:
                yield *self._first[key], ", ".join(f"{brand} ({times})" for brand, times in counts.items())


@dataclass
class Outliers:
    """Prices far from the middle of their category."""

    name: str = "price-far"
    weight: Weight = "noticeable"
    title: str = f"Price {FAR} times, or a {FAR}th of, what its category costs"
    cost: str = "Right, a slip of the decimal point, or in the wrong category: it leads “cheapest” or “most expensive” of its category."
    fix: str = "Check price and category."
    group: Group = "suspicious"
    _prices: dict[tuple[tuple[str, ...], str], array[float]] = field(default_factory=dict)
    _ends: dict[tuple[tuple[str, ...], str], list[tuple[float, str, str]]] = field(default_factory=dict)

    def see(self, product: Product) -> None:
        if not product.price or not product.category:
            return
        key = (product.category, product.currency)
        price = float(product.price)
        self._prices.setdefault(key, array("d")).append(price)
        ends = self._ends.setdefault(key, [])
        ends.append((price, product.id, product.title))
        if len(ends) > 4 * KEPT:  # only the cheapest and the dearest can be far off
            self._ends[key] = heapq.nsmallest(KEPT, ends) + heapq.nlargest(KEPT, ends)

    def _far(self) -> Iterator[tuple[tuple[tuple[str, ...], str], float]]:
        for key, prices in self._prices.items():
            if len(prices) >= ENOUGH:
                yield key, median(prices)

    @property
    def count(self) -> int:
        return sum(_is_far(price, middle) for key, middle in self._far() for price in self._prices[key])

    def examples(self) -> Iterator[Seen]:
        for key, middle in self._far():
            for price, product_id, title in sorted(set(self._ends[key])):
                if _is_far(price, middle):
                    yield (
                        product_id,
                        title,
                        f"{price:g}; half of {' > '.join(key[0])} costs less than {middle:g} {key[1]}",
                    )


def _is_far(price: float, middle: float) -> bool:
    return price > FAR * middle or price * FAR < middle


def _barcode(product: Product) -> str | None:
    return next((code for name in BARCODES[:-1] for code in product.attributes.get(name, ())), None)


def _words_of_title(product: Product) -> str:
    return " ".join(sorted(re.findall(r"\w+", product.title.casefold())))


def across() -> list[Repeat | Spellings | Outliers]:
    """New ones, that have seen no product."""
    return [
        Repeat("same-gtin", "costly", "One barcode on several products", "The same thing stands in a list more than once, and pushes out "
               "others.", "Make one product of them, or correct the barcode.", _barcode),
        Repeat("same-title", "noticeable", "Titles of the same words", "Shoppers and the assistant cannot tell them apart by name: “the "
               "second one” is all that is left.", "Put what differs into the title, or join variants by item_group_id.", _words_of_title),
        Repeat("same-description", "noticeable", "One description for several products", "It says nothing of the product that is its own, "
               "so it is no help in ranking them.", "Say what differs.",
               lambda product: product.description.casefold() or None, at_least=3),
        Spellings(),
        Outliers(),
    ]  # fmt: skip
