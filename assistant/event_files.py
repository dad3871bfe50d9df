"""Files of events: read in with every row that cannot be used named, and written out again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from more_itertools import chunked
from pydantic import ValidationError

from retrieval.errors import BadInput
from retrieval.feeds.rows import FeedFile, Row

from .event_form import EventRow
from .events import AT_ONCE, Event, EventLog
from .relearning.clicks import clicks_of, logged

HASH = re.compile(r"[0-9a-f]{64}")  # of a visitor that is hashed already, as in an export


@dataclass(frozen=True)
class BadRow:
    """A row that was not taken, and why."""

    path: Path
    line: int
    reason: str


@dataclass
class Imported:
    """What an import came to. products: all that the rows named."""

    accepted: int
    repeated: int
    products: set[str]
    bad: list[BadRow]


def import_events(paths: Iterable[Path], log: EventLog, now: datetime) -> Imported:
    """Keep the events of JSONL, CSV, TSV or Parquet files; a row that is kept already, by its id or by all that it says, is not doubled."""
    result = Imported(0, 0, set(), [])
    for path in paths:
        for some in chunked(_read(path, now), AT_ONCE):
            events = [one for one in some if isinstance(one, Event)]
            added = log.add(events)
            result.accepted += added
            result.repeated += len(events) - added
            result.products |= {one.product_id for one in events if one.product_id}
            result.bad += [one for one in some if isinstance(one, BadRow)]
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


def _read(path: Path, now: datetime) -> Iterator[Event | BadRow]:
    for row in FeedFile(path).rows():
        try:
            yield _event(row, now)
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(map(str, wrong["loc"])) or "the row"
            yield BadRow(path, row.line, f"{where}: {wrong['msg']}")
        except BadInput as error:
            yield BadRow(path, row.line, error.detail)


def _event(row: Row, now: datetime) -> Event:
    if row.cells is None:
        raise BadInput(row.problem.reason if row.problem else "no row", fix="mend the row")
    read = EventRow.read(row.cells)
    visitor = read.visitor
    if visitor and not HASH.fullmatch(visitor):
        visitor = hashlib.sha256(visitor.encode()).hexdigest()
    return read.named(read.event(visitor, now))
