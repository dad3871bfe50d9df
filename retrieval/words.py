"""Words of a listing and of a need, compared by stem: the same rule for the index, for constraints and for reasons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import snowballstemmer
from more_itertools import map_reduce

_STEMMER = snowballstemmer.stemmer("porter")  # FTS5's `porter` tokenizer stems in the same way
_STEMMING = Lock()  # it keeps the word that it is at in itself: two threads would cut each other's
# A number with its unit is one word however it is written ("16 GB", "16gb"), and so is what some write in two; units that are words or
# letters by themselves ("in", "m") are not joined: "size 8 m" is a width. What begins with "non", "anti-" or "multi-" is one word too: a
# "non-stick" pan is a "nonstick" one, and no sticky one. So is where headphones sit: "in-ear" is not "over-ear".
_UNITS = "kb|mb|gb|tb|khz|mhz|ghz|hz|mah|wh|kwh|mbps|gbps|dpi|rpm|cm|mm|km|kg|mg|ml|cl|kw"
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)?[ -]?(?:{_UNITS})(?![^\W_])|(?<![^\W_])(?:(?:wi|hi)[ -]fi|(?:in|on|over)[ -]ear)(?![^\W_])"
    r"|(?<![^\W_])(?:non[ -]|anti-|multi-)[^\W\d_]{3,}|[^\W_]+(?:['’][^\W_]+)*",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.!?]\s|[;:\n]")

# Function words carry no wish. Kept short: every other word may tell one product from another.
STOPWORDS = frozenset(
    "a an the and or of for to in on at by with from as is are be it its this that these those i you he she we they me my "
    "your his her our their some any one ones something anything thing can could would will do does have has not no so "
    "please loves likes enjoys adores into".split()  # "she loves flowers" wishes for flowers
)

# British spellings and their American ones, of words that listings use; only those that mean nothing else.
_SPELLINGS = dict(
    pair.split("/")
    for pair in "aluminium/aluminum armour/armor catalogue/catalog centre/center centrepiece/centerpiece colour/color cosy/cozy "
    "fibre/fiber flavour/flavor flavoured/flavored grey/gray instalment/installment jewellery/jewelry litre/liter metre/meter "
    "millimetre/millimeter centimetre/centimeter moisturiser/moisturizer mould/mold moustache/mustache odour/odor organiser/organizer "
    "plough/plow pyjama/pajama sulphur/sulfur theatre/theater tyre/tire whisky/whiskey yoghurt/yogurt".split()
)
_BRITISH = {ours: theirs for theirs, ours in _SPELLINGS.items()}
# Plurals that share no stem with their singular; only those that mean nothing else ("leaves", "calves" and "feet" do).
_PLURALS = dict(
    pair.split("/")
    for pair in "bookshelves/bookshelf elves/elf geese/goose headscarves/headscarf hooves/hoof knives/knife lenses/lens loaves/loaf "
    "mice/mouse penknives/penknife pies/pie pocketknives/pocketknife scarves/scarf shelves/shelf teeth/tooth ties/tie wolves/wolf".split()
)

# Words that share no stem with the word which they are made from, or are written as a number as well; only those that say the same of a
# thing ("a golden glow" is no gold).
_FORMS = dict(
    pair.split("/")
    for pair in "two/2 three/3 four/4 five/5 six/6 seven/7 eight/8 nine/9 ten/10 twelve/12 "
    "assembly/assemble comfy/comfortable decs/decorations glittery/glitter noisy/noise sparkly/sparkle stripy/striped warmth/warm "
    "wooden/wood sdram/ram woolen/wool woollen/wool".split()
)
# Words whose stem is that of another word which says something else: a "deep charcoal color" is not colorful, nor a cloth clothes, nor an
# ear an earring.
_OF_THEIR_OWN = {"colorful": "colorful", "colourful": "colorful", "clothes": "clothing"} | {
    word: word.removesuffix("s")
    for word in "bedding clothing dressing dressings earring earrings legging leggings stocking stockings".split()
}
# What can be done with a thing, by what a listing says of it: each answers a question with the verb, and says more than it.
_CAN_BE = dict(
    pair.split("/")
    for pair in "bendable/bend dimmable/dim extendable/extend foldable/fold inflatable/inflate lockable/lock "
    "packable/pack rechargeable/charge refillable/refill stackable/stack stretchable/stretch tiltable/tilt washable/wash".split()
)

DENIED = frozenset({"no", "none"})  # values by which a record denies what the attribute names
YES_NO = DENIED | {"yes"}
NEGATIONS = frozenset("no not non without never free isn't doesn't cannot can't".split())
_EDGES = STOPWORDS - NEGATIONS  # what a quotation neither begins nor ends with
_LINKING = frozenset(
    "a an any of from the in to made with real genuine added contain contains containing use using".split()
)
NEGATION_REACH = 4  # words: "not made of real leather"


@dataclass(frozen=True)
class Word:
    """One word of a text: its stem and where it stands, `text[start:end]`."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of one word, without accents and case, in American spelling: "Lamps" -> "lamp", "grey" -> "gray", "16 GB" -> "16gb"."""
    stemmed = _stemmed(as_one(word))
    return _OURS.get(stemmed, stemmed)


