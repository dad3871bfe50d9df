"""`shop test --simulate`: simulated shoppers played against a store's assistant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from assistant import Assistant
from assistant.simulated.goals import Goal, draw_goals, read_goals
from assistant.simulated.run import Dialogue, simulate
from retrieval.errors import BadInput

from ..simulation_report import failures_yaml, headline, rates, tables
from .played import each

FAILURES = "simulated.yaml"


@dataclass(frozen=True)
class Shoppers:
    """Who is simulated. goals: a file of real requests; None: goals are drawn from the catalogue."""

    count: int
    goals: Path | None
    seed: int


def simulate_shoppers(shoppers: Shoppers, store: Path, *, jobs: int, as_json: bool, failures: Path | None) -> None:
    """Plays and reports. failures: a folder where those that left without it are written as stories."""
    with Assistant.open(store) as assistant:
        try:
            goals = _goals(shoppers, assistant)
        except BadInput as error:
            typer.secho(f"shop: {error.detail}", err=True, fg="red")
            typer.echo(f"      Fix: {error.fix}", err=True)
            raise typer.Exit(2) from error
        dialogues = each(
            lambda goal: simulate(goal, assistant, shoppers.seed), goals, jobs=jobs, description="Shoppers"
        )
    if failures is not None:
        _keep(dialogues, failures)
    if as_json:
        report = {
            "seed": shoppers.seed,
            **rates(dialogues).to_json(),
            "dialogues": [one.to_json() for one in dialogues],
        }
        print(json.dumps(report, ensure_ascii=False))
    else:
        _show(dialogues, Console())


def _goals(shoppers: Shoppers, assistant: Assistant) -> list[Goal]:
    if shoppers.goals is None:
        return draw_goals(assistant.products(), shoppers.count, shoppers.seed)
    try:
        text = shoppers.goals.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{shoppers.goals} cannot be read: {error}") from error
    products = {product.id: product for product in assistant.products()}
    goals, left_out = read_goals(text, str(shoppers.goals), products, count=shoppers.count, seed=shoppers.seed)
    if left_out:
        typer.echo(f"{left_out} requests name no product of this store and are left out.", err=True)
    if len(goals) < shoppers.count:
        typer.echo(f"There are {len(goals)} requests; each is asked once.", err=True)
    return goals


def _show(dialogues: list[Dialogue], console: Console) -> None:
    found = rates(dialogues)
    for table in tables(found):
        console.print(table)
    console.print(headline(found, judged=any(one.goal.wanted for one in dialogues)), highlight=False, soft_wrap=True)


def _keep(dialogues: list[Dialogue], folder: Path) -> None:
    written = failures_yaml(dialogues)
    if not written:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FAILURES).write_text(written, encoding="utf-8")
    typer.echo(f"The failures stand as stories in {folder / FAILURES}. Keep those that show a fault.", err=True)
