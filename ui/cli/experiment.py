"""`shop experiment`: what a file of experiments says, and what came of one so far. docs/experiments.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_events
from assistant.experiments.exposures import ExposureLog
from assistant.experiments.plan import Arm, Experiment, read_plan
from assistant.experiments.report import report_of
from assistant.experiments.sequential import telling
from assistant.recommending.interest.model import Interest
from assistant.settings import Settings
from retrieval.errors import BadInput, NotFound
from retrieval.store import require_index
from ui.experiment_chart import draw

from .llm import settings_for

app = typer.Typer(
    name="experiment", help="Experiments: a file checked, and what came of one so far.", no_args_is_help=True,
    epilog="Example: shop experiment report learnt-order --store store",
)  # fmt: skip
LIKELY = 0.1  # a share of shoppers who reach a goal, for saying what can be told


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="TOML file of experiments, as SHOP_EXPERIMENTS names it.")],
) -> None:
    """Read a file of experiments, look at what its arms name, and say in words what it would do.

    Example: shop experiment check experiments.toml
    """
    plan, kept = read_plan(file), timedelta(days=Settings().keep_days)
    for one in plan.experiment:
        for arm in one.arm:
            _look_at(arm)
        for line in _said(one):
            typer.echo(line)
        if one.stop - one.start + one.within > kept:
            typer.echo(
                f"  longer than conversations are kept (SHOP_KEEP_DAYS, {kept.days}): its first shoppers will drop out"
            )
    if not plan.experiment:
        typer.echo(f"{file} names no experiment.")


@app.command("report")
def report(
    name: Annotated[str, typer.Argument(help="Name of the experiment.")],
    store: Annotated[Path, typer.Option(help="Directory of the store; it may be in use.")],
    file: Annotated[
        Path | None, typer.Option(help="TOML file of experiments; that of SHOP_EXPERIMENTS without.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Where a chart goes, as PNG.")] = None,
) -> None:
    """What can be said of an experiment now, at any time and as often as one likes: the difference, its interval, the guards.

    Example: shop experiment report learnt-order --store store --plot chart.png
    """
    settings = settings_for(store)
    file = file or settings.experiments
    if file is None:
        raise BadInput("No file of experiments is named.", fix="set SHOP_EXPERIMENTS or give --file")
    plan = read_plan(file)
    experiment = plan.get(name)
    if experiment is None:
        there = ", ".join(one.name for one in plan.experiment) or "none"
        raise NotFound(f"{file} has no experiment {name!r}.", fix=f"name one of these: {there}")
    require_index(store, "name the store that the server serves with --store")
    with closing(build_events(settings)) as events:
        found = report_of(experiment, events, ExposureLog(events), datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        for line in found.words():
            typer.echo(line)
    if plot:
        draw(found, plot)


def _look_at(arm: Arm) -> None:
    """BadInput where an arm names a folder without what it needs."""
    if arm.interest:
        Interest.read(Path(arm.interest))
    if arm.reranker and not any(Path(arm.reranker).glob("*.safetensors")):
        raise BadInput(f"No reranker in {arm.reranker}.", fix="name a folder that `shop train reranker` wrote")


def _said(one: Experiment) -> Iterator[str]:
    yield f"{one.name}: {one.start} to {one.stop} (UTC), {100 * one.share:g} % of shoppers who agreed to events"
    whole = sum(arm.weight for arm in one.arm)
    for arm in one.arm:
        sets = ", ".join(f"{key} = {value!r}" for key, value in arm.sets.items()) or "the shop as it is"
        part = "mixed with the other" if one.interleave else f"{100 * arm.weight / whole:.3g} %"
        yield f"  {arm.name}: {sets} ({part})"
    yield f"  goal: {one.goal} of what was shown, within {one.within_hours:g} hours"
    for guard in one.guard:
        ends = "stops it" if one.stop_when_broken else "is told, and stops nothing"
        yield f"  guard: {guard.metric} at most {guard.worse_by:g} worse; broken, it {ends}"
    if not one.interleave:
        first, *others = [arm.weight / whole for arm in one.arm]
        least = 100 * max(telling(one.visitors, (first, part), LIKELY, len(others)) for part in others)
        yield f"  {one.visitors:,} shoppers, of whom one in ten reaches the goal, tell differences from about {least:.1f} points"
