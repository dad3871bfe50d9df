"""What a sentence of a review speaks of: the aspect whose phrase is nearest to it in meaning (aspects.toml)."""

from __future__ import annotations

import tomllib
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np

from ..dense import Embedder, Vectors

ASPECTS = Path(__file__).with_name("aspects.toml")
SPOKEN_OF = 0.4  # cosine from which a sentence speaks of an aspect; below it it speaks of none of them
IN_GENERAL = 0.6  # cosine with one of these from which a question is about opinions as a whole
OPINIONS = (
    "what do people say",
    "what do buyers think of it",
    "do customers like it",
    "customer reviews",
    "opinions of other buyers",
    "negative reviews and complaints",
    "what is bad about it",
    "is it any good",
    "any good",
    "like it",
    "opinions",
    "feedback",
    "pros and cons",
    "problems",
)


class Aspects:
    """Aspects by sentence or question. The phrases are embedded once, when they are first needed."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        text = ASPECTS.read_text(encoding="utf-8")
        self._phrases: dict[str, list[str]] = tomllib.loads(text)
        self.name = f"aspects-{sha256(text.encode()).hexdigest()[:8]}-{SPOKEN_OF}"

    def of(self, vectors: Vectors) -> list[str]:
        """For each unit vector the nearest aspect's name, "" where none is near. vectors: (n, d)."""
        if not len(vectors):
            return []
        names, phrases = self._embedded
        scores = vectors @ phrases.T  # (n, phrases)
        best = scores.argmax(axis=1)
        return [names[place] if row[place] >= SPOKEN_OF else "" for row, place in zip(scores, best, strict=True)]

    def asked_about(self, words: str) -> str:
        """The aspect that a question's words name, "" for none of them."""
        return self.of(self._embedder.embed([words]))[0]

    def in_general(self, words: str) -> bool:
        """Whether a question's words ask what buyers think of the whole thing, by their nearness to descriptions of that."""
        return float((self._opinions @ self._embedder.embed([words])[0]).max()) >= IN_GENERAL

    @cached_property
    def _opinions(self) -> Vectors:
        return self._embedder.embed(OPINIONS)

    @cached_property
    def _embedded(self) -> tuple[list[str], Vectors]:
        pairs = [(name, phrase) for name, phrases in self._phrases.items() for phrase in (name, *phrases)]
        vectors = self._embedder.embed([phrase for _, phrase in pairs])
        return [name for name, _ in pairs], np.asarray(vectors, dtype=np.float32)
