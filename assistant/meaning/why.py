"""Whether a message asks why something is shown or chosen, or in what one thing is better than another."""

from __future__ import annotations

from pathlib import Path

from retrieval.dense import Embedder
from retrieval.examples import Examples

SENTENCES = Path(__file__).with_suffix(".toml")
BETTER = Path(__file__).with_name("better.toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.06  # by how much it must be nearer than those that ask or say anything else
_EXAMPLES = Examples.read(SENTENCES)
_BETTER = Examples.read(BETTER)


def asks_why(message: str, embedder: Embedder) -> bool:
    """Whether it asks why something is shown, and not why the thing is as it is: "why that one?", not "why is it so dear?"."""
    return _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD) == "why"


def asks_in_what_better(message: str, embedder: Embedder) -> bool:
    """Whether it asks in what one is better than the other, and not which is: "why is that one better?"."""
    return _BETTER.surest(message, embedder, least=LEAST, ahead=AHEAD) == "better"
