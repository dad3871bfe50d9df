"""Set phrases that change what a message asks for: a question of ours is left open, the budget or the colour stays, best
value, a wider budget, what is in the cart, a thing in place of another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

Phrase = Literal[
    "open",
    "same_price",
    "same_color",
    "same_size",
    "same_material",
    "same_brand",
    "best_value",
    "wider_price",
    "any_price",
    "cart",
    "instead",
]
STAYING: Mapping[Phrase, tuple[str, ...]] = {  # what of the need before stays
    "same_price": ("price_min", "price_max"), "same_color": ("color",), "same_size": ("size",), "same_material": ("material",),
    "same_brand": ("brand",),
}  # fmt: skip
SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.5  # cosine of the nearest sentence
AHEAD = 0.06  # by how much it must be nearer than those of anything else
ANEW = 0.04  # by how much "something for" must be nearer than "one for"; all of 12 sentences written after these are told apart
_EXAMPLES = Examples.read(SENTENCES)
_ANEW = Examples.read(Path(__file__).with_name("anew.toml"))


def phrase_of(message: str, embedder: Embedder) -> Phrase | None:
    """The phrase that the message is; None where it is near to none of them, or nearly as near to something else."""
    return cast(Phrase | None, _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD))


def of_another_thing(message: str, embedder: Embedder) -> bool:
    """Whether something else is wanted ("something for the kitchen") and not another of the same ("one for the kitchen")."""
    near = _ANEW.nearness([message], embedder)
    return near.get("another", 0.0) - near.get("same", 0.0) >= ANEW
