"""A folder stands for the products.jsonl in it, and the metadata.json beside that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import FeedError
from retrieval.feed import FeedSummary, read_feed

ACP = Path(__file__).parent / "feeds" / "acp"


def summary(path: Path, rejects: Path) -> FeedSummary:
    reading = read_feed([path], rejects / "rejects.jsonl")
    list(reading)
    return reading.summary


def folder_with(path: Path, metadata: str) -> Path:
    (path / "feed").mkdir()
    (path / "feed" / "products.jsonl").write_text('{"id": "1", "title": "Lamp"}\n', encoding="utf-8")
    (path / "feed" / "metadata.json").write_text(metadata, encoding="utf-8")
    return path / "feed"


@pytest.mark.parametrize("path", [ACP, ACP / "products.jsonl"])
def test_a_folder_and_its_file_are_the_same_feed_with_its_metadata(path: Path, tmp_path: Path) -> None:
    found = summary(path, tmp_path)
    assert found.used == 3
    assert found.metadata == (("acp", "feed feed_invented, for US, made 2031-03-01 08:00"),)


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ('{"target_country": "DE", "more": [1]}', "for DE"),
        ("{}", "says nothing of the feed"),
        ('{"target_country": 7}', "cannot be read: Input should be a valid string"),
        ("not JSON", "cannot be read: Invalid JSON: expected ident at line 1 column 2"),
    ],
)
def test_metadata_that_says_little_or_is_broken_costs_no_product(metadata: str, told: str, tmp_path: Path) -> None:
    found = summary(folder_with(tmp_path, metadata), tmp_path)
    assert (found.used, found.metadata) == (1, (("feed", told),))


def test_a_folder_without_products_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"no products\.jsonl in the folder"):
        read_feed([tmp_path], tmp_path / "rejects.jsonl")


def test_a_file_of_another_name_has_no_metadata(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, '{"target_country": "DE"}')
    (folder / "other.jsonl").write_text('{"id": "1", "title": "Lamp"}\n', encoding="utf-8")
    assert summary(folder / "other.jsonl", tmp_path).metadata == ()
