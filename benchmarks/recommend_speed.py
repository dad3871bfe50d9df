"""Time of a list of suggestions at a shop of some size, at rest and while events arrive; events taken in; memory.

python benchmarks/recommend_speed.py --store store --visitors 100000 --each 10
"""

from __future__ import annotations

import hashlib
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Thread
from typing import Annotated

import numpy as np
import typer

from assistant.build import build_embedder
from assistant.events.log import Event, EventLog, EventType
from assistant.recommending.recommender import Recommender
from assistant.settings import Settings
from retrieval.dense import Dense
from retrieval.store import Store

NOW = datetime(2026, 5, 10, 12, 30, tzinfo=UTC)
TYPES: Sequence[EventType] = ("shown", "view", "view", "click", "like", "cart", "purchase")
DAYS, VISITS, APART = 40, 3, 13  # of each visitor so many, so many days apart
CALL = 5  # events that arrive together


def main(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    visitors: Annotated[int, typer.Option(help="Made-up visitors with three visits each within 40 days.")] = 2_000,
    each: Annotated[int, typer.Option(help="Events of a visitor.")] = 25,
    asked: Annotated[int, typer.Option(help="Lists asked for.")] = 100,
    arriving: Annotated[
        int, typer.Option(help="Calls a second, of five events each, for the lists among traffic.")
    ] = 20,
    explore: Annotated[float, typer.Option(help="As SHOP_EXPLORE.")] = 0,
) -> None:
    opened = Store(store)
    with TemporaryDirectory() as folder, closing(EventLog(f"sqlite:///{folder}/events.db")) as log:
        products = sorted(opened.catalog.ids())
        fill(log, products, visitors, each)
        dense = Dense(opened.chroma(), build_embedder(Settings()))
        recommender = Recommender(opened.catalog, dense, log, explore=explore)
        known = [visitor(number) for number in range(asked)]
        show("first list", recommender, known[:1])
        show("strangers", recommender, [None] * asked)
        show("visitors, first time", recommender, known)
        show("visitors, again", recommender, known)
        with traffic(log, products, arriving) as calls:
            show("strangers among traffic", recommender, [None] * asked)
            show("visitors among traffic", recommender, known)
        print(f"{CALL * len(calls):,} events came; ms a call p50, p95: {percentiles(calls)}")
        show("first list of the next hour", recommender, known[:1], NOW + timedelta(hours=1))
        log.erase([visitor(visitors - 1)])
        show("first list after a visitor was erased", recommender, known[:1], NOW + timedelta(hours=1))
    opened.close()
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:,.0f} MB")


def visitor(number: int) -> str:
    return hashlib.sha256(f"v{number}".encode()).hexdigest()


def fill(log: EventLog, products: Sequence[str], visitors: int, each: int) -> None:
    """The events of each day, one day after the other."""
    total, taken = 0, 0.0
    for day in range(DAYS):
        events = list(made_up(products, visitors, each, day))
        started = time.perf_counter()
        total += log.add(events)
        taken += time.perf_counter() - started
    print(f"{total:,} events of {visitors:,} visitors in: {total / taken:,.0f} a second")


def made_up(products: Sequence[str], visitors: int, each: int, day: int) -> Iterator[Event]:
    """Each visitor's events are about twelve products of a run of two hundred. The last day is that of NOW, up to it."""
    end = NOW - timedelta(days=DAYS - 1 - day)
    for number in range(visitors):
        here = [visit for visit in range(VISITS) if (number + visit * APART) % DAYS == day]
        if here:
            chance = random.Random(number)
            first = chance.randrange(max(1, len(products) - 200))
            own = chance.sample(products[first : first + 200], 12)
            chance.seed(f"{number} {day}")
            for at in range(here[0], each, VISITS):
                moment = end - timedelta(seconds=chance.randrange(40_000))
                kind = chance.choice(TYPES)
                place = chance.randint(1, 10) if kind == "shown" else None
                yield Event(f"e{at}", kind, moment, visitor(number), chance.choice(own), position=place)


@contextmanager
def traffic(log: EventLog, products: Sequence[str], a_second: int) -> Iterator[list[float]]:
    """Events that arrive at an even pace in another thread; the ms that each call took."""
    over, calls, chance = Signal(), list[float](), random.Random(8)

    def arrive() -> None:
        for number in count():
            started = time.perf_counter()
            own = visitor(chance.randrange(10**9))
            log.add([Event(f"a{one}", chance.choice(TYPES), NOW, own, chance.choice(products)) for one in range(CALL)])
            calls.append((time.perf_counter() - started) * 1e3)
            if over.wait(max(0.0, (number + 1) / a_second - (time.perf_counter() - began))):
                return

    began, thread = time.perf_counter(), Thread(target=arrive)
    thread.start()
    try:
        yield calls
    finally:
        over.set()
        thread.join()


def show(name: str, recommender: Recommender, whom: Sequence[str | None], now: datetime = NOW) -> None:
    wall, cpu = [], []
    for one in whom:
        started, busy = time.perf_counter(), time.process_time()
        assert recommender.recommend(one, 10, now)
        wall.append((time.perf_counter() - started) * 1e3)
        cpu.append((time.process_time() - busy) * 1e3)
    print(f"{name}: ms p50, p95 of {len(whom)}: {percentiles(wall)}; of a processor: {percentiles(cpu)}", flush=True)


def percentiles(ms: Sequence[float]) -> str:
    return ", ".join(f"{one:.0f}" for one in np.percentile(ms, (50, 95)))


if __name__ == "__main__":
    typer.run(main)
