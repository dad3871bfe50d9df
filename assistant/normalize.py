"""Number words, currencies and thousands in what a shopper wrote, turned into exact numbers. Pure.

Knows nothing of intents or slots: it finds the amounts of a text and reads them; which amount means what, the parser says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from price_parser import Price
from text_to_num import text2num

DIGIT_LIMIT = 12  # characters of an amount in digits; longer ones are order numbers or noise
NEAR = Decimal("0.2")  # "around 100" is 80 to 120

_UNITS = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fourty fifty sixty seventy eighty ninety".split()
_SCALES = {"hundred": 100, "hundo": 100, "thousand": 1000, "grand": 1000, "k": 1000}
_NAMED = {
    "half a dozen": 6, "half dozen": 6, "a dozen": 12, "dozen": 12, "a couple": 2, "couple": 2, "a pair": 2, "pair": 2,
    "single": 1, "both": 2, "twice": 2, "fiver": 5, "tenner": 10, "another": 1,
}  # fmt: skip

_WORD = rf"(?:{'|'.join(_TEENS + _TENS + _UNITS)})"
_SCALE = r"(?:hundred|hundo|thousand|grand)"
_PATTERN = re.compile(
    rf"""
    (?P<digits>\d{{1,3}}(?:[.,']\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d) | \d+(?:[.,]\d+)?)
        (?:\s?(?P<scale>k|{_SCALE})(?![^\W\d_]))?
    | (?<!\w)(?P<dozens>{_WORD}\ dozen)(?!\w)
    | (?<!\w)(?P<words>(?:a[ -](?={_SCALE}))?(?:{_WORD}|{_SCALE})
        (?:(?:(?<=hundred)\ and\ |(?<=thousand)\ and\ |[ -])(?:{_WORD}|{_SCALE}))*)(?!\w)
    | (?<!\w)(?P<named>{"|".join(map(re.escape, _NAMED))})(?!\w)
    """,
    re.VERBOSE,
)
_RANGE = re.compile(r"\s*(?:-|–|to|and|n|or|&)\s*[$£€]?")


_WRITTEN = {"USD": r"\$|dollars?|bucks?|usd", "EUR": r"€|euros?|eur", "GBP": r"£|quid|pounds?|gbp"}
_CASH = rf"(?:{'|'.join(_WRITTEN.values())}|p|cents?|ish|each|max|tops)"
_UNIT = (
    r"(?:inch(?:es)?|cm|mm|m|km|met(?:er|re)s?|ft|feet|foot|kg|kilos?|g|grams?|mg|lbs?|oz|ounces?|l|lit(?:er|re)s?|ml|gb|tb|mb"
    r"|w|watts?|v|volts?|mah|hz|khz|mp|db|lumens?|degrees?|°|%|hours?|hrs?|minutes?|mins?|days?|weeks?|months?|years?|yrs?|yo"
    r"|person|people|ports?|keys|shelves|spf|ply|gsm|tog)"
)
_MEASURED_AFTER = re.compile(rf"\s?-?(?:{_UNIT}(?![^\W\d_])|[\"']|x\s?\d|/\d)|(?!{_CASH}(?![^\W\d_]))[^\W\d_]")
_MEASURED_BEFORE = re.compile(r"(?:[^\W\d_]|\d[x/]|(?<!\w)(?:size|sz|uk|eu|us)\s)$")


@dataclass(frozen=True)
class Amount:
    """A number as written: message[start:end] == text. scale: what a trailing "hundred" or "k" multiplied by, else 1.

    measured: a length, a weight, a shoe size, part of a name; never money and no count.
    """

    text: str
    start: int
    end: int
    value: Decimal
    scale: int = 1
    measured: bool = False


def amounts(message: str) -> tuple[Amount, ...]:
    """Every amount of a lower-case message in order, not overlapping; currency signs and words stay outside the text.

    "between three and five hundred" gives 300 and 500: a bare first bound below the second shares its scale.
    """
    found = list(_read_all(message))
    for i in range(len(found) - 1):
        first, second = found[i], found[i + 1]
        between = message[first.end : second.start]
        if not _RANGE.fullmatch(between):
            continue
        if second.scale > 1 == first.scale and first.value < 100:
            found[i] = replace(first, value=first.value * second.scale)
        elif second.measured and not first.measured:  # "12 to 16 inch"
            found[i] = replace(first, measured=True)
    return tuple(found)


def currency_of(message: str) -> str | None:
    """The code of the currency whose sign or word stands at an amount of a lower-case message; None where none does."""
    for amount in amounts(message):
        before, after = message[: amount.start].rstrip(), message[amount.end :]
        for code, written in _WRITTEN.items():
            if re.search(rf"(?:{written})$", before) or re.match(rf"\s?(?:{written})(?!\w)", after):
                return code
    return None


def around(value: Decimal) -> tuple[Decimal, Decimal]:
    """The bounds meant by "around value": a fifth to either side."""
    return value * (1 - NEAR), value * (1 + NEAR)


def middle_of(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """The value that these are the bounds around; None where they are around none."""
    if low is None or high is None or around(middle := high / (1 + NEAR)) != (low, high):
        return None
    return middle


def _read_all(message: str) -> Iterator[Amount]:
    for match in _PATTERN.finditer(message):
        value = _value(match)
        if value is not None:
            yield Amount(match.group(), match.start(), match.end(), value, _scale(match), _is_measured(message, match))


def _is_measured(message: str, match: re.Match[str]) -> bool:
    """Whether a unit of measure, a size's name or a letter stands at the number: "16 inch", "uk 5", "r16", "20x30"."""
    before, after = message[max(0, match.start() - 6) : match.start()], message[match.end() :]
    return bool(_MEASURED_BEFORE.search(before) or _MEASURED_AFTER.match(after))


def _value(match: re.Match[str]) -> Decimal | None:
    if named := match["named"]:
        return Decimal(_NAMED[named])
    if dozens := match["dozens"]:
        return _words_value(dozens.removesuffix(" dozen"), 12)
    if words := match["words"]:
        return _words_value(words)
    return _digits_value(match["digits"], _SCALES.get(match["scale"] or "", 1))


def _digits_value(digits: str, scale: int) -> Decimal | None:
    if len(digits) > DIGIT_LIMIT:
        return None
    if re.fullmatch(r"\d+[.,]\d{1,2}|\d+[.,]\d{4,}", digits):  # one separator and not three digits: decimals
        value: Decimal | None = Decimal(digits.replace(",", "."))
    else:
        value = Price.fromstring(digits.replace("'", "")).amount
    return None if value is None else value * scale


def _words_value(words: str, times: int = 1) -> Decimal | None:
    plain = words.replace("fourty", "forty").replace("hundo", "hundred").replace("grand", "thousand").replace("-", " ")
    plain = re.sub(r"^a (?=hundred|thousand)", "one ", plain)
    if plain.split()[0] in ("hundred", "thousand"):
        plain = f"one {plain}"
    first, _, rest = plain.partition(" ")
    try:
        if first in _UNITS and rest.split(" ")[0] in _TEENS + _TENS:  # "two fifty" said of money is 250
            return Decimal(100 * text2num(first, "en") + text2num(rest, "en"))
        return Decimal(text2num(plain, "en") * times)
    except (ValueError, InvalidOperation):
        return None


def _scale(match: re.Match[str]) -> int:
    last = re.split(r"[\s-]", match.group())[-1]
    return _SCALES.get(match["scale"] or last, 1)
