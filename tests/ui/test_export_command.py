"""`shop export` hands over a whole feed and says what it does not hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.export import EXPORTS
from retrieval.feed import read_feed
from retrieval.index import build_index
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import PRODUCTS
from tests.ui.command import shop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export")
    store = Store(path / "store", create=True)
    build_index(PRODUCTS, store, WordEmbedder())
    store.close()
    return path


def test_without_an_output_the_feed_goes_to_standard_output_and_the_losses_do_not(folder: Path) -> None:
    done = shop("export", "--store", "store", "--format", "acp", cwd=folder)
    assert done.returncode == 0, done.stderr
    variants = [each for line in done.stdout.splitlines() for each in json.loads(line)["variants"]]
    assert {each["id"] for each in variants} == {product.id for product in PRODUCTS}
    branded = sum(product.brand is not None for product in PRODUCTS)
    assert f"brand: {branded} of {len(PRODUCTS)} products" in done.stderr


def test_our_own_lines_hold_everything_but_markup_which_readers_take_away(folder: Path) -> None:
    done = shop("export", "--store", "store", "--format", "jsonl", "--output", "own.jsonl", cwd=folder)
    marked_up = sum("<script>" in product.title for product in PRODUCTS)
    assert marked_up == 1
    assert [line.strip() for line in done.stderr.splitlines()[2:]] == [
        "title: 1 of 18 products",
        "description: 1 of 18 products",
    ]
    assert len((folder / "own.jsonl").read_text(encoding="utf-8").splitlines()) == len(PRODUCTS)


def test_an_acp_feed_in_a_folder_has_its_metadata(folder: Path) -> None:
    done = shop("export", "--store", "store", "--format", "acp", "--output", "acp", "--country", "de", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "acp" / "metadata.json").read_text(encoding="utf-8")) == {"target_country": "DE"}
    assert sorted(path.name for path in folder.iterdir() if path.name not in ("store", "own.jsonl")) == ["acp"]


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_is_written_and_read_again(folder: Path, tmp_path: Path, name: str) -> None:
    done = shop("export", "--store", "store", "--format", name, "--output", str(tmp_path / "feed"), cwd=folder)
    assert done.returncode == 0, done.stderr
    feed = tmp_path / "feed" / "products.jsonl" if name == "acp" else tmp_path / "feed"
    read = {product.id for product in read_feed([feed], tmp_path / "rejects.jsonl")}
    assert read == {product.id for product in PRODUCTS}


def test_an_unknown_format_is_one_line_with_the_fix(folder: Path) -> None:
    done = shop("export", "--store", "store", "--format", "xls", cwd=folder)
    assert done.returncode == 1
    assert "no format xls" in done.stderr
    assert "name one of jsonl" in done.stderr
