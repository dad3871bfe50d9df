"""`shop models`: the pinned models and what is here of them; `shop models pull` fetches what is missing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from retrieval.models import ModelHome, ModelStatus, model_statuses, pull

app = typer.Typer(
    name="models",
    help="The pinned models: what each is for, where it comes from, its licence, and whether it is here.",
    epilog="Example: shop models --json",
    invoke_without_command=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, a model each.")]


@app.callback()
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """List the pinned models.

    Example: shop models
    """
    if context.invoked_subcommand is None:
        _print(model_statuses(), as_json)


@app.command("pull", epilog="Example: shop models pull all-minilm-l6-v2")
def pull_models(
    names: Annotated[list[str] | None, typer.Argument(help="Which models; all when none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what is missing, check it against the pinned hashes, and make it ready.

    SHOP_MODEL_DIR names a folder to take the files from first; SHOP_MODEL_HUB=1 allows asking a model hub; SHOP_CACHE says
    where models are kept.
    """
    home = ModelHome.from_environment()
    if home.hub:
        os.environ["HF_HUB_OFFLINE"] = "0"  # `shop` forbids it otherwise, and whoever allows the hub means it
    with _progress_bar() as progress:
        statuses = pull(names, home=home, progress=progress)
    _print(statuses, as_json)


class _TerminalProgress:
    """One line on standard error for the work under way; where that is no terminal, a line when it begins."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def step(self, text: str, total: int | None) -> None:
        if not self._bars.console.is_terminal:
            self._bars.console.print(text)
            return
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(text, total=total)

    def advance(self, amount: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, amount)


@contextmanager
def _progress_bar() -> Iterator[_TerminalProgress]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _TerminalProgress(bars)


def _print(statuses: list[ModelStatus], as_json: bool) -> None:
    if as_json:
        for status in statuses:
            print(json.dumps(_as_json(status), ensure_ascii=False))
        return
    console = Console()
    console.print(_table(statuses))
    for status in statuses:  # apart from the table: a path that is cut or folded cannot be copied
        console.print(f"{status.spec.name}: {status.path}", soft_wrap=True, highlight=False)


def _as_json(status: ModelStatus) -> dict[str, Any]:
    spec = status.spec
    return {
        "name": spec.name,
        "purpose": spec.purpose,
        "licence": spec.licence,
        "parameters": spec.parameters,
        "source": status.source,
        "size_bytes": status.size,
        "here": status.here,
        "path": str(status.path),
        "files": [{"path": file.path, "size_bytes": file.size, "sha256": file.sha256} for file in spec.files],
    }


def _table(statuses: list[ModelStatus]) -> Table:
    table = Table("model", "for", "licence", "from", "size", "here", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for status in statuses:
        size = f"{status.size / 1e6:.1f} MB" if status.size else "–"
        here = "yes" if status.here else "no"
        table.add_row(status.spec.name, status.spec.purpose, status.spec.licence, status.source, size, here)
    return table
