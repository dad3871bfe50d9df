"""A catalogue that is written and read again is the same, but for what the format has no place for, which is told."""

from __future__ import annotations

import json
import string
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.catalog import Catalog
from retrieval.export import EXPORTS, ExportError, ExportSummary, differences, export
from retrieval.feed import read_feed
from retrieval.feeds.columns import role_of
from retrieval.feeds.stand_ins import stands_in
from retrieval.feeds.values import is_absent, plain_text
from retrieval.product import Product

# What a format has no place for. All other fields of a product must come back.
NO_PLACE = {
    "jsonl": set[str](),
    "google-tsv": {"stock", "rating", "review_count"},
    "google-xml": {"stock", "rating", "review_count"},
    "acp": {"brand", "stock", "rating", "review_count", "attributes"},
    "ucp": {"stock"},
    "schema-org": set[str](),
    "shopify": {"url", "rating", "review_count", "in_stock"},
}
LETTERS = string.ascii_letters + string.digits + "äßéøž日本" + " ,;.:'\"&%()-+"


def said(alphabet: str = LETTERS, **sizes: int) -> st.SearchStrategy[str]:
    texts = st.text(alphabet, min_size=1, **sizes).map(plain_text)
    return texts.filter(
        lambda text: (
            not (is_absent(text) or stands_in("color", text)) and plain_text(text) == text and not text.isdigit()
        )
    )


IDS = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8).filter(
    lambda text: not is_absent(text)
)
NAMES = st.text(string.ascii_lowercase + " ", min_size=3, max_size=12).map(lambda text: " ".join(text.split()))
NAMES = NAMES.filter(lambda name: bool(name) and role_of(name).part is None and role_of(name).attribute == name)
FACTS = st.dictionaries(NAMES, st.lists(said(max_size=20), min_size=1, max_size=3, unique=True).map(tuple), max_size=4)
CATEGORIES = st.lists(said(string.ascii_lowercase + " &", max_size=10), min_size=1, max_size=3, unique=True).map(tuple)
PATHS = st.text(string.ascii_letters + string.digits + "-_./", min_size=1, max_size=12)


@st.composite
def prices(draw: st.DrawFn, currency: str) -> tuple[Decimal | None, Decimal | None]:
    """(now, before), as the currency counts."""
    digits = get_currency_precision(currency)
    now = draw(st.none() | st.integers(1, 10**8))
    more = draw(st.none() | st.integers(1, 10**6)) if now is not None else None
    scaled = [None if units is None else Decimal(units).scaleb(-digits) for units in (now, now and more and now + more)]
    return scaled[0], scaled[1]


