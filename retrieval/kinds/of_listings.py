"""What kind of thing a listing is, and what shoppers call it: read from hand-written words."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ..product import Product
from ..words import content_stems, content_words, stem, words

WORDS = Path(__file__).with_name("shopper_words.toml")
LONGEST = 5  # words of a phrase
SHORTEST = 3  # letters of a noun; "Tent B" is a tent, though vitamins end with that letter too
# Nouns that say what a thing is for the giver, or only that it is one: no kind has such a name.
_GIVEN = frozenset(map(stem, "gift present prezzie pressie idea".split()))
_ANY = frozenset(map(stem, "thing item article product stuff something anything".split()))
_FURTHER = re.compile(r"\s(?:for|to|that|who|which|with|from|of|in|on|about|under)\s", re.IGNORECASE)
_PLAIN_RUN = re.compile(r"(?:^|(?<=\s))[a-z][a-z/&-]{2,}(?: [a-z][a-z/&-]{2,})+")
_TYPE = "product type"  # the attribute in which data sheets say what a thing is
_COUNT = re.compile(r"\b\d+ ?pcs?\b")  # "1 pc(s)" is no computer

_ASIDE = re.compile(r"[,(|:]| [-–] ")
_TOGETHER = re.compile(
    r"(?:set|kit|pack|pair|duo|trio|bundle|collection|assortment|ensemble|setup)s?", re.IGNORECASE
)  # by word, since a table setting is no set

Stems = tuple[str, ...]


@dataclass(frozen=True)
class ShopperWords:
    """kinds: stems of a listing's phrase -> the category it is bound to, or None, and the entry's name. said: name -> what shoppers say.

    wishes: a listing's word -> what shoppers say for it. animals: names of those that a pet shop serves, of one
    animal together, and first the words for all.
    wider: stems of a word for several kinds at once -> the names of these. belongings: stems of nouns of what is there for another thing.
    alone: of these the stems that mean so only where nothing stands before them. people: whom listings name -> whom shoppers speak of.
    occasions: stems of words for days in somebody's life.
    """

    kinds: Mapping[Stems, Mapping[str | None, str]]
    said: Mapping[str, tuple[str, ...]]
    wishes: Mapping[str, tuple[str, ...]]
    wider: Mapping[Stems, tuple[str, ...]]
    alone: frozenset[Stems]
    animals: tuple[tuple[str, ...], ...]
    belongings: frozenset[str]
    people: Mapping[str, tuple[str, ...]]
    occasions: frozenset[str]


@cache
def shopper_words() -> ShopperWords:
    """The words of shopper_words.toml."""
    with WORDS.open("rb") as file:
        written = tomllib.load(file)
    kinds: dict[Stems, dict[str | None, str]] = defaultdict(dict)
    for name in written["kinds"]:
        for stems, category in _phrases(name):
            kinds[stems][category] = name
    return ShopperWords(
        kinds,
        {name: tuple(said.split("|")) for name, said in written["kinds"].items()},
        {word: tuple(said.split("|")) for word, said in written["wishes"].items()},
        {
            stems_of(phrase): tuple(name for one in named.split("|") for name in kinds[stems_of(one)].values())
            for phrases, named in written["wider"].items()
            for phrase in phrases.split("|")
        },
        frozenset(map(stems_of, written["alone"].split("|"))),
        tuple(tuple(names.split("|")) for names in written["animals"]),
        frozenset(map(stem, written["belongings"].split("|"))),
        {named: tuple(said.split("|")) for named, said in written["people"].items()},
        frozenset(map(stem, written["occasions"].split("|"))),
    )


@cache
def words_version() -> str:
    """16 hex digits that change when anything in shopper_words.toml does: what a store keeps of a product is read by those words too."""
    return hashlib.blake2b(WORDS.read_bytes(), digest_size=8).hexdigest()


def kind_of(product: Product) -> str | None:
    """The entry whose phrase is the longest in the title (of as long ones the last), else in the category; else the title's first
    run of plain lower-case words, as data sheets write the type; None when there is none. Where no category tells, a "monitor cable" is
    what is there for a monitor.

    What heads a title in a shop with categories decides over what stands before: a teddy bear lounge chair is a chair, and a desk mat,
    which is headed by the noun of other kinds, no desk. The type that the record states decides over both, unless they say the same more
    closely: "Notebook Silver … 512 GB SSD" of the type notebook is one.
    """
    stated, titled = _stated_kind(product), _titled_kind(product.title, product.category)
    return titled if stated is None or (titled and is_a(titled, stated)) else stated


def _stated_kind(product: Product) -> str | None:
    """The entry that the record's product type is called by, word for word."""
    types = (stems_of(value) for value in product.attributes.get(_TYPE, ()))
    return next((name for one in types if (name := _entry(one, product.category))), None)


