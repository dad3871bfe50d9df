"""What "the second one", "it" and "the cheaper one" point at: products shown before. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.evidence import judge
from retrieval.kinds.of_listings import is_named, kind_at_end, kind_of
from retrieval.product import Product
from retrieval.query import Sort
from retrieval.superlative import by
from retrieval.words import content_stems

from .model import DialogueState, Slots
from .places import PLACES, places_in, says_a_place

SUPERLATIVES: dict[str, Sort] = {"cheapest": "price_asc", "most_expensive": "price_desc", "best_rated": "rating"}
EXTREMES: dict[Sort, str] = {
    sort: name.replace("_", " ") for name, sort in SUPERLATIVES.items()
}  # what comes first in an order

_DEFINITE = re.compile(r"the (\w[\w' -]*?)(?: please| thanks)?[.!]*")
_POINTED = re.compile(r"\b(?:this|that|these|those) ([\w'-]+)( [\w'-]+)?")
_EVERY = re.compile(r"\ball\b")
_EACH = re.compile(r"\b(?:each|apiece|of (?:both|every))\b")
_OF_EACH = re.compile(r"\b(?:both|each|apiece|all of (?:them|these|those)|all together|altogether)\b")
_OF_ALL = re.compile(r"\b(?:both|each|all|apiece|every)\b")
_THEM = re.compile(r"\b(?:them|those|these)\b")
_THAT_ONE = re.compile(r"\b(?:this|that) one\b")
_INTO_THE_CART = re.compile(
    r"\b(?:in|into|to|inside) (?:(?:the|my|your|our) )?(?:cart|basket|bag|trolley|card)\b", re.IGNORECASE
)
_BETTER = re.compile(r"\bthe (?:better|best)\b(?! (?:rated|reviewed|price|deal|value))")
_THE_ONE = re.compile(r"\b(?:the|that|this) (?:[\w'-]+ ){1,2}one\b")
_OF_THOSE = re.compile(r"\bof (?:them|those|these)\b")
_SEVERAL = re.compile(r"\b(?:these|those|they|them|ones|none|all|any|both|others?)\b")
_ADDED_UP = re.compile(r"\b(?:together|in total|altogether|combined|for (?:all|both))\b", re.IGNORECASE)
_OF_PRICES = frozenset(content_stems("how much what price prices cost costs come be total pay"))
_SAY_PLACES = frozenset(
    content_stems("first second third fourth fifth last one two three four five of them these those")
)
_MOST_OF_ALL = re.compile(r"\b(?:cheapest|lowest|least|sort|sorted|order|ordered|ascending)\b")
_PLACE = re.compile(rf"\d|\b(?:{PLACES})\b")
_STANDS_FOR = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|both|all|either|another|former|latter|last|next|(?:the|which) (?:[\w'-]+ ){0,3}ones?)\b"
)
_IT = re.compile(r"\bit(?:['’]?s)?\b")
_POSITION = re.compile(rf"\d|\b(?:{PLACES}|it|its|this|that|these|those|them|they)\b")


def says_several(message: str) -> bool:
    """Whether a word of the message stands for several things: "none of these"."""
    return bool(_SEVERAL.search(message.lower()))


def says_ones(message: str) -> bool:
    """Whether a word of the message is one for several things of a kind, which "these" is not where the thing is a pair of shoes."""
    return bool(re.search(r"\bones\b", message.lower()))


def says_of_those(message: str) -> bool:
    """Whether the message speaks of one or some among things that are on the table: "the cheapest of those"."""
    return bool(_OF_THOSE.search(message.lower()))


def says_which(message: str) -> bool:
    """Whether a word of the message points at a product: a place in a list, "it", "those"."""
    return bool(_POSITION.search(message.lower()))


def says_it(message: str) -> bool:
    """Whether the message has "it" for a thing."""
    return bool(_IT.search(message.lower()))


def says_it_alone(message: str) -> bool:
    """Whether the message points at one thing by "it", and has no word or number for a place, nor another pronoun."""
    text = message.lower()
    return (
        bool(_IT.search(text))
        and not _POSITION.search(_IT.sub(" ", text))
        and not _STANDS_FOR.search(_IT.sub(" ", text))
    )


def points_back(message: str) -> bool:
    """Whether a word of the message stands for what was shown or spoken of: a place in a list, "it", "those", "the blue one"."""
    return bool(places_in(message) or _STANDS_FOR.search(message.lower()))


def says_the(message: str, name: str) -> bool:
    """Whether the message speaks of the thing as one that is known: "the lamp", "that lamp"."""
    return bool(re.search(rf"\b(?:the|this|that|these|those|my) {re.escape(name)}\b", message.lower()))


def says_both(message: str) -> bool:
    return bool(re.search(r"\bboth\b", message.lower()))


def says_all(message: str) -> bool:
    """Whether all is said in so many words, which "both" and "them" do not."""
    return bool(_EVERY.search(message.lower()))


def says_together(message: str) -> bool:
    """Whether the message speaks of several things added up: "how much are they together"."""
    return bool(_ADDED_UP.search(message))


def asks_a_price(text: str) -> bool:
    """Whether the text asks what something costs and nothing else, whichever of those shown it is, and however many are added up."""
    said = set(content_stems(_ADDED_UP.sub(" ", text)))
    return said <= _OF_PRICES | _SAY_PLACES and not said.isdisjoint(_OF_PRICES)


def says_them(message: str) -> bool:
    """Whether the message points at several things by a pronoun: "add them"."""
    return bool(_THEM.search(message.lower()))


def says_that_one(message: str) -> bool:
    """Whether the message points at one thing among others: "that one"."""
    return bool(_THAT_ONE.search(message.lower()))


def says_the_better(message: str) -> bool:
    """Whether the message means one of several by its being better: "the better one", "the best of them"."""
    return bool(_BETTER.search(message.lower()))


def means_one(slots: Slots, message: str) -> bool:
    """Whether one thing is meant, by what it is and not by its place: "the knife", "the grey one"."""
    ref, said = slots.ref, message.lower()
    one = len(ref) == 1 and (isinstance(ref[0], int) or ref == ("last",))
    called = not ref and len(_THE_ONE.findall(said)) == 1
    return (one or called) and not (says_a_place(said) or says_them(said) or says_each(said))


def says_an_order(message: str) -> bool:
    """Whether a word of the message asks for an order from the cheapest on, which "cheaper" and "less" do not."""
    return bool(_MOST_OF_ALL.search(message.lower()))


def says_each(message: str) -> bool:
    """Whether a number of the message is one of each product: "two of each"."""
    return bool(_EACH.search(message.lower()))


def says_of_all(message: str) -> bool:
    """Whether something is said of several things at once: "both under 100", "each in black"."""
    return bool(_OF_ALL.search(message.lower()))


def says_of_each(message: str) -> bool:
    """Whether a message that names nothing speaks of each of several things: "both under 50", "40 each", but not "all black"."""
    return bool(_OF_EACH.search(message.lower()))


def says_into_the_cart(message: str) -> bool:
    """Whether something is to go into the cart in so many words: "put the cheapest one in my basket"."""
    return bool(_INTO_THE_CART.search(message))


def without_the_cart(message: str) -> str:
    """The message without the words for the cart that something is to go into, "to my bag", which name no bag shown."""
    return _INTO_THE_CART.sub(" ", message)


def by_name(slots: Slots, message: str, shown: Sequence[Product]) -> list[Product]:
    """The shown products that the message names, where positions, or the one last spoken of, were read in it that it has no word for, or
    nothing at all: "the bear" is no second one.

    Empty where it says a position, or names none of them apart from the others. "That rod" is the one rod, whatever was spoken of last.
    """
    alone = len(shown) > 1 and not _PLACE.search(message.lower())
    if alone and len(pointed := _pointed_at(message.lower(), shown)) == 1:
        return pointed
    if slots == Slots():
        definite = _DEFINITE.fullmatch(message.strip().lower())
        return _named(Slots(product=definite.group(1)), shown) if definite else []
    guessed = slots.ref == ("last",) or all(isinstance(ref, int) for ref in slots.ref)
    if not slots.ref or not guessed or _POSITION.search(message.lower()):
        return []
    return _named(Slots(product=without_the_cart(message)), shown)


def _pointed_at(message: str, shown: Sequence[Product]) -> list[Product]:
    """The shown products that a noun after "that" or "this" names: "that rod looks great"."""
    found: dict[str, Product] = {}
    for noun, further in _POINTED.findall(message):
        named = _named(Slots(product=noun + further), shown)
        found |= {one.id: one for one in named if set(content_stems(noun)) & set(content_stems(one.title))}
    return list(found.values())


def mentioned(
    slots: Slots, state: DialogueState, shown: Sequence[Product], beside: Sequence[Product] = ()
) -> list[Product]:
    """The products that the slots point at, in the order said; empty when they point at none.

    shown: the products of `state.shown`, in that order; beside: one spoken of that is not among them. A position past the end points at
    nothing. "last" is the product last spoken of; "all" and the cheapest are of those compared, where some were. Without a reference, a
    name that only one of all these has is enough.
    """
    found = [product for ref in slots.ref for product in _one(ref, slots, state, shown, beside)]
    found = found or _named(slots, [*shown, *beside])
    return list({product.id: product for product in found}.values())


def _one(
    ref: int | str, slots: Slots, state: DialogueState, shown: Sequence[Product], beside: Sequence[Product]
) -> list[Product]:
    if isinstance(ref, int):
        return _at(ref, slots.product, shown)
    if ref == "all":
        return _pool(state, shown)
    if ref == "last":
        return [product for product in (*shown, *beside) if product.id == state.focus] or list(shown[:1])
    return by(SUPERLATIVES[ref], _described(slots, _called(slots.product, _pool(state, shown))))[:1]


def _at(place: int, name: str | None, shown: Sequence[Product]) -> list[Product]:
    """The product at that place; of lamps and rugs in one list "the first rug" is the first of the rugs, unless the first of all is one."""
    there = [shown[place - 1]] if 1 <= place <= len(shown) else []
    named = [product for product in shown if _is_a(product, name)] if name else []
    if not 1 <= place <= len(named) or (there and there[0] in named):
        return there
    return [named[place - 1]]


def _called(name: str | None, products: Sequence[Product]) -> Sequence[Product]:
    """Those that the name names, all where it names none: "the cheapest steak" is no butter that was shown beside steaks."""
    return [one for one in products if _is_a(one, name)] or products if name else products


def _is_a(product: Product, name: str) -> bool:
    """Whether the last word of the name stands in the product's title or category, or it is of a kind that is called so: oxfords are
    shoes."""
    own = content_stems(" ".join((product.title, *product.category)))
    return set(content_stems(name)[-1:]) <= set(own) or is_named(kind_of(product), kind_at_end(name)[0])


def _described(slots: Slots, products: Sequence[Product]) -> list[Product]:
    """Those that have every property said: of "the cheapest acoustic one" no electric guitar, however cheap."""
    wishes = [(field, wish) for field in ("color", "material", "features") for wish in getattr(slots, field)]
    return [one for one in products if all(judge(one, *wish).status == "met" for wish in wishes)]


def tied(slots: Slots, state: DialogueState, shown: Sequence[Product]) -> list[Product]:
    """The products that "the cheaper one" may be, in the order shown, where several cost as little (or as much); else none."""
    if slots.ref not in (("cheapest",), ("most_expensive",)):
        return []
    (best,) = mentioned(slots, state, shown)[:1] or (None,)
    pool = _described(slots, _called(slots.product, _pool(state, shown)))
    alike = [product for product in pool if best and product.price == best.price]
    return alike if len(alike) > 1 else []


def _pool(state: DialogueState, shown: Sequence[Product]) -> list[Product]:
    """Those compared last, where some were; else all shown."""
    return [product for product in shown if product.id in state.compared] or list(shown)


def _named(slots: Slots, shown: Sequence[Product]) -> list[Product]:
    """The shown products that share the most words of their title with what was said; none when they all share as many."""
    said = {
        word
        for text in (slots.product, slots.brand, *slots.features, *slots.color)
        if text
        for word in content_stems(text)
    }
    shared = {product.id: len(said & set(content_stems(f"{product.brand or ''} {product.title}"))) for product in shown}
    most = max(shared.values(), default=0)
    best = [product for product in shown if shared[product.id] == most]
    return best if most and (len(best) < len(shown) or len(shown) == 1) else []
