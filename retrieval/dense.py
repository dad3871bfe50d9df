"""Vectors of products in Chroma, and the embedder that makes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from more_itertools import chunked

from .catalog import BATCH, listing_fields
from .chroma import open_collection
from .kinds.of_listings import also_said
from .product import Product
from .query import Candidate

COLLECTION = "products"
SEARCH_DEPTH = 400  # hnsw ef_search: recall .94 instead of .58 at the default on a hard random set, 0.3 ms more
SAID = 16  # texts embedded by themselves that are kept: the messages of a few turns at once
ASKED = 256  # texts asked for last whose vectors are kept: one search asks with each of its texts several times
FEW = 1_000  # up to so many eligible products, each is compared: 20 ms, and none is missed
NEIGHBOURS = 50  # products near to one that was written over or removed, whose links may have gone with it
SAME = 1e-6  # cosine distance of vectors that are told apart by rounding only
MENDING = 3  # rounds; one was always enough when it was tried

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Texts to vectors."""

    @property
    def name(self) -> str:
        """Which model and which weights; an index made with another name is made anew."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32, each row of unit length; (0, d) for no texts."""


class MiniLMEmbedder:
    """all-MiniLM-L6-v2: 384 dimensions, mean over tokens, texts cut after 128 tokens.

    A text by itself is mostly a message, which one turn compares with several sets of sentences: the last few are kept.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        import torch  # here, because importing torch takes seconds and most of this package needs none of it
        from sentence_transformers import SentenceTransformer

        from .hardware import compute_dtype, use_threads, without_progress_bars

        use_threads(threads)
        without_progress_bars()
        self._model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": compute_dtype()})
        self._model.max_seq_length = 128
        self._width = int(self._model.get_embedding_dimension() or 0)
        self._inference = torch.inference_mode
        self.name = f"{folder.name}/128"
        self._alone = lru_cache(maxsize=SAID)(lambda text: self._embedded([text]))

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._alone(texts[0]).copy() if len(texts) == 1 else self._embedded(texts)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        with self._inference():
            vectors = self._model.encode(
                list(texts), batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self._width)


def embedding_text(product: Product) -> str:
    """What of a product is embedded: its title first, so that a cut loses the least; what shoppers call its kind stands beside it."""
    title, category, brand, attributes, description = listing_fields(product)
    return ". ".join(part for part in (title, category, also_said(product), brand, description, attributes) if part)


class Dense:
    """Products by meaning. One process at a time on a folder; many through a Chroma server's URL."""

    def __init__(self, client: Any, embedder: Embedder) -> None:
        self._embedder = embedder
        self._client = client
        self._collection = self._opened()
        self._vector = lru_cache(maxsize=ASKED)(lambda text: self.embedded([text]))
        self._disturbed: set[str] = set()

    @property
    def embedder_name(self) -> str:
        """The embedder that the stored vectors come from."""
        return str(self._collection.metadata["embedder"])

    def __len__(self) -> int:
        return int(self._collection.count())

    def ids(self) -> set[str]:
        return set(self._collection.get(include=[])["ids"])

    def put(self, products: Sequence[Product], vectors: Vectors) -> None:
        """Write vectors with the metadata that Chroma can filter by. A key that a product no longer has is cleared, since upsert merges."""
        if products:
            ids = [product.id for product in products]
            self._disturb(ids)
            self._collection.upsert(ids=ids, embeddings=vectors, metadatas=[_metadata(product) for product in products])

    def remove(self, ids: Sequence[str]) -> None:
        if ids:
            self._disturb(ids)
            self._collection.delete(ids=list(ids))

    def clear(self) -> None:
        """Forget every vector, and take this embedder for what comes."""
        self._collection = self._opened(anew=True)
        self._disturbed.clear()

    def mend(self, ids: Collection[str] = ()) -> int:
        """Write those products anew that `put` and `remove` left out of the graph's reach, or that are among these; how many.

        Where a vector is written over or removed, one beside it can lose its last link: it is stored, and no search comes to it
        (chroma-core/chroma issue 7758). So each that was disturbed is asked for by its own vector; all are where a tenth was, since then
        one further off may be cut off too.
        """
        mended = 0
        self._disturbed.update(ids)
        if len(self._disturbed) * 10 >= len(self) > 0:
            self._disturbed.update(self.ids())
        for _ in range(MENDING):
            lost = self._unreached(self._disturbed)
            self._disturbed.clear()
            for batch in chunked(lost, BATCH):
                stored = self._collection.get(ids=batch, include=["embeddings", "metadatas"])
                self._disturb(batch)
                self._collection.upsert(
                    ids=stored["ids"], embeddings=stored["embeddings"], metadatas=stored["metadatas"]
                )
            mended += len(lost)
        return mended

    def retrieve(self, text: str, limit: int, eligible: Collection[str] | None = None) -> list[Candidate]:
        """Nearest first, at most `limit`, from `eligible` ids only (None: from all). score: cosine, -1..1."""
        if eligible is not None and not eligible:
            return []
        vector = self._vector(text)
        if eligible is not None and len(eligible) <= FEW:
            return self._compared(vector, limit, eligible)
        found = self._nearest(vector, min(limit, len(self)))
        if eligible is None:
            return found
        return self._deepen(vector, limit, eligible, found)

    def similarity(self, text: str, ids: Sequence[str]) -> dict[str, float]:
        """Cosine of the text with each product that has a vector."""
        return self._cosines(self._vector(text), ids) if ids else {}

    def embedded(self, texts: Sequence[str]) -> Vectors:
        """The texts' own vectors, (n, d)."""
        return self._embedder.embed(texts)

    def near(self, vector: Vectors, limit: int) -> list[Candidate]:
        """The products nearest to a vector (d,), nearest first, at most `limit`."""
        return self._nearest(vector.reshape(1, -1), limit)

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vector (d,) of each of these products that has one."""
        if not ids:
            return {}
        stored = self._collection.get(ids=list(ids), include=["embeddings"])
        return {
            name: np.asarray(one, np.float32) for name, one in zip(stored["ids"], stored["embeddings"], strict=True)
        }

    def _opened(self, *, anew: bool = False) -> Any:
        return open_collection(self._client, COLLECTION, self._embedder.name, anew=anew, ef_search=SEARCH_DEPTH)

    def _disturb(self, ids: Collection[str]) -> None:
        """Note these of the products that have a vector, and what is near to them."""
        for product_id, near in self._beside(ids, NEIGHBOURS):
            self._disturbed |= {product_id, *near}

    def _unreached(self, ids: Collection[str]) -> list[str]:
        """Those that a search by their own vector does not find, though it finds others that are farther."""
        return [
            product_id
            for product_id, near in self._beside(ids, 10)
            if product_id not in near and max(near.values()) > SAME
        ]

    def _beside(self, ids: Collection[str], count: int) -> Iterator[tuple[str, dict[str, float]]]:
        """Each of the products that has a vector, and the distances of those that a search by it finds."""
        for batch in chunked(sorted(ids), BATCH):
            if stored := self.vectors(batch):
                answer = self._collection.query(
                    query_embeddings=list(stored.values()),
                    n_results=min(count, len(self)),
                    include=["distances"],
                )
                for product_id, found, distances in zip(stored, answer["ids"], answer["distances"], strict=True):
                    yield product_id, dict(zip(found, distances, strict=True))

    def _deepen(
        self, vector: Vectors, limit: int, eligible: Collection[str], found: list[Candidate]
    ) -> list[Candidate]:
        """Ask for four times as many until enough eligible ones are there or all were seen; Chroma's own filters cost more."""
        asked, total = len(found), len(self)
        kept = [candidate for candidate in found if candidate.product_id in eligible]
        while len(kept) < min(limit, len(eligible)) and asked < total:
            asked = min(asked * 4, total)
            found = self._nearest(vector, asked)
            kept = [candidate for candidate in found if candidate.product_id in eligible]
            if len(found) < asked:  # the graph ran dry before all were seen
                return self._compared(vector, limit, eligible)
        return kept[:limit]

    def _compared(self, vector: Vectors, limit: int, ids: Collection[str]) -> list[Candidate]:
        """Nearest of exactly these, by comparing with each: the graph loses products among many near-equal ones."""
        scores = self._cosines(vector, sorted(ids))
        best = sorted(scores, key=lambda product_id: (-scores[product_id], product_id))
        return [Candidate(product_id, scores[product_id]) for product_id in best[:limit]]

    def _cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Cosine of the vector with each of these products that has one."""
        stored = self._collection.get(ids=list(ids), include=["embeddings"])
        if not stored["ids"]:
            return {}
        scores = np.asarray(stored["embeddings"], dtype=np.float32) @ vector[0]
        return dict(zip(stored["ids"], scores.tolist(), strict=True))

    def _nearest(self, vector: Vectors, count: int) -> list[Candidate]:
        if count <= 0:
            return []
        answer = self._collection.query(query_embeddings=vector, n_results=count, include=["distances"])
        return [
            Candidate(product_id, 1.0 - distance)
            for product_id, distance in zip(answer["ids"][0], answer["distances"][0], strict=True)
        ]


def _metadata(product: Product) -> dict[str, Any]:
    gender = product.attributes.get("gender")
    return {
        "price": None if product.price is None else float(product.price),
        "brand": product.brand,
        "in_stock": product.in_stock,
        "category": list(product.category) or None,
        "gender": list(gender) if gender else None,
        "rating": product.rating,
    }
