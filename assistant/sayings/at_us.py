"""Whether angry words are meant for the assistant: they say nothing of the products shown, none of which may go away for them."""

from __future__ import annotations

from pathlib import Path

from retrieval.dense import Embedder
from retrieval.examples import Examples

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.3  # cosine of the nearest sentence, of a message that judges something
SURELY = 0.5  # of one that may be about anything
AHEAD = 0.0  # in doubt they are for us: an apology costs less than products that do not come back
_EXAMPLES = Examples.read(SENTENCES)


def at_us(message: str, embedder: Embedder, *, least: float = LEAST) -> bool:
    """Whether the message is nearer to what is said of the assistant in anger than to what is said of products or of other things."""
    return _EXAMPLES.surest(message, embedder, least=least, ahead=AHEAD) == "us"
