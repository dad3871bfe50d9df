"""Vectors in Chroma: eligible products are found however few or far they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.dense import FEW, Dense, embedding_text
from retrieval.index import build_index
from retrieval.product import Product
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import BY_ID

MANY = 4 * FEW + 400
# Three of four are lamps, so that a search for lamps comes to the kettles only after asking deeper; and the kettles are too many
# to be asked for by id.
CROWD = tuple(
    Product(f"p{number:04}", f"{'lamp' if number % 4 else 'kettle'} number{number % 50}") for number in range(MANY)
)
KETTLES = frozenset(product.id for product in CROWD if product.title.startswith("kettle"))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dense]:
    store = Store(tmp_path_factory.mktemp("crowd") / "store", create=True)
    build_index(CROWD, store, WordEmbedder())
    yield Dense(store.chroma(), WordEmbedder())
    store.close()


@pytest.fixture
def own(new_store: Store) -> Dense:
    """A few vectors of the test's own."""
    dense = Dense(new_store.chroma(), WordEmbedder())
    _put(dense, BY_ID["tote"], BY_ID["storm"])
    return dense


def _put(dense: Dense, *products: Product) -> None:
    dense.put(products, WordEmbedder().embed([embedding_text(product) for product in products]))


def test_a_text_that_is_asked_for_again_is_not_embedded_again(new_store: Store) -> None:
    embedder = WordEmbedder()
    dense = Dense(new_store.chroma(), embedder)
    _put(dense, BY_ID["tote"], BY_ID["storm"])
    for _ in range(2):
        dense.retrieve("canvas tote", 1)
        assert set(dense.similarity("canvas tote", ["tote", "storm"])) == {"tote", "storm"}
    assert embedder.embedded == ["canvas tote"]


def test_the_score_is_the_cosine(own: Dense) -> None:
    vectors = WordEmbedder().embed(["canvas tote", embedding_text(BY_ID["tote"])])
    (best,) = own.retrieve("canvas tote", 1)
    assert best.product_id == "tote"
    assert best.score == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-6)


def test_similarity_is_the_same_cosine_as_retrieval(own: Dense) -> None:
    found = {candidate.product_id: candidate.score for candidate in own.retrieve("canvas jacket", 2)}
    assert own.similarity("canvas jacket", ["tote", "storm"]) == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize("size", [1, 10, FEW - 1, FEW, FEW + 1, 2 * FEW, MANY])
def test_only_eligible_products_come_at_every_size(crowd: Dense, size: int) -> None:
    eligible = {product.id for product in CROWD[-size:]}
    found = [candidate.product_id for candidate in crowd.retrieve("lamp number7", 20, eligible)]
    assert len(set(found)) == min(20, size)
    assert set(found) <= eligible


def test_eligible_products_are_found_even_when_all_others_are_nearer(crowd: Dense) -> None:
    found = [candidate.product_id for candidate in crowd.retrieve("lamp", 20, KETTLES)]
    assert len(KETTLES) > FEW
    assert len(set(found)) == 20
    assert set(found) <= KETTLES


def test_deepening_finds_the_nearest_that_comparing_with_each_finds(crowd: Dense) -> None:
    nearest = sorted(crowd.similarity("lamp number8", sorted(KETTLES)).values(), reverse=True)[:20]
    deepened = [candidate.score for candidate in crowd.retrieve("lamp number8", 20, KETTLES)]
    assert deepened == pytest.approx(nearest, abs=1e-6)


def test_each_of_many_that_are_the_same_is_found_when_it_is_eligible(own: Dense) -> None:
    twins = [Product(f"twin{number:03}", "Warm Lamp") for number in range(600)]
    _put(own, *twins)
    assert [own.retrieve("lamp", 1, {twin.id})[0].product_id for twin in twins[::40]] == [
        twin.id for twin in twins[::40]
    ]


def test_no_eligible_product_gives_nothing(own: Dense) -> None:
    assert own.retrieve("tote", 5, frozenset()) == []


def test_an_eligible_product_without_a_vector_is_left_out(own: Dense) -> None:
    assert [candidate.product_id for candidate in own.retrieve("tote", 5, {"tote", "nope"})] == ["tote"]
    assert own.retrieve("tote", 5, {"nope"}) == []


def test_similarity_leaves_out_products_without_a_vector(own: Dense) -> None:
    assert set(own.similarity("tote", ["tote", "nope"])) == {"tote"}
    assert own.similarity("tote", ["nope"]) == {}
    assert own.similarity("tote", []) == {}


def test_a_key_that_a_product_no_longer_has_is_cleared(own: Dense, new_store: Store) -> None:
    _put(own, replace(BY_ID["storm"], brand=None, price=Decimal(70), attributes={}))
    (stored,) = new_store.chroma().get_collection("products").get(ids=["storm"])["metadatas"]
    assert {name: value for name, value in stored.items() if value is not None} == {
        "price": 70.0,
        "in_stock": True,
        "category": ["clothing", "jackets"],
    }


def test_a_removed_product_is_not_found(own: Dense) -> None:
    own.remove(["storm"])
    assert own.ids() == {"tote"}
    assert [candidate.product_id for candidate in own.retrieve("rain jacket", 5)] == ["tote"]


def test_clearing_takes_the_new_embedder_for_what_comes(own: Dense, new_store: Store) -> None:
    class Renamed(WordEmbedder):
        name = "words/next"

    other = Dense(new_store.chroma(), Renamed())
    assert other.embedder_name == "words/256"
    other.clear()
    assert (other.embedder_name, len(other)) == ("words/next", 0)


def test_the_title_is_embedded_first_and_what_shoppers_call_it_before_the_description() -> None:
    text = embedding_text(BY_ID["tote"])
    assert text.startswith("Market Tote Bag. bags tote bags. ")
    assert text.index("shopper") < text.index("Corrie. Heavy canvas")


def test_the_word_embedder_gives_unit_vectors_of_shared_words() -> None:
    vectors = WordEmbedder().embed(["warm lamp", "cold lamp"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])
    assert float(vectors[0] @ vectors[1]) == pytest.approx(1 / 2)


@pytest.mark.models
def test_a_text_asked_for_again_by_itself_is_as_before_whatever_the_caller_did_to_it() -> None:
    embedder = build_embedder(Settings())
    first = embedder.embed(["a black umbrella"])
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(embedder.embed(["a black umbrella"]), kept)
    assert np.allclose(embedder.embed(["a tent", "a black umbrella"])[1:], kept, atol=0.02)
