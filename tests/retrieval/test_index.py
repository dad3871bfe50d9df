"""Indexing: only what changed is embedded, and catalogue, words and vectors agree afterwards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import BY_ID, LAMPS, PRODUCTS


def _vectors(store: Store) -> set[str]:
    return Dense(store.chroma(), WordEmbedder()).ids()


def test_a_first_run_embeds_every_product_once(new_store: Store) -> None:
    embedder = WordEmbedder()
    summary = build_index(PRODUCTS, new_store, embedder)
    assert (summary.products, summary.changed, summary.removed, summary.embedded) == (18, 18, 0, 18)
    assert len(embedder.embedded) == len(PRODUCTS)
    assert _vectors(new_store) == set(BY_ID)


def test_a_second_run_over_the_same_feed_embeds_nothing(new_store: Store) -> None:
    build_index(PRODUCTS, new_store, WordEmbedder())
    embedder = WordEmbedder()
    summary = build_index(PRODUCTS, new_store, embedder)
    assert (summary.changed, summary.removed, summary.embedded, embedder.embedded) == (0, 0, 0, [])


def test_only_what_changed_is_embedded_again(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    embedder = WordEmbedder()
    summary = build_index([replace(LAMPS[0], title="Aster Lamp II"), *LAMPS[1:], BY_ID["tote"]], new_store, embedder)
    assert (summary.changed, summary.embedded) == (2, 2)
    assert [text.partition(".")[0] for text in embedder.embedded] == ["Aster Lamp II", "Market Tote Bag"]


def test_a_product_that_the_feed_no_longer_has_vanishes_from_both(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    summary = build_index([lamp for lamp in LAMPS if lamp.id != "tower"], new_store, WordEmbedder())
    assert (summary.removed, summary.products) == (1, len(LAMPS) - 1)
    assert "tower" not in _vectors(new_store)
    assert Lexical(new_store.catalog).matching("tower") == set()


def test_a_product_that_the_feed_no_longer_has_stays_when_missing_ones_are_kept(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    summary = build_index([BY_ID["tote"]], new_store, WordEmbedder(), keep_missing=True)
    assert (summary.removed, summary.products, summary.embedded) == (0, len(LAMPS) + 1, 1)


def test_a_changed_product_is_near_its_new_words(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    build_index([replace(BY_ID["tower"], title="Heron Uplighter"), *LAMPS[:4]], new_store, WordEmbedder())
    dense = Dense(new_store.chroma(), WordEmbedder())
    assert dense.retrieve("heron uplighter", 1)[0].product_id == "tower"


def test_another_embedder_makes_every_vector_anew(new_store: Store) -> None:
    class Renamed(WordEmbedder):
        name = "words/next"

    build_index(LAMPS, new_store, WordEmbedder())
    summary = build_index(LAMPS, new_store, Renamed())
    assert (summary.changed, summary.embedded, _vectors(new_store)) == (0, len(LAMPS), {lamp.id for lamp in LAMPS})
    assert new_store.manifest.models == {"embedder": "words/next"}


def test_vectors_that_got_lost_are_made_again(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    Dense(new_store.chroma(), WordEmbedder()).remove(["tower", "clamp"])
    summary = build_index(LAMPS, new_store, WordEmbedder())
    assert (summary.changed, summary.embedded, len(_vectors(new_store))) == (0, 2, len(LAMPS))


def test_a_vector_written_but_not_yet_noted_is_made_again(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    new_store.catalog.mark_embedded(["tower"], embedded=False)  # what a kill between the two writes leaves
    summary = build_index(LAMPS, new_store, WordEmbedder())
    assert (summary.embedded, new_store.catalog.count_pending(), len(_vectors(new_store))) == (1, 0, len(LAMPS))


def test_a_vector_of_no_product_is_removed(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    new_store.catalog.remove(["tower"])  # what a restored older catalogue leaves
    build_index([lamp for lamp in LAMPS if lamp.id != "tower"], new_store, WordEmbedder())
    assert "tower" not in _vectors(new_store)


def test_the_manifest_says_what_was_indexed(new_store: Store) -> None:
    euros = [replace(lamp, currency="EUR") for lamp in LAMPS]
    build_index(euros, new_store, WordEmbedder())
    manifest = new_store.manifest
    assert (manifest.complete, manifest.products, manifest.currency) == (True, len(LAMPS), "EUR")


def test_progress_counts_up_to_all(new_store: Store) -> None:
    seen: list[tuple[str, int, int | None]] = []
    build_index(LAMPS, new_store, WordEmbedder(), progress=lambda step, done, total: seen.append((step, done, total)))
    assert seen == [("read", 7, None), ("embed", 7, 7)]


def test_an_embedder_that_fails_leaves_a_store_that_continues(new_store: Store) -> None:
    class Failing(WordEmbedder):
        def embed(self, texts: object) -> object:  # type: ignore[override]
            raise MemoryError("no more room")

    try:
        build_index(LAMPS, new_store, Failing())  # type: ignore[arg-type]
    except MemoryError:
        assert not new_store.manifest.complete
    assert build_index(LAMPS, new_store, WordEmbedder()).embedded == len(LAMPS)


def test_a_price_of_any_size_is_exact_after_indexing(new_store: Store) -> None:
    prices = [Decimal("0.01"), Decimal("19.99"), Decimal("123456.78"), Decimal("40.10")]
    build_index([Product(f"p{n}", "Thing", price=price) for n, price in enumerate(prices)], new_store, WordEmbedder())
    assert [product.price for product in new_store.catalog] == prices


def test_a_removal_that_was_cut_short_is_completed(new_store: Store) -> None:
    build_index(LAMPS, new_store, WordEmbedder())
    new_store.catalog.mark_embedded(["tower"], embedded=False)  # what a kill amid the removal of a product leaves
    Dense(new_store.chroma(), WordEmbedder()).remove(["tower"])
    summary = build_index([lamp for lamp in LAMPS if lamp.id != "tower"], new_store, WordEmbedder())
    assert (summary.removed, summary.embedded, "tower" in _vectors(new_store)) == (1, 0, False)
