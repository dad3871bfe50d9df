"""`shop events`: what shoppers did, brought in from files and written out. docs/events.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.build import build_events
from assistant.event_files import export_events, export_for_reranker, import_events
from assistant.events import EventLog
from retrieval.catalog import Catalog
from retrieval.errors import BadInput, StoreNotFound

from .serve import settings_for

app = typer.Typer(
    name="events", help="What shoppers did: brought in and written out.", no_args_is_help=True,
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
    with _log(store) as log:
        done = import_events(files, log, datetime.now(UTC))
    for row in done.bad:
        typer.echo(f"{row.path}, line {row.line}: {row.reason}", err=True)
    with closing(Catalog(store / "catalog.db")) as catalog:
        unknown = sorted(done.products - catalog.ids())
    if unknown:
        shown = ", ".join(unknown[:10]) + (" …" if len(unknown) > 10 else "")
        typer.echo(f"Kept, though the catalogue has no such product: {shown}", err=True)
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


@contextmanager
def _log(store: Path) -> Iterator[EventLog]:
    if not (store / "manifest.json").is_file():
        raise StoreNotFound(f"No index in {store}.", fix="name the store that the server serves with --store")
    with closing(build_events(settings_for(store))) as log:
        yield log
