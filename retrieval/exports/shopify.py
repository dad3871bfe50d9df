"""A catalogue as a Shopify import: what variants share stands on the first row, facts are metafields."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from ..feeds.columns import role_of
from ..feeds.values import is_absent
from ..product import Product
from .parts import Family, amount_text, category_path, further

MOST_METAFIELDS = 200  # definitions that Shopify allows a product
COLUMNS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,"
    "Option3 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
    "Variant Compare At Price,Variant Barcode,Image Src,Variant Image,Status"
).split(",")
OF_THE_VARIANT = re.compile(r"Handle|Variant .*|Option\d Value")


def write_shopify(families: Iterable[Family], out: TextIO) -> None:
    """`families` is gone through twice: the columns have to be known before the first row."""
    names = Counter(name for family in families for product in family for name in _metafields(product, family))
    columns = {
        name: f"{name} (product.metafields.custom.{_key(name)})" for name, _ in names.most_common(MOST_METAFIELDS)
    }
    rows = csv.DictWriter(out, [*COLUMNS, *columns.values()], lineterminator="\n", restval="")
    rows.writeheader()
    for family in families:
        first: dict[str, str] = {}
        for product in family:
            cells = _cells(product)
            cells |= {columns[name]: text for name, text in _metafields(product, family).items() if name in columns}
            rows.writerow(
                {
                    name: text
                    for name, text in cells.items()
                    if OF_THE_VARIANT.fullmatch(name) or first.get(name) != text
                }
            )
            first = first or cells


def _cells(product: Product) -> dict[str, str]:
    stock, tags, codes = product.stock, product.attributes.get("tags", ()), product.attributes.get("gtin", ())
    cells = {
        "Handle": product.group_id or product.id,
        "Title": product.title,
        "Body (HTML)": product.description,
        "Vendor": product.brand or "",
        "Product Category": category_path(product),
        "Tags": ", ".join(tags),
        "Published": "true",
        **_options(product),
        "Variant SKU": product.id,
        "Variant Inventory Tracker": "" if stock is None else "shopify",
        "Variant Inventory Qty": "" if stock is None else str(stock),
        "Variant Inventory Policy": "deny",
        **_prices(product),
        "Variant Barcode": codes[0] if len(codes) == 1 else "",
        "Image Src": product.image_url or "",
        "Variant Image": product.image_url or "",
        "Status": "active",
    }
    return {name: text for name, text in cells.items() if text}


def _options(product: Product) -> dict[str, str]:
    options = list(product.options.items())[:3] or [("Title", "Default Title")]
    cells: dict[str, str] = {}
    for place, (name, value) in enumerate(options, start=1):
        cells |= {f"Option{place} Name": name, f"Option{place} Value": value}
    return cells


def _prices(product: Product) -> dict[str, str]:
    if product.price is None:
        return {}
    now = amount_text(product.price, product.currency)
    before = None if product.list_price is None else amount_text(product.list_price, product.currency)
    return {"Variant Price": now or "", "Variant Compare At Price": before or ""}


def _metafields(product: Product, family: Family) -> dict[str, str]:
    """Name -> value, as JSON when there are several, or one such as "none" that readers take for an empty cell.

    A name that means something to a reader of feeds is no metafield.
    """
    taken = [name for name in product.options if all(_says_its_option(each, name) for each in family)]
    values: dict[str, list[str]] = {}
    for name, value in further(product, "tags", *taken):
        if role_of(name).part is None and not (name == "gtin" and len(product.attributes[name]) == 1):
            values.setdefault(name, []).append(value)
    plain = {name: len(each) == 1 and not is_absent(each[0]) for name, each in values.items()}
    return {name: each[0] if plain[name] else json.dumps(each, ensure_ascii=False) for name, each in values.items()}


def _says_its_option(product: Product, name: str) -> bool:
    return product.attributes.get(name) == (product.options.get(name),)


def _key(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").lower() or "fact"
