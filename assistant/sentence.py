"""A text as the check reads it: its sentences, and each one's words, numbers, quotations and signs. Knows nothing of products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .check import digits

_TOKEN = re.compile(
    r"“(?P<curly>[^”]*)”|(?<!\w)\"(?P<straight>[^\"]*)\"(?!\w)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?P<minus>(?<!\S)[-−](?=\d))"
    r"|(?P<stop>[.,;:!?()…–—]|(?<=\s)-(?=\s))|(?P<space>\s+|-)|(?P<sign>.)",
    re.DOTALL,
)
_CONTRACTED = ("it's", "that's", "here's", "there's", "what's", "let's")
_NUMBER_WORDS = dict(zip("two three four five six seven eight nine ten".split(), map(str, range(2, 11)), strict=True))
_END = re.compile(r"[.!?…]+[”\")]*(?=\s|$)|\n+")
_NUMBERED = re.compile(r"(?:^|[\s(])\d{1,2}\.$")
_MARKS = re.compile(r"[*#`]+|^\s*[-•]\s+")


@dataclass(frozen=True)
class Token:
    """One word (lower case, without 's), number (plain digits, "two" is 2), quotation (“its words”) or other sign.

    parted: a comma, a colon, a bracket or the like stands before it. capital: written with a capital.
    """

    text: str
    kind: str
    parted: bool = False
    capital: bool = False


def tokens(text: str) -> list[Token]:
    """The text's tokens in order; nothing but white space, hyphens and stops is left out."""
    found: list[Token] = []
    parted = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("stop", "space"):
            parted = parted or kind == "stop"
            continue
        found.append(_token(kind, match[kind], parted))
        parted = False
    return found


def key(text: str) -> tuple[str, ...]:
    """What two phrases that say the same in the same words have in common."""
    return tuple(token.text for token in tokens(text))


def plain_marks(text: str) -> str:
    """The text without the marks of Markdown and list dashes, its white space single."""
    return " ".join(_MARKS.sub("", text).split())


def sentences(pieces: Iterable[str], names: Sequence[str]) -> Iterator[str]:
    """Each sentence as soon as the pieces hold it and the sign after it. A stop within a name ends nothing, nor does "1."."""
    kept = ""
    for piece in pieces:
        kept += piece
        *whole, kept = _cut(kept, names, more=True)
        yield from whole
    yield from _cut(kept, names, more=False)


def _cut(text: str, names: Sequence[str], *, more: bool) -> list[str]:
    """The whole sentences and, last, what is left. more: the text goes on, so that a stop at its very end decides nothing."""
    found, start = [], 0
    for match in _END.finditer(text):
        end = match.end()
        if (more and end == len(text)) or _goes_on(text[start:end], names):
            continue
        found.append(text[start:end])
        start = end
    left = text[start:]
    return [one for one in map(str.strip, found) if one] + ([left] if more else [left.strip()] if left.strip() else [])


def _goes_on(text: str, names: Sequence[str]) -> bool:
    """Whether the stop that ends the text belongs to a number, an open quotation or a name."""
    if _NUMBERED.search(text) or text.count("“") > text.count("”"):
        return True
    inner = (name[: match.end()] for name in names for match in _END.finditer(name) if match.end() < len(name))
    return any(text.casefold().endswith(part.casefold()) for part in inner)


def _token(kind: str, text: str, parted: bool) -> Token:
    if kind in ("curly", "straight"):
        return Token(f"“{' '.join(key(text))}”", "quotation", parted)
    if kind == "number":
        return Token(digits(text), "number", parted)
    if kind != "word":
        return Token("-" if kind == "minus" else text, "sign", parted)
    word = text.lower().replace("’", "'")
    if word in _NUMBER_WORDS:
        return Token(_NUMBER_WORDS[word], "number", parted)
    return Token(word if word in _CONTRACTED else word.removesuffix("'s"), "word", parted, text[0].isupper())
