"""What kind of thing a listing is, and what shoppers call it: read from hand-written words."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from .product import Product
from .words import content_words, stem, words

LONGEST = 5  # words of a phrase
# Nouns that say what a thing is for the giver, or only that it is one: no kind has such a name.
_GIVEN = frozenset(map(stem, "gift present prezzie pressie idea".split()))
_ANY = frozenset(map(stem, "thing item article product stuff something anything".split()))
_FURTHER = re.compile(r"\s(?:for|to|that|who|which|with|from|of|in|on|about|under)\s", re.IGNORECASE)
_PLAIN_RUN = re.compile(r"(?:^|(?<=\s))[a-z][a-z/&-]{2,}(?: [a-z][a-z/&-]{2,})+")
_COUNT = re.compile(r"\b\d+ ?pcs?\b")  # "1 pc(s)" is no computer

Stems = tuple[str, ...]


@dataclass(frozen=True)
class ShopperWords:
    """kinds: stems of a listing's phrase, with the category it is bound to or None -> the entry's name. said: name -> what shoppers say.

    wishes: a listing's word -> what shoppers say for it.
    """

    kinds: Mapping[Stems, tuple[str, str | None]]
    said: Mapping[str, tuple[str, ...]]
    wishes: Mapping[str, tuple[str, ...]]


@cache
def shopper_words() -> ShopperWords:
    """The words of shopper_words.toml."""
    with Path(__file__).with_name("shopper_words.toml").open("rb") as file:
        written = tomllib.load(file)
    kinds: dict[Stems, tuple[str, str | None]] = {}
    for name in written["kinds"]:
        for phrase in name.split("|"):
            plain, _, category = phrase.partition("@")
            kinds[stems_of(plain)] = (name, category or None)
    return ShopperWords(
        kinds,
        {name: tuple(said.split("|")) for name, said in written["kinds"].items()},
        {word: tuple(said.split("|")) for word, said in written["wishes"].items()},
    )


def kind_of(product: Product) -> str | None:
    """The entry whose phrase is the longest in the title (of as long ones the last), else in the category; else the title's first
    run of plain lower-case words, as data sheets write the type; None when there is none."""
    known = shopper_words().kinds
    title = _COUNT.sub(" ", product.title)
    for text in (title, *reversed(product.category)):
        if name := _longest(stems_of(text), known, product.category):
            return name
    run = _PLAIN_RUN.search(title)
    return run.group().replace("/", " ") if run and not product.category else None


def also_said(product: Product) -> str:
    """What shoppers call a thing of this kind and use it for, separated by commas; "" when its kind is not known."""
    return ", ".join(shopper_words().said.get(kind_of(product) or "", ()))


def kind_at_end(phrase: str) -> tuple[frozenset[str], bool]:
    """The entries that the longest known end of the phrase names ("gaming laptop": those of "laptop"), and whether it is all of it."""
    stems, names = stems_of(phrase), _names()
    for start in range(len(stems)):
        if named := names.get(stems[start:]):
            return named, start == 0
    return frozenset(), False


def names_kind(phrase: str) -> bool:
    """Whether the phrase says what kind of thing is meant. A "wedding gift", "a present for a cook" and "something" are of any kind;
    "something for the kitchen" is of the kitchen's.
    """
    own, *further = _FURTHER.split(phrase, maxsplit=1)
    head = stem(content_words(own)[-1]) if content_words(own) else ""
    return head not in _GIVEN and (head not in _ANY or bool(further))


def kinds_named(request: str) -> frozenset[str]:
    """The entries that the request names, in a listing's words or in a shopper's; a phrase inside a longer known one does not count:
    "laptop bag" names no laptop. Empty when it names none."""
    stems, names = stems_of(request), _names()
    taken: list[range] = []
    found: set[str] = set()
    for length in range(max(map(len, names)), 0, -1):
        for start in range(len(stems) - length + 1):
            place = range(start, start + length)
            if (named := names.get(stems[start : start + length])) and not any(
                other.start <= place.start and place.stop <= other.stop for other in taken
            ):
                taken.append(place)
                found |= named
    return frozenset(found)


def is_named(kind: str | None, named: frozenset[str]) -> bool:
    """Whether a thing of this kind is of one of the named kinds."""
    return kind is not None and any(is_a(kind, one) for one in named)


@cache
def is_a(kind: str, wanted: str) -> bool:
    """Whether things of this kind are of the wanted kind too: a desk lamp is a lamp, a lamp need not be a desk lamp."""
    return kind == wanted or any(
        one[-len(other) :] == other for one in _phrases(kind) for other in _phrases(wanted) if len(other) <= len(one)
    )


def belongs_to(kind: str, thing: str) -> bool:
    """Whether the kind is named after the thing without being one: a notebook case to a notebook."""
    return not is_a(kind, thing) and any(other[0] in one for one in _phrases(kind) for other in _phrases(thing))


@lru_cache(maxsize=50_000)
def stems_of(text: str) -> Stems:
    return tuple(word.stem for word in words(text))


@cache
def _names() -> Mapping[Stems, frozenset[str]]:
    """Every phrase of a listing or a shopper, as stems -> the entries it stands for."""
    names: dict[Stems, set[str]] = defaultdict(set)
    for name, said in shopper_words().said.items():
        for phrase in (*_phrases(name), *map(stems_of, said)):
            names[phrase].add(name)
    return {phrase: frozenset(entries) for phrase, entries in names.items()}


@cache
def _phrases(kind: str) -> tuple[Stems, ...]:
    return tuple(stems_of(phrase.partition("@")[0]) for phrase in kind.split("|"))


def _longest(stems: Stems, known: Mapping[Stems, tuple[str, str | None]], categories: Sequence[str]) -> str | None:
    for length in range(LONGEST, 0, -1):
        for start in range(len(stems) - length, -1, -1):
            name, category = known.get(stems[start : start + length], (None, None))
            if name and (category is None or category in categories):
                return name
    return None
