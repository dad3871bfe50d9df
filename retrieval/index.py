"""From products to a store: the catalogue first, then a vector for all that changed. A kill at any moment costs one batch."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from more_itertools import chunked, peekable

from .catalog import BATCH, Catalog
from .dense import Dense, Embedder, Vectors, embedding_text
from .product import Product
from .store import Store

Progress = Callable[[str, int, int | None], None]  # (step, products done, products in all or None)


@dataclass(frozen=True)
class IndexSummary:
    """products: in the store now. changed: new or different from before. embedded: vectors made, in `embed_seconds`."""

    products: int
    changed: int
    removed: int
    embedded: int
    embed_seconds: float


def build_index(
    products: Iterable[Product],
    store: Store,
    embedder: Embedder,
    *,
    keep_missing: bool = False,
    chroma_url: str | None = None,
    progress: Progress = lambda step, done, total: None,
    now: datetime | None = None,
) -> IndexSummary:
    """Bring the store to what the feed says and return what changed.

    Products that the feed no longer has are removed, unless `keep_missing`. Only products that are new or changed, or whose vectors come
    from another embedder, are embedded. What was never in the store is new in the shop from `now` on, but for what it begins with.
    """
    products = peekable(products)
    products.peek(None)  # a feed without a usable row is an error here, while the store is still as it was
    dense = Dense(store.chroma(chroma_url), embedder)
    unsure = set() if store.manifest.complete else dense.ids()  # a run that was cut off mended nothing
    now = now or datetime.now(UTC)
    since = now if store.manifest.indexed_at or store.manifest.complete else None
    store.write_manifest(complete=False)
    _reconcile(store.catalog, dense, embedder)
    run = store.catalog.last_run() + 1
    changed, currency = _write_catalog(products, store.catalog, run, since, progress)
    gone = [] if keep_missing else store.catalog.stale(run)
    for batch in chunked(gone, BATCH):
        store.catalog.mark_embedded(batch, embedded=False)  # so that a kill between the two leaves no claim of a vector
        dense.remove(batch)
        store.catalog.remove(batch)
    started = time.perf_counter()
    embedded = _embed_pending(store.catalog, dense, embedder, progress)
    seconds = time.perf_counter() - started
    dense.mend(unsure)
    count = len(store.catalog)
    store.write_manifest(
        complete=True,
        products=count,
        currency=currency or store.manifest.currency,
        models={"embedder": embedder.name},
        indexed_at=now.isoformat(timespec="seconds"),
    )
    return IndexSummary(count, changed, len(gone), embedded, seconds)


def _reconcile(catalog: Catalog, dense: Dense, embedder: Embedder) -> None:
    """Make the catalogue's claims about vectors true again after a kill, or after a change of embedder."""
    if dense.embedder_name != embedder.name:
        dense.clear()
    claimed, there = catalog.embedded_ids(), dense.ids()
    for batch in chunked(sorted(claimed - there), BATCH):
        catalog.mark_embedded(batch, embedded=False)
    known = {product_id for product_id in there if product_id in claimed}
    for batch in chunked(sorted(there - known), BATCH):
        dense.remove(batch)


def _write_catalog(
    products: Iterable[Product], catalog: Catalog, run: int, since: datetime | None, progress: Progress
) -> tuple[int, str | None]:
    """How many products are new or different, and the currency that most are priced in."""
    changed, read = 0, 0
    currencies: Counter[str] = Counter()
    for batch in chunked(products, BATCH):
        changed += catalog.put(batch, run=run, at=since)
        currencies.update(product.currency for product in batch if product.price is not None)
        read += len(batch)
        progress("read", read, None)
    return changed, max(currencies, key=lambda code: currencies[code], default=None)


def _embed_pending(catalog: Catalog, dense: Dense, embedder: Embedder, progress: Progress) -> int:
    """Embed what waits. One thread computes vectors while another writes the batch before."""
    total, done = catalog.count_pending(), 0
    writing: Future[None] | None = None
    queue = catalog.pending_batches(BATCH)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="chroma") as writer:
        for batch in queue:
            vectors = embedder.embed([embedding_text(product) for product in batch])
            if writing is not None:
                writing.result()
            writing = writer.submit(_write_vectors, catalog, dense, batch, vectors)
            done += len(batch)
            progress("embed", done, total)
        if writing is not None:
            writing.result()
    return done


def _write_vectors(catalog: Catalog, dense: Dense, batch: list[Product], vectors: Vectors) -> None:
    dense.put(batch, vectors)
    catalog.mark_embedded([product.id for product in batch])
