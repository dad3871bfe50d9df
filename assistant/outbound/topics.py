"""Whether a message is of a kind that the shop wants a person to see, such as a threat to sue, by nearness to sentences that it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrieval.dense import Embedder
from retrieval.examples import Examples

ORDINARY = ""


class Topics:
    """topics: name -> sentences that such messages are like. ordinary: sentences like which they are not. least: cosine, 0..1."""

    def __init__(self, topics: Mapping[str, Sequence[str]], ordinary: Sequence[str], least: float) -> None:
        self._examples = Examples({**topics, ORDINARY: ordinary} if topics else {})
        self._least = least

    def of(self, message: str, embedder: Embedder) -> str | None:
        """The topic whose sentences the message is nearest to; None where that is not near, or an ordinary sentence is nearer."""
        near = self._examples.nearness([message] if message.strip() else [], embedder)
        best = next(iter(near), ORDINARY)
        return best if best != ORDINARY and near[best] >= self._least else None
