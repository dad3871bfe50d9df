"""What a shopper holds against a product: its price, weight, size, brand, colour or material, or something that only words say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

Complaint = Literal["price", "weight", "size", "brand", "color", "material", "words", "plain"]
Length = Literal["height", "width", "depth", "length", "diameter"]
SENTENCES = Path(__file__).with_suffix(".toml")
SIZES = Path(__file__).with_name("too_big.toml")
LEAST = 0.5  # cosine of the nearest sentence
SURELY = 0.65  # of a message that may be about anything
AHEAD = 0.06  # by how much it must be nearer than those of anything else
APART = 0.05  # by how much "too big" must be nearer than "too small", or the other way round
_EXAMPLES = Examples.read(SENTENCES)
_SIZES = Examples.read(SIZES)
_LENGTHS = Examples.read(Path(__file__).with_name("lengths.toml"))


def complaint_of(message: str, embedder: Embedder, *, least: float = LEAST) -> Complaint | None:
    """What is held against it, "plain" where no reason is given; None for a message that is near to no complaint, or as near to another."""
    return cast(Complaint | None, _EXAMPLES.surest(message, embedder, least=least, ahead=AHEAD))


def too_big_or_small(message: str, embedder: Embedder) -> Literal["big", "small"] | None:
    """Which of the two is said of a size; None where it cannot be told ("wrong size")."""
    return cast(Literal["big", "small"] | None, _SIZES.surest(message, embedder, least=LEAST, ahead=APART))


def length_of(message: str, embedder: Embedder) -> Length | None:
    """Which measure a complaint about a size names: "too tall" the height; None where it is about the whole size."""
    return cast(Length | None, _LENGTHS.surest(message, embedder, least=LEAST, ahead=APART))
