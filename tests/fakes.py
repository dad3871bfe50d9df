"""Stand-ins for models, for tests that are about something else. Each can be checked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np

from assistant.model import DialogueState, Exchange, Intent, Parse, Slots
from assistant.outbound.letters import Letter
from retrieval.dense import Vectors
from retrieval.reviews.tone import Heard
from retrieval.words import content_stems

DIMENSIONS = 256


class WordEmbedder:
    """A text becomes the unit vector of its content words: each word has a dimension of its own, so cosine is shared words."""

    name = "words/256"

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in content_stems(text):
                vectors[row, crc32(word.encode()) % DIMENSIONS] = 1
            vectors[row] /= max(float(np.linalg.norm(vectors[row])), 1e-9)
        return vectors


class QueuedParser:
    """Gives the queued parses in order and keeps what it was asked."""

    def __init__(self, parses: Iterable[Parse]) -> None:
        self._parses = list(parses)
        self.asked: list[tuple[str, DialogueState]] = []

    def parse(self, message: str, state: DialogueState) -> Parse:
        self.asked.append((message, state))
        return self._parses.pop(0)


def said(intent: Intent, **slots: object) -> Parse:
    """A parse in a few words: `said("search", product="desk lamp", price_max=Decimal(40))`."""
    return Parse(intent, Slots(**slots))  # type: ignore[arg-type]


_TOTE = {"id": "tote", "title": "Market Tote Bag", "variant": {}, "quantity": 2, "price": "29.00", "subtotal": "58.00"}
LETTER = Letter(
    id="handoff_1",
    reference="H-00000001",
    session="s_1",
    created="2026-05-01T12:00:00+00:00",
    why="asked",
    need="Looking for: tote bag under $40.",
    constraints={"product": "tote bag", "price_max": 40.0},
    cart={"items": [_TOTE], "count": 2, "total": "58.00", "currency": "USD"},
    transcript=(
        Exchange("a tote bag under 40", "Here is one."),
        Exchange("my café needs a person\nBcc: x@evil.example", ""),
    ),
)


class WordTones:
    """A sentence with "good" in it is positive, one with "bad" negative, any other neutral."""

    name = "words"

    def __init__(self) -> None:
        self.read_so_far: list[str] = []

    def read(self, sentences: Sequence[str]) -> list[Heard]:
        self.read_so_far += sentences
        good, bad, other = Heard((0.0, 0.1, 0.9)), Heard((0.9, 0.1, 0.0)), Heard((0.1, 0.8, 0.1))
        return [good if "good" in one else bad if "bad" in one else other for one in map(str.lower, sentences)]
