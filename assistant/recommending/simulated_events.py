"""Made-up shoppers with known tastes at a real catalogue: what they are shown, click, put into the cart and buy. docs/events.md.

A simulation: it tells whether learning from events works at all and how methods compare where its assumptions hold, not what people do.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from retrieval.product import Product

from ..events.log import Event, EventType
from .interest.context import PARTS_OF_A_DAY, part_of
from .simulated_tastes import Assortment, Floats, Rng, Taste, assortment, draw_taste

PAGE = 10  # products on a page, drawn at random from what it is a page of, so that each place is as probable for each
HOME = 0.2  # share of pages that are of the whole shop; all others are of a category that the shopper opens
VISITS_OF_30_DAYS = (0.7, 1.0)  # log-normal: half of the shoppers come up to twice, few come often
PAGES = 2.0  # mean a visit
EYE = 1.0  # a place is looked at with the probability 1 / rank ** EYE
NOISE = 0.03  # of what is looked at is clicked without regard to taste
# Log-odds at an appeal of 0: of a click once looked at, of the cart once clicked, of buying once there.
CLICK, CART, BUY = -0.6, -0.4, -0.8
DRIFTING = 0.25  # of the shoppers change their taste half way
REGIONAL = 0.6
SEASON, SEASON_DAYS = 0.6, 90  # a department's demand goes up and down by this much, each at a time of its own


@dataclass(frozen=True)
class Simulation:
    """How many shoppers come over how many days, up to when. The same numbers and products give the same events.

    hours: 0..1, by so much a department's demand goes up and down over the parts of the week. regions: so many there are, 0 for none known;
    in each a department's demand is up or down by REGIONAL at most.
    """

    shoppers: int
    days: int
    seed: int
    until: datetime
    hours: float = 0.0
    regions: int = 0


@dataclass
class Shopper:
    """One made-up shopper. bought: what is not wanted a second time."""

    name: str
    taste: Taste
    appeal: Floats  # (n,)
    region: int | None = None
    bought: set[int] = field(default_factory=set)


def simulate(products: Iterable[Product], of: Simulation) -> list[Event]:
    """All that these shoppers are shown and do, the oldest first. `propensity` is of the product at its place on that page."""
    rng = np.random.default_rng(of.seed)
    sold = assortment(products, rng)
    sways = sways_of(sold, of, rng)
    found: list[Event] = []
    for number in range(of.shoppers):
        found += _life(f"simulated-{of.seed}-{number}", sold, sways, of, np.random.default_rng([of.seed, number]))
    return sorted(found, key=lambda one: (one.at, one.id))


@dataclass(frozen=True)
class Sways:
    """How the demand for each of s categories goes up and down. peaks: (s,) the day on which it is wanted most. hours: (8, s) for each part
    of the week, as `part_of` counts them, and regions: (r, s), how many times what it is else."""

    peaks: Floats
    hours: Floats
    regions: Floats

    def there(self, at: datetime, region: int | None) -> Floats:
        """(s,) by the hour and the place."""
        return np.asarray(self.hours[part_of(at)] * (1.0 if region is None else self.regions[region]))


def demand(taste: Taste, peaks: Floats, day: float) -> Floats:
    """(s,) how probable it is that a shopper of this taste opens each category on a day: his liking times the season."""
    wanted = taste.shelves * (1 + SEASON * np.cos(2 * np.pi * (day - peaks) / SEASON_DAYS))
    return np.asarray(wanted / wanted.sum())


def sways_of(sold: Assortment, of: Simulation, rng: Rng) -> Sways:
    """All of a department alike. Seasons are drawn as ever, whatever else there is."""
    peaks, own = peaks_of(sold, rng), np.random.default_rng([of.seed, 0, 1])
    names = sorted(set(sold.departments))
    column = np.array([names.index(name) for name in sold.departments])
    hours = 1 + of.hours * own.uniform(-1, 1, (2 * PARTS_OF_A_DAY, len(names)))
    regions = 1 + REGIONAL * own.uniform(-1, 1, (of.regions, len(names)))
    return Sways(peaks, hours[:, column], regions[:, column])


def peaks_of(sold: Assortment, rng: Rng) -> Floats:
    """(s,) the day on which each category is wanted most, one for all of a department."""
    of_department = {name: rng.uniform(0, SEASON_DAYS) for name in sorted(set(sold.departments))}
    return np.array([of_department[name] for name in sold.departments])


def _life(name: str, sold: Assortment, sways: Sways, of: Simulation, rng: Rng) -> Iterator[Event]:
    """One shopper's events, visit by visit."""
    first = draw_taste(sold, rng)
    later = draw_taste(sold, rng) if rng.random() < DRIFTING else first
    shopper = Shopper(name, first, first.appeal(sold))
    if of.regions:
        shopper.region = zlib.crc32(name.encode()) % of.regions
    visits = max(1, rng.poisson(rng.lognormal(*VISITS_OF_30_DAYS) * of.days / 30))
    for visit, day in enumerate(sorted(rng.uniform(0, of.days, visits))):
        if day >= of.days / 2 and shopper.taste is not later:
            shopper.taste, shopper.appeal = later, later.appeal(sold)
        at = of.until - timedelta(days=of.days) + timedelta(seconds=int(day * 86_400))
        for page in range(1 + rng.poisson(PAGES - 1)):
            wanted = demand(shopper.taste, sways.peaks, day) * sways.there(at, shopper.region)
            shown = _page(sold, wanted / wanted.sum(), rng)
            moment = at + timedelta(minutes=3 * page)
            yield from look(shopper, sold, shown, (moment, of.until), f"{name}-{visit}", rng)


