"""Whether a message says yes or no and nothing more. Pure."""

from __future__ import annotations

import re

from ..parse import clean

_WORD = re.compile(r"\w+(?:'\w+)?|👍|👎")
_AGREES = frozenset(
    "yes yeah yep yup yea ya y aye sure ok okay right correct exactly definitely absolutely alright fine go do course 👍".split()
)
_REFUSES = frozenset("no nope nah n not don't dont wrong never nevermind cancel stop leave 👎".split())
_AROUND = frozenset(
    "please pls thanks thank you that that's thats is it it's its ahead of i mean meant am all mind so".split()
)


def agrees(message: str) -> bool:
    """Whether the message says yes and nothing more."""
    words = _words(message)
    return bool(words & _AGREES) and words <= _AGREES | _AROUND


def refuses(message: str) -> bool:
    """Whether the message says no and nothing more."""
    words = _words(message)
    return bool(words & _REFUSES) and words <= _REFUSES | _AGREES | _AROUND


def _words(message: str) -> frozenset[str]:
    """The words of a message; none for a question, which neither agrees nor refuses."""
    said = clean(message)
    return frozenset() if "?" in said else frozenset(_WORD.findall(said))
