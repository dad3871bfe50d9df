"""Buyers' reviews in the store: sentences with their tone and aspect in the catalogue's file, their vectors in a Chroma collection."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from more_itertools import chunked

from ..catalog import Catalog
from ..chroma import open_collection
from ..dense import Embedder
from ..errors import StoreOutdated
from ..product import Product
from .aspects import Aspects
from .feed import Review
from .tone import Heard, ToneReader

COLLECTION = "reviews"
BATCH = 100  # reviews
READ = 3_000  # sentences of one product that a question is compared with, the newest first
SCHEMA = """
CREATE TABLE IF NOT EXISTS reviews (
    id TEXT PRIMARY KEY, family TEXT NOT NULL, stars REAL NOT NULL, day TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reviews_family ON reviews (family);
CREATE TABLE IF NOT EXISTS review_sentences (
    review TEXT NOT NULL, place INTEGER NOT NULL, text TEXT NOT NULL, negative REAL NOT NULL, neutral REAL NOT NULL,
    positive REAL NOT NULL, aspect TEXT NOT NULL, PRIMARY KEY (review, place));
"""
_SENTENCES = (
    "SELECT review, place, text, stars, day, family, negative, neutral, positive, aspect"
    " FROM review_sentences JOIN reviews ON reviews.id = review_sentences.review"
)

Progress = Callable[[int], None]  # reviews done


@dataclass(frozen=True)
class Sentence:
    """What one buyer says of a family of products. stars: of the review that it stands in, 1..5.

    aspect: what it speaks of, "" when that is none of the known. nearness: cosine with what was asked, 0 where nothing was.
    """

    review: str
    place: int
    text: str
    stars: float
    day: str
    family: str
    heard: Heard
    aspect: str
    nearness: float = 0.0

    @property
    def id(self) -> str:
        return f"{self.review}:{self.place}"


@dataclass
class ReviewSummary:
    """reviews: in the store now. read_anew: those new or changed. repeated: rows with words that had come before for the product.

    unknown: ids of products that the catalogue does not have, with how many rows name each.
    """

    reviews: int = 0
    read_anew: int = 0
    removed: int = 0
    repeated: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


class Reviews:
    """Reviews by product; those of a variant speak for the whole family. Safe to ask from many threads; one process writes."""

    def __init__(self, catalog: Catalog, client: Any, embedder: Embedder) -> None:
        self._catalog, self._client, self._embedder = catalog, client, embedder
        self.aspects = Aspects(embedder)
        catalog.connection.executescript(SCHEMA)

    def __len__(self) -> int:
        return int(self._catalog.connection.execute("SELECT count(*) FROM reviews").fetchone()[0])

    def replace(
        self,
        reviews: Iterable[Review],
        tones: ToneReader,
        *,
        keep_missing: bool = False,
        progress: Progress = lambda done: None,
    ) -> ReviewSummary:
        """Take these reviews instead of all there were, or beside them; only what is new or changed is read. A kill costs one batch."""
        collection = self._collection(anew=True)
        before = dict(self._catalog.connection.execute("SELECT id, hash FROM reviews"))
        families, seen, done = self._families(), set[str](), ReviewSummary()
        for batch in chunked(reviews, BATCH):
            fresh: list[tuple[Review, str, str]] = []
            for review in batch:
                family = families.get(review.product_id)
                digest = _digest(review, tones.name, self.aspects.name)
                if family is None:
                    done.unknown[review.product_id] += 1
                elif review.id in seen:
                    done.repeated += 1
                else:
                    seen.add(review.id)
                    fresh += [(review, family, digest)] if before.get(review.id) != digest else []
            self._write(collection, fresh, tones)
            done.read_anew += len(fresh)
            progress(len(seen))
        gone = [] if keep_missing else sorted(before.keys() - seen)
        self._remove(collection, gone)
        done.removed, done.reviews = len(gone), len(self)
        return done

    def stars(self, product: Product) -> list[float]:
        """The stars of each review of the product's family."""
        rows = self._catalog.connection.execute("SELECT stars FROM reviews WHERE family = ?", [_family(product)])
        return [stars for (stars,) in rows]

    def of(self, product: Product) -> list[Sentence]:
        """What buyers say of the product's family, the newest first, at most READ sentences."""
        return self._read("WHERE family = ? ORDER BY day DESC, review, place LIMIT ?", [_family(product), READ])

    def about(self, product: Product, asked: str) -> list[Sentence]:
        """The same with their nearness to what was asked, the nearest first. StoreOutdated when another model embedded them."""
        said = self.of(product)
        if not said:
            return []
        stored = self._collection().get(ids=[one.id for one in said], include=["embeddings"])
        vectors = np.asarray(stored["embeddings"], dtype=np.float32).reshape(len(stored["ids"]), -1)
        scores = vectors @ self._embedder.embed([asked])[0] if len(vectors) else vectors
        near = dict(zip(stored["ids"], scores.tolist(), strict=True))
        found = [replace(one, nearness=near.get(one.id, 0.0)) for one in said]
        return sorted(found, key=lambda one: (-one.nearness, one.id))

    def everywhere(self) -> list[Sentence]:
        """Every sentence that speaks of a known aspect on a known day: what the operator's sheet counts."""
        return self._read("WHERE aspect != '' AND day != '' ORDER BY day, review, place", [])

    def _read(self, which: str, values: Sequence[object]) -> list[Sentence]:
        rows = self._catalog.connection.execute(f"{_SENTENCES} {which}", values)
        return [
            Sentence(review, place, text, stars, day, family, Heard((negative, neutral, positive)), aspect)
            for review, place, text, stars, day, family, negative, neutral, positive, aspect in rows
        ]

    def _families(self) -> dict[str, str]:
        """Which family each id of the catalogue, of a product or of a group, belongs to."""
        rows = self._catalog.connection.execute("SELECT id, coalesce(family, id) FROM products").fetchall()
        return {name: family for product_id, family in rows for name in (product_id, family)}

    def _write(self, collection: Any, fresh: Sequence[tuple[Review, str, str]], tones: ToneReader) -> None:
        """Vectors first, then all rows of the batch at once, so that no row is without its vector."""
        said = [(review, place, text) for review, _, _ in fresh for place, text in enumerate(review.sentences)]
        texts = [text for _, _, text in said]
        vectors = self._embedder.embed(texts)
        if said:
            collection.upsert(
                ids=[f"{review.id}:{place}" for review, place, _ in said],
                embeddings=vectors,
                metadatas=[{"product": review.product_id} for review, _, _ in said],
            )
        heard, aspects = tones.read(texts), self.aspects.of(vectors)
        rows = [
            (review.id, place, text, *sound.in_review(review.stars).shares, aspect)
            for (review, place, text), sound, aspect in zip(said, heard, aspects, strict=True)
        ]
        with self._catalog.transaction() as db:
            db.executemany("DELETE FROM review_sentences WHERE review = ?", [(review.id,) for review, _, _ in fresh])
            db.executemany("INSERT INTO review_sentences VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            db.executemany(
                "INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?)",
                [(review.id, family, review.stars, review.day, digest) for review, family, digest in fresh],
            )

    def _remove(self, collection: Any, gone: Sequence[str]) -> None:
        for batch in chunked(gone, BATCH):
            chosen = json.dumps(list(batch))
            which = "IN (SELECT value FROM json_each(?))"
            db = self._catalog.connection
            ids = db.execute(f"SELECT review || ':' || place FROM review_sentences WHERE review {which}", [chosen])
            if surplus := [row[0] for row in ids]:
                collection.delete(ids=surplus)
            with self._catalog.transaction() as db:
                db.execute(f"DELETE FROM review_sentences WHERE review {which}", [chosen])
                db.execute(f"DELETE FROM reviews WHERE id {which}", [chosen])

    def _collection(self, *, anew: bool = False) -> Any:
        """The collection; with `anew` one of another embedder is emptied, and all rows with it; without it that is an error."""
        collection = self._opened()
        if collection.metadata["embedder"] == self._embedder.name:
            return collection
        if not anew:
            raise StoreOutdated(
                "The reviews were embedded by another model.", fix="run `shop index --reviews FILE --store STORE` again"
            )
        with self._catalog.transaction() as db:
            db.execute("DELETE FROM review_sentences")
            db.execute("DELETE FROM reviews")
        return self._opened(anew=True)

    def _opened(self, *, anew: bool = False) -> Any:
        return open_collection(self._client, COLLECTION, self._embedder.name, anew=anew)


def of_buyers(said: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    """The sentences of each review together, in the order in which the first of each came."""
    grouped: dict[str, list[Sentence]] = {}
    for one in said:
        grouped.setdefault(one.review, []).append(one)
    return iter(grouped.values())


def _family(product: Product) -> str:
    return product.group_id or product.id


def _digest(review: Review, *readers: str) -> str:
    """What changes when the review, or how it is read, does."""
    words = json.dumps([review.product_id, review.stars, review.day, review.sentences, *readers])
    return blake2b(words.encode(), digest_size=12).hexdigest()