def spellings(word: str) -> tuple[str, ...]:
    """The word, and its other spellings, number or form where the letters differ: for an index that knows these only."""
    ours = stem(word)
    return (word, *(other for other in (ours, *_THEIRS.get(ours, ())) if other != _stemmed(word)))


def respelled(text: str) -> tuple[str, ...]:
    """The text, and with its words in American and in British spelling where these differ: for what compares letters, as embedders do."""
    return tuple(dict.fromkeys((text, _respelled(text, _SPELLINGS), _respelled(text, _BRITISH))))


def as_one(word: str) -> str:
    """The word without what stands between its parts: "16 GB" -> "16GB", "Wi-Fi" -> "WiFi", "multi-colour" -> "multicolor"."""
    if "-" not in word and " " not in word:
        return word
    first, between, rest = word.partition("-")
    return f"{first}{_in_pairs(rest, _SPELLINGS) if between else ''}".replace(" ", "").replace("-", "")


def joined(text: str) -> str:
    """The text with each of its words as one, for an index that takes words apart by itself."""
    return _WORD.sub(lambda word: as_one(word.group()), text)


def _respelled(text: str, pairs: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: _in_pairs(word.group(), pairs), text)


def _in_pairs(word: str, pairs: Mapping[str, str]) -> str:
    """The word as the pairs spell it, in the plural too."""
    one = word.lower().removesuffix("s")
    plural = "s" if word.lower().endswith("s") else ""
    return pairs.get(word.lower()) or (f"{pairs[one]}{plural}" if one in pairs else word)


