"""One thing of the cart for another: "swap the first for the third". What is in the cart goes out, what is not comes in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from retrieval.dense import Embedder
from retrieval.evidence import COLORS
from retrieval.examples import Examples
from retrieval.kinds.of_listings import is_named, kind_of, kinds_named
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.superlative import by
from retrieval.words import content_stems, content_words, stem

from ..actions.compare import asking_words
from ..actions.looks import so_looking, without_looks
from ..actions.naming import called_in
from ..actions.titles import titled
from ..mentions import SUPERLATIVES
from ..model import Choice, DialogueState, Intent, Parse, Slots
from ..parts import Parts
from ..places import as_it, places_in, places_to_the_last

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.0  # that two products are named, one of the cart and one not, tells it from the rest
READ_AS: tuple[Intent, ...] = ("cart_add", "cart_remove", "order_change", "refine", "feedback", "other")
_EXAMPLES = Examples.read(SENTENCES)
_DESCRIBING = ("color", "material", "size", "features", "exclude", "brand", "price_min", "price_max", "sort")
_BETWEEN = re.compile(r"(\b(?:instead of|rather than|than|for|with|by|to|and|but)\b|,)")
_OUT_BEFORE = frozenset(("for", "with", "by", "to"))  # "swap it for the second"
_OUT_AFTER = frozenset(("instead of", "rather than", "than"))
_NUMBERED = re.compile(r"(?:#|\b(?:number|no\.?|option) ?)\d+\b")
_NAMED = re.compile(r"(?:\b(?:the|that|this) )?\bit(?: it)*\b")
_WORD = re.compile(r"[\w'-]+")
_IT = re.compile(r"\b(?:it|that|this)\b")
_ONE = re.compile(r"\bone\b(?: of (?:them|these|those))?")
_A_THING = re.compile(r"\b(?:the|that|this|these|which|other|an?|another|some)\b (?:[\w'-]+ ){0,3}?ones?\b")
_ANOTHER = re.compile(r"\b(?:an?|another|some) ((?:[\w'-]+ ){0,3})ones?\b")  # what no list has named yet: "a black one"
NOT_YET = "Nothing goes out before you say what comes in, as “swap it for the second”."


def swapped(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A swap as what it is, one out and as many of the other in, where the message names one product of the cart and one that was shown
    and is not in it; of several alike, of which "one" is said, one goes. While nothing is in the cart, the other alone, to be asked about.
    A swap for what is only described ("a black one") looks for that, and takes nothing out yet; what takes out alone, of a swap of which
    nothing comes in, is to be asked about too; for what was put in just now, the cart is shown. Else as it was read."""
    if any(one.intent not in READ_AS or one.products or one.choice for one in parse.in_order()):
        return parse
    if _only_takes_out(parse, state, parts):
        return parse
    lines = {line.product_id: line.quantity for line in state.cart}
    out, into = _out_and_in(parse, state, parts)
    named = parts.catalog.get_many(lines) if out is None or into is None else [into, out]
    if not asks_to_swap(parse.message, named, parts.embedder):
        return parse
    if out is None or into is None:
        if _is_in_already(parse, state, parts):
            return replace(parse, intent="cart_view", slots=Slots(), acts=("cart_view",))
        takes_out = parse.intent == "cart_remove" and parse.then is None
        return _looking_for(parse, state) or (replace(parse, yes=False) if takes_out else parse)
    if not lines:
        return replace(
            parse, intent="cart_add", slots=Slots(), acts=("cart_add",), products=(into.id,), then=None, confidence=0.0
        )
    goes = 1 if _says_one(parse.message) else lines[out.id]
    add = Parse("cart_add", Slots(quantity=goes), ("cart_add",), products=(into.id,))
    stay = Choice((out.id,), lines[out.id] - goes) if goes < lines[out.id] else None
    return replace(
        parse,
        intent="cart_remove",
        slots=Slots(),
        acts=("cart_remove", "cart_add"),
        products=(out.id,),
        choice=stay,
        then=add,
    )


