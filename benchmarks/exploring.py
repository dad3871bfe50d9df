"""What a share of places for products that few have seen costs and wins, on made-up shoppers whose tastes are known.

python benchmarks/exploring.py --store store --shoppers 100 --days 40 --seeds 1,2,3,4,5,6 --shares 0,0.2

A closed loop (assistant/recommending/simulated_shop.py): the shop's lists are shown to shoppers who click by their tastes, and it learns
from what they do. earned: clicks to expect of the lists, as a share of those of the best lists, in each sixth of the time; the rest is the
regret, and tastes change after the third sixth. long_tail: share of the places of lists for products outside the fifth that was clicked
most in the whole run without a share. coverage: share of the products in any list. A line a run, then for each share the mean difference to
the first one over the seeds, with the 95% interval of Student's t. Neighbours are exact and in memory, in place of
Chroma's, for speed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from scipy import stats

from assistant.events.log import EventLog
from assistant.recommending.recommender import Recommender
from assistant.recommending.simulated_events import PAGE, Simulation
from assistant.recommending.simulated_shop import Suggest, Told, play
from retrieval.catalog import Catalog
from retrieval.dense import Dense, Vectors
from retrieval.kinds.belonging import Bond
from retrieval.product import Product
from retrieval.query import Candidate
from retrieval.store import Store

UNTIL = datetime(2026, 11, 28, tzinfo=UTC)
SIXTHS, HEAD = 6, 0.2


class Exact(Dense):
    """The stored vectors in memory, each compared."""

    def __init__(self, ids: Sequence[str], vectors: Vectors) -> None:
        self._ids, self._all, self._rows = ids, vectors, {name: row for row, name in enumerate(ids)}

    def near(self, vector: Vectors, limit: int) -> list[Candidate]:
        cosines = self._all @ vector
        return [Candidate(self._ids[row], float(cosines[row])) for row in np.argsort(-cosines)[:limit]]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        return {name: self._all[self._rows[name]] for name in ids if name in self._rows}


class Read(Catalog):
    """Each product read once."""

    def get_many(self, ids: Iterable[str]) -> list[Product]:
        return [self._read[name] for name in ids if name in self._read]

    @cached_property
    def _read(self) -> dict[str, Product]:
        return {one.id: one for one in self}


class Tieless(Recommender):
    """Without asking the catalogue what goes with what: 40 ms a product, and these shoppers know no such ties."""

    def _bonds_of(self, product_id: str) -> Sequence[Bond]:
        return ()


def main(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    shoppers: Annotated[int, typer.Option()] = 100,
    days: Annotated[int, typer.Option()] = 40,
    seeds: Annotated[str, typer.Option(help="With commas between.")] = "1,2,3,4,5,6",
    shares: Annotated[
        str,
        typer.Option(
            help="With commas between, the others are compared with the first; `unknown`: as if nobody were known."
        ),
    ] = "0,0.2",
) -> None:
    runs: dict[str, list[dict[str, Any]]] = {}
    opened = Store(store)
    catalog = Read(store / "catalog.db")
    ids = sorted(catalog.ids())
    dense = Exact(ids, np.stack(list(stored(opened, ids).values())))
    for seed in map(int, seeds.split(",")):
        head: frozenset[str] | None = None
        for share in shares.split(","):
            with closing(EventLog()) as log:
                suggest = lists_of(catalog, dense, log, share)
                told = list(play(list(catalog), Simulation(shoppers, days, seed, UNTIL), suggest, log.add))
                head = head or most_clicked(log, len(ids))
            row = figures(told, head, len(ids), days)
            runs.setdefault(share, []).append(row)
            print(json.dumps({"share": share, "seed": seed, "lists": len(told), **row}), flush=True)
    catalog.close()
    opened.close()
    first, *others = runs
    for share in others:
        print(json.dumps({"share": share, "less": first, **differences(runs[share], runs[first])}))


def lists_of(catalog: Catalog, dense: Dense, log: EventLog, share: str) -> Suggest:
    if share == "unknown":
        shop = Tieless(catalog, dense, log)
        return lambda _, now: shop.recommend(None, PAGE, now)
    shop = Tieless(catalog, dense, log, explore=float(share))
    return lambda visitor, now: shop.recommend(visitor, PAGE, now)


def stored(opened: Store, ids: Sequence[str]) -> Mapping[str, Vectors]:
    collection = opened.chroma().get_collection("products")
    found = collection.get(ids=list(ids), include=["embeddings"])
    vectors = dict(zip(found["ids"], np.asarray(found["embeddings"], np.float32), strict=True))
    return {name: vectors[name] for name in ids}


def most_clicked(log: EventLog, products: int) -> frozenset[str]:
    clicks = Counter(event.product_id or "" for event, _ in log.all() if event.type == "click")
    return frozenset(name for name, _ in clicks.most_common(round(HEAD * products)))


def figures(told: Sequence[Told], head: frozenset[str], products: int, days: int) -> dict[str, Any]:
    sixth = np.array([min(one.day * SIXTHS // days, SIXTHS - 1) for one in told])
    earned, possible = (np.array([getattr(one, name) for one in told]) for name in ("earned", "possible"))
    shown = [name for one in told for name in one.ids]
    return {
        "earned": round(earned.sum() / possible.sum(), 4),
        "sixths": [round(earned[sixth == at].sum() / possible[sixth == at].sum(), 4) for at in range(SIXTHS)],
        "long_tail": round(sum(name not in head for name in shown) / len(shown), 4),
        "coverage": round(len(set(shown)) / products, 4),
    }


def differences(ones: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """[mean, low, high] of each figure over the seeds."""
    found = {}
    for name in ("earned", "long_tail", "coverage"):
        paired = np.array([one[name] - other[name] for one, other in zip(ones, others, strict=True)])
        spread = stats.t.ppf(0.975, len(paired) - 1) * stats.sem(paired) if len(paired) > 1 else np.nan
        found[name] = [round(float(paired.mean() + by), 4) for by in (0, -spread, spread)]
    sixths = np.array([one["sixths"] for one in ones]) - np.array([other["sixths"] for other in others])
    return {**found, "sixths": sixths.mean(axis=0).round(4).tolist()}


if __name__ == "__main__":
    typer.run(main)
