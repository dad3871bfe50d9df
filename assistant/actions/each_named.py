"""Several things that one message puts into the cart, each by its own words: "add the collar and the chew bone", of two lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.evidence import COLOR_WORDS, MATERIALS
from retrieval.product import Product
from retrieval.query import Sort
from retrieval.superlative import by
from retrieval.words import content_stems, stem

from ..mentions import without_the_cart
from ..model import DialogueState, Parse
from ..parse import clean
from ..parts import Parts
from ..places import places_by_name, places_in
from .named_too import shown_before
from .table import KNOWN, lists_of_needs, none_spoken_of, stems_said

LONGEST = 5  # words that name one thing
_BETWEEN = re.compile(r"\s*(?:,|&|\band\b|\bplus\b)\s*(?:(?:and|also)\s+)*")
_KNOWN = re.compile(rf"\b{KNOWN} (.+)$")
_IT = re.compile(r"\b(?:it|this|that)(?: one)?$")
_MANNERS = re.compile(r"(?:[ ,]*\b(?:please|thanks|thank you|too|as well|then|now|both))*[ .!]*$")
_RANKED: tuple[tuple[re.Pattern[str], Sort], ...] = (
    (re.compile(r"\b(?:cheapest|least expensive)\b"), "price_asc"),
    (re.compile(r"\b(?:dearest|priciest|most expensive)\b"), "price_desc"),
    (re.compile(r"\b(?:best|highest|top)[ -]rated\b"), "rating"),
)

Named = tuple[str, list[Product]]


def each_named(parse: Parse, state: DialogueState, parts: Parts) -> list[Named]:
    """(words, those shown that may be meant by them, [] of one that was not shown) of each thing that the message adds, joined by "and"; []
    unless there are several, something shown is among them, and one at least is named and not counted at its place."""
    acts = [one.intent for one in parse.in_order()]
    asks = {*acts} != {"cart_add"} or parse.products or "?" in parse.message
    if asks or any(one.slots.quantity for one in parse.in_order()):
        return []
    text = _MANNERS.sub("", without_the_cart(clean(parse.message)))
    first, *further = _BETWEEN.split(text)
    pieces = [
        (_named_in(first), True),
        *((_named_in(one) or one, bool(_named_in(one))) for one in further),
    ]  # whether known
    words = [one for one, _ in pieces]
    if not further or not all(words) or all(map(places_in, words)) or any(map(_says_a_look, words)):
        return []
    found = [(one, known, _meant_by(one, state, parts)) for one, known in pieces]
    surely = all(products or (known and not _IT.search(one) and not places_in(one)) for one, known, products in found)
    return [(one, products) for one, _, products in found] if surely and any(one[2] for one in found) else []


def _named_in(text: str) -> str:
    """What stands behind "the", or "it"; "" where neither does."""
    known = _KNOWN.search(text)
    it = _IT.search(text)
    return known[1] if known else it.group() if it else ""


def _says_a_look(words: str) -> bool:
    """Whether the words end with a colour, or are a material, as in "the black and white scarf", or are too many for a name."""
    *before, last = words.split()
    look = last in COLOR_WORDS or (not before and stem(last) in MATERIALS)
    return look or len(before) >= LONGEST


def _meant_by(words: str, state: DialogueState, parts: Parts) -> list[Product]:
    focus = [state.focus] if state.focus else []
    if _IT.fullmatch(words):
        return parts.catalog.get_many(focus)
    if places_in(words):
        return parts.catalog.get_many(_at_its_place(words, state))
    for rank, sort in _RANKED:
        if rank.search(words):
            return by(sort, _called(rank.sub("", words), state, parts))[:1]
    found = _called(words, state, parts)
    preferred = [one for one in found if one.id in {*state.taste.liked, *([] if none_spoken_of(state) else focus)}]
    return preferred if len(preferred) == 1 else found


def _at_its_place(words: str, state: DialogueState) -> Sequence[str]:
    """The id of what stands at the one place that the words say, in the list of the need that they name, else of what is on the table."""
    lists = lists_of_needs(state)
    named = [lists[which][1][place - 1 : place] for which, place in places_by_name(words, [name for name, _ in lists])]
    places = places_in(words)
    return named[0] if len(named) == 1 else state.shown[places[0] - 1 : places[0]] if len(places) == 1 else ()


def _called(words: str, state: DialogueState, parts: Parts) -> list[Product]:
    """What was shown and has all these words in its title, else was shown for a need of that name, else has them in its listing."""
    stems = set(content_stems(words))
    of_needs = (one for _, ids in lists_of_needs(state) for one in ids)
    ids = dict.fromkeys((*state.shown, *of_needs, *sorted(state.seen)))
    shown = parts.catalog.get_many(ids) if stems else []
    titled = [one for one in shown if stems <= set(content_stems(f"{one.brand or ''} {one.title}"))]
    return titled or shown_before(words, state, parts) or [one for one in shown if stems <= stems_said(one)]
