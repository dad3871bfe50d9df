"""Indexing killed with -9 in a process of its own, then run again: it completes, and catalogue, words and vectors agree."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.dense import Dense, embedding_text
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.store import Store, read_manifest
from tests.fakes import WordEmbedder

ROOT = Path(__file__).resolve().parents[2]
FEED = tuple(  # 3.4 batches of things of no known kind, no two alike
    Product(
        f"p{number}", f"Gadget serial{number}", " ".join(f"word{number * step % 211}" for step in (1, 3, 7, 13, 29, 53))
    )
    for number in range(1_700)
)
DYING = """
import os, signal, sys
from pathlib import Path
from retrieval.index import build_index
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.retrieval.test_index_kill import FEED

path, step, when = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(WordEmbedder):
    calls = 0
    def embed(self, texts):
        self.calls += 1
        if (step, self.calls) == ("embed", when):
            die()  # while another thread may be writing the batch before
        return super().embed(texts)

def progress(at, done, total):
    if (step, at) == ("read", "read") and done >= when:
        die()

build_index(FEED, Store(path, create=True), Dying(), progress=progress)
"""


def _killed(path: Path, step: str, when: int) -> None:
    command = [sys.executable, "-c", DYING, str(path), step, str(when)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def _assert_all_agree(store: Store) -> None:
    """As many rows as words as vectors, and each product is the best answer to its own words."""
    dense, lexical = Dense(store.chroma(), WordEmbedder()), Lexical(store.catalog)
    ids = {product.id for product in FEED}
    listed = store.catalog.connection.execute("SELECT count(*) FROM listing").fetchone()[0]
    assert (len(store.catalog), listed, len(dense)) == (len(FEED), len(FEED), len(FEED))
    assert (dense.ids(), store.catalog.embedded_ids()) == (ids, ids)
    assert lexical.matching("gadget") == ids
    assert dense.mend(ids) == 0
    for product in FEED[::50]:
        text = embedding_text(product)
        assert dense.retrieve(text, 1, {product.id})[0].score == pytest.approx(1, abs=1e-5)
        assert dense.retrieve(text, 1)[0].score == pytest.approx(1, abs=1e-5)
        assert [found.product_id for found in lexical.retrieve(product.title.split()[1], 5)] == [product.id]


@pytest.mark.parametrize(("step", "when"), [("read", 500), ("embed", 1), ("embed", 2), ("embed", 4)])
def test_indexing_killed_and_run_again_is_complete(tmp_path: Path, step: str, when: int) -> None:
    path = tmp_path / "store"
    _killed(path, step, when)
    manifest = read_manifest(path)
    assert manifest is not None
    assert not manifest.complete
    store = Store(path, create=True)
    summary = build_index(FEED, store, WordEmbedder())
    assert (summary.products, store.manifest.complete, store.manifest.products) == (len(FEED), True, len(FEED))
    _assert_all_agree(store)
    store.close()


def test_indexing_killed_twice_and_run_again_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "store"
    _killed(path, "embed", 3)
    _killed(path, "embed", 1)
    store = Store(path, create=True)
    build_index(FEED, store, WordEmbedder())
    _assert_all_agree(store)
    store.close()


@pytest.mark.parametrize("attempt", range(2))  # without mending some are lost in two of five attempts
def test_what_was_written_and_not_noted_before_a_kill_is_still_found_by_search(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "store"
    store = Store(path, create=True)
    build_index(FEED[:500], store, WordEmbedder())
    store.catalog.mark_embedded([product.id for product in FEED[:500]], embedded=False)
    store.close()
    store = Store(path)
    build_index(FEED, store, WordEmbedder())
    _assert_all_agree(store)
    store.close()


def test_what_is_beside_changed_and_removed_products_is_still_found_by_search(tmp_path: Path) -> None:
    path = tmp_path / "store"
    earlier = [replace(product, description=product.description[::-1]) for product in FEED[:600]]
    others = [replace(product, id=f"gone{product.id}") for product in FEED[600:1_200]]
    store = Store(path, create=True)
    build_index([*earlier, *others], store, WordEmbedder())
    store.close()
    store = Store(path)
    build_index(FEED, store, WordEmbedder())
    _assert_all_agree(store)
    store.close()