def _stemmed(word: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    if plain in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[plain]
    with _STEMMING:
        return str(_STEMMER.stemWord(plain.replace("’", "'").removesuffix("'s")))


_OURS = {_stemmed(other): _stemmed(ours) for other, ours in (_SPELLINGS | _PLURALS | _FORMS).items()}
_THEIRS = map_reduce(_OURS, _OURS.__getitem__)  # by stem: those of the others
_DOABLE = {stem(one): stem(verb) for one, verb in _CAN_BE.items()}


def words(text: str) -> Iterator[Word]:
    """Every word of the text, in order."""
    for match in _WORD.finditer(text):
        yield Word(stem(match.group()), match.start(), match.end())


def content_words(text: str) -> tuple[str, ...]:
    """The words that carry meaning, lower case, each once, in order; all words when only function words are there."""
    every = [as_one(match.group().lower()) for match in _WORD.finditer(text)]
    return tuple(dict.fromkeys([word for word in every if word not in STOPWORDS] or every))


def content_stems(text: str) -> tuple[str, ...]:
    """Stems of the content words, each once, in order."""
    return tuple(dict.fromkeys(stem(word) for word in content_words(text)))


def doable(text: str) -> frozenset[str]:
    """Stems of what the text says can be done with a thing: "charge" of "a rechargeable battery"."""
    return frozenset(_DOABLE[word.stem] for word in words(text) if word.stem in _DOABLE)


def without(text: str, phrases: Iterable[str]) -> str:
    """The words of the text, single spaces between them, without those that stand in one of the phrases, in whatever form."""
    stems = {one for phrase in phrases for one in content_stems(phrase)}
    return " ".join(text[word.start : word.end] for word in words(text) if word.stem not in stems)


def quote(text: str, stems: tuple[str, ...], *, around: int = 4) -> str | None:
    """The text's own words that hold all `stems` within one clause, with up to `around` words on each side, no function word at an end.

    Of several clauses the first wins. None when no clause holds them all, or when there is nothing to look for.
    """
    wanted = set(stems)
    for start, end in _clauses(text) if wanted else ():
        found = list(words(text[start:end]))
        places = [index for index, word in enumerate(found) if word.stem in wanted]
        if wanted <= {found[index].stem for index in places}:
            first, last = max(places[0] - around, 0), min(places[-1] + around, len(found) - 1)
            while first < places[0] and found[first].stem in _EDGES:
                first += 1
            while last > places[-1] and found[last].stem in _EDGES:
                last -= 1
            return text[start + found[first].start : start + found[last].end]
    return None


def negated(text: str, stems: tuple[str, ...]) -> bool:
    """Whether the text's first mention of the last stem is a denial: "no leather", "free of latex", "not yet dimmable", "BPA-free"."""
    return next((denied for stemmed, denied in _denials(text) if stemmed == stems[-1]), False) if stems else False


def only_denied(text: str, phrase: str) -> bool:
    """Whether every mention of the phrase's last word in the text is a denial right there; True for a text that does not mention it.

    Stricter than `negated`, since a refused thing must not be shown: "free battery, alkaline" and "not only leather" deny nothing.
    """
    *_, last = (word.stem for word in words(phrase))
    for every in _said(text):
        said = [word for _, word in every]
        if not all(_denied_there(said, at) for at, (stemmed, _) in enumerate(every) if stemmed == last):
            return False
    return True


def _denied_there(said: Sequence[str], at: int) -> bool:
    """Whether the word is denied by its neighbours: "leather-free", or a negation before it with only linking words between."""
    if said[at + 1 : at + 2] == ["free"]:
        return True
    for place in range(at - 1, max(at - 1 - NEGATION_REACH, -1), -1):
        if said[place] == "free":
            return said[place + 1] in ("of", "from")
        if said[place] in NEGATIONS:
            return True
        if said[place] not in _LINKING:
            return False
    return False


def _denials(text: str) -> Iterator[tuple[str, bool]]:
    """Every word's stem, and whether it stands under a denial of its own sentence."""
    for every in _said(text):
        for at, (stemmed, _) in enumerate(every):
            before = {word for _, word in every[max(at - NEGATION_REACH, 0) : at]}
            yield stemmed, bool(before & NEGATIONS) or [word for _, word in every[at + 1 : at + 2]] == ["free"]


def _said(text: str) -> Iterator[list[tuple[str, str]]]:
    """(stem, word in lower case) of every word, a list for each clause."""
    for start, end in _clauses(text):
        clause = text[start:end]
        yield [(word.stem, clause[word.start : word.end].lower()) for word in words(clause)]


def contains(text: str, phrase: str) -> bool:
    """Whether the phrase's words stand in the text one after the other, by stem."""
    needle = [word.stem for word in words(phrase)]
    haystack = [word.stem for word in words(text)]
    return bool(needle) and any(
        haystack[at : at + len(needle)] == needle for at in range(len(haystack) - len(needle) + 1)
    )


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for mark in _CLAUSE_END.finditer(text):
        yield start, mark.start()
        start = mark.end()
    yield start, len(text)
