"""Product feeds as products. A row that cannot be used goes to a rejects file, with its line, its field and the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from .errors import FeedError
from .feeds.formats import FORMATS, in_our_columns
from .feeds.losses import Loss, Losses
from .feeds.metadata import feed_in, told_beside
from .feeds.row import RowReader
from .feeds.rows import FeedFile, Problem, Row
from .feeds.values import BadValue
from .product import Product


@dataclass(frozen=True)
class Rejects:
    """Rows rejected for one field. example: the first, with file, line and reason."""

    field: str
    rows: int
    example: str


@dataclass(frozen=True)
class FeedSummary:
    """What became of the rows. read = used + rejected; duplicates: used rows whose id had come before.

    encodings: (file, encoding) of those that are not all UTF-8. formats: (file, what it is), as in FORMATS. metadata: (folder, what
    the metadata.json in it says).
    losses: what of the used rows no product keeps. rejects: how many rows each field cost, with the first reason.
    """

    read: int = 0
    used: int = 0
    rejected: int = 0
    duplicates: int = 0
    attribute_columns: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    rejects: tuple[Rejects, ...] = ()
    encodings: tuple[tuple[str, str], ...] = ()
    formats: tuple[tuple[str, str], ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()


class FeedReading:
    """The products of feeds, in their order, in a stream. `summary` speaks of what was read so far.

    Of two products with one id the later one counts; both are given, so whoever keeps them puts the later in place of the earlier.
    """

    def __init__(self, files: Sequence[FeedFile], rejects: Path, reader: RowReader, form: str | None = None) -> None:
        self._files, self._rejects, self._reader, self._form = files, rejects, reader, form
        self._formats: list[tuple[str, str]] = []
        self._used = self._rejected = 0
        self._ids: set[str] = set()
        self._rejects_by_field: dict[str, Rejects] = {}

    @property
    def summary(self) -> FeedSummary:
        return FeedSummary(
            read=self._used + self._rejected,
            used=self._used,
            rejected=self._rejected,
            duplicates=self._used - len(self._ids),
            attribute_columns=tuple(sorted(self._reader.attribute_columns)),
            losses=self._reader.losses.all(),
            rejects=tuple(sorted(self._rejects_by_field.values(), key=lambda one: -one.rows)),
            encodings=tuple((file.path.name, file.encoding) for file in self._files if file.encoding),
            formats=tuple(self._formats),
            metadata=tuple((file.path.parent.name, told) for file in self._files if (told := told_beside(file.path))),
        )

    def __iter__(self) -> Iterator[Product]:
        """FeedError at the end when no row could be used."""
        self._used = self._rejected = 0
        self._ids.clear()
        self._formats.clear()
        self._rejects_by_field.clear()
        self._reader.losses = Losses()
        self._rejects.parent.mkdir(parents=True, exist_ok=True)
        with self._rejects.open("w", encoding="utf-8", errors="backslashreplace") as rejects:
            for file in self._files:
                yield from self._products(file, rejects)
        if not self._rejected:
            self._rejects.unlink()
        if not self._used:
            raise FeedError(
                self._nothing_usable(), fix="see that the columns include an id and a title, and a price in figures"
            )

    def _products(self, file: FeedFile, rejects: TextIO) -> Iterator[Product]:
        form, rows = in_our_columns(file.rows(), self._form)
        self._formats.append((file.path.name, FORMATS[form].title))
        for row in rows:
            product = self._product(row, file, rejects)
            if product is not None:
                self._used += 1
                self._ids.add(product.id)
                yield product

    def _product(self, row: Row, file: FeedFile, rejects: TextIO) -> Product | None:
        """The row's product; None when it went to the rejects."""
        problem = row.problem
        if row.cells is not None:
            try:
                return self._reader.product(row.cells, row.lost)
            except BadValue as bad:
                problem = Problem(bad.field, bad.value, bad.reason)
        if problem is not None:
            self._reject(row, problem, file, rejects)
        return None

    def _reject(self, row: Row, problem: Problem, file: FeedFile, rejects: TextIO) -> None:
        self._rejected += 1
        example = f"line {row.line} of {file.path}: {problem.field} {problem.reason}"
        known = self._rejects_by_field.get(problem.field, Rejects(problem.field, 0, example))
        self._rejects_by_field[problem.field] = Rejects(problem.field, known.rows + 1, known.example)
        entry = {
            "file": str(file.path),
            "line": row.line,
            "field": problem.field,
            "value": problem.value,
            "reason": problem.reason,
            "row": row.raw,
        }
        rejects.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")

    def _nothing_usable(self) -> str:
        names = ", ".join(str(file.path) for file in self._files)
        if not self._rejected:
            return f"There is no row in {names}."
        first = next(iter(self._rejects_by_field.values())).example
        return f"None of {self._rejected:,} rows of {names} can be used; {first} (see {self._rejects})."


def read_feed(
    paths: Sequence[Path],
    rejects: Path,
    *,
    currency: str = "USD",
    today: date | None = None,
    form: str | None = None,
) -> FeedReading:
    """The products of these feeds, in a stream; a folder stands for the products.jsonl in it. FeedError when a file is not there.

    rejects: JSONL, written while reading, gone when nothing is rejected. currency: ISO 4217, of prices that name none. today: for
    sales with dates; the current day by default. form: a name of FORMATS, of all the files; else each tells its own.
    """
    if not paths:
        raise FeedError("No feed is named.", fix="name at least one JSONL, CSV, TSV or Parquet file")
    return FeedReading(
        [FeedFile(feed_in(path)) for path in paths], rejects, RowReader(currency.upper(), today=today), form
    )
