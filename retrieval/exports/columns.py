"""A catalogue as rows: lines of JSON with our own columns, Google Merchant text and XML."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TextIO

from ..product import Product
from .parts import Family, amount_text, availability, category_path, further, own_columns

GOOGLE = "http://base.google.com/ns/1.0"
OWN = ("gtin", "mpn", "color", "size", "material", "pattern", "gender", "age group", "condition")
COLUMNS = (
    "id title description link image_link price sale_price availability brand item_group_id product_type gtin mpn color size"
    " material pattern gender age_group condition product_detail".split()
)


def write_jsonl(families: Iterable[Family], out: TextIO) -> None:
    for product in (product for family in families for product in family):
        record = replace(product, indexed_description=None).to_json()  # the index's own affair
        out.write(
            json.dumps({name: value for name, value in record.items() if value is not None}, ensure_ascii=False) + "\n"
        )


def write_google_tsv(families: Iterable[Family], out: TextIO) -> None:
    rows = csv.DictWriter(out, COLUMNS, delimiter="\t", lineterminator="\n", restval="")
    rows.writeheader()
    for product in (product for family in families for product in family):
        details = io.StringIO()
        csv.writer(details, lineterminator="").writerow(":".join(["Details", *pair]) for pair in _details(product))
        rows.writerow({**_cells(product), "product_detail": details.getvalue()})


def write_google_xml(families: Iterable[Family], out: TextIO) -> None:
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{GOOGLE}"><channel>\n')
    for product in (product for family in families for product in family):
        item = ET.Element("item")
        for name, text in _cells(product).items():
            ET.SubElement(item, f"g:{name}").text = text
        for name, value in _details(product):
            detail = ET.SubElement(item, "g:product_detail")
            ET.SubElement(detail, "g:attribute_name").text = name
            ET.SubElement(detail, "g:attribute_value").text = value
        out.write(ET.tostring(item, encoding="unicode") + "\n")
    out.write("</channel></rss>\n")


def _details(product: Product) -> list[tuple[str, str]]:
    return further(product, *own_columns(product, OWN)[1])


def _cells(product: Product) -> dict[str, str]:
    """Google's columns, without the empty ones."""
    cells: Mapping[str, str | None] = {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "link": product.url,
        "image_link": product.image_url,
        **_prices(product),
        "availability": availability(product),
        "brand": product.brand or "",
        "item_group_id": product.group_id or "",
        "product_type": category_path(product),
        **{name.replace(" ", "_"): value for name, value in own_columns(product, OWN)[0].items()},
    }
    return {name: text for name, text in cells.items() if text}


def _prices(product: Product) -> dict[str, str | None]:
    """Google's `price` is the one before a sale."""
    now, before = product.price, product.list_price
    if now and before:
        return {"price": _money(before, product.currency), "sale_price": _money(now, product.currency)}
    return {"price": None if now is None else _money(now, product.currency)}


def _money(amount: Decimal, currency: str) -> str | None:
    text = amount_text(amount, currency)
    return None if text is None else f"{text} {currency}"
