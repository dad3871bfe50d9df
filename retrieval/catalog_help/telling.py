"""What of a record a description may tell, and how each fact is said in plain English, its value in the record's own words and numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..evidence import COLORS, speaks_of
from ..product import Product
from ..reranking.listing_text import DULL
from ..words import NEGATIONS, content_stems, stem

# Letters of a value, words between its commas, and values of one field: what is longer is a text or a list.
LONGEST, WORDS, MOST = 80, 6, 4
ORDINARY = 0.02  # times in lower case for each with a capital, inside the shop's texts, from which a word is no name (docs/log.md)

# What changes, is the shop's own affair, or tells one piece from another.
_PASSING = re.compile(
    r"\b(?:price|cost|msrp|sale|offer|discount|promotion|stock|availability|delivery|shipping|rating|reviews?|status|condition|segment"
    r"|positioning|warning|footnote|sku|gtin|ean|upc|mpn|asin|id|code|part number|url|link|image|pallet|carton|packaging"
    r"|minimum order)\b|^quantity$"
)
_NAME = re.compile(r"[a-z'&-]{2,}(?: [a-z'&-]{2,}){0,4}(?: \d)?")
_NO_NOUN = re.compile(r".*\b(?:for|with|to|by|from)\b.*|(?:in|of)\b.*|.*(?:\b(?:in|of)|free|proof|ble|less)")
_VALUE = re.compile(r"[^\W_](?:[\w '’&/+()°%×®™\"”*-]|[.,:](?=\d)|,(?= ))*")  # no sentence, address or markup
_LISTED = re.compile(r"(?<!\d),(?=\S)|,(?=[^\s\d])")  # "3,5 mm" is one number
_COUNT = re.compile(r"\b(?:number of|quantity)\b")
_NO_UNIT = re.compile(r"(?:\d|\bx\b|e\+|\W)+")  # "600 x 600"
_NOTHING = frozenset(("n", "y", "none", "other", "unspecified", "unknown", "various", "n/a", "tbd"))
_BEHIND = re.compile(r"^(?!.*number of)(.+) (supported|included|integrated|installed)$")
_PREDICATE = re.compile(r"(?:compatible|made|\w+ed) (?:with|in|from)")
_LINKS = {"brand": "by", "material": "made of", "gender": "for"}
_TITLED = re.compile(r"(?<![\w-])[A-Z][a-z]+(?![\w’'])")


@dataclass(frozen=True)
class Told:
    """One fact. field, values: as the record has them. name, value: as a sentence says them; the value of what a thing has is "yes"."""

    field: str
    values: tuple[str, ...]
    name: str
    value: str

    @property
    def predicate(self) -> str:
        """What is said of "it": "is made of wool"; "" where something is said of "its" name."""
        colors = stem(self.name) == "color" and all(
            COLORS & set(content_stems(one)) for one in re.split(r", | and ", self.value)
        )
        if colors or (self.name, self.value) == (
            "gender",
            "unisex",
        ):  # "its color is stainless steel" says nothing of what it is made of
            return f"is {self.value}"
        if self.name in _LINKS:
            return f"is {_LINKS[self.name]} {self.value}"
        return f"is {self.name} {self.value}" if _PREDICATE.fullmatch(self.name) else ""


class Usage:
    """How a shop writes words inside its texts, where no capital begins a sentence. colors: stems of those that it states, and of
    common ones."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._inside: Counter[str] = Counter()
        self.colors = set(COLORS)
        for product in products:
            colored = (values for name, values in product.attributes.items() if speaks_of(name, "color"))
            self.colors.update(stem(value) for values in colored for value in values if value.isalpha())
            for text in (product.description, *(value for values in product.attributes.values() for value in values)):
                self._inside.update(re.findall(r"[^\W\d_]+", text)[1:])

    def lowered(self, value: str) -> str:
        """The value with a small letter first, if that word is no name and no other word is written like one: "Laser printing" is
        "laser printing", "Windows Vista" and "Lead Acid" stay."""
        first, *others = [found[0] for found in _TITLED.finditer(value)] or [""]
        small = value.startswith(first) and not others and self._is_ordinary(first.lower())
        return value.replace(first, first.lower(), 1) if small else value

    def capitals(self, name: str) -> str:
        """The lower-case name of a field with what the shop writes in capitals: "usb ports" is "USB ports"."""
        return " ".join(word.upper() if self._is_short_form(word) else word for word in name.split())

    def _is_ordinary(self, word: str) -> bool:
        return self._inside[word] > ORDINARY * self._inside[word.title()]

    def _is_short_form(self, word: str) -> bool:
        return self._inside[word.upper()] > self._inside[word] + self._inside[word.title()]


