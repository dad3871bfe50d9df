"""Which groups a shopper belongs to by what he did, so that it shows whether lists serve some worse than others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from retrieval.catalog import Catalog

from ..events.crowd import WEIGHTS
from ..events.log import Event
from .interest.wares import numbered, price_levels

Division = Literal["acts", "category", "price", "region", "visits"]
DIVISIONS: tuple[Division, ...] = get_args(Division)
ACTS: Mapping[str, range] = {  # by how many are known
    "1": range(1, 2),
    "2-5": range(2, 6),
    "6-20": range(6, 21),
    "more": range(21, 1_000_000_000),
}
BANDS = ("low", "middle", "high")  # thirds of a category's prices
NEW, RETURNING = "new", "returning"
NAMED: Mapping[Division, Sequence[str]] = {
    "acts": tuple(ACTS),
    "price": BANDS,
    "visits": (NEW, RETURNING),
}  # alike in every shop


class Groups:
    """The groups of shoppers of a catalogue: by acts, main category, price, region and visits."""

    def __init__(self, catalog: Catalog) -> None:
        products = list(catalog)
        levels = price_levels(products, numbered([one.category for one in products]))
        self._department = {one.id: one.category[0] for one in products if one.category}
        self._level = {one.id: level for one, level in zip(products, levels.tolist(), strict=True) if level == level}

    def of(self, events: Sequence[Event]) -> Mapping[Division, str]:
        """A shopper's group in each division in which his events tell one. events: the oldest first.

        category: the widest name of that which has most weight of acts. price: the third in which the products of his acts stand among
        the prices of their categories, in the weighted mean. region: the latest told. visits: `new` with acts of one day (UTC) only.
        """
        acts = [one for one in events if one.type in WEIGHTS]
        if not acts:
            return {}
        found: dict[Division, str] = {"acts": of_acts(len(acts))}
        weights: dict[str, float] = defaultdict(float)
        for one in acts:
            weights[one.product_id or ""] += WEIGHTS[one.type]
        if category := self._category(weights):
            found["category"] = category
        if band := self._band(weights):
            found["price"] = band
        if region := next((one.region for one in reversed(events) if one.region), None):
            found["region"] = region
        found["visits"] = NEW if len({one.at.date() for one in acts}) == 1 else RETURNING
        return found

    def _category(self, weights: Mapping[str, float]) -> str | None:
        sums: dict[str, float] = defaultdict(float)
        for name, weight in weights.items():
            if name in self._department:
                sums[self._department[name]] += weight
        return min(sums, key=lambda name: (-sums[name], name), default=None)

    def _band(self, weights: Mapping[str, float]) -> str | None:
        priced = {name: weight for name, weight in weights.items() if name in self._level}
        if not priced:
            return None
        level = math.fsum(weight * self._level[name] for name, weight in priced.items()) / math.fsum(priced.values())
        return BANDS[min(int(level * len(BANDS)), len(BANDS) - 1)]


def of_acts(known: int) -> str:
    """The group of a shopper of whom so many acts are known, at least one."""
    return next(name for name, numbers in ACTS.items() if known in numbers)
