"""`shop eval`: measure a part on labelled files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.build import build_parser
from assistant.labelled.evaluate import F1, Report, read_all, score, with_measures
from assistant.labelled.labels import read_examples
from assistant.labelled.reliability import Reliability
from assistant.settings import Settings

from .confusion_plot import draw_confusion

app = typer.Typer(name="eval", help="Measure.", no_args_is_help=True)


@app.callback()
def evaluate() -> None:
    """Measure."""


@app.command()
def parser(
    files: Annotated[list[Path], typer.Argument(help="Labelled messages or dialogues, JSON lines.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, a file each.")] = False,
    adapter: Annotated[Path | None, typer.Option(help="Folder of another adapter.")] = None,
    card: Annotated[Path | None, typer.Option(help="A model card to write the figures into.")] = None,
    misses: Annotated[int, typer.Option(min=0, help="How many messages read otherwise to show.")] = 0,
    plot: Annotated[Path | None, typer.Option(help="A PNG to draw the confusion matrix of all intents into.")] = None,
) -> None:
    """Intents, slots, whole frames and how far confidence can be trusted, by file.

    Example: shop eval parser goals_dev.gold.jsonl dialogues_dev.jsonl
    """
    labelled = {path: read_examples(path) for path in files}
    settings = Settings() if adapter is None else Settings(parser=adapter)
    read = build_parser(settings)
    reports: dict[str, Report] = {}
    for path, examples in labelled.items():
        progress = track(
            read_all(read, examples), description=path.name, total=len(examples), console=Console(stderr=True)
        )
        reports[path.name] = report = score(examples, list(progress))
        if as_json:
            print(json.dumps({"file": path.name, **report.to_json()}, ensure_ascii=False), flush=True)
        else:
            show(path.name, report, misses)
    if plot is not None:
        draw_confusion([report.confusion for report in reports.values()], plot)
    if card is not None:
        command = f"shop eval parser {' '.join(reports)}"
        text = with_measures(card.read_text(encoding="utf-8"), reports, command, datetime.now(UTC).date())
        card.write_text(text, encoding="utf-8")


def show(name: str, report: Report, misses: int) -> None:
    """The report for people."""
    console = Console()
    table = Table(title=f"{name}, {report.messages} messages", title_justify="left")
    for heading in ("", "F1", "precision", "recall", "labelled"):
        table.add_column(heading, justify="left" if not heading else "right")
    for label, figures in (("all slots", report.slots), ("price slots", report.price_slots), *report.by_slot.items()):
        table.add_row(label, *_row(figures))
    console.print(table)
    console.print(
        f"intent accuracy {report.intent_accuracy:.3f}, macro-F1 {report.intent_macro_f1:.3f}, whole frames {report.frames:.3f}",
        highlight=False,
    )
    if report.refs is not None:
        console.print(f"references exactly right {report.refs:.3f} of {report.ref_messages} messages", highlight=False)
    show_confusion(console, report)
    show_reliability(console, report.reliability)
    for miss in report.misses[:misses]:
        console.print(f"\n{miss.message}\n  label: {miss.wanted}\n  read:  {miss.got}", markup=False, highlight=False)


def show_confusion(console: Console, report: Report) -> None:
    """A line for each intent that was also read as another."""
    for wanted, read in report.confusion.items():
        if others := [f"{got} {count}" for got, count in read.items() if got != wanted]:
            told = f"  {wanted}: {read.get(wanted, 0)} right, also read as {', '.join(others)}"
            console.print(told, markup=False, highlight=False)


def show_reliability(console: Console, found: Reliability) -> None:
    """A line for each bin of confidence that holds a reading."""
    table = Table(title=f"confidence, expected error {found.expected_error:.3f}", title_justify="left")
    for heading in ("from", "to", "messages", "mean", "whole frames right"):
        table.add_column(heading, justify="right")
    for b in found.bins:
        table.add_row(f"{b.low:.1f}", f"{b.high:.1f}", str(b.messages), f"{b.confidence:.3f}", f"{b.right:.3f}")
    console.print(table)


def _row(figures: F1) -> tuple[str, str, str, str]:
    return f"{figures.f1:.3f}", f"{figures.precision:.3f}", f"{figures.recall:.3f}", str(figures.wanted)
