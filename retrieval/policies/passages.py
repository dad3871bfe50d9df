"""A shop's policies by question: passages with BM25 in the catalogue's file, vectors of their statements in a Chroma collection."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from more_itertools import chunked

from ..catalog import Catalog
from ..chroma import open_collection
from ..dense import Embedder, Vectors
from ..errors import StoreOutdated
from ..examples import Examples
from ..lexical import any_of
from ..words import respelled
from .pages import Passage

COLLECTION = "policies"
COMPARED = 3_000  # statements: up to so many are all compared with the question, of more the nearest PROPOSED
PROPOSED = 600
SHARED_WORDS = 0.05  # what the best BM25 adds in the order of passages: it decides between near-equal ones
BATCH = 50  # passages
ASKED_OF_SHOPS = Path(__file__).with_name("asked_of_shops.toml")
SAME_QUESTION = 0.55  # cosine from which a question is one of these in other words: benchmarks/mixed_questions.py has the measurement
SCHEMA = """
CREATE TABLE IF NOT EXISTS passages (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_words USING fts5 (
    title, text, tokenize = 'porter unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True)
class Found:
    """A passage that a question may be about. relevance: 0..1, comparable between questions. nearness: cosine of each statement."""

    passage: Passage
    relevance: float
    nearness: tuple[float, ...]


@dataclass(frozen=True)
class PolicySummary:
    """passages: in the store now. embedded: those new or changed."""

    passages: int
    embedded: int
    removed: int


class Policies:
    """Passages by question. Safe to ask from many threads; one process writes."""

    def __init__(self, catalog: Catalog, client: Any, embedder: Embedder) -> None:
        self._catalog, self._client, self._embedder = catalog, client, embedder
        catalog.connection.executescript(SCHEMA)
        asked = tomllib.loads(ASKED_OF_SHOPS.read_text(encoding="utf-8"))
        self._asked = Examples({plain: (plain, *others) for plain, others in asked.items()})

    def __len__(self) -> int:
        return int(self._catalog.connection.execute("SELECT count(*) FROM passages").fetchone()[0])

    def replace(self, passages: Sequence[Passage]) -> PolicySummary:
        """Take these passages instead of all there were; only what is new or changed is embedded. A kill costs a run, never an answer."""
        collection = self._collection(anew=True)
        stored = collection.get(include=["metadatas"])
        known = {meta["passage"]: meta["hash"] for meta in stored["metadatas"]}
        changed = [passage for passage in passages if known.get(passage.id) != passage.content_hash]
        kept = {key for passage in passages for key in _vector_ids(passage)}
        for batch in chunked(changed, BATCH):
            self._embed(collection, batch)
        gone = {row.id for row in self._all()} - {passage.id for passage in passages}
        self._write(passages)
        if surplus := sorted(set(stored["ids"]) - kept):
            collection.delete(ids=surplus)
        return PolicySummary(len(passages), len(changed), len(gone))

    def search(self, question: str, limit: int = 5, favoured: Mapping[str, float] | None = None) -> list[Found]:
        """The passages nearest to the question, best first; empty when the shop has none, or for a question without a word.

        favoured: by passage, what is added in the order to its relevance, which stays as it is.

        StoreOutdated when the passages were embedded by another model.
        """
        match = any_of(question)
        if not match or not len(self):
            return []
        near, overall = self._near(self._embedder.embed(respelled(question)))
        words = self._by_words(match)
        found = [
            Found(
                passage,
                _relevance(near.get(passage.id, {}), overall.get(passage.id, 0.0)),
                tuple(near.get(passage.id, {}).get(place, 0.0) for place in range(len(passage.statements))),
            )
            for passage in self._some(list(dict.fromkeys((*near, *words))))
        ]
        more = favoured or {}

        def order(one: Found) -> tuple[float, str]:
            passage = one.passage.id
            return -one.relevance - SHARED_WORDS * words.get(passage, 0.0) - more.get(passage, 0.0), passage

        return sorted(found, key=order)[:limit]

    def plainly(self, questions: Sequence[str], least: float = SAME_QUESTION) -> str | None:
        """The plain question, of those that shops are asked, that one of these is in other words; None where none has a cosine of `least`.

        "If the duvet is too warm for me, can it go back?" is "May I return an item within some days for any reason?".
        """
        plain, cosine = self.nearest_plain(questions)
        return plain if cosine >= least else None

    def nearest_plain(self, questions: Sequence[str]) -> tuple[str, float]:
        """The plain question nearest to one of these, and its cosine."""
        return next(iter(self._asked.nearness(questions, self._embedder).items()), ("", 0.0))

    def similarity(self, first: str, second: str) -> float:
        """Cosine of two statements: 1 for the same words."""
        vectors = self._embedder.embed([first, second])
        return float(vectors[0] @ vectors[1])

    def _near(self, vectors: Vectors) -> tuple[dict[str, dict[int, float]], dict[str, float]]:
        """Cosines of the question, in the spelling that is nearer, with statements, by passage and place, and with whole passages."""
        collection = self._collection()
        count = int(collection.count())
        asked = count if count <= COMPARED else PROPOSED
        if not count:
            return {}, {}
        answer = collection.query(query_embeddings=vectors, n_results=asked, include=["distances", "metadatas"])
        near: dict[str, dict[int, float]] = {}
        overall: dict[str, float] = {}
        for meta, distance in zip(chain(*answer["metadatas"]), chain(*answer["distances"]), strict=True):
            passage, place, cosine = meta["passage"], meta["place"], 1.0 - distance
            statements = near.setdefault(passage, {})
            if place < 0:
                overall[passage] = max(cosine, overall.get(passage, cosine))
            else:
                statements[place] = max(cosine, statements.get(place, cosine))
        return near, overall

    def _by_words(self, match: str) -> dict[str, float]:
        """BM25 of the passages that share a word with the question, as a share of the best one's."""
        rows = self._catalog.connection.execute(
            "SELECT passages.id, -bm25(passage_words) AS score"
            " FROM passage_words JOIN passages ON passages.row = passage_words.rowid"
            " WHERE passage_words MATCH ? ORDER BY score DESC, passages.id LIMIT ?",
            [match, PROPOSED],
        ).fetchall()
        return {passage_id: score / max(rows[0][1], 1e-9) for passage_id, score in rows}

    def _embed(self, collection: Any, passages: Sequence[Passage]) -> None:
        texts = [
            text
            for one in passages
            for text in (f"{one.title}. {one.text}", *(f"{one.title}: {said}" for said in one.statements))
        ]
        collection.upsert(
            ids=[key for one in passages for key in _vector_ids(one)],
            embeddings=self._embedder.embed(texts),
            metadatas=[
                {"passage": one.id, "place": place, "hash": one.content_hash}
                for one in passages
                for place in range(-1, len(one.statements))
            ],
        )

    def _write(self, passages: Sequence[Passage]) -> None:
        with self._catalog.transaction() as db:
            db.execute("DELETE FROM passages")
            db.execute("DELETE FROM passage_words")
            for row, passage in enumerate(passages, start=1):
                record = json.dumps(asdict(passage), ensure_ascii=False)
                db.execute("INSERT INTO passages (row, id, record) VALUES (?, ?, ?)", [row, passage.id, record])
                db.execute(
                    "INSERT INTO passage_words (rowid, title, text) VALUES (?, ?, ?)",
                    [row, passage.title, passage.text],
                )

    def _all(self) -> Iterator[Passage]:
        return _read(self._catalog.connection.execute("SELECT record FROM passages ORDER BY row"))

    def _some(self, ids: Sequence[str]) -> Iterator[Passage]:
        chosen = "SELECT record FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        return _read(self._catalog.connection.execute(chosen, [json.dumps(list(ids))]))

    def _collection(self, *, anew: bool = False) -> Any:
        """The collection; with `anew` one of another embedder is emptied, without it that is an error."""
        collection = self._opened()
        if collection.metadata["embedder"] == self._embedder.name:
            return collection
        if not anew:
            raise StoreOutdated(
                "The policies were embedded by another model.",
                fix="run `shop index --policies DIR --store STORE` again",
            )
        return self._opened(anew=True)

    def _opened(self, *, anew: bool = False) -> Any:
        return open_collection(self._client, COLLECTION, self._embedder.name, anew=anew, ef_search=200)


def _relevance(near: dict[int, float], overall: float) -> float:
    """How near the best statement is, in its section: the mean of its cosine and the whole passage's, 0..1."""
    return max(0.0, (max(near.values(), default=0.0) + overall) / 2)


def _vector_ids(passage: Passage) -> list[str]:
    return [passage.id, *(f"{passage.id}:{place}" for place in range(len(passage.statements)))]


def _read(rows: sqlite3.Cursor) -> Iterator[Passage]:
    for (record,) in rows:
        said = json.loads(record)
        yield Passage(said["id"], tuple(said["headings"]), tuple(said["statements"]), said["file"], said["url"])
