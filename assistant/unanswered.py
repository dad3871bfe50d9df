"""Questions to the policies that found nothing, kept in the store for the shop: what people ask and no page says."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock

from .privacy.personal import mask

log = logging.getLogger(__name__)
MOST_BYTES = 4_000_000  # past that nothing more is kept: a file in the store must not grow without end
QUESTION_LIMIT = 300  # characters


@dataclass(frozen=True)
class Asked:
    """A question as asked, how often, and when last (ISO 8601, UTC)."""

    question: str
    times: int
    last: str


class Unanswered:
    """A file of questions, one JSON object a line, what looks personal masked. Of the conversation only a hash stands beside it,
    by which the question goes when the conversation does."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, question: str, session_id: str = "", private: Iterable[str] = ()) -> bool:
        """Add a question without the private words. False when it was not kept: it is empty, the file is full or cannot be written."""
        words = mask(" ".join(question.split()), private)[:QUESTION_LIMIT]
        if not words:
            return False
        row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "question": words, "of": _hashed(session_id)}
        line = json.dumps(row, ensure_ascii=False)
        try:
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                return False
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, (line + "\n").encode())  # one write, so that lines of two threads do not mix
            finally:
                os.close(file)
        except OSError as error:
            log.warning("a question was not kept: %s", error)
            return False
        return True

    def asked(self) -> list[Asked]:
        """Each question once, the most frequent first, then the latest."""
        return _counted(row for row in map(_read, self._lines()) if row)

    def said(self) -> Iterator[tuple[str, str]]:
        """Each question with a hash of its conversation; "" stands for one of which that is not known."""
        return ((row["question"], row.get("of", "")) for row in map(_read, self._lines()) if row)

    def of(self, sessions: Collection[str]) -> list[dict[str, str]]:
        """What is kept of these conversations: `at` and `question` of each."""
        theirs = set(map(_hashed, sessions))
        rows = [row for row in map(_read, self._lines()) if row and row.get("of") in theirs]
        return [{"at": row["at"], "question": row["question"]} for row in rows]

    def erase(self, sessions: Collection[str]) -> int:
        """Delete what is kept of these conversations; how many questions."""
        theirs = set(map(_hashed, sessions))
        return self._delete(lambda row: row.get("of") in theirs)

    def expire(self, before: datetime) -> int:
        """Delete what was asked before; how many questions."""
        return self._delete(lambda row: datetime.fromisoformat(row["at"]) < before)

    def _lines(self) -> list[str]:
        return self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []

    def _delete(self, gone: Callable[[dict[str, Any]], bool]) -> int:
        """Write the file anew without what is `gone`. A question that comes in at that moment may be lost, none can come back."""
        if not self._path.exists():
            return 0
        with FileLock(f"{self._path}.lock"):
            lines = self._lines()
            left = [line for line in lines if (row := _read(line)) is None or not gone(row)]
            if len(left) < len(lines):
                draft = self._path.with_suffix(".new")
                draft.touch(mode=0o600)
                draft.write_text("".join(f"{line}\n" for line in left), encoding="utf-8")
                draft.replace(self._path)
        return len(lines) - len(left)


def _read(line: str) -> dict[str, Any] | None:
    """The line's object; None for one that a full disk cut short."""
    try:
        row = json.loads(line)
        datetime.fromisoformat(row["at"])
        return {**row, "question": str(row["question"])}
    except (ValueError, KeyError, TypeError):
        return None


def _counted(rows: Iterable[dict[str, Any]]) -> list[Asked]:
    times: Counter[str] = Counter()
    latest: dict[str, tuple[str, str]] = {}
    for row in rows:
        question, at = row["question"], row["at"]
        key = question.casefold().rstrip("?!. ")
        times[key] += 1
        if at >= latest.get(key, ("", ""))[0]:
            latest[key] = (at, question)
    found = [Asked(question, times[key], at) for key, (at, question) in latest.items()]
    return sorted(sorted(found, key=lambda one: one.last, reverse=True), key=lambda one: -one.times)


def _hashed(session_id: str) -> str:
    return sha256(session_id.encode()).hexdigest()
