"""Index time of a feed, and products per second against the bare embedder on the same texts in the same run.

python benchmarks/index_speed.py ../shared/data/retail_store.jsonl
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import typer

from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.dense import embedding_text
from retrieval.feed import read_feed
from retrieval.index import build_index
from retrieval.store import Store


def main(feed: Path) -> None:
    embedder = build_embedder(Settings())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        products = list(read_feed([feed], path / "rejects.jsonl"))
        embedder.embed([embedding_text(product) for product in products[:64]])  # first calls allocate
        store = Store(path / "store", create=True)
        started = time.perf_counter()
        summary = build_index(products, store, embedder)
        whole = time.perf_counter() - started
        started = time.perf_counter()
        embedder.embed([embedding_text(product) for product in products])
        bare = len(products) / (time.perf_counter() - started)
        started = time.perf_counter()
        again = build_index(products, store, embedder)
        unchanged = time.perf_counter() - started
        store.close()
    rate = len(products) / whole
    print(
        f"{summary.products:,} products in {whole:.1f} s: {rate:.0f} products/s, {rate / bare:.2f} of the bare embedder's {bare:.0f}"
    )
    print(f"again, nothing changed: {unchanged:.2f} s, {again.embedded} embedded")


if __name__ == "__main__":
    typer.run(main)
