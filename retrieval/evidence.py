"""Whether a product meets a wish, and the product's own words that say so. Never a guess: what is not stated is said to be not stated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from .audience import for_whom
from .measure import Measure, measures, only_measure
from .product import Product
from .query import either
from .words import DENIED, NEGATIONS, Word, content_stems, content_words, negated, only_denied, quote, stem, words

Status = Literal["met", "unmet", "unstated"]

# The basic colour words of English and those that shops print most; used to see that a listing states another colour, and what a
# mistyped word may have been.
COLOR_WORDS = tuple(
    "black white gray silver gold brass copper bronze red pink rose purple violet lilac lavender mauve blue navy teal turquoise aqua "
    "green olive mint sage khaki yellow mustard orange coral peach brown tan beige cream ivory burgundy maroon".split()
)
COLORS = frozenset(map(stem, COLOR_WORDS))
# What things are made of, as shops print it; used only to see which sentence of a listing speaks of the material.
MATERIALS = frozenset(
    stem(material)
    for material in "acrylic alpaca aluminum bamboo bone brass bronze canvas cardboard cashmere ceramic chrome clay concrete copper "
    "cork cotton crystal denim enamel felt fleece fur glass gold granite iron jute lace latex leather linen mahogany "
    "maple marble merino mesh metal mohair nylon oak paper pearl pewter pine plastic platinum polyester porcelain "
    "rattan resin rosewood rubber satin silicone silk silver slate spandex spruce steel stone stoneware straw suede "
    "teak terracotta titanium tweed velvet vinyl viscose walnut wax wicker willow wood wooden wool woolen".split()
)
_NAMES = {"color": ("color",), "size": ("size",), "material": ("materi", "fabric")}  # stems, in American spelling
_BESIDE = re.compile(
    r"\b(?:pair(?:s|ed|ing)?\b(?! of\b)[^.,;:!?]*?\bwith|accessori[sz]ed with|complement(?:s|ed|ing)?|against|alongside)\b[^.,;:!?]*",
    re.IGNORECASE,
)  # what a description sets beside the thing: "paired with a crisp blue shirt"
LESS = "less"
_BEST_FIRST: tuple[Status, ...] = ("met", "unstated", "unmet")
_SIZES = {"xs": "extra small", "s": "small", "m": "medium", "l": "large", "xl": "extra large", "xxl": "2xl"}


@dataclass(frozen=True)
class Evidence:
    """One wish against one product. words: the product's own words, None when it has none on the matter; of a size in a unit that cannot be
    compared they are what is unstated's reason. source: the field or attribute they stand in."""

    field: str
    wish: str
    status: Status
    words: str | None = None
    source: str | None = None


def judge(product: Product, field: str, wish: str) -> Evidence:
    """How the product stands to one soft wish (color, material, size or features), with the words it was read from.

    What the record states decides; else the listing's text, then its categories; a colour that the title states differently is unmet.
    Colours and materials of what the description sets beside the thing ("pairs with green plants") are not its own. "For my mum" is met by
    what is for women, "electric or acoustic" by either, which is the evidence's wish then.
    """
    if field != "features":
        return _judged(product, field, wish)
    each = [replace(_judged(product, field, for_whom(one)), wish=one) for one in either(wish)]
    best = min(each, key=lambda one: _BEST_FIRST.index(one.status))
    return best if best.status == "met" else replace(best, wish=wish)


def _judged(product: Product, field: str, wish: str) -> Evidence:
    wanted = _canonical(field, wish)
    if not wanted:  # an emoji or a sign: the empty set of words would be met by everything
        return Evidence(field, wish, "unstated")
    if field == "size" and (asked := only_measure(wish)):
        return _measured(product, wish, asked)
    stated = list(_stated(product, field))
    for source, value in stated:
        text = f"{source} {value}" if field == "features" else value
        if set(wanted) <= set(_canonical(field, text)):
            said = value if field != "features" else f"{source}: {value}"
            own = value if set(wanted) <= set(_canonical(field, value)) else text  # not the name, which denies nothing
            denied = negated(own, wanted) and not set(wish.split()) & NEGATIONS
            return Evidence(field, wish, "unmet" if denied else "met", said, source)
    if field == "features":
        for source, value in _refusals(product):
            if set(wanted) <= set(content_stems(source)):
                return Evidence(field, wish, "unmet", f"{source}: {value}", source)
    elif stated:
        source = stated[0][0]
        return Evidence(field, wish, "unmet", ", ".join(dict.fromkeys(value for _, value in stated)), source)
    if field in ("size", "features") and (otherwise := _counted_otherwise(product, field, wish)):
        return otherwise
    texts = [product.description] if field == "features" else of_the_thing(product.description)
    for source, text in (("title", product.title), *(("description", text) for text in texts)):
        if found := quote(text, content_stems(wish)):
            denied = negated(found, content_stems(wish)) and not set(wish.split()) & NEGATIONS
            return Evidence(field, wish, "unmet" if denied else "met", found, source)
    if field == "features" and any(set(wanted) <= set(content_stems(name)) for name in product.category):
        return Evidence(field, wish, "met", f"in {' › '.join(product.category)}", "category")
    if field == "color" and (other := _color_in(product.title)):
        return Evidence(field, wish, "unmet", other, "title")
    if field == "features" and (opposite := opposite_in(product.title, wish)):
        return Evidence(field, wish, "unmet", opposite, "title")
    return Evidence(field, wish, "unstated")


