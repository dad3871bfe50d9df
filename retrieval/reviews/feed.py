"""Buyers' reviews from JSONL or CSV. A row that cannot be used is told with its line and the reason; who wrote one is never read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from ..errors import FeedError
from ..feeds.rows import FeedFile, Row
from ..feeds.values import as_date, is_absent, parse_rating, plain_lines, plain_text

LONGEST = 10_000  # characters of one review
MOST_SENTENCES = 40  # of one review
READ_LANGUAGES = ("en", "")  # of others only the stars count
_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][)\"'”’])\s+")
_NOT_AN_END = re.compile(r"(?:\b(?:e\.g|i\.e|etc|approx|no|vs|mr|mrs|dr|st)\.|(?<!\w)\w\.)$", re.IGNORECASE)
# What is never quoted: ways to reach somebody, and amounts of money, which only the shop's own record may state.
_UNQUOTED = re.compile(
    r"https?:|www\.|\b\w+\.(?:com|net|org|io|shop|biz|info)\b|\S@\S|\+?\d[\d\s()/-]{6,}\d|[<>{}|\\]"
    r"|[$€£¥]|\d\s*(?:%|percent\b|usd\b|eur\b|gbp\b|dollars?\b|euros?\b|pounds?\b|bucks?\b|cents?\b)",
    re.IGNORECASE,
)
QUOTED_WORDS = (2, 40)  # fewer say nothing by themselves, more are not read


@dataclass(frozen=True)
class Review:
    """What a buyer wrote about a product. stars: 1..5. sentences: title first, in the buyer's own words. day: ISO, "" when not told.

    id: the same for the same words about the same product, however often they come.
    """

    id: str
    product_id: str
    stars: float
    sentences: tuple[str, ...] = ()
    day: str = ""


@dataclass(frozen=True)
class BadReview:
    """A row that was not used, and why."""

    file: str
    line: int
    reason: str


class ReviewReading:
    """The reviews of files, in a stream. The counts speak of what was read so far.

    other_languages: reviews of which only the stars count. bad: every row that could not be used.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [FeedFile(path) for path in paths]
        self.used = self.other_languages = 0
        self.bad: list[BadReview] = []

    def __iter__(self) -> Iterator[Review]:
        """FeedError at the end when no row could be used."""
        self.used = self.other_languages = 0
        self.bad = []
        for file in self._files:
            for row in file.rows():
                read = self._review(row)
                if isinstance(read, Review):
                    self.used += 1
                    yield read
                else:
                    self.bad.append(BadReview(file.path.name, row.line, read))
        if not self.used:
            first = f" The first: line {self.bad[0].line}, {self.bad[0].reason}." if self.bad else ""
            raise FeedError(
                f"No review could be used.{first}", fix="name product_id, rating (1 to 5) and text in each row"
            )

    def _review(self, row: Row) -> Review | str:
        """The row's review, or why there is none."""
        if row.cells is None:
            return row.problem.reason if row.problem else "not a row"
        cells = {str(name).strip().lower(): value for name, value in row.cells.items() if not is_absent(value)}
        product_id = plain_text(cells.get("product_id", ""))
        stars = parse_rating(cells.get("rating", ""))
        day = as_date(cells["date"]) if "date" in cells else None
        title, text = (str(cells.get(name, "")) for name in ("title", "text"))
        if not product_id:
            return "no product_id"
        if stars is None or stars < 1:
            return f"rating: expected 1 to 5, got {str(cells.get('rating', 'none'))[:40]!r}"
        if "date" in cells and day is None:
            return f"date: expected a day such as 2026-05-31, got {str(cells['date'])[:40]!r}"
        if len(title) + len(text) > LONGEST:
            return f"text: longer than {LONGEST:,} characters"
        said = tuple(sentences_of(title, text))
        if not said:
            return "text and title: no words"
        if plain_text(cells.get("language", "")).lower()[:2] not in READ_LANGUAGES:
            self.other_languages += 1
            said = ()
        key = blake2b("\n".join((product_id, title, text)).encode(), digest_size=12).hexdigest()
        return Review(key, product_id, stars, said, day.isoformat() if day else "")


def sentences_of(title: str, text: str) -> Iterator[str]:
    """The title and each sentence of the text, without markup, in the buyer's own words, at most MOST_SENTENCES."""
    found = [plain_text(title)] if title else []
    for line in plain_lines(text).splitlines():
        start = len(found)
        for piece in _END.split(line):
            if len(found) > start and _NOT_AN_END.search(found[-1]):
                found[-1] = f"{found[-1]} {piece}"
            else:
                found.append(piece)
    return iter([one.strip() for one in found if re.search(r"\w", one)][:MOST_SENTENCES])


def quotable(sentence: str) -> bool:
    """Whether a shop may repeat the sentence: it names no amount of money and no way to reach anybody, and is short enough to be read."""
    return QUOTED_WORDS[0] <= len(sentence.split()) <= QUOTED_WORDS[1] and not _UNQUOTED.search(sentence)


def named(counts: Counter[str], most: int = 5) -> str:
    """The commonest with their counts, "mug-9 (3), lamp (1) and 4 more"."""
    told = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common(most))
    return told + (f" and {len(counts) - most:,} more" if len(counts) > most else "")
