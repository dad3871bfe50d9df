"""The formats that a shop writes policies in, each read into headings and blocks of text. Layout goes, words stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from bs4 import BeautifulSoup, Tag
from charset_normalizer import from_bytes
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ..errors import BadInput

HEADING_WORDS = 9  # a line of plain text or PDF with more words is no heading
LARGER = 1.12  # times the page's usual letter height: from there a line of a PDF is a heading
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_NOT_TEXT = ("script", "style", "noscript", "template", "nav", "header", "footer", "form", "iframe", "svg", "button")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LEAVES = (
    *_HEADINGS,
    "p",
    "li",
    "dt",
    "dd",
    "tr",
    "pre",
    "blockquote",
    "figcaption",
    "caption",
    "summary",
    "div",
    "section",
)
_UNDERLINE = re.compile(r"[=\-~]{3,}")
_BULLET = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Block:
    """A heading (level 1 to 6) or a stretch of text (level 0). prose: may hold several sentences; else it stands as one statement."""

    text: str
    level: int = 0
    prose: bool = True


@dataclass(frozen=True)
class Page:
    """title: as the page itself names it, else None. url: its own address, where it says one."""

    blocks: tuple[Block, ...]
    title: str | None = None
    url: str | None = None


def read_markdown(path: Path) -> Page:
    """CommonMark with tables. Front matter may give `title` and `url`."""
    text = _text(path)
    front = _front_matter(path, text)
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(_FRONT_MATTER.sub("", text)))
    return Page(tuple(_markdown_blocks(tree)), front.get("title"), front.get("url"))


def _front_matter(path: Path, text: str) -> dict[str, str]:
    if not (match := _FRONT_MATTER.match(text)):
        return {}
    try:
        said = yaml.safe_load(match.group(1))
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: the lines between --- are not YAML: {error}", fix="mend or remove them") from error
    return {key: str(said[key]) for key in ("title", "url") if said.get(key)} if isinstance(said, dict) else {}


def _markdown_blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    for child in node.children:
        if child.type == "heading":
            yield Block(_inline(child), level=int(child.tag[1]))
        elif child.type == "paragraph":
            yield Block(_inline(child), prose=node.type != "list_item")
        elif child.type == "table":
            yield from _rows(
                [[_inline(cell) for cell in row.children] for part in child.children for row in part.children]
            )
        elif child.type in ("fence", "code_block"):
            yield Block(" ".join(child.content.split()), prose=False)
        elif child.type == "html_block":
            yield from _html_blocks(BeautifulSoup(child.content, "html.parser"))
        else:
            yield from _markdown_blocks(child)


def _inline(node: SyntaxTreeNode) -> str:
    """The words of a node; tags written into the Markdown are left out."""
    words = "".join(" " if leaf.type in ("softbreak", "hardbreak") else leaf.content for leaf in _leaves(node))
    return " ".join(words.split())


def _leaves(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    return (leaf for leaf in node.walk() if leaf.type in ("text", "code_inline", "softbreak", "hardbreak"))


def _rows(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    """One statement a row, of what its first cell names, each other cell after its column's name: "standard: arrives within 3 days."; of
    columns without names the cells alone."""
    head, *body = rows if rows else [()]
    for row in body:
        told = [f"{name} {cell}".strip() for name, cell in zip(head[1:], row[1:], strict=False) if cell]
        text = ": ".join(part for part in (row[0] if row else "", "; ".join(told)) if part)
        yield Block(text if text.endswith((".", "!", "?")) else f"{text}.", prose=False)


def read_html(path: Path) -> Page:
    """The main part of a page; what it hides, its navigation and its scripts are left out."""
    page = BeautifulSoup(path.read_bytes(), "html.parser")
    canonical = page.find("link", rel="canonical")
    title = page.title.get_text(" ", strip=True) if page.title else None
    main = page.find("main") or page.find("article") or page.body or page
    address = str(canonical.get("href") or "") if isinstance(canonical, Tag) else ""
    return Page(tuple(_html_blocks(main)), title or None, address or None)


def _html_blocks(root: Any) -> Iterator[Block]:
    for hidden in [tag for tag in root.find_all(True) if _is_hidden(tag)]:
        hidden.extract()
    for tag in root.find_all(_LEAVES):
        if tag.name in _HEADINGS:
            if text := tag.get_text(" ", strip=True):
                yield Block(" ".join(text.split()), level=int(tag.name[1]))
        elif tag.name == "tr":
            yield from _html_row(tag)
        elif not tag.find_parent("tr") and (text := _own_text(tag)):
            yield Block(text, prose=tag.name != "li")


def _is_hidden(tag: Tag) -> bool:
    style, labelled = str(tag.get("style") or ""), str(tag.get("aria-hidden") or "")
    return tag.name in _NOT_TEXT or tag.has_attr("hidden") or labelled == "true" or bool(_HIDDEN.search(style))


def _html_row(row: Tag) -> Iterator[Block]:
    """The row with its column names; a row of headings only says nothing by itself."""
    table = row.find_parent("table")
    first = table.find("tr") if table else None
    cells = [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all(["th", "td"])]
    if first is None or not isinstance(first, Tag) or first.find("td"):
        yield from _rows([[""] * len(cells), cells])
    elif row is not first:
        names = [" ".join(cell.get_text(" ", strip=True).split()) for cell in first.find_all("th")]
        yield from _rows([names, cells])


def _own_text(tag: Tag) -> str:
    """The text that belongs to this block and to no block inside it."""
    own = [str(text) for text in tag.find_all(string=True) if text.find_parent(_LEAVES) is tag]
    return " ".join("".join(own).split())


def read_text(path: Path) -> Page:
    """Paragraphs apart by empty lines. A heading is a short line alone or underlined, without a full stop."""
    paragraphs = re.split(r"\n[ \t]*\n", _text(path).strip("\n"))
    return Page(tuple(block for paragraph in paragraphs for block in _paragraph(paragraph.splitlines())))


def _paragraph(lines: Sequence[str]) -> Iterator[Block]:
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]):
        yield Block(lines[0], level=1 if lines[1].startswith("=") else 2)
        lines = lines[2:]
    elif len(lines) == 1 and _looks_like_heading(lines[0]):
        yield Block(lines[0], level=2)
        return
    yield from _lines(lines)


def _lines(lines: Iterable[str]) -> Iterator[Block]:
    """List items one by one, the lines between them joined to paragraphs."""
    said, is_item = "", False
    for line in lines:
        if bullet := _BULLET.match(line):
            if said:
                yield Block(said, prose=not is_item)
            said, is_item = line[bullet.end() :], True
        else:
            said = f"{said} {line}".strip()
    if said:
        yield Block(said, prose=not is_item)


def _looks_like_heading(line: str) -> bool:
    return (
        len(line.split()) <= HEADING_WORDS and line[0].isupper() and line[-1] not in ".,;:!" and not _BULLET.match(line)
    )


def read_pdf(path: Path) -> Page:
    """The text of a PDF; a line in larger or bolder letters is a heading. BadInput for a file that holds no text, such as a scan."""
    from pypdf import PdfReader  # here, because only few shops have policies as PDF
    from pypdf.errors import PdfReadError

    try:
        reader = PdfReader(path)
        lines = [line for page in reader.pages for line in _pdf_lines(page)]
        title = reader.metadata.title if reader.metadata else None
    except PdfReadError as error:
        raise BadInput(f"{path} cannot be read as PDF: {error}", fix="save it again, without a password") from error
    if not lines:
        raise BadInput(f"{path} holds no text.", fix="give the text itself; a scan would need character recognition")
    return Page(tuple(_pdf_blocks(lines)), title or None)


@dataclass(frozen=True)
class _Line:
    text: str
    height: float
    bold: bool


def _pdf_lines(page: Any) -> list[_Line]:
    """The page's lines from top to bottom with the height of their letters."""
    pieces: list[tuple[str, float, bool]] = []

    def collect(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        name = str((font or {}).get("/BaseFont", ""))
        pieces.append((text, size * abs(tm[3] or tm[0] or 1), "bold" in name.lower()))

    page.extract_text(visitor_text=collect)
    lines, said, height, bold = [], "", 0.0, False
    for text, size, heavy in pieces:
        for number, part in enumerate(re.split(r"(\n)", text)):
            if part == "\n":
                lines.append(_Line(" ".join(said.split()), height, bold))
                said = ""
            elif part.strip():
                said, height, bold = said + part, size, heavy if not said.strip() else bold and heavy
            elif number == 0:
                said += part
    lines.append(_Line(" ".join(said.split()), height, bold))
    return [line for line in lines if line.text]


def _pdf_blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    usual = median(line.height for line in lines for _ in range(len(line.text)))
    all_bold = all(line.bold for line in lines)
    largest = max(line.height for line in lines)
    waiting: list[str] = []
    for line in lines:
        larger = line.height > usual * LARGER
        if (larger or (line.bold and not all_bold)) and _looks_like_heading(line.text):
            yield from _lines(waiting)
            waiting = []
            yield Block(line.text, level=1 if larger and line.height == largest else 2)
        else:
            waiting.append(line.text)
    yield from _lines(waiting)


def _text(path: Path) -> str:
    """The file's text, whatever its encoding, with plain line ends."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(raw).best()
        if best is None:
            raise BadInput(f"{path} is no text in any known encoding.", fix="save it as UTF-8") from None
        text = str(best)
    return text.replace("\r\n", "\n").replace("\r", "\n")


READERS: Mapping[str, Callable[[Path], Page]] = {
    ".md": read_markdown, ".markdown": read_markdown, ".html": read_html, ".htm": read_html,
    ".txt": read_text, ".pdf": read_pdf,
}  # fmt: skip
