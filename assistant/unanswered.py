"""Questions to the policies that found nothing, kept in the store for the shop: what people ask and no page says."""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)
MOST_BYTES = 4_000_000  # past that nothing more is kept: a file in the store must not grow without end
QUESTION_LIMIT = 300  # characters
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d\s()/-]{4,}\d")


@dataclass(frozen=True)
class Asked:
    """A question as asked, how often, and when last (ISO 8601, UTC)."""

    question: str
    times: int
    last: str


class Unanswered:
    """A file of questions, one JSON object a line. Kept without the session; what looks like an address or a long number is masked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, question: str) -> bool:
        """Add a question. False when it was not kept: it is empty, the file is full or cannot be written."""
        words = mask(" ".join(question.split()))[:QUESTION_LIMIT]
        if not words:
            return False
        line = json.dumps(
            {"at": datetime.now(UTC).isoformat(timespec="seconds"), "question": words}, ensure_ascii=False
        )
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
        return _counted(self._path.read_text(encoding="utf-8").splitlines()) if self._path.exists() else []


def _counted(lines: Iterable[str]) -> list[Asked]:
    times: Counter[str] = Counter()
    latest: dict[str, tuple[str, str]] = {}
    for line in lines:
        try:
            row = json.loads(line)
            question, at = str(row["question"]), str(row["at"])
        except (ValueError, KeyError, TypeError):
            continue  # a line that a full disk cut short
        key = question.casefold().rstrip("?!. ")
        times[key] += 1
        if at >= latest.get(key, ("", ""))[0]:
            latest[key] = (at, question)
    found = [Asked(question, times[key], at) for key, (at, question) in latest.items()]
    return sorted(sorted(found, key=lambda one: one.last, reverse=True), key=lambda one: -one.times)


def mask(text: str) -> str:
    """The text with e-mail addresses and numbers of six digits or more as "…"."""
    return _PERSONAL.sub("…", text)
