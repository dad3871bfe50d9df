"""schema.org products, from lines of JSON-LD or out of the pages of a shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .feed_rows import Problem, Row

KINDS = {"Product", "ProductGroup", "IndividualProduct", "ProductModel"}
MOVED = {
    "name": "title",
    "image": "image_url",
    "additionalProperty": "attributes",
    "sku": "id",
    "inProductGroupWithID": "group_id",
}
DROPPED = frozenset(
    "@type @context @id offers aggregateRating hasVariant isVariantOf variesBy productGroupID review".split()
)


def recognises(cells: Mapping[str, object]) -> bool:
    """Whether it is JSON-LD."""
    return "@type" in cells or "@graph" in cells


def rows(rows: Iterator[Row]) -> Iterator[Row]:
    """One row a product or variant; a record without either carries a problem."""
    for row in rows:
        if row.cells is None:
            yield row
            continue
        products = list(_products(row.cells))
        if not products:
            kind = row.cells.get("@type")
            yield replace(row, cells=None, problem=Problem("@type", kind, "no product in it"))
        for product in products:
            ignored = tuple(name for name in ("review",) if name in product)
            yield replace(row, cells=_cells(product), ignored=ignored)


def _products(thing: object) -> Iterator[Mapping[str, object]]:
    if isinstance(thing, list):
        for each in thing:
            yield from _products(each)
    elif isinstance(thing, Mapping):
        if "@graph" in thing:
            yield from _products(thing["@graph"])
        elif _kinds(thing) & KINDS:
            yield from _of_group(thing)


def _kinds(thing: Mapping[str, object]) -> set[str]:
    kind = thing.get("@type")
    names = kind if isinstance(kind, list) else [kind]
    return {str(name).removeprefix("https://schema.org/").removeprefix("http://schema.org/") for name in names}


def _of_group(thing: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The variants of a group, each with what the group says for all; a product without variants by itself."""
    variants = _listed(thing.get("hasVariant"))
    shared = {name: value for name, value in thing.items() if name not in DROPPED or name == "aggregateRating"}
    shared.pop("sku", None)
    group = {"inProductGroupWithID": thing.get("productGroupID") or thing.get("sku")}
    for variant in variants:
        if isinstance(variant, Mapping):
            yield {**shared, **group, **variant}
    if not variants:
        yield thing


def _cells(product: Mapping[str, object]) -> dict[str, object]:
    cells = {MOVED.get(name, name): _value(value) for name, value in product.items() if name not in DROPPED}
    cells["id"] = product.get("sku") or product.get("productID") or product.get("gtin13") or product.get("mpn")
    cells["attributes"] = _listed(product.get("additionalProperty")) or None
    offer = next((each for each in _listed(product.get("offers")) if isinstance(each, Mapping)), {})
    cells |= {"price": offer.get("price", offer.get("lowPrice")), "currency": offer.get("priceCurrency")}
    cells["availability"] = offer.get("availability")
    for spec in _listed(offer.get("priceSpecification")):
        if isinstance(spec, Mapping) and "price" in spec:
            before = any(word in str(spec.get("priceType")) for word in ("ListPrice", "StrikethroughPrice"))
            field = "list_price" if before else "price"
            cells[field] = cells.get(field) or spec["price"]
            cells["currency"] = cells["currency"] or spec.get("priceCurrency")
    rating = product.get("aggregateRating")
    if isinstance(rating, Mapping):
        cells |= {"rating": rating.get("ratingValue"), "rating_scale": rating.get("bestRating")}
        cells["review_count"] = rating.get("reviewCount", rating.get("ratingCount"))
    return cells


def _value(value: object) -> object:
    """A thing's name stands for it: {"@type": "Brand", "name": "Lumen"} is Lumen; an amount goes with its unit."""
    if isinstance(value, Mapping) and "value" in value:
        return " ".join(str(value[part]) for part in ("value", "unitText", "unitCode") if part in value)
    return value.get("name", value) if isinstance(value, Mapping) else value


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
