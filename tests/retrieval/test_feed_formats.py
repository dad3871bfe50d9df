"""Formats with a meaning of their own come out as the same products."""

from __future__ import annotations

import io
import json
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.errors import FeedError
from retrieval.feed import FeedReading, read_feed
from retrieval.feeds.xml import items
from retrieval.product import Product

SHOPIFY = """Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,\
Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Cost per item,Status
tee,Tee,<p>Soft</p>,Lumen,true,Size,S,T-S,shopify,3,15.00,20.00,https://x.example/1.jpg,4,active
tee,,,,,,M,T-M,shopify,0,15.00,,,4,
tee,,,,,,,,,,,,https://x.example/2.jpg,,
mug,Mug,,Lumen,true,Title,Default Title,MUG,,0,8.00,,,,active
old,Old,,Lumen,true,Title,Default Title,OLD,,0,8.00,,,,draft
"""


def amount(value: int, currency: str) -> dict[str, object]:
    return {"amount": value, "currency": currency}


def reading(folder: Path, content: str, form: str | None = None) -> tuple[FeedReading, list[Product]]:
    (folder / "feed").write_text(content, encoding="utf-8")
    feed = read_feed([folder / "feed"], folder / "rejects.jsonl", form=form)
    return feed, list(feed)


def test_shopify_fills_forward_and_reports_pictures_and_drafts(tmp_path: Path) -> None:
    feed, (small, medium, mug) = reading(tmp_path, SHOPIFY)
    assert (small.title, small.description, small.price, small.list_price) == ("Tee", "Soft", Decimal("15.00"), 20)
    assert (medium.title, medium.brand, medium.options, medium.in_stock) == ("Tee", "Lumen", {"size": "M"}, False)
    assert medium.image_url == "https://x.example/1.jpg"
    assert (mug.options, mug.group_id, mug.in_stock) == ({}, None, None)
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text("utf-8").splitlines()]
    assert [(each["line"], each["field"]) for each in rejects] == [(4, "row"), (6, "Status")]
    assert ("Cost per item", "private") in {(loss.column, loss.kind) for loss in feed.summary.losses}
    assert not any("4" in values for each in (small, medium) for values in each.attributes.values())


def test_amounts_of_a_catalogue_are_in_the_smallest_unit_of_their_currency(tmp_path: Path) -> None:
    variants = [
        {"id": "a", "price": amount(7999, "USD"), "list_price": amount(9999, "USD")},
        {"id": "b", "price": amount(1200, "JPY"), "availability": {"available": False, "status": "in_stock"}},
        {"id": "c", "price": amount(1500, "KWD"), "availability": {"status": "unknown"}},
        {"id": "d", "price": amount(5, "USD") | {"amount": 5.5}},
    ]
    _, products = reading(tmp_path, json.dumps({"id": "p", "title": "Lamp", "variants": variants}))
    assert [(each.price, each.list_price, each.currency, each.in_stock) for each in products] == [
        (Decimal("79.99"), Decimal("99.99"), "USD", None),
        (Decimal("1200"), None, "JPY", False),
        (Decimal("1.500"), None, "KWD", None),
    ]
    assert "smallest unit" in (tmp_path / "rejects.jsonl").read_text("utf-8")


def test_a_product_without_variants_is_reported(tmp_path: Path) -> None:
    good = {
        "id": "p",
        "title": "Lamp",
        "variants": [{"id": "a", "variant_options": [{"name": "Color", "value": "red"}]}],
    }
    _, products = reading(tmp_path, json.dumps(good) + "\n" + json.dumps({"id": "q", "title": "X", "variants": []}))
    assert [(each.id, each.group_id, each.options) for each in products] == [("a", "p", {"color": "red"})]
    assert "without variants" in (tmp_path / "rejects.jsonl").read_text("utf-8")


def test_merchant_xml_gives_the_sale_price_and_the_details(tmp_path: Path) -> None:
    _, (lamp,) = reading(
        tmp_path,
        '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title><item><g:id>1</g:id>'
        "<title>Lamp</title><g:price>20.00 USD</g:price><g:sale_price>15.00 USD</g:sale_price><g:availability>in_stock"
        "</g:availability><g:product_detail><g:section_name>Light</g:section_name><g:attribute_name>Lumen"
        "</g:attribute_name><g:attribute_value>400</g:attribute_value></g:product_detail></item></channel></rss>",
    )
    assert (lamp.price, lamp.list_price, lamp.in_stock) == (15, 20, True)
    assert lamp.attributes["lumen"] == ("400",)


def test_products_are_taken_out_of_a_page(tmp_path: Path) -> None:
    group = {
        "@type": "ProductGroup",
        "productGroupID": "g",
        "name": "Shirt",
        "brand": {"@type": "Brand", "name": "Lumen"},
        "hasVariant": [
            {
                "@type": "Product",
                "sku": "s1",
                "color": "red",
                "offers": {"price": "9.50", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"},
            }
        ],
    }
    script = f'<script type="application/ld+json">{json.dumps({"@graph": [group]})}</script>'
    feed, (shirt,) = reading(tmp_path, f"<!DOCTYPE html><html><head>{script}</head></html>")
    assert (shirt.id, shirt.group_id, shirt.title, shirt.brand) == ("s1", "g", "Shirt", "Lumen")
    assert (shirt.price, shirt.currency, shirt.in_stock, shirt.options) == (
        Decimal("9.50"),
        "EUR",
        True,
        {"color": "red"},
    )
    assert feed.summary.formats == (("feed", "schema.org JSON-LD"),)


def test_a_format_can_be_forced_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    feed, _ = reading(tmp_path, "handle,title,variant sku\nh,Lamp,1\n", form="columns")
    assert feed.summary.formats == (("feed", "rows in columns (Google, OpenAI and others)"),)
    with pytest.raises(FeedError, match="no format csvx"):
        reading(tmp_path, "id,title\n1,Lamp\n", form="csvx")


def test_a_shopify_row_that_names_no_product_is_reported(tmp_path: Path) -> None:
    content = "Handle,Title,Variant SKU,Variant Price\nmug,Mug,MUG,8\n,Lost,LOST,9\n"
    _, products = reading(tmp_path, content)
    assert [each.title for each in products] == ["Mug"]
    (reject,) = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text("utf-8").splitlines()]
    assert (reject["line"], reject["field"]) == (3, "Handle")


def test_a_long_xml_feed_takes_no_more_memory_than_a_short_one() -> None:
    def peak(count: int) -> int:
        item = b"<item><id>1</id><title>Lamp</title></item>"
        stream = io.BytesIO(b"<rss><channel>" + item * count + b"</channel></rss>")
        tracemalloc.start()
        assert sum(1 for _ in items(stream)) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(20_000) < 2 * peak(2_000)


def test_a_title_of_a_variant_counts_when_it_says_more_than_that_of_its_product(tmp_path: Path) -> None:
    variants = [{"id": "a", "title": "Boot, 41"}, {"id": "b", "title": "42"}, {"id": "c"}]
    _, products = reading(tmp_path, json.dumps({"id": "p", "title": "Boot", "variants": variants}))
    assert [each.title for each in products] == ["Boot, 41", "Boot", "Boot"]


def test_a_shopify_stock_of_none_that_may_be_oversold_is_a_backorder(tmp_path: Path) -> None:
    content = "Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy\n"
    content += "mug,Mug,MUG,8,shopify,0,continue\ncup,Cup,CUP,8,shopify,0,deny\n"
    _, products = reading(tmp_path, content)
    assert [(each.in_stock, each.attributes) for each in products] == [
        (False, {"availability": ("backorder",)}),
        (False, {}),
    ]