def _measured(product: Product, wish: str, asked: Measure) -> Evidence:
    """A size with its unit: met by the same size in any unit that the record, the title or the description says; unmet by another one of
    the record in a unit of this kind. Of a size in another kind of unit, or in none, nothing can be told: words are what it states."""
    stated = list(_stated(product, "size"))
    for source, text in (*stated, ("title", product.title), ("description", product.description)):
        if same := next((one for one in measures(text) if one.equals(asked)), None):
            own = text if (source, text) in stated else text[same.start : same.end]
            return Evidence("size", wish, "met", own, source)
    comparable = [(source, text) for source, text in stated if any(one.unit == asked.unit for one in measures(text))]
    told = comparable or stated
    if not told:
        return Evidence("size", wish, "unstated")
    words = ", ".join(dict.fromkeys(text for _, text in told))
    return Evidence("size", wish, "unmet" if comparable else "unstated", words, told[0][0])


def of_the_thing(description: str) -> list[str]:
    """What of a description speaks of the thing itself, without what is set beside it."""
    return _BESIDE.split(description)


def none_gives_a_size(products: Iterable[Product], sizes: Sequence[str]) -> bool:
    """Whether sizes are asked for and no listing states any, not even one in a unit that cannot be compared with them."""
    judged = [judge(product, "size", size) for product in products for size in sizes]
    return bool(judged) and all(one.status == "unstated" and one.words is None for one in judged)


def meets_one(product: Product, wishes: Iterable[tuple[str, str]]) -> bool:
    """Whether the product meets one of these wishes, each (field, words)."""
    return any(judge(product, field, wish).status == "met" for field, wish in wishes)


def met_less_denied(product: Product, groups: Iterable[Sequence[tuple[str, str]]]) -> int:
    """How many of the groups the product meets less how many it denies; of a group one wish is enough (`Constraints.alternatives`)."""
    worth = {"met": 1, "unstated": 0, "unmet": -1}
    return sum(max(worth[judge(product, *wish).status] for wish in group) for group in groups)


def _stated(product: Product, field: str) -> Iterator[tuple[str, str]]:
    """(name, value) of the attributes and options that speak of the field; for features of all that are not plain yes or no."""
    for name, value in product.options.items():
        if field == "features" or speaks_of(name, field):
            yield name, value
    for name, values in product.attributes.items():
        if field == "features" or speaks_of(name, field):
            yield from ((name, value) for value in values if value.casefold() not in DENIED)


def speaks_of(name: str, field: str) -> bool:
    """By its last word: "frame color" is a colour, "color temperature" is not."""
    return stem(name.split()[-1]) in _NAMES[field] if name.split() else False


def _refusals(product: Product) -> Iterator[tuple[str, str]]:
    for name, values in product.attributes.items():
        yield from ((name, value) for value in values if value.casefold() in DENIED)


def _color_in(title: str) -> str | None:
    return next((title[word.start : word.end] for word in words(title) if word.stem in COLORS), None)


def opposite_in(title: str, wish: str) -> str | None:
    """The title's words around the wish's opposite by the ending -less: "wired" of "wireless", and the other way round."""
    for wished in content_words(wish):
        for word in words(title):
            said = title[word.start : word.end].lower()
            apart = wished.endswith(LESS) != said.endswith(LESS)
            if (
                apart
                and stem(wished.removesuffix(LESS)) == stem(said.removesuffix(LESS))
                and not only_denied(title, said)
            ):
                return quote(title, (word.stem,), around=1)
    return None


def _counted_otherwise(product: Product, field: str, wish: str) -> Evidence | None:
    """That the listing gives what the wish counts another number, and nowhere this one: a "two-seater" to the wish for a "3 seater". None
    where the wish is more than a number and what it counts, or the listing says no such."""
    if (asked := _count_in(wish)) is None:
        return None
    texts = (("title", product.title), ("description", product.description))
    counted = [
        (one, source, text[one.start : after.end]) for source, text in texts for one, after in _counts(text, asked[1])
    ]
    if not counted or any(one.stem == asked[0] for one, _, _ in counted):
        return None
    _, source, said = counted[0]
    return Evidence(field, wish, "unmet", said, source)


@lru_cache(maxsize=10_000)
def _count_in(wish: str) -> tuple[str, str] | None:
    """(number, what it counts) by stem, of a wish for nothing else: "3 seater"."""
    said = content_stems(wish)
    return (said[0], said[1]) if len(said) == 2 and said[0].isdigit() else None


def _counts(text: str, noun: str) -> Iterator[tuple[Word, Word]]:
    """(a number, the noun right behind it) wherever the text has these."""
    return ((one, after) for one, after in pairwise(words(text)) if one.stem.isdigit() and after.stem == noun)


@lru_cache(maxsize=50_000)
def _canonical(field: str, text: str) -> tuple[str, ...]:
    """Stems to compare by; sizes with their letters spelled out."""
    return content_stems(spelled_size(text) if field == "size" else text)


def spelled_size(text: str) -> str:
    """The text with the letters of sizes as words: "xl" -> "extra large"."""
    return " ".join(_SIZES.get(part, part) for part in text.casefold().replace("-", " ").split())
