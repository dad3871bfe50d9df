"""What "the second one", "it" and "the cheaper one" point at: products shown before. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from retrieval.evidence import judge
from retrieval.kinds.of_listings import is_named, kind_at_end, kind_of
from retrieval.product import Product
from retrieval.query import Sort
from retrieval.superlative import by
from retrieval.words import content_stems

from .model import DialogueState, Slots
from .normalize import amounts

LONGEST_KIND = 3  # words behind a place that may name a kind
SUPERLATIVES: dict[str, Sort] = {"cheapest": "price_asc", "most_expensive": "price_desc", "best_rated": "rating"}
EXTREMES: dict[Sort, str] = {
    sort: name.replace("_", " ") for name, sort in SUPERLATIVES.items()
}  # what comes first in an order

_DEFINITE = re.compile(r"the (\w[\w' -]*?)(?: please| thanks)?[.!]*")
_POINTED = re.compile(r"\b(?:this|that|these|those) ([\w'-]+)( [\w'-]+)?")
_SO_MANY = re.compile(r"\b(?:all(?: of)?(?: the| these| those)?|these|those) $")
_END = re.compile(r"\b(first|last) $")
_COUNTS = "two|three|four|five|six|seven|eight|nine|ten"
_THE_LAST = re.compile(rf"\b(?:the|that) (?:very )?last\b(?! (?:few|couple|time|thing|{_COUNTS}|\d))")
_LAST = re.compile(rf"\blast\b(?! (?:few|couple|time|thing|{_COUNTS}|\d))")
_EVERY = re.compile(r"\ball\b")
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_PLACES = f"{'|'.join(_ORDINALS)}|last|former|latter|middle|top|bottom|next|{_COUNTS}|both|all|either"
_ORDINAL = re.compile(
    rf"\b(?P<word>{'|'.join(_ORDINALS)})\b|\b(?P<digits>\d+)(?:st|nd|rd|th)\b|(?:#|\b(?:number|no\.?|option|of)) ?(?P<named>\d+)\b"
)
_ORDINAL_OR_LAST = re.compile(rf"{_ORDINAL.pattern}|\blast\b")
_ENDS = re.compile(r"[.,;:!?]|\b(?:and|then|but)\b")  # what is said behind it names nothing of what stands before it
_JOINS = re.compile(r"\s*(?:,|&|\band\b|\bor\b)\s*(?:and\s+)?(?:the\s+)?")
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
_MOST_OF_ALL = re.compile(r"\b(?:cheapest|lowest|least|sort|sorted|order|ordered|ascending)\b")
_PRONOUN = re.compile(r"^\s*ones?\b")
_PLACE = re.compile(rf"\d|\b(?:{_PLACES})\b")
_COUNTED = re.compile(rf"\b\d+(?:st|nd|rd|th)\b|#\s?\d|\bnumbers? \d|\b(?:{_PLACES})\b")
_ONE_OF = re.compile(rf"\b(?:the|this|that) (?:{_PLACES})(?: one)?\b", re.IGNORECASE)
_STANDS_FOR = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|both|all|either|another|former|latter|last|next|(?:the|which) (?:[\w'-]+ ){0,3}ones?)\b"
)
_IT = re.compile(r"\bit(?:['’]?s)?\b")
_POSITION = re.compile(rf"\d|\b(?:{_PLACES}|it|its|this|that|these|those|them|they)\b")


def says_a_place(message: str) -> bool:
    """Whether a word of the message is one for a place in a list ("the second", "both", "#3"); a number by itself is none."""
    return bool(_COUNTED.search(message.lower()))


def places_in(message: str) -> tuple[int, ...]:
    """The places in a list that the message says, from 1, in the order said: (2,) of "the second is too big", () of "the last one"."""
    return tuple(_place(match) for match in _ORDINAL.finditer(message.lower()))


def places_to_the_last(message: str, listed: int, *, surely: bool = True) -> tuple[int, ...]:
    """The places of a list as long as `listed` that the message counts, where one is its end: (1, 5) of "the first and the last"; () of
    "the last two". surely: False where the word by itself is enough."""
    counts = (_THE_LAST if surely else _LAST).search(message.lower())
    return tuple(place for place, _ in _counted_places(message, listed)) if counts else ()


def places_by_name(message: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """(which of the names, place) of each place in the message that stands before a name: of sofas and tables "the second sofa and the
    first and third table" is (0, 2), (1, 1), (1, 3). Empty where a place has none of the names after it in its part of the sentence, or
    several: "the first one. Now the tables" names no table. "The first oxfords" are oxford shoes, where these alone have the word."""
    text = message.lower()
    found, stems = list(_ORDINAL.finditer(text)), [content_stems(name) for name in names]
    places, named = list[tuple[int, int]](), list[int]()
    for match, after in reversed(list(zip_longest(found, found[1:]))):
        behind = text[match.end() : after.start() if after else None]
        if not (after and _JOINS.fullmatch(behind)):
            said, next_word = content_stems(_ENDS.split(behind)[0]), content_stems(" ".join(behind.split()[:1]))
            by_kind = [which for which, words in enumerate(stems) if words and words[-1] in said]
            named = by_kind or [which for which, words in enumerate(stems) if set(next_word) & set(words)]
            if len(named) != 1:
                return []
        places.insert(0, (named[0], _place(match)))
    return places


def kind_behind_place(message: str) -> str | None:
    """The kind of thing that stands right behind the one place that the message says: "scarf" of "add the first scarf, please"; None
    where none does, or several places are said."""
    text = message.lower()
    found = list(_ORDINAL.finditer(text))
    if len(found) != 1:
        return None
    behind = _ENDS.split(text[found[0].end() :])[0].split()[:LONGEST_KIND]
    names = (" ".join(behind[: count + 1]) for count in reversed(range(len(behind))))
    return next((name for name in names if kind_at_end(name)[0]), None)


def _place(match: re.Match[str]) -> int:
    return _ORDINALS.index(match["word"]) + 1 if match["word"] else int(match["digits"] or match["named"])


def ordinal(place: int) -> str:
    """The word for a place in a list, from 1: "third" of 3, "12th" of 12."""
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else f"{place}th"


def as_it(text: str) -> str:
    """The text with "it" for a place in a list: "what does the first one cost" asks what "what does it cost" asks."""
    return _ONE_OF.sub("it", text)


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


def names_a_list_alone(message: str) -> bool:
    """Whether the one place that the message says is that of a list and not of a thing in it: "go back to the first list", "back to the
    first ones"."""
    text = message.lower()
    places = list(_ORDINAL_OR_LAST.finditer(text))
    return len(places) == 1 and bool(
        re.match(r" (?:list|page|results?)\b", text[places[0].end() :])
        or (re.search(r"\bback to the $", text[: places[0].start()]) and text[places[0].end() :].startswith(" ones"))
    )


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


