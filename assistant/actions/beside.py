"""What a product's record has to say where the shop's rules answer a question that is about the product too."""

from __future__ import annotations

from collections.abc import Sequence

from babel.numbers import get_currency_symbol

from retrieval.dense import Embedder
from retrieval.product import Product
from retrieval.words import content_stems, without

from ..model import Answer, DialogueState, Parse
from ..parts import Parts
from .answering import Fact, facts_of
from .table import meant

SPEAKS_OF_IT = 0.45  # cosine from which a clause or a quoted statement speaks of a fact: benchmarks/mixed_questions.py


def product_meant(parse: Parse, state: DialogueState, parts: Parts) -> Product | None:
    """The product that a question about the shop's rules is about too: the message points at it or has a word of its title."""
    products = meant(parse, state, parts)[:1]
    pointed = bool(parse.slots.product or parse.slots.ref)
    return next((one for one in products if pointed or _own_words(one) & set(content_stems(parse.message))), None)


def stated_beside(
    product: Product,
    family: Sequence[Product],
    question: Sequence[str],
    quoted: Sequence[str],
    embedder: Embedder,
    *,
    known: str = "",
) -> Answer | None:
    """The facts of the record, without `known`, that a clause of the question or a quoted statement speaks of: the nearest to each.

    "It is too bright" speaks of the brightness. The price stands beside amounts, so that "free for orders of $49 or more" can be
    compared with it. None where nothing is spoken of.
    """
    facts = [fact for fact in facts_of(product, family) if fact.name and fact.name != known]
    asked = [without(clause, [product.title]) for clause in question]
    named = {fact.name: fact for texts in (asked, quoted) if (fact := _nearest(texts, facts, embedder))}
    sign = get_currency_symbol(product.currency, locale="en_US")
    named |= {fact.name: fact for fact in facts if fact.name == "price" and any(sign in one for one in quoted)}
    if not named:
        return None
    text = ", ".join(fact.told for fact in named.values())
    return Answer(f"{product.title}: {text}.", (product.title, *(fact.value for fact in named.values())))


def _nearest(texts: Sequence[str], facts: Sequence[Fact], embedder: Embedder) -> Fact | None:
    """The fact that one of the texts speaks of most, if any does."""
    if not texts or not facts:
        return None
    near = (embedder.embed([fact.text for fact in facts]) @ embedder.embed(list(texts)).T).max(axis=1)
    return facts[int(near.argmax())] if near.max() >= SPEAKS_OF_IT else None


def _own_words(product: Product) -> set[str]:
    return set(content_stems(product.title))
