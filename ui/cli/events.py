"""`shop events`: what shoppers did, brought in from files and written out. docs/events.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.build import build_events
from assistant.events.files import Imported, as_json, export_events, export_for_reranker, import_events
from assistant.events.form import EventRow
from assistant.events.log import EventLog
from assistant.privacy.published import published
from assistant.recommending.simulated_events import Simulation, simulate
from retrieval.catalog import Catalog
from retrieval.errors import BadInput
from retrieval.store import require_index

from .llm import settings_for

app = typer.Typer(
    name="events", help="What shoppers did: brought in, written out, made up.", no_args_is_help=True,
    epilog="Example: shop events import log.jsonl --store store",
)  # fmt: skip
Store = Annotated[Path, typer.Option(help="Directory of the store; it may be in use.")]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="JSONL, CSV, TSV or Parquet, also gzipped.")], store: Store
) -> None:
    """Keep the events of these files beside the store; the same file twice is no event twice. Rows that cannot be used are named.

    Example: shop events import log.jsonl --store store
    """
    now, days = datetime.now(UTC), settings_for(store).keep_events_days
    with _log(store) as log:
        done = import_events(files, log, now, oldest=now - timedelta(days=days))
    for row in done.bad:
        typer.echo(f"{row.path}, line {row.line}: {row.reason}", err=True)
    with closing(_catalog(store)) as catalog:
        unknown = sorted(done.products - catalog.ids())
    for told in _told(done, unknown, days):
        typer.echo(told, err=True)
    counts = {"accepted": done.accepted, "repeated": done.repeated, "bad_rows": len(done.bad)}
    typer.echo(json.dumps({**counts, "unknown_products": len(unknown)}))
    if done.bad and not done.accepted + done.repeated:
        raise BadInput("No row could be used.", fix="docs/events.md says what a row holds")


@app.command("export")
def export(
    store: Store,
    for_: Annotated[
        Literal["import", "reranker"],
        typer.Option("--for", help="Lines for `shop events import`, or for `shop train reranker --from-events`."),
    ] = "import",
) -> None:
    """Every event on standard output, a JSON object a line.

    Example: shop events export --store store --for reranker > clicks.jsonl
    """
    with _log(store) as log:
        for line in export_for_reranker(log) if for_ == "reranker" else export_events(log):
            print(line)


@app.command("report")
def report(
    store: Store,
    days: Annotated[int, typer.Option(min=1, help="Of so many days up to now.")] = 28,
    least: Annotated[
        int | None, typer.Option(min=1, help="Shoppers of whom is told at least; SHOP_REPORT_LEAST (5) without.")
    ] = None,
    epsilon: Annotated[
        float | None, typer.Option(min=0.001, help="Noise: smaller is more; SHOP_REPORT_EPSILON (none) without.")
    ] = None,
) -> None:
    """How many shoppers looked at, carted and bought each product, to be passed on; small groups are left out (null).

    Example: shop events report --store store --days 28 --epsilon 1 > report.jsonl
    """
    own = settings_for(store)
    least, epsilon = least or own.report_least, epsilon or own.report_epsilon
    with _log(store) as log, closing(_catalog(store)) as catalog:
        for row in published(log, catalog, datetime.now(UTC), days=days, least=least, epsilon=epsilon):
            print(json.dumps(row.to_json(), ensure_ascii=False))
    noise = f"noise with epsilon {epsilon:g}" if epsilon else "no noise"
    typer.echo(f"Counts of fewer than {least} shoppers are left out; {noise}.", err=True)


@app.command("simulate")
def simulated(
    store: Store,
    shoppers: Annotated[int, typer.Option(min=1, help="How many made-up shoppers.")] = 2_000,
    days: Annotated[int, typer.Option(min=1, help="Over how many days they come.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, store and --until give the same lines.")] = 7,
    hours: Annotated[
        float, typer.Option(min=0, max=1, help="By so much a department's demand differs by the part of the week.")
    ] = 0.0,
    regions: Annotated[int, typer.Option(min=0, help="So many regions, each with a demand of its own.")] = 0,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day before which the last of them comes; today.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the lines go; standard output by default.")] = None,
) -> None:
    """Events of made-up shoppers with known tastes, for trying and comparing: a simulation, no evidence about people.

    Example: shop events simulate --store store --shoppers 2000 --days 60 --seed 7 --out simulated.jsonl
    """
    end = (until or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    with closing(_catalog(store)) as catalog:
        found = simulate(catalog, Simulation(shoppers, days, seed, end, hours, regions))
    with out.open("w", encoding="utf-8") if out else nullcontext(sys.stdout) as file:
        for event in found:
            print(json.dumps(as_json(event), ensure_ascii=False), file=file)


def _told(done: Imported, unknown: Sequence[str], days: int) -> Iterator[str]:
    """What of an import somebody may have meant otherwise, a line each."""
    if unknown:
        yield f"Kept, though the catalogue has no such product: {_some(unknown)}"
    if done.unread:
        read = ", ".join(name for name in EventRow.model_fields)
        yield f"Passed over, since no event has such a column: {_some(sorted(done.unread))}. What is read: {read}"
    if done.of_nobody:
        yield f"Without a visitor, and so kept without words, conversation and region, and not learnt from: {done.of_nobody}"
    if done.too_old:
        yield f"Older than the {days} days of SHOP_KEEP_EVENTS_DAYS, and so deleted with the next cleaning: {done.too_old}"
    for path in done.empty:
        yield f"{path} holds no row"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")


@contextmanager
def _log(store: Path) -> Iterator[EventLog]:
    require_index(store, "name the store that the server serves with --store")
    with closing(build_events(settings_for(store))) as log:
        yield log


def _catalog(store: Path) -> Catalog:
    require_index(store, "name the store that the server serves with --store")
    return Catalog(store / "catalog.db")
