"""A question which of the products shown has most of something, or comes first in an order: "which is the warmest?", "the cheapest?"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from retrieval.dense import Embedder
from retrieval.examples import Examples
from retrieval.words import without

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.5  # cosine of the nearest sentence
AHEAD = 0.06  # by how much it must be nearer than those that ask for other products
_EXAMPLES = Examples.read(SENTENCES)


def asks_which(message: str, quality: Sequence[str], embedder: Embedder) -> bool:
    """Whether the message, without the words for the quality, asks which of several has it."""
    frame = without(message, quality)
    return _EXAMPLES.surest(frame, embedder, least=LEAST, ahead=AHEAD) == "which"
