"""What suggestions win or lose by a source that is off: lists with it and without, for the same made-up shoppers (simulated_events.py).

python benchmarks/sources.py --store store --shoppers 700 --days 60 --seeds 3,5 --trust 0.3,0.6

New arrivals: 5% of the products are said to have come within the 30 days before the cut, drawn with the seed. The shoppers do not look
at what is new, so no gain can show: only what it costs those who do not care.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.build import build_embedder, build_trust
from assistant.events.log import EventLog
from assistant.recommending.evaluate import ours
from assistant.recommending.held_out import Split, split
from assistant.recommending.recommender import Recommender
from assistant.recommending.simulated_events import Simulation, simulate
from assistant.settings import Settings
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.evaluate import Figure, compared
from retrieval.metrics import ndcg
from retrieval.store import copied

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
NEW = 0.05  # share of the products that are new


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--store", type=Path, required=True)
    asked.add_argument("--shoppers", type=int, default=700)
    asked.add_argument("--days", type=int, default=60)
    asked.add_argument("--seeds", default="3,5")
    asked.add_argument("--trust", default="0.3,0.6")
    given, base = asked.parse_args(), Settings()
    for seed in map(int, given.seeds.split(",")):
        with copied(given.store) as store, closing(EventLog()) as log:
            log.add(list(simulate(store.catalog, Simulation(given.shoppers, given.days, seed, UNTIL))))
            known, dense = split(log, store.catalog, last=0.2), Dense(store.chroma(), build_embedder(base))
            bring(store.catalog, known.at, seed)
            plain = values(known, store.catalog, dense, base)
            for name in ("rediscovery", "arrivals"):
                for trust in map(float, given.trust.split(",")):
                    settings = base.model_copy(update={name: trust})
                    found = compared(values(known, store.catalog, dense, settings), plain)
                    print(f"seed {seed}, {found.new.requests} shoppers, {name} {trust}: nDCG@10 {said(found.new)}, "
                          f"without {said(found.now)}, {said(found.gain)}", flush=True)  # fmt: skip


def values(known: Split, catalog: Catalog, dense: Dense, settings: Settings) -> Sequence[float | None]:
    """nDCG@10 of each shopper's list at the cut."""
    listed = ours(Recommender(catalog, dense, known.log, trust=build_trust(settings)), known.at)
    return [ndcg(listed(one, 10), one.grades) for one in known.held]


def bring(catalog: Catalog, at: datetime, seed: int) -> None:
    """Say of some products that they came within the 30 days before."""
    rng = random.Random(seed)
    names = sorted(catalog.ids())
    with catalog.transaction() as db:
        for name in rng.sample(names, round(NEW * len(names))):
            came = (at - timedelta(days=rng.uniform(0, 30))).isoformat()
            db.execute("INSERT OR REPLACE INTO arrivals (id, at) VALUES (?, ?)", (name, came))


def said(figure: Figure) -> str:
    return f"{figure.mean:.4f} [{figure.low:.4f}, {figure.high:.4f}]"


if __name__ == "__main__":
    main()
