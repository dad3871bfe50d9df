"""The writer in this process: a chat model in a folder, read by transformers. Only one that is large enough may write."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from threading import Lock
from typing import Any

from retrieval.errors import ModelError
from retrieval.hardware import use_threads, without_progress_bars

from .writer import TOKEN_LIMIT, Script, messages


class ModelWriter:
    """A Writer over a causal language model with a chat template. One draft at a time.

    temperature: 0 takes the likeliest token each time; above it tokens are drawn, the same ones for the same seed and order of drafts.
    """

    def __init__(
        self, folder: Path, *, least_parameters: float = 0, threads: int = 1, timeout_s: float = 8.0, token_limit: int = TOKEN_LIMIT,
        temperature: float = 0.0, seed: int = 0,
    ) -> None:  # fmt: skip
        """ModelError when the folder holds no such model, or one with fewer than `least_parameters`."""
        import torch

        use_threads(threads)
        self._model, self._tokenizer = _load(folder)
        count = sum(weights.numel() for weights in self._model.parameters())
        if count < least_parameters:
            detail = f"The model in {folder} has {count / 1e9:.2f} billion parameters, {least_parameters / 1e9:g} are needed to write."
            raise ModelError(detail, fix="name a larger model in SHOP_LLM_FOLDER, or lower SHOP_LLM_LEAST_PARAMETERS")
        self._timeout_s, self._token_limit, self._temperature = timeout_s, token_limit, temperature
        self._generator = torch.Generator().manual_seed(seed)
        self._lock = Lock()

    def draft(self, script: Script) -> Generator[str, None, None]:
        """The model's words as they are written, until it ends or has `token_limit` tokens. ModelError when it was too slow."""
        until = time.monotonic() + self._timeout_s
        with self._lock:
            written: list[int] = []
            given = ""
            for token in self._written(messages(script)):
                if time.monotonic() > until:
                    raise ModelError(
                        f"The local writer took over {self._timeout_s:g} s.", fix="raise SHOP_LLM_TIMEOUT_S"
                    )
                written.append(token)
                text = self._tokenizer.decode(written, skip_special_tokens=True)
                if not text.endswith("�"):  # half a character: the next token completes it
                    yield text[len(given) :]
                    given = text

    def _written(self, asked: list[dict[str, str]]) -> Generator[int, None, None]:
        import torch
        from transformers import DynamicCache

        ids = self._tokenizer.apply_chat_template(
            asked, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        pending, cache = ids["input_ids"], DynamicCache(config=self._model.config)
        for _ in range(self._token_limit):
            with torch.inference_mode():
                logits = self._model(input_ids=pending, past_key_values=cache, use_cache=True, logits_to_keep=1).logits
            token = self._drawn(logits[0, -1].float())
            if token in self._ends:
                return
            yield token
            pending = torch.tensor([[token]])

    def _drawn(self, logits: Any) -> int:
        import torch

        if not self._temperature:
            return int(logits.argmax())
        return int(torch.multinomial((logits / self._temperature).softmax(0), 1, generator=self._generator))

    @property
    def _ends(self) -> set[int]:
        ends = self._model.generation_config.eos_token_id
        return {self._tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}


def _load(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    without_progress_bars()
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", local_files_only=True)
        return model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, LookupError, AttributeError, RuntimeError) as error:
        raise ModelError(
            f"The writer in {folder} cannot be opened: {error}", fix="name the folder of a transformers chat model"
        ) from error
