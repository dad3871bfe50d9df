"""`shop export`: a store's catalogue as a feed."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from retrieval.export import EXPORTS, ExportError, ExportSummary
from retrieval.export import export as write_feed
from retrieval.store import Store

NAMES = {"product": "not at all", "in_stock": "availability", "list_price": "price before a discount"}


def export(
    *,
    store: Annotated[Path, typer.Option(help="Directory of the store.")],
    format_: Annotated[str, typer.Option("--format", help=", ".join(EXPORTS))],
    output: Annotated[
        Path | None,
        typer.Option(help="A file; for acp also a folder, which gets metadata.json too. [default: standard output]"),
    ] = None,
    country: Annotated[str | None, typer.Option(help="For acp: the country that the feed is for (ISO 3166).")] = None,
) -> None:
    """Write the catalogue in a format that others read, and say what that format cannot hold.

    Example: shop export --store store --format google-tsv --output feed.tsv
    """
    opened = Store(store)
    try:
        with tempfile.TemporaryDirectory(dir=output.parent if output and output.parent.is_dir() else None) as folder:
            path = Path(folder) / "feed"  # a name that ends in .jsonl would be read back as such
            catalog = opened.catalog
            summary = write_feed(
                catalog.families, format_, path, currency=opened.manifest.currency or "USD", known=catalog.get_many
            )
            _hand_over(path, output, format_, country)
    finally:
        opened.close()
    _report(summary, format_)


def _hand_over(path: Path, output: Path | None, name: str, country: str | None) -> None:
    """The finished feed to where it was asked for, in one step, so that nobody reads half of it."""
    if output is None:
        with path.open(encoding="utf-8", newline="") as feed:
            sys.stdout.writelines(feed)
        return
    try:
        if name == "acp" and not output.suffix:
            output.mkdir(parents=True, exist_ok=True)
            metadata = {} if country is None else {"target_country": country.upper()}
            (output / "metadata.json").write_text(json.dumps(metadata) + "\n", encoding="utf-8")
            output = output / "products.jsonl"
        path.chmod(0o644)
        path.replace(output)
    except OSError as error:
        raise ExportError(
            f"The feed cannot be written to {output}: {error}.", fix="name a place that can be written"
        ) from error


def _report(summary: ExportSummary, name: str) -> None:
    typer.echo(f"{summary.products:,} products as {EXPORTS[name].title}.", err=True)
    if not summary.lost:
        typer.echo("Read back, every product is as it was.", err=True)
        return
    typer.echo("Read back, these are not as they were, for want of a place in that format:", err=True)
    for field, count in sorted(summary.lost.items(), key=lambda each: -each[1]):
        typer.echo(
            f"  {NAMES.get(field, field.replace('_', ' '))}: {count:,} of {summary.products:,} products", err=True
        )
