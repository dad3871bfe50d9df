"""`shop eval retrieval`: how good the rankings of a store are on graded requests."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assistant.actions.find import query_for
from assistant.build import build_parts
from assistant.meaning.slips import read
from assistant.merging import merge
from assistant.model import DialogueState
from assistant.parse import Parser
from assistant.settings import Settings
from retrieval.errors import BadInput
from retrieval.evaluate import MEASURES, Measured, Rankers, Row, by_request, evaluate, rows
from retrieval.judgements import of_catalogue, read_judgements
from retrieval.query import Query
from retrieval.rerank import LinearMix
from retrieval.spelling import Speller
from retrieval.store import Store

from .figures import figure_text, spread


def retrieval(
    qrels: Annotated[list[Path], typer.Option(help="Graded requests, tab-separated; may be given more than once.")],
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    catalogue: Annotated[str | None, typer.Option(help="Only the requests of this catalogue.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, a method each.")] = False,
    requests: Annotated[
        Path | None, typer.Option("--by-request", help="Where a line for each request and method goes, tab-separated.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Where a chart goes, as PNG.")] = None,
) -> None:
    """nDCG@10, MRR and recall@50 of BM25, the embedder, their fusion, the linear mix, the reranker and the whole pipeline.

    Over the judged pools and over the whole catalogue, with bootstrap 95% intervals and paired differences to the linear mix.

    Example: shop eval retrieval --qrels requests.tsv --store store --json
    """
    judged = of_catalogue(read_judgements(qrels), catalogue)
    if not judged:
        raise BadInput(f"No request is of the catalogue {catalogue!r}.", fix="name one that the files have")
    opened = Store(store)
    try:
        parts = build_parts(opened, Settings())
        mix = LinearMix(parts.searcher.dense, parts.searcher.lexical)
        measured = evaluate(
            Rankers(parts.searcher, mix, lambda request: read_request(parts.parser, request, parts.speller)), judged
        )
    finally:
        opened.close()
    if requests:
        write_requests(measured, requests)
    found = rows(measured)
    if as_json:
        for row in found:
            print(json.dumps(row.to_json(), ensure_ascii=False), flush=True)
    else:
        show(found)
    if plot:
        draw(found, plot)


def write_requests(measured: Measured, path: Path) -> None:
    """A line for each request and method, tab-separated, with a heading."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["request", "setting", "method", *MEASURES], dialect="excel-tab")
        writer.writeheader()
        writer.writerows(by_request(measured))


def read_request(parser: Parser, request: str, speller: Speller | None = None) -> Query:
    """What the parser read in the request, in words and as constraints, mistyped words as they were meant."""
    slots = read(request, DialogueState(), parser, speller).slots
    return query_for(merge(DialogueState().constraints, slots), request, slots.sort)


def show(rows: Sequence[Row]) -> None:
    """The rows for people, a table for each setting."""
    console = Console()
    for setting, title in (("pool", "Judged pools"), ("catalogue", "Whole catalogue, first 50")):
        table = Table(title=title, title_justify="left")
        for heading in ("", *MEASURES, "ndcg@10 against the linear mix"):
            table.add_column(heading, justify="left" if not heading else "right")
        for row in rows:
            if row.setting == setting:
                table.add_row(
                    row.method,
                    *(figure_text(row.figures[name]) for name in MEASURES),
                    figure_text(row.against["ndcg@10"], signed=True),
                )
        console.print(table)


def draw(rows: Sequence[Row], path: Path) -> None:
    """nDCG@10 of each method with its interval, the two settings side by side."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here: a second to import, and few ask for a chart
    from matplotlib.figure import Figure as Chart

    chart = Chart(figsize=(10, 3.6), layout="constrained")
    FigureCanvasAgg(chart)
    for place, (setting, title) in enumerate((("pool", "Judged pools"), ("catalogue", "Whole catalogue")), start=1):
        axes = chart.add_subplot(1, 2, place)
        shown = [row for row in rows if row.setting == setting and row.figures["ndcg@10"].requests]
        figures = [row.figures["ndcg@10"] for row in shown]
        means, names = [one.mean for one in figures], [row.method for row in shown]
        axes.barh(names, means, xerr=spread(figures), color="#4c78a8", ecolor="#333333", capsize=3)
        axes.invert_yaxis()
        axes.set(xlim=(0, 1), xlabel="nDCG@10 with 95% interval", title=title)
    chart.savefig(path, dpi=150)
