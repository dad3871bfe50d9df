"""Answer lines as they are written: the grammar says which tokens may come next, the model which of them does.

Tokens that the grammar forces are not asked for: they go in with the next question. Several lines are written side by side, so that
the weights are read once for all of them. Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Any

import torch

from .llama import Branch, Cache, Llama, Text
from .matching import allowed_tokens, with_forced

if TYPE_CHECKING:
    from .draft import Draft

TOKEN_LIMIT = 96  # tokens of an answer; of 4,883 labelled messages the longest needs 86, the next 72
_TOP = 4  # tokens of one place that are thought of


@dataclass(frozen=True)
class Fork:
    """Where a line might have gone on otherwise. at: tokens written before; log_probability: up to the other token and with it."""

    at: int
    token: int
    log_probability: float
    draft: Draft


@dataclass
class Line:
    """A line under way. matcher: of the grammar, which has taken `written`. pending: tokens that the model has not read; seen: where in
    the cache those before them are; draft: how the line likely goes on."""

    matcher: Any
    pending: Sequence[int]
    seen: list[int]
    draft: Draft
    written: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    forks: list[Fork] = field(default_factory=list)
    ended: bool = False

    def guess(self) -> Sequence[int]:
        """Tokens that are read with the pending ones; as far as the model chooses or the grammar forces them, that was one forward less."""
        return self.draft.guess()

    def take(self, model: Llama, states: torch.Tensor, guess: Sequence[int], place: int) -> None:
        """Goes on by what the model says after the pending tokens and the guess, which lie in the cache from `place` on."""
        first, right = len(self.pending) - 1, 0
        self.pending = ()
        while not self.pending:
            (token, log_probability), *others = _choose(model, states[first + right], self.matcher)
            at, before = len(self.written), self.log_probability
            self.forks += [Fork(at, other, before + log_p, self.draft) for other, log_p in others]
            self.log_probability += log_probability
            if token == model.eos:
                self.ended = True
                break
            step = self.add(token)
            same = _same(step, guess[right:])
            right, self.pending = right + same, step[same:]
        self.seen += range(place, place + first + 1 + right)

    def add(self, token: int) -> list[int]:
        """Writes a token and those that the grammar forces after it."""
        step = with_forced(token, self.matcher)
        self.written += step
        self.draft = self.draft.take(step)
        return step

    def parted(self, fork: Fork, begun: int, eos: int) -> Line:
        """The line that goes another way there, then likely along this one where the draft knows no better; `matcher` must be at the
        grammar's start. begun: places in the cache before the line."""
        matcher, before = self.matcher.deep_copy(), self.written[: fork.at]
        draft = fork.draft if fork.token in fork.draft.guess()[:1] else fork.draft.along(self.written, fork.at)
        line = Line(matcher, (), self.seen[: begun + fork.at], draft, before, fork.log_probability)
        if fork.token == eos:
            line.ended = True
        else:
            matcher.consume_tokens(before)
            line.pending = line.add(fork.token)
        return line


@dataclass
class Page:
    """A text in a cache and the lines that are written after it. What no line has seen at the end of the cache is forgotten again, so
    that a line alone lies in it as a text that was read."""

    cache: Cache
    lines: list[Line]

    @property
    def written(self) -> int:
        """Tokens of all lines together."""
        return sum(len(line.written) for line in self.lines)

    def under_way(self) -> list[Line]:
        return [line for line in self.lines if not line.ended and len(line.written) < TOKEN_LIMIT]


def write(pages: Sequence[Page], model: Llama, *, limit: int) -> None:
    """Writes the lines of several pages side by side to their ends, each at most TOKEN_LIMIT long; on a page no more is begun once `limit`
    tokens were written of its lines together."""
    most = [page.written + limit for page in pages]
    while going := [
        (page, lines)
        for page, end in zip(pages, most, strict=True)
        if page.written < end and (lines := page.under_way())
    ]:
        guesses = [[line.guess() for line in lines] for _, lines in going]
        texts = [
            Text(
                [Branch([*line.pending, *guess], line.seen) for line, guess in zip(lines, own, strict=True)], page.cache
            )
            for (page, lines), own in zip(going, guesses, strict=True)
        ]
        before = [page.cache.length for page, _ in going]
        for (page, lines), own, begin, after in zip(going, guesses, before, model.read_texts(texts), strict=True):
            places = accumulate(map(len, after), initial=begin)
            for line, states, guess, place in zip(lines, after, own, places, strict=False):
                line.take(model, states, guess, place)
            page.cache.length = 1 + max(line.seen[-1] for line in page.lines)


def _choose(model: Llama, hidden: torch.Tensor, matcher: Any) -> list[tuple[int, float]]:
    """The likeliest allowed tokens, the best first, with their log probabilities among the allowed ones. Only their rows of the head
    are multiplied."""
    allowed = torch.from_numpy(allowed_tokens(matcher))
    if len(allowed) == 1:
        return [(int(allowed[0]), 0.0)]
    logs, places = model.logits(hidden, allowed).log_softmax(0).topk(min(_TOP, len(allowed)))
    return list(zip(allowed[places].tolist(), logs.tolist(), strict=True))


def _same(these: Sequence[int], those: Sequence[int]) -> int:
    """How many tokens at the beginning are the same."""
    pairs = zip(these, those, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
