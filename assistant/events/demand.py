"""How much of each product will be wanted in the coming weeks, from its purchases, and which stock will run out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select

from retrieval.errors import BadInput, ShopError
from retrieval.product import Product
from retrieval.store import write_whole

from .log import DAY_MS, EVENTS, EventLog, in_burst, in_ms

WEEK_MS = 7 * DAY_MS
LEAST = 8  # weeks to learn from, before the earliest held-out ones
ORIGINS = 3  # times at which the last weeks are held out, each a week before the other
HIGH = 0.9  # of such products want no more than the `high` of a forecast
LIKELY = 0.5  # probability from which on a product is said to run out
BASELINE = "naive"
FILE = "demand.json"

Floats = npt.NDArray[np.float64]
Method = Callable[
    [Floats, int], Floats
]  # weekly counts (w,), the oldest first, and a number of weeks -> that many forecasts
Act = Literal["purchase", "cart"]


class NoForecasts(ShopError):
    """The library that the methods come from is not installed."""

    slug = "statsforecast-missing"


@dataclass(frozen=True)
class Errors:
    """Of one method on held-out weeks, over all products and origins. A method that is no better than the naive one has an rmsse like it.

    rmsse: root of the mean squared error of a week, in the mean one of "as last week" within the weeks learnt from; least for the mean of
    what is wanted. mase: the same of absolute errors, least for the median, which is 0 for most slow sellers. wape: absolute error of the
    sum of all weeks held out, as a share of what was wanted. bias: forecast less wanted, as a share of that. Hyndman and Koehler,
    IJF 2006; Makridakis, Spiliotis, Assimakopoulos, IJF 2022.
    """

    method: str
    rmsse: float
    mase: float
    wape: float
    bias: float


@dataclass(frozen=True)
class Forecast:
    """weeks: units a week. high: units in all of them that 9 of 10 such products do not exceed. stock: what the record says is left.

    weeks_left: how long that lasts; None where it is not known or nothing is wanted. runs_out: probability that as much is wanted within
    these weeks as there is, 0..1; None where the stock is not known.
    """

    product_id: str
    title: str
    sold: int
    weeks: tuple[float, ...]
    high: int
    stock: int | None
    weeks_left: float | None
    runs_out: float | None


@dataclass(frozen=True)
class Outlook:
    """errors: of each method, the best first, which the forecasts are by. spread: variance of a sum by its mean, 1 or more. covered: share
    of held-out sums that did not exceed the `high` that they would have had."""

    forecasts: tuple[Forecast, ...]
    errors: tuple[Errors, ...]
    spread: float
    covered: float

    @property
    def naive(self) -> Errors:
        """Those of "as last week", which every method has to beat."""
        return next(one for one in self.errors if one.method == BASELINE)


@dataclass(frozen=True)
class Kept:
    """An outlook as it lies in a store. made: when, by UTC. weeks: how many ahead. act: what counted as wanted."""

    made: datetime
    weeks: int
    act: Act
    outlook: Outlook

    @property
    def running_out(self) -> tuple[Forecast, ...]:
        """What more probably than not is wanted more than is left, the surest first."""
        return tuple(one for one in self.outlook.forecasts if (one.runs_out or 0.0) >= LIKELY)


_KEPT: TypeAdapter[Kept] = TypeAdapter(Kept)


def keep(found: Kept, store: Path) -> None:
    """Into the store's directory, in place of the one before."""
    write_whole(store / FILE, _KEPT.dump_json(found).decode())


