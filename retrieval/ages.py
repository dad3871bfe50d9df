"""Ages as listings say for whom a thing is: "for my 5 year old" -> "for my kids"."""

from __future__ import annotations

import re

GROUPS = ((1, "baby"), (3, "toddler kids"), (12, "kids"), (17, "teen"))  # years up to which a listing says so
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen".split()
_AGE = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)})[ -]?(?:years?|yrs?|y\.?o\.?)(?:[ -]?olds?)\b|\b(\d{{1,2}})[ -]?yo\b",
    re.IGNORECASE,
)


def as_groups(text: str) -> str:
    """The text with each age as the group that listings name, that of an adult left out: a number alone would find "5-Drawer Dresser"."""
    return " ".join(_AGE.sub(_group, text).split())


def _group(age: re.Match[str]) -> str:
    said = (age.group(1) or age.group(2)).lower()
    years = _NUMBERS.index(said) if said in _NUMBERS else int(said)
    return next((name for most, name in GROUPS if years <= most), "")
