"""Which act on an order a message asks for, by nearness in meaning to sentences that ask for each; unsure ones are nobody's guess."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples

from .book import OrderAct

Wanted = OrderAct | Literal["status"]
SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.3  # cosine of the nearest sentence from which its act may be meant
AHEAD = 0.04  # by how much it must be nearer than those of any other act: benchmarks/order_acts.py measures both


class OrderActs:
    """The acts by their example sentences, which are embedded once, when a message first speaks of an order."""

    def __init__(self) -> None:
        self._examples = Examples.read(SENTENCES)

    def of(self, message: str, embedder: Embedder) -> Wanted | None:
        """What is wanted of the order; None where the message is near to no act, or nearly as near to another.

        message: without numbers and proofs, which say nothing of an act.
        """
        return cast(Wanted | None, self._examples.surest(message, embedder, least=LEAST, ahead=AHEAD))
