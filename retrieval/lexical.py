"""Products by words: BM25 of SQLite FTS5 over the listing, in the catalogue's own file."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import islice

from .catalog import Catalog
from .query import Candidate
from .words import as_one, content_words, joined, spellings, words

WEIGHTS = (3.0, 2.0, 2.0, 1.0, 1.0, 1.0)  # title, category, brand, attributes, description, said
OWN = "title category brand attributes description"  # the columns that hold the listing's own words
_SCORE = f"bm25(listing, {', '.join(map(str, WEIGHTS))})"


class Lexical:
    """BM25 retrieval. Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009; k1 1.2, b 0.75 as FTS5 has them."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def retrieve(self, text: str, limit: int, eligible: Collection[str] | None = None) -> list[Candidate]:
        """Best first, at most `limit`, from `eligible` ids only (None: from all). Any of the text's words is enough to be proposed."""
        match = any_of(text)
        if not match:
            return []
        rows = self._catalog.connection.execute(
            f"SELECT id, {_SCORE} AS score FROM listing JOIN products ON row = listing.rowid"
            " WHERE listing MATCH ? ORDER BY score, id",
            [match],
        )
        fitting = (
            Candidate(product_id, -score) for product_id, score in rows if eligible is None or product_id in eligible
        )
        return list(islice(fitting, limit))  # reads on until enough are eligible: nothing is cut before the constraints

    def scores(self, text: str, ids: Sequence[str]) -> dict[str, float]:
        """BM25 of the text for each of these products that has one of its words."""
        match = any_of(text)
        if not match or not ids:
            return {}
        rows = self._catalog.connection.execute(
            f"SELECT id, {_SCORE} FROM listing JOIN products ON row = listing.rowid"
            " WHERE listing MATCH ? AND id IN (SELECT value FROM json_each(?))",
            [match, json.dumps(list(ids))],
        )
        return {product_id: -score for product_id, score in rows}

    def matching(self, text: str, *, columns: str = OWN, every: bool = True) -> set[str]:
        """Ids of all products that have every word of the text, or any, somewhere in these columns; empty for a text without words."""
        match = (" AND " if every else " OR ").join(f"({_any_spelling(word)})" for word in content_words(text))
        if not match:
            return set()
        rows = self._catalog.connection.execute(
            "SELECT id FROM listing JOIN products ON row = listing.rowid WHERE listing MATCH ?",
            [f"{{{columns}}} : ({match})"],
        )
        return {row[0] for row in rows}

    def made_by(self, name: str) -> frozenset[str]:
        """Ids of all products whose brand is called exactly so, in whatever case."""
        match = phrase(name)
        if not match:
            return frozenset()
        rows = self._catalog.connection.execute(
            "SELECT id FROM listing JOIN products ON row = listing.rowid WHERE listing MATCH ? AND brand = ? COLLATE NOCASE",
            [f"{{brand}} : {match}", joined(name)],
        )
        return frozenset(row[0] for row in rows)


def any_of(text: str) -> str:
    """An FTS5 query that any content word of the text meets; user text never reaches MATCH unquoted. "" for no words."""
    return " OR ".join(_any_spelling(word) for word in content_words(text))


def phrase(text: str) -> str:
    """An FTS5 query for the text's words one after the other; "" for no words."""
    inner = " ".join(as_one(text[word.start : word.end]) for word in words(text))
    return _quoted(inner) if inner else ""


def _any_spelling(word: str) -> str:
    return " OR ".join(_quoted(one) for one in spellings(word))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
