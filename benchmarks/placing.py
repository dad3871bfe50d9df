"""What places that are paid for, and a bound on what one brand may take, cost shoppers and what they give.

python benchmarks/placing.py search --store store --qrels requests_dev.tsv --catalogue icecat     # graded requests
python benchmarks/placing.py suggest --store store                                            # made-up shoppers

search: the hits of the whole pipeline that are graded, five shown. For each floor every hit below the first is sponsored in turn, alone:
lifted: the share of them that moves up. no_worse: the share of these of which the grade is no lower than that of the product whose place
it takes. lost: nDCG@5 that a list with one lifted loses, with its interval over the requests; worst: the most that one loses. For each
margin a brand may take two of five places: the difference of nDCG@5, how much of a list the first brand has, and the Gini coefficient of
what all lists give to each brand, a place r counting 1 / log2(r + 1).

suggest: the plain lists of ten that the shop shows in the closed loop of exploring.py, and beside each what every setting makes of it
for the same shopper at the same moment. earned: clicks to expect as a share of those of the best lists. changed: share of the lists that
are another. top_brand: share of a list that its most frequent brand has. gini: as above, over the brands of the shop. coverage: share of
the products in any list. paid: share of the lists in which something sponsored stands; each seed sponsors another PAID of the products.
A line a seed and setting, then the mean difference to no setting, with the 95% interval of Student's t over the seeds.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from exploring import UNTIL, Exact, Read, Tieless, stored
from scipy import stats

from assistant.build import build_parts
from assistant.events.log import EventLog
from assistant.model import Card
from assistant.recommending.placing import Brands, Placing, Sponsored
from assistant.recommending.simulated_events import PAGE, Simulation
from assistant.recommending.simulated_shop import Suggest, Told, play
from assistant.settings import Settings
from retrieval.evaluate import interval
from retrieval.judgements import Judged, of_catalogue, read_judgements
from retrieval.metrics import ndcg
from retrieval.query import Hit, Query, Ranking
from retrieval.search import CANDIDATES
from retrieval.store import Store
from ui.cli.evaluate_retrieval import read_request

SHOWN = 5
FLOORS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
MARGINS = (0.01, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
SHARES = (0.4, 0.3, 0.2)
PAID, DEEP = 0.05, 40
app = typer.Typer()
Found = tuple[Judged, Query, Ranking, Sequence[Hit]]


@app.command()
def search(
    store: Annotated[Path, typer.Option()],
    qrels: Annotated[list[Path], typer.Option()],
    catalogue: Annotated[str | None, typer.Option()] = None,
) -> None:
    opened = Store(store)
    parts = build_parts(opened, Settings())
    found = list[Found]()
    for one in of_catalogue(read_judgements(qrels), catalogue):
        query = read_request(parts.parser, one.request, parts.speller)
        ranking, _ = parts.searcher.search(query, CANDIDATES)
        found.append((one, query, ranking, [hit for hit in ranking.hits if hit.product.id in one.grades]))
    opened.close()
    for floor in FLOORS:
        print(json.dumps({"floor": floor, **lifts(found, floor)}), flush=True)
    if any(hit.product.brand for *_, hits in found for hit in hits):
        for brands in (Brands(), *(Brands(share=0.4, margin=margin) for margin in MARGINS)):
            print(json.dumps({"share": brands.share, "margin": brands.margin, **spread(found, brands)}), flush=True)


def lifts(found: Sequence[Found], floor: float) -> dict[str, Any]:
    """What it does where each hit is sponsored by itself."""
    lost, tried, moved, no_worse = list[float](), 0, 0, 0
    worst = 0.0
    for judged, query, ranking, hits in found:
        plain, of_request = ids(hits[:SHOWN]), list[float]()
        for hit in hits[1:]:
            tried += 1
            sponsored = Sponsored(products=frozenset({hit.product.id}), floor=floor)
            shown = ids(Placing(sponsored=sponsored).found(hits, SHOWN, query, ranking))
            if shown == plain:
                continue
            moved += 1
            place = shown.index(hit.product.id)
            no_worse += judged.grades[hit.product.id] >= judged.grades[plain[place]]
            before, after = (ndcg(run, judged.grades, k=SHOWN) or 0.0 for run in (plain, shown))
            of_request.append(before - after)
        if of_request:
            lost.append(sum(of_request) / len(of_request))
            worst = max(worst, *of_request)
    figure = interval(lost)
    return {
        "lifted": round(moved / tried, 3),
        "no_worse": round(no_worse / max(moved, 1), 3),
        "lost": [round(value, 4) for value in (figure.mean, figure.low, figure.high)],
        "worst": round(worst, 3),
        "requests": figure.requests,
    }


def spread(found: Sequence[Found], brands: Brands) -> dict[str, Any]:
    lists, changed, difference = list[list[str]](), 0, list[float]()
    for judged, query, ranking, hits in found:
        shown = Placing(brands=brands).found(hits, SHOWN, query, ranking)
        lists.append([(hit.product.brand or "").casefold() for hit in shown])
        plain, now = ids(hits[:SHOWN]), ids(shown)
        changed += plain != now
        before, after = (ndcg(run, judged.grades, k=SHOWN) or 0.0 for run in (plain, now))
        difference.append(after - before)
    figure = interval(difference)
    every = {(hit.product.brand or "").casefold() for *_, hits in found for hit in hits}
    return {
        "changed": round(changed / len(found), 3),
        "ndcg": [round(value, 4) for value in (figure.mean, figure.low, figure.high)],
        **exposure(lists, every),
    }


def exposure(lists: Sequence[Sequence[str]], brands: Iterable[str]) -> dict[str, float]:
    """How what these lists show is spread over the brands; what has no brand counts for none."""
    given = Counter(dict.fromkeys((one for one in brands if one), 0.0))
    tops = []
    for one in lists:
        named = [brand for brand in one if brand]
        tops += [max(Counter(named).values()) / len(one)] if named else []
        for rank, brand in enumerate(one, start=1):
            if brand:
                given[brand] += 1 / math.log2(rank + 1)
    return {"top_brand": round(float(np.mean(tops)), 4), "gini": round(gini(list(given.values())), 4)}


def gini(values: Sequence[float]) -> float:
    """0 when all have the same, near 1 when one has all: sum over the sorted of (2i - n - 1) x / (n sum x)."""
    ordered = np.sort(np.asarray(values))
    n = len(ordered)
    return float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * ordered.sum()))


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.product.id for hit in hits]


@app.command()
def suggest(
    store: Annotated[Path, typer.Option()],
    shoppers: Annotated[int, typer.Option()] = 100,
    days: Annotated[int, typer.Option()] = 40,
    seeds: Annotated[str, typer.Option(help="With commas between.")] = "1,2,3,4,5,6",
) -> None:
    opened = Store(store)
    catalog = Read(store / "catalog.db")
    names = sorted(catalog.ids())
    dense = Exact(names, np.stack(list(stored(opened, names).values())))
    brand_of = {one.id: (one.brand or "").casefold() for one in catalog}
    runs: dict[str, list[dict[str, float]]] = {}
    for seed in map(int, seeds.split(",")):
        paid = frozenset(map(str, np.random.default_rng(seed).choice(names, round(PAID * len(names)), replace=False)))
        lists: dict[str, list[list[str]]] = {}
        with closing(EventLog()) as log:
            shop = Tieless(catalog, dense, log)
            of = Simulation(shoppers, days, seed, UNTIL)
            told = list(play(list(catalog), of, beside(shop, settings(paid), lists), log.add))
        for setting, some in lists.items():
            row = figures(told, some, brand_of, paid)
            runs.setdefault(setting, []).append(row)
            print(json.dumps({"setting": setting, "seed": seed, "lists": len(told), **row}), flush=True)
    catalog.close()
    opened.close()
    for setting in runs:
        print(json.dumps({"setting": setting, "less": "none", **differences(runs[setting], runs["none"])}))


def settings(paid: frozenset[str]) -> dict[str, Placing]:
    return {
        "none": Placing(),
        **{f"share {share}": Placing(brands=Brands(share=share)) for share in SHARES},
        **{f"floor {floor}": Placing(sponsored=Sponsored(products=paid, floor=floor)) for floor in FLOORS},
    }


def beside(shop: Tieless, placings: Mapping[str, Placing], lists: dict[str, list[list[str]]]) -> Suggest:
    """The shop's plain lists; `lists` gets what each setting makes of them, by its name."""

    def suggest(visitor: str, now: datetime) -> Sequence[Card]:
        cards = shop.recommend(visitor, DEEP, now)
        for name, placing in placings.items():
            lists.setdefault(name, []).append([card.product.id for card in placing.suggested(cards, PAGE)])
        return cards[:PAGE]

    return suggest


def figures(
    told: Sequence[Told], lists: Sequence[Sequence[str]], brand_of: Mapping[str, str], paid: frozenset[str]
) -> dict[str, float]:
    earned = [one.instead(some) for one, some in zip(told, lists, strict=True)]
    changed = [one for one, some in zip(told, lists, strict=True) if [*one.ids] != some]
    return {
        "earned": round(sum(earned) / sum(one.possible for one in told), 4),
        "changed": round(len(changed) / len(told), 4),
        **exposure([[brand_of[name] for name in some] for some in lists], brand_of.values()),
        "coverage": round(len({name for some in lists for name in some}) / len(brand_of), 4),
        "paid": round(sum(not paid.isdisjoint(some) for some in lists) / len(told), 4),
    }


def differences(ones: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """[mean, low, high] of each figure over the seeds."""
    found = {}
    for name in ones[0]:
        paired = np.array([one[name] - other[name] for one, other in zip(ones, others, strict=True)])
        half = stats.t.ppf(0.975, len(paired) - 1) * stats.sem(paired) if len(paired) > 1 else np.nan
        found[name] = [round(float(paired.mean() + by), 4) for by in (0, -half, half)]
    return found


if __name__ == "__main__":
    app()