def from_an_end(shown: Sequence[Product], message: str) -> list[Product]:
    """The shown products that a number counts from an end of the list: "the first three", "the last 2"; else none."""
    text = message.lower()
    numbers = [amount for amount in amounts(text) if amount.text != "pair"]  # "the first pair" of shoes is one
    counted = [(int(amount.value), found) for amount in numbers if (found := _END.search(text[: amount.start]))]
    if len(counted) != 1 or not 2 <= counted[0][0] <= len(shown):
        return []
    ((count, found),) = counted
    return list(shown[:count] if found[1] == "first" else shown[-count:])


def counted_by_name(shown: Sequence[Product], message: str) -> list[Product]:
    """The first of those shown that a number counts by their name, "the two claw hammers" among hammers of other kinds; else none."""
    text = message.lower()
    for amount in amounts(text):
        behind = (
            _ENDS.split(text[amount.end :])[0].split()[:LONGEST_KIND] if text[: amount.start].endswith("the ") else []
        )
        for count in range(len(behind), 0, -1):
            name = set(content_stems(" ".join(behind[:count])))
            called = [one for one in shown if name <= set(content_stems(one.title))] if name else []
            if 2 <= amount.value <= len(called) < len(shown):
                return called[: int(amount.value)]
    return []


def as_many_as_said(found: list[Product], slots: Slots, message: str) -> list[Product]:
    """Of all products those that a number counts: "all three" of five shown are the first three, which the reply named."""
    if slots.ref != ("all",):
        return found
    said = [amount for amount in amounts(message.lower()) if _SO_MANY.search(message.lower()[: amount.start])]
    return found[: int(said[0].value)] if len(said) == 1 and said[0].value >= 2 else found


def counts_said(message: str, refs: Sequence[int | str], listed: int = 0) -> tuple[int, ...]:
    """The number that stands before each place in the message, 0 where none does: "two of the first and the third" is (2, 0).

    Empty where the places of the message are not these, so that it cannot be told which number is of which. listed: how long the list is
    of which one is "the last", 0 where that is no place.
    """
    found = _counted_places(message, listed)
    return tuple(count for _, count in found) if [place for place, _ in found] == list(refs) else ()


def places_with_counts(message: str, listed: int, read: Sequence[int | str] = ()) -> tuple[int, ...]:
    """The places of the message, from 1, where it says several and how many of each: (1, 4) of "two of the first and one of the last"; or
    how many of one that was not among those read, so that not all were: (1, 2) of "the first and two of the second", read as (1,)."""
    found = _counted_places(message, listed)
    counts_all = all(count for _, count in found)
    left_out = any(count and place not in read for place, count in found)
    each = len(found) > 1 and all(1 <= place <= listed for place, _ in found)
    return tuple(place for place, _ in found) if each and (counts_all or left_out) else ()


def _counted_places(message: str, listed: int) -> list[tuple[int, int]]:
    """(place, the number before it or 0) of each place in the message, in the order said."""
    text, begin, found = message.lower(), 0, list[tuple[int, int]]()
    for match in (_ORDINAL_OR_LAST if listed else _ORDINAL).finditer(text):
        before = _PRONOUN.sub("", text[begin : match.start()]) if begin else text[: match.start()]
        said = [amount for amount in amounts(before) if amount.text != "both"]  # "both the first and the second"
        place = _place(match) if match.group() != "last" else listed
        found.append((place, int(said[-1].value) if said else 0))
        begin = match.end()
    return found


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
