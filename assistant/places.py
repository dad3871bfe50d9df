"""The places in a list that a message counts off: "the second", "the first two", "#3", "the last one". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from retrieval.kinds.of_listings import kind_at_end
from retrieval.product import Product
from retrieval.words import content_stems

from .model import Slots
from .normalize import amounts

LONGEST_KIND = 3  # words behind a place that may name a kind
_SO_MANY = re.compile(r"\b(?:all(?: of)?(?: the| these| those)?|these|those) $")
_END = re.compile(r"\b(first|top|last) $")
COUNTS = "two|three|four|five|six|seven|eight|nine|ten"
_THE_LAST = re.compile(rf"\b(?:the|that) (?:very )?last\b(?! (?:few|couple|time|thing|{COUNTS}|\d))")
_LAST = re.compile(rf"\blast\b(?! (?:few|couple|time|thing|{COUNTS}|\d))")
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
PLACES = f"{'|'.join(_ORDINALS)}|last|former|latter|middle|top|bottom|next|{COUNTS}|both|all|either"
_ORDINAL = re.compile(
    rf"\b(?P<word>{'|'.join(_ORDINALS)})\b|\b(?P<digits>\d+)(?:st|nd|rd|th)\b|(?:#|\b(?:number|no\.?|option|of)) ?(?P<named>\d+)\b"
)
_ORDINAL_OR_LAST = re.compile(rf"{_ORDINAL.pattern}|\blast\b")
_ENDS = re.compile(r"[.,;:!?]|\b(?:and|then|but)\b")  # what is said behind it names nothing of what stands before it
_JOINS = re.compile(r"\s*(?:,|&|\band\b|\bor\b)\s*(?:and\s+)?(?:the\s+)?")
_PRONOUN = re.compile(r"^\s*ones?\b")
_COUNTED = re.compile(rf"\b\d+(?:st|nd|rd|th)\b|#\s?\d|\bnumbers? \d|\b(?:{PLACES})\b")
_ONE_OF = re.compile(rf"\b(?:the|this|that) (?:{PLACES})(?: one)?\b", re.IGNORECASE)


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


def names_a_list_alone(message: str) -> bool:
    """Whether the one place that the message says is that of a list and not of a thing in it: "go back to the first list", "back to the
    first ones"."""
    text = message.lower()
    places = list(_ORDINAL_OR_LAST.finditer(text))
    return len(places) == 1 and bool(
        re.match(r" (?:list|page|results?)\b", text[places[0].end() :])
        or (re.search(r"\bback to the $", text[: places[0].start()]) and text[places[0].end() :].startswith(" ones"))
    )


def from_an_end(shown: Sequence[Product], message: str) -> list[Product]:
    """The shown products that a number counts from an end of the list: "the first three", "the top two", "the last 2"; else none."""
    text = message.lower()
    numbers = [amount for amount in amounts(text) if amount.text != "pair"]  # "the first pair" of shoes is one
    counted = [(int(amount.value), found) for amount in numbers if (found := _END.search(text[: amount.start]))]
    if len(counted) != 1 or not 2 <= counted[0][0] <= len(shown):
        return []
    ((count, found),) = counted
    return list(shown[-count:] if found[1] == "last" else shown[:count])


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
