"""What of one row its product does not keep: what is lost, and words that only stand where a value is missing."""

from __future__ import annotations

from collections.abc import Iterable

from .losses import Lost
from .stand_ins import parted, stands_in
from .values import markup_in


class Aside:
    """Gathers it while the row is read. lost: in the order found. stand_ins: field or attribute -> the words that stand in for it."""

    def __init__(self, lost: Iterable[Lost] = ()) -> None:
        self.lost = list(lost)
        self.stand_ins: dict[str, tuple[str, ...]] = {}

    def lose(self, kind: str, column: str, value: object, count: int = 1) -> None:
        self.lost.append(Lost(kind, column, value, count))

    def lose_markup(self, column: str, value: object, *, is_html: bool = False) -> None:
        """Markup in what should be plain, told once."""
        texts = value if isinstance(value, list | tuple) else (value,)
        found = (markup_in(text, is_html=is_html) for text in texts if isinstance(text, str))
        if seen := next(filter(None, found), None):
            self.lose("markup", column, seen)

    def stand(self, name: str, words: tuple[str, ...]) -> None:
        """These words stand in for the value of a field or an attribute."""
        if words:
            self.stand_ins[name] = tuple(dict.fromkeys((*self.stand_ins.get(name, ()), *words)))

    def stated(self, name: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Those of the texts that state something."""
        stated, standing = parted(name, texts)
        self.stand(name, standing)
        return stated

    def text(self, field: str, text: str) -> str:
        """The text; "" where it only stands in."""
        if not text or not stands_in(field, text):
            return text
        self.stand(field, (text,))
        return ""
