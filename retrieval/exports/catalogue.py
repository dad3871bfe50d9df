"""A catalogue as an ACP feed or a UCP catalogue: a product a line, with its variants; amounts in the smallest unit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import takewhile
from typing import TextIO

from ..product import Product
from .parts import Family, availability, availability_words, category_path, further, minor_units

Part = Mapping[str, object]


def write_acp(families: Iterable[Family], out: TextIO) -> None:
    _write(families, out, _acp_parts)


def write_ucp(families: Iterable[Family], out: TextIO) -> None:
    _write(families, out, _ucp_parts)


def _write(families: Iterable[Family], out: TextIO, parts: Callable[[Product], Part]) -> None:
    for family in families:
        out.write(json.dumps(_product(family, parts), ensure_ascii=False) + "\n")


def _product(family: Family, parts: Callable[[Product], Part]) -> dict[str, object]:
    """What all variants share stands once, what differs stands with each."""
    first = family[0]
    each = [{name: value for name, value in parts(variant).items() if value} for variant in family]
    shared = {name: value for name, value in each[0].items() if all(part.get(name) == value for part in each)}
    variants = [
        {**_variant(variant), **{name: value for name, value in part.items() if name not in shared}}
        for variant, part in zip(family, each, strict=True)
    ]
    title = _common_title([variant.title for variant in family])
    return {"id": first.group_id or first.id, "title": title, **shared, "variants": variants}


def _common_title(titles: list[str]) -> str:
    """The words that all titles begin with; the first title when they begin with different ones."""
    places = zip(*(title.split() for title in titles), strict=False)
    common = takewhile(lambda words: len(set(words)) == 1, places)
    return " ".join(words[0] for words in common).rstrip(" ,;:-–—(") or titles[0]


def _variant(product: Product) -> dict[str, object]:
    options = [{"name": name, "value": value} for name, value in product.options.items()]
    variant = {
        "id": product.id,
        "title": product.title,
        "price": _money(product.price, product.currency),
        "list_price": None if product.price is None else _money(product.list_price, product.currency),
        "availability": _availability(product),
        "variant_options": options,
        "barcodes": [{"type": "GTIN", "value": code} for code in product.attributes.get("gtin", ())],
    }
    return {name: value for name, value in variant.items() if value}


def _money(amount: Decimal | None, currency: str) -> dict[str, object] | None:
    units = None if amount is None else minor_units(amount, currency)
    return None if units is None else {"amount": units, "currency": currency}


def _availability(product: Product) -> dict[str, object] | None:
    """A preorder can be bought, so it is available; what is not understood is only said."""
    status = availability(product)
    if status is None:
        return None
    if availability_words(product):
        return {"status": status} if product.in_stock is None else {"available": True, "status": status}
    return {"available": product.in_stock, "status": status}


def _acp_parts(product: Product) -> Part:
    return {
        "description": {"plain": product.description} if product.description else None,
        "url": product.url,
        "media": [{"type": "image", "url": product.image_url}] if product.image_url else None,
        "categories": [{"value": category_path(product)}] if product.category else None,
        "condition": list(product.attributes.get("condition", ())),
    }


def _ucp_parts(product: Product) -> Part:
    metadata: dict[str, object] = {"brand": product.brand} if product.brand else {}
    for name, value in further(product, "gtin", "condition", "tags", "brand", *_said_by_options(product)):
        listed = metadata.setdefault(name, [])
        assert isinstance(listed, list)
        listed.append(value)
    rating = {"value": product.rating, "scale_max": 5, "count": product.review_count}
    is_rated = product.rating is not None or product.review_count is not None
    return {
        **_acp_parts(product),
        "tags": list(product.attributes.get("tags", ())),
        "rating": {name: value for name, value in rating.items() if value is not None} if is_rated else None,
        "metadata": metadata,
    }


def _said_by_options(product: Product) -> list[str]:
    """Attributes that reading the options brings back."""
    return [name for name, value in product.options.items() if product.attributes.get(name) == (value,)]
