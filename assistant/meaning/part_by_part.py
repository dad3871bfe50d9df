"""A message that says something of each of several things looked for, read part by part: "desk under 400, chair under 200"."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.words import content_stems

from ..model import DialogueState, Intent, Parse
from ..parse import clean
from ..parts import Parts
from .several_needs import in_turn
from .slips import read

_BETWEEN = re.compile(r"\s*(?:[,;]|\band\b)\s*(?:and\s+)?")
# What somebody has and does not look for: "he has a rod already, needs a reel".
_OWNED = re.compile(
    r"\b(?:i|we|he|she|they)(?:['’](?:s|ve))? (?:already (?:has|have|got|own)\b[^,.;]*|(?:has|have|got|own)\b[^,.;?]* already\b)[,.;]?"
    r"(?: (?:but|and|so))?",
    re.IGNORECASE,
)
LOOKING: tuple[Intent, ...] = ("search", "refine")


def part_by_part(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What was read as a search or a narrowing of one thing, where each part of the message names another need of the conversation, as a
    narrowing of each by what its own part says; the reader is asked once more for each part."""
    said = [one for one in _BETWEEN.split(clean(parse.message)) if one]
    named = [_named_in(one, state) for one in said]
    if parse.intent not in LOOKING or parse.then is not None or len(said) < 2 or len({*named} - {""}) < len(said):
        return parse
    each = [read(one, state, parts.parser, parts.speller) for one in said]
    if any(one.intent not in LOOKING or one.then is not None or one.slots.drop for one in each):
        return parse
    slots = [replace(one.slots, product=name, ref=()) for one, name in zip(each, named, strict=True)]
    confidence = min(one.confidence for one in each)
    return in_turn(replace(parse, intent="refine", confidence=confidence), slots)


def without_what_is_had(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What was read as a wish for what somebody says to have already, as the rest of the message reads by itself."""
    said = _OWNED.search(parse.message)
    rest = clean(_OWNED.sub(" ", parse.message))
    if said is None or parse.intent not in LOOKING or len(content_stems(rest)) < 1:
        return parse
    had = set(content_stems(said[0]))
    wanted = parse.slots.words_of("product", "features")
    if not any(set(content_stems(one)) <= had for one in wanted):
        return parse
    return read(rest, state, parts.parser, parts.speller)


def _named_in(part: str, state: DialogueState) -> str:
    """The one need of the conversation that is called by its last word in this part of a message; "" where none is, or several."""
    stems = content_stems(part)
    names = dict.fromkeys(one.product for one in state.needs() if one.product)
    found = [name for name in names if set(content_stems(name)[-1:]) & set(stems)]
    return found[0] if len(found) == 1 else ""
