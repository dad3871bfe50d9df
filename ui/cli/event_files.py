"""The option `--events` of the commands that learn or measure by what shoppers did, and the events that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_events
from assistant.events.files import import_events
from assistant.events.log import EventLog
from assistant.settings import Settings
from retrieval.errors import BadInput

EventFiles = Annotated[
    list[Path] | None,
    typer.Option(help="Files of events in place of the store's own; may be given more than once."),
]


@contextmanager
def events_of(settings: Settings, files: Sequence[Path] | None) -> Iterator[EventLog]:
    """The events of these files, else those of the store."""
    with closing(EventLog() if files else build_events(settings)) as log:
        if files:
            done = import_events(files, log, datetime.now(UTC))
            if done.bad:
                first = done.bad[0]
                typer.echo(
                    f"{len(done.bad)} rows passed over; {first.path}, line {first.line}: {first.reason}", err=True
                )
            if not done.accepted:
                raise BadInput("No row could be used.", fix="docs/events.md says what a row holds")
        yield log
