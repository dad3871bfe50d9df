"""How a visitor's interests are best kept apart: lists for the same made-up shoppers, by category and by nearness of the embeddings.

python benchmarks/interests.py --store store --shoppers 700 --days 60 --seeds 1,2,3 --near 0.4,0.6

The events are those of `shop events simulate`, the last fifth of the time is to be found. A line for each seed and way: nDCG@10 over the
shoppers of all seeds so far, by category, and the paired difference to that, with bootstrap 95% intervals. --uncategorised: the shop's
records state no category; the shoppers know them all the same. A simulation whose shoppers open categories: for comparing only.
Neighbours are exact and in memory, for speed.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from exploring import Exact, Read, Tieless, stored

from assistant.events.log import ACTS, Event, EventLog
from assistant.recommending.clusters import NEAR, clusters
from assistant.recommending.evaluate import ours
from assistant.recommending.held_out import Split, split
from assistant.recommending.interest.wares import numbered
from assistant.recommending.profile import Apart, Profile, profile_of
from assistant.recommending.recommender import LOOKED_AT
from assistant.recommending.simulated_events import Simulation, simulate
from retrieval.catalog import Catalog
from retrieval.dense import Dense, Vectors
from retrieval.evaluate import compared
from retrieval.metrics import ndcg
from retrieval.product import Product
from retrieval.store import Store

UNTIL = datetime(2026, 11, 28, tzinfo=UTC)
LAST, K = 0.2, 10
CATEGORY = "category"


class Divided(Tieless):
    """With interests that are kept apart in another way."""

    def __init__(self, catalog: Catalog, dense: Dense, events: EventLog, apart: Apart) -> None:
        super().__init__(catalog, dense, events)
        self._apart = apart

    def _profile(self, visitor: str | None, now: datetime, here: Sequence[Event] = ()) -> Profile:
        acts = self._own(visitor, now, here, ACTS, LOOKED_AT)
        return profile_of(acts, now, self._catalog, self._dense, apart=self._apart) if acts else Profile()


def main(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    shoppers: Annotated[int, typer.Option()] = 700,
    days: Annotated[int, typer.Option()] = 60,
    seeds: Annotated[str, typer.Option(help="With commas between.")] = "1,2,3",
    near: Annotated[
        str, typer.Option(help="Mean cosines down to which products are joined, with commas between.")
    ] = str(NEAR),
    uncategorised: Annotated[bool, typer.Option(help="The shop knows no categories.")] = False,
) -> None:
    opened, whole = Store(store), Read(store / "catalog.db")
    ids = sorted(whole.ids())
    dense = Exact(ids, np.stack(list(stored(opened, ids).values())))
    opened.close()
    ways: dict[str, Apart] = {CATEGORY: by_category} | {one: partial(joined, float(one)) for one in near.split(",")}
    found: dict[str, list[float | None]] = defaultdict(list)
    with shop_of(store / "catalog.db", uncategorised) as catalog:
        for seed in map(int, seeds.split(",")):
            with closing(EventLog()) as log:
                log.add(simulate(list(whole), Simulation(shoppers, days, seed, UNTIL)))
                known = split(log, catalog, last=LAST)
            for way, apart in ways.items():
                found[way] += values(known, catalog, dense, apart)
                said = compared(found[way], found[CATEGORY]).to_json()
                print(json.dumps({"until_seed": seed, "way": way, "shoppers": len(found[way]), **said}), flush=True)
    whole.close()


@contextmanager
def shop_of(path: Path, uncategorised: bool) -> Iterator[Read]:
    """The catalogue, or a copy of it without categories."""
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        if uncategorised:
            with closing(sqlite3.connect(copy)) as db, db:
                db.execute("UPDATE products SET record = json_set(record, '$.category', json('[]'))")
        catalog = Read(copy)
        yield catalog
        catalog.close()


def values(known: Split, catalog: Catalog, dense: Dense, apart: Apart) -> list[float | None]:
    listed = ours(Divided(catalog, dense, known.log, apart), known.at)
    return [ndcg(listed(one, K), one.grades, k=K) for one in known.held]


def by_category(products: Sequence[Product], _: Vectors) -> Sequence[int]:
    """Each whole category is an interest, and each product without one."""
    return [int(one) for one in numbered([one.category or one.id for one in products])]


def joined(near: float, _: Sequence[Product], vectors: Vectors) -> Sequence[int]:
    return clusters(vectors, near)


if __name__ == "__main__":
    typer.run(main)