@lru_cache(maxsize=50_000)
def _titled_kind(title: str, category: tuple[str, ...]) -> str | None:
    """The kind by the title and the categories."""
    counted = _COUNT.sub(" ", title)
    for text in (counted, *reversed(category)):
        if name := _longest(stems_of(text), category):
            if text is not counted:
                return name
            return _by_head(counted, name, category) if category else _there_for(counted, name) or name
    run = _PLAIN_RUN.search(counted)
    return run.group().replace("/", " ") if run and not category else None


def also_said(product: Product) -> str:
    """What shoppers call a thing of this kind and use it for, separated by commas; "" when its kind is not known."""
    return ", ".join(shopper_words().said.get(kind_of(product) or "", ()))


def kind_at_end(phrase: str) -> tuple[frozenset[str], bool]:
    """The entries that the longest known end of the phrase names ("gaming laptop": those of "laptop"), and whether it is all of it."""
    stems, names = stems_of(phrase), _names()
    for start in range(len(stems)):
        if (named := names.get(stems[start:])) and (start == 0 or stems[start:] not in shopper_words().alone):
            return named, start == 0
    return frozenset(), False


def wider_kind(phrase: str) -> tuple[str, frozenset[str]]:
    """(what stands before it, its entries) of the longest end of the phrase that names one kind of thing and is not all of the phrase:
    ("noise cancelling", those of "headphones"); ("", none) where none does. "Bag" is a word for several kinds, and a sleeping bag none."""
    said, stems, known = _words(phrase), stems_of(phrase), shopper_words()
    for start in range(1, len(stems)):
        end = stems[start:]
        if (named := _names().get(end)) and end not in known.alone and end not in known.wider:
            return " ".join(said[:start]), named
    return "", frozenset()


def says_more_than_kind(phrase: str) -> bool:
    """Whether the phrase is what shoppers say of several kinds, one of which listings call by its last words alone: a "dining table", of
    dining sets and of tables."""
    stems, (entries, exact) = stems_of(phrase), kind_at_end(phrase)
    listed = {own for name in entries for own, _ in _phrases(name)} if exact and len(entries) > 1 else set()
    return stems not in listed and any(stems[-len(own) :] == own for own in listed if own)


def words_before_kind(phrase: str) -> str:
    """What the phrase says before the longest known end of it, or before its last word where none is known: "dog" of "dog bowl", "" of
    "coffee table"; "" as well for one that says what the thing is for behind it ("box for tackle")."""
    own, *further = _FURTHER.split(phrase, maxsplit=1)
    said, stems, names = _words(own), stems_of(own), _names()
    known = next((start for start in range(len(stems)) if stems[start:] in names), len(stems) - 1)
    return "" if further or len(said) != len(stems) else " ".join(said[: max(known, 0)])


def is_wide(phrase: str) -> bool:
    """Whether the phrase is a word for several kinds at once, so that not all that are called so need to be known: "shoes", "toy"."""
    return stems_of(phrase) in shopper_words().wider


