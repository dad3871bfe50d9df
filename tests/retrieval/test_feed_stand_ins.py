"""Words that stand where a value is missing count as not stated, by field, for a whole value only, and are not lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.feed import read_feed
from retrieval.feeds.report import quality_of
from retrieval.feeds.stand_ins import stands_in
from retrieval.product import Product


@pytest.mark.parametrize("words", ["N/A", "n.a.", "-", "--", "—", "TBD", "tba", "Not available", "not applicable.", "unknown", "null",
                                   "???", "To be confirmed", "Lorem ipsum dolor sit amet, " * 9, "k. A.", "see above"])  # fmt: skip
@pytest.mark.parametrize("field", ["description", "brand", "color", "bulb"])
def test_words_for_nothing_stand_in_in_every_field(field: str, words: str) -> None:
    assert stands_in(field, words)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("fragrance", "none"),  # says that it has none
        ("pattern", "none"),
        ("availability", "Not available"),  # says that it is sold out
        ("brand", "NA"),
        ("region", "NA"),
        ("id", "NA"),
        ("size", "XX"),
        ("finish", "test"),
        ("description", "Not available in stores."),  # more than the words
        ("color", "none of these"),
        ("bulb", "E27 or n/a"),
    ],
)
def test_real_values_are_left_alone(field: str, words: str) -> None:
    assert not stands_in(field, words)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("color", "none"),
        ("brand", "None"),
        ("fragrance", "None"),
        ("size", "NA"),
        ("bulb", "NA"),
        ("description", "xxx"),
    ],
)
def test_what_is_a_value_elsewhere_stands_in_where_there_must_be_one(field: str, words: str) -> None:
    assert stands_in(field, words)


def read(folder: Path, name: str, text: str) -> list[Product]:
    (folder / name).write_text(text, encoding="utf-8")
    return list(read_feed([folder / name], folder / "rejects.jsonl"))


def test_a_stand_in_is_not_stated_and_stays_in_the_record(tmp_path: Path) -> None:
    cells = {
        "id": "1", "title": "Lamp", "price": "TBD", "description": "Lorem ipsum dolor sit amet", "brand": "N/A", "color": ["red", "N/A"],
        "availability": "-", "attributes": {"bulb": "Not available", "fragrance": "none"}, "options": {"size": "TBD", "color": "red"},
    }  # fmt: skip
    (lamp,) = read(tmp_path, "feed.jsonl", json.dumps(cells))
    assert (lamp.price, lamp.description, lamp.brand, lamp.in_stock) == (None, "", None, None)
    assert (lamp.attributes, lamp.options) == ({"color": ("red",), "fragrance": ("none",)}, {"color": "red"})
    assert lamp.stand_ins == {
        "price": ("TBD",), "description": ("Lorem ipsum dolor sit amet",), "brand": ("N/A",), "color": ("N/A",),
        "availability": ("-",), "bulb": ("Not available",), "size": ("TBD",),
    }  # fmt: skip
    assert Product.from_json(lamp.to_json()) == lamp


def test_a_column_with_a_value_counts_where_a_likelier_one_has_a_stand_in(tmp_path: Path) -> None:
    (lamp,) = read(tmp_path, "feed.csv", "id,title,brand,vendor\n1,Lamp,N/A,Sund\n")
    assert (lamp.brand, lamp.stand_ins) == ("Sund", {"brand": ("N/A",)})


def test_a_shopify_export_keeps_its_stand_ins_too(tmp_path: Path) -> None:
    (lamp,) = read(
        tmp_path,
        "feed.csv",
        "Handle,Title,Vendor,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price,Variant SKU\n"
        "lamp,Lamp,N/A,Size,M,Color,None,5,L-M\n",
    )
    assert (lamp.brand, lamp.options) == (None, {"size": "M"})
    assert lamp.stand_ins == {"brand": ("N/A",), "color": ("None",)}


def test_the_report_counts_the_products_that_have_them(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("id,title,brand\n1,Lamp,N/A\n2,Desk,Sund\n", encoding="utf-8")
    report = quality_of(read_feed([path], tmp_path / "rejects.jsonl"), ["feed.csv"])
    (finding,) = (each for each in report.findings if each.name == "stand-in")
    assert (finding.count, [each.seen for each in finding.examples]) == (1, ["brand: N/A"])
