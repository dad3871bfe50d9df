"""Whether a message asks who answers here, how that one is or how to reach the shop, wants time to think, or knows nothing to look for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

AboutUs = Literal["machine", "contact", "wellbeing", "later", "undecided"]
SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.04  # by how much it must be nearer than those of anything else
_EXAMPLES = Examples.read(SENTENCES)


def about_us(message: str, embedder: Embedder) -> AboutUs | None:
    """What the message asks of us; None where it is near to none of these, or nearly as near to something else."""
    return cast(AboutUs | None, _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD))
