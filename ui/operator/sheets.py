"""CSV as it goes out, row by row. What shoppers wrote is text in a spreadsheet, never a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from fastapi.responses import StreamingResponse

Cell = str | int | float | date | None
FORMULA = ("=", "+", "-", "@", "|", "%")


def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingResponse:
    """A download, of which only a row is held at a time."""
    return StreamingResponse(_lines(head, rows), media_type="text/csv; charset=utf-8", headers=attached(name, "csv"))


def attached(name: str, kind: str) -> dict[str, str]:
    """The header that makes an answer a file of today's."""
    return {"Content-Disposition": f'attachment; filename="{name}-{datetime.now(UTC).date().isoformat()}.{kind}"'}


def _lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    yield _line(head)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[Cell]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode(errors="replace")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula, behind white space or in full width too."""
    plain = unicodedata.normalize("NFKC", text).replace("\0", "")
    begins = plain.lstrip().startswith(FORMULA) or plain[:1] in ("\t", "\r", "\n")
    return f"'{text}" if begins else text
