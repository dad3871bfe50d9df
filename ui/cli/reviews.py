"""Buyers' reviews into a store: `shop index --reviews`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from assistant.build import build_embedder, build_review_alerts, build_tones
from retrieval.reviews.feed import ReviewReading, named
from retrieval.reviews.store import Reviews, ReviewSummary
from retrieval.reviews.trends import trends_of
from retrieval.store import Store

from .llm import settings_for

BAD_ROWS_TOLD = 10


def index_reviews(files: Sequence[Path], path: Path, *, keep_missing: bool = False) -> None:
    """The files' reviews into the store, instead of those that it had or beside them; a summary on standard error."""
    reading = ReviewReading(files)  # first, so that a wrong file leaves the store as it was
    settings = settings_for(path)
    alerts = build_review_alerts(settings)
    embedder, tones = build_embedder(settings), build_tones(settings)
    store = Store(path)
    try:
        kept = Reviews(store.catalog, store.chroma(settings.chroma_url), embedder)
        bar = Progress(TextColumn("Reviews {task.completed:,.0f}"), TimeElapsedColumn(), console=Console(stderr=True))
        with bar:
            task = bar.add_task("", total=None)
            done = kept.replace(
                reading, tones, keep_missing=keep_missing, progress=lambda count: bar.update(task, completed=count)
            )
        trends = trends_of(kept.everywhere()) if alerts else []
    finally:
        store.close()
    for line in told(reading, done, path):
        typer.echo(line, err=True)
    if alerts is not None:
        with closing(alerts):
            jumps = alerts.tell(trends)
        typer.echo(f"{len(jumps)} months in which reviews turned bad were told to the staff.", err=True)


def told(reading: ReviewReading, done: ReviewSummary, path: Path) -> list[str]:
    """What became of the rows, a line each."""
    lines = [f"{reading.used + len(reading.bad):,} rows read, {reading.used:,} used, {len(reading.bad):,} not."]
    lines += [f"  {bad.file}, line {bad.line}: {bad.reason}" for bad in reading.bad[:BAD_ROWS_TOLD]]
    if len(reading.bad) > BAD_ROWS_TOLD:
        lines.append(f"  … and {len(reading.bad) - BAD_ROWS_TOLD:,} more")
    if done.unknown:
        lines.append(f"{done.unknown.total():,} of products that the catalogue does not have: {named(done.unknown)}.")
    if done.repeated:
        lines.append(f"{done.repeated:,} repeat the words of another about the same product and do not count.")
    if reading.other_languages:
        lines.append(f"{reading.other_languages:,} in other languages than English: only their stars count.")
    changes = f"{done.read_anew:,} new or changed, {done.removed:,} removed"
    return [*lines, f"{done.reviews:,} reviews in {path}: {changes}."]
