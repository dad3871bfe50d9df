"""How an answer line likely goes on, guessed without the model, so that one forward of the model settles several tokens.

Most of a line is copied from the message in its order. A guess costs the reading of a token more; it changes no line, since the model's
own choice is taken at each place (of two tokens that are as likely, rounding may take the other). Leviathan et al., ICML 2023, with the
message as the draft (Saxena, 2023).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..parse import COPIED, INTENT_WORDS, PRICE_WORDS

LENGTH = 3  # tokens of a guess: of 0 to 6 the least time a parse on two cores, docs/log.md

# The field that most often follows an act or a field in 2,000 labelled messages; `feature` follows all others.
_FOLLOWS = {
    "add": "ref", "remove": "ref", "similar": "ref", "match": "ref", "compare": "ref", "feedback": "ref",
    "policy": "ask", "change": "ask", "status": "ask", "ask": "ref", "ref": "ask",
    "color": "product", "material": "product", "min": "max",
}  # fmt: skip
# After these a line most often ends.
_LAST = frozenset({"max", "about", "count", "email"})
_ALONE = frozenset({"hello", "bye", "help", "human", "cart", "checkout", "reset", "more", "other"})


class Drafter:
    """Guesses for a tokenizer."""

    def __init__(self, tokens: Callable[[str], Sequence[int]]) -> None:
        """tokens: the ids of a text."""
        words = (*INTENT_WORDS.values(), *COPIED.values(), *PRICE_WORDS, "ref", "sort", "gender", "count", "then")
        self._token_of = {word: tokens(f" {word}")[0] for word in words}
        self._name_of = {token: word for word, token in self._token_of.items()}
        self.separator = tokens("a;")[-1]
        self._signs = frozenset(tokens(f"a{sign}")[-1] for sign in ",.?!:")

    def start(self, message: Sequence[int]) -> Draft:
        """Of a line about the message of these tokens."""
        return Draft(self, tuple(message))

    def follows(self, name: str) -> int:
        """The name of the field after this one, or after this act."""
        return self._token_of[_FOLLOWS.get(name, "feature")]

    def name(self, token: int) -> str:
        return self._name_of.get(token, "")

    def is_sign(self, token: int) -> bool:
        return token in self._signs


@dataclass(frozen=True)
class Draft:
    """Where a line stands. at: the place in the message that is copied next. name: of the act or the field that was begun."""

    of: Drafter
    message: tuple[int, ...]
    at: int = 0
    name: str = ""
    stage: Literal["act", "acted", "name", "value", "within"] = "act"

    def take(self, tokens: Sequence[int]) -> Draft:
        """The same line with these tokens written."""
        draft = self
        for token in tokens:
            draft = draft._taken(token)
        return draft

    def guess(self, limit: int = LENGTH) -> list[int]:
        """At most so many tokens; fewer where nothing is likely."""
        draft, guessed = self, list[int]()
        while len(guessed) < limit and (token := draft._next()) is not None:
            guessed.append(token)
            draft = draft._taken(token)
        return guessed

    def _taken(self, token: int) -> Draft:
        if token == self.of.separator:
            return replace(self, stage="name")
        name = self.of.name(token)
        if self.stage == "act":
            return replace(self, stage="acted", name=name)
        if self.stage == "name":
            return replace(self, stage="act" if name == "then" else "value", name=name)
        return replace(self, stage="within", at=self._place_of(token) + 1)

    def _next(self) -> int | None:
        if self.stage == "act":
            return None
        if self.stage == "acted":
            return None if self.name in _ALONE else self.of.separator
        if self.stage == "name":
            return self.of.follows(self.name)
        ahead = self.message[self.at :]
        if self.stage == "value":
            return next((token for token in ahead if not self.of.is_sign(token)), None)
        if not ahead or self.name in _LAST:
            return None  # the end: it needs no guess, since nothing is read after it
        return self.of.separator if self.of.is_sign(ahead[0]) or self.name == "ref" else ahead[0]

    def _place_of(self, token: int) -> int:
        """Where it stands from here on, else anywhere; a token that is nowhere moves nothing."""
        for begin in (self.at, 0):
            if token in self.message[begin:]:
                return self.message.index(token, begin)
        return self.at - 1
