"""Time of a list of suggestions, for strangers and for visitors of whom something is known, and of taking events in.

python benchmarks/recommend_speed.py --store store --visitors 2000
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant.build import build_embedder
from assistant.events import Event, EventLog, EventType
from assistant.recommending.recommender import Recommender
from assistant.settings import Settings
from retrieval.dense import Dense
from retrieval.store import Store

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
TYPES: Sequence[EventType] = ("shown", "view", "view", "click", "like", "cart", "purchase")
EACH = 25  # events of a visitor


def main(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    visitors: Annotated[int, typer.Option(help="Made-up visitors with 25 events each over 40 days.")] = 2_000,
    asked: Annotated[int, typer.Option(help="Lists asked for.")] = 100,
) -> None:
    opened = Store(store)
    with closing(EventLog()) as log:
        recommender = Recommender(opened.catalog, Dense(opened.chroma(), build_embedder(Settings())), log)
        events = made_up(sorted(opened.catalog.ids()), visitors)
        started = time.perf_counter()
        log.add(events)
        print(f"{len(events):,} events in: {len(events) / (time.perf_counter() - started):,.0f} a second")
        show("strangers", recommender, [None] * asked)
        show("visitors", recommender, [f"v{number}" for number in range(asked)])
        show("visitors, again", recommender, [f"v{number}" for number in range(asked)])
    opened.close()


def made_up(products: Sequence[str], visitors: int) -> list[Event]:
    """Each visitor's events are about twelve products of a run of two hundred."""
    chance, found = random.Random(7), []
    for number in range(visitors):
        first = chance.randrange(max(1, len(products) - 200))
        own = chance.sample(products[first : first + 200], 12)
        for count in range(EACH):
            at = NOW - timedelta(minutes=chance.randrange(40 * 1440))
            found.append(Event(f"e{count}", chance.choice(TYPES), at, f"v{number}", chance.choice(own)))
    return found


def show(name: str, recommender: Recommender, whom: Sequence[str | None]) -> None:
    recommender.recommend(None, 10, NOW)  # the crowd is read once
    wall, cpu = [], []
    for visitor in whom:
        started, busy = time.perf_counter(), time.process_time()
        assert recommender.recommend(visitor, 10, NOW)
        wall.append((time.perf_counter() - started) * 1e3)
        cpu.append((time.process_time() - busy) * 1e3)
    times = (
        f"{kind} {np.percentile(ms, 50):.0f}, {np.percentile(ms, 95):.0f}"
        for kind, ms in (("wall", wall), ("cpu", cpu))
    )
    print(f"{len(whom)} lists for {name}, ms p50, p95: {'; '.join(times)}")


if __name__ == "__main__":
    typer.run(main)
