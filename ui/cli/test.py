"""`shop test`: scripted dialogues played against a store's assistant, with a report that CI reads; and a live chat made into one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assistant import Assistant
from assistant.scripted.files import Scripted, StoryError, read_stories
from assistant.scripted.minimize import minimize
from assistant.scripted.record import record
from assistant.scripted.run import Result, play
from assistant.stories import schema

from ..story_report import diff, junit, report_json, status, summarize
from .demo import store_or_demo
from .played import each
from .simulate import Shoppers, simulate_shoppers

Runs = list[list[Result]]


@dataclass(frozen=True)
class Playing:
    """How stories are played: how often each, and how many at a time."""

    repeat: int
    jobs: int


def run_stories(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files of stories, or folders of them.")] = None,
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="JUnit XML to write.")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Play each story K times; it passes when all do (pass^k).")] = 1,
    jobs: Annotated[
        int, typer.Option(min=1, help="Play so many at a time; worth it with a language model server.")
    ] = 1,
    shorten: Annotated[
        bool, typer.Option("--minimize", help="Print each story that fails with the turns that matter.")
    ] = False,
    record_to: Annotated[
        Path | None, typer.Option("--record", help="Talk, and add the conversation to this file as a story.")
    ] = None,
    name: Annotated[str, typer.Option(help="With --record: the story's name.")] = "a recorded conversation",
    shoppers: Annotated[int, typer.Option("--simulate", min=0, help="Play so many simulated shoppers instead.")] = 0,
    goals: Annotated[
        Path | None,
        typer.Option(
            help="With --simulate: real requests, one a line or graded; the catalogue's own products without."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="With --simulate: what is drawn and how it is said.")] = 0,
    failures: Annotated[
        Path | None, typer.Option(help="With --simulate: a folder for those that failed, as stories.")
    ] = None,
    print_schema: Annotated[bool, typer.Option("--schema", help="The JSON schema of a file of stories.")] = False,
) -> None:
    """Play scripted dialogues and report: exit 1 when a story fails, 2 when one cannot be read.

    Example: shop test tests/stories --store store --junit stories.xml

    Simulated shoppers: shop test --simulate 50 --seed 7 --store store
    """
    for written in (junit_file, record_to):
        if written is not None:
            written.parent.mkdir(parents=True, exist_ok=True)
    if print_schema:
        print(json.dumps(schema(), ensure_ascii=False, indent=2))
    elif record_to is not None:
        _record(store_or_demo(store), record_to, name)
    elif shoppers:
        drawn = Shoppers(shoppers, goals, seed)
        simulate_shoppers(drawn, store_or_demo(store), jobs=jobs, as_json=as_json, failures=failures)
    elif not paths:
        raise typer.BadParameter("give a file of stories or a folder of them, or --simulate")
    elif shorten:
        _minimize(_read(paths), store_or_demo(store))
    else:
        _test(_read(paths), store_or_demo(store), Playing(repeat, jobs), as_json, junit_file)


def _read(paths: Sequence[Path]) -> list[Scripted]:
    try:
        return read_stories(paths)
    except StoryError as error:
        typer.secho(error.detail, err=True, fg="red")
        typer.echo(f"Fix: {error.fix}", err=True)
        raise typer.Exit(2) from error


def _test(stories: Sequence[Scripted], store: Path, how: Playing, as_json: bool, junit_file: Path | None) -> None:
    with Assistant.open(store) as assistant:
        runs: Runs = each(
            lambda story: [play(story, assistant) for _ in range(how.repeat)],
            stories, jobs=how.jobs, description="Stories",
        )  # fmt: skip
    if junit_file is not None:
        junit_file.write_text(junit(runs), encoding="utf-8")
    if as_json:
        print(json.dumps(report_json(runs), ensure_ascii=False))
    else:
        show(runs, Console())
    if not all(result.passed for results in runs for result in results):
        raise typer.Exit(1)


def _minimize(stories: Sequence[Scripted], store: Path) -> None:
    """Each story that fails, known or not, as YAML with the turns that its failure needs; exit 1 when there is one."""
    failed = False
    with Assistant.open(store) as assistant:
        for story in stories:
            result = play(story, assistant)
            if result.as_expected:
                continue
            failed = True
            short = minimize(result, assistant)
            print(short.yaml)
            turns = f"{short.turns_before} turns, {len(short.story.turns)} matter ({short.plays} plays)"
            typer.echo(f"{story.place}: {story.story.story}: {turns}", err=True)
    if failed:
        raise typer.Exit(1)
    typer.echo("No story fails, so there is nothing to shorten.", err=True)


def show(runs: Sequence[Sequence[Result]], console: Console) -> None:
    """The report for people: each failure as a diff, a row a file, the sums."""
    for results in runs:
        if failed := next((result for result in results if not result.passed), None):
            console.print(diff(failed), markup=False, highlight=False, soft_wrap=True, end="\n\n")
    table = Table("file", "passed", "failed", "known to fail")
    for file in dict.fromkeys(results[0].scripted.file for results in runs):
        found = [status(results) for results in runs if results[0].scripted.file == file]
        wrong = found.count("failed") + found.count("repaired")
        table.add_row(str(file), str(found.count("passed")), str(wrong), str(found.count("known")))
    console.print(table)
    summary = summarize(runs)
    console.print(
        f"{summary.passed} of {summary.stories} stories as expected, {summary.known} of them known to fail; "
        f"pass^{summary.repeats} {summary.pass_k:.3f}; {summary.turns} turns, "
        f"p50 {summary.latency_p50_ms:.0f} ms, p95 {summary.latency_p95_ms:.0f} ms a turn",
        highlight=False,
        soft_wrap=True,
    )


def _record(store: Path, file: Path, name: str) -> None:
    if file.is_file() and name in {one.story.story for one in _read([file])}:
        raise typer.BadParameter(f"a story “{name}” stands in {file} already; give another --name")
    typer.echo("Talk as a shopper; an empty line or Ctrl-D ends and keeps the story.", err=True)
    with Assistant.open(store) as assistant:
        written = record(assistant, (line.rstrip("\r\n") for line in sys.stdin), name, typer.echo)
    if not written:
        raise typer.BadParameter("nothing was said, so there is no story to keep")
    before = file.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if file.is_file() else ""
    file.write_text(before + written, encoding="utf-8")
    typer.echo(f"Added “{name}” to {file}. Take out what need not hold, and add what should.", err=True)
