"""Products that a message calls by their whole title, shown before or not: "is the Ember Oak Desk Lamp dimmable?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from retrieval.evidence import judge
from retrieval.kinds.of_listings import kind_at_end
from retrieval.product import Product
from retrieval.query import SOFT
from retrieval.words import content_stems, words

from ..model import DialogueState, Slots
from ..names import short_title
from ..parts import Parts

NEAR = 30  # products that share most words with the message, among which the titles are looked for
FEW = 10  # titles that have a word which is a name and no property
_IT = re.compile(r"\b(?:it|its|it's|this one|that one)\b")


def titled(message: str, state: DialogueState, parts: Parts) -> list[Product]:
    """One product for each short title that stands whole in the message, in the order said; of variants one that was shown.

    No title is one that only says a kind ("Desk Lamp"); of two that overlap the longer is meant.
    """
    said = _spaced(message)
    near = [*state.shown, *(one.product_id for one in parts.searcher.lexical.retrieve(message, NEAR))]
    found: dict[str, Product] = {}
    for product in parts.catalog.get_many(dict.fromkeys(near)):
        title = short_title(product.title)
        name = _spaced(title)
        if name in said and len(content_stems(title)) > 1 and not kind_at_end(title)[1]:
            found.setdefault(name, product)
    whole = [name for name in found if not any(name != other and name in other for other in found)]
    return [found[name] for name in sorted(whole, key=said.index)]


def before_it(message: str, products: Sequence[Product]) -> list[Product]:
    """Those of which the title stands before the message's "it", if it has one: in "does it fit the Oak Desk?" the desk is not what is
    spoken of."""
    it = _IT.search(message.lower())
    return [one for one in products if it is None or short_title(one.title).lower() in message.lower()[: it.start()]]


def beyond_title(asked: str, message: str, products: Sequence[Product]) -> str:
    """What is asked of the products; "" where the words only repeat titles that the message says: "tell me about the Oak Desk"."""
    titles = [short_title(one.title) for one in products if _spaced(short_title(one.title)) in _spaced(message)]
    own = {stem for title in titles for stem in content_stems(title)}
    return "" if set(content_stems(asked)) <= own else asked


def with_title(slots: Slots, message: str, state: DialogueState, parts: Parts) -> Slots:
    """What a search asks for, with the title of the one product that it names as the thing wanted, where words of the title were read as
    wishes: the "Ember Oak" of a lamp is no wood. Wishes stay that the product meets or that many titles say: "a black desk lamp"."""
    named = titled(message, state, parts) if any(slots.words_of(*SOFT)) else []
    if len(named) != 1:
        return slots
    left: dict[str, Any] = {
        field: tuple(wish for wish in getattr(slots, field) if not _is_its_name(wish, field, named[0], parts))
        for field in SOFT
    }
    without = replace(slots, **left)
    return slots if without == slots else replace(without, product=short_title(named[0].title).lower())


def _is_its_name(wish: str, field: str, product: Product, parts: Parts) -> bool:
    """Whether a wish is nothing but a part of the product's name."""
    if not set(content_stems(wish)) <= set(content_stems(short_title(product.title))):
        return False
    if field == "features":
        return len(parts.searcher.lexical.matching(wish, columns="title")) <= FEW
    return judge(product, field, wish).status != "met"


def _spaced(text: str) -> str:
    return f" {' '.join(word.stem for word in words(text))} "