@st.composite
def products(draw: st.DrawFn) -> Product:
    """A product as a feed would bring it."""
    currency = draw(st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
    price, before = draw(prices(currency))
    stock = draw(st.none() | st.integers(0, 5000))
    rating = draw(st.none() | st.integers(1, 50).map(lambda tenths: tenths / 10))
    return Product(
        id=draw(IDS),
        title=draw(said(max_size=40)),
        description=draw(st.just("") | said(max_size=80)),
        brand=draw(st.none() | said(max_size=12)),
        category=draw(st.just(()) | CATEGORIES),
        price=price,
        list_price=before,
        currency="USD" if price is None else currency,
        in_stock=draw(st.none() | st.booleans()) if stock is None else stock > 0,
        stock=stock,
        rating=rating,
        review_count=draw(st.none() | st.integers(1, 10_000)),
        attributes=draw(FACTS),
        image_url=draw(st.none() | PATHS.map(lambda path: f"https://cdn.example/{path}")),
        url=draw(st.none() | PATHS.map(lambda path: f"https://shop.example/{path}")),
    )


@st.composite
def families(draw: st.DrawFn) -> list[list[Product]]:
    """Single products and families, whose variants differ in colour, size, price and stock; no id twice."""
    found: list[list[Product]] = []
    for number, product in enumerate(draw(st.lists(products(), min_size=1, max_size=3))):
        size = draw(st.integers(1, 3))
        if size == 1:
            found.append([replace(product, id=f"{number}-{product.id}")])
            continue
        shades = said(string.ascii_lowercase + "/", max_size=8).filter(lambda shade: shade != "warm")
        colors = draw(st.lists(shades, min_size=size, max_size=size, unique=True))
        found.append([_variant(product, f"{number}-{product.id}", color, place) for place, color in enumerate(colors)])
    return found


def _variant(product: Product, group: str, color: str, place: int) -> Product:
    attributes = {**product.attributes, "color": (color, "warm")[: 1 + place % 2], "size": ("M",)}
    options = {"color": color, "size": "M"}
    return replace(product, id=f"{group}-{place}", group_id=group, attributes=attributes, options=options)


def exported(given: list[list[Product]], name: str, folder: Path, currency: str = "USD") -> ExportSummary:
    by_id = {product.id: product for family in given for product in family}
    known = lambda ids: [by_id[each] for each in ids if each in by_id]  # noqa: E731
    return export(lambda: given, name, folder / "feed", currency=currency, known=known)


def read_back(folder: Path, name: str, currency: str = "USD") -> dict[str, Product]:
    reading = read_feed([folder / "feed"], folder / "rejects", currency=currency, form=EXPORTS[name].form)
    return {product.id: product for product in reading}


@pytest.mark.parametrize("name", [each for each in EXPORTS if each != "shopify"])
@settings(max_examples=30)
@given(given_families=families())
def test_what_the_format_has_a_place_for_comes_back_as_it_was(name: str, given_families: list[list[Product]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        summary = exported(given_families, name, Path(folder))
        back = read_back(Path(folder), name)
        for product in (product for family in given_families for product in family):
            assert set(differences(product, back[product.id])) <= NO_PLACE[name], (product, back[product.id])
    assert set(summary.lost) <= NO_PLACE[name]


@settings(max_examples=30)
@given(given_families=families())
def test_a_shopify_import_holds_one_currency_and_the_stock_that_is_counted(given_families: list[list[Product]]) -> None:
    in_dollars = [
        [replace(each, currency="USD", price=each.price and Decimal(12), list_price=each.list_price and Decimal("15.5"))
         for each in family] for family in given_families
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        summary = exported(in_dollars, "shopify", Path(folder))
    assert set(summary.lost) <= NO_PLACE["shopify"]


def test_a_fact_called_unit_price_is_of_all_variants_of_a_shopify_import(tmp_path: Path) -> None:
    """Only Shopify's own columns, as "Unit Price Base Measure", are of one variant each."""
    lamp, price = replace(LAMP, currency="USD", group_id="lamps"), {"unit price": ("12 a metre",)}
    both = [
        replace(lamp, id=color, options={"color": color}, attributes={**price, "color": (color,)})
        for color in ("red", "blue")
    ]
    assert "attributes" not in exported([both], "shopify", tmp_path).lost


def some(folder: Path, name: str, *products: Product) -> ExportSummary:
    return exported([[product] for product in products], name, folder)


LAMP = Product(
    id="l1",
    title="Fjord Lamp",
    description="Warm & quiet.\nFolds.",
    brand="Nordlys",
    category=("home", "lighting"),
    price=Decimal("59.90"),
    list_price=Decimal("79.90"),
    currency="EUR",
    in_stock=False,
    stock=0,
    rating=4.5,
    review_count=7,
    attributes={
        "availability": ("preorder",),
        "gtin": ("4006381333931",),
        "material": ("oak", "steel"),
        "bulb": ("E27",),
    },
    image_url="https://cdn.example/l1.jpg",
    url="https://shop.example/l1",
)


def test_merchant_text_is_written_with_the_price_before_as_its_price(tmp_path: Path) -> None:
    some(tmp_path, "google-tsv", LAMP)
    header, row, *_ = (
        (tmp_path / "feed").read_text(encoding="utf-8").replace("quiet.\nFolds", "quiet. Folds").splitlines()
    )
    cells = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert (cells["price"], cells["sale_price"], cells["availability"]) == ("79.90 EUR", "59.90 EUR", "preorder")
    assert cells["product_type"] == "home > lighting"
    assert cells["product_detail"] == "Details:material:oak,Details:material:steel,Details:bulb:E27"


def test_an_acp_feed_is_written_in_cents_and_tells_what_it_lost(tmp_path: Path) -> None:
    summary = some(tmp_path, "acp", LAMP)
    product = json.loads((tmp_path / "feed").read_text(encoding="utf-8"))
    assert product["variants"] == [
        {
            "id": "l1",
            "title": "Fjord Lamp",
            "price": {"amount": 5990, "currency": "EUR"},
            "list_price": {"amount": 7990, "currency": "EUR"},
            "availability": {"available": True, "status": "preorder"},
            "barcodes": [{"type": "GTIN", "value": "4006381333931"}],
        }
    ]
    assert summary.lost == {"brand": 1, "stock": 1, "rating": 1, "review_count": 1, "attributes": 1}


def test_variants_share_their_common_words_and_what_differs_stands_with_each(tmp_path: Path) -> None:
    red = replace(
        LAMP, id="r", group_id="g", title="Fjord Lamp, Red", options={"color": "red"}, attributes={"color": ("red",)}
    )
    blue = replace(
        red, id="b", title="Fjord Lamp, Blue", url=None, options={"color": "blue"}, attributes={"color": ("blue",)}
    )
    summary = exported([[red, blue]], "ucp", tmp_path)
    product = json.loads((tmp_path / "feed").read_text(encoding="utf-8"))
    assert (product["title"], "url" in product, product["variants"][0]["url"]) == ("Fjord Lamp", False, red.url)
    assert summary.lost == {"stock": 2}


def test_an_amount_finer_than_its_currency_is_left_out_and_told(tmp_path: Path) -> None:
    assert some(tmp_path, "google-xml", replace(LAMP, price=Decimal("1.2345"), list_price=None)).lost["price"] == 1


def test_a_text_with_signs_of_markup_that_are_none_comes_back(tmp_path: Path) -> None:
    for name in EXPORTS:
        written = replace(LAMP, title="AT&T; R&D 3 < 4 > 2 [blue]", currency="USD", list_price=None)
        assert "title" not in some(tmp_path, name, written).lost, name


def test_words_that_stand_in_for_a_value_come_back_in_our_own_columns_and_no_other_feed_is_given_them(
    tmp_path: Path,
) -> None:
    standing = replace(LAMP, brand=None, stand_ins={"brand": ("N/A",), "price": ("TBD",), "bulb": ("Not available",)})
    assert some(tmp_path, "jsonl", standing).lost == {}
    assert read_back(tmp_path, "jsonl")["l1"].stand_ins == standing.stand_ins
    assert some(tmp_path, "google-tsv", standing).lost["stand_ins"] == 1
    assert "N/A" not in (tmp_path / "feed").read_text(encoding="utf-8")


def test_an_unknown_format_and_an_empty_store_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no format xls"):
        some(tmp_path, "xls", LAMP)
    with pytest.raises(ExportError, match="no products"):
        some(tmp_path, "acp")


def test_a_catalogue_gives_its_families_together(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    given = [("a", None), ("r", "g"), ("b", None), ("s", "g"), ("2", None)]
    catalog.put([replace(LAMP, id=one, group_id=group) for one, group in given], run=1)
    assert [[each.id for each in family] for family in catalog.families()] == [["a"], ["r", "s"], ["b"], ["2"]]
    catalog.close()
