"""The parser that asks the language model: prompt in, constrained greedy decoding, answer line out.

The grammar of the message decides which tokens may come next; the model decides which of them does. Tokens that the grammar
forces are not asked for: they go in with the next question.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from retrieval.errors import ModelError
from retrieval.hardware import use_threads, without_progress_bars

from .calibration import Calibration, read_calibration
from .model import DialogueState, Exchange, Parse
from .overreach import guarded
from .parse import AheadUse, clean, exchange_text, grammar, message_text, read_answer

if TYPE_CHECKING:  # torch and transformers are loaded only when a parser is made: importing this module must stay cheap
    import numpy as np
    import torch
    from numpy.typing import NDArray

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
        self._eos: int = self._model.config.eos_token_id
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._words = LLTokenizer(str(folder / "tokenizer.json"), eos_token=self._eos)
        self._lock = Lock()
        self.ahead = AheadUse()
        self._ahead: OrderedDict[Exchange, Any] = OrderedDict()  # exchange -> a cache that has read it
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

        matcher = self._matcher(message)
        written: list[int] = []
        logs: list[float] = []
        with torch.inference_mode():
            cache = self._begun(last)
            pending = self._tokens(message_text(message))
            while len(written) < TOKEN_LIMIT:
                token, log_probability = self._choose(self._read(pending, cache), matcher)
                logs.append(log_probability)
                if token == self._eos:
                    break
                matcher.consume_token(token)
                forced = matcher.compute_ff_tokens()
                matcher.consume_tokens(forced)
                pending = [token, *forced]
                written += pending
        return self._tokenizer.decode(written), sum(logs)

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

    def _begun(self, last: Exchange | None) -> Any:
        """A cache that has read the exchange; the caller's alone."""
        from transformers import DynamicCache

        if last is not None and (kept := self._ahead.pop(last, None)) is not None:
            return kept
        cache = DynamicCache(config=self._model.config)
        if last is not None:
            self._read(self._tokens(exchange_text(last)), cache)
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

    def _read(self, tokens: list[int], cache: Any) -> torch.Tensor:
        """The hidden state after the last of these tokens, (D,); the cache grows by them."""
        import torch

        hidden = self._model.model(input_ids=torch.tensor([tokens]), past_key_values=cache, use_cache=True)
        last: torch.Tensor = hidden.last_hidden_state[0, -1]
        return last

    def _choose(self, hidden: torch.Tensor, matcher: Any) -> tuple[int, float]:
        """The likeliest allowed token and its log probability among the allowed ones. Only their rows of the head are multiplied."""
        import torch

        allowed = torch.from_numpy(allowed_tokens(matcher))
        if len(allowed) == 1:
            return int(allowed[0]), 0.0
        logits = (self._model.lm_head.weight[allowed] @ hidden).float()
        best = int(logits.argmax())
        return int(allowed[best]), float(logits.log_softmax(0)[best])


def allowed_tokens(matcher: Any) -> NDArray[np.int64]:
    """Ids of the tokens that the grammar allows next, ascending."""
    import numpy as np

    bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(bits, bitorder="little"))


def load(folder: Path, adapter: Path | None) -> Any:
    """The model with the adapter merged in, its layers packed for short inputs. ModelError when either is not a model."""
    import torch
    from transformers import AutoModelForCausalLM

    from .packed import pack

    without_progress_bars()
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        if adapter is not None:
            merge(model, adapter)
    except (OSError, ValueError, LookupError, AttributeError, RuntimeError, SafetensorError) as error:
        detail = f"The parser in {folder} with the adapter {adapter} cannot be opened: {error}"
        raise ModelError(
            detail, fix="run `shop models pull`, and name the folder of a LoRA adapter for this model"
        ) from error
    # float16 weights, float32 sums: 22 ms a token where bfloat16 took 42 and float32 48 on one thread of a busy core, measured
    # 2026-11-24. A prompt of 60 tokens takes 157 ms where bfloat16 took 115: more is won than lost from three written tokens on.
    # The head stays as it is, since only a few of its rows are multiplied at a time.
    pack(model.eval().model)
    return model


def merge(model: Any, adapter: Path) -> None:
    """Adds (alpha / r) B A of a LoRA adapter in PEFT's format to the model's weights. Hu et al., 2021.

    PEFT's own merge gives the same weights (a test compares them), but importing it and wrapping 210 layers takes 3 seconds
    of every start.
    """
    import torch

    from .adapter import read_adapter

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    weights = read_adapter(adapter)
    scale = config["lora_alpha"] / config["r"]
    with torch.no_grad():
        for name in (name for name in weights if name.endswith(".lora_A.weight")):
            down, up = weights[name], weights[name.replace(".lora_A.", ".lora_B.")]  # (r, in), (out, r)
            layer = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
            model.get_submodule(layer).weight += scale * up @ down
