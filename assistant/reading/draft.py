"""How an answer line likely goes on, so that one forward of the model settles many tokens: by a line that another model proposes, and
where the model goes another way, by the message, of which values are copied.

A guess costs the reading of a token more; it changes no line, since the model's own choice is taken at each place (of two tokens that
are as likely, rounding may take the other). Leviathan et al., ICML 2023; copying from the text itself is Saxena's, 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

LENGTH = 32  # tokens of a guess
COPIED = 6  # of one that is copied from the message: where the value ends is not known


@dataclass(frozen=True)
class Draft:
    """line: the tokens proposed; message: those of the message; separator: the token between fields of a line.

    at: the place in the proposed line that likely comes next; field: where its field begins there. copied: the place in the message
    that comes next where the value that is written is not the one proposed.
    """

    line: tuple[int, ...] = ()
    message: tuple[int, ...] = ()
    separator: int = -1
    at: int = 0
    field: int = 0
    copied: int | None = None

    def take(self, tokens: Sequence[int]) -> Draft:
        """The same draft with these tokens written."""
        draft = self
        for token in tokens:
            draft = draft._taken(token)
        return draft

    def along(self, line: Sequence[int], at: int) -> Draft:
        """The same with another line proposed, of which what stands before `at` is written."""
        before = [place for place in range(at) if line[place] == self.separator]
        return replace(self, line=tuple(line), at=at, field=before[-1] + 1 if before else 0, copied=None)

    def guess(self) -> Sequence[int]:
        """None where nothing is likely."""
        if self.copied is None:
            return self.line[self.at : self.at + LENGTH]
        return self.message[self.copied : self.copied + COPIED]

    def _taken(self, token: int) -> Draft:
        rest = self.line[self.at :]
        if token == self.separator:
            return self._next_field(rest)
        if token in rest:
            return replace(self, at=self.at + rest.index(token) + 1, copied=None)
        if rest and self.at == self.field:  # another act, or another name for the same value
            return replace(self, at=self.at + 1, copied=None)
        if token in self.message:
            return replace(self, copied=self.message.index(token) + 1)
        return replace(self, at=max(self.field - 1, 0), copied=None)  # the end of what is no copy: a number, a gender

    def _next_field(self, rest: Sequence[int]) -> Draft:
        """The one that was proposed here, where nothing of its value was written; else the one after."""
        if self.at <= self.field + 1 and self.field:
            begin = self.field
        else:
            begin = self.at + rest.index(self.separator) + 1 if self.separator in rest else len(self.line)
        return replace(self, at=begin, field=begin, copied=None)
