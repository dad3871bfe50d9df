"""Counts to be passed on, of shoppers by product and of conversations: no small groups, noise where the shop wants it. docs/privacy.md."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import select

from retrieval.catalog import Catalog
from retrieval.errors import ShopError

from ..events.days import back_from
from ..events.log import EVENTS, EventLog, EventType

Did = Literal["looked", "cart", "bought"]
DID: Mapping[EventType, Did] = {"view": "looked", "click": "looked", "cart": "cart", "purchase": "bought"}
COLUMNS: tuple[Did, ...] = ("looked", "cart", "bought")
EACH = 5  # counts to which one shopper adds where there is noise: the noise grows with it
DELTA = 1e-6  # at most so probable is it that words are told of which a conversation was the only one
Counted = tuple[str, Did]  # of which product, what was done
T = TypeVar("T")
Key = TypeVar("Key", bound=tuple[str | int, ...])


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
    counts = counted(shoppers, sorted(_every(products)), bounded=epsilon is not None)
    may_be_told = told(counts, least=least, epsilon=epsilon, each=EACH)
    for product_id in sorted(products):
        row = [may_be_told[product_id, did] for did in COLUMNS]
        if any(count is not None for count in row):
            yield Row(product_id, products[product_id], *row)


def counted(done: Mapping[str, Sequence[Key]], keys: Iterable[Key], *, bounded: bool) -> dict[Key, int]:
    """How many did each of `keys`, which hold all that was done. done: by shopper. bounded: EACH of a shopper's count at most."""
    counts = dict.fromkeys(keys, 0)
    for who, did in done.items():
        for one in _some(who, did) if bounded else did:
            counts[one] += 1
    return counts


def noisy(counts: Sequence[int], epsilon: float, *, each: int) -> list[int]:
    """The counts with discrete Laplace noise of scale each / epsilon, by the library OpenDP. each: to how many one person adds one.

    Dwork, McSherry, Nissim, Smith, TCC 2006; Ghosh, Roughgarden, Sundararajan, STOC 2009. NoNoise without the library.
    """
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    return list(dp.m.make_laplace(*space, scale=each / epsilon)(list(counts)))


def told(counts: Mapping[T, int], *, least: int, epsilon: float | None, each: int) -> dict[T, int | None]:
    """The counts, None where fewer than `least`, the noise included. Which keys there are must not depend on anybody.

    each: to how many one person adds one.
    """
    values = list(counts.values()) if epsilon is None else noisy(list(counts.values()), epsilon, each=each)
    return {name: value if value >= least else None for name, value in zip(counts, values, strict=True)}


def told_words(said: Iterable[tuple[str, str]], *, least: int, epsilon: float | None = None) -> list[tuple[str, int]]:
    """In how many conversations each of these words was said, those of `least` and more, the most first. said: (words, conversation).

    Words that differ in case only are one. epsilon: of a conversation one of its words is used, counts have noise, and what is then below
    the threshold of `words_noise` is left out, so that all together is (epsilon, DELTA)-differentially private for a conversation.
    """
    first: dict[str, str] = {}
    by: defaultdict[str, set[str]] = defaultdict(set)
    for words, conversation in said:
        by[conversation].add(first.setdefault(words.casefold(), words))
    counts = Counter(words for who, own in by.items() for words in (own if epsilon is None else _one(who, own)))
    if epsilon is not None:
        counts = Counter(words_noise(epsilon)(dict(counts)))
    return sorted(
        ((words, count) for words, count in counts.items() if count >= least), key=lambda one: (-one[1], one[0])
    )


def words_noise(epsilon: float) -> Any:
    """OpenDP's measurement of counts by words that nobody knows beforehand: discrete Laplace noise of scale 1 / epsilon, and what is then
    below a threshold is left out. Korolova, Kenthapadi, Mishra, Ntoulas, WWW 2009. NoNoise without the library."""
    dp, scale = _opendp(), 1 / epsilon
    space = dp.map_domain(dp.atom_domain(T=str), dp.atom_domain(T=int)), dp.l01inf_distance(dp.absolute_distance(T=int))
    return dp.m.make_laplace_threshold(*space, scale=scale, threshold=math.ceil(1 - scale * math.log(DELTA)))


def _opendp() -> Any:
    try:
        import opendp.prelude as dp  # a second, and few commands need it
    except ImportError as error:
        raise NoNoise("Noise needs the library OpenDP.", fix="pip install 'shopping-assistant[noise]'") from error
    dp.enable_features("contrib")
    return dp


def _one(who: str, own: Iterable[str]) -> list[str]:
    """One of them, drawn by the conversation alone."""
    return sorted(own, key=lambda words: hashlib.sha256(f"{who}\n{words}".encode()).digest())[:1]


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


def _some(who: str, did: Sequence[Key]) -> list[Key]:
    """EACH of them, drawn by the shopper alone: what others did must not decide it."""

    def drawn(one: Key) -> bytes:
        return hashlib.sha256("\n".join((who, *map(str, one))).encode()).digest()

    return sorted(did, key=drawn)[:EACH]
