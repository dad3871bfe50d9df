"""A question that only says of which other product the one before is asked: "and the second?" """

from __future__ import annotations

from pathlib import Path

from retrieval.dense import Embedder
from retrieval.examples import Examples

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.06  # by how much it must be nearer than those that ask for all that is known
_EXAMPLES = Examples.read(SENTENCES)


def asks_the_same(message: str, embedder: Embedder) -> bool:
    """Whether the message asks of another product what was asked before."""
    return _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD) == "same"
