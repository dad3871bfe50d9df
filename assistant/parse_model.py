"""The parser that asks the language model: prompt in, constrained decoding, answer lines out, of which the tagger chooses.

The grammar of the message decides which tokens may come next; the model decides which of them does. Tokens that the grammar
forces are not asked for: they go in with the next question. Where the model was in two minds the line is written again from
there with the other token.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from retrieval.errors import ModelError
from retrieval.hardware import use_threads

from .model import DialogueState, Exchange, Parse
from .parse import AheadUse, clean, exchange_text, grammar, message_text, read_answer
from .reading.calibration import Calibration, read_calibration
from .reading.draft import Draft, Drafter
from .reading.overreach import guarded
from .reading.tagging.tagger import Tagger

if TYPE_CHECKING:  # torch is loaded only when a parser is made: importing this module must stay cheap
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from .reading.llama import Cache, Llama

AHEAD = 64  # exchanges read ahead and kept: about 46 KB a token, 4 MB each
TOKEN_LIMIT = 96  # tokens of an answer; of 4,883 labelled messages the longest needs 86, the next 72
# A line at least as likely is not doubted; else so many others are written, which may be less likely by so much, in logs, up to where
# they part. 8 others, by up to 4.5, of lines up to .97, read none of five files better (docs/log.md).
SURE = math.log(0.9)
FORKS = 5
FURTHER = 3.0
LEFT = 96  # tokens that all others may take together; one that does not end within what is left is given up
_TOP = 4  # tokens of one place that are thought of


@dataclass(frozen=True)
class _Start:
    """A line under way. written: its tokens; pending: those that the model has not read; draft: how it likely goes on."""

    written: tuple[int, ...]
    pending: tuple[int, ...]
    log_probability: float
    draft: Draft


@dataclass(frozen=True)
class _Fork:
    """Where a line might have gone on otherwise. at: tokens written before; log_probability: up to the other token and with it."""

    at: int
    token: int
    log_probability: float
    draft: Draft


@dataclass(frozen=True)
class _Line:
    tokens: tuple[int, ...]
    log_probability: float
    forks: tuple[_Fork, ...]


class ModelParser:
    """A Parser over a causal language model in a folder, with a LoRA adapter merged into its weights.

    One parse at a time: calls from several threads wait for each other, because they would only share the same cores.
    """

    def __init__(
        self,
        folder: Path,
        adapter: Path | None,
        *,
        threads: int = 1,
        calibration: Calibration | None = None,
        tagger: Tagger | None = None,
    ) -> None:
        """calibration: that beside the adapter where none is given; without any, confidence is the reading's probability.

        tagger: chooses among the likeliest lines; without one it is the line of the likeliest tokens.
        """
        from llguidance import LLTokenizer
        from tokenizers import Tokenizer

        use_threads(threads)
        self._model = load(folder, adapter)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._words = LLTokenizer(str(folder / "tokenizer.json"), eos_token=self._model.eos)
        self._drafter = Drafter(self._tokens)
        self._lock = Lock()
        self.ahead = AheadUse()
        self._ahead: OrderedDict[Exchange, Cache] = OrderedDict()  # exchange -> a cache that has read it
        self._calibration = calibration or read_calibration(adapter)
        self.tagger = tagger

    def parse(self, message: str, state: DialogueState) -> Parse:
        """What the message says after `state.last`; an empty message is `other`. The same message and exchange give the same parse."""
        if not clean(message):
            return Parse("other", acts=("other",))
        with self._lock:
            self._count(state.last)
            parse, log_probability = self.read(message, state.last)
        calibration = self._calibration
        confidence = calibration.confidence(log_probability) if calibration else math.exp(log_probability)
        return guarded(replace(parse, confidence=confidence), message)

    def _count(self, last: Exchange | None) -> None:
        if last in self._ahead:
            self.ahead.hits += 1
        elif last is not None:
            self.ahead.misses += 1

    def read(self, message: str, last: Exchange | None) -> tuple[Parse, float]:
        """(what was read, not yet `guarded`; the log of its probability: of its line, times its share among the readings).

        The whole line's probability tells right readings from wrong ones better than the mean of its tokens: area under the
        curve 0.865 and 0.828 on the 359 development messages.
        """
        readings = self.readings(message, last)
        if len(readings) == 1 or self.tagger is None:
            return readings[0]
        place, share = self.tagger.best(message, last, readings)
        parse, log_probability = readings[place]
        return parse, log_probability + share

    def readings(self, message: str, last: Exchange | None) -> list[tuple[Parse, float]]:
        """What the message may say, each with the log of its line's probability, in the order of `answers`."""
        return [(read_answer(line, message), log_p) for line, log_p in self.answers(message, last)]

    def answers(self, message: str, last: Exchange | None) -> list[tuple[str, float]]:
        """Answer lines with the logs of their probabilities among all that the grammar allows: first that of the likeliest tokens, and,
        where there is a tagger to choose among them and this one is not sure, those that part from it at one token."""
        import torch

        with torch.inference_mode():
            cache, words = self._begun(last), self._tokens(message_text(message))
            begun, matcher = cache.length + len(words), self._matcher(message)
            draft = self._drafter.start(self._tokens(" " + clean(message)))
            line = self._write(_Start((), tuple(words), 0.0, draft), cache, matcher)
            lines = [line, *self._others(line, cache, begun, matcher)]
        return [(self._tokenizer.decode(one.tokens), one.log_probability) for one in lines]

    def _others(self, line: _Line, cache: Cache, begun: int, matcher: Any) -> Iterable[_Line]:
        """The lines that part from this one. begun: tokens in the cache before it.

        The last place first: what the cache holds of the line before a place stays as it is."""
        if self.tagger is None or line.log_probability >= SURE:
            return
        near = [fork for fork in line.forks if fork.log_probability > line.log_probability - FURTHER]
        likeliest = sorted(near, key=lambda fork: -fork.log_probability)[:FORKS]
        left = LEFT
        for fork in sorted(likeliest, key=lambda fork: -fork.at):
            before = line.tokens[: fork.at]
            if fork.token == self._model.eos:
                yield _Line(before, fork.log_probability, ())
                continue
            matcher.reset()
            matcher.consume_tokens(list(before))
            step = (fork.token, *_forced(fork.token, matcher))
            cache.length = begun + fork.at
            start = _Start((*before, *step), step, fork.log_probability, fork.draft.take(step))
            limit = min(len(start.written) + left, TOKEN_LIMIT)
            other = self._write(start, cache, matcher, limit)
            left -= len(other.tokens) - len(before)
            if len(other.tokens) < limit:
                yield other

    def _write(self, start: _Start, cache: Cache, matcher: Any, limit: int = TOKEN_LIMIT) -> _Line:
        """The line from there to its end, or to `limit` tokens. A guess goes in with what was written; as far as it is what the model
        chooses and the grammar forces, no further forward is needed."""
        written, pending, draft, sum_of_logs = (
            list(start.written),
            list(start.pending),
            start.draft,
            start.log_probability,
        )
        guess, forks = draft.guess() if written else [], list[_Fork]()
        while len(written) < limit:
            states = self._model.read([*pending, *guess], cache, last=1 + len(guess))
            right, read = 0, cache.length - len(guess)
            pending = []
            while not pending:
                (token, log_probability), *others = self._choose(states[right], matcher)
                forks += [_Fork(len(written), other, sum_of_logs + log_p, draft) for other, log_p in others]
                sum_of_logs += log_probability
                if token == self._model.eos:
                    return _Line(tuple(written), sum_of_logs, tuple(forks))
                step = [token, *_forced(token, matcher)]
                written += step
                draft = draft.take(step)
                same = _same(step, guess[right:])
                right, pending = right + same, step[same:]
            cache.length = read + right
            guess = draft.guess()
        return _Line(tuple(written), sum_of_logs, tuple(forks))

    def read_ahead(self, last: Exchange) -> None:
        """Reads an exchange before the message after it comes, so that only the message has to be read then.

        The parse is the same, bit for bit: the exchange is a step of its own in either case.
        """
        import torch

        with self._lock, torch.inference_mode():
            if last not in self._ahead:
                self._ahead[last] = self._begun(last)
            while len(self._ahead) > AHEAD:
                self._ahead.popitem(last=False)

    def _begun(self, last: Exchange | None) -> Cache:
        """A cache that has read the exchange; the caller's alone."""
        if last is not None and (kept := self._ahead.pop(last, None)) is not None:
            return kept
        cache = self._model.cache()
        if last is not None:
            self._model.read(self._tokens(exchange_text(last)), cache)
        return cache

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _matcher(self, message: str) -> Any:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._words, LLMatcher.grammar_from_lark(grammar(message)))
        if matcher.is_error():
            raise ModelError(f"The grammar of a message was refused: {matcher.get_error()}", fix="report this message")
        return matcher

    def _choose(self, hidden: torch.Tensor, matcher: Any) -> list[tuple[int, float]]:
        """The likeliest allowed tokens, the best first, with their log probabilities among the allowed ones. Only their rows of the head
        are multiplied."""
        import torch

        allowed = torch.from_numpy(allowed_tokens(matcher))
        if len(allowed) == 1:
            return [(int(allowed[0]), 0.0)]
        logs, places = self._model.logits(hidden, allowed).log_softmax(0).topk(min(_TOP, len(allowed)))
        return list(zip(allowed[places].tolist(), logs.tolist(), strict=True))


def allowed_tokens(matcher: Any) -> NDArray[np.int64]:
    """Ids of the tokens that the grammar allows next, ascending."""
    import numpy as np

    bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(bits, bitorder="little"))


def _forced(token: int, matcher: Any) -> list[int]:
    """What the grammar forces after this token; the matcher has then taken all of them."""
    matcher.consume_token(token)
    forced: list[int] = matcher.compute_ff_tokens()
    matcher.consume_tokens(forced)
    return forced


def _same(these: Sequence[int], those: Sequence[int]) -> int:
    """How many tokens at the beginning are the same."""
    pairs = zip(these, those, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def load(folder: Path, adapter: Path | None) -> Llama:
    """The model with the adapter merged in. ModelError when either is not a model."""
    from .reading.llama import Llama

    try:
        return Llama(folder, adapter)
    except (OSError, ValueError, LookupError, AttributeError, RuntimeError, SafetensorError) as error:
        detail = f"The parser in {folder} with the adapter {adapter} cannot be opened: {error}"
        raise ModelError(
            detail, fix="run `shop models pull`, and name the folder of a LoRA adapter for this model"
        ) from error
