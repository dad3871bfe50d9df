"""`shop feed`: a feed looked at before it is indexed."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from retrieval.errors import FeedError
from retrieval.feed import read_feed
from retrieval.feeds.formats import FORMATS
from retrieval.feeds.report import FeedReport, quality_of, schema
from ui import feed_report

app = typer.Typer(no_args_is_help=True, help="Look at a feed before it is indexed.")


@app.callback()
def feed() -> None:
    """Look at a feed before it is indexed."""


@app.command("report")
def report(
    feeds: Annotated[list[Path] | None, typer.Argument(metavar="FEED…", help="As `shop index` reads them.")] = None,
    *,
    html: Annotated[Path | None, typer.Option(help="Write the report there as a page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one object.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Keep the rows that cannot be used there.")] = None,
    currency: Annotated[str, typer.Option(help="Currency of prices that name none (ISO 4217).")] = "USD",
    format_: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}. [default: told by the content]")
    ] = None,
    print_schema: Annotated[bool, typer.Option("--schema", help="The JSON schema of the report.")] = False,
) -> None:
    """How good a feed is: what is missing, suspicious, duplicate or not kept, and what each costs in search.

    Example: shop feed report demo/products.jsonl --html report.html
    """
    if print_schema:
        typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
        return
    if not feeds:
        raise typer.BadParameter("name a feed")
    with tempfile.TemporaryDirectory() as folder:
        reading = read_feed(feeds, rejects or Path(folder) / "rejects.jsonl", currency=currency, form=format_)
        found = quality_of(reading, [path.name for path in feeds])
    if html is not None:
        write_report(found, html)
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        typer.echo("\n".join(feed_report.lines(found)))


def write_report(found: FeedReport, path: Path) -> None:
    """The report into a file: JSON for a name that ends so, else a page."""
    is_json = path.suffix.lower() == ".json"
    text = json.dumps(found.to_json(), ensure_ascii=False, indent=2) if is_json else feed_report.page(found)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise FeedError(
            f"The report cannot be written to {path}: {error}.", fix="name a file in a folder that is there"
        ) from error
    typer.echo(f"Report: {path}", err=True)