def head_noun(name: str) -> str:
    """The stem of what a name says the thing is, its last word before "for", "with" and the like and before how many are together:
    "Linen Dress Shirt, Blue" -> "shirt", "Wool Scarf Set" -> "scarf"; "" for a name without words.
    """
    said = _words(_own(name))
    while len(said) > 1 and (together(said[-1]) or said[-1].isdigit()):
        said.pop()
    return stem(said[-1]) if said else ""


def is_toy(product: Product) -> bool:
    """Whether the product is of one of the kinds that shopper_words.toml has as toys, but for those of animals."""
    kind, toys = kind_of(product), shopper_words().wider[(stem("toy"),)]
    return kind in toys and not any(name in kind for name in shopper_words().animals[1])


def together(word: str) -> bool:
    """Whether the word says only that several things are sold together, not what they are: a "set", a "pair"."""
    return bool(_TOGETHER.fullmatch(word))


def named_after(title: str, noun: str) -> bool:
    """Whether the title has this stem only before its head, which is the noun of other things: "Rug Grip Pad" of "rug"."""
    head = head_noun(title)
    return head != noun and len(head) >= SHORTEST and head in _nouns() and noun in stems_of(_own(title))


def _own(name: str) -> str:
    """What of a name comes before what it is for, where it is from, and how it looks."""
    return _FURTHER.split(_ASIDE.split(name, maxsplit=1)[0], maxsplit=1)[0]


def kind_ends_with(kind: str, stemmed: str) -> bool:
    """Whether one of the kind's phrases ends with this stem."""
    return any(stems[-1] == stemmed for stems, _ in _phrases(kind) if stems)


def _by_head(title: str, name: str, categories: Sequence[str]) -> str | None:
    """The kind that the title's head says, else the one that is named before it where the head is a word for several kinds ("bag") or
    for none that is known."""
    stems = stems_of(_own(title))
    head = head_noun(title)
    if _kind_has(name, head) or head not in stems:
        return name
    until = len(stems) - stems[::-1].index(head)
    for start in range(max(until - LONGEST, 0), until):
        if found := _entry(stems[start:until], categories):
            return found
    if (head,) in shopper_words().wider:
        return name
    shelf = content_stems(categories[-1])
    beside = any(noun in shelf and head_noun(categories[-1]) != noun for noun in {own[-1] for own, _ in _phrases(name)})
    return None if beside or head in _nouns() else name  # what stands under "jacket care" is no jacket


def _there_for(title: str, name: str) -> str | None:
    """What the title calls by the kind's words and right after them the noun of what is there for another thing: "monitor cable" of
    "Display Monitor Cable"; None where the kind's words stand by themselves somewhere before a "for"."""
    title = title.partition(" for ")[0]
    said, found = list(words(title)), None
    stems = tuple(word.stem for word in said)
    for phrase, _ in _phrases(name):
        ends = (start + len(phrase) for start in range(len(stems)) if stems[start : start + len(phrase)] == phrase)
        for end in ends:
            joined = end < len(said) and title[said[end - 1].end : said[end].start].isspace()
            if not joined or stems[end] not in shopper_words().belongings:
                return None
            found = title[said[end - len(phrase)].start : said[end].end].lower()
    return found


@cache
def _nouns() -> frozenset[str]:
    """The stems that the phrases of kinds end with, and those of what is there for another thing."""
    ends = (stems[-1] for name in shopper_words().said for stems, _ in _phrases(name) if stems)
    return frozenset(ends) | shopper_words().belongings


def names_thing(stemmed: str) -> bool:
    """Whether things are called by this stem: "coffee" and "shoe", not "winter"."""
    return stemmed in _nouns() or (stemmed,) in shopper_words().wider


def _kind_has(kind: str, stemmed: str) -> bool:
    """Whether one of the kind's phrases has this stem."""
    return any(stemmed in stems for stems, _ in _phrases(kind))


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
    return frozenset[str]().union(*(named for _, named in things_named(request)))


