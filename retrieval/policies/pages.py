"""A shop's policy pages as passages: Markdown, HTML, plain text and PDF, split at their headings. The words stay as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from ..errors import BadInput
from .formats import READERS, Block

PASSAGE_WORDS = 130  # a longer section becomes several passages, so that a quotation comes from one place
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(])")
_NOT_AN_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|no|nos|incl|excl|mr|mrs|dr|st|p\.o)\.|\b[A-Z]\.)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Passage:
    """A stretch of one section. statements: its sentences, list items and table rows in order, in the text's own words.

    id: page and section, such as "returns/refunds". headings: from the page's title down. file: the path below the folder that was
    read, with the section. url: the section's address, when the page names its own or the shop gave a base.
    """

    id: str
    headings: tuple[str, ...]
    statements: tuple[str, ...]
    file: str
    url: str | None = None

    @property
    def title(self) -> str:
        return " › ".join(self.headings)

    @property
    def text(self) -> str:
        return " ".join(self.statements)

    @property
    def content_hash(self) -> str:
        return blake2b("\n".join((self.title, *self.statements)).encode(), digest_size=16).hexdigest()


def read_policies(folder: Path, base_url: str | None = None) -> list[Passage]:
    """Every passage of the folder's pages, page by page in order of their paths; hidden files and other formats are left alone.

    base_url: where the pages stand on the web; a page's address is the base and its path without the ending. BadInput when the folder is
    none, holds no page that can be read, or a page cannot be read.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.", fix="name the folder that holds the policy pages")
    pages = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() in READERS]
    passages = [
        passage
        for path in pages
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        for passage in _page(path, path.relative_to(folder), base_url)
    ]
    if not passages:
        raise BadInput(f"No policy text in {folder}.", fix=f"put pages there that end in {', '.join(READERS)}")
    return list(_with_own_ids(passages))


def _page(path: Path, name: Path, base_url: str | None) -> Iterator[Passage]:
    page = READERS[path.suffix.lower()](path)
    url = page.url or (f"{base_url.rstrip('/')}/{name.with_suffix('').as_posix()}" if base_url else None)
    stem = _slug(name.with_suffix("").as_posix().replace("/", "-"))
    for headings, statements in _sections(page.blocks, page.title or _as_title(name)):
        anchor = _slug(headings[-1]) if len(headings) > 1 else ""
        for chunk in _chunks(statements):
            yield Passage(
                id="/".join(filter(None, (stem, anchor))),
                headings=headings,
                statements=chunk,
                file="#".join(filter(None, (name.as_posix(), anchor))),
                url="#".join(filter(None, (url, anchor))) if url else None,
            )


def _sections(blocks: Iterable[Block], title: str) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """(headings from the title down, statements) of each section that says something."""
    trail: list[tuple[int, str]] = []
    said: list[str] = []
    for block in blocks:
        if block.level:
            if said:
                yield _headings(trail, title), said
            trail, said = [*(entry for entry in trail if entry[0] < block.level), (block.level, block.text)], []
        else:
            said += sentences(block.text) if block.prose else [block.text]
    if said:
        yield _headings(trail, title), said


def _headings(trail: list[tuple[int, str]], title: str) -> tuple[str, ...]:
    named = tuple(text for _, text in trail)
    return named if named and (trail[0][0] == 1 or named[0] == title) else (title, *named)


def sentences(text: str) -> list[str]:
    """The text's sentences in its own words; an abbreviation does not end one."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(" ".join(text.split())):
        if found and _NOT_AN_END.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece:
            found.append(piece)
    return found


def _chunks(statements: list[str]) -> Iterator[tuple[str, ...]]:
    """Runs of statements of about PASSAGE_WORDS words at most; a longer statement stands alone."""
    chunk: list[str] = []
    for statement in statements:
        if chunk and sum(len(said.split()) for said in (*chunk, statement)) > PASSAGE_WORDS:
            yield tuple(chunk)
            chunk = []
        chunk.append(statement)
    if chunk:
        yield tuple(chunk)


def _with_own_ids(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The passages with ids that differ: a second one of a section gets "~2"."""
    taken: dict[str, int] = {}
    for passage in passages:
        taken[passage.id] = taken.get(passage.id, 0) + 1
        number = taken[passage.id]
        yield (
            passage
            if number == 1
            else Passage(f"{passage.id}~{number}", passage.headings, passage.statements, passage.file, passage.url)
        )


def _as_title(name: Path) -> str:
    """ "gift-cards.txt" -> "Gift cards" """
    words = re.sub(r"[-_]+", " ", name.stem).strip()
    return words[:1].upper() + words[1:]


def _slug(words: str) -> str:
    """Words of any script in lower case, joined by hyphens: "What it costs?" -> "what-it-costs"."""
    return "-".join(re.findall(r"[^\W_]+", words.lower().replace("'", "").replace("’", "")))
