"""Ages as listings say for whom a thing is: "for my 5 year old" -> "for my kids"."""

from __future__ import annotations

import re

GROUPS = ((1, "baby"), (3, "toddler kids"), (12, "kids"), (17, "teen"))  # years up to which a listing says so
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen".split()
# What comes after the age of a person, and not after that of a whisky or a clock.
_OF_A_PERSON = (
    "boys?|girls?|sons?|daughters?|nephews?|nieces?|kids?|child(?:ren)?|grand\\w+|god\\w+|toddlers?|bab(?:y|ies)|brother|sister|cousin|friend"
    "|teen(?:ager)?|man|woman|father|mother|dad|mum|mom|husband|wife|uncle|aunt|birthday|who|that|with|and|to|in|on|at|so|is|loves|likes|wants|needs|has"
)
_AGE = re.compile(
    rf"(?:\b\d{{1,2}} ?(?:-|to) ?)?\b(\d{{1,3}}|{'|'.join(_NUMBERS)})[ -]?(?:(?:years?|yrs?)[ -]?olds?|y\.?o)\b"
    rf"(?=\s*(?:$|[,.;!?)])|\s+(?:{_OF_A_PERSON})\b)",
    re.IGNORECASE,
)


def as_groups(text: str) -> str:
    """The text with each person's age as the group that listings name, that of an adult left out: a number alone would find "5-Drawer
    Dresser". A text of nothing else stays as it is."""
    return " ".join(_AGE.sub(_group, text).split()) or text


def _group(age: re.Match[str]) -> str:
    said = age.group(1).lower()
    years = _NUMBERS.index(said) if said in _NUMBERS else int(said)
    return next((name for most, name in GROUPS if years <= most), "")