def kept(store: Path) -> Kept | None:
    """The latest outlook of this store; None where none was made, or another release made it."""
    try:
        return _KEPT.validate_json((store / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def outlook(
    log: EventLog, products: Mapping[str, Product], weeks: int, now: datetime | None = None, act: Act = "purchase"
) -> Outlook:
    """Forecasts for the products that were bought at least once, those that run out first; an event counts as one piece.

    Weeks end with yesterday, UTC. The method is the one with the least rmsse on the last weeks held out at ORIGINS times. BadInput where
    too few weeks are logged.
    """
    series = {name: counts for name, counts in weekly(log, now or datetime.now(UTC), act).items() if name in products}
    longest = max(map(len, series.values()), default=0)
    if longest < LEAST + weeks + ORIGINS - 1:
        raise BadInput(
            f"{longest} whole weeks of {act} events are logged; {weeks} weeks ahead need {LEAST + weeks + ORIGINS - 1}.",
            fix="bring earlier ones in with `shop events import`, or ask for fewer weeks",
        )
    methods = methods_of_the_field()
    held = [_held(method, name, series, weeks) for name, method in methods.items()]
    errors, best = min(held, key=lambda one: one[0].rmsse)
    spread = max(1.0, float(((best.wanted - best.sums) ** 2).sum() / best.sums.sum())) if best.sums.sum() else 1.0
    covered = float(np.mean(best.wanted <= _quantile(best.sums, spread)))
    method = methods[errors.method]
    found = [_forecast(products[name], counts, method(counts, weeks), spread) for name, counts in series.items()]
    found.sort(key=lambda one: (-(one.runs_out or 0.0), -sum(one.weeks), one.product_id))
    return Outlook(tuple(found), tuple(sorted((one for one, _ in held), key=lambda one: one.rmsse)), spread, covered)


def weekly(log: EventLog, now: datetime, act: Act) -> dict[str, Floats]:
    """Counts a week of each product that was acted on, the oldest first, from the first whole week in which anything is logged of it."""
    end = in_ms(now) // DAY_MS * DAY_MS
    before = (EVENTS.c.at_ms < end, EVENTS.c.product_id.is_not(None), ~in_burst())
    with log.db() as db:
        first = db.execute(
            select(EVENTS.c.product_id, func.min(EVENTS.c.at_ms)).where(*before).group_by(EVENTS.c.product_id)
        )
        counts = {name: np.zeros((end - at) // WEEK_MS) for name, at in first}
        acts = db.execute(select(EVENTS.c.product_id, EVENTS.c.at_ms).where(*before, EVENTS.c.type == act))
        for name, at in acts:
            back = (end - 1 - at) // WEEK_MS
            if back < len(counts[name]):
                counts[name][-1 - back] += 1
    return {name: series for name, series in counts.items() if series.any()}


def methods_of_the_field() -> dict[str, Method]:
    """Methods for demand that comes now and then, of the library statsforecast, with the naive one that they have to beat."""
    try:
        from statsforecast import models  # seconds to import, and few commands need it
    except ImportError as error:
        raise NoForecasts(
            "Forecasts need the library statsforecast.", fix="pip install 'shopping-assistant[forecast]'"
        ) from error
    found = {
        BASELINE: models.Naive(),
        "mean": models.HistoricAverage(),
        "exponential smoothing": models.SimpleExponentialSmoothingOptimized(),
        "Croston": models.CrostonOptimized(),
        "SBA": models.CrostonSBA(),
        "TSB": models.TSB(alpha_d=0.1, alpha_p=0.1),
        "ADIDA": models.ADIDA(),
        "IMAPA": models.IMAPA(),
    }
    return {name: _method(model) for name, model in found.items()}


def _method(model: Any) -> Method:
    def ahead(counts: Floats, weeks: int) -> Floats:
        if not counts.any():
            return np.zeros(weeks)
        mean = np.asarray(model.forecast(y=counts, h=weeks)["mean"], np.float64)
        return np.clip(np.nan_to_num(mean), 0, None)

    return ahead


@dataclass(frozen=True)
class _Sums:
    """Of all held-out weeks of each product and origin: what was forecast, what was wanted; (n,)."""

    sums: Floats
    wanted: Floats


def _held(method: Method, name: str, series: Mapping[str, Floats], weeks: int) -> tuple[Errors, _Sums]:
    squared, absolute, sums, wanted = [], [], [], []
    for counts in series.values():
        for origin in range(ORIGINS):
            until = len(counts) - weeks - origin
            if until < LEAST:
                break
            known, later = counts[:until], counts[until : until + weeks]
            said, steps = method(known, weeks), np.diff(known)
            sums.append(said.sum())
            wanted.append(later.sum())
            if steps.any():
                squared.append(np.sqrt(np.mean((later - said) ** 2) / np.mean(steps**2)))
                absolute.append(np.mean(np.abs(later - said)) / np.mean(np.abs(steps)))
    forecast, bought = np.array(sums), np.array(wanted)
    total = bought.sum() or np.nan
    shares = (np.abs(bought - forecast).sum() / total, (forecast - bought).sum() / total)
    means = (np.mean(one) if one else np.nan for one in (squared, absolute))
    return Errors(name, *map(float, (*means, *shares))), _Sums(forecast, bought)


def _forecast(product: Product, counts: Floats, said: Floats, spread: float) -> Forecast:
    total = float(said.sum())
    stock = 0 if product.sold_out else product.stock
    left = stock / said.mean() if stock is not None and total > 0 else None
    out = None if stock is None else float(_more_than(stock - 1, total, spread))
    high = int(_quantile(np.array([total]), spread)[0])
    return Forecast(product.id, product.title, int(counts.sum()), tuple(map(float, said)), high, stock, left, out)


def _quantile(means: Floats, spread: float) -> Floats:
    """The HIGH quantile of sums with these means."""
    return np.asarray([_counts_of(mean, spread).ppf(HIGH) if mean > 0 else 0.0 for mean in means])


def _more_than(count: int, mean: float, spread: float) -> float:
    return float(_counts_of(mean, spread).sf(count)) if mean > 0 else float(count < 0)


def _counts_of(mean: float, spread: float) -> Any:
    """The negative binomial with this mean and a variance of spread times it; Poisson's where that is 1."""
    from scipy.stats import nbinom, poisson  # a second to import

    return poisson(mean) if spread <= 1.0 + 1e-9 else nbinom(mean / (spread - 1), 1 / spread)
