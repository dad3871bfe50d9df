"""`shop forecast demand`, and `shop eval demand`: how much of each product will be wanted, and how far such forecasts were out."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assistant.build import build_events
from assistant.events.demand import Act, Kept, Outlook, keep, outlook
from retrieval.catalog import Catalog
from retrieval.store import require_index

from .llm import settings_for

app = typer.Typer(name="forecast", help="What the coming weeks will want.", no_args_is_help=True)
Folder = Annotated[Path, typer.Option("--store", help="Directory of the store; it may be in use.")]
Weeks = Annotated[int, typer.Option(min=1, max=26, help="How many weeks ahead.")]
Count = Annotated[Act, typer.Option("--count", help="What counts as wanted; one event is one piece.")]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day before which the weeks end; today.")
]
Json = Annotated[bool, typer.Option("--json", help="One object a line.")]


@app.callback()
def forecast() -> None:
    """What the coming weeks will want."""


@app.command("demand")
def demand(
    store: Folder,
    weeks: Weeks = 4,
    count: Count = "purchase",
    until: Until = None,
    top: Annotated[int, typer.Option(min=1, help="How many products the table shows.")] = 30,
    as_json: Json = False,
) -> None:
    """Units of each product in the coming weeks, what runs out first; standard error says how far off held-out weeks were.

    Without --until the operator's page shows it from then on.

    Example: shop forecast demand --store store --weeks 4 --json
    """
    found = _outlook(store, weeks, count, until)
    if until is None:
        keep(Kept(datetime.now(UTC), weeks, count, found), store)
    typer.echo(_said(found, weeks), err=True)
    if as_json:
        for one in found.forecasts:
            print(json.dumps({**asdict(one), "weeks": [round(week, 3) for week in one.weeks]}, ensure_ascii=False))
        return
    table = Table("", "product", "sold", f"next {weeks} weeks", "at most", "stock", "lasts weeks", "runs out")
    for one in found.forecasts[:top]:
        stock, left = ("–" if value is None else f"{value:,.0f}" for value in (one.stock, one.weeks_left))
        out = "–" if one.runs_out is None else f"{one.runs_out:.0%}".replace("%", " %")
        table.add_row(
            one.product_id, one.title, str(one.sold), f"{sum(one.weeks):.1f}", str(one.high), stock, left, out
        )
    Console().print(table)


def evaluate(
    store: Folder, weeks: Weeks = 4, count: Count = "purchase", until: Until = None, as_json: Json = False
) -> None:
    """How far each method of forecasting was out on the last weeks, held out: rmsse, mase, wape and bias, the best first.

    Example: shop eval demand --store store --weeks 4 --json
    """
    found = _outlook(store, weeks, count, until)
    if as_json:
        for one in found.errors:
            print(
                json.dumps(
                    {
                        name: round(value, 4) if isinstance(value, float) else value
                        for name, value in asdict(one).items()
                    }
                )
            )
        return
    table = Table("method", "rmsse", "mase", "wape", "bias", title=_said(found, weeks), title_justify="left")
    for one in found.errors:
        table.add_row(one.method, *(f"{value:.3f}" for value in (one.rmsse, one.mase, one.wape, one.bias)))
    Console().print(table)


def _outlook(store: Path, weeks: int, count: Act, until: datetime | None) -> Outlook:
    require_index(store)
    with closing(Catalog(store / "catalog.db")) as catalog, closing(build_events(settings_for(store))) as log:
        return outlook(log, {one.id: one for one in catalog}, weeks, now=until and until.replace(tzinfo=UTC), act=count)


def _said(found: Outlook, weeks: int) -> str:
    best, naive = found.errors[0], found.naive
    return (
        f"{len(found.forecasts):,} products by {best.method}. The last {weeks} weeks, held out: {best.rmsse:.2f} rmsse (naive"
        f" {naive.rmsse:.2f}), {best.wape:.2f} of what was wanted wrong in all (naive {naive.wape:.2f});"
        f" {found.covered:.0%} did not exceed “at most”.".replace("%", " %")
    )
