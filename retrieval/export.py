"""A store's catalogue as a feed, read back at once, so that what the format could not hold is known and not guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO

from more_itertools import chunked

from .errors import ShopError
from .exports import catalogue as export_catalogue
from .exports import columns as export_columns
from .exports import schema_org as export_schema_org
from .exports import shopify as export_shopify
from .exports.parts import Family
from .feed import read_feed
from .product import Product


class ExportError(ShopError):
    """There is no such format, or nothing to export."""

    slug = "export"


@dataclass(frozen=True)
class Export:
    """title: as people call it. form: the importer's name of it, as in FORMATS. write: families of variants into a text file."""

    title: str
    form: str
    write: Callable[[Iterable[Family], TextIO], None]


EXPORTS = {
    "jsonl": Export("lines of JSON in our own columns", "columns", export_columns.write_jsonl),
    "google-tsv": Export("Google Merchant text", "columns", export_columns.write_google_tsv),
    "google-xml": Export("Google Merchant XML", "columns", export_columns.write_google_xml),
    "acp": Export("ACP feed", "catalogue", export_catalogue.write_acp),
    "ucp": Export("UCP catalogue", "catalogue", export_catalogue.write_ucp),
    "schema-org": Export("schema.org JSON-LD", "schema.org", export_schema_org.write_schema_org),
    "shopify": Export("Shopify import", "shopify", export_shopify.write_shopify),
}


@dataclass(frozen=True)
class ExportSummary:
    """products: in the catalogue. lost: field -> how many products came back otherwise; "product" for those that did not come back."""

    products: int
    lost: Mapping[str, int]


def export(
    families: Callable[[], Iterable[Family]],
    name: str,
    path: Path,
    *,
    currency: str,
    known: Callable[[Iterable[str]], Iterable[Product]],
) -> ExportSummary:
    """Write the feed to `path`, read it back and say what it does not hold.

    families: gives the products anew each time, variants of one thing together.
    currency: of prices in a format that names none. known: the products of the catalogue with these ids.
    """
    if name not in EXPORTS:
        raise ExportError(f"There is no format {name} to export.", fix=f"name one of {', '.join(EXPORTS)}")
    with path.open("w", encoding="utf-8", newline="") as out:
        count = _Counting(families)
        EXPORTS[name].write(count, out)
    if not count.products:
        raise ExportError("The store has no products.", fix="run `shop index FEED --store DIR`")
    return ExportSummary(count.products, _lost(name, path, currency, known, count.products))


class _Counting:
    """The families as they go by, counted."""

    def __init__(self, families: Callable[[], Iterable[Family]]) -> None:
        self._families = families
        self.products = 0

    def __iter__(self) -> Iterator[Family]:
        self.products = 0
        for family in self._families():
            self.products += len(family)
            yield family


def _lost(
    name: str, path: Path, currency: str, known: Callable[[Iterable[str]], Iterable[Product]], expected: int
) -> Mapping[str, int]:
    lost: Counter[str] = Counter()
    rejects = path.with_name(f"{path.name}.rejects")
    came_back = 0
    for batch in chunked(read_feed([path], rejects, currency=currency, form=EXPORTS[name].form), 500):
        read = {product.id: product for product in batch}
        for product in known(read):
            came_back += 1
            lost.update(differences(product, read[product.id]))
    rejects.unlink(missing_ok=True)
    if came_back < expected:
        lost["product"] = expected - came_back
    return dict(lost)


def differences(product: Product, other: Product) -> list[str]:
    """The fields in which two products differ; the currency of nothing is no difference."""
    names = [
        each.name
        for each in fields(Product)
        if each.compare and getattr(product, each.name) != getattr(other, each.name)
    ]
    return [name for name in names if name != "currency" or product.price is not None or product.list_price is not None]
