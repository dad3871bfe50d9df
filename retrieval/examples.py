"""Sentences that stand for a meaning, as a shop or this project gives them: which meaning is nearest to what somebody says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from .dense import Embedder

NONE = "none"  # the meaning of sentences that are given only to be told from the others


class Examples:
    """Named meanings, each with sentences that say it. They are embedded when something is first compared with them."""

    def __init__(self, sentences: Mapping[str, Sequence[str]]) -> None:
        said = [(name, one) for name, given in sentences.items() for one in given]
        self._names, self._sentences = [name for name, _ in said], [one for _, one in said]
        self._vectors: dict[str, np.ndarray] = {}  # by the embedder's name: (sentences, d)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Those of a TOML file: a list of sentences for each meaning."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8")))

    def nearness(self, texts: Sequence[str], embedder: Embedder) -> dict[str, float]:
        """For each meaning the largest cosine of any of its sentences with any of the texts, best first; empty without either."""
        if not self._sentences or not texts:
            return {}
        if embedder.name not in self._vectors:
            self._vectors[embedder.name] = embedder.embed(self._sentences)
        nearest = (self._vectors[embedder.name] @ embedder.embed(list(texts)).T).max(axis=1)
        near: dict[str, float] = {}
        for place in np.argsort(-nearest, kind="stable"):
            near.setdefault(self._names[place], float(nearest[place]))
        return near

    def surest(self, message: str, embedder: Embedder, *, least: float, ahead: float) -> str | None:
        """The meaning that the message is nearest to, where its cosine is at least `least` and exceeds those of all others by `ahead`.

        None otherwise, and where that is NONE.
        """
        near = self.nearness([message] if message.strip() else [], embedder)
        (best, cosine), (_, next_cosine) = [*near.items(), ("", 0.0), ("", 0.0)][:2]
        sure = best not in ("", NONE) and cosine >= least and cosine - next_cosine >= ahead
        return best if sure else None
