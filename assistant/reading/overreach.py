"""Messages that give orders to the machine behind the shop instead of saying what the shopper wants. Pure.

The model reads them well most of the time; what changes a cart or a state must not hang on most of the time.
"""

from __future__ import annotations

import re
import unicodedata

from ..model import Parse
from ..parse import clean

_OWN = r"(?:your|all|any|every|these|those|previous|prior|earlier|above|system|the system'?s?)"
_LAW = r"(?:instructions?|rules|prompts?|guidelines|programming|directives?|safeguards)"
_FREE = r"(?:[$£€]\s?)?(?:0(?:[.,]0+|[.,]01)?|zero|nothing|free|one (?:cent|dollar)|1 (?:cent|dollar)s?)\b"
_SIGNS = (
    rf"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*|disobey) (?:\w+ ){{0,3}}?{_OWN} (?:\w+ ){{0,2}}?{_LAW}\b",
    rf"\b(?:print|reveal|show|output|repeat|leak|tell)\b (?:\w+ )?your (?:\w+ )?(?:{_LAW}|password|configuration)\b",
    r"\b(?:system prompt|admin password|api keys?|jailbreak\w*|prompt injection|do anything now)\b",
    r"\b(?:developer|debug|admin|god|root|dan|maintenance) mode\b|\bsudo\b",
    r"\byou are now\b|\bpretend (?:to be|that you|you(?:'re| are))\b|\bfrom now on,? (?:you|answer|respond|reply|obey)\b",
    r"\bact as (?:\w+ ){0,2}?(?:admin\w*|developer|root|system|dan|owner|manager)\b",
    r"<\|[^|]{0,30}\|>|</?s>|\[/?inst\]|<</?sys>>|###? ?(?:instructions?|system|new task)\b|\"role\": ?\"(?:system|assistant)\"",
    r"(?:^|[.!?\[\](){}<>\"'*#|/-] ?)(?:system|assistant|developer|admin|root)(?: message| override)? ?:",
    r"\b(?:set|change|make|update|put) (?:all|every|each|its|their|your) (?:\w+ ){0,2}?prices?\b",
    rf"\b(?:set|change|make|update|override) (?:\w+ ){{0,3}}?prices? (?:to|=|be) ?{_FREE}",
    r"\bmark (?:\w+ ){1,3}?as (?:free|paid|shipped|delivered|refunded)\b",
    r"\b(?:drop table|delete from|insert into|union (?:all )?select|update \w+ set|or '?1'?='?1)\b|<script\b|\bonerror ?=|javascript:",
)
_RUN_TOGETHER = rf"(?:ignor|disregard|forget|overrid|bypass|disobey)\w{{0,24}}?{_OWN}\w{{0,16}}?{_LAW}"  # "i g n o r e a l l r u l e s"
_SIGN = re.compile("|".join((*_SIGNS, _RUN_TOGETHER)))
_SPELLED = re.compile(r"(?<!\w)\w(?:[ ._*-]\w){2,}(?!\w)")  # "i g n o r e", "i.g.n.o.r.e"
_UNSEEN = (
    "Mn",
    "Me",
    "Cf",
    "Cc",
)  # categories of characters that the eye takes no word apart at: marks, joiners, controls


def orders_in(message: str) -> tuple[str, ...]:
    """The parts of a message by which it addresses the machine, as `folded`, in order; empty for what shoppers say."""
    return tuple(match.group() for match in _SIGN.finditer(folded(message)))


def folded(message: str) -> str:
    """The message as an eye reads it, lower case: other forms of letters as plain ones (NFKD), no combining or invisible characters,
    words that are spelled letter by letter joined."""
    letters = unicodedata.normalize("NFKD", message)
    seen = "".join(c for c in letters if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    return clean(_SPELLED.sub(lambda run: run.group()[::2], seen))


def guarded(parse: Parse, message: str) -> Parse:
    """The parse; of a message that addresses the machine only the need for a product that it also names, else `other`. Of one that hides
    this from plain reading, letter by letter or between invisible characters, nothing is taken."""
    orders = orders_in(message)
    if not orders:
        return parse
    product, open_ = parse.slots.product, _SIGN.search(clean(message)) is not None
    if open_ and parse.intent == "search" and product and not any(product in order for order in orders):
        return parse
    return Parse("other", acts=("other",), confidence=parse.confidence)
