"""How many shoppers did what with which product, to be passed on: no small groups, and noise where the shop wants it. docs/privacy.md."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from retrieval.catalog import Catalog
from retrieval.errors import ShopError

from .days import back_from
from .events import EVENTS, EventLog, EventType

Did = Literal["looked", "cart", "bought"]
DID: Mapping[EventType, Did] = {"view": "looked", "click": "looked", "cart": "cart", "purchase": "bought"}
COLUMNS: tuple[Did, ...] = ("looked", "cart", "bought")
EACH = 5  # counts to which one shopper adds where there is noise: the noise grows with it
Counted = tuple[str, Did]  # of which product, what was done


class NoNoise(ShopError):
    """The library that the noise comes from is not installed."""

    slug = "opendp-missing"


@dataclass(frozen=True)
class Row:
    """Different shoppers who did it; None where they are too few to be told of."""

    product_id: str
    title: str
    looked: int | None
    cart: int | None
    bought: int | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def published(
    log: EventLog, catalog: Catalog, now: datetime, *, days: int, least: int, epsilon: float | None = None
) -> Iterator[Row]:
    """A row for each product of which something may be told, by id; shoppers known, days with a burst left out.

    least: how many shoppers there must be, the noise included. epsilon: > 0; every count of every product then has noise, before the small
    ones are left out, so that all rows together are epsilon-differentially private for a shopper: whether one is in the log changes the
    odds of any report by a factor of at most e to the epsilon. Of one shopper EACH counts are used. None: exact.
    """
    products = {one.id: one.title for one in catalog}
    shoppers = {who: sorted(did & _every(products)) for who, did in _done(log, now, days).items()}
    counts = dict.fromkeys(sorted(_every(products)), 0)
    for who, did in shoppers.items():
        for one in did if epsilon is None else _some(who, did):
            counts[one] += 1
    if epsilon is not None:
        counts = dict(zip(counts, noisy(list(counts.values()), epsilon, each=EACH), strict=True))
    for product_id in sorted(products):
        told = [count if (count := counts[product_id, did]) >= least else None for did in COLUMNS]
        if any(count is not None for count in told):
            yield Row(product_id, products[product_id], *told)


def noisy(counts: Sequence[int], epsilon: float, *, each: int) -> list[int]:
    """The counts with discrete Laplace noise of scale each / epsilon, by the library OpenDP. each: to how many one person adds one.

    Dwork, McSherry, Nissim, Smith, TCC 2006; Ghosh, Roughgarden, Sundararajan, STOC 2009. NoNoise without the library.
    """
    try:
        import opendp.prelude as dp  # a second, and few commands need it
    except ImportError as error:
        raise NoNoise("Noise needs the library OpenDP.", fix="pip install 'shopping-assistant[noise]'") from error
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    return list(dp.m.make_laplace(*space, scale=each / epsilon)(list(counts)))


def _every(products: Mapping[str, str]) -> set[Counted]:
    return {(product_id, did) for product_id in products for did in COLUMNS}


def _done(log: EventLog, now: datetime, days: int) -> dict[str, set[Counted]]:
    """What each known shopper did."""
    found: defaultdict[str, set[Counted]] = defaultdict(set)
    acts = select(EVENTS.c.owner, EVENTS.c.product_id, EVENTS.c.type).where(
        back_from(now, days), EVENTS.c.product_id.is_not(None), EVENTS.c.type.in_(DID)
    )
    with log.db() as db:
        for owner, product_id, act in db.execute(acts):
            found[owner].add((product_id, DID[act]))
    return found


def _some(who: str, did: Sequence[Counted]) -> list[Counted]:
    """EACH of them, drawn by the shopper alone: what others did must not decide it."""

    def drawn(one: Counted) -> bytes:
        return hashlib.sha256("\n".join((who, *one)).encode()).digest()

    return sorted(did, key=drawn)[:EACH]
