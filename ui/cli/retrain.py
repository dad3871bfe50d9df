"""`shop retrain`: models learnt anew from the shop's own events, for a schedule. docs/retrain.md."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from assistant.relearning.following import LOOK_EVERY_S
from assistant.relearning.retrain import MEASURES, Outcome, Terms, retrain
from assistant.relearning.versions import FOLDER, KINDS, put_back, versions_of, with_learnt
from retrieval.errors import StoreBusy
from retrieval.evaluate import Compared
from retrieval.store import copied, require_index

from .event_files import EventFiles, events_of
from .figures import figure_text
from .llm import settings_for

_DEFAULTS = Terms()
TAKEN_UP = f"a running server takes it up within {LOOK_EVERY_S:.0f} seconds and the time to load it."
AS_BEFORE = 3  # exit code: nothing was better, and nothing changed


def run(
    store: Annotated[Path, typer.Option(help="Directory of the store; it may be in use.")],
    rollback: Annotated[bool, typer.Option("--rollback", help="Put the versions before the latest ones back.")] = False,
    events: EventFiles = None,
    last: Annotated[
        float, typer.Option(min=0.01, max=0.99, help="Share of the time that models are measured on.")
    ] = _DEFAULTS.last,
    steps: Annotated[int, typer.Option(min=1, help="Of the reranker's training at most.")] = _DEFAULTS.steps,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, store and events learn the same.")] = _DEFAULTS.seed,
    as_json: Annotated[bool, typer.Option("--json", help="One object on one line.")] = False,
) -> None:
    """Learn anew from what shoppers did what suggestions and searches are ordered by, and use it if it is better on the last days.

    It asks nothing. Exit code 0: something changed, which a running server takes up within seconds; 3: nothing was better; 1: it failed.

    Example: shop retrain --store store --json
    """
    require_index(store)
    (store / FOLDER).mkdir(exist_ok=True)
    try:
        with FileLock(store / FOLDER / "lock", timeout=0):
            _put_back(store, as_json) if rollback else _retrain(store, events, Terms(last, steps, seed), as_json)
    except Timeout:
        raise StoreBusy(f"Another process retrains the models of {store}.", fix="wait until it ends") from None


def _retrain(store: Path, events: Sequence[Path] | None, terms: Terms, as_json: bool) -> None:
    started, own = time.monotonic(), settings_for(store)
    named = [kind for kind in KINDS if getattr(own, kind) is not None]
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    with copied(store) as copy, events_of(own, events) as log, TemporaryDirectory(prefix="shop-") as folder:
        outcomes = retrain(copy, log, with_learnt(own, store), named, Path(folder), terms)
        for one in outcomes:
            if one.made:
                versions_of(store)[one.kind].take(one.made, name)
    taken = any(one.made for one in outcomes)
    if as_json:
        found = {one.kind: one.to_json() for one in outcomes}
        print(
            json.dumps({"version": name if taken else None, **found, "seconds": round(time.monotonic() - started, 1)})
        )
    else:
        for one in outcomes:
            typer.echo(_said(one))
        typer.echo(f"Version {name} is in use; {TAKEN_UP}" if taken else "All is as it was before.")
    if not taken:
        raise typer.Exit(AS_BEFORE)


def _put_back(store: Path, as_json: bool) -> None:
    now = {kind: folder.name if folder else None for kind, folder in put_back(store).items()}
    if as_json:
        print(json.dumps({"put_back": now}))
        return
    for kind, name in now.items():
        used = f"version {name}" if name else "what came with the product"
        typer.echo(f"{kind}: {used} is in use; {TAKEN_UP}")


def _said(one: Outcome) -> str:
    if one.found is None:
        return f"{one.kind}: {one.end}. {one.detail}"
    said = (
        f"{one.kind}: {one.end}. {MEASURES[one.kind]} over {one.found.new.requests:,} shoppers: {_figures(one.found)}."
    )
    new = one.new_words
    return f"{said} Over {new.new.requests:,} needs not learnt from: {_figures(new)}." if new else said


def _figures(found: Compared) -> str:
    return f"{figure_text(found.new)}, now {figure_text(found.now)}, {figure_text(found.gain, signed=True)}"
