"""Set phrases that change what a message asks for: that a question of ours is left open, that the budget stays, best value."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

Phrase = Literal["open", "same_price", "best_value"]
SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.5  # cosine of the nearest sentence
AHEAD = 0.06  # by how much it must be nearer than those of anything else
_EXAMPLES = Examples.read(SENTENCES)


def phrase_of(message: str, embedder: Embedder) -> Phrase | None:
    """The phrase that the message is; None where it is near to none of them, or nearly as near to something else."""
    return cast(Phrase | None, _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD))
