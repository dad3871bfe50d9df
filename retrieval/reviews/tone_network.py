"""The reader of tones: a linear head of this project on what MiniLM's fourth layer makes of a sentence.

Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from ..dense import Vectors
from ..hardware import compute_dtype, use_threads, without_progress_bars
from .tone import Heard

LAYERS = 4  # of six: the last two know what a sentence speaks of, and forget how (docs/log.md)
TOKENS = 64  # a longer sentence is cut
BATCH = 32
HEAD = "head.json"


class SentenceFeatures:
    """Sentences to the mean over their tokens of MiniLM's fourth layer."""

    def __init__(self, base: Path, *, threads: int = 1) -> None:
        use_threads(threads)
        without_progress_bars()
        self._tokenizer: Any = Tokenizer.from_file(str(base / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)
        encoder = AutoModel.from_pretrained(
            base, dtype=compute_dtype(), add_pooling_layer=False, num_hidden_layers=LAYERS
        )
        self._encoder = encoder.eval().requires_grad_(False)

    def of(self, sentences: Sequence[str]) -> Vectors:
        """(n, 384) float32, in their order; those of like length go together."""
        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        found = np.zeros((len(sentences), self._encoder.config.hidden_size), dtype=np.float32)
        with torch.inference_mode():
            for at in range(0, len(order), BATCH):
                chosen = order[at : at + BATCH]
                found[chosen] = self._means([sentences[place] for place in chosen])
        return found

    def _means(self, sentences: list[str]) -> Vectors:
        tokens = [one.ids for one in self._tokenizer.encode_batch(sentences)]
        ids = torch.zeros((len(tokens), max(map(len, tokens))), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, found in enumerate(tokens):
            ids[row, : len(found)] = torch.tensor(found)
            mask[row, : len(found)] = 1
        hidden = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()  # (B, T, D)
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        means: Vectors = ((hidden * weights).sum(1) / weights.sum(1)).numpy()
        return means


class MiniLMTones:
    """The head on those features, as a ToneReader. folder: with head.json, see tone_train.py."""

    def __init__(self, folder: Path, base: Path, *, threads: int = 1) -> None:
        text = (folder / HEAD).read_bytes()
        head = json.loads(text)
        self._weights = np.asarray(head["weights"], dtype=np.float32)  # (3, 384)
        self._bias = np.asarray(head["bias"], dtype=np.float32)  # (3,)
        self._features = SentenceFeatures(base, threads=threads)
        self.name = f"tone-{hashlib.sha256(text).hexdigest()[:12]}"

    def read(self, sentences: Sequence[str]) -> list[Heard]:
        scores = self._features.of(sentences) @ self._weights.T + self._bias  # (n, 3)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
        shares = (powers / powers.sum(axis=1, keepdims=True)).tolist()
        return [Heard((row[0], row[1], row[2])) for row in shares]
