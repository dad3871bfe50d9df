"""Whether a message asks what is known of the shopper, or to forget it, or says what holds of them beyond this need; and what is said to
the question whether to forget it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from retrieval.dense import Embedder
from retrieval.examples import Examples
from retrieval.words import content_stems

from ..lasting import LASTING, of_oneself
from ..model import AboutMe, DialogueState, Intent, Parse, Slots
from ..parts import Parts
from ..wishes import Wish

SENTENCES = Path(__file__).with_suffix(".toml")
LEAST = 0.6  # cosine of the nearest sentence
AHEAD = 0.04  # by how much it must be nearer than those of anything else
_EXAMPLES = Examples.read(SENTENCES)
_OF_US = re.compile(r"\b(?:i|im|ive|me|my|mine|myself|we|us|our)\b", re.IGNORECASE)
_TO_FORGETTING = Examples.read(SENTENCES.with_name("forgetting.toml"))
ABOUT_ME: tuple[Intent, ...] = ("help", "greet", "reset", "search", "refine", "feedback", "policy", "other")


def about_me(message: str, embedder: Embedder) -> AboutMe | None:
    """What the message is about, of the shopper; None where it is near to nothing of the kind, or nearly as near to something else."""
    return cast(AboutMe | None, _EXAMPLES.surest(message, embedder, least=LEAST, ahead=AHEAD))


def to_forgetting(message: str, embedder: Embedder) -> Literal["all", "anew"] | None:
    """What a message that was read as a new start says to the question whether all that is known shall be forgotten: yes, or to look for
    something else; None where it is near to neither, as "forget the boots" is: what is erased does not come back."""
    return cast(Literal["all", "anew"] | None, _TO_FORGETTING.surest(message, embedder, least=LEAST, ahead=AHEAD))


def of_the_shopper(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question for what is known of the shopper, the wish that it be forgotten, or what holds of them whatever is looked for: what was
    read names no such act."""
    of_a_kind = parse.intent == "search" and parse.slots.product is not None
    if parse.intent not in ABOUT_ME or of_a_kind or parse.then is not None or parse.about_me is not None:
        return parse
    if state.asked and state.asked.about_me and parse.intent == "reset":
        return _to_forgetting(parse, state.asked, parts)
    if letting_go := _kept_one(parse, state, parts):
        return Parse("feedback", acts=("feedback",), message=parse.message, lets_go=letting_go)
    bare = replace(parse.slots, ask=None, ref=(), drop=()) == Slots()  # "delete the white ones" names things
    speaks = bool(of_oneself(parse.slots)) and parse.slots.product is None
    of_us = speaks and _OF_US.search(parse.message)  # "not gold" is of the need alone
    wanted = about_me(parse.message, parts.embedder) if bare or of_us else None
    if wanted == "self":
        return replace(parse, intent="refine", acts=("refine",), about_me="self") if speaks else parse
    return Parse("help", acts=("help",), message=parse.message, about_me=wanted) if wanted and bare else parse


def _to_forgetting(parse: Parse, asked: Parse, parts: Parts) -> Parse:
    """What a message that was read as a new start means after the question whether to forget all that is known: that it be forgotten, a
    new start, or neither surely, which has it asked once more."""
    said = to_forgetting(parse.message, parts.embedder)
    if said == "all":
        return replace(asked, confidence=1.0)  # "forget that", after it was told
    return parse if said == "anew" else Parse("help", acts=("help",), message=parse.message, about_me="forget")


def _kept_one(parse: Parse, state: DialogueState, parts: Parts) -> Wish | None:
    """The kept wish that a message takes back which takes back nothing else: "forget that I'm vegan", while no bag is to be, or after it
    was told what is known. "Forget my size" means the one size that is kept."""
    if parse.slots != Slots(drop=parse.slots.drop) or len(parse.slots.drop) != 1:
        return None
    (words,) = parse.slots.drop
    now = {value for name in LASTING for value in getattr(state.constraints, name)}
    told = state.asked is not None and state.asked.about_me is not None
    free = [wish for wish in parts.holding(state) if told or wish.value not in now]
    said = frozenset(content_stems(words))
    named = [one for one in free if said and said in _called(one)]
    of_field = [one for one in free if one.field == words]
    return named[0] if named else of_field[0] if len(of_field) == 1 else None


def _called(wish: Wish) -> tuple[frozenset[str], ...]:
    """The words of a wish that lasts, of "size 42" also without "size"."""
    return frozenset(content_stems(wish.value or "")), frozenset(content_stems(wish.text))
