"""The demo shop is what its material says, and rich enough that real questions have several right answers."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from demo import build
from retrieval.errors import BadInput
from retrieval.product import Product, as_decimal

FAMILY = """\
  - title: Test Lamp
    kind: desk lamps
    brand: Nobody
    price: 20
    rating: 4.0
    reviews: 1
    stock: 10
    text: >-
      The first sentence says what it is and goes on for quite a while, so that the text is long enough to be believed.
      The second says why.
    facts: {material: steel, height: 40 cm, warranty: 1 year}
    options: {color: [black, {value: white, add: 2, stock: 0, facts: {height: 50 cm}}]}
"""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in build.PRODUCTS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def products(rows: list[dict[str, Any]]) -> list[Product]:
    return [product_of(row) for row in rows]


def product_of(row: dict[str, Any]) -> Product:
    """The row as the record that retrieval works on."""
    attributes = {name: tuple(values) for name, values in row["attributes"].items()}
    prices = {name: as_decimal(row[name]) for name in ("price", "list_price")}
    converted = {"category": tuple(row["category"]), "attributes": attributes, "in_stock": row["stock"] > 0, **prices}
    return Product(**{**row, **converted})


def families(products: list[Product]) -> dict[str, list[Product]]:
    grouped: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        grouped[product.group_id or product.id].append(product)
    return grouped


def desk_lamps(products: list[Product], light: str) -> list[Product]:
    """Desk lamps whose facts name this color temperature."""
    return [
        p
        for p in products
        if p.category[-1] == "desk lamps" and any(light in fact for fact in p.attributes["color temperature"])
    ]


def dollars(product: Product) -> Decimal:
    assert product.price is not None
    return product.price


def write_material(folder: Path, *families: str) -> Path:
    (folder / "lamps.yaml").write_text("department: lighting\nfamilies:\n" + "".join(families), encoding="utf-8")
    return folder


def test_the_committed_products_are_what_the_script_builds() -> None:
    assert build.PRODUCTS.read_bytes() == build.build().encode()


def test_the_shop_is_large_and_wide(products: list[Product]) -> None:
    per_department = Counter(p.category[0] for p in products)
    assert len(products) >= 900
    assert len(families(products)) >= 400
    assert len(per_department) >= 16
    assert min(per_department.values()) >= 15


def test_ids_and_titles_are_unique_and_ids_are_slugs(products: list[Product]) -> None:
    assert len({p.id for p in products}) == len(products)
    assert len({p.title for p in products}) == len(products)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", p.id) for p in products)


def test_no_two_families_share_a_sentence(products: list[Product]) -> None:
    sentences = Counter(
        sentence
        for group in families(products).values()
        for sentence in re.split(r"(?<=[.!?])\s", group[0].description)
    )
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


def test_prices_and_ratings_span_what_a_shop_has(products: list[Product]) -> None:
    prices = [dollars(p) for p in products]
    ratings = [p.rating for p in products if p.rating is not None]
    assert min(prices) == 3
    assert 1500 < max(prices) <= 2000
    assert (min(ratings), max(ratings)) == (3.1, 4.9)


def test_reduced_products_were_dearer_before(products: list[Product]) -> None:
    reduced = [p for p in products if p.list_price is not None]
    assert len(reduced) >= 50
    assert all(p.list_price is not None and p.list_price > dollars(p) for p in reduced)


def test_some_products_are_sold_out_and_some_nearly(products: list[Product]) -> None:
    stock = Counter(p.stock for p in products)
    assert 10 <= stock[0] <= len(products) // 10
    assert stock[1] + stock[2] + stock[3] >= 20


def test_every_product_has_three_facts_beside_its_options(products: list[Product]) -> None:
    assert all(len(p.attributes.keys() - p.options.keys()) >= 3 for p in products)


def test_options_stand_in_the_attributes_and_tell_variants_apart(products: list[Product]) -> None:
    assert all(value in p.attributes[name] for p in products for name, value in p.options.items())
    for group in families(products).values():
        assert len({tuple(p.options.items()) for p in group}) == len(group)


def test_every_row_survives_as_a_product(products: list[Product]) -> None:
    assert all(Product.from_json(p.to_json()) == p for p in products)


def test_a_warm_desk_lamp_under_40_has_several_answers_and_near_misses(products: list[Product]) -> None:
    warm = desk_lamps(products, "2700")
    right = [p for p in warm if dollars(p) <= 40]
    assert len({p.group_id for p in right}) >= 4
    assert all("warm white" in p.attributes["light"] and "2700 K" in p.description for p in right)
    assert any("black" in p.attributes["color"] and p.in_stock for p in right)
    assert any(dollars(p) > 40 for p in warm), "a dearer warm one"
    assert any(dollars(p) <= 40 for p in desk_lamps(products, "5000")), "a cool one at the price"
    assert any(p.category[-1] == "lampshades" and dollars(p) <= 40 for p in products), "a thing beside lamps"


@pytest.mark.parametrize("name", ["shipping", "returns", "warranty", "payment", "gift-cards"])
def test_each_policy_has_headings_and_numbers(name: str) -> None:
    text = (build.HERE / "policies" / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert len(re.findall(r"^## ", text, re.MULTILINE)) >= 5
    assert len(re.findall(r"\$?\d+", text)) >= 8


def test_the_readme_counts_what_is_there(products: list[Product]) -> None:
    text = " ".join((build.HERE / "README.md").read_text(encoding="utf-8").split())
    departments = {p.category[0] for p in products}
    counts = f"{len(departments)} departments, {len(families(products))} product families and {len(products)} products"
    assert counts in text


def test_an_option_changes_price_stock_and_facts_of_its_variant_only(tmp_path: Path) -> None:
    black, white = map(json.loads, build.build(write_material(tmp_path, FAMILY)).splitlines())
    assert (black["id"], black["price"], black["attributes"]["height"]) == ("test-lamp-black", 20.0, ["40 cm"])
    assert (white["id"], white["price"], white["attributes"]["height"]) == ("test-lamp-white", 22.0, ["50 cm"])
    assert (white["stock"], white["title"]) == (0, "Test Lamp, White")
    assert 4 <= black["stock"] <= 11  # 40 to 119 % of 10


@pytest.mark.parametrize(
    ("written", "wrong", "named"),
    [
        ("price: 20", "price: 0.5", r"families\.0\.price \(Test Lamp\).*got 0\.5"),
        ("rating: 4.0", "stars: 4.0", r"families\.0\.rating \(Test Lamp\): Field required"),
        ("color: [black", "color: [blakc", r"Test Lamp: color 'blakc'"),
        ("color: [black", "color: [white", r"Test Lamp: an option value is there twice"),
        ("stock: 10", "stock: [1, 2, 3]", r"3 figures for 2 variants"),
        ("height: 40 cm", "height: 40", r"facts\.height"),
        ("material: steel", "color: red", r"\['color'\] are options already"),
        ("stock: 10", "stock: [10", r"not YAML"),
    ],
)
def test_wrong_material_is_named_by_file_and_key(tmp_path: Path, written: str, wrong: str, named: str) -> None:
    folder = write_material(tmp_path, FAMILY.replace(written, wrong))
    with pytest.raises(BadInput, match=rf"(?s)lamps\.yaml: .*{named}"):
        build.build(folder)


@pytest.mark.parametrize("title", ["Test Lamp", "Test LAMP"])
def test_a_title_that_is_taken_is_refused(tmp_path: Path, title: str) -> None:
    with pytest.raises(BadInput, match=r"test-lamp-black is taken by .*lamps\.yaml: Test Lamp"):
        build.build(write_material(tmp_path, FAMILY, FAMILY.replace("Test Lamp", title)))
