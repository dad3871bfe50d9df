"""A question whether the one product just spoken of comes in a size or a colour: "do you have it in black?", whatever it asks for."""

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


def asks_of_it(message: str, properties: Sequence[str], embedder: Embedder) -> bool:
    """Whether the message, without the words for the properties, asks for them of one product."""
    return _EXAMPLES.surest(without(message, properties), embedder, least=LEAST, ahead=AHEAD) == "it"
