"""`shop eval policies`: what other ways of choosing what is tried in suggestions would have earned, from the lists that a store logged."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assistant.build import build_embedder, build_interest
from assistant.recommending.off_policy import Interval
from assistant.recommending.policies import Valued, decisions, valued
from assistant.recommending.recommender import Recommender
from assistant.relearning.versions import with_learnt
from retrieval.dense import Dense
from retrieval.errors import BadInput
from retrieval.store import Store

from .event_files import EventFiles, events_of
from .llm import settings_for

ANY = 0.5  # what might be tried does not hang on the share


def policies(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    events: EventFiles = None,
    latest: Annotated[int, typer.Option(min=1, help="How many products tried are looked at, the latest.")] = 2_000,
    clip: Annotated[float | None, typer.Option(min=1, help="Cut weights above this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, a policy each.")] = False,
) -> None:
    """What the places for products that few have seen earned (SHOP_EXPLORE), and what they would have by other ways of choosing.

    Choices within a day for each product tried, by IPS, SNIPS and doubly robust with bootstrap 95% intervals, and the difference to what
    was shown. Rests on the `propensity` of the events `shown`.

    Example: shop eval policies --store store --json
    """
    settings = with_learnt(settings_for(store), store)
    opened = Store(store)
    with closing(opened), events_of(settings, events) as log:
        dense = Dense(opened.chroma(settings.chroma_url), build_embedder(settings))
        recommender = Recommender(opened.catalog, dense, log, build_interest(settings), explore=ANY)
        found, lost = decisions(log, recommender, latest=latest)
    if lost:
        typer.echo(f"{lost:,} products tried could not stand there today and are left out.", err=True)
    if not found:
        raise BadInput(
            "No list with a product tried is logged.", fix="set SHOP_EXPLORE, and log lists with their `propensity`"
        )
    rows = valued(found, clip=clip)
    chosen = sum(one.chosen for one in found)
    if as_json:
        for row in rows:
            print(json.dumps({**_json(row), "decisions": len(found), "chosen": chosen}), flush=True)
        return
    table = Table("", "IPS", "SNIPS", "doubly robust", "more than shown", "effective", title_justify="left")
    table.title = f"{len(found):,} products tried, {chosen:,} chosen within a day; choices for each"
    for row in rows:
        cells = (row.ips, row.snips, row.doubly_robust)
        table.add_row(row.policy, *map(_text, cells), _text(row.more, "+"), f"{row.snips.effective:.0f}")
    Console().print(table)


def _json(row: Valued) -> dict[str, object]:
    estimates = {"ips": row.ips, "snips": row.snips, "doubly_robust": row.doubly_robust, "more_than_shown": row.more}
    rounded = {
        name: {"value": round(one.value, 5), "low": round(one.low, 5), "high": round(one.high, 5)}
        for name, one in estimates.items()
    }
    return {"policy": row.policy, **rounded, "effective": round(row.snips.effective, 1), "cut": round(row.ips.cut, 4)}


def _text(one: Interval, sign: str = "") -> str:
    value, low, high = (f"{number:{sign}.4f}" for number in (one.value, one.low, one.high))
    return f"{value} [{low}, {high}]"
