"""Graded requests: TSV files in which a person says how well a product answers a request."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import BadInput

GRADES = range(4)
_SHAPES = ("catalogue, request, product_id, grade", "query, product_id, grade")


@dataclass(frozen=True)
class Judged:
    """A request with the grades of its pool. catalogue: which one the ids belong to, None when the file does not say."""

    request: str
    grades: Mapping[str, int]
    catalogue: str | None = None


def read_judgements(paths: Sequence[Path]) -> list[Judged]:
    """The requests of these files in the order in which they first appear, each with all its grades.

    A file, plain or .gz, has a head line with the columns `catalogue, request, product_id, grade` or `query, product_id, grade`, split
    by tabs. Grades are 0 (not asked for) to 3 (every wish met). Of two grades for one product the last counts. BadInput names the file
    and line.
    """
    pools: dict[tuple[str | None, str], dict[str, int]] = {}
    for path in paths:
        for catalogue, request, product_id, grade in _rows(path):
            pools.setdefault((catalogue, request), {})[product_id] = grade
    return [Judged(request, grades, catalogue) for (catalogue, request), grades in pools.items()]


def of_catalogue(judged: Sequence[Judged], name: str | None) -> list[Judged]:
    """Those of this catalogue, and those that name none; all of them when `name` is None."""
    return [one for one in judged if name is None or one.catalogue in (None, name)]


def _rows(path: Path) -> list[tuple[str | None, str, str, int]]:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="") as stream:
            lines = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", fix="give a UTF-8 file of tab-separated lines") from error
    if not lines:
        raise BadInput(f"{path} is empty.", fix=f"begin it with the columns {_SHAPES[0]} or {_SHAPES[1]}")
    columns = [name.strip() for name in lines[0]]
    wording = "request" if "request" in columns else "query"
    if missing := {wording, "product_id", "grade"} - set(columns):
        fix = f"begin it with the columns {_SHAPES[0]} or {_SHAPES[1]}, split by tabs"
        raise BadInput(f"{path}, line 1 has no column {', '.join(sorted(missing))}.", fix=fix)
    return [_row(path, number, columns, line, wording) for number, line in enumerate(lines[1:], start=2) if any(line)]


def _row(
    path: Path, number: int, columns: list[str], line: list[str], wording: str
) -> tuple[str | None, str, str, int]:
    if len(line) != len(columns):
        fix = f"write {', '.join(columns)}, with one tab between two values"
        raise BadInput(f"{path}, line {number} has {len(line)} values for {len(columns)} columns.", fix=fix)
    values = {name: value.strip() for name, value in zip(columns, line, strict=True)}
    if not values[wording] or not values["product_id"]:
        raise BadInput(f"{path}, line {number} has no {wording} or no product_id.", fix="fill both, or delete the line")
    if values["grade"] not in map(str, GRADES):
        raise BadInput(f"{path}, line {number} has the grade {values['grade']!r}.", fix="write 0, 1, 2 or 3")
    return values.get("catalogue") or None, values[wording], values["product_id"], int(values["grade"])
