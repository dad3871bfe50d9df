"""A catalogue as schema.org JSON-LD, a product a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from ..product import Product
from .parts import Family, amount_text, availability, category_path, further, own_columns, single

OWN = ("gtin", "mpn", "color", "size", "material", "pattern")
URLS = {"in_stock": "InStock", "out_of_stock": "OutOfStock", "preorder": "PreOrder", "backorder": "BackOrder"}
CONDITIONS = ("new", "used", "refurbished", "damaged")


def write_schema_org(families: Iterable[Family], out: TextIO) -> None:
    for product in (product for family in families for product in family):
        out.write(json.dumps(_product(product), ensure_ascii=False) + "\n")


def _product(product: Product) -> dict[str, object]:
    own, whole = own_columns(product, OWN)
    condition = single(product, ["condition"]).get("condition")
    taken = [*whole, *(["condition"] if condition in CONDITIONS else [])]
    details = [{"@type": "PropertyValue", "name": name, "value": value} for name, value in further(product, *taken)]
    thing = {
        "sku": product.id,
        "name": product.title,
        "description": product.description,
        "brand": {"@type": "Brand", "name": product.brand} if product.brand else None,
        "category": category_path(product),
        "image": product.image_url,
        "url": product.url,
        "inProductGroupWithID": product.group_id,
        **own,
        "additionalProperty": details,
        "offers": _offer(product, condition if condition in CONDITIONS else None),
        "aggregateRating": _rating(product),
    }
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        **{name: value for name, value in thing.items() if value},
    }


def _offer(product: Product, condition: str | None) -> dict[str, object]:
    offer: dict[str, object] = {"@type": "Offer", "priceCurrency": product.currency}
    if product.price is not None and (price := amount_text(product.price, product.currency)):
        offer["price"] = price
        before = product.list_price and amount_text(product.list_price, product.currency)
        if before:
            spec = {"@type": "UnitPriceSpecification", "priceType": "https://schema.org/StrikethroughPrice"}
            offer["priceSpecification"] = [{**spec, "price": before, "priceCurrency": product.currency}]
    if status := availability(product):
        known = URLS.get(status)
        offer["availability"] = f"https://schema.org/{known}" if known else status
    if product.stock is not None:
        offer["inventoryLevel"] = {"@type": "QuantitativeValue", "value": product.stock}
    if condition:
        offer["itemCondition"] = f"https://schema.org/{condition.capitalize()}Condition"
    return offer


def _rating(product: Product) -> dict[str, object] | None:
    if product.rating is None and product.review_count is None:
        return None
    rating = {"ratingValue": product.rating, "bestRating": 5, "reviewCount": product.review_count}
    return {"@type": "AggregateRating", **{name: value for name, value in rating.items() if value is not None}}
