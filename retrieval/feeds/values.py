"""Cells of a feed as values: text, availability, counts, ratings, category paths, names with values. Pure."""

from __future__ import annotations

import csv
import html
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST_FACT = 10_000  # characters; the longest list of compatible devices seen has 6,898

_ABSENT = frozenset({"", "null", "n/a", "none", "unknown", "nan", "undefined", "-", "--"})
_UNSPEAKABLE = re.compile(  # control characters, halves of surrogate pairs, marks that turn the direction of writing
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_TAG = re.compile(r"<(?:[a-zA-Z][^<>]*|/[a-zA-Z][^<>]*|!--.*?--|!doctype[^<>]*)>", re.DOTALL)
_TO_CLEAN = re.compile(r"[<&\[\\]|  ")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BREAK = re.compile(r"\\[nrt](?=[A-Z\s\\•*-]|$)")  # a line break that was written out
_SHORTCODE = re.compile(  # of shop systems and forums; "[blue]" and "[in stock]" are none
    r"\[/?(?:(?:vc|et_pb|fusion|elementor)_\w*(?:\s[^\]]*)?|(?:caption|gallery|embed)(?:\s+\w+=[^\]]*)?|(?:url|img)(?:=[^\]]*)?|[biu])\]"
)
_ESCAPED_TWICE = re.compile(r"&amp;(?:#[0-9]{1,7}|[a-zA-Z]{2,8});")
_BLOCKS = ["p", "div", "br", "li", "ul", "ol", "tr", "table", "section", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"]
_COUNT = re.compile(r"([0-9]{1,3}(?:[,. ][0-9]{3})+|[0-9]+)(?:\.0+)?\+?")
_RATING = re.compile(
    r"([0-9]+(?:[.,][0-9]+)?)(?:\s*(?:/|out of|von|of)\s*([0-9]+(?:[.,][0-9]+)?))?(\s*%)?(?:\s*stars?)?"
)

_IN_STOCK = frozenset(
    "instock available limitedstock limitedavailability lowstock onlineonly instoreonly yes true y".split()
)
_NOT_NOW = frozenset("preorder presale backorder backordered onbackorder onorder madetoorder".split())
_OUT = frozenset("outofstock soldout unavailable notavailable discontinued no false n".split()) | _NOT_NOW


class BadValue(ValueError):
    """A cell for which its row cannot be used."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.value, self.reason = field, value, reason


def is_absent(value: object) -> bool:
    """Nothing, an empty thing, not-a-number, or a word that says so: null, n/a, none, unknown."""
    return is_empty(value) or (isinstance(value, str) and len(value) < 12 and value.strip().lower() in _ABSENT)


def is_empty(value: object) -> bool:
    """Nothing, an empty thing or not-a-number."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value in ([], {}, ()) or (isinstance(value, float | Decimal) and math.isnan(value))


def plain_text(value: object) -> str:
    """One line of text without markup, entities, control characters or doubled spaces."""
    text = value if isinstance(value, str) else scalar_text(value)
    if text.isascii() and text.isprintable() and not _TO_CLEAN.search(text):
        return text.strip()
    return " ".join(_clean(text).split())


def plain_lines(value: object) -> str:
    """As `plain_text`, with the line breaks that paragraphs and lists make."""
    text = value if isinstance(value, str) else scalar_text(value)
    if text.isascii() and text.isprintable() and not _TO_CLEAN.search(text):
        return text.strip()
    lines = (" ".join(line.split()) for line in _clean(text).splitlines())
    return "\n".join(line for line in lines if line)


def scalar_text(value: object) -> str:
    """A single value as people write it: yes and no for booleans, no trailing zeros of a whole number."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value() and abs(value) < 10**15:
        return str(int(value))
    return str(value)


def parse_availability(value: object) -> tuple[bool | None, str | None]:
    """(whether it can be had now, the words that say more than yes or no). None: the feed does not say.

    Words of the merchant feeds and of schema.org; preorder and backorder are not in stock now.
    """
    if isinstance(value, bool):
        return value, None
    words = re.sub(r"^https?://schema\.org/", "", plain_text(value))
    key = re.sub(r"[^a-z0-9]", "", words.lower())
    if words != plain_text(value):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words).lower()  # InStoreOnly
        words = words.replace("pre order", "preorder").replace("back order", "backorder")
    if key.isdigit():
        return int(key) > 0, None
    if key in _IN_STOCK:
        return True, None
    if key in _OUT:
        return False, words if key in _NOT_NOW else None
    return None, words


def parse_count(value: object) -> int | None:
    """A whole number of things, 0 for less than none; None when it is not one. "1,204", "10+" and 15.0 are read."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return max(int(value), 0) if math.isfinite(value) and value == int(value) else None
    text = plain_text(value)
    found = _COUNT.fullmatch(text.removeprefix("-"))
    if found is None:
        return None
    return 0 if text.startswith("-") else int(re.sub(r"[,. ]", "", found[1]))


def parse_rating(value: object, scale: object = None) -> float | None:
    """Stars, 0..5, with two decimals at most; None when it cannot be told. scale: what full marks are, else 5 or as the text says."""
    found = _RATING.fullmatch(scalar_text(value).strip())
    if found is None:
        return None
    best = 100.0 if found[3] else _number(found[2]) or _number(scale) or 5.0
    stars = (_number(found[1]) or 0.0) * 5.0 / best
    return round(stars, 2) if 0.0 <= stars <= 5.0 else None


def parse_category(value: object) -> tuple[str, ...]:
    """Lower-case path from the department to the narrowest; of several paths the first. Empty when there is none."""
    value = from_json_text(value)
    if isinstance(value, Mapping):
        value = value.get("value") or value.get("name") or ""
    if isinstance(value, list | tuple):
        parts = [part for part in value if not is_absent(part)]
        if parts and (isinstance(parts[0], list | tuple | Mapping) or ">" in str(parts[0])):
            return parse_category(parts[0])
        return _path(str(part) for part in parts if not isinstance(part, list | tuple | Mapping))
    text = plain_text(value)
    separator = next((mark for mark in (">", "›", "»", "|", "/") if mark in text), None)
    return _path(text.split(separator) if separator else [text])


def parse_url(value: object) -> str | None:
    """An address that a page may link to: http, https, or a path of the shop's own; None for any other. Of a list the first."""
    value = from_json_text(value)
    if isinstance(value, list | tuple):
        return next((url for url in map(parse_url, value) if url), None)
    if isinstance(value, Mapping):
        return parse_url(value.get("url") or value.get("src") or "")
    text = _UNSPEAKABLE.sub("", str(value)).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if any(mark in text for mark in " \t\r\n\"'<>\\"):
        return None
    if parts.scheme in ("http", "https") and parts.netloc:
        return text
    return text if not parts.scheme and text.startswith("/") else None


def further_categories(value: object) -> int:
    """How many paths stand beside the one that `parse_category` takes."""
    value = from_json_text(value)
    if not isinstance(value, list | tuple):
        return 0
    parts = [part for part in value if not is_absent(part)]
    nested = [isinstance(part, list | tuple | Mapping) for part in parts]
    if parts and (nested[0] or ">" in str(parts[0])):
        return len(parts) - 1
    return sum(nested)


def structured_content(value: object) -> object:
    """The text of a merchant feed's structured_title, which says first who wrote it: `trained_algorithmic_media:"Desk Lamp"`."""
    if isinstance(value, Mapping):
        return value.get("content", value)
    found = re.fullmatch(r"\s*(?:default|trained_algorithmic_media)\s*:\s*\"?(.*?)\"?\s*", str(value), re.DOTALL)
    return found[1] if found else value


def listed_urls(value: object) -> list[object]:
    """The addresses of a cell one by one: of a list its members, of a text what its commas part."""
    value = from_json_text(value)
    if isinstance(value, list | tuple):
        return [url for each in value for url in listed_urls(each)]
    if isinstance(value, str):
        return [url for url in re.split(r"\s*,\s*(?=https?://)", value.strip()) if url]
    return [] if value is None else [value]


def facts(value: object) -> tuple[str, ...] | None:
    """The value or values of one attribute, none twice; None when they cannot be one: nested, an address, bytes, a book."""
    if type(value) is list and len(value) == 1:
        value = value[0]  # as most attributes are, and half the time of the general way
    if type(value) is str:
        text = _fact_text(value)
        if text is not None and text[:1] not in ("[", "{"):
            return (text,) if text else ()
    value = from_json_text(value)
    texts = [_fact(each) for each in (value if isinstance(value, list | tuple | set) else (value,))]
    return None if None in texts else tuple(dict.fromkeys(text for text in texts if text))


@lru_cache(maxsize=50_000)
def _fact_text(text: str) -> str | None:
    text = plain_text(text)
    return None if len(text) > LONGEST_FACT or text.startswith(("http://", "https://")) else text


def _fact(value: object) -> str | None:
    """One value as text; "" when it is empty, None when it cannot be a fact."""
    if isinstance(value, str):
        return _fact_text(value)
    if isinstance(value, Mapping | list | tuple | set | bytes):
        return None
    return "" if is_empty(value) else plain_text(value)


def named_values(value: object) -> list[tuple[str, object]] | None:
    """(name, value) pairs of a JSON object, a list of {"name", "value"}, or merchant text "section:name:value,…"; None of any other."""
    value = from_json_text(value)
    if isinstance(value, Mapping):
        return [(str(name), each) for name, each in value.items()]
    if isinstance(value, str):
        return _details(value)
    if not isinstance(value, list | tuple):
        return None
    pairs: list[tuple[str, object]] = []
    for each in value:
        if isinstance(each, Mapping) and "name" in each and "value" in each:
            pairs.append((str(each["name"]), each["value"]))
        elif isinstance(each, tuple) and len(each) == 2:  # a map column of Parquet
            pairs.append((str(each[0]), each[1]))
        else:
            return None
    return pairs


def _details(text: str) -> list[tuple[str, object]] | None:
    """Of "Light:Socket:E27,"Light:Colour:warm, not cold"" (socket, E27) and (colour, "warm, not cold")."""
    if len(text) > LONGEST_FACT:
        return None
    pairs: list[tuple[str, object]] = []
    for detail in next(csv.reader([" ".join(text.split())], skipinitialspace=True), []):
        _, _, named = detail.partition(":")
        name, mark, value = named.partition(":")
        if not mark:
            return None
        pairs.append((name, value))
    return pairs or None


def from_json_text(value: object) -> object:
    """What a cell holds when its text is a JSON list or object; any other value as it is."""
    if isinstance(value, str) and (text := in_brackets(value)) is not None:
        try:
            return json.loads(text, parse_float=Decimal)
        except (ValueError, RecursionError, ArithmeticError):
            return value
    return value


def in_brackets(cell: str) -> str | None:
    """The text of a cell that begins like a JSON list or object; None of any other."""
    return text if cell[:1] in ("[", "{", " ") and (text := cell.strip())[:1] in ("[", "{") else None


def as_date(value: object) -> date | None:
    """The day that an ISO 8601 text names; None when it names none."""
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def _path(parts: Iterable[str]) -> tuple[str, ...]:
    texts = (plain_text(part).lower() for part in parts)
    return tuple(dict.fromkeys(text for text in texts if text and not is_absent(text)))


def _number(value: object) -> float | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None


def markup_in(text: str, *, is_html: bool = False) -> str | None:
    """The first markup of a text that should be plain, with some words around it; of one that may be HTML what that would not explain."""
    if "&" not in text and "<" not in text and "[" not in text and "\\" not in text:
        return None
    patterns = (_ESCAPED_TWICE, _SHORTCODE, _BREAK) if is_html else (_ENTITY, _TAG, _SHORTCODE, _BREAK)
    found = next((match for pattern in patterns if (match := pattern.search(text))), None)
    return None if found is None else text[max(found.start() - 20, 0) : found.end() + 20]


def _clean(text: str) -> str:
    """Without markup, however often it was escaped."""
    before = None
    while text != before:
        before = text
        if "&" in text and not _TAG.search(text):
            text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)  # escaped markup turns into markup
        if _TAG.search(text):
            text = _without_markup(text)
    if "[" in text:
        text = _SHORTCODE.sub(" ", text)
    if "\\" in text:
        text = _BREAK.sub("\n", text)
    text = _UNSPEAKABLE.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _without_markup(text: str) -> str:
    """What a page would show of it: scripts and styles gone, blocks on lines of their own."""
    from bs4 import BeautifulSoup  # here: most feeds hold no markup

    soup = BeautifulSoup(text, "html.parser")
    for hidden in soup(["script", "style", "template", "noscript"]):
        hidden.decompose()
    for block in soup(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return soup.get_text()
