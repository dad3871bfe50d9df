"""What a shopper holds against a product: its price, weight, size, brand, colour or material, or something that only words say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

Complaint = Literal["price", "weight", "size", "brand", "color", "material", "words", "plain"]
SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.5  # cosine of the nearest sentence
SURELY = 0.65  # of a message that may be about anything
AHEAD = 0.06  # by how much it must be nearer than those of anything else
_EXAMPLES = Examples.read(SENTENCES)


def complaint_of(message: str, embedder: Embedder, *, least: float = LEAST) -> Complaint | None:
    """What is held against it, "plain" where no reason is given; None for a message that is near to no complaint, or as near to another."""
    return cast(Complaint | None, _EXAMPLES.surest(message, embedder, least=least, ahead=AHEAD))
