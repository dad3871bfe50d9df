"""The catalogue: what goes in comes out, and only what changed counts as changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.catalog import Catalog, listing_fields
from retrieval.errors import NotFound
from retrieval.lexical import Lexical
from retrieval.product import Product
from tests.small_shop import BY_ID, LAMPS, PRODUCTS


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.db")
    yield catalog
    catalog.close()


def _count(catalog: Catalog, table: str) -> int:
    return int(catalog.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_every_product_comes_back_as_it_was_put(empty: Catalog) -> None:
    assert empty.put(PRODUCTS, run=1) == len(PRODUCTS)
    assert tuple(empty) == PRODUCTS


def test_an_unchanged_product_is_not_counted_and_keeps_its_vector(empty: Catalog) -> None:
    empty.put(LAMPS, run=1)
    empty.mark_embedded([lamp.id for lamp in LAMPS])
    assert empty.put(LAMPS, run=2) == 0
    assert empty.count_pending() == 0


def test_a_changed_product_waits_for_a_new_vector(empty: Catalog) -> None:
    empty.put(LAMPS, run=1)
    empty.mark_embedded([lamp.id for lamp in LAMPS])
    cheaper = replace(BY_ID["tower"], price=Decimal("99"))
    assert empty.put([*LAMPS[:4], cheaper, *LAMPS[5:]], run=2) == 1
    assert list(empty.pending_batches()) == [[cheaper]]


def test_a_changed_product_is_found_by_its_new_words_only(empty: Catalog) -> None:
    empty.put([BY_ID["tote"]], run=1)
    empty.put([replace(BY_ID["tote"], title="Jute Carrier")], run=2)
    lexical = Lexical(empty)
    assert (lexical.matching("jute carrier"), lexical.matching("tote", columns="title")) == ({"tote"}, set())


def test_of_two_products_with_one_id_the_last_stays(empty: Catalog) -> None:
    empty.put([BY_ID["tote"], replace(BY_ID["tote"], title="Later Tote")], run=1)
    assert [product.title for product in empty] == ["Later Tote"]
    assert _count(empty, "listing") == 1


def test_variants_are_all_of_the_family_in_the_order_they_came(catalog: Catalog) -> None:
    family = catalog.variants(BY_ID["aster-white"])
    assert [product.id for product in family] == ["aster-black", "aster-white", "aster-brass"]


def test_a_product_without_a_group_is_its_only_variant(catalog: Catalog) -> None:
    assert catalog.variants(BY_ID["tote"]) == [BY_ID["tote"]]


def test_a_removed_product_is_gone_from_both_tables(empty: Catalog) -> None:
    empty.put(LAMPS, run=1)
    empty.remove(["clamp", "tower"])
    assert (len(empty), _count(empty, "listing")) == (len(LAMPS) - 2, len(LAMPS) - 2)
    assert Lexical(empty).matching("tower") == set()


def test_stale_are_those_that_the_run_did_not_see(empty: Catalog) -> None:
    empty.put(LAMPS, run=1)
    empty.put(LAMPS[:5], run=2)
    assert (empty.last_run(), empty.stale(2)) == (2, ["workshop", "shade"])


def test_pending_batches_hold_at_most_the_size_asked_for(empty: Catalog) -> None:
    empty.put(LAMPS, run=1)
    assert [len(batch) for batch in empty.pending_batches(3)] == [3, 3, 1]


def test_a_failing_batch_leaves_nothing_behind(empty: Catalog) -> None:
    broken = replace(BY_ID["tote"], id="broken", title="lone \ud800 surrogate")
    with pytest.raises(UnicodeEncodeError):
        empty.put([BY_ID["satchel"], broken], run=1)
    assert (len(empty), _count(empty, "listing")) == (0, 0)


def test_get_names_the_id_that_is_not_there(catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="No product has the id 'nope'"):
        catalog.get("nope")


def test_get_many_keeps_the_order_asked_for_and_skips_what_is_gone(catalog: Catalog) -> None:
    assert [p.id for p in catalog.get_many(["tower", "nope", "clamp"])] == ["tower", "clamp"]


def test_threads_read_side_by_side(catalog: Catalog) -> None:
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(len(catalog))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [len(PRODUCTS)] * 4


def test_a_listing_names_what_a_product_has_and_leaves_out_what_it_has_not() -> None:
    product = Product("1", "Screen", attributes={"touchscreen": ("no",), "webcam": ("yes",), "ports": ("usb", "hdmi")})
    assert listing_fields(product)[3] == "webcam; ports usb; ports hdmi"


def test_what_the_words_for_kinds_say_anew_is_written_again(empty: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.put(LAMPS, run=1)
    monkeypatch.setattr("retrieval.catalog.words_version", lambda: "of other words")
    assert empty.put(LAMPS, run=2) == len(LAMPS)
