"""What a product does not keep of its row is counted, named and told."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.feed import read_feed
from retrieval.feeds.losses import KINDS, Loss, Losses, Lost, shortened
from retrieval.product import Product
from ui.cli.index import losses_told


def losses(folder: Path, *rows: dict[str, object]) -> tuple[Loss, ...]:
    (folder / "feed.jsonl").write_text(
        "".join(json.dumps({"title": "Lamp", **row}) + "\n" for row in rows), encoding="utf-8"
    )
    reading = read_feed([folder / "feed.jsonl"], folder / "rejects.jsonl")
    list(reading)
    return reading.summary.losses


@pytest.mark.parametrize(
    ("cells", "kind", "column", "values", "example"),
    [
        ({"image_url": ["/a.jpg", "/b.jpg", "/c.jpg"]}, "pictures", "image_url", 2, "/b.jpg"),
        ({"image_link": "/a.jpg", "additional_image_link": "/b.jpg"}, "pictures", "image_url", 1, "/b.jpg"),
        ({"image_url": "javascript:alert(1)"}, "not understood", "image_url", 1, "javascript:alert(1)"),
        ({"url": "see our page"}, "not understood", "url", 1, "see our page"),
        ({"category": ["A > B", "C > D"]}, "categories", "category", 1, "['A > B', 'C > D']"),
        ({"brand": ["Nordlys", "Sund"]}, "names", "brand", 1, "['Nordlys', 'Sund']"),
        ({"price": 5, "list_price": 4}, "prices", "list_price", 1, "4, below the price now of 5"),
        ({"availability": "ask"}, "not understood", "availability", 1, "ask"),
        ({"stock": "plenty"}, "not understood", "stock", 1, "plenty"),
        ({"rating": "superb"}, "not understood", "rating", 1, "superb"),
        ({"price": 5, "sale_price": 4, "sale_price_effective_date": "soon"}, "not understood",
         "sale_price_effective_date", 1, "soon"),
        ({"debug": {"a": [1]}}, "ignored", "debug", 1, "{'a': [1]}"),
        ({"attributes": {"deep": {"a": 1}}}, "ignored", "attributes.deep", 1, "{'a': 1}"),
        ({"cost_of_goods_sold": "2 USD"}, "private", "cost_of_goods_sold", 1, "kept from the shopper"),
    ],
)  # fmt: skip
def test_each_loss_is_named_with_its_kind_its_column_and_an_example(
    tmp_path: Path, cells: dict[str, object], kind: str, column: str, values: int, example: str
) -> None:
    assert losses(tmp_path, {"id": "1", **cells}) == (Loss(kind, column, 1, values, example),)


def test_a_row_that_keeps_everything_loses_nothing(tmp_path: Path) -> None:
    assert (
        losses(tmp_path, {"id": "1", "price": 5, "list_price": 5, "category": ["a", "b"], "image_url": "/a.jpg"}) == ()
    )


def test_a_rejected_row_counts_as_rejected_and_not_as_losing(tmp_path: Path) -> None:
    assert losses(tmp_path, {"id": "1"}, {"id": "2", "url": "nonsense page", "price": "x"}) == ()


def test_losses_of_a_column_add_up_over_the_rows(tmp_path: Path) -> None:
    pictures = [{"id": "1", "image_url": ["/a", "/b"]}, {"id": "2", "image_url": ["/a", "/b", "/c"]}]
    assert losses(tmp_path, *pictures) == (Loss("pictures", "image_url", 2, 3, "/b"),)


def test_what_a_shop_pays_is_no_attribute(tmp_path: Path) -> None:
    (tmp_path / "feed.jsonl").write_text('{"id": 1, "title": "Lamp", "cost_of_goods_sold": "2 USD"}', encoding="utf-8")
    (lamp,) = read_feed([tmp_path / "feed.jsonl"], tmp_path / "rejects.jsonl")
    assert lamp.attributes == {}


def test_rejects_are_counted_by_field_with_the_first_reason(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price\n1,Lamp,5\n2,Shade,x\n3,,5\n4,Desk,y\n", encoding="utf-8")
    reading = read_feed([path], tmp_path / "rejects.jsonl")
    list(reading)
    assert [(each.field, each.rows) for each in reading.summary.rejects] == [("price", 2), ("title", 1)]
    assert reading.summary.rejects[0].example == f"line 3 of {path}: price no amount in it"


def test_a_summary_tells_every_loss_under_its_kind() -> None:
    counted = Losses()
    counted.add([Lost("pictures", "image_url", "/b.jpg", 1_200), Lost("ignored", "debug", "x")])
    assert losses_told(counted.all()) == [
        "Columns ignored, since no fact of a product can be read from them:",
        "  debug: 1 in 1 rows, such as x",
        "Further pictures, of which the first is kept:",
        "  image_url: 1,200 in 1 rows, such as /b.jpg",
    ]


def test_every_kind_of_loss_has_words() -> None:
    assert all(KINDS.values())


def test_a_long_example_is_shortened_and_says_so() -> None:
    assert shortened("a" * 100) == "a" * 59 + "…"


def read(folder: Path, name: str, text: str) -> tuple[list[Product], list[tuple[str, str, str]]]:
    """The products of a feed, and (kind, column, example) of what they lost."""
    (folder / name).write_text(text, encoding="utf-8")
    reading = read_feed([folder / name], folder / "rejects.jsonl")
    return list(reading), [(loss.kind, loss.column, loss.example) for loss in reading.summary.losses]


def test_attributes_of_xml_that_say_a_unit_are_kept_and_the_others_are_told(tmp_path: Path) -> None:
    (lamp,), lost = read(
        tmp_path,
        "feed.xml",
        """<products xmlns:c="http://base.google.com/cns/1.0"><product id="1" xml:lang="en"><title>Lamp</title>
        <price currency="EUR">12.50</price><weight unit="kg">2</weight><c:made type="string">Denmark</c:made>
        <link rel="alternate" href="https://a.example/1"/><link rel="self" href="https://a.example/feed"/></product></products>""",
    )
    assert (lamp.id, lamp.price, lamp.currency, lamp.url) == ("1", Decimal("12.50"), "EUR", "https://a.example/1")
    assert lamp.attributes == {"weight": ("2 kg",), "made": ("Denmark",)}
    assert lost == [
        ("ignored", "link@rel=self", "https://a.example/feed"),
        ("ignored", "made@type", "string"),
        ("ignored", "product@lang", "en"),
    ]


def test_markup_and_deep_parts_of_xml_are_read_whole(tmp_path: Path) -> None:
    (lamp,), lost = read(
        tmp_path,
        "feed.xml",
        "<channel><item><id>1</id><title>Lamp</title><description>Warm <b>light</b> &amp; quiet<p>Folds</p></description>"
        "<shipping><to><country>US</country><country>CA</country></to></shipping></item></channel>",
    )
    assert lamp.description == "Warm light & quiet\nFolds"
    assert lost == [("ignored", "shipping", "{'to': {'country': ['US', 'CA']}}")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feed.jsonl", '{"id": 1, "title": "Lamp", "attributes": {"bulb": "E14", "bulb": "E27", "bulb": "E27"}}'),
        ("feed.json", '[{"id": 1, "title": "Lamp", "attributes": {"bulb": "E14", "bulb": "E27"}}]'),
        ("page.html", '<html><script type="application/ld+json; charset=utf-8">{"@type": "Product", "sku": "1", "name": "Lamp",'
         ' "bulb": "E14", "bulb": "E27"}</script></html>'),
    ],
)  # fmt: skip
def test_a_key_that_comes_twice_in_one_object_is_told(tmp_path: Path, name: str, text: str) -> None:
    (lamp,), lost = read(tmp_path, name, text)
    assert lamp.attributes == {"bulb": ("E27",)}
    assert lost == [("repeated", "bulb", "E14")]


def test_a_key_that_comes_twice_in_the_json_of_a_cell_is_told_unless_the_cell_is_the_shop_s_own(tmp_path: Path) -> None:
    twice = '"{""bulb"": ""E14"", ""bulb"": ""E27""}"'
    text = f"id,title,description,cost,attributes\n1,Lamp,{twice},{twice},{twice}\n"
    (lamp,), lost = read(tmp_path, "feed.csv", text)
    assert lamp.attributes == {"bulb": ("E27",)}
    assert [one for one in lost if one[0] == "repeated"] == [("repeated", "attributes.bulb", "E14")]


def test_a_rejected_item_of_xml_is_kept_as_it_stood(tmp_path: Path) -> None:
    read(
        tmp_path,
        "feed.xml",
        '<channel><item><id a="b">1</id><title>Lamp</title></item><item code="7"><title>x</title></item></channel>',
    )
    (reject,) = map(json.loads, (tmp_path / "rejects.jsonl").read_text(encoding="utf-8").splitlines())
    assert reject["row"] == '<item code="7"><title>x</title></item>'


def test_what_a_thing_of_schema_org_says_besides_its_name_is_told(tmp_path: Path) -> None:
    thing = {
        "@type": "Product",
        "sku": "1",
        "name": "Lamp",
        "brand": {"@type": "Brand", "name": "Sund", "logo": "/l.svg"},
    }
    page = {"@type": "WebPage", "mainEntity": {"@type": "ItemList", "itemListElement": [{"item": thing}]}}
    (lamp,), lost = read(tmp_path, "feed.jsonl", json.dumps(page))
    assert lamp.brand == "Sund"
    assert lost == [("ignored", "brand.logo", "/l.svg")]


def test_facts_of_an_acp_product_and_of_its_variant_are_both_kept(tmp_path: Path) -> None:
    product = {"id": "p", "title": "Lamp", "metadata": {"brand": "Sund", "bulb": "E27"},
               "variants": [{"id": "1", "metadata": {"bulb": "E14"}}]}  # fmt: skip
    (lamp,), _ = read(tmp_path, "feed.jsonl", json.dumps(product))
    assert (lamp.brand, lamp.attributes) == ("Sund", {"bulb": ("E14",)})
