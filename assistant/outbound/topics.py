"""Whether a message is of a kind that the shop wants a person to see, such as a threat to sue, by nearness to sentences that it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrieval.dense import Embedder, Vectors

ORDINARY = ""


class Topics:
    """topics: name -> sentences that such messages are like. ordinary: sentences like which they are not. least: cosine, 0..1."""

    def __init__(self, topics: Mapping[str, Sequence[str]], ordinary: Sequence[str], least: float) -> None:
        self._topics, self._ordinary, self._least = topics, ordinary, least
        self._vectors: dict[str, Vectors] = {}

    def of(self, message: str, embedder: Embedder) -> str | None:
        """The topic whose sentences the message is nearest to; None where that is not near, or an ordinary sentence is nearer."""
        if not self._topics or not message.strip():
            return None
        if not self._vectors:
            given = {**self._topics, ORDINARY: self._ordinary}
            self._vectors = {name: embedder.embed(list(said)) for name, said in given.items() if said}
        vector = embedder.embed([message])[0]
        near = {name: float((vectors @ vector).max()) for name, vectors in self._vectors.items()}
        best = max(near, key=lambda name: near[name])
        return best if best != ORDINARY and near[best] >= self._least else None
