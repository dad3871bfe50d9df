"""What the cross-encoder learns from: lists of products for a request, each with a gain.

Three sources: requests graded by people; requests made from listings, whose answer is known; real requests without grades, for which the
linear mix says what is better. The hard negatives of the last two are what our own retrieval proposes.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from ..catalog import Catalog
from ..dense import Embedder, Vectors, embedding_text
from ..judgements import Judged
from ..kinds.of_listings import belongs_to, is_a
from ..lexical import Lexical
from ..product import Product
from ..rerank import BIAS, WEIGHTS
from ..words import content_stems
from .pseudo_requests import Listing, PseudoRequest, RequestWriter, listings_of

LENGTH = 12  # products of a list
DEEP = 30  # from so many of each retriever the hard negatives are drawn
_BOUND = re.compile(
    r"(?:under|below|less than|up to|max(?:imum)?|not (?:over|dearer than|more than)|at most|over)\s*[$£€]?\s*"
    r"(\d{2,5})(?!\s?(?:gb|cm|mm|inch|va|sheets|m\b))"
    r"|[$£€]?\s?(\d{2,5})\s*(?:dollars|bucks|usd)?\s*(?:tops|max|at (?:the )?most)",
    re.I,
)


@dataclass(frozen=True)
class TrainingList:
    """Products for one request. gains: 0..7, 2^grade - 1, in the products' order. offsets: what the cheap signals say of each, on the
    scale of the linear mix. source: "graded", "made" or "mix"."""

    request: str
    products: tuple[Product, ...]
    gains: tuple[float, ...]
    offsets: tuple[float, ...]
    source: str


@dataclass(frozen=True)
class Shelf:
    """A catalogue as lists are made from it. vectors: (n, d), unit length, in the listings' order."""

    name: str
    listings: Sequence[Listing]
    lexical: Lexical
    vectors: Vectors
    embedder: Embedder
    rows: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, list[Listing]] = field(default_factory=dict)

    def offsets(self, request: str, vector: Vectors, ids: Sequence[str]) -> list[float]:
        """What the linear mix makes of these products without wishes."""
        bm25 = self.lexical.scores(request, ids)
        best = max(bm25.values(), default=1.0)
        rows = [self.rows[one] for one in ids]
        return [
            BIAS + WEIGHTS["cosine"] * float(cosine) + WEIGHTS["bm25"] * bm25.get(one, 0.0) / best
            for one, cosine in zip(ids, self.vectors[rows] @ vector, strict=True)
        ]

    def nearest(self, request: str, vector: Vectors) -> list[Listing]:
        """What both retrievers propose, each DEEP, no product twice."""
        lexical = [self.rows[candidate.product_id] for candidate in self.lexical.retrieve(request, DEEP)]
        dense = np.argpartition(-(self.vectors @ vector), min(DEEP, len(self.rows) - 1))[:DEEP].tolist()
        return [self.listings[row] for row in dict.fromkeys([*lexical, *dense])]


def shelf_of(name: str, catalog: Catalog, products: Sequence[Product], vectors: Vectors, embedder: Embedder) -> Shelf:
    """The shelf of these products of a catalogue. vectors: (n, d), of unit length, in their order."""
    listings = listings_of(products)
    by_kind: dict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        if listing.kind:
            by_kind[listing.kind].append(listing)
    rows = {product.id: row for row, product in enumerate(products)}
    return Shelf(name, listings, Lexical(catalog), vectors, embedder, rows, dict(by_kind))


def open_shelf(name: str, catalog: Catalog, embedder: Embedder, cache: Path) -> Shelf:
    """The shelf of a catalogue; its vectors are kept in the folder `cache` and read from there when the texts are still the same."""
    import hashlib

    products = list(catalog)
    texts = [embedding_text(product) for product in products]
    digest = hashlib.blake2b("\x00".join([embedder.name, *texts]).encode(), digest_size=8).hexdigest()
    file = cache / f"vectors-{name}-{digest}.npy"
    if not file.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(file, embedder.embed(texts))
    return shelf_of(name, catalog, products, np.load(file), embedder)


def graded_lists(
    judged: Sequence[Judged], shelf: Shelf, read: Callable[[str], str] = lambda request: request
) -> list[TrainingList]:
    """A list for each graded request of this shelf's catalogue, the whole pool. read: a request to the words that are searched for.

    A product that is only too dear for the request is left out: prices are compared by code, and no text says that 79 is over 60.
    """
    lists = []
    for one in judged:
        bound = price_bound(one.request)
        pool = [shelf.listings[shelf.rows[known]].product for known in one.grades if known in shelf.rows]
        kept = [p for p in pool if bound is None or p.price is None or p.price <= bound or one.grades[p.id] > 1]
        if len({one.grades[product.id] for product in kept}) > 1:
            gains = [2.0 ** one.grades[product.id] - 1 for product in kept]
            words = read(one.request)
            lists.append(_list(words, kept, gains, shelf, shelf.embedder.embed([words])[0], "graded"))
    return lists


