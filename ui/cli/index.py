"""`shop index`: feeds into a store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.catalog_help.corrections import corrected, corrections
from retrieval.feed import FeedSummary, read_feed
from retrieval.feeds.formats import FORMATS
from retrieval.feeds.losses import KINDS, Loss
from retrieval.feeds.metadata import feed_in
from retrieval.feeds.report import FeedQuality
from retrieval.index import IndexSummary, build_index
from retrieval.policies.pages import read_policies
from retrieval.store import Store

from .feed import write_report
from .policies import index_policies
from .reviews import index_reviews

STEPS = {"read": "Reading", "embed": "Embedding"}


class Rate(ProgressColumn):
    """Products per second of the step."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f} products/s")


def index(
    feeds: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FEED…", help="JSONL, CSV, TSV, XML, HTML or Parquet, or a folder with products.jsonl; .gz is fine."
        ),
    ] = None,
    *,
    store: Annotated[Path, typer.Option(help="Directory of the store; made when it is not there.")],
    rejects: Annotated[Path | None, typer.Option(help="Where unusable rows go. [default: STORE/rejects.jsonl]")] = None,
    currency: Annotated[str, typer.Option(help="Currency of prices that name none (ISO 4217).")] = "USD",
    keep_missing: Annotated[
        bool, typer.Option("--keep-missing", help="Keep products that these feeds do not have.")
    ] = False,
    format_: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}. [default: told by the content]")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write there how good the feed is: a page, or JSON if the name ends in .json.")
    ] = None,
    policies: Annotated[
        Path | None, typer.Option(help="Folder of policy pages (Markdown, HTML, text, PDF), instead of those before.")
    ] = None,
    policies_url: Annotated[str | None, typer.Option(help="Where those pages stand on the web, for links.")] = None,
    reviews: Annotated[
        list[Path] | None, typer.Option(help="Buyers' reviews (JSONL, CSV), instead of those before; may be repeated.")
    ] = None,
) -> None:
    """Read product feeds, check them, and build or update the index: only what changed is embedded again.

    What was accepted by `shop catalog accept` is filled in where the feeds leave it empty.
    With --policies the shop's texts are indexed too, with --reviews what buyers say; without a feed they go into a store that is there.

    Example: shop index demo/products.jsonl --policies demo/policies --store store
    """
    if not feeds and policies is None and not reviews:
        raise typer.BadParameter("name a feed, or --policies DIR or --reviews FILE for a store that is there")
    if policies is not None:
        read_policies(policies)  # a wrong folder is an error before anything is indexed
    if feeds:
        index_feeds(
            feeds, store, rejects=rejects, currency=currency, keep_missing=keep_missing, form=format_, report=report
        )
    if policies is not None:
        index_policies(policies, store, policies_url)
    if reviews:
        index_reviews(reviews, store, keep_missing=keep_missing)


def index_feeds(
    feeds: list[Path],
    path: Path,
    *,
    rejects: Path | None = None,
    currency: str = "USD",
    keep_missing: bool = False,
    form: str | None = None,
    report: Path | None = None,
) -> None:
    """Feeds, with the store's corrections, into the store directory, with a progress bar and a summary on standard error."""
    settings = Settings()
    accepted = corrections(path)
    embedder = build_embedder(settings)
    store = Store(path, create=True)
    try:
        reading = read_feed(feeds, rejects or path / "rejects.jsonl", currency=currency, form=form)
        quality = FeedQuality()
        with _progress() as bars:
            tasks = {step: bars.add_task(name, total=None) for step, name in STEPS.items()}
            summary = build_index(
                corrected(quality.watch(reading) if report else reading, accepted),
                store,
                embedder,
                keep_missing=keep_missing,
                chroma_url=settings.chroma_url,
                progress=lambda step, done, total: bars.update(tasks[step], completed=done, total=total),
            )
        store.write_manifest(feeds=feeds_digest(feeds))
        _report(reading.summary, summary, rejects or path / "rejects.jsonl", path)
        if report is not None:
            write_report(quality.report([feed.name for feed in feeds], reading.summary), report)
    finally:
        store.close()


def feeds_digest(feeds: list[Path]) -> str:
    """What tells one version of these feeds from another: a digest of their bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for feed in feeds:
        with feed_in(feed).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def losses_told(losses: Sequence[Loss]) -> list[str]:
    """A line for each kind of loss and one for each column of it."""
    lines: list[str] = []
    for kind, meaning in KINDS.items():
        found = [loss for loss in losses if loss.kind == kind]
        if found:
            lines.append(f"{meaning[0].upper()}{meaning[1:]}:")
        for loss in found:
            lines.append(f"  {loss.column}: {loss.values:,} in {loss.rows:,} rows, such as {loss.example}")
    return lines


def _report(read: FeedSummary, done: IndexSummary, rejects: Path, store: Path) -> None:
    counts = f"{read.read:,} rows read, {read.used:,} used, {read.rejected:,} rejected"
    lines = [f"{counts}, {read.duplicates:,} with an id seen before (the last wins)."]
    lines += [f"{name} was read as: {form}." for name, form in read.formats]
    lines += [f"metadata.json of {folder}: {told}." for folder, told in read.metadata]
    lines += [f"{name} is not UTF-8; it was read as {encoding}." for name, encoding in read.encodings]
    if read.rejected:
        lines.append(f"Rejected rows, with line, field and reason: {rejects}")
        lines += [f"  for the {each.field}, {each.rows:,}: {each.example}" for each in read.rejects]
    lines += losses_told(read.losses)
    rate = f" at {done.embedded / done.embed_seconds:,.0f} products/s" if done.embedded else ""
    changes = f"{done.changed:,} new or changed, {done.removed:,} removed, {done.embedded:,} embedded{rate}"
    lines.append(f"{done.products:,} products in {store}: {changes}.")
    for line in lines:
        typer.echo(line, err=True)
