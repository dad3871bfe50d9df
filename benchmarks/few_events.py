"""How soon suggestions know a shopper: lists for the same made-up shoppers of whom 1, 5 and 20 acts are known, each method's by nDCG@10.

python benchmarks/few_events.py --store store --shoppers 2000 --days 60 --seeds 1,2,3,4,5

For each seed the events are those of `shop events simulate`, and the last fifth of the time is to be found. Of the shoppers with 20 acts
and more before it, at most --asked are drawn, of whom all but the latest 1, 5 or 20 acts are forgotten; all others are known whole. `shop`
are the shop's lists, `interest` the same in the order that `shop train interest` learns from what came before the cut, of whole histories.
A line for each number of acts and method: the mean over all asked shoppers of all seeds with its bootstrap 95% interval, the paired
difference to `interest`, and the share of the places that products outside the most chosen fifth have. A simulation: for comparing only.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.build import build_embedder
from assistant.events.crowd import WEIGHTS
from assistant.events.log import Event, EventLog
from assistant.recommending.baselines import Lister, baselines
from assistant.recommending.evaluate import INTEREST, OURS, background, measured, ours
from assistant.recommending.held_out import Split, split
from assistant.recommending.interest.model import Interest
from assistant.recommending.interest.training import train_interest
from assistant.recommending.recommender import Recommender
from assistant.recommending.simulated_events import Simulation, simulate
from assistant.settings import Settings
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.evaluate import Figure, difference, figure_of
from retrieval.store import Store

UNTIL = datetime(2026, 11, 28, tzinfo=UTC)
LAST, K, TRAINED_WITH = 0.2, 10, 7
ACTS_KNOWN = (1, 5, 20)


def main(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    shoppers: Annotated[int, typer.Option()] = 2_000,
    days: Annotated[int, typer.Option()] = 60,
    seeds: Annotated[str, typer.Option(help="With commas between.")] = "1,2,3,4,5",
    asked: Annotated[int, typer.Option(help="Shoppers of a seed who get lists.")] = 100,
) -> None:
    figures: dict[tuple[int, str], list[dict[str, float | None]]] = defaultdict(list)
    with closing(Store(store)) as opened:
        dense = Dense(opened.chroma(), build_embedder(Settings()))
        for seed in map(int, seeds.split(",")):
            events = simulate(opened.catalog, Simulation(shoppers, days, seed, UNTIL))
            whole = known_from(events, opened.catalog)
            with closing(log_of(events)) as log:
                interest = train_interest(log, whole, opened.catalog, dense, seed=TRAINED_WITH)
            drawn = draw([one.visitor for one in whole.held if one.known >= max(ACTS_KNOWN)], asked, seed)
            for count in ACTS_KNOWN:
                known = known_from(forgotten(events, drawn, count, whole.at), opened.catalog)
                known = replace(known, held=[one for one in known.held if one.visitor in drawn])
                behind = background(known, dense.vectors(known.sold))
                for name, lister in listers(known, opened.catalog, dense, interest).items():
                    figures[count, name] += [measured(lister(one, K), one, behind, k=K) for one in known.held]
                typer.echo(f"seed {seed}, {count} acts known: {len(known.held)} shoppers", err=True)
    for (count, name), found in figures.items():
        print(json.dumps({"acts": count, "method": name, **told(found, figures[count, INTEREST])}))


def log_of(events: Sequence[Event]) -> EventLog:
    log = EventLog()
    log.add(events)
    return log


def known_from(events: Sequence[Event], catalog: Catalog) -> Split:
    with closing(log_of(events)) as log:
        return split(log, catalog, last=LAST)


def draw(visitors: Sequence[str], count: int, seed: int) -> frozenset[str]:
    return frozenset(random.Random(seed).sample(sorted(visitors), min(count, len(visitors))))


def forgotten(events: Sequence[Event], visitors: frozenset[str], count: int, at: datetime) -> list[Event]:
    """All events but those of these visitors from before their latest `count` acts before the cut."""
    acts: dict[str, list[datetime]] = defaultdict(list)
    for one in events:
        if one.visitor in visitors and one.type in WEIGHTS and one.at <= at:
            acts[one.visitor or ""].append(one.at)
    since = {name: moments[-count] for name, moments in acts.items()}
    return [one for one in events if one.visitor not in since or one.at >= since[one.visitor]]


def listers(known: Split, catalog: Catalog, dense: Dense, interest: Interest) -> Mapping[str, Lister]:
    own = {OURS: None, INTEREST: interest}
    return {
        name: ours(Recommender(catalog, dense, known.log, model), known.at) for name, model in own.items()
    } | baselines(known)


def told(found: Sequence[Mapping[str, float | None]], best: Sequence[Mapping[str, float | None]]) -> dict[str, Any]:
    ndcg, theirs = ([one["ndcg"] for one in some] for some in (found, best))
    return {
        "shoppers": len(found),
        "ndcg": rounded(figure_of(ndcg)),
        "less_interest": rounded(figure_of(difference(ndcg, theirs))),
        "long_tail": rounded(figure_of([one["long_tail"] for one in found])),
    }


def rounded(figure: Figure) -> list[float]:
    """[mean, low, high]"""
    return [round(one, 4) for one in (figure.mean, figure.low, figure.high)]


if __name__ == "__main__":
    typer.run(main)