def clicked_lists(
    clicked: Sequence[Judged], shelf: Shelf, seed: int, read: Callable[[str], str] = lambda request: request
) -> list[TrainingList]:
    """Lists from a shop's log: short pools are filled up to LENGTH with what retrieval proposes and nobody clicked, as grade 0."""
    rng = random.Random(f"{seed} {shelf.name} clicks")
    filled = []
    for one in clicked:
        grades = {known: grade for known, grade in one.grades.items() if known in shelf.rows}
        near = shelf.nearest(one.request, shelf.embedder.embed([one.request])[0]) if grades else []
        others = [listing.product.id for listing in near if listing.product.id not in grades]
        more = rng.sample(others, min(max(LENGTH - len(grades), 0), len(others)))
        filled.append(replace(one, grades={**grades, **dict.fromkeys(more, 0)}))
    return graded_lists(filled, shelf, read)


def made_lists(shelf: Shelf, count: int, seed: int) -> Iterator[TrainingList]:
    """`count` lists for requests made from listings: the source, others of its kind, what belongs to the kind, what retrieval proposes."""
    rng = random.Random(f"{seed} {shelf.name}")
    writer = RequestWriter(shelf.listings, rng.randrange(2**32))
    known = [kind for kind, listings in shelf.by_kind.items() if len(listings) > 1]
    if not known:
        return
    weights = [len(shelf.by_kind[kind]) ** 0.5 for kind in known]  # else half the requests would ask for network cables
    sources = [rng.choice(shelf.by_kind[kind]) for kind in rng.choices(known, weights, k=count)]
    requests = [writer.write(source, shelf.by_kind[source.kind or ""]) for source in sources]
    vectors = shelf.embedder.embed([request.text for request in requests])
    for source, request, vector in zip(sources, requests, vectors, strict=True):
        listings = _pool(shelf, source, request, vector, rng)
        gains = [gain_of(request, listing) for listing in listings]
        yield _list(request.text, [one.product for one in listings], gains, shelf, vector, "made")


def mix_lists(shelf: Shelf, requests: Sequence[str], seed: int) -> Iterator[TrainingList]:
    """Lists for real requests without grades: the gain is what the linear mix gives, the best of the list 7, the worst 0."""
    rng = random.Random(seed)
    for request, vector in zip(requests, shelf.embedder.embed(requests), strict=True):
        listings = shelf.nearest(request, vector)
        chosen = [one.product for one in rng.sample(listings, min(LENGTH, len(listings)))]
        offsets = shelf.offsets(request, vector, [product.id for product in chosen])
        low, span = min(offsets), max(offsets) - min(offsets) or 1.0
        gains = [2 ** (3 * (offset - low) / span) - 1 for offset in offsets]
        yield TrainingList(request, tuple(chosen), tuple(gains), tuple(offsets), "mix")


def gain_of(request: PseudoRequest, listing: Listing) -> float:
    """2^grade - 1, where a listing of the kind has 1 and up to 2 more for its share of the wishes, half a grade with what was refused,
    and one of another kind has 0. When only a maker is asked for, its listings have 3 and all others 0."""
    if request.kind is None:
        return 7.0 if set(request.wishes[0]) <= set(content_stems(listing.product.brand or "")) else 0.0
    if listing.kind is None or not is_a(listing.kind, request.kind):
        return 0.0
    if request.refused and set(request.refused) <= listing.stems:
        return 2**0.5 - 1
    met = [set(wish) <= listing.stems for wish in request.wishes]
    return float(2 ** (1 + 2 * (sum(met) / len(met) if met else 1.0)) - 1)


def price_bound(request: str) -> Decimal | None:
    """The most that the request says it may cost, None when it says nothing of the kind."""
    match = _BOUND.search(request)
    return Decimal(match.group(1) or match.group(2)) if match else None


def _pool(shelf: Shelf, source: Listing, request: PseudoRequest, vector: Vectors, rng: random.Random) -> list[Listing]:
    """LENGTH listings, or fewer in a small shop, without those whose kind is unknown: they might be what was asked for."""
    siblings = shelf.by_kind[source.kind or ""]
    related = [kind for kind in shelf.by_kind if request.kind and belongs_to(kind, request.kind)]
    near = [one for one in shelf.nearest(request.text, vector) if one.kind]
    chosen = [source, *rng.sample(siblings, min(3, len(siblings)))]
    chosen += [rng.choice(shelf.by_kind[kind]) for kind in rng.sample(related, min(2, len(related)))]
    chosen += rng.sample(near, min(LENGTH, len(near)))
    return list({one.product.id: one for one in chosen}.values())[:LENGTH]


def _list(
    request: str, products: Sequence[Product], gains: Sequence[float], shelf: Shelf, vector: Vectors, source: str
) -> TrainingList:
    offsets = shelf.offsets(request, vector, [product.id for product in products])
    return TrainingList(request, tuple(products), tuple(gains), tuple(offsets), source)
