"""What a reading says of each token of a message and of the message as a whole, as the classes that the tagger tells apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...model import GENDERS, INTENTS, REFERENCES, Intent, Parse, Slots
from ...parse import COPIED, INTENT_WORDS, MAX_POSITION, PRICE_WORDS, REF_WORDS, SORT_WORDS, clean, spans

_SLOTS = (*COPIED.values(), *PRICE_WORDS, "count")
TAGS = ("O", *(f"{place}-{slot}" for slot in _SLOTS for place in "BI"))  # Ramshaw and Marcus, 1995
POINTED: tuple[int | str, ...] = (*range(1, MAX_POSITION + 1), *REFERENCES)
SORTS = (None, *SORT_WORDS)
FOR = (None, *GENDERS)
SIZES = (
    len(INTENTS),
    1 + len(INTENTS),
    len(POINTED),
    len(SORTS),
    len(FOR),
)  # of the classes of a message, in the order of Classes
_TAG = {tag: number for number, tag in enumerate(TAGS)}

Act = tuple[Intent, Slots]
T = TypeVar("T")


@dataclass(frozen=True)
class Classes:
    """A reading. tags: one of TAGS for each token of the message. intent: of INTENTS; then: that of the second act, 0 for none, else one
    more than its place. pointed: 1 for each of POINTED that it points at, else 0. sort: of SORTS. gender: of FOR."""

    tags: tuple[int, ...]
    intent: int
    then: int
    pointed: tuple[int, ...]
    sort: int
    gender: int


def acts_of(parse: Parse) -> list[Act]:
    """The acts of a message in order, each with its slots."""
    return [(one.intent, one.slots) for one in parse.in_order()]


def classes_of(acts: Sequence[Act], message: str, offsets: Sequence[tuple[int, int]]) -> Classes:
    """The classes of these acts. offsets: of the message's tokens, in characters of what `clean` makes of it."""
    said = [slots for _, slots in acts]
    intents = [INTENTS.index(intent) for intent, _ in acts]
    return Classes(
        tags=_tags(said, clean(message), offsets),
        intent=intents[0],
        then=1 + intents[1] if len(intents) > 1 else 0,
        pointed=tuple(int(any(one in slots.ref for slots in said)) for one in POINTED),
        sort=SORTS.index(_last(slots.sort for slots in said)),
        gender=FOR.index(_last(slots.gender for slots in said)),
    )


def line_of(found: Classes, message: str, offsets: Sequence[tuple[int, int]]) -> str:
    """An answer line that says these classes, all in the first act, since classes do not say which act a value is of. It is a guess at
    what the language model writes, and need not be one that the grammar allows."""
    parts = [INTENT_WORDS[INTENTS[found.intent]]]
    if pointed := [str(one) for one, yes in zip(POINTED, found.pointed, strict=True) if yes]:
        parts.append("ref " + " ".join(REF_WORDS.get(one, one) for one in pointed))
    if sort := SORTS[found.sort]:
        parts.append(f"sort {SORT_WORDS[sort]}")
    if gender := FOR[found.gender]:
        parts.append(f"gender {gender}")
    parts += _values(found.tags, clean(message), offsets)
    if found.then:
        parts.append(f"then {INTENT_WORDS[INTENTS[found.then - 1]]}")
    return " " + "; ".join(parts)


def _values(tags: Sequence[int], message: str, offsets: Sequence[tuple[int, int]]) -> Iterator[str]:
    """`name words` of each run of tags of one value, in the order of the message. A word is of the value of its first token."""
    begun: list[tuple[str, int, int]] = []
    for (start, end), number in zip(offsets, tags, strict=True):
        place, _, slot = TAGS[number].partition("-")
        name, since, until = begun[-1] if begun else ("", 0, 0)
        within = start and message[start - 1 : start + 1].isalnum()
        if (within and until == start) or (place == "I" and slot == name):
            begun[-1] = name, since, end
        elif slot and not within:
            begun.append((slot, start, end))
    yield from (f"{name} {message[since:until]}" for name, since, until in begun)


def _tags(said: Iterable[Slots], message: str, offsets: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """A token of two values is of the one that is named first."""
    tags = [0] * len(offsets)
    for start, slot, words in (span for slots in said for span in sorted(spans(slots, message))):
        within = [i for i, (a, b) in enumerate(offsets) if b > start and a < start + len(words) and tags[i] == 0]
        for i in within:
            tags[i] = _TAG[f"{'B' if i == within[0] else 'I'}-{slot}"]
    return tuple(tags)


def _last(values: Iterable[T | None]) -> T | None:
    """The last that is said."""
    return next((value for value in reversed(list(values)) if value is not None), None)
