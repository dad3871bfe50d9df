"""The parser that asks the language model: prompt in, constrained decoding, answer lines out, of which the tagger chooses.

The grammar of the message decides which tokens may come next; the model decides which of them does. Where the model was in two
minds the line is written again from there with the other token (reading/lines.py).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from retrieval.errors import ModelError
from retrieval.hardware import use_threads

from .model import DialogueState, Exchange, Parse
from .parse import AheadUse, clean, exchange_text, grammar, message_text, read_answer
from .reading.calibration import Calibration, read_calibration
from .reading.draft import Draft
from .reading.overreach import guarded
from .reading.tagging.tagger import Tagged, Tagger

if TYPE_CHECKING:  # torch is loaded only when a parser is made: importing this module must stay cheap
    from .reading.lines import Line
    from .reading.llama import Cache, Llama

AHEAD = 64  # exchanges read ahead and kept: about 46 KB a token, 4 MB each
# A line at least as likely is not doubted; else so many others are written, which may be less likely by so much, in logs, up to where
# they part. 8 others, by up to 4.5, of lines up to .97, read none of five files better (docs/log.md).
SURE = math.log(0.9)
FORKS = 5
FURTHER = 3.0
LEFT = 96  # tokens that all others may take together; those that have not ended by then are given up


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
        self._separator = self._tokens("a;")[-1]
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
        tagged = self._tagged(message, last)
        lines = self._lines(message, last, tagged)
        readings = [(read_answer(self._text(line), message), line.log_probability) for line in lines]
        if self.tagger is None or tagged is None or len(readings) == 1:
            return readings[0]
        place, share = self.tagger.best(tagged, readings)
        parse, log_probability = readings[place]
        return parse, log_probability + share

    def readings(self, message: str, last: Exchange | None) -> list[tuple[Parse, float]]:
        """What the message may say, each with the log of its line's probability, in the order of `answers`."""
        return [(read_answer(line, message), log_p) for line, log_p in self.answers(message, last)]

    def answers(self, message: str, last: Exchange | None) -> list[tuple[str, float]]:
        """Answer lines with the logs of their probabilities among all that the grammar allows: first that of the likeliest tokens, and,
        where there is a tagger to choose among them and this one is not sure, those that part from it at one token."""
        lines = self._lines(message, last, self._tagged(message, last))
        return [(self._text(line), line.log_probability) for line in lines]

    def _lines(self, message: str, last: Exchange | None, tagged: Tagged | None) -> list[Line]:
        import torch

        from .reading.lines import TOKEN_LIMIT, Line, write

        with torch.inference_mode():
            cache, words, matcher = self._begun(last), self._tokens(message_text(message)), self._matcher(message)
            line = Line(matcher, words, list(range(cache.length)), self._draft(message, tagged))
            begun = cache.length + len(words)
            write([line], self._model, cache, limit=TOKEN_LIMIT)
            return [line, *self._others(line, cache, begun)]

    def _tagged(self, message: str, last: Exchange | None) -> Tagged | None:
        return self.tagger.tag(message, last) if self.tagger else None

    def _draft(self, message: str, tagged: Tagged | None) -> Draft:
        """By the line that the tagger would write."""
        line = self._tokens(tagged.line()) if tagged else []
        return Draft(tuple(line), tuple(self._tokens(" " + clean(message))), self._separator)

    def _others(self, line: Line, cache: Cache, begun: int) -> list[Line]:
        """The lines that part from this one. begun: tokens in the cache before it."""
        from .reading.lines import write

        if self.tagger is None or line.log_probability >= SURE:
            return []
        near = [fork for fork in line.forks if fork.log_probability > line.log_probability - FURTHER]
        likeliest = sorted(near, key=lambda fork: -fork.log_probability)[:FORKS]
        line.matcher.reset()
        others = [line.parted(fork, begun, self._model.eos) for fork in likeliest]
        write(others, self._model, cache, limit=LEFT)
        return [other for other in others if other.ended]

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

    def _text(self, line: Line) -> str:
        text: str = self._tokenizer.decode(line.written)
        return text

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _matcher(self, message: str) -> Any:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._words, LLMatcher.grammar_from_lark(grammar(message)))
        if matcher.is_error():
            raise ModelError(f"The grammar of a message was refused: {matcher.get_error()}", fix="report this message")
        return matcher


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
