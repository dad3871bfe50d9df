"""`shop privacy`: what is kept of a visitor, shown and erased; what is too old, deleted; the key. docs/privacy.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.build import build_places
from assistant.privacy.kept import Gone, Periods, Places, erase, kept_of
from assistant.privacy.seal import new_key
from assistant.sessions_sql import SqlSessions
from retrieval.errors import BadInput
from retrieval.store import require_index
from ui.sites import read_sites
from ui.visitor import TOKEN, hashed

from .demo import demo_path
from .llm import settings_for

app = typer.Typer(
    name="privacy", help="What is kept of a visitor: shown, erased, deleted when it is old.", no_args_is_help=True,
    epilog="Example: shop privacy export --visitor kQ3vUe2xW8mZr5tYb7nLpA --store store",
)  # fmt: skip
StorePath = Annotated[
    Path | None, typer.Option("--store", help="Directory of the store, which may be in use; the demo shop's without.")
]
Visitor = Annotated[
    str | None,
    typer.Option(
        help="The token that the visitor's browser sends as X-Visitor, its SHA-256, or whom `shop events import` named."
    ),
]
SessionId = Annotated[
    str | None, typer.Option("--session", help="Instead of a visitor: one conversation, such as one of the page.")
]


@app.command("export")
def export(visitor: Visitor = None, session: SessionId = None, store: StorePath = None) -> None:
    """Everything that is kept of a visitor, as one JSON object on standard output.

    Example: shop privacy export --visitor kQ3vUe2xW8mZr5tYb7nLpA --store store
    """
    with _places(store) as places:
        found = kept_of(_sessions(visitor, session, places), places, _names(visitor))
    typer.echo(f"Conversations: {len(found['conversations'])}.", err=True)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@app.command("erase")
def erase_visitor(visitor: Visitor = None, session: SessionId = None, store: StorePath = None) -> None:
    """Delete everything that is kept of a visitor, and say how much that was; a second time it is nothing.

    Example: shop privacy erase --visitor kQ3vUe2xW8mZr5tYb7nLpA --store store
    """
    with _places(store) as places:
        _tell(erase(_sessions(visitor, session, places), places, _names(visitor)))


@app.command("expire")
def expire_old(store: StorePath = None) -> None:
    """Delete what is older than SHOP_KEEP_DAYS (events: SHOP_KEEP_EVENTS_DAYS; sites: their `keep_days`) now. A server does so at its
    start and daily.

    Example: shop privacy expire --store store
    """
    settings = settings_for(_there(store))
    periods = Periods(settings.keep_days, settings.keep_events_days, read_sites(settings.sites).days)
    with _places(store) as places:
        _tell(periods.expire(places, datetime.now(UTC)))


@app.command("key")
def key() -> None:
    """A new random key for SHOP_ENCRYPTION_KEY.

    Example: shop privacy key
    """
    typer.echo(new_key())


@app.command("reseal")
def reseal(store: StorePath = None) -> None:
    """Encrypt what is kept anew with the first key of SHOP_ENCRYPTION_KEY, so that the others can go. Stop the server first.

    Example: shop privacy reseal --store store
    """
    with _places(store) as places:
        assert isinstance(places.sessions, SqlSessions)
        assert places.orders is not None
        assert places.letters is not None
        assert places.events is not None
        assert places.attachments is not None
        acts, letters = places.orders.reseal(), places.letters.reseal()
        counts = {"order_acts": acts, "letters": letters, "events": places.events.reseal()}
        counts["attachments"] = places.attachments.reseal()
        typer.echo(json.dumps({"conversations": places.sessions.reseal(), **counts}))


@contextmanager
def _places(store: Path | None) -> Iterator[Places]:
    path = _there(store)
    places = build_places(path, settings_for(path))
    try:
        yield places
    finally:
        places.close()


def _there(store: Path | None) -> Path:
    path = store or demo_path()
    require_index(path, "name the store that the server serves with --store")
    return path


def _sessions(visitor: str | None, session: str | None, places: Places) -> list[str]:
    """The ids of the conversations meant. What looks like a hash may be a token too, so both are looked for.

    BadInput for what can be no token, where no import named a visitor so either.
    """
    if (visitor is None) == (session is None):
        raise typer.BadParameter("give either --visitor or --session")
    if session is not None:
        return [session]
    assert visitor is not None
    if not re.fullmatch(TOKEN, visitor) and not (places.events and places.events.of(hashed(visitor), limit=1)):
        raise BadInput(
            f"Nothing is kept of a visitor {visitor!r}.",
            fix="give the token of X-Visitor, 22 to 64 characters, its SHA-256, or the `visitor` of an imported row",
        )
    return [name for one in _names(visitor) for name in places.sessions.of(one)]


def _names(visitor: str | None) -> tuple[str, ...]:
    """What a visitor may be kept as: what was given, or its hash."""
    return (visitor, hashed(visitor)) if visitor else ()


def _tell(gone: Gone) -> None:
    counts: dict[str, Any] = asdict(gone)
    typer.echo(json.dumps(counts))
