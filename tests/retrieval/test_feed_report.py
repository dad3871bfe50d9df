"""Each fault of a feed is found in a product that has it, and in none that is sound."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.feed import FeedSummary, read_feed
from retrieval.feeds.checks import CHECKS
from retrieval.feeds.losses import Loss
from retrieval.feeds.report import FeedQuality, FeedReport, Finding, quality_of, schema
from retrieval.product import Product

ROOT = Path(__file__).resolve().parents[2]
FEEDS = Path(__file__).parent / "feeds"
SOUND = Product(
    id="l1",
    title="Fjord Desk Lamp",
    description="A lamp with a long arm and warm light for late evenings at the desk.",
    brand="Nordlys",
    category=("home", "lighting"),
    price=Decimal("34.99"),
    list_price=Decimal("44.99"),
    in_stock=True,
    stock=12,
    rating=4.5,
    review_count=12,
    attributes={"color": ("black",), "gtin": ("4006381333931",), "height": ("40 cm",)},
    image_url="https://cdn.example/l1.jpg",
    url="https://shop.example/l1",
)


def found(*products: Product, summary: FeedSummary | None = None) -> dict[str, Finding]:
    quality = FeedQuality()
    assert tuple(quality.watch(products)) == products
    report = quality.report(["feed"], summary or FeedSummary(read=len(products), used=len(products)))
    return {finding.name: finding for finding in report.findings}


def test_a_sound_product_has_no_fault() -> None:
    assert found(SOUND) == {}


@pytest.mark.parametrize(
    ("changes", "fault", "seen"),
    [
        ({"price": None, "list_price": None}, "no-price", ""),
        ({"description": ""}, "no-description", ""),
        ({"category": ()}, "no-category", ""),
        ({"in_stock": None}, "no-availability", ""),
        ({"image_url": None}, "no-picture", ""),
        ({"url": None}, "no-page", ""),
        ({"brand": None}, "no-brand", ""),
        ({"rating": None}, "no-rating", ""),
        ({"attributes": {"color": ("black",)}}, "no-barcode", ""),
        ({"description": "Warm light."}, "thin-description", "Warm light."),
        ({"price": Decimal(0)}, "price-zero", "0"),
        ({"price": Decimal("99999.00"), "list_price": None}, "price-dummy", "99999.00"),
        ({"price": Decimal("4.49")}, "discount", "4.49, before 44.99"),
        ({"title": "FJORD DESK LAMP"}, "title-caps", "FJORD DESK LAMP"),
        ({"title": "Nordlys 824A"}, "title-nameless", "Nordlys 824A"),
        ({"title": "Lamp " * 40}, "title-long", "Lamp Lamp Lamp Lamp Lamp Lamp Lamp Lamp Lamp Lamp Lamp Lamp…"),
        ({"description": "Fjord desk-lamp!", "title": "Fjord Desk Lamp"}, "description-is-title", "Fjord desk-lamp!"),
        ({"brand": "BjÃ¶rk"}, "damaged-text", "BjÃ¶rk"),
        ({"stand_ins": {"bulb": ("Not available",)}}, "stand-in", "bulb: Not available"),
        ({"brand": "NA"}, "doubtful-value", "brand: NA"),
        ({"attributes": {**SOUND.attributes, "net weight": ("0.00 kg",)}}, "measure-zero", "net weight: 0.00 kg"),
        ({"stock": 99_999}, "stock-dummy", "99,999"),
        ({"attributes": {"gtin": ("4006381333932",)}}, "gtin-wrong", "4006381333932"),
        ({"attributes": {"gtin": ("4.00638E+12",)}}, "gtin-wrong", "4.00638E+12"),
        ({"attributes": {"ean": ("036000291452",)}}, "gtin-wrong", "036000291452"),
        ({"attributes": {"gtin13": ("96385074",)}}, "gtin-wrong", "96385074"),
        ({"attributes": {"upc": ("036000291453",)}}, "gtin-wrong", "036000291453"),
        ({"attributes": {"isbn": ("0-306-40615-3",)}}, "gtin-wrong", "0-306-40615-3"),
        ({"attributes": {"isbn": ("4006381333931",)}}, "gtin-wrong", "4006381333931"),
    ],
)  # fmt: skip
def test_each_fault_is_found_with_what_was_seen(changes: dict[str, object], fault: str, seen: str) -> None:
    faulty = replace(SOUND, **changes)  # type: ignore[arg-type]
    sound = replace(
        SOUND,
        id="l2",
        title="Sund Chair",
        description=SOUND.description + " It folds.",
        attributes={"gtin": ("96385074",)},
    )
    finding = found(faulty, sound)[fault]
    assert (finding.count, finding.share) == (1, 0.5)
    assert [(each.id, each.seen) for each in finding.examples] == [("l1", seen)]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("gtin", "96385074"), ("gtin", "10012345678902"), ("ean-13", "4006381333931"), ("upc-a", "036000291452"),
     ("isbn", "0-306-40615-2"), ("isbn10", "080442957x"), ("isbn", "978-0-306-40615-7")],
)  # fmt: skip
def test_a_barcode_of_each_kind_with_its_check_digit_is_no_fault(kind: str, code: str) -> None:
    assert "gtin-wrong" not in found(replace(SOUND, attributes={kind: (code,)}))


def test_every_fault_says_what_it_costs_and_what_to_do() -> None:
    assert all(check.cost and check.fix for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_what_every_product_lacks_needs_no_examples() -> None:
    finding = found(replace(SOUND, brand=None))["no-brand"]
    assert (finding.share, finding.examples) == (1.0, ())


def test_titles_of_the_same_words_are_found_across_families_and_not_within_one() -> None:
    red, blue = replace(SOUND, id="r", group_id="g"), replace(SOUND, id="b", group_id="g")
    assert "same-title" not in found(red, blue)
    other = replace(SOUND, id="o", title="Desk Lamp, Fjord", description=SOUND.description + " Grey.")
    finding = found(red, blue, other)["same-title"]
    assert (finding.count, finding.examples[0].seen) == (2, "2 share “desk fjord lamp”: also o")


def test_one_barcode_on_two_things_is_found() -> None:
    finding = found(SOUND, replace(SOUND, id="o", title="Chair"))["same-gtin"]
    assert (finding.weight, finding.count) == ("costly", 2)


def test_a_description_counts_as_shared_from_three_products_on() -> None:
    two = [replace(SOUND, id=str(place), title=f"Lamp {place}x") for place in range(2)]
    assert "same-description" not in found(*two)
    assert found(*two, SOUND)["same-description"].count == 3


def test_a_brand_written_in_two_ways_is_found() -> None:
    finding = found(SOUND, SOUND, replace(SOUND, id="o", brand="NORD-LYS"))["brand-spelling"]
    assert (finding.count, finding.examples[0].seen) == (3, "Nordlys (2), NORD-LYS (1)")


def test_a_price_far_from_its_category_is_found() -> None:
    lamps = [replace(SOUND, id=str(place)) for place in range(19)]
    finding = found(*lamps, replace(SOUND, id="dear", price=Decimal(3499), list_price=None))["price-far"]
    assert [each.id for each in finding.examples] == ["dear"]
    assert "price-far" not in found(*lamps, replace(SOUND, id="dear", price=Decimal(340), list_price=None))


def test_an_id_that_comes_again_is_found() -> None:
    finding = found(SOUND, SOUND, summary=FeedSummary(read=2, used=2, duplicates=1))["same-id"]
    assert (finding.count, finding.examples[0].id) == (1, "l1")


def test_a_price_before_that_is_below_the_price_now_is_a_fault_and_not_only_something_not_kept() -> None:
    summary = FeedSummary(read=1, used=1, losses=(Loss("prices", "list_price", 1, 1, "4, below the price now of 5"),))
    report = report_of(SOUND, summary=summary)
    assert [(each.name, each.count) for each in report.findings] == [("list-below-price", 1)]
    assert report.not_kept == ()


def test_markup_that_became_text_is_a_fault_and_not_only_something_not_kept() -> None:
    lost = (Loss("markup", "title", 3, 3, "<b>Lamp</b>"), Loss("markup", "brand", 1, 1, "A&amp;B"))
    report = report_of(SOUND, summary=FeedSummary(read=4, used=4, losses=lost))
    (finding,) = report.findings
    assert (finding.name, finding.count, finding.share) == ("markup", 3, 0.75)
    assert [each.seen for each in finding.examples] == ["title: <b>Lamp</b>", "brand: A&amp;B"]
    assert report.not_kept == ()


def report_of(*products: Product, summary: FeedSummary) -> FeedReport:
    quality = FeedQuality()
    list(quality.watch(products))
    return quality.report(["feed"], summary)


def test_findings_come_the_costliest_first() -> None:
    weights = [finding.weight for finding in found(replace(SOUND, price=None, brand=None, url=None)).values()]
    assert weights == ["costly", "noticeable", "minor"]


def test_the_report_of_a_real_feed_has_rejects_and_what_was_not_kept(tmp_path: Path) -> None:
    report = quality_of(read_feed([FEEDS / "google.tsv"], tmp_path / "rejects.jsonl"), ["google.tsv"])
    assert (report.rows_read, report.rows_used, report.rows_rejected) == (5, 4, 1)
    assert [(each.field, each.rows) for each in report.rejects] == [("price", 1)]
    assert [each.column for each in report.not_kept if each.kind == "private"] == [
        "cost_of_goods_sold",
        "custom_label_0",
    ]
    assert json.loads(json.dumps(report.to_json()))["findings"]


def test_the_schema_in_the_documentation_is_that_of_the_report() -> None:
    written = json.loads((ROOT / "docs" / "feed_report.schema.json").read_text(encoding="utf-8"))
    assert written == schema()
