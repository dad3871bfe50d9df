"""What lists win by season, hours of the week and region: the interest model with and without them, for the same made-up shoppers.

python benchmarks/context.py --store store --shoppers 700 --days 60 --seeds 2,3,4 --hours 0.6 --regions 4

The shoppers are those of `shop events simulate`: seasons always, the others as asked. The last fifth of the time is to be found, each
shopper's list is of the moment at which he first comes back, nDCG@10 less that of the model without context, paired, over the shoppers of
all seeds, with bootstrap 95% intervals. Nothing here is evidence about people. Neighbours are exact and in memory, for speed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from exploring import Exact, Read, Tieless, stored

from assistant.events.log import EventLog
from assistant.recommending.held_out import Held, Split, split
from assistant.recommending.interest.context import KINDS, Kind
from assistant.recommending.interest.features import NAMES
from assistant.recommending.interest.training import Examples, around, by_visitor, examples, fit, rates
from assistant.recommending.interest.wares import wares_of
from assistant.recommending.recommender import Recommender
from assistant.recommending.simulated_events import Simulation, simulate
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.evaluate import compared
from retrieval.metrics import ndcg
from retrieval.store import Store

UNTIL = datetime(2026, 11, 28, tzinfo=UTC)
LAST, K, TRAINED_WITH = 0.2, 10, 7
ALL = (*NAMES, *KINDS)
TRIED: tuple[tuple[Kind, ...], ...] = ((), *((kind,) for kind in KINDS), KINDS)


def main(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    shoppers: Annotated[int, typer.Option()] = 700,
    days: Annotated[int, typer.Option()] = 60,
    seeds: Annotated[str, typer.Option(help="With commas between.")] = "2,3,4",
    asked: Annotated[int, typer.Option(help="Shoppers of a seed who get lists.")] = 300,
    hours: Annotated[float, typer.Option(help="As of `shop events simulate`.")] = 0.0,
    regions: Annotated[int, typer.Option(help="As of `shop events simulate`.")] = 0,
) -> None:
    found: dict[tuple[Kind, ...], list[float | None]] = defaultdict(list)
    opened, catalog = Store(store), Read(store / "catalog.db")
    ids = sorted(catalog.ids())
    dense = Exact(ids, np.stack(list(stored(opened, ids).values())))
    for seed in map(int, seeds.split(",")):
        with closing(EventLog()) as log:
            log.add(simulate(list(catalog), Simulation(shoppers, days, seed, UNTIL, hours, regions)))
            known = split(log, catalog, last=LAST)
            back, learnt, places = first_back(log, known), *learnt_from(log, known, catalog, dense)
            for context in TRIED if regions or hours else TRIED[:2]:
                names = (*NAMES, *context)
                own = replace(learnt, found=learnt.found[:, [ALL.index(name) for name in names]])
                model = fit(own, places, until=known.at, seed=TRAINED_WITH, context=context)
                shop = Tieless(catalog, dense, known.log, model)
                found[context] += [value_of(shop, one, *back[one.visitor]) for one in known.held[:asked]]
                said = compared(found[context], found[()]).to_json()
                told = {"until_seed": seed, "context": context, "shoppers": len(found[context]), **said}
                print(json.dumps(told), flush=True)
    catalog.close()
    opened.close()


def first_back(log: EventLog, known: Split) -> dict[str, tuple[datetime, str | None]]:
    """When each shopper first comes after the cut, and in which region he is."""
    back: dict[str, tuple[datetime, str | None]] = {}
    for event, _ in log.all():
        if event.at > known.at and event.visitor:
            back.setdefault(event.visitor, (event.at, event.region))
    return back


def learnt_from(log: EventLog, known: Split, catalog: Catalog, dense: Dense) -> tuple[Examples, tuple[float, ...]]:
    """What was shown before the cut with all kinds of context, as `train_interest` reads it, and how often each place was chosen."""
    wares, visitors = wares_of(catalog, dense), by_visitor(log)
    shown, _ = around(known.at, visitors, wares)
    places = rates(shown)
    return examples(shown, visitors, log, wares, places, TRAINED_WITH, KINDS), places


def value_of(shop: Recommender, one: Held, at: datetime, region: str | None) -> float | None:
    cards = shop.recommend(one.visitor, K, at, region=region)
    return ndcg([card.product.id for card in cards], one.grades, k=K)


if __name__ == "__main__":
    typer.run(main)