def stated(product: Product) -> Mapping[str, tuple[str, ...]]:
    """What the record states of the thing itself, field by field, what all shoppers ask for first."""
    fields = {name: (value,) for name, value in product.options.items()} | dict(product.attributes)
    if product.brand:
        fields["brand"] = (product.brand,)
    if product.category:
        fields["category"] = product.category[-1:]
    return {name: fields[name] for name in sorted(fields, key=lambda name: not is_asked(name))}


def is_asked(field: str) -> bool:
    """Whether shoppers ask for it of anything: colour, material, size, whom it is for."""
    return field.split()[-1:] == ["gender"] or any(speaks_of(field, one) for one in ("color", "material", "size"))


def facts_beyond(said: str, product: Product, usage: Usage) -> Iterator[Told]:
    """The facts that a description may tell and that are not said yet, each once.

    Not told: numbers without a unit, denials, lists, texts, addresses, markup, what changes, what no shopper words a need by, and
    colours where one is said: "yellow toner" in a grey case.
    """
    before = known = set(content_stems(said))
    for field, values in stated(product).items():
        value = _valued(field, values, usage)
        fact = Told(field, values, usage.capitals(_named(field, value)), value)
        news = set(content_stems(fact.name if fact.value == "yes" else fact.value))
        colored = speaks_of(field, "color") and before & (usage.colors | news)
        if fact.name and fact.value and not (news <= known or colored):
            known = known | news | set(content_stems(fact.name))
            yield fact


def _named(field: str, value: str) -> str:
    """The field's name in a sentence, in the singular for one value; "" for one that is not told."""
    name = field.removeprefix("product ")
    if name == "compatibility":
        return "compatible with"
    if name.endswith("s quantity"):
        name = f"number of {name.removesuffix(' quantity')}"
    name = _BEHIND.sub(r"\2 \1", _without_initials(name))
    sayable = _NAME.fullmatch(name) and (_PREDICATE.fullmatch(name) or not _NO_NOUN.fullmatch(name))
    if not sayable or DULL.match(field) or _PASSING.search(field):
        return ""
    return name if re.search("and |[,/]|^yes$", value) or not is_plural(name) else _singular(name)


def is_plural(name: str) -> bool:
    noun = name.split(" of ")[0]
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "series"))


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-2] if name.endswith(("sses", "xes", "ches", "shes")) else name[:-1]


def _without_initials(name: str) -> str:
    """ "mean time between failures mtbf" says it twice."""
    *before, last = name.split() or [""]
    initials = "".join(word[0] for word in before)
    return " ".join(before) if len(last) > 1 and initials.endswith(last) else name


def _valued(field: str, values: Sequence[str], usage: Usage) -> str:
    """The values as a sentence says them; "" where one of them is not told. Colours and materials are no names."""
    parts = list(dict.fromkeys(part.strip() for value in values for part in _LISTED.split(value)))
    counts = bool(_COUNT.search(field)) and len(parts) == 1 and parts[0].isdigit()
    listed = len(parts) > 1 and any("," in part for part in parts)
    if (
        listed
        or len(parts) > MOST
        or not (counts or all(map(_is_plain, parts)))
        or (parts == ["yes"] and is_asked(field))
    ):
        return ""
    if is_asked(field):
        return in_words([_TITLED.sub(lambda found: found[0].lower(), part) for part in parts])
    return in_words(["/".join(map(usage.lowered, part.split("/"))) for part in parts])


def _is_plain(value: str) -> bool:
    denied = set(value.casefold().split()) & NEGATIONS
    nothing = value.casefold() in _NOTHING or _NO_UNIT.fullmatch(value)
    long = len(value) > LONGEST or any(len(part.split()) > WORDS for part in value.split(","))
    return bool(_VALUE.fullmatch(value)) and not (long or denied or nothing)


def in_words(parts: Sequence[str]) -> str:
    """ "a, b and c", with a comma more where a part has an "and" of its own; "" for none."""
    *first, last = parts or [""]
    link = ", and " if any(" and " in part for part in parts) else " and "
    return f"{', '.join(first)}{link}{last}" if first else last
