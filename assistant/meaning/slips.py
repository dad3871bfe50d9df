"""Mistyped words of a message, read as the shop spells them; said, so that the shopper sees it."""

from __future__ import annotations

from dataclasses import replace

from retrieval.spelling import Speller
from retrieval.words import content_words

from ..model import DialogueState, Parse
from ..parse import Parser

_IN_WORDS = ("product", "brand", "color", "size", "material", "features", "exclude")


def read(message: str, state: DialogueState, parser: Parser, speller: Speller | None) -> Parse:
    """What the message says with its mistyped words as they were probably meant; a note names those that a search goes by."""
    parse = replace(parser.parse(as_read(message, speller), state), message=message)
    return _noted(parse, speller.slips(message)) if speller else parse


def as_read(message: str, speller: Speller | None) -> str:
    """The message as the parser gets it."""
    return speller.mended(message) if speller else message


def _noted(parse: Parse, slips: dict[str, str]) -> Parse:
    said = {word for value in parse.slots.words_of(*_IN_WORDS) for word in content_words(value)}
    told = " and ".join(f"“{typed}” as “{meant}”" for typed, meant in slips.items() if meant in said)
    then = _noted(parse.then, slips) if parse.then else None
    return replace(parse, note=f"I read {told}." if told else parse.note, then=then)
