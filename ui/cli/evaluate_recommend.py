"""`shop eval recommend`: how good a store's suggestions are on events that came later, beside methods that know no catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.build import build_embedder, build_trust
from assistant.recommending.baselines import Lister, baselines
from assistant.recommending.evaluate import INTEREST, MEASURES, OURS, Row, background, ours, rows
from assistant.recommending.groups import DIVISIONS, Division
from assistant.recommending.held_out import Split, split
from assistant.recommending.interest.model import Interest
from assistant.recommending.recommender import Recommender
from assistant.settings import Settings
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.store import Store

from .event_files import EventFiles, events_of
from .figures import figure_text, spread
from .llm import settings_for

SAID: Mapping[Division, str] = {
    "acts": "how many acts of a shopper are known",
    "category": "the category that a shopper is mostly at",
    "price": "the third of prices that a shopper is mostly at",
    "region": "region",
    "visits": "acts of one day or of several",
}
ACROSS, FEW = 2, 4  # charts side by side; groups whose names stand side by side
BESIDE = 0.12  # of the way to the next group, between two methods


def recommend(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    events: EventFiles = None,
    last: Annotated[float, typer.Option(min=0.01, max=0.99, help="Share of the time that is to be predicted.")] = 0.2,
    k: Annotated[int, typer.Option("--k", min=1, max=40, help="Length of a list.")] = 10,
    new_only: Annotated[
        bool, typer.Option(help="Leave out all that a visitor did anything with, not only bought.")
    ] = False,
    interest: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a model by `shop train interest`: the shop's lists in its order, as one row more."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, a method each.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Where a chart goes, as PNG.")] = None,
) -> None:
    """Precision, recall, nDCG, MRR, hit rate, coverage, long tail, novelty, diversity and miscalibration, and nDCG by group.

    The events are cut by time: what came before is known, what came after is to be found. Beside the shop's lists stand those by
    popularity, item-kNN, ALS and BPR, with bootstrap 95% intervals and paired differences.

    Example: shop eval recommend --store store --events simulated.jsonl --json
    """
    settings = settings_for(store)
    model = Interest.read(interest) if interest else None
    opened = Store(store)
    with closing(opened), events_of(settings, events) as log:
        known = split(log, opened.catalog, last=last, new_only=new_only)
        if model and model.until > known.at:
            typer.echo(
                f"The model learnt from events up to {model.until:%Y-%m-%d %H:%M}, after the cut: it is flattered.",
                err=True,
            )
        others = baselines(known)  # first, because they may be missing
        dense = Dense(opened.chroma(settings.chroma_url), build_embedder(settings))
        lists = {
            name: [lister(one, k) for one in track(known.held, name, console=Console(stderr=True))]
            for name, lister in {**_ours(known, dense, opened.catalog, model, settings), **others}.items()
        }
        found = rows(lists, known, background(known, dense.vectors(known.sold)), k=k, least=settings.report_least)
    _tell(found, known, k, as_json)
    if plot:
        draw(found, k, plot)


def _ours(
    known: Split, dense: Dense, catalog: Catalog, model: Interest | None, settings: Settings
) -> dict[str, Lister]:
    """The shop's lists by the events before the cut, and in the model's order where there is one."""
    named = {OURS: None, **({INTEREST: model} if model else {})}
    return {
        name: ours(Recommender(catalog, dense, known.log, one, trust=build_trust(settings)), known.at)
        for name, one in named.items()
    }


def _tell(found: Sequence[Row], known: Split, k: int, as_json: bool) -> None:
    about = {"k": k, "shoppers": len(known.held), "cut_at": known.at.isoformat(timespec="seconds")}
    if as_json:
        for row in found:
            print(json.dumps({**row.to_json(), **about}), flush=True)
    else:
        show(found, f"{len(known.held):,} shoppers with something before and after {about['cut_at']}", k)


def show(found: Sequence[Row], title: str, k: int) -> None:
    """The rows for people, a column a method: the measures, the differences to the shop's own lists, and the groups."""
    console = Console()
    console.print(title, highlight=False)
    measures = {name: [figure_text(row.figures[name]) for row in found] for name in MEASURES}
    measures["coverage"] = [f"{row.coverage:.3f}" for row in found]
    against = {name: [figure_text(row.against[name], signed=True) for row in found] for name in MEASURES}
    divided = [(f"nDCG@{k} by {SAID[division]}", _lines(found, division)) for division in told_of(found)]
    for heading, lines in (
        (f"The first {k}", measures),
        ("Paired differences to the shop's lists", against),
        *divided,
    ):
        table = Table("", *(row.method for row in found), title=heading, title_justify="left")
        for name, cells in lines.items():
            table.add_row(name, *cells)
        console.print(table)


def told_of(found: Sequence[Row]) -> list[Division]:
    """The divisions in which any group is large enough for a figure."""
    return [name for name in DIVISIONS if any(one.requests for row in found for one in row.by[name].groups.values())]


def _lines(found: Sequence[Row], division: Division) -> dict[str, list[str]]:
    by = [row.by[division] for row in found]
    lines = {name: [figure_text(one.groups[name]) for one in by] for name in by[0].groups}
    return lines | {
        "gap": [figure_text(one.gap) for one in by],
        "gap by chance": [f"{one.by_chance:.3f}" if one.gap.requests else "–" for one in by],
        "ratio": [figure_text(one.ratio) for one in by],
    }


def draw(found: Sequence[Row], k: int, path: Path) -> None:
    """nDCG of each method, and by each division of the shoppers into groups, with intervals."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here: a second to import, and few ask for a chart
    from matplotlib.figure import Figure as Chart

    divisions = told_of(found)
    down = -(-(1 + len(divisions)) // ACROSS)
    chart = Chart(figsize=(5 * ACROSS, 3.6 * down), layout="constrained")
    FigureCanvasAgg(chart)
    whole, *others = chart.subplots(down, ACROSS, squeeze=False).flat
    figures = [row.figures["ndcg"] for row in found]
    names = [row.method for row in found]
    whole.barh(names, [one.mean for one in figures], xerr=spread(figures), color="#4c78a8", ecolor="#333333", capsize=3)
    whole.invert_yaxis()
    whole.set(xlabel=f"nDCG@{k} with 95% interval", title="All shoppers", xlim=(0, None))
    for division, part in zip(divisions, others, strict=False):
        groups = [name for name, one in found[0].by[division].groups.items() if one.requests]
        for number, row in enumerate(found):
            places = [at + BESIDE * (number - (len(found) - 1) / 2) for at in range(len(groups))]
            own = [row.by[division].groups[name] for name in groups]
            part.errorbar(places, [one.mean for one in own], spread(own), fmt="o", capsize=2, label=row.method)
        part.set_xticks(range(len(groups)), groups)
        if len(groups) > FEW:
            part.tick_params(axis="x", labelrotation=90)
        part.set(title=f"By {SAID[division]}", ylabel=f"nDCG@{k}", ylim=(0, None))
    for part in others[len(divisions) :]:
        part.remove()
    if divisions:
        others[0].legend(fontsize=8)
    chart.savefig(path, dpi=150)
