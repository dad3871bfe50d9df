"""Made-up shoppers at a shop whose own lists they are shown: what its suggestions earn as it learns, beside the best lists there are.

They are those of simulated_events.py, but for three things: each visit begins with the shop's suggestions; the page of a category is what
was chosen most of it so far, as shops have it, so that most products are hardly ever shown; and half way what all shoppers alike see in a
product is drawn anew for SHIFTING of them. The shop knows on each day what happened before its midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from retrieval.product import Product

from ..events.log import Event
from ..model import Card
from .simulated_events import (
    DRIFTING,
    EYE,
    PAGE,
    PAGES,
    VISITS_OF_30_DAYS,
    Shopper,
    Simulation,
    clicking,
    demand,
    look,
    peaks_of,
)
from .simulated_tastes import QUALITY, Assortment, Floats, Rng, assortment, draw_taste

SHIFTING = 0.5

Suggest = Callable[[str, datetime], Sequence[Card]]  # (visitor, time) -> at most PAGE suggestions
Keep = Callable[[Sequence[Event]], object]  # takes a day's events in


@dataclass(frozen=True)
class Told:
    """A list of suggestions: what it is to earn, and the best list for this shopper then, in clicks. ids: what it showed.

    instead: what a list of other ids would be to earn in its place.
    """

    day: int
    earned: float
    possible: float
    ids: tuple[str, ...]
    instead: Callable[[Sequence[str]], float]


@dataclass(frozen=True)
class _Visitor:
    """Who comes, as he is before half the time and after it, and when, in days from the start."""

    before: Shopper
    after: Shopper
    visits: Sequence[float]


def play(products: Iterable[Product], of: Simulation, suggest: Suggest, keep: Keep) -> Iterator[Told]:
    """Every list of suggestions, in order of time. The same numbers give the same shoppers at the same times, whatever is suggested."""
    rng = np.random.default_rng(of.seed)
    sold = assortment(products, rng)
    peaks, later = peaks_of(sold, rng), replace(sold, quality=_shifted(sold.quality, rng))
    visitors = [_visitor(number, sold, later, of) for number in range(of.shoppers)]
    visits = sorted((moment, number) for number, one in enumerate(visitors) for moment in one.visits)
    rows, chosen = {name: row for row, name in enumerate(sold.ids)}, np.zeros(len(sold.ids))
    for day, some in groupby(visits, key=lambda visit: int(visit[0])):
        now, events = of.until - timedelta(days=of.days - day), list[Event]()
        for moment, number in some:
            shopper = visitors[number].before if moment < of.days / 2 else visitors[number].after
            cards = suggest(shopper.name, now)
            yield _told(day, [card.product.id for card in cards], shopper, rows)
            wanted = demand(shopper.taste, peaks, moment)
            pages = [[(rows[card.product.id], card.propensity) for card in cards]]
            pages += [_page(sold, wanted, chosen, rng) for _ in range(rng.poisson(PAGES))]
            for place, page in enumerate(pages):
                at = now + timedelta(seconds=int((moment - day) * 86_400), minutes=3 * place)
                events += look(shopper, sold, page, (at, of.until), f"{shopper.name}-{moment * 86_400:.0f}", rng)
        np.add.at(chosen, [rows[event.product_id or ""] for event in events if event.type == "click"], 1)
        keep(events)


def _shifted(quality: Floats, rng: Rng) -> Floats:
    return np.where(rng.random(len(quality)) < SHIFTING, rng.normal(0, QUALITY, len(quality)), quality)


def _visitor(number: int, sold: Assortment, later: Assortment, of: Simulation) -> _Visitor:
    rng = np.random.default_rng([of.seed, number])
    first = draw_taste(sold, rng)
    last = draw_taste(sold, rng) if rng.random() < DRIFTING else first
    visits = rng.uniform(0, of.days, max(1, rng.poisson(rng.lognormal(*VISITS_OF_30_DAYS) * of.days / 30)))
    before = Shopper(f"simulated-{of.seed}-{number}", first, first.appeal(sold))
    return _Visitor(before, replace(before, taste=last, appeal=last.appeal(later)), visits.tolist())


def _page(sold: Assortment, wanted: Floats, chosen: Floats, rng: Rng) -> list[tuple[int, float]]:
    """The page of a category that the shopper opens: what was clicked most of it before today; of those that were not, any."""
    there = rng.permutation(sold.on_shelf[int(rng.choice(len(wanted), p=wanted))])
    return [(one, 1.0) for one in there[np.argsort(-chosen[there], kind="stable")][:PAGE].tolist()]


def _told(day: int, ids: Sequence[str], shopper: Shopper, rows: Mapping[str, int]) -> Told:
    clicks = clicking(shopper.appeal)
    clicks[list(shopper.bought)] = 0
    eyes = np.arange(1, PAGE + 1) ** -EYE

    def earned(some: Sequence[str]) -> float:
        return float(clicks[[rows[name] for name in some]] @ eyes[: len(some)])

    best = np.sort(clicks)[::-1][:PAGE]
    return Told(day, earned(ids), float(best @ eyes[: len(best)]), tuple(ids), earned)