def _page(sold: Assortment, wanted: Floats, rng: Rng) -> list[tuple[int, float]]:
    """The products of the page that the shopper opens, from the top, each with how probable it was at its place."""
    whole = rng.random() < HOME
    there = np.arange(len(sold.ids)) if whole else sold.on_shelf[int(rng.choice(len(wanted), p=wanted))]
    return [(one, 1 / len(there)) for one in rng.permutation(there)[:PAGE].tolist()]


def look(
    shopper: Shopper, sold: Assortment, shown: Sequence[tuple[int, float]],
    when: tuple[datetime, datetime], visit: str, rng: Rng,
) -> Iterator[Event]:  # fmt: skip
    """What happens on one page: everything is shown, the eye goes down from the top, what is liked is clicked, some of it bought."""
    at, until = when

    def event(kind: EventType, one: int, place: int, seconds: int, propensity: float | None = None) -> Event:
        moment = min(at + timedelta(seconds=seconds), until)
        name = f"{shopper.name}-{at.timestamp():.0f}-{place}-{kind}"
        region = None if shopper.region is None else f"region-{shopper.region}"
        return Event(name, kind, moment, shopper.name, sold.ids[one], None, visit, place, propensity, region=region)

    for place, (one, propensity) in enumerate(shown, start=1):
        yield event("shown", one, place, 0, propensity)
        for number, kind in enumerate(_acts(shopper, one, place, rng)):
            yield event(kind, one, place, 10 * place + 3 * number)


def _acts(shopper: Shopper, one: int, place: int, rng: Rng) -> Iterator[EventType]:
    appeal = shopper.appeal[one]
    if one in shopper.bought or rng.random() >= place**-EYE:
        return
    if rng.random() >= clicking(appeal):
        return
    yield "click"
    if rng.random() < _chance(appeal + CART):
        yield "cart"
        if rng.random() < _chance(appeal + BUY):
            shopper.bought.add(one)
            yield "purchase"


def clicking(appeal: Floats) -> Floats:
    """How probably what is looked at is clicked, by its appeal to the shopper; of the shape of `appeal`."""
    return np.asarray(NOISE + (1 - NOISE) * _chance(appeal + CLICK))


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
