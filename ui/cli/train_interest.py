"""`shop train interest`: a model of what shoppers choose, learnt from a shop's own events."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_embedder
from assistant.recommending.interest.context import KINDS, Kind
from assistant.recommending.interest.model import FILE, Interest, roll_back
from assistant.recommending.interest.training import contest
from retrieval.dense import Dense
from retrieval.errors import BadInput
from retrieval.store import Store

from .event_files import EventFiles, events_of
from .figures import figure_text
from .llm import settings_for

K = 10
NONE = "none"


def interest(
    out: Annotated[Path, typer.Option(help="Where the model goes; SHOP_INTEREST names this folder.")],
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`.")] = None,
    events: EventFiles = None,
    last: Annotated[float, typer.Option(min=0.01, max=0.99, help="Share of the time that it is measured on.")] = 0.2,
    context: Annotated[
        str | None,
        typer.Option(
            help="Look at when and where too: season, hours, region, with commas between, or none. "
            "By default what the model in --out looks at."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, store and events give the same model.")] = 7,
    force: Annotated[bool, typer.Option(help="Write it though it is no better than what is used now.")] = False,
    rollback: Annotated[bool, typer.Option(help="Put the previous model back instead.")] = False,
) -> None:
    """Learn from what shoppers were shown and chose how probably they choose a product, and order suggestions by it.

    It learns from the first part of the time and is compared on the last with the model in --out, or without one with the sources' own
    order. Only what is better there beyond chance (95%) is written; the model before it is kept beside it.

    Example: shop train interest --store store --events simulated.jsonl --out my-interest
    """
    if rollback:
        roll_back(out)
        typer.echo(f"The previous model is in use again in {out}, the other one is kept beside it.")
        return
    if store is None:
        raise typer.BadParameter("give the store with --store")
    settings = settings_for(store)
    there = in_use(out, force=force)
    used = None if force else there
    kinds = kinds_of(context) if context is not None else there.context if there else ()
    opened = Store(store)
    with closing(opened), events_of(settings, events) as log:
        dense = Dense(opened.chroma(settings.chroma_url), build_embedder(settings))
        model, found = contest(log, opened.catalog, dense, used, last=last, seed=seed, k=K, context=kinds)
    against = f"the model in {out}" if used else "the sources' own order"
    typer.echo(
        f"nDCG@{K} of {found.new.requests:,} shoppers: {figure_text(found.new)}; {against}: {figure_text(found.now)}; "
        f"{figure_text(found.gain, signed=True)}."
    )
    typer.echo(f"Of when and where it looks at: {', '.join(kinds) or NONE}.")
    if not found.better and not force:
        typer.echo("It is no better beyond chance, so nothing was written. --force writes it all the same.", err=True)
        raise typer.Exit(1)
    model.keep(out)
    typer.echo(f"The model is in {out}; SHOP_INTEREST={out} uses it.")


def in_use(out: Path, *, force: bool) -> Interest | None:
    """The model in the folder, None without one. BadInput for one that cannot be read, unless it is to be written over."""
    if not (out / FILE).is_file():
        return None
    try:
        return Interest.read(out)
    except BadInput:
        if force:
            return None
        raise


def kinds_of(named: str) -> tuple[Kind, ...]:
    """The kinds of context that are named, with commas between; NONE names none."""
    asked = {name.strip() for name in named.split(",") if name.strip()} - {NONE}
    if unknown := asked - set(KINDS):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))} is none of {', '.join(KINDS)}, {NONE}")
    return tuple(kind for kind in KINDS if kind in asked)