def things_named(request: str) -> list[tuple[str, frozenset[str]]]:
    """(words of the request, the entries that they name) of each thing that it names, in the order said."""
    said, names = list(words(request)), _names()
    stems = tuple(word.stem for word in said)
    found: dict[range, frozenset[str]] = {}
    for length in range(max(map(len, names)), 0, -1):
        for start in range(len(stems) - length + 1):
            place = range(start, start + length)
            inside = any(other.start <= place.start and place.stop <= other.stop for other in found)
            if (named := names.get(stems[start : start + length])) and not inside:
                found[place] = named
    places = sorted(found, key=lambda place: (place.start, place.stop))
    return [(request[said[place.start].start : said[place.stop - 1].end], found[place]) for place in places]


def is_named(kind: str | None, named: frozenset[str]) -> bool:
    """Whether a thing of this kind is of one of the named kinds."""
    return kind is not None and any(is_a(kind, one) for one in named)


def may_be(product: Product, name: str) -> bool:
    """Whether nothing says that the product is another kind of thing than the name ends with: a desk among the chairs is no chair."""
    kinds, own = kind_at_end(name)[0], kind_of(product)
    return not kinds or own is None or is_named(own, kinds)


@cache
def is_a(kind: str, wanted: str) -> bool:
    """Whether things of this kind are of the wanted kind too: a desk lamp is a lamp, a lamp need not be a desk lamp; a napkin ring is
    no ring, as that word is bound to jewelry."""
    return kind == wanted or any(
        one[-len(other) :] == other and bound in (None, own)
        for one, own in _phrases(kind)
        for other, bound in _phrases(wanted)
        if len(other) <= len(one)
    )


def belongs_to(kind: str, thing: str) -> bool:
    """Whether the kind is named after the thing without being one: a notebook case to a notebook."""
    return not is_a(kind, thing) and any(other[0] in one for one, _ in _phrases(kind) for other, _ in _phrases(thing))


def _words(text: str) -> list[str]:
    return [text[word.start : word.end] for word in words(text)]


@lru_cache(maxsize=50_000)
def stems_of(text: str) -> Stems:
    return tuple(word.stem for word in words(text))


@cache
def _names() -> Mapping[Stems, frozenset[str]]:
    """Every phrase of a listing or a shopper, as stems -> the entries it stands for."""
    names: dict[Stems, set[str]] = defaultdict(set)
    for name, said in shopper_words().said.items():
        for phrase in (*(stems for stems, _ in _phrases(name)), *map(stems_of, said)):
            names[phrase].add(name)
    for phrase, entries in shopper_words().wider.items():
        names[phrase].update(entries)
    return {phrase: frozenset(entries) for phrase, entries in names.items()}


@cache
def _phrases(kind: str) -> tuple[tuple[Stems, str | None], ...]:
    """The entry's phrases as stems, each with the category that it is bound to."""
    parts = (phrase.partition("@") for phrase in kind.split("|"))
    return tuple((stems_of(plain), category or None) for plain, _, category in parts)


def _longest(stems: Stems, categories: Sequence[str]) -> str | None:
    """The entry of the longest phrase in the text, of as long ones the last."""
    for length in range(LONGEST, 0, -1):
        for start in range(len(stems) - length, -1, -1):
            if name := _entry(stems[start : start + length], categories):
                return name
    return None


def _entry(stems: Stems, categories: Sequence[str]) -> str | None:
    """The entry of this phrase; of a word with several meanings that of a category which has the word it is bound to."""
    entries = shopper_words().kinds.get(stems)
    if not entries:
        return None
    shelves = [set(stems_of(one)) for one in categories] if len(entries) > 1 or None not in entries else []
    bound = (
        name for category, name in entries.items() if category and any(set(stems_of(category)) <= s for s in shelves)
    )
    return next(bound, entries.get(None))
