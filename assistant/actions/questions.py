"""The questions that a message asks of a product, one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.product import Product
from retrieval.words import content_stems

from ..model import Parse, Slots
from ..names import short_title
from ..places import as_it

_PIECES = re.compile(r"[?.!;,]+|\band\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"\s*(?:also |then |so )?(?:(?:how|what|which|where|when|who)(?:['’]?s)?\b"
    r"|(?:is|are|does|do|can|could|will|would|has|have) (?:it|they|the|this|that|these|those|there|i|an?|my)\b)",
    re.IGNORECASE,
)  # what a question begins with


def questions(parse: Parse, products: Sequence[Product] = ()) -> list[Parse]:
    """The question, or each of several that the message asks of the products. What was read of the message stays with the one whose words
    it has; of a message with other acts beside this one only that is asked of the product."""
    asked = asked_in(parse.message)
    if len(asked) < 2 or len(parse.acts) > 1:
        return [parse]
    read = set(content_stems(parse.slots.ask or ""))
    kept = [one for one in asked if read and read <= set(content_stems(one))]
    bare = Slots(product=parse.slots.product, ref=parse.slots.ref)
    each = ((one, parse.slots.ask if one in kept else as_it(_by_pronoun(one, products))) for one in asked)
    return [replace(parse, message=one, slots=replace(bare, ask=ask)) for one, ask in each]


def _by_pronoun(question: str, products: Sequence[Product]) -> str:
    """The question with "it" for a title: "is the Oak Desk in stock" asks what "is it in stock" asks."""
    for product in products:
        title = re.escape(short_title(product.title))
        question = re.sub(rf"(?:\b(?:the|this|that) )?\b{title}\b", "it", question, flags=re.IGNORECASE)
    return question


def asked_in(message: str) -> list[str]:
    """Each question that the message asks, one after the other: "what colour is it, and is it heavy?" asks two, "is it soft and warm?"
    one."""
    asked = list[str]()
    for piece in filter(str.strip, _PIECES.split(message)):
        if asked and not is_question(piece):
            asked[-1] += f" and {piece.strip()}"
        else:
            asked.append(piece.strip())
    return [one for one in asked if is_question(one)]


def is_question(words: str) -> bool:
    """Whether the words begin as a question does: "is it in stock", not "stock"."""
    return bool(_QUESTION.match(words))
