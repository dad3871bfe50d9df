"""One thing of the cart for another: "swap the first for the third". What is in the cart goes out, what is not comes in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from retrieval.dense import Embedder
from retrieval.examples import Examples
from retrieval.product import Product
from retrieval.superlative import by
from retrieval.words import content_stems

from .actions.compare import asking_words
from .actions.looks import so_looking, without_looks
from .actions.naming import called_in
from .actions.titles import titled
from .mentions import SUPERLATIVES, as_it, places_in, says_the_last
from .model import DialogueState, Intent, Parse, Slots
from .parts import Parts

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.0  # that two products are named, one of the cart and one not, tells it from the rest
READ_AS: tuple[Intent, ...] = ("cart_add", "cart_remove", "order_change", "refine", "feedback", "other")
_EXAMPLES = Examples.read(SENTENCES)
_BETWEEN = re.compile(r"\b(?:instead of|rather than|than|for|with|by|to|and|but)\b|,")
_NUMBERED = re.compile(r"(?:#|\b(?:number|no\.?|option) ?)\d+\b")
_NAMED = re.compile(r"(?:\b(?:the|that|this) )?\bit(?: it)*\b")
_WORD = re.compile(r"[\w'-]+")
_IT = re.compile(r"\b(?:it|that|this)\b")


def swapped(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A swap as what it is, one out and as many of the other in, where the message names one product of the cart and one that was shown
    and is not in it; else as it was read."""
    if not state.cart or any(one.intent not in READ_AS or one.products or one.choice for one in parse.in_order()):
        return parse
    named = [found for piece in _BETWEEN.split(parse.message.lower()) if (found := _named(piece, parse, state, parts))]
    lines = {line.product_id: line.quantity for line in state.cart}
    into = [one for found in named for one in found[:1] if not any(other.id in lines for other in found)]
    out = [one.id for found in named for one in found if one.id in lines] or _just_added(state)
    if len(into) != 1 or len(set(out)) != 1:
        return parse
    if not asks_to_swap(parse.message, [*into, *parts.catalog.get_many(out[:1])], parts.embedder):
        return parse
    add = Parse("cart_add", Slots(quantity=lines[out[0]]), ("cart_add",), products=(into[0].id,))
    return replace(
        parse, intent="cart_remove", slots=Slots(), acts=("cart_remove", "cart_add"), products=(out[0],), then=add
    )


def asks_to_swap(message: str, products: Sequence[Product], embedder: Embedder) -> bool:
    """Whether the message, with "it" for the products that it names, asks for one in place of the other."""
    text = _NUMBERED.sub("it", as_it(without_looks(message))).lower()
    names = {stem for product in products for stem in content_stems(product.title)}
    for word in dict.fromkeys(_WORD.findall(text)):
        text = re.sub(rf"\b{re.escape(word)}\b", "it", text) if set(content_stems(word)) & names else text
    return _EXAMPLES.surest(_NAMED.sub("it", text), embedder, least=LEAST, ahead=AHEAD) == "swap"


def _named(piece: str, parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """What a piece of the message names, first as shown and then as it stands in the cart; empty where it names nothing, or several."""
    shown = parts.catalog.get_many(state.shown)
    inside = parts.catalog.get_many(line.product_id for line in state.cart)
    places = places_in(piece) or ((len(shown),) if says_the_last(piece) else ())
    if len(places) == 1:
        return [one[places[0] - 1] for one in (shown, inside) if 1 <= places[0] <= len(one)]
    every = list({one.id: one for one in (*inside, *shown)}.values())
    if titles := titled(piece, state, parts):
        return titles if len(titles) == 1 else []
    if so := so_looking(replace(parse, slots=Slots(), message=piece), every) or called_in(piece, every):
        return so if len(so) == 1 else []
    return _superlative(piece, parse, shown) or [one for one in inside if _IT.search(piece) and one.id == state.focus]


def _superlative(piece: str, parse: Parse, shown: Sequence[Product]) -> list[Product]:
    """The cheapest, dearest or best rated of those shown, where the piece has the word that it was read from."""
    refs = [ref for one in parse.in_order() for ref in one.slots.ref if isinstance(ref, str) and ref in SUPERLATIVES]
    return by(SUPERLATIVES[refs[0]], shown)[:1] if len(refs) == 1 and asking_words(piece) else []


def _just_added(state: DialogueState) -> list[str]:
    """What the turn before put in, of which "the second instead" speaks."""
    added = state.acts[-1:] == ("cart_add",) and any(line.product_id == state.focus for line in state.cart)
    return [state.focus] if added and state.focus else []
