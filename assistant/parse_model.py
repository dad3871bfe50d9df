"""The parser that asks the language model: prompt in, constrained greedy decoding, answer line out.

The grammar of the message decides which tokens may come next; the model decides which of them does. Tokens that the grammar
forces are not asked for: they go in with the next question.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
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
from .reading.draft import Drafter
from .reading.overreach import guarded

if TYPE_CHECKING:  # torch is loaded only when a parser is made: importing this module must stay cheap
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from .reading.llama import Cache, Llama

AHEAD = 64  # exchanges read ahead and kept: about 46 KB a token, 4 MB each
TOKEN_LIMIT = 96  # tokens of an answer; of 4,883 labelled messages the longest needs 86, the next 72


class ModelParser:
    """A Parser over a causal language model in a folder, with a LoRA adapter merged into its weights.

    One parse at a time: calls from several threads wait for each other, because they would only share the same cores.
    """

    def __init__(
        self, folder: Path, adapter: Path | None, *, threads: int = 1, calibration: Calibration | None = None
    ) -> None:
        """calibration: that beside the adapter where none is given; without any, confidence is the line's probability."""
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

    def parse(self, message: str, state: DialogueState) -> Parse:
        """What the message says after `state.last`; an empty message is `other`. The same message and exchange give the same parse."""
        if not clean(message):
            return Parse("other", acts=("other",))
        with self._lock:
            self._count(state.last)
            line, log_probability = self.answer(message, state.last)
        calibration = self._calibration
        confidence = calibration.confidence(log_probability) if calibration else math.exp(log_probability)
        return guarded(replace(read_answer(line, message), confidence=confidence), message)

    def _count(self, last: Exchange | None) -> None:
        if last in self._ahead:
            self.ahead.hits += 1
        elif last is not None:
            self.ahead.misses += 1

    def answer(self, message: str, last: Exchange | None) -> tuple[str, float]:
        """(the answer line, the log of its probability among all that the grammar allows).

        The whole line's probability tells right readings from wrong ones better than the mean of its tokens: area under the
        curve 0.865 and 0.828 on the 359 development messages.
        """
        import torch

        with torch.inference_mode():
            written, log_probability = self._write(message, self._begun(last), self._matcher(message))
        return self._tokenizer.decode(written), log_probability

    def _write(self, message: str, cache: Cache, matcher: Any) -> tuple[list[int], float]:
        """The answer's tokens and the log of their probability. `guess` goes in with what was written; as far as it is what the
        model chooses and the grammar forces, no further forward is needed."""
        draft = self._drafter.start(self._tokens(" " + clean(message)))
        pending, guess = self._tokens(message_text(message)), list[int]()
        written, sum_of_logs = list[int](), 0.0
        while len(written) < TOKEN_LIMIT:
            states = self._model.read([*pending, *guess], cache, last=1 + len(guess))
            right, read = 0, cache.length - len(guess)
            pending = []
            while not pending:
                token, log_probability = self._choose(states[right], matcher)
                sum_of_logs += log_probability
                if token == self._model.eos:
                    return written, sum_of_logs
                step = [token, *_forced(token, matcher)]
                written += step
                draft = draft.take(step)
                same = _same(step, guess[right:])
                right, pending = right + same, step[same:]
            cache.length = read + right
            guess = draft.guess()
        return written, sum_of_logs

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

    def _choose(self, hidden: torch.Tensor, matcher: Any) -> tuple[int, float]:
        """The likeliest allowed token and its log probability among the allowed ones. Only their rows of the head are multiplied."""
        import torch

        allowed = torch.from_numpy(allowed_tokens(matcher))
        if len(allowed) == 1:
            return int(allowed[0]), 0.0
        logits = self._model.logits(hidden, allowed)
        best = int(logits.argmax())
        return int(allowed[best]), float(logits.log_softmax(0)[best])


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
