"""`shop eval dialogue`: labelled dialogues played against a shop from beginning to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from assistant import Assistant
from assistant.contract import constraints_json
from assistant.labelled.evaluate_dialogue import DialogueReport, dialogue_report, dialogues_of, play
from assistant.labelled.labels import read_examples

from .demo import store_or_demo


def dialogue(
    files: Annotated[list[Path], typer.Argument(help="Labelled dialogues, JSON lines or marks in the text.")],
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, a file each.")] = False,
    misses: Annotated[int, typer.Option(min=0, help="How many turns to show whose need came out otherwise.")] = 0,
) -> None:
    """Intents, the need after each turn, bounds kept, turns without products, time: every turn after the shop's own answers.

    Example: shop eval dialogue dialogues_dev.jsonl --store store
    """
    labelled = {path: dialogues_of(read_examples(path)) for path in files}
    with Assistant.open(store_or_demo(store)) as assistant:
        for path, dialogues in labelled.items():
            turns = sum(map(len, dialogues))
            played = track(play(dialogues, assistant), path.name, total=turns, console=Console(stderr=True))
            report = dialogue_report(list(played))
            if as_json:
                print(json.dumps({"file": path.name, **report.to_json()}, ensure_ascii=False), flush=True)
            else:
                show(path.name, len(dialogues), report, misses)


def show(name: str, dialogues: int, report: DialogueReport, misses: int) -> None:
    """The report for people."""
    console, slots = Console(), report.goal_slots
    lines = (
        f"{name}: {dialogues} dialogues, {report.turns} turns",
        f"intent accuracy {report.intent_accuracy:.3f}",
        f"need as labelled after {report.joint_goal_accuracy:.3f} of the turns (joint goal accuracy)",
        f"its constraints: F1 {slots.f1:.3f}, precision {slots.precision:.3f}, recall {slots.recall:.3f}",
        f"{report.shown} products shown, {report.over_bounds} of them outside a price bound",
        f"turns that looked for something and showed nothing: {report.empty:.3f}; turns that failed: {report.faults}",
        f"ms a turn: {report.p50_ms:.0f} p50, {report.p95_ms:.0f} p95",
    )
    console.print("\n".join(lines), markup=False, highlight=False)
    for turn in report.misses[:misses]:
        wanted, got = constraints_json(turn.wanted), constraints_json(turn.reply.constraints)
        apart = {key: (wanted[key], got[key]) for key in wanted if wanted[key] != got[key]}
        console.print(f"\n{turn.example.message}\n  labelled, got: {apart}", markup=False, highlight=False)
