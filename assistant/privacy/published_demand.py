"""Sales by week and forecasts to be passed on: no small groups, noise where the shop wants it. docs/privacy.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from ..events.days import counts as counts_of
from ..events.demand import WEEK_MS, Act, Kept
from ..events.log import DAY_MS, EVENTS, EventLog, in_ms
from .published import EACH, counted, told

BACK = 12  # weeks before a forecast whose buyers it is told of, and, with noise, whose mean it is
Bought = tuple[str, int]  # which product, in which week, 0 the latest


@dataclass(frozen=True)
class Sale:
    """bought: different shoppers of one week, which begins on that day."""

    product_id: str
    title: str
    week: date
    bought: int


@dataclass(frozen=True)
class Wanted:
    """bought: a shopper counts once a week, over BACK weeks before `begins`. wanted: pieces in so many weeks from then on; None where they
    are fewer than may be told."""

    product_id: str
    title: str
    bought: int
    begins: date
    weeks: int
    wanted: int | None


def sales(
    log: EventLog, titles: Mapping[str, str], now: datetime, *, weeks: int, least: int, epsilon: float | None = None
) -> Iterator[Sale]:
    """By product and week, the latest first, how many shoppers bought it, where at least `least` did, the noise included.

    titles: of all products of the shop. Weeks end with yesterday, UTC. epsilon: as in `published`; of one shopper EACH counts are used.
    """
    keys = [(name, week) for name in sorted(titles) for week in range(weeks)]
    counts = counted(_done(log, titles, now, weeks, "purchase"), keys, bounded=epsilon is not None)
    last = now.astimezone(UTC).date()
    for (name, week), bought in told(counts, least=least, epsilon=epsilon, each=EACH).items():
        if bought is not None:
            yield Sale(name, titles[name], last - timedelta(weeks=week + 1), bought)


def forecasts(
    log: EventLog, titles: Mapping[str, str], kept: Kept, *, least: int, epsilon: float | None = None
) -> Iterator[Wanted]:
    """What is said of each product that at least `least` different shoppers bought within BACK weeks before the forecast was made.

    epsilon: as in `published`. What is told is then not the shop's forecast but the mean of the noisy count, so that nothing else of the
    log is in it, and whether one shopper is there changes the odds of any table by a factor of at most e to the epsilon.
    """
    done = _done(log, titles, kept.made, BACK, kept.act)
    keys = [(name, week) for name in sorted(titles) for week in range(BACK)]
    bought = dict.fromkeys(sorted(titles), 0)
    for (name, _), buyers_then in counted(done, keys, bounded=epsilon is not None).items():
        bought[name] += buyers_then
    if epsilon is None:
        buyers = Counter(name for did in done.values() for name in {name for name, _ in did})
        may_be_told = {name: bought[name] if buyers[name] >= least else None for name in bought}
        said = {one.product_id: sum(one.weeks) for one in kept.outlook.forecasts}
    else:
        may_be_told = told(bought, least=least, epsilon=epsilon, each=EACH)
        said = {name: count * kept.weeks / BACK for name, count in may_be_told.items() if count is not None}
    for name, count in may_be_told.items():
        if count is not None:
            pieces = round(said.get(name, 0.0))
            wanted = pieces if pieces >= least else None
            yield Wanted(name, titles[name], count, kept.made.astimezone(UTC).date(), kept.weeks, wanted)


def _done(
    log: EventLog, titles: Mapping[str, str], now: datetime, weeks: int, act: Act
) -> Mapping[str, Sequence[Bought]]:
    """By known shopper which of these products were bought, or carted, in which week, each once; weeks end with the day before."""
    end = in_ms(now) // DAY_MS * DAY_MS
    found: defaultdict[str, set[Bought]] = defaultdict(set)
    acts = select(EVENTS.c.owner, EVENTS.c.product_id, EVENTS.c.at_ms).where(
        counts_of(end - weeks * WEEK_MS, end - 1), EVENTS.c.type == act, EVENTS.c.product_id.is_not(None)
    )
    with log.db() as db:
        for owner, name, at in db.execute(acts):
            if name in titles:
                found[owner].add((name, (end - 1 - at) // WEEK_MS))
    return {owner: sorted(did) for owner, did in found.items()}
