"""schema.org products, from lines of JSON-LD or out of the pages of a shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .losses import Lost
from .rows import Problem, Row

KINDS = {"Product", "ProductGroup", "IndividualProduct", "ProductModel"}
MOVED = {
    "name": "title",
    "additionalProperty": "attributes",
    "sku": "id",
    "inProductGroupWithID": "group_id",
}
HOLDING = ("@graph", "mainEntity", "itemListElement", "item")  # where pages and lists hold their products
ADDRESSES = ("contentUrl", "url", "@id")
DROPPED = frozenset(
    "@type @context @id offers aggregateRating hasVariant isVariantOf variesBy productGroupID review image"
    " gtin gtin8 gtin12 gtin13 gtin14".split()
)
GTINS = ("gtin", "gtin8", "gtin12", "gtin13", "gtin14")
READ_OF_AN_OFFER = frozenset(
    "@type @id url offers offerCount price lowPrice highPrice priceCurrency availability itemCondition priceSpecification"
    " inventoryLevel".split()
)
# Codes of UN/CEFACT Recommendation 20, which schema.org asks for, as people write them.
UNITS = {
    "MMT": "mm",
    "CMT": "cm",
    "MTR": "m",
    "INH": "in",
    "FOT": "ft",
    "GRM": "g",
    "KGM": "kg",
    "LBR": "lb",
    "ONZ": "oz",
}
UNITS |= {"MLT": "ml", "CLT": "cl", "LTR": "l", "WTT": "W", "VLT": "V", "AMP": "A", "LUM": "lm", "KEL": "K", "C62": ""}


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
            cells, lost = _cells(product)
            yield replace(row, cells=cells, lost=(*row.lost, *lost))
            row = replace(row, lost=())  # told once, not with each product


def _products(thing: object) -> Iterator[Mapping[str, object]]:
    if isinstance(thing, list):
        for each in thing:
            yield from _products(each)
    elif isinstance(thing, Mapping):
        if _kinds(thing) & KINDS:
            yield from _of_group(thing)
        else:
            for name in HOLDING:
                yield from _products(thing.get(name))


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
    parent = thing.get("isVariantOf")
    for variant in variants:
        if isinstance(variant, Mapping):
            yield {**shared, **group, **variant}
    if not variants:
        yield {"inProductGroupWithID": parent.get("productGroupID"), **thing} if isinstance(parent, Mapping) else thing


def _cells(product: Mapping[str, object]) -> tuple[dict[str, object], list[Lost]]:
    """(the product in our columns, what of it they do not hold)."""
    cells = {MOVED.get(name, name): _value(value) for name, value in product.items() if name not in DROPPED}
    cells["id"] = product.get("sku") or product.get("productID") or product.get("gtin13") or product.get("mpn")
    cells["gtin"] = [str(product[name]) for name in GTINS if name in product]
    cells["attributes"] = _listed(product.get("additionalProperty")) or None
    cells["image_url"] = [_address(each) for each in _listed(product.get("image"))]
    lost = [Lost("ignored", "review", each) for each in _listed(product.get("review"))[:1]]
    lost += _beside_names(product)
    offer = _offers(product.get("offers"), lost)
    cells |= _offer(offer, lost) | {"url": product.get("url") or offer.get("url")}
    rating = product.get("aggregateRating")
    if isinstance(rating, Mapping):
        cells |= {"rating": rating.get("ratingValue"), "rating_scale": rating.get("bestRating")}
        cells["review_count"] = rating.get("reviewCount", rating.get("ratingCount"))
    return cells, lost


def _offers(value: object, lost: list[Lost]) -> Mapping[str, object]:
    """The offer that counts: the first, of an aggregate the first that it lists, or its lowest price when it lists none."""
    offers = [each for each in _listed(value) if isinstance(each, Mapping)]
    listed = [each for offer in offers for each in _listed(offer.get("offers")) if isinstance(each, Mapping)]
    first, *others = listed or offers or [{}]
    if others:
        lost.append(Lost("offers", "offers", others[0].get("price"), len(others)))
    elif "lowPrice" in first and first.get("highPrice") not in (None, first["lowPrice"]):
        lost.append(Lost("offers", "offers", f"{first['lowPrice']} to {first['highPrice']}"))
    return first


def _offer(offer: Mapping[str, object], lost: list[Lost]) -> dict[str, object]:
    """Price, price before, currency, availability and condition of an offer."""
    cells: dict[str, object] = {"price": offer.get("price", offer.get("lowPrice"))}
    cells |= {"currency": offer.get("priceCurrency"), "availability": offer.get("availability")}
    if (stock := _value(offer.get("inventoryLevel"))) is not None:
        cells["stock"] = stock
    if condition := offer.get("itemCondition"):
        cells["condition"] = str(condition).rpartition("/")[2].removesuffix("Condition").lower()
    for spec in _listed(offer.get("priceSpecification")):
        if not isinstance(spec, Mapping) or "price" not in spec:
            continue
        if "referenceQuantity" in spec:  # the price of a litre or a metre, not of the thing
            quantity = _value(spec["referenceQuantity"])
            cells["unit price"] = f"{spec['price']} {spec.get('priceCurrency', '')} / {quantity}"
            continue
        before = any(word in str(spec.get("priceType")) for word in ("ListPrice", "StrikethroughPrice", "MSRP"))
        field = "list_price" if before else "price"
        cells[field] = cells.get(field) or spec["price"]
        cells["currency"] = cells["currency"] or spec.get("priceCurrency")
    lost += [Lost("ignored", f"offers.{name}", value) for name, value in offer.items() if name not in READ_OF_AN_OFFER]
    return cells


def _beside_names(product: Mapping[str, object]) -> Iterator[Lost]:
    """What a thing says besides the name or the address that stands for it."""
    for name, thing in product.items():
        if name == "image":
            parts = [(part, each[part]) for each in _listed(thing) if isinstance(each, Mapping) for part in each]
            said = [(part, value) for part, value in parts if part not in ADDRESSES and not part.startswith("@")]
            yield from (Lost("ignored", f"image.{part}", value) for part, value in said)
        elif name not in DROPPED and isinstance(thing, Mapping) and "name" in thing and "value" not in thing:
            for part, value in thing.items():
                if part != "name" and not part.startswith("@"):
                    yield Lost("ignored", f"{name}.{part}", value)


def _address(image: object) -> object:
    """Of an ImageObject where it lies."""
    return next((image[each] for each in ADDRESSES if image.get(each)), None) if isinstance(image, Mapping) else image


def _value(value: object) -> object:
    """A thing's name stands for it: {"@type": "Brand", "name": "Lumen"} is Lumen; an amount goes with its unit."""
    if isinstance(value, Mapping) and "value" in value:
        unit = value.get("unitText") or UNITS.get(str(value.get("unitCode")), value.get("unitCode"))
        return f"{value['value']} {unit}" if unit else value["value"]
    if isinstance(value, list):
        return [_value(each) for each in value]
    return value.get("name", value) if isinstance(value, Mapping) else value


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
