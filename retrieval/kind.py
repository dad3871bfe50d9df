"""Which products are of the kind that a shopper names ("desk lamp", "telly"), learnt from the catalogue alone."""

from __future__ import annotations

from dataclasses import dataclass

from .dense import Dense
from .lexical import Lexical
from .words import content_words

SAME_KIND = 0.45  # cosine from which a product whose words differ still counts as the kind: "telly" and television
DEPTH = 50


@dataclass(frozen=True)
class Kinds:
    """Kinds by the words of titles and categories, and by meaning where the shopper's word is not the catalogue's word."""

    lexical: Lexical
    dense: Dense

    def levels(self, phrase: str | None) -> list[frozenset[str]]:
        """Ids of the kind, the strictest reading first, none empty: every word in title or category; the head word there; near in meaning.

        An empty list for no phrase, and for a kind that the catalogue does not have.
        """
        said = content_words(phrase or "")
        if not said:
            return []
        whole = self.lexical.matching(" ".join(said), columns="title category")
        head = self.lexical.matching(said[-1], columns="title category") if len(said) > 1 else set()
        found = [frozenset(ids) for ids in (whole, head) if ids]
        return found or self._near(" ".join(said))

    def _near(self, phrase: str) -> list[frozenset[str]]:
        near = [c.product_id for c in self.dense.retrieve(phrase, DEPTH) if c.score >= SAME_KIND]
        return [frozenset(near)] if near else []
