"""Aspects over time: how many buyers were displeased in each month, and in which month that jumped. Pure functions of what was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import comb

from .store import Sentence
from .tone import together

FEWEST = 4  # displeased buyers in a month that may be a jump, and buyers before it
UNLIKELY = 0.01  # chance below which a month is told: about one false alarm in a hundred months of an aspect


@dataclass(frozen=True)
class Month:
    """Buyers who speak of an aspect in a month ("2026-05"), and those of them who are displeased with it."""

    month: str
    buyers: int
    negative: int


@dataclass(frozen=True)
class Trend:
    """An aspect's months, the oldest first. family: of which products, "" for all of the shop."""

    aspect: str
    family: str
    months: tuple[Month, ...]

    @property
    def buyers(self) -> int:
        return sum(month.buyers for month in self.months)

    @property
    def negative(self) -> int:
        return sum(month.negative for month in self.months)

    def in_month(self, month: str) -> Month | None:
        return next((one for one in self.months if one.month == month), None)


@dataclass(frozen=True)
class Jump:
    """A month in which an aspect turned bad, the months before it together, and how likely chance alone would do that."""

    aspect: str
    family: str
    month: Month
    before: Month
    chance: float


def trends_of(said: Iterable[Sentence]) -> list[Trend]:
    """A trend for each aspect of the whole shop, then for each aspect of each family, those of most buyers first."""
    spoken: dict[tuple[str, str], list[Sentence]] = {}
    for one in said:
        spoken.setdefault((one.aspect, one.review), []).append(one)
    buyers, negative = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for (aspect, _), some in spoken.items():
        bad = together(one.heard for one in some) == "negative"
        for family in ("", some[0].family):
            key = (aspect, family, some[0].day[:7])
            buyers[key] += 1
            negative[key] += bad
    months: dict[tuple[str, str], list[Month]] = {}
    for aspect, family, month in sorted(buyers):
        key = (aspect, family, month)
        months.setdefault((aspect, family), []).append(Month(month, buyers[key], negative[key]))
    found = [Trend(aspect, family, tuple(some)) for (aspect, family), some in months.items()]
    return sorted(found, key=lambda one: (bool(one.family), -one.buyers, one.aspect, one.family))


def jumps_of(trend: Trend) -> Iterator[Jump]:
    """Each month with at least FEWEST displeased buyers, as many buyers before, and a chance below UNLIKELY; the newest first."""
    for place in range(len(trend.months) - 1, 0, -1):
        month, earlier = trend.months[place], trend.months[:place]
        before = Month("", sum(one.buyers for one in earlier), sum(one.negative for one in earlier))
        if month.negative < FEWEST or before.buyers < FEWEST:
            continue
        if (chance := chance_of(month, before)) < UNLIKELY:
            yield Jump(trend.aspect, trend.family, month, before, chance)


def chance_of(month: Month, before: Month) -> float:
    """Fisher's exact test, one-sided: the chance of so many displeased buyers in the month, or more, were there no difference.

    Of N buyers K are displeased, n speak in the month: sum over k of C(K, k) C(N - K, n - k) / C(N, n). Fisher 1934.
    """
    bad, n = month.negative + before.negative, month.buyers
    every = month.buyers + before.buyers
    ways = sum(comb(bad, k) * comb(every - bad, n - k) for k in range(month.negative, min(bad, n) + 1))
    return ways / comb(every, n)
