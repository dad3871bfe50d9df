"""Several things that one message puts into the cart, each by its own words: "add the collar and the chew bone", of two lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.evidence import COLOR_WORDS, MATERIALS
from retrieval.product import Product
from retrieval.query import Sort
from retrieval.superlative import by
from retrieval.words import content_stems, content_words, stem

from ..mentions import without_the_cart
from ..model import DialogueState, Parse
from ..normalize import amounts
from ..parse import clean
from ..parts import Parts
from ..places import COUNTS, places_by_name, places_in
from ..state import LOOKS_AT_THE_CART
from .looks import is_all_of
from .named_too import shown_before
from .table import KNOWN, lists_of_needs, none_spoken_of

LONGEST = 5  # words that name one thing
_BETWEEN = re.compile(r"\s*(?:,|&|\band\b|\bplus\b)\s*(?:(?:and|also)\s+)*")
_ADDED = re.compile(rf"(?P<many>(?:[\w']+ ){{0,4}}?)(?:(?P<the>{KNOWN} )(?P<name>.+)|it)")  # "can i have the tote"
# "2 of the mugs"; "a mug" was not shown yet
_FURTHER = re.compile(
    rf"(?P<many>(?:\d{{1,2}}|{COUNTS}|a couple)(?: of| x)? )?(?P<the>{KNOWN} )?(?!(?:an?|some|another) )(?P<name>.+)"
)
_HOW_MANY = re.compile(rf"\d|\b(?:{COUNTS}|all|both|either|last)\b")
_MANNERS = re.compile(r"(?:[ ,]*\b(?:please|thanks|thank you|too|as well|both))*[ .!]*$")
_PARTED = re.compile(r"[.!?;:]|\b(?:then|next|now|but|or|it|for|with)\b")  # more than names, behind the first of them
_RANKED: tuple[tuple[re.Pattern[str], Sort], ...] = (
    (re.compile(r"\b(?:cheapest|least expensive)\b"), "price_asc"),
    (re.compile(r"\b(?:dearest|priciest|most expensive)\b"), "price_desc"),
    (re.compile(r"\b(?:best|highest|top)[ -]rated\b"), "rating"),
)

IT = "it"


class Named(NamedTuple):
    """What is added by words of its own: those shown that may be meant by them, [] of one that was not shown, and how many of it."""

    words: str
    products: list[Product]
    many: int = 1


class _Piece(NamedTuple):
    """A part of the message that names one thing. known: whether "the" stands before it."""

    words: str
    known: bool
    many: int


def each_named(parse: Parse, state: DialogueState, parts: Parts) -> list[Named]:
    """Each thing that the message adds, joined by "and"; [] unless there are several, something shown is among them, and one at least is
    named, not counted at its place or "it". Of one thing alone where it stands in an earlier list."""
    acts = {*parse.acts, *(one.intent for one in parse.in_order())}
    if not acts <= {"cart_add", *LOOKS_AT_THE_CART} or parse.products or "?" in parse.message:
        return []
    pieces = _pieces(parse.message)
    words = [one.words for one in pieces]
    read = {one.slots.quantity for one in parse.in_order()} - {None, *(one.many for one in pieces)}
    if read or any(map(_HOW_MANY.search, words)) or any(map(_says_a_look, words)) or not any(map(_is_named, words)):
        return []
    if len(pieces) == 1:
        return _from_an_earlier_list(words[0], state, parts) if pieces[0].many == 1 else []
    found = [Named(one.words, _meant_by(one.words, parse, state, parts), one.many) for one in pieces]
    new = [one.known and _is_named(one.words) for one in pieces]  # "the chandelier", which was not shown
    surely = all(one.products or may_be for one, may_be in zip(found, new, strict=True))
    return found if surely and any(one.products for one in found) else []


def _pieces(message: str) -> list[_Piece]:
    """Each thing in a message that says nothing but what is added; [] of others."""
    first, *further = _BETWEEN.split(_MANNERS.sub("", without_the_cart(clean(message))))
    found = [_ADDED.fullmatch(first), *map(_FURTHER.fullmatch, further)]
    named = [_Piece(one["name"] or IT, bool(one["the"]), _many(one["many"] or "")) for one in found if one]
    parted = any(_PARTED.search(one.words) for one in named if one.words != IT)
    return [] if len(named) < len(found) or parted else named


def _many(words: str) -> int:
    """How many the words say, 1 where they say no number."""
    return next((int(one.value) for one in amounts(words) if one.value == int(one.value)), 1)


def _is_named(words: str) -> bool:
    return words != IT and not places_in(words)


def _says_a_look(words: str) -> bool:
    """Whether the words end with a colour, or are a material, as in "the black and white scarf", or are too many for a name."""
    *before, last = words.split()
    look = last in COLOR_WORDS or (not before and stem(last) in MATERIALS)
    return look or len(before) >= LONGEST


def _meant_by(words: str, parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    read = [state.shown[ref - 1] for ref in parse.slots.ref if isinstance(ref, int) and 1 <= ref <= len(state.shown)]
    focus = [state.focus] if state.focus else []
    if words == IT:
        return parts.catalog.get_many(read if len(read) == 1 else focus)
    if places_in(words):
        return parts.catalog.get_many(_at_its_place(words, state))
    for rank, sort in _RANKED:
        if rank.search(words):
            return by(sort, _called(rank.sub("", words), state, parts))[:1]
    found = _called(words, state, parts)
    surely = {*read} if parse.confidence >= parts.confirm_below else set()
    spoken_of = {*state.taste.liked, *([] if none_spoken_of(state) else focus)}
    preferred = [[one for one in found if one.id in those] for those in (surely, spoken_of)]
    return next((ones for ones in preferred if len(ones) == 1), found)


def _at_its_place(words: str, state: DialogueState) -> Sequence[str]:
    """The id of what stands at the one place that the words say, in the list of the need that they name, else of what is on the table."""
    lists = lists_of_needs(state)
    named = [lists[which][1][place - 1 : place] for which, place in places_by_name(words, [name for name, _ in lists])]
    places = places_in(words)
    return named[0] if len(named) == 1 else state.shown[places[0] - 1 : places[0]] if len(places) == 1 else ()


def _from_an_earlier_list(words: str, state: DialogueState, parts: Parts) -> list[Named]:
    """The one thing shown whose title has all the words, where nothing on the table is so: "the red onions", of potatoes."""
    titled, table = _titled(words, state, parts), parts.catalog.get_many(state.shown)
    if len(titled) != 1 or any(is_all_of(one, content_words(words)) for one in table):
        return []
    return [Named(words, titled)]


def _called(words: str, state: DialogueState, parts: Parts) -> list[Product]:
    """What was shown and has all these words in its title, else is stated to be all of it, else was shown for a need of that name."""
    if titled := _titled(words, state, parts):
        return titled
    said = content_words(words)
    so = [one for one in _shown(state, parts) if is_all_of(one, said)] if said else []
    return so or shown_before(words, state, parts)


def _titled(words: str, state: DialogueState, parts: Parts) -> list[Product]:
    stems = set(content_stems(words))
    found = _shown(state, parts) if stems else []
    return [one for one in found if stems <= set(content_stems(f"{one.brand or ''} {one.title}"))]


def _shown(state: DialogueState, parts: Parts) -> list[Product]:
    """What was shown for any need, that on the table first."""
    of_needs = (one for _, ids in lists_of_needs(state) for one in ids)
    return parts.catalog.get_many(dict.fromkeys((*state.shown, *of_needs, *sorted(state.seen))))
