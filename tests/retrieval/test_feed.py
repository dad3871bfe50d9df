"""Feeds in every format become products; what cannot be used is told apart and kept."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from retrieval.errors import FeedError
from retrieval.feed import FeedSummary, read_feed
from retrieval.product import Product

SHARED = Path(__file__).parents[3] / "shared" / "data"
LAMP = Product(
    id="l1",
    title="Desk Lamp",
    description="Warm light.",
    brand="Lumen",
    category=("home", "lighting"),
    price=Decimal("34.99"),
    in_stock=True,
    stock=3,
    attributes={"color": ("black",)},
)
LAMP_ROW = {
    "id": "l1",
    "title": "Desk Lamp",
    "description": "Warm light.",
    "brand": "Lumen",
    "category": "Home > Lighting",
    "price": "34.99",
    "stock": "3",
    "color": "black",
}


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(*paths: Path, currency: str = "USD", today: date | None = None) -> tuple[list[Product], FeedSummary]:
    reading = read_feed(paths, paths[0].with_suffix(".rejects"), currency=currency, today=today)
    products = list(reading)
    return products, reading.summary


def read_rows(folder: Path, *rows: object, currency: str = "USD", today: date | None = None) -> list[Product]:
    lines = "\n".join(json.dumps(row) for row in rows)
    return read(write(folder, "feed.jsonl", lines), currency=currency, today=today)[0]


def read_one(folder: Path, **cells: object) -> Product:
    (product,) = read_rows(folder, {"id": "1", "title": "Lamp", **cells})
    return product


def rejects(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.with_suffix(".rejects").read_text(encoding="utf-8").split("\n") if line]


def delimited(rows: Iterable[dict[str, str]], delimiter: str) -> str:
    rows = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_parquet(rows: list[dict[str, object]]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("feed.jsonl", json.dumps(LAMP_ROW)),
        ("feed.csv", delimited([LAMP_ROW], ",")),
        ("feed.tsv", delimited([LAMP_ROW], "\t")),
        ("semicolons.csv", delimited([LAMP_ROW], ";")),
        ("feed.parquet", as_parquet([dict(LAMP_ROW)])),
        ("feed.jsonl.gz", gzip.compress(json.dumps(LAMP_ROW).encode(), mtime=0)),
        ("feed.csv.gz", gzip.compress(delimited([LAMP_ROW], ",").encode(), mtime=0)),
        ("json without a suffix", json.dumps(LAMP_ROW)),
        ("a list over lines.json", json.dumps([LAMP_ROW], indent=2)),
        ("an object over lines", json.dumps(LAMP_ROW, indent=2)),
        ("tabs.txt", delimited([LAMP_ROW], "\t")),
        ("parquet-named-otherwise.bin", as_parquet([dict(LAMP_ROW)])),
        ("gzip-named-otherwise.csv", gzip.compress(delimited([LAMP_ROW], ",").encode(), mtime=0)),
    ],
)
def test_the_same_row_gives_the_same_product_in_every_format(tmp_path: Path, name: str, content: str | bytes) -> None:
    products, summary = read(write(tmp_path, name, content))
    assert products == [LAMP]
    assert (summary.read, summary.used, summary.rejected) == (1, 1, 0)
    assert summary.attribute_columns == ("color",)


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    turned = dict(reversed(LAMP_ROW.items()))
    assert read(write(tmp_path, "feed.csv", delimited([turned], ",")))[0] == [LAMP]


def test_column_names_of_merchant_feeds_are_understood(tmp_path: Path) -> None:
    product = read_one(
        tmp_path,
        **{
            "g:Item Group ID": "G",
            "Image-Link": "https://shop.example/1.jpg",
            "LINK": "/p/1",
            "product_type": "Home > Lamps",
            "Colour": "red",
            "Age_Group": "adult",
        },
    )
    assert (product.group_id, product.image_url, product.url) == ("G", "https://shop.example/1.jpg", "/p/1")
    assert product.category == ("home", "lamps")
    assert product.attributes == {"color": ("red",), "age group": ("adult",)}
    assert product.options == {"color": "red"}


@pytest.mark.parametrize(
    "written",
    [
        'trained_algorithmic_media:"Lamp: warm"',
        "default:Lamp: warm",
        "Lamp: warm",
        {"digital_source_type": "trained_algorithmic_media", "content": "Lamp: warm"},
    ],
)
def test_a_structured_title_and_description_give_their_content(tmp_path: Path, written: object) -> None:
    (product,) = read_rows(tmp_path, {"id": "1", "structured_title": written, "structured_description": written})
    assert (product.title, product.description) == ("Lamp: warm", "Lamp: warm")


def test_of_two_columns_for_the_id_the_likelier_wins_and_the_other_becomes_an_attribute(tmp_path: Path) -> None:
    (product,) = read_rows(tmp_path, {"sku": "S-9", "id": "1", "title": "Lamp"})
    assert (product.id, product.attributes) == ("1", {"sku": ("S-9",)})


def test_the_sku_is_the_id_when_the_id_column_is_empty(tmp_path: Path) -> None:
    (product,) = read_rows(tmp_path, {"id": "", "sku": "S-9", "title": "Lamp"})
    assert product.id == "S-9"


def test_unknown_columns_become_attributes_or_are_named_as_ignored(tmp_path: Path) -> None:
    row = {
        "id": "1",
        "title": "Lamp",
        "bulb": "E27",
        "dimmable": True,
        "debug": {"a": [1]},
        "sheet": "https://a.example",
    }
    products, summary = read(write(tmp_path, "feed.jsonl", json.dumps(row)))
    assert products[0].attributes == {"bulb": ("E27",), "dimmable": ("yes",)}
    assert summary.attribute_columns == ("bulb", "dimmable")
    assert {loss.column for loss in summary.losses if loss.kind == "ignored"} == {"debug", "sheet"}


@pytest.mark.parametrize(
    "attributes",
    [
        {"Material": ["oak", "steel"], "height": 40},
        '{"material": ["oak", "steel"], "height": 40}',
        [{"name": "material", "value": ["oak", "steel"]}, {"name": "height", "value": "40"}],
    ],
)
def test_attributes_are_read_as_an_object_as_json_text_and_as_names_with_values(
    tmp_path: Path, attributes: object
) -> None:
    product = read_one(tmp_path, attributes=attributes)
    assert product.attributes == {"material": ("oak", "steel"), "height": ("40",)}


def test_options_are_attributes_too(tmp_path: Path) -> None:
    product = read_one(tmp_path, group_id="G", options={"Color": "red", "size": "M"})
    assert product.options == {"color": "red", "size": "M"}
    assert product.attributes == {"color": ("red",), "size": ("M",)}


@pytest.mark.parametrize(
    ("cells", "price", "list_price"),
    [
        ({"price": "50", "sale_price": "40"}, "40", "50"),
        ({"price": "50", "list_price": "60"}, "50", "60"),
        ({"price": "50", "list_price": "50"}, "50", None),
        ({"price": "50", "sale_price": ""}, "50", None),
        ({"price": "50", "sale_price": "0.00"}, "50", None),
        ({"sale_price": "40"}, "40", None),
        ({}, None, None),
        ({"price": "n/a"}, None, None),
    ],
)
def test_a_sale_price_is_the_price_now_and_the_price_is_the_one_before(
    tmp_path: Path, cells: dict[str, str], price: str | None, list_price: str | None
) -> None:
    product = read_one(tmp_path, **cells)
    assert product.price == (None if price is None else Decimal(price))
    assert product.list_price == (None if list_price is None else Decimal(list_price))


@pytest.mark.parametrize(
    ("day", "price"), [(date(2031, 3, 1), "50"), (date(2031, 3, 5), "40"), (date(2031, 4, 1), "50")]
)
def test_a_dated_sale_counts_on_its_days_only(tmp_path: Path, day: date, price: str) -> None:
    dates = "2031-03-02T00:00+0100/2031-03-31T23:59+0100"
    row = {"id": "1", "title": "Lamp", "price": "50", "sale_price": "40", "sale_price_effective_date": dates}
    (product,) = read_rows(tmp_path, row, today=day)
    assert product.price == Decimal(price)


def test_the_currency_comes_from_the_row_then_from_the_price_then_from_the_shop(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "title": "a", "price": "5", "currency": "gbp"},
        {"id": "2", "title": "b", "price": "5 €"},
        {"id": "3", "title": "c", "price": "5"},
        {"id": "4", "title": "d"},
    ]
    assert [p.currency for p in read_rows(tmp_path, *rows, currency="chf")] == ["GBP", "EUR", "CHF", "CHF"]


def test_amounts_are_exact(tmp_path: Path) -> None:
    path = write(
        tmp_path, "feed.jsonl", '{"id": "1", "title": "a", "price": 110.0}\n{"id": "2", "title": "b", "price": 0.1}'
    )
    assert [product.price for product in read(path)[0]] == [Decimal(110), Decimal("0.1")]


@pytest.mark.parametrize(
    ("cells", "in_stock", "stock"),
    [
        ({"stock": 3}, True, 3),
        ({"stock": "0"}, False, 0),
        ({"availability": "in stock"}, True, None),
        ({"availability": "in stock", "stock": 0}, True, 0),
        ({"availability": "preorder", "stock": 9}, False, 9),
        ({"availability": "unknown"}, None, None),
        ({}, None, None),
    ],
)
def test_stock_is_known_only_when_the_feed_says_it(
    tmp_path: Path, cells: dict[str, object], in_stock: bool | None, stock: int | None
) -> None:
    product = read_one(tmp_path, **cells)
    assert (product.in_stock, product.stock) == (in_stock, stock)


def test_a_preorder_stays_visible_as_an_attribute(tmp_path: Path) -> None:
    assert read_one(tmp_path, availability="preorder").attributes == {"availability": ("preorder",)}


def test_a_stock_and_a_rating_that_cannot_be_read_are_kept_as_attributes(tmp_path: Path) -> None:
    product = read_one(tmp_path, stock="plenty", rating="superb")
    assert (product.stock, product.in_stock, product.rating) == (None, None, None)
    assert product.attributes == {"stock": ("plenty",), "rating": ("superb",)}


def test_ratings_come_on_five_stars_and_none_when_nobody_rated(tmp_path: Path) -> None:
    assert read_one(tmp_path, rating="8", rating_scale="10", review_count="1,204").rating == 4.0
    assert read_one(tmp_path, rating="8", rating_scale="10", review_count="1,204").review_count == 1204
    assert read_one(tmp_path, rating=0, review_count=0).rating is None


def test_markup_in_titles_and_descriptions_becomes_text(tmp_path: Path) -> None:
    product = read_one(tmp_path, title="<b>Lamp</b> &amp; Shade", description="<p>Warm.</p><p>12&nbsp;W</p>")
    assert (product.title, product.description) == ("Lamp & Shade", "Warm.\n12 W")


@pytest.mark.parametrize(
    ("encoded", "title", "encoding"),
    [
        ("Größe über 30 cm", "Größe über 30 cm", "cp1252"),
        ("Żółta lampa, ciepłe światło", "Żółta lampa, ciepłe światło", "cp1250"),
        ("Лампа настольная чёрная", "Лампа настольная чёрная", "cp1251"),
        ("デスクランプ 黒 暖かい光", "デスクランプ 黒 暖かい光", "cp932"),
    ],
)
def test_an_encoding_other_than_utf_8_is_recognised_and_named(
    tmp_path: Path, encoded: str, title: str, encoding: str
) -> None:
    content = f"id\ttitle\tprice\n1\t{encoded}\t5\n".encode(encoding)
    products, summary = read(write(tmp_path, "feed.tsv", content))
    assert products[0].title == title
    assert summary.encodings == (("feed.tsv", encoding),)


def test_a_few_foreign_lines_do_not_spoil_the_utf_8_ones(tmp_path: Path) -> None:
    lines = [b"id,title", "1,Café ☕".encode(), "2,Crème brûlée".encode("cp1252")]
    products, _ = read(write(tmp_path, "feed.csv", b"\n".join(lines)))
    assert [product.title for product in products] == ["Café ☕", "Crème brûlée"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("content", ["id,title\r\n1,Café\r\n", '{"id": "1", "title": "Café"}\r\n'])
def test_byte_order_marks_and_wide_encodings_are_read(tmp_path: Path, encoding: str, content: str) -> None:
    products, _ = read(write(tmp_path, "feed.txt", content.encode(encoding)))
    assert [(product.id, product.title) for product in products] == [("1", "Café")]


def test_cells_may_hold_line_breaks_quotes_and_delimiters(tmp_path: Path) -> None:
    content = 'id,title,description\n1,"Lamp, 12"" tall","first\nsecond"\n2,Shade,plain\n'
    products, _ = read(write(tmp_path, "feed.csv", content))
    assert [(p.title, p.description) for p in products] == [('Lamp, 12" tall', "first\nsecond"), ("Shade", "plain")]


def test_a_quote_that_never_closes_costs_its_own_line_only(tmp_path: Path) -> None:
    path = write(tmp_path, "feed.csv", 'id,title,price\n1,Lamp,5\n2,"Shade,6\n3,Desk,7\n4,Chair,8\n')
    products, summary = read(path)
    assert [product.id for product in products] == ["1", "3", "4"]
    assert (summary.read, summary.rejected) == (4, 1)
    (reject,) = rejects(path)
    assert (reject["line"], reject["row"]) == (3, '2,"Shade,6')


def test_two_quotes_that_never_close_do_not_make_one_product_of_two_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "feed.csv", 'id,title,price\n1,"Lamp,5\n2,"Shade,6\n3,Desk,7\n')
    products, summary = read(path)
    assert ([product.id for product in products], summary.rejected) == (["3"], 2)


def test_a_cell_that_begins_with_a_quoted_word_is_understood(tmp_path: Path) -> None:
    products, _ = read(write(tmp_path, "feed.csv", 'id,title,price\n1,"Zen" lamp,5\n2,12" lamp,6\n'))
    assert [product.title for product in products] == ["Zen lamp", '12" lamp']


def test_rejects_name_the_line_where_a_row_begins(tmp_path: Path) -> None:
    path = write(tmp_path, "feed.csv", 'id,title,price\n\n1,"two\nlines",5\n2,Bad,x\n3,Fine,5\n')
    read(path)
    assert [entry["line"] for entry in rejects(path)] == [5]


def test_a_reject_carries_file_line_field_value_reason_and_the_row_itself(tmp_path: Path) -> None:
    path = write(tmp_path, "feed.csv", "id,title,price\n1,Lamp,5\n2,Shade,call us\n")
    _, summary = read(path)
    assert (summary.read, summary.used, summary.rejected) == (2, 1, 1)
    assert rejects(path) == [
        {
            "file": str(path),
            "line": 3,
            "field": "price",
            "value": "call us",
            "reason": "no amount in it",
            "row": {"id": "2", "title": "Shade", "price": "call us"},
        }
    ]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ('{"title": "no id"}', "id", "missing"),
        ('{"id": "unknown", "title": "no id"}', "id", "missing"),
        ('{"id": "1", "title": " "}', "title", "missing"),
        ('{"id": "1", "title": ["a"]}', "title", "not a text"),
        ('{"id": "1", "title": "a", "price": -5}', "price", "negative"),
        ('{"id": "1", "title": "a", "price": NaN, "sale_price": "x"}', "sale_price", "no amount in it"),
        ('{"id": "1", "title": "a", "price": "5", "currency": "shells"}', "currency", "not a currency"),
        ('{"id": "1", "title": "a", "price": "5 €", "currency": "USD"}', "price", "in EUR"),
        ('{"id": "1", "title": "a"', "row", "not JSON"),
        ('{"id": 1e99999999999999999999}', "row", "not JSON"),
        ("[" * 100_000, "row", "not JSON"),
        ("[1, 2]", "row", "not a JSON object"),
        ("17", "row", "not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_used_says_which_field_and_why(tmp_path: Path, line: str, field: str, reason: str) -> None:
    path = write(tmp_path, "feed.jsonl", f'{{"id": "ok", "title": "Lamp"}}\n{line}\n')
    products, summary = read(path)
    assert [product.id for product in products] == ["ok"]
    assert summary.rejected == 1
    (reject,) = rejects(path)
    assert (reject["line"], reject["field"]) == (2, field)
    assert str(reject["reason"]).startswith(reason)


@pytest.mark.parametrize(("line", "count"), [("2,Shade", 2), ("2,Shade,5,more", 4)])
def test_a_row_with_another_number_of_cells_is_rejected(tmp_path: Path, line: str, count: int) -> None:
    path = write(tmp_path, "feed.csv", f"id,title,price\n1,Lamp,5\n{line}\n")
    read(path)
    (reject,) = rejects(path)
    assert (reject["reason"], reject["row"]) == (f"{count} cells where the header has 3", line)


def test_blank_cells_past_the_header_are_forgiven(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, "feed.csv", "id,title,price\n1,Lamp,5,,\n"))[0]) == 1


def test_a_column_that_comes_twice_gives_all_its_values(tmp_path: Path) -> None:
    products, _ = read(write(tmp_path, "feed.csv", "id,title,highlight,highlight\n1,Lamp,warm,dimmable\n"))
    assert products[0].attributes == {"highlight": ("warm", "dimmable")}


def test_duplicates_are_counted_and_the_last_comes_last(tmp_path: Path) -> None:
    first = write(tmp_path, "a.csv", "id,title\n1,Old\n2,Other\n")
    second = write(tmp_path, "b.jsonl", '{"id": "1", "title": "New"}\n')
    products, summary = read(first, second)
    assert {product.id: product.title for product in products} == {"1": "New", "2": "Other"}
    assert (summary.used, summary.duplicates) == (3, 1)


def test_reading_again_gives_the_same_and_counts_anew(tmp_path: Path) -> None:
    reading = read_feed([write(tmp_path, "a.csv", "id,title\n1,Lamp\n")], tmp_path / "rejects.jsonl")
    assert list(reading) == list(reading)
    assert (reading.summary.used, reading.summary.duplicates) == (1, 0)


def test_rejects_of_an_earlier_reading_are_gone_when_nothing_is_rejected(tmp_path: Path) -> None:
    left = write(tmp_path, "feed.rejects", "old\n")
    read(write(tmp_path, "feed.csv", "id,title\n1,Lamp\n"))
    assert not left.exists()


def test_rows_are_read_in_a_stream(tmp_path: Path) -> None:
    path = write(tmp_path, "feed.jsonl", '{"id": "1", "title": "Lamp"}\n{"id": "2", "title": "Shade"}\n')
    reading = read_feed([path], tmp_path / "rejects.jsonl")
    products = iter(reading)
    assert next(products).id == "1"
    assert reading.summary.read == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "no row"),
        ("header.csv", "id,title\n", "no row"),
        ("bad.jsonl", "{}\n{}\n", "None of 2 rows .* line 1 .*id missing"),
        ("nameless.csv", "1,Lamp\n2,Shade\n", "None of 1 rows"),
        ("feed.xml", "<rss></rss>", "no row"),
        ("entity.xml", '<!DOCTYPE r [<!ENTITY a "b">]><r><item>&a;</item></r>', "XML cannot be read"),
        ("feed.xlsx", b"PK\x03\x04", "spreadsheet"),
        ("a-list", "[1, 2]", "None of 2 rows .* not a JSON object"),
        ("cut-list", '[{"id": "1", "title": "Lamp"}', "not JSON"),
        ("cut.parquet", b"PAR1 and nothing more", "cannot be read to its end"),
        (
            "cut.jsonl.gz",
            gzip.compress(b'{"id": "1", "title": "Lamp"}\n' * 9, mtime=0)[:40],
            "cannot be read to its end",
        ),
    ],
)
def test_a_feed_without_a_usable_row_is_an_error_that_says_why(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(FeedError, match=message):
        read(write(tmp_path, name, content))


def test_a_feed_that_is_not_there_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"no\.csv"):
        read_feed([tmp_path / "no.csv"], tmp_path / "rejects.jsonl")


def test_parquet_brings_its_own_types(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "title": "Lamp",
        "price": Decimal("110.00"),
        "category": ["Home", "Light"],
        "since": date(2031, 1, 2),
    }
    products, _ = read(write(tmp_path, "feed.parquet", as_parquet([row])))
    (product,) = products
    assert (product.id, product.price, product.category) == ("7", Decimal(110), ("home", "light"))
    assert product.attributes == {"since": ("2031-01-02",)}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
COLUMNS = st.sampled_from(
    "id title price sale_price currency stock rating category attributes options url brand x".split()
)
ROWS = st.dictionaries(COLUMNS, ANYTHING, max_size=8) | st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=4), "title": st.text(max_size=8)},
    optional={"price": ANYTHING, "stock": ANYTHING},
)
LINES = st.lists(
    ROWS.map(json.dumps)
    | st.text(st.characters(exclude_characters="\x00"), max_size=20).map(lambda text: " ".join(text.split())),
    max_size=8,
)


def check_nothing_is_lost(path: Path, rows: int) -> None:
    reading = read_feed([path], path.with_suffix(".rejects"))
    products: list[Product] = []
    try:
        products.extend(reading)
    except FeedError:
        assert reading.summary.used == 0
    summary = reading.summary
    kept = len(rejects(path)) if summary.rejected else 0
    assert summary.read == summary.used + summary.rejected == rows
    assert (len(products), kept) == (summary.used, summary.rejected)
    assert all(product.id and product.title and (product.price is None or product.price >= 0) for product in products)
    assert all(Product.from_json(json.loads(json.dumps(p.to_json()))).id.encode() for p in products)


@settings(deadline=None, max_examples=200)
@given(LINES)
def test_no_json_row_is_lost_whatever_it_holds(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "feed.jsonl", "\n".join(lines).encode("utf-8", errors="surrogatepass"))
        check_nothing_is_lost(path, sum(1 for line in lines if line.strip("\ufeff \t\r\n")))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\r\n\x00", codec="utf-8"), max_size=8), min_size=1, max_size=5
        )
    )
)
def test_no_csv_row_is_lost_whatever_it_holds(rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "title", "price", "x"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        check_nothing_is_lost(write(Path(folder), "feed.csv", out.getvalue()), len(rows))


@pytest.mark.data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real catalogues are not here")
@pytest.mark.parametrize(("name", "rows"), [("retail_store.jsonl", 2_465), ("icecat.jsonl.gz", 19_406)])
def test_real_catalogues_are_read_whole(tmp_path: Path, name: str, rows: int) -> None:
    reading = read_feed([SHARED / name], tmp_path / "rejects.jsonl")
    products = list(reading)
    summary = reading.summary
    assert (summary.read, summary.used, summary.rejected, summary.duplicates) == (rows, rows, 0, 0)
    assert all(product.price is not None and product.currency == "USD" for product in products)
