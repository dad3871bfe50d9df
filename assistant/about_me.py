"""Whether a message asks what is known of the shopper, or to forget it, or says what holds of them beyond this need; and what is said to
the question whether to forget it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

from .model import AboutMe

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.04  # by how much it must be nearer than those of anything else
_EXAMPLES = Examples.read(SENTENCES)
_TO_FORGETTING = Examples.read(SENTENCES.with_name("forgetting.toml"))


def about_me(message: str, embedder: Embedder) -> AboutMe | None:
    """What the message is about, of the shopper; None where it is near to nothing of the kind, or nearly as near to something else."""
    return cast(AboutMe | None, _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD))


def to_forgetting(message: str, embedder: Embedder) -> Literal["all", "anew"] | None:
    """What a message that was read as a new start says to the question whether all that is known shall be forgotten: yes, or to look for
    something else; None where it is near to neither, as "forget the boots" is: what is erased does not come back."""
    return cast(Literal["all", "anew"] | None, _TO_FORGETTING.surest(message, embedder, least=LEAST, ahead=AHEAD))
