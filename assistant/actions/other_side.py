"""Two passages of the shop's texts that say different things of the same: both are shown, and neither is chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.policies.passages import Found, Policies

SAME_SUBJECT = 0.72  # cosine from which two statements of different sections speak of the same thing
_NUMBER = re.compile(r"(?<![\w.,])([$€£]?)(\d+(?:[.,]\d+)*)\s*(%|[a-z]+)?", re.IGNORECASE)
_NOT = re.compile(r"\b(?:no|not|never|cannot|can't|don't|won't|without)\b", re.IGNORECASE)


def with_the_other_side(found: Sequence[Found], policies: Policies) -> list[Found]:
    """The best passage, and the next one that says something else about the same thing."""
    first, *others = found
    for other in others:
        if other.passage.headings != first.passage.headings and _disagree(first, other, policies):
            return [first, other]
    return [first]


def _disagree(one: Found, other: Found, policies: Policies) -> bool:
    """Whether their best statements, of the same thing, name different numbers, or one denies what the other grants."""
    said, said_there = _best(one), _best(other)
    denied = bool(_NOT.search(said)) != bool(_NOT.search(said_there))
    if not denied and not _other_numbers(said, said_there, one.passage.text, other.passage.text):
        return False
    return policies.similarity(said, said_there) >= SAME_SUBJECT


def _best(found: Found) -> str:
    return max(zip(found.nearness, found.passage.statements, strict=True), key=lambda pair: pair[0])[1]


def _other_numbers(one: str, other: str, around: str, around_other: str) -> bool:
    """Whether the statements count the same unit differently and neither passage has the other's number somewhere else.

    Express shipping for $12.95 does not contradict a refund of the $4.95 for standard shipping where that costs $4.95 too.
    """
    here, there, known, known_there = map(_amounts, (one, other, around, around_other))
    return any(
        not there[unit] <= known.get(unit, set()) and not here[unit] <= known_there.get(unit, set())
        for unit in here.keys() & there.keys()
    )


def _amounts(text: str) -> dict[str, set[str]]:
    """The text's numbers by what they count: "within 30 days" -> {"day": {"30"}}."""
    found: dict[str, set[str]] = {}
    for sign, number, unit in _NUMBER.findall(text):
        found.setdefault(sign or unit.lower().removesuffix("s"), set()).add(number)
    return found
