"""ACP feeds and UCP catalogues: a product with its variants, `price` what is asked now, amounts in the currency's smallest unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from babel.numbers import get_currency_precision

from .losses import Lost
from .rows import Problem, Row
from .values import BadValue, is_absent

KNOWN = frozenset(
    "id title description url media categories tags rating variants handle metadata options price_range list_price_range".split()
)
KNOWN_OF_VARIANT = frozenset(
    "id sku title description url media price list_price availability options variant_options barcodes condition rating"
    " categories tags metadata".split()
)


def recognises(cells: Mapping[str, object]) -> bool:
    """Whether a product lists variants, or the record lists such products."""
    listed = cells.get("products", cells.get("variants"))
    return isinstance(listed, list) and all(isinstance(each, Mapping) for each in listed)


def rows(rows: Iterator[Row]) -> Iterator[Row]:
    """One row a variant; a variant that cannot be read, and a product without any, carries a problem."""
    for row in rows:
        if row.cells is None:
            yield row
            continue
        products = row.cells.get("products")
        if not isinstance(products, list):
            yield from _variants(row, row.cells)
            continue
        # Each is its own raw row: a reject must not carry the whole catalogue.
        for place, product in enumerate(products):
            yield from _variants(replace(row, raw=product, lost=row.lost if place == 0 else ()), product)


def _variants(row: Row, product: object) -> Iterator[Row]:
    variants = product.get("variants") if isinstance(product, Mapping) else None
    if not isinstance(product, Mapping) or not isinstance(variants, list) or not variants:
        yield replace(
            row, cells=None, problem=Problem("variants", variants, "a product without variants cannot be bought")
        )
        return
    for variant in variants:
        try:
            cells = _cells(product, variant, alone=len(variants) == 1)
        except BadValue as bad:
            yield replace(row, cells=None, problem=Problem(bad.field, bad.value, bad.reason))
            continue
        yield replace(row, cells=cells, lost=(*row.lost, *_lost(product, variant)))
        row = replace(row, lost=())  # told once, not with each variant


def _lost(product: Mapping[str, object], variant: Mapping[str, object]) -> Iterator[Lost]:
    """What of a product and its variant `_cells` does not take."""
    for name, value in product.items():
        if name not in KNOWN and not is_absent(value):
            yield Lost("ignored", name, value)
    for name, value in variant.items():
        if name not in KNOWN_OF_VARIANT and not is_absent(value):
            yield Lost("ignored", f"variants.{name}", value)
    for media in _mappings(variant.get("media")) + _mappings(product.get("media")):
        if not _is_picture(media):
            yield Lost("ignored", f"media of type {media['type']}", media.get("url"))
        for name in sorted({*media} - {"type", "url"}):
            yield Lost("ignored", f"media.{name}", media[name])


def _cells(product: Mapping[str, object], variant: object, *, alone: bool) -> dict[str, object]:
    if not isinstance(variant, Mapping):
        raise BadValue("variants", variant, "not a JSON object")
    either = {**product, **{name: value for name, value in variant.items() if value}}
    cells: dict[str, object] = {
        name: either.get(name) for name in ("description", "url", "categories", "tags", "condition")
    }
    cells["title"] = _title(product.get("title"), variant.get("title"))
    # The one that is there is the id, and both can be found.
    cells["id"], cells["sku"] = variant.get("id"), variant.get("sku")
    options = _options(variant)
    cells["group_id"] = product.get("id") if options or not alone else None
    cells["options"] = options or None
    media = _mappings(variant.get("media")) + _mappings(product.get("media"))
    cells["image_url"] = [each.get("url") for each in media if _is_picture(each)]
    metadata = _metadata(product, variant)
    if metadata is not None:  # the format has no place for a brand but this
        cells["brand"] = metadata.get("brand")
        metadata = {name: value for name, value in metadata.items() if name != "brand"}
    cells["attributes"] = metadata
    cells["availability"] = _availability(variant.get("availability"))
    cells["gtin"] = [each.get("value") for each in _mappings(variant.get("barcodes"))]
    cells |= _prices(variant)
    rating = either.get("rating")
    if isinstance(rating, Mapping):
        cells |= {"rating": rating.get("value"), "rating_scale": rating.get("scale_max")}
        cells["review_count"] = rating.get("count")
    return cells


def _metadata(product: Mapping[str, object], variant: Mapping[str, object]) -> Mapping[str, object] | None:
    """The product's with the variant's over it; None when neither has any."""
    both = [each for each in (product.get("metadata"), variant.get("metadata")) if isinstance(each, Mapping)]
    return {name: value for each in both for name, value in each.items()} if both else None


def _title(of_product: object, of_variant: object) -> object:
    """The variant's when it says more than the product's ("Ridge Boot 41"), and not only what differs ("41")."""
    if isinstance(of_product, str) and isinstance(of_variant, str):
        return of_variant if of_product.casefold() in of_variant.casefold() else of_product
    return of_product or of_variant


def _prices(variant: Mapping[str, object]) -> dict[str, object]:
    prices: dict[str, object] = {}
    for field in ("price", "list_price"):
        value = variant.get(field)
        if value is None:
            continue
        if not isinstance(value, Mapping) or not isinstance(value.get("currency"), str):
            raise BadValue(field, value, "not an amount with its currency")
        amount, currency = value.get("amount"), str(value["currency"]).upper()
        if not isinstance(amount, int) or isinstance(amount, bool):
            raise BadValue(field, amount, "not a whole number of the currency's smallest unit")
        if prices.get("currency", currency) != currency:
            raise BadValue(field, value, f"in {currency}, and the row speaks of {prices['currency']}")
        prices |= {field: Decimal(amount).scaleb(-get_currency_precision(currency)), "currency": currency}
    return prices


def _options(variant: Mapping[str, object]) -> dict[str, object]:
    listed = _mappings(variant.get("variant_options") or variant.get("options"))
    pairs = {str(each.get("name")): each.get("value") or each.get("label") for each in listed}
    return {name: value for name, value in pairs.items() if value}


def _availability(value: object) -> object:
    """The status, unless the feed says that it cannot be had at all."""
    if not isinstance(value, Mapping):
        return value
    return value.get("available") if value.get("available") is False else value.get("status", value.get("available"))


def _is_picture(media: Mapping[str, object]) -> bool:
    return media.get("type", "image") == "image"


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
