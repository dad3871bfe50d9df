"""A question about a product: answered from its record or in its listing's own words, else "the listing doesn't say"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from retrieval.dense import Embedder
from retrieval.product import Product, money
from retrieval.words import content_stems

from ..model import Answer, DialogueState, Outcome, Parse
from ..parts import Parts
from .table import meant

SAME_SUBJECT = 0.5  # cosine from which a fact speaks of what was asked; below it the listing is said not to say
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
MOST_ASKED = 3


def ask_product(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The answer for each product meant, at most three, each in the product's own words."""
    products = meant(parse, state, parts)[:MOST_ASKED]
    if not products:
        return Outcome(answer=Answer("Which product do you mean? I have not shown one yet.", found=False))
    asked = parse.slots.ask or " ".join(
        (*parse.slots.features, *parse.slots.color, *parse.slots.size, *parse.slots.material)
    )
    answers = [answer_for(product, asked, parts.embedder) for product in products]
    return Outcome(
        focus=products[0].id,
        answer=Answer(
            " ".join(a.text for a in answers),
            tuple(e for a in answers for e in a.evidence),
            any(a.found for a in answers),
        ),
    )


def answer_for(product: Product, asked: str, embedder: Embedder) -> Answer:
    """The fact of the record or the sentence of the listing that speaks of what was asked; never a yes or no of our own."""
    facts = list(facts_of(product))
    wanted = set(content_stems(asked))
    best = max(facts, key=lambda fact: len(wanted & set(content_stems(fact))), default="") if wanted else ""
    if best and wanted <= set(content_stems(best)):
        return _say(product, best)
    if wanted and facts and (near := _nearest(asked, facts, embedder)):
        return _say(product, near)
    subject = f" about “{asked}”" if asked else " about that"
    return Answer(f"The listing of {product.title} doesn't say anything{subject}.", (product.title, asked), found=False)


def facts_of(product: Product) -> Iterator[str]:
    """Everything that the record states, a fact a line: price, stock, rating, brand, attributes, then the description's sentences."""
    if product.price is not None:
        yield f"price: {money(product.price, product.currency)}"
    if product.in_stock is not None:
        yield "availability: in stock" if product.in_stock else "availability: sold out"
    if product.rating is not None:
        reviews = f" from {product.review_count} reviews" if product.review_count else ""
        yield f"rating: {product.rating:g} of 5{reviews}"
    if product.brand:
        yield f"brand: {product.brand}"
    for name, value in product.options.items():
        yield f"{name}: {value}"
    for name, values in product.attributes.items():
        if name not in product.options:
            yield f"{name}: {', '.join(values)}"
    yield from filter(None, _SENTENCE.split(product.description))


def _nearest(asked: str, facts: list[str], embedder: Embedder) -> str | None:
    vectors = embedder.embed([asked, *facts])
    scores = vectors[1:] @ vectors[0]
    best = int(np.argmax(scores))
    return facts[best] if scores[best] >= SAME_SUBJECT else None


def _say(product: Product, fact: str) -> Answer:
    said = f"“{fact.strip()}”" if fact in product.description else f"{fact}."
    return Answer(f"{product.title}: {said}", (product.title, fact))
