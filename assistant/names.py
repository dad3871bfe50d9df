"""How a reply names products: by their titles, or by the beginning of a long one where that tells them apart; and several things."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.product import Product

LONG = 60  # characters from which a title in a sentence loses its tail: of the demo shop's none has as many
_TAIL = re.compile(r"\s*[,(\[–|].*$|\s+-\s.*$")


def listed(words: Sequence[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    *others, last = words
    return f"{', '.join(others)} {joint} {last}" if others else last


def short_title(title: str) -> str:
    """The title up to its first comma, bracket or dash."""
    return _TAIL.sub("", title)


def short_names(products: Sequence[Product]) -> dict[str, str]:
    """By id, each title up to its first comma or bracket where that still tells the products apart and has two words; else all of it."""
    cut = {product.id: short_title(product.title) for product in products}
    return {
        product.id: cut[product.id]
        if len(cut[product.id].split()) > 1 and list(cut.values()).count(cut[product.id]) == 1
        else product.title
        for product in products
    }


def names_in_lists(products: Sequence[Product]) -> dict[str, str]:
    """By id, titles as a list in a sentence has them: whole, a long one short where that still tells the products apart."""
    short = short_names(products)
    return {one.id: short[one.id] if len(one.title) >= LONG else one.title for one in products}
