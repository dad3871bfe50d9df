"""For whom a product is: gender and age group, in the shopper's six words."""

from __future__ import annotations

import re
from functools import cache

from .kinds.of_listings import shopper_words
from .product import Product
from .words import words

# What may be shown to someone who asks for the key. A product that does not say for whom it is may always be shown.
SUITS = {
    "men": ("men", "unisex"),
    "women": ("women", "unisex"),
    "unisex": ("unisex",),
    "boys": ("boys", "kids"),
    "girls": ("girls", "kids"),
    "kids": ("kids", "boys", "girls"),
}
_WRITTEN = {
    "men": "men man male mens men's gentlemen",
    "women": "women woman female womens women's ladies",
    "unisex": "unisex adult adults all",
    "boys": "boys boy boy's",
    "girls": "girls girl girl's",
    "kids": "kids kid child children toddler toddlers baby infant youth",
}
_MEANING = {word: audience for audience, written in _WRITTEN.items() for word in written.split()}

# Besides those that listings name and shopper_words.toml has: of whom else people speak.
_OF_PEOPLE = (
    "he him his himself she her hers herself guy guys gent gents lad lads lass bloke blokes dude bf gf hubby wifey missus mrs mr miss sir"
    " gender sex friend partner"
)

_MADE_FOR = frozenset(
    "men mens men's women womens women's ladies boys boy's girls girl's kids kid's children toddler toddlers".split()
)
_OF_THEIR_DAY = re.compile(r"['’]s(?= )", re.IGNORECASE)
_NTH = re.compile(r"\b\d{1,3}(?:st|nd|rd|th)$", re.IGNORECASE)  # a birthday, of somebody

CHILDREN = frozenset(["boys", "girls", "kids"])
_GROUPS = frozenset(["boy", "girl", "kid", "child", "children", "toddler"])  # of titles: a "baby grand" is no child's


def audiences(product: Product) -> list[str]:
    """The audiences that the product's gender attribute names, in the six words, and the children whom its title names beside those: a
    "Kids Backpack" that is listed for women is for kids too. Empty when the attribute names none."""
    values = product.attributes.get("gender", ())
    named = {_MEANING[value.casefold()] for value in values if value.casefold() in _MEANING}
    title = product.title.casefold()
    titled = (title[word.start : word.end] for word in words(title) if word.stem in _GROUPS)
    return sorted(named | {_MEANING[word] for word in titled if word in _MEANING}) if named else []


def suits(product: Product, other: Product) -> bool:
    """Whether the product may be shown to someone of those whom the other is for; so may all where one of them does not say."""
    own, wanted = audiences(product), audiences(other)
    return not own or not wanted or any(name in SUITS[one] for one in wanted for name in own)


def for_children(product: Product) -> bool:
    """Whether the product says that it is for children: by its gender attribute, or in its title or narrowest category."""
    named = set(audiences(product))
    said = {word.stem for text in (product.title, *product.category[-1:]) for word in words(text)}
    return bool(named and named <= CHILDREN) or not said.isdisjoint(_GROUPS)


def speaks_of_a_child(text: str) -> bool:
    """Whether the text says in so many words that somebody is a child."""
    return not _GROUPS.isdisjoint(word.stem for word in words(text))


def may_mean_children(text: str) -> bool:
    """Whether the text speaks of anybody who may be a child."""
    said = f" {' '.join(word.stem for word in words(text))} "
    return any(f" {one} " in said for one in _young())


def speaks_of_people(text: str) -> bool:
    """Whether a word of the text is for a person, or for all of their age and gender."""
    return not _people().isdisjoint(one.stem for one in words(text.replace("’s", "").replace("'s", "")))


def speaks_of_an_occasion(text: str) -> bool:
    """Whether a word of the text is for a day in somebody's life: "for a birthday party", "for my dad's 60th"."""
    return bool(_NTH.search(text)) or not shopper_words().occasions.isdisjoint(one.stem for one in words(text))


@cache
def _people() -> frozenset[str]:
    named = (*_MEANING, *_OF_PEOPLE.split(), *(one for said in shopper_words().people.values() for one in said))
    return frozenset(word.stem for one in named for word in words(one))


@cache
def _young() -> frozenset[str]:
    """The stems, joined by spaces, of those who may be children."""
    return frozenset(" ".join(word.stem for word in words(one)) for one in shopper_words().people["kids"]) | _GROUPS


def for_whom(text: str) -> str:
    """The text with each grown-up whom it is for as listings name them: "a gift for my mum" -> "a gift for women". A "Mum Basket" of
    flowers is for nobody in particular, and "for mum's kitchen" is for a kitchen."""
    return _grown_up().sub(lambda found: f"for {_adults()[found[1].casefold()]}", text)


def audience_in(words_for_it: str) -> str | None:
    """Those for whom one of the words says that something is: "kids" of "toddler", "men" of "mens leather"; None where none does or
    several do. Baby carrots are for nobody in particular, nor is a female plug."""
    named = {_MEANING[word] for word in words_for_it.casefold().replace("’", "'").split() if word in _MADE_FOR}
    return next(iter(named)) if len(named) == 1 else None


def audience_called(word: str) -> str | None:
    """The audience that the word is one for, "men" of "male"; of what such a word stands beside it may be said of the thing as well, as
    a female plug's, so that it is for whoever knows the thing to tell."""
    return _MEANING.get(word.casefold())


def adult_in(text: str) -> str | None:
    """The audience of the grown-up whom something is for: "women" of "for my mum" and of "for my mum's birthday", not of "for my mum's
    kitchen"; None of others."""
    found = _grown_up().search(_OF_THEIR_DAY.sub(" ", text) if speaks_of_an_occasion(text) else text)
    return _adults()[found[1].casefold()] if found else None


@cache
def _grown_up() -> re.Pattern[str]:
    said = "|".join(map(re.escape, sorted(_adults(), key=len, reverse=True)))
    owner = r"(?:my|our|his|her|their|your|the|a|an)\s+"
    return re.compile(rf"\bfor\s+(?:{owner})?(?:[^\W\d_]+\s+)?({said})\b(?!['’-])", re.IGNORECASE)


@cache
def _adults() -> dict[str, str]:
    """Whom shoppers speak of -> whom listings name."""
    people = shopper_words().people
    return {one: named for named in ("women", "men") for one in people[named]}
