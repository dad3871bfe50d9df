"""What of the rows that were used no product keeps: counted and named, so that nothing of a feed goes in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Kind -> what it means, in words for the summary; in the order in which they are said.
KINDS = {
    "ignored": "columns ignored, since no fact of a product can be read from them",
    "private": "columns kept from the shopper, since they are the shop's own affair",
    "pictures": "further pictures, of which the first is kept",
    "offers": "further offers, of which the first counts",
    "categories": "further categories, of which the first counts",
    "names": "further brands or options, of which the first counts",
    "repeated": "earlier values of a key that one object has twice, of which the last counts",
    "markup": "markup in texts, which are shown as plain text",
    "prices": "prices before a discount that are not above the price now, and so are not shown",
    "not understood": "values that were not understood",
}
LONGEST_EXAMPLE = 60  # characters


@dataclass(frozen=True, slots=True)
class Lost:
    """Something of one row that its product does not keep. kind: a key of KINDS. count: how many values of the column."""

    kind: str
    column: str
    value: object
    count: int = 1


@dataclass(frozen=True, slots=True)
class Loss:
    """What was lost of one column over all rows. rows: how many lost something, values: how many values; example: the first."""

    kind: str
    column: str
    rows: int
    values: int
    example: str


class Losses:
    """Counts what is lost, by kind and column."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Loss] = {}

    def add(self, lost: Iterable[Lost]) -> None:
        """What one row lost."""
        for one in lost:
            known = self._found.get((one.kind, one.column))
            if known is None:
                known = Loss(one.kind, one.column, 0, 0, shortened(one.value))
            counted = Loss(one.kind, one.column, known.rows + 1, known.values + one.count, known.example)
            self._found[one.kind, one.column] = counted

    def all(self) -> tuple[Loss, ...]:
        """By kind in the order of KINDS, then by column."""
        kinds = list(KINDS)
        return tuple(sorted(self._found.values(), key=lambda loss: (kinds.index(loss.kind), loss.column)))


def shortened(value: object) -> str:
    """The value as one line of an example."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…"
