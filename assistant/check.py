"""The last gate before a reply is shown: every amount, number, quotation and product name in it must have a source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"“([^”]+)”")
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:\s+(?:[A-Z][\w'’-]*|of|the|and|&|for))*\s+[A-Z][\w'’-]*\b")


@dataclass(frozen=True)
class Claim:
    """Words of a reply that state a fact. kind: number, quotation or name."""

    kind: str
    text: str


def claims_of(text: str) -> Iterator[Claim]:
    """Every number, every quotation and every run of two or more capitalised words in the text."""
    yield from (Claim("number", match.group()) for match in _NUMBER.finditer(text))
    yield from (Claim("quotation", match.group(1)) for match in _QUOTED.finditer(text))
    yield from (Claim("name", match.group()) for match in _NAME.finditer(text))


def unsupported(text: str, sources: Iterable[str]) -> list[Claim]:
    """The claims of the text that no source holds, in the order found; empty when all is well.

    sources: what may be stated: fields of the products shown, the cart, relaxed constraints, the shopper's own words. Case and
    white space do not count, and a number may lose or gain thousands separators.
    """
    known = [_plain(source) for source in sources]
    numbers = {digits(match.group()) for source in known for match in _NUMBER.finditer(source)}
    return [claim for claim in claims_of(text) if not _supported(claim, known, numbers)]


def _supported(claim: Claim, known: Sequence[str], numbers: set[str]) -> bool:
    if claim.kind == "number":
        return digits(claim.text) in numbers
    said = _plain(claim.text)
    if any(said in source for source in known):
        return True
    together = said.split(" and ") if claim.kind == "name" else []  # "the Oak Desk and the Ash Desk" are two names
    return len(together) > 1 and all(any(one in source for source in known) for one in together)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def digits(number: str) -> str:
    """ "1,299.00" and "1299" are the same number: separators go, and so do zeros at the end of decimals."""
    plain = re.sub(r",(?=\d{3}\b)", "", number).replace(",", ".")
    return re.sub(r"(\.\d*?)0+$", r"\1", plain).removesuffix(".")
