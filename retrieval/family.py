"""What variants of one thing share, so that a list shows one of each family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .product import Product
from .words import content_stems


def family_of(product: Product) -> tuple[str, ...]:
    """What variants share: their group, else the words of the title and the maker."""
    return (
        ("group", product.group_id)
        if product.group_id
        else ("title", *content_stems(product.title), product.brand or "")
    )


def families(products: Iterable[Product], seen: Iterable[Product] = ()) -> Iterator[Product]:
    """The first product of each family that is not that of a product seen before."""
    known = {family_of(product) for product in seen}
    for product in products:
        if family_of(product) not in known:
            known.add(family_of(product))
            yield product
