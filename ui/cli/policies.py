"""`shop policies`: the shop's texts: read into a store with `shop index --policies`, and what people asked that they do not answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_embedder
from assistant.settings import Settings
from assistant.unanswered import Unanswered
from retrieval.policies.pages import read_policies
from retrieval.policies.passages import Policies
from retrieval.store import UNANSWERED, Store, require_index

app = typer.Typer(
    name="policies", help="The shop's texts, and what they do not answer.", no_args_is_help=True,
    epilog="Example: shop policies unanswered --store store",
)  # fmt: skip


@app.callback()
def policies() -> None:
    """The shop's texts, and what they do not answer."""


@app.command("unanswered")
def unanswered(
    store: Annotated[Path, typer.Option(help="Directory of the store; it may be in use.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a line on standard output.")] = False,
) -> None:
    """What shoppers asked and no policy text answered, the most frequent first.

    Example: shop policies unanswered --store store
    """
    require_index(store)
    found = Unanswered(store / UNANSWERED).asked()
    if not found:
        typer.echo("Every question so far found a text.", err=True)
    for one in found:
        line = (
            json.dumps(asdict(one), ensure_ascii=False) if as_json else f"{one.times:>5} × {one.question}  ({one.last})"
        )
        typer.echo(line)


def index_policies(folder: Path, path: Path, base_url: str | None = None) -> None:
    """The folder's texts into the store, instead of those that it had; a summary on standard error."""
    passages = read_policies(folder, base_url)  # first, so that a wrong folder leaves the store as it was
    settings = Settings()
    embedder = build_embedder(settings)
    store = Store(path)
    try:
        done = Policies(store.catalog, store.chroma(settings.chroma_url), embedder).replace(passages)
    finally:
        store.close()
    changes = f"{done.embedded:,} new or changed, {done.removed:,} removed"
    typer.echo(f"{done.passages:,} policy passages in {path}: {changes}.", err=True)
