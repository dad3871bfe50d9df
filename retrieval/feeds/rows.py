"""Rows of a feed file, one after the other: JSONL, CSV, TSV, XML, pages and Parquet, the text ones also gzipped."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..errors import FeedError
from .json_text import decoded
from .losses import Lost
from .xml import items, page_objects

DELIMITERS = "\t,;|"
PARQUET_BATCH = 1_000  # rows in memory at a time
LARGEST_DOCUMENT = 1 << 28  # bytes of a file that is read as a whole
TELLING = 4  # bytes beyond ASCII from which an encoding can be told: fewer, as of one ü, could be nearly anything
SAMPLE = 1 << 16  # bytes of non-UTF-8 lines from which the encoding is told

_READABLE = "give it as JSONL, CSV, TSV, XML or Parquet (text formats may be gzipped)"
_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "cp949", "gb18030", "big5"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used. field: "row" when it is the row as a whole."""

    field: str
    value: object
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row. line: where it begins, from 1; in Parquet, XML, JSON lists and pages its number. raw: as it stood.

    cells or problem: one is None. lost: what of it the cells no longer hold.
    """

    line: int
    raw: object
    cells: Mapping[str, object] | None
    problem: Problem | None = None
    lost: tuple[Lost, ...] = ()


class FeedFile:
    """A feed file read in a stream. encoding: None as long as it is UTF-8, else the one that its other lines were read in."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FeedError(f"There is no feed {path}.", fix="name a file that is there")
        self.path = path
        self.encoding: str | None = None

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, usable or not. FeedError when the file is of no kind that can be read."""
        try:
            with self._open() as stream:
                head = stream.peek(SAMPLE)[:SAMPLE]
                if head.startswith(b"PAR1"):
                    yield from _parquet_rows(self.path)
                    return
                text = self._head_text(head)
                if not self._named_jsonl() and re.match(r"<[?!a-zA-Z]", text):
                    yield from self._marked_up_rows(stream, text)
                    return
                lines = self._lines(stream)
                if self._is_document(text):
                    yield from self._document_rows(lines)
                elif self._named_jsonl() or text.startswith("{"):
                    yield from _json_rows(lines)
                else:
                    yield from _delimited_rows(lines, self._delimiter(text))
        except (OSError, EOFError, zlib.error) as error:
            raise FeedError(
                f"{self.path} cannot be read to its end: {error}.", fix="export or download it again"
            ) from error

    @contextmanager
    def _open(self) -> Iterator[Any]:
        with io.BufferedReader(io.FileIO(self.path), SAMPLE) as plain:
            if plain.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(plain) as unpacked, io.BufferedReader(unpacked, SAMPLE) as stream:
                    yield stream
            else:
                yield plain

    def _head_text(self, head: bytes) -> str:
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.encoding = "utf-16"
        elif len(head) >= 8 and not any(head[1:8:2]):  # every other byte is nought in wide text of the Latin alphabet
            self.encoding = "utf-16-le"
        elif len(head) >= 8 and not any(head[0:8:2]):
            self.encoding = "utf-16-be"
        if head.startswith(b"PK\x03\x04"):
            raise FeedError(f"{self.path} is a ZIP archive or a spreadsheet.", fix=_READABLE)
        return head.decode(self.encoding or "utf-8", errors="ignore").lstrip("\ufeff \t\r\n")

    def _named_jsonl(self) -> bool:
        return self.path.name.lower().removesuffix(".gz").rpartition(".")[2] in ("jsonl", "ndjson")

    def _marked_up_rows(self, stream: IO[bytes], head: str) -> Iterator[Row]:
        """Items of XML, or the JSON-LD of a page."""
        if not re.match(r"<!doctype html|<html|<head|<body|<script", head, re.IGNORECASE):
            for number, item in enumerate(items(stream), start=1):
                yield Row(number, item.text, item.cells, lost=item.lost)
            return
        for number, (text, found, lost, reason) in enumerate(page_objects("".join(self._lines(stream))), start=1):
            if reason:
                yield Row(number, text, None, Problem("row", text[:80], reason))
            else:
                yield Row(number, text, found if isinstance(found, dict) else {"@graph": found}, lost=lost)

    def _is_document(self, head: str) -> bool:
        """Whether it is one JSON value over several lines, or a list, and not one value a line."""
        if self._named_jsonl():
            return False
        return head.startswith("[") or re.match(r"\{\s*[\r\n]\s*\"", head) is not None

    def _document_rows(self, lines: Iterable[str]) -> Iterator[Row]:
        """The members of a list, or the one object. It has to fit into memory as a whole, so there is a limit."""
        if self.path.stat().st_size > LARGEST_DOCUMENT:
            raise FeedError(
                f"{self.path} is one JSON value of over {LARGEST_DOCUMENT >> 20} MiB.",
                fix="write one product a line: `jq -c '.[]' FEED > FEED.jsonl`",
            )
        text = "".join(lines).strip("\ufeff \t\r\n")
        try:
            found, lost = decoded(text)
        except (ValueError, ArithmeticError, RecursionError) as error:
            yield Row(1, text[:80], None, Problem("row", text[:80], f"not JSON: {error}"))
            return
        for number, record in enumerate(found if isinstance(found, list) else [found], start=1):
            yield _json_row(number, record, record, lost if number == 1 else ())

    def _delimiter(self, head: str) -> str:
        """The one that cuts the header into the most cells; the comma when none does."""
        header = head.splitlines()[0] if head else ""
        cells = {mark: len(next(csv.reader([header], delimiter=mark), [])) for mark in DELIMITERS}
        best = max(cells, key=lambda mark: cells[mark])
        return best if cells[best] > 1 else ","

    def _lines(self, stream: IO[bytes]) -> Iterator[str]:
        """Lines with their ends. UTF-8; a line that is not is read in the encoding that such lines of this file seem to have."""
        if self.encoding is not None:
            with io.TextIOWrapper(stream, encoding=self.encoding, errors="replace", newline="\n") as text:
                yield from (line.removeprefix("\ufeff") for line in text)
            return
        for number, raw in enumerate(stream):
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError:
                self.encoding = self.encoding or self._foreign_encoding()
                line = raw.decode(self.encoding, errors="replace")
            yield line.removeprefix("\ufeff") if number == 0 else line

    def _foreign_encoding(self) -> str:
        """The likeliest encoding of the lines that are not UTF-8; of equals cp1252, since it is by far the most frequent."""
        from charset_normalizer import from_bytes  # here: most feeds are UTF-8

        with self._open() as stream:
            sample = b"".join(_first_bytes(line for line in stream if not _is_utf8(line)))
        if sum(byte > 127 for byte in sample) < TELLING:
            return "cp1252"
        matches = from_bytes(sample, cp_isolation=_ENCODINGS)
        best = matches.best()
        if best is None or "cp1252" in best.could_be_from_charset:
            return "cp1252"
        for match in matches:
            if match.encoding == "cp1252" and match.chaos <= best.chaos and match.coherence >= best.coherence:
                return "cp1252"
        return str(best.encoding)


def _first_bytes(lines: Iterable[bytes]) -> Iterator[bytes]:
    total = 0
    for line in lines:
        yield line
        total += len(line)
        if total > SAMPLE:
            return


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _json_rows(lines: Iterable[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        text = line.strip("\ufeff \t\r\n")
        if not text:
            continue
        try:
            record, lost = decoded(text)
        except (ValueError, ArithmeticError, RecursionError) as error:
            yield Row(number, text, None, Problem("row", text[:80], f"not JSON: {error}"))
            continue
        yield _json_row(number, text, record, lost)


def _json_row(number: int, raw: object, record: object, lost: tuple[Lost, ...]) -> Row:
    if isinstance(record, dict):
        return Row(number, raw, record, lost=lost)
    return Row(number, raw, None, Problem("row", str(raw)[:80], "not a JSON object"))


def _delimited_rows(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Rows below the header, which is the first line that is not blank."""
    records = _Records(lines, delimiter)
    names: list[str] = []
    for record in records:
        if record.problem:
            yield Row(record.line, record.text, None, Problem("row", record.text[:80], record.problem))
        elif not names:
            names = [cell.strip() or f"column {place}" for place, cell in enumerate(record.cells, start=1)]
            records.width = len(names)
        else:
            cells = _named(names, record.cells)
            yield Row(record.line, cells, cells)


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells of one record, or what is wrong with it."""

    line: int
    text: str
    cells: list[str]
    problem: str | None


class _Records:
    """Records of a delimited text, blank ones left out. width: how many cells a record must have; None for any number.

    A quote that is opened and never closed would swallow the lines after it. So a record that does not fit gives up its first
    line only, and the others are read again.
    """

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._reader = self._new_reader()
        self._line = 1
        self.width: int | None = None

    def __iter__(self) -> Iterator[_Record]:
        while (record := self._next_record()) is not None:
            self._line += len(self._taken)
            if record.cells or record.problem:
                yield record

    def _next_record(self) -> _Record | None:
        self._taken.clear()
        cells: list[str] = []
        try:
            cells = next(self._reader)
            problem = self._misfit(cells)
        except StopIteration:
            return None
        except csv.Error as error:
            problem = str(error)
        if problem:
            cells, problem = self._first_line_only(problem)
        return _Record(self._line, "".join(self._taken).rstrip("\r\n") if problem else "", cells, problem)

    def _first_line_only(self, problem: str) -> tuple[list[str], str | None]:
        """The record's first line by itself, its quotes taken loosely: `1,"Zen" lamp,5` is understood."""
        if len(self._taken) > 1:
            self._again.extendleft(reversed(self._taken[1:]))
            del self._taken[1:]
            self._reader = self._new_reader()  # the old one may have seen the end
        try:
            cells = next(csv.reader(self._taken, delimiter=self._delimiter), [])
        except csv.Error:
            cells = []
        return (cells, None) if cells and self._misfit(cells) is None else ([], problem)

    def _misfit(self, cells: list[str]) -> str | None:
        """What is wrong with the number of cells, once blank ones past the header are taken away."""
        if self.width is None or not cells:
            return None
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        return None if len(cells) == self.width else f"{len(cells)} cells where the header has {self.width}"

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._next_lines(), delimiter=self._delimiter, strict=True)

    def _next_lines(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line


def _named(names: list[str], cells: list[str]) -> dict[str, object]:
    """Name -> cell; a name that the header has twice gets the list of its cells."""
    record: dict[str, object] = dict(zip(names, cells, strict=True))
    if len(record) < len(names):
        for name in {name for name in names if names.count(name) > 1}:
            record[name] = [cell for place, cell in zip(names, cells, strict=True) if place == name and cell.strip()]
    return record


def _parquet_rows(path: Path) -> Iterator[Row]:
    from pyarrow import ArrowException, parquet  # here: 0.2 s, and most feeds are text

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=PARQUET_BATCH):
                for record in batch.to_pylist():
                    number += 1
                    yield Row(number, record, record)
    except ArrowException as error:
        raise FeedError(f"{path} cannot be read to its end: {error}.", fix="export or download it again") from error