def _only_takes_out(parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether what was read as taking out by name names one line of the cart, and no word stands for one thing in place of another:
    "remove the bag, I changed my mind", while other bags are on the table."""
    inside = parts.catalog.get_many(line.product_id for line in state.cart)
    named = parse.slots.product is not None and bool(_of_the_kind(parse.slots.product, inside))
    for_another = set(_BETWEEN.split(parse.message.lower())[1::2]) & (_OUT_BEFORE | _OUT_AFTER)
    return parse.intent == "cart_remove" and parse.then is None and named and not for_another


def _is_in_already(parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether what is to come in by its place is nothing but what the turn before put in: "no, the second", which was the cheapest."""
    named = [one.id for one in _named(parse.message.lower(), parse, state, parts)]
    alone = parse.intent == "cart_add" and parse.then is None and parse.slots.quantity is None
    return alone and places_in(parse.message) != () and named != [] and named == _just_added(state)


def _says_one(message: str) -> bool:
    """Whether one of several alike is to go: in "swap one for the third one" the first "one" is a number, the second stands for a thing."""
    return bool(_ONE.search(_A_THING.sub("it", message.lower())))


def _looking_for(parse: Parse, state: DialogueState) -> Parse | None:
    """The narrowing by what is said of something that is to come in and that nothing shown is told apart by; None where nothing is said
    of it, or there is no need to narrow."""
    described = _ANOTHER.search(parse.message.lower())
    if described is None or not state.cart or state.constraints == Constraints():
        return None
    said = next(
        (one.slots for one in parse.in_order() if any(getattr(one.slots, name) for name in _DESCRIBING)), Slots()
    )
    wishes = Slots(**{name: getattr(said, name) for name in _DESCRIBING})
    colors = tuple(word for word in content_words(described[1]) if stem(word) in COLORS)
    wishes = replace(wishes, color=wishes.color or colors)
    if wishes == Slots():
        return None
    return Parse(
        "refine", replace(wishes, product=said.product), ("refine",), parse.confidence, parse.message, note=NOT_YET
    )


def _out_and_in(parse: Parse, state: DialogueState, parts: Parts) -> tuple[Product | None, Product | None]:
    """What goes out and what comes in of a swap: what is in the cart tells which is which; where it tells too little, as of places in a
    list and in the cart, the word between the two does."""
    pieces = _BETWEEN.split(parse.message.lower())
    places = [place for place in range(0, len(pieces), 2) if pieces[place].strip()]
    said = [(place, found) for place in places if (found := _named(pieces[place], parse, state, parts))]
    inside = {line.product_id for line in state.cart}
    into = [found[0] for _, found in said if not any(one.id in inside for one in found)]
    out = [one for _, found in said for one in found if one.id in inside]
    out = out or parts.catalog.get_many(
        _just_added(state) or _the_only_one(pieces, [place for place, _ in said], state)
    )
    if len(into) == 1 and len({one.id for one in out}) == 1:
        return out[0], into[0]
    added = parts.catalog.get_many(_just_added(state))
    others = [found for _, found in said if found != added]  # than "it"
    if added and len(others) == 1:  # "no, the first" is of the list
        return added[0], next((one for one in others[0] if one.id not in inside), None)
    if len(said) != 2:
        return None, None
    (first, one), (last, other) = said
    between = set(pieces[first + 1 : last : 2])
    if not between & (_OUT_BEFORE | _OUT_AFTER):
        return None, None
    goes, comes = (one, other) if between & _OUT_BEFORE else (other, one)
    leaving = [each for each in goes if each.id in inside or not inside]
    coming = [each for each in comes if each.id not in inside]
    apart = leaving and coming and leaving[0].id != coming[0].id
    return (leaving[0], coming[0]) if apart else (None, None)


def _the_only_one(pieces: Sequence[str], naming: Sequence[int], state: DialogueState) -> list[str]:
    """What alone is in the cart, where a piece of the message that names nothing says "it" or "one" for it."""
    points = any(_IT.search(piece) or _ONE.search(piece) for place, piece in enumerate(pieces) if place not in naming)
    return [state.cart[0].product_id] if len(state.cart) == 1 and points else []


def asks_to_swap(message: str, products: Sequence[Product], embedder: Embedder) -> bool:
    """Whether the message, with "it" for the products that it names, asks for one in place of the other."""
    text = _NUMBERED.sub("it", as_it(without_looks(message))).lower()
    if _ANOTHER.search(text) and len(_BETWEEN.split(text)) > 1:  # "make it only one" says a number
        text = _ONE.sub("it", _ANOTHER.sub("it", text))
    names = {stem for product in products for stem in content_stems(product.title)}
    for word in dict.fromkeys(_WORD.findall(text)):
        text = re.sub(rf"\b{re.escape(word)}\b", "it", text) if set(content_stems(word)) & names else text
    return _EXAMPLES.surest(_NAMED.sub("it", text), embedder, least=LEAST, ahead=AHEAD) == "swap"


def _named(piece: str, parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """What a piece of the message names, first as shown and then as it stands in the cart; empty where it names nothing, or several."""
    shown = parts.catalog.get_many(state.shown)
    inside = parts.catalog.get_many(line.product_id for line in state.cart)
    places = places_to_the_last(piece, len(shown)) or places_in(piece)
    if len(places) == 1:
        return _called_most(piece, [one[places[0] - 1] for one in (shown, inside) if 1 <= places[0] <= len(one)])
    every = list({one.id: one for one in (*inside, *shown)}.values())
    seen = state.seen.union(*(need.seen for need in state.earlier))
    before = parts.catalog.get_many(sorted(seen - {one.id for one in every}))
    if titles := titled(piece, state, parts):
        return titles if len(titles) == 1 else []
    if so := so_looking(replace(parse, slots=Slots(), message=piece), every, before) or called_in(piece, every):
        return so if len(so) == 1 else []
    it = [one for one in inside if _IT.search(piece) and one.id == state.focus]
    return _superlative(piece, parse, shown) or it or _of_the_kind(piece, inside)


def _of_the_kind(piece: str, inside: Sequence[Product]) -> list[Product]:
    """The one product of the cart that is of a kind which the piece names: "the shoes"; empty where several are."""
    found = [one for one in inside if is_named(kind_of(one), kinds_named(piece))]
    return found if len(found) == 1 else []


def _called_most(piece: str, products: Sequence[Product]) -> list[Product]:
    """Of what stands at one place of several lists what the words beside it are for, each where there are none: of mugs in the cart and
    bowls on the table "the second bowl"."""
    said = set(content_stems(piece))
    shared = [len(said & set(content_stems(" ".join((one.title, *one.category))))) for one in products]
    return [one for one, count in zip(products, shared, strict=True) if count == max(shared)]


def _superlative(piece: str, parse: Parse, shown: Sequence[Product]) -> list[Product]:
    """The cheapest, dearest or best rated of those shown, where the piece has the word that it was read from."""
    refs = [ref for one in parse.in_order() for ref in one.slots.ref if isinstance(ref, str) and ref in SUPERLATIVES]
    return by(SUPERLATIVES[refs[0]], shown)[:1] if len(refs) == 1 and asking_words(piece) else []


def _just_added(state: DialogueState) -> list[str]:
    """What the turn before put in, of which "the second instead" speaks."""
    added = state.acts[-1:] == ("cart_add",) and any(line.product_id == state.focus for line in state.cart)
    return [state.focus] if added and state.focus else []
