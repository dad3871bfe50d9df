"""Files of events: read in with every row that cannot be used named, and written out again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from more_itertools import chunked
from pydantic import ValidationError

from retrieval.errors import BadInput
from retrieval.feeds.rows import FeedFile, Row

from ..relearning.clicks import clicks_of, logged
from .form import EventRow
from .log import AT_ONCE, Event, EventLog

COLUMNS = frozenset(EventRow.model_fields) | {"burst"}  # that mean something here; the last one is worked out anew
HASH = re.compile(r"[0-9a-f]{64}")  # of a visitor that is hashed already, as in an export


@dataclass(frozen=True)
class BadRow:
    """A row that was not taken, and why."""

    path: Path
    line: int
    reason: str


@dataclass
class Imported:
    """What an import came to. products: all that the rows named. of_nobody: how many have no visitor, and so are kept without words,
    conversation and region. too_old: how many expire at once. unread: columns that mean nothing here. empty: files without a row."""

    accepted: int = 0
    repeated: int = 0
    of_nobody: int = 0
    too_old: int = 0
    products: set[str] = field(default_factory=set)
    bad: list[BadRow] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    empty: list[Path] = field(default_factory=list)


def import_events(paths: Iterable[Path], log: EventLog, now: datetime, *, oldest: datetime | None = None) -> Imported:
    """Keep the events of JSONL, CSV, TSV or Parquet files; a row that is kept already, by its id or by all that it says, is not doubled.

    oldest: what happened before expires with the next cleaning, and is counted as that.
    """
    result = Imported()
    for path in paths:
        before = _rows(result)
        for some in chunked(_read(path, now, result.unread), AT_ONCE):
            events = [one for one in some if isinstance(one, Event)]
            added = log.add(events)
            result.accepted += added
            result.repeated += len(events) - added
            result.of_nobody += sum(one.visitor is None for one in events)
            result.too_old += sum(oldest is not None and one.at < oldest for one in events)
            result.products |= {one.product_id for one in events if one.product_id}
            result.bad += [one for one in some if isinstance(one, BadRow)]
        if _rows(result) == before:
            result.empty.append(path)
    return result


def export_events(log: EventLog) -> Iterator[str]:
    """Every event as a JSON line that `import_events` reads; `burst` is true for a day on which the visitor was no person."""
    for event, burst in log.all():
        yield json.dumps({**as_json(event), "burst": burst}, ensure_ascii=False)


def as_json(event: Event) -> dict[str, Any]:
    """The event as a row that `import_events` reads."""
    return {**asdict(event), "at": event.at.isoformat()}


def export_for_reranker(log: EventLog) -> Iterator[str]:
    """The events that `shop train reranker --from-events` learns from, as JSON lines.

    `session_id` numbers the conversations, of events without one the visitors, as they first come: it tells who did what no more.
    """
    for event in logged(clicks_of(log)):
        yield json.dumps(event.model_dump(), ensure_ascii=False)


def _rows(result: Imported) -> int:
    return result.accepted + result.repeated + len(result.bad)


def _read(path: Path, now: datetime, unread: set[str]) -> Iterator[Event | BadRow]:
    """unread: gets the names of the columns that mean nothing here."""
    for row in FeedFile(path).rows():
        unread |= (row.cells or {}).keys() - COLUMNS
        try:
            yield _event(row, now)
        except ValidationError as error:
            yield BadRow(path, row.line, _wrong(error))
        except BadInput as error:
            yield BadRow(path, row.line, f"{error.detail} Fix: {error.fix}")


def _wrong(error: ValidationError) -> str:
    """What the first wrong cell must be, and what it is."""
    wrong = error.errors()[0]
    where = ".".join(map(str, wrong["loc"])) or "the row"
    if wrong["type"] == "missing":
        return f"{where}: every row needs one"
    said = wrong["msg"].removeprefix("Value error, ")
    like = ", such as 2026-05-10T12:00:05Z" if wrong["type"].startswith(("datetime", "date_")) else ""
    given = wrong["input"]
    return f"{where}: {said}{like}" + (f"; it is {given!r:.80}" if isinstance(given, str | int | float) else "")


def _event(row: Row, now: datetime) -> Event:
    if row.cells is None:
        raise BadInput(row.problem.reason if row.problem else "no row", fix="mend the row")
    read = EventRow.read(row.cells)
    visitor = read.visitor
    if visitor and not HASH.fullmatch(visitor):
        visitor = hashlib.sha256(visitor.encode()).hexdigest()
    return read.named(read.event(visitor, now))
