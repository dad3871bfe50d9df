"""The parser that asks the language model: prompt in, constrained decoding, answer lines out, of which the tagger chooses.

The grammar of the message decides which tokens may come next; the model decides which of them does. Where the model was in two
minds the line is written again from there with the other token (reading/lines.py).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
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

Said = tuple[str, Exchange | None]  # a message, and the exchange before it
Reading = tuple[Parse, float]

WAITING = 64  # messages read before their turn whose readings are kept
AHEAD = 64  # exchanges read ahead and kept: about 46 KB a token, 4 MB each
# A line at least as likely is not doubted; else so many others are written, which may be less likely by so much, in logs, up to where
# they part. 8 others, by up to 4.5, of lines up to .97, read none of five files better (docs/log.md).
SURE = math.log(0.9)
FORKS = 5
FURTHER = 3.0
DOUBTED = 56  # tokens of a line: 14 of 27,000 labelled messages need more, and what is no language goes on to the limit
LEFT = 96  # tokens that all others may take together; those that have not ended by then are given up


class ModelParser:
    """A Parser over a causal language model in a folder, with a LoRA adapter merged into its weights.

    One call at a time: those from several threads wait for each other, because they would only share the same cores.
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
        self._waiting: OrderedDict[Said, Reading] = OrderedDict()  # what was read before its turn came
        self._calibration = calibration or read_calibration(adapter)
        self.tagger = tagger

    def parse(self, message: str, state: DialogueState) -> Parse:
        """What the message says after `state.last`; an empty message is `other`. The same message and exchange give the same parse."""
        if not clean(message):
            return Parse("other", acts=("other",))
        with self._lock:
            reading = self._waiting.pop((message, state.last), None)
            if reading is None:
                self._count(state.last)
                reading = self.read(message, state.last)
        parse, log_probability = reading
        calibration = self._calibration
        confidence = calibration.confidence(log_probability) if calibration else math.exp(log_probability)
        return guarded(replace(parse, confidence=confidence), message)

    def read_waiting(self, said: Sequence[Said]) -> None:
        """Reads messages that wait, together, since the weights are then read once for all of them; `parse` gives what was read."""
        with self._lock:
            unread = [one for one in dict.fromkeys(said) if clean(one[0]) and one not in self._waiting]
            for _, last in unread:
                self._count(last)
            self._waiting.update(zip(unread, self._read(unread), strict=True))
            while len(self._waiting) > WAITING:
                self._waiting.popitem(last=False)

    def _count(self, last: Exchange | None) -> None:
        if last in self._ahead:
            self.ahead.hits += 1
        elif last is not None:
            self.ahead.misses += 1

    def read(self, message: str, last: Exchange | None) -> Reading:
        """(what was read, not yet `guarded`; the log of its probability: of its line, times its share among the readings).

        The whole line's probability tells right readings from wrong ones better than the mean of its tokens: area under the
        curve 0.865 and 0.828 on the 359 development messages.
        """
        (reading,) = self._read([(message, last)])
        return reading

    def readings(self, message: str, last: Exchange | None) -> list[Reading]:
        """What the message may say, each with the log of its line's probability, in the order of `answers`."""
        return [(read_answer(line, message), log_p) for line, log_p in self.answers(message, last)]

    def answers(self, message: str, last: Exchange | None) -> list[tuple[str, float]]:
        """Answer lines with the logs of their probabilities among all that the grammar allows: first that of the likeliest tokens, and,
        where there is a tagger to choose among them and this one is not sure, nor long, those that part from it at one token."""
        ((lines, _),) = self._written([(message, last)])
        return [(self._text(line), line.log_probability) for line in lines]

    def _read(self, said: Sequence[Said]) -> list[Reading]:
        return [
            self._chosen(message, lines, tagged)
            for (message, _), (lines, tagged) in zip(said, self._written(said), strict=True)
        ]

    def _chosen(self, message: str, lines: Sequence[Line], tagged: Tagged | None) -> Reading:
        readings = [(read_answer(self._text(line), message), line.log_probability) for line in lines]
        if self.tagger is None or tagged is None or len(readings) == 1:
            return readings[0]
        place, share = self.tagger.best(tagged, readings)
        parse, log_probability = readings[place]
        return parse, log_probability + share

    def _written(self, said: Sequence[Said]) -> list[tuple[list[Line], Tagged | None]]:
        """For each message its lines, and what the tagger says of it: all first lines side by side, then all others."""
        import torch

        from .reading.lines import TOKEN_LIMIT, Line, Page, write

        tagged = [self.tagger.tag(message, last) if self.tagger else None for message, last in said]
        with torch.inference_mode():
            first: list[tuple[Line, Cache]] = []
            for (message, _), tags, cache in zip(said, tagged, self._begun([last for _, last in said]), strict=True):
                words, seen = self._tokens(message_text(message)), list(range(cache.length))
                first.append((Line(self._matcher(message), words, seen, self._draft(message, tags)), cache))
            begun = [cache.length + len(line.pending) for line, cache in first]
            write([Page(cache, [line]) for line, cache in first], self._model, limit=TOKEN_LIMIT)
            others = [self._others(line, at) for (line, _), at in zip(first, begun, strict=True)]
            pages = [Page(cache, own) for (_, cache), own in zip(first, others, strict=True) if own]
            write(pages, self._model, limit=LEFT)
        lines = [[line, *(one for one in own if one.ended)] for (line, _), own in zip(first, others, strict=True)]
        return list(zip(lines, tagged, strict=True))

    def _draft(self, message: str, tagged: Tagged | None) -> Draft:
        """By the line that the tagger would write."""
        line = self._tokens(tagged.line()) if tagged else []
        return Draft(tuple(line), tuple(self._tokens(" " + clean(message))), self._separator)

    def _others(self, line: Line, begun: int) -> list[Line]:
        """The lines that part from this one, to be written. begun: tokens in the cache before it."""
        if self.tagger is None or line.log_probability >= SURE or len(line.written) > DOUBTED:
            return []
        near = [fork for fork in line.forks if fork.log_probability > line.log_probability - FURTHER]
        likeliest = sorted(near, key=lambda fork: -fork.log_probability)[:FORKS]
        line.matcher.reset()
        return [line.parted(fork, begun, self._model.eos) for fork in likeliest]

    def read_ahead(self, last: Exchange) -> None:
        """Reads an exchange before the message after it comes, so that only the message has to be read then.

        The parse is the same, bit for bit: the exchange is a step of its own in either case.
        """
        import torch

        with self._lock, torch.inference_mode():
            if last not in self._ahead:
                (self._ahead[last],) = self._begun([last])
            while len(self._ahead) > AHEAD:
                self._ahead.popitem(last=False)

    def _begun(self, lasts: Sequence[Exchange | None]) -> list[Cache]:
        """For each a cache that has read the exchange; the caller's alone."""
        from .reading.llama import Branch, Text

        kept = [self._ahead.pop(last, None) if last else None for last in lasts]
        caches = [one or self._model.cache() for one in kept]
        unread = [
            Text([Branch(self._tokens(exchange_text(last)), ())], cache)
            for last, one, cache in zip(lasts, kept, caches, strict=True)
            if last and one is None
        ]
        if unread:
            self._model.read_texts(unread)
        return caches

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
