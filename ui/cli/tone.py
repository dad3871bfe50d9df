"""`shop train sentiment` and `shop eval sentiment`: the model that reads how sentences of reviews sound."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assistant.build import build_tones
from assistant.settings import Settings
from retrieval.models import model_path
from retrieval.reviews.tone import TONES, Labelled, ToneReport, read_labelled, score_tones


def train(
    own: Annotated[list[Path], typer.Argument(help="Your labelled sentences: lines of tone, tab, sentence.")],
    beside: Annotated[list[Path] | None, typer.Option(help="More of them, such as VADER's ground truth.")] = None,
    out: Annotated[Path, typer.Option(help="Where the head goes.")] = Path("models/tone"),
) -> None:
    """Fit the head that reads tones on labelled sentences.

    Example: shop train sentiment models/tone/sentences.tsv --out my-tones
    """
    from retrieval.reviews.tone_network import SentenceFeatures  # imports torch, which takes seconds
    from retrieval.reviews.tone_train import ToneRecipe, train_tones

    sentences = [one for path in own for one in read_labelled(path)]
    others = [one for path in beside or () for one in read_labelled(path)]
    features = SentenceFeatures(model_path("all-minilm-l6-v2"), threads=Settings().threads)
    train_tones(sentences, others, features, ToneRecipe(), out)
    typer.echo(f"Learnt from {len(sentences):,} and {len(others):,} sentences; the head is in {out}.", err=True)


def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled sentences: lines of tone, tab, sentence.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object on standard output.")] = False,
    misses: Annotated[int, typer.Option(min=0, help="How many sentences read otherwise to show.")] = 0,
) -> None:
    """Accuracy, macro-F1 and confusions of the model that reads how sentences of reviews sound.

    Where a line has the stars of the review after a second tab, they are used as in a shop.

    Example: shop eval sentiment models/tone/held_out.tsv
    """
    labelled = read_labelled(file)
    heard = build_tones(Settings()).read([one.sentence for one in labelled])
    heard = [one.in_review(known.stars) for one, known in zip(heard, labelled, strict=True)]
    report = score_tones(labelled, heard)
    always = _always_the_commonest(labelled)
    if as_json:
        told = {name: value for name, value in asdict(report).items() if name not in ("confusion", "misses")}
        print(json.dumps({**told, "always_the_commonest": always}))
        return
    show(report, file.name, always)
    for sentence, wanted, got in report.misses[:misses]:
        typer.echo(f"{wanted}, read as {got}: {sentence}")


def show(report: ToneReport, name: str, always: float) -> None:
    """The report for people."""
    console, (low, high) = Console(), report.interval
    table = Table(title=f"{name}, {report.sentences} sentences", title_justify="left")
    for heading in ("labelled", *(f"read {tone}" for tone in TONES), "F1"):
        table.add_column(heading, justify="left" if heading == "labelled" else "right")
    for wanted in TONES:
        table.add_row(wanted, *(str(report.confusion[wanted, got]) for got in TONES), f"{report.f1[wanted]:.3f}")
    console.print(table)
    told = (
        f"accuracy {report.accuracy:.3f} [{low:.3f}, {high:.3f}], macro-F1 {report.macro_f1:.3f},"
        f" read as the opposite {report.turned}, always the commonest {always:.3f}"
    )
    console.print(told, highlight=False)


def _always_the_commonest(labelled: list[Labelled]) -> float:
    """The accuracy of whoever says the commonest tone of every sentence."""
    return max(sum(one.tone == tone for one in labelled) for tone in TONES) / len(labelled)
