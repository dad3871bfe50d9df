"""A question about a product: answered from its record or in its listing's own words, else "the listing doesn't say"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.dense import Embedder
from retrieval.evidence import COLORS
from retrieval.listing_text import listing_sentences
from retrieval.product import Product, money
from retrieval.words import content_stems, stem

from ..model import Answer, DialogueState, Outcome, Parse
from ..parts import Parts
from .stating import offered
from .table import meant
from .titles import beyond_title

SAME_SUBJECT = 0.5  # cosine from which a fact speaks of what was asked; below it the listing is said not to say
COLOR_NAMES = ("color", "colour", "colors", "colours")
FEW_LEFT = 3
MOST_ASKED = 3
OVERVIEW_SENTENCES = 3
WHOLE = "details"  # asked for where a product is only named: "tell me about the Oak Desk"
# Verbs that link a question to what it asks about, and say nothing of it themselves: "does it come in red", "is it made of oak".
_LINKS = frozenset(map(stem, "come comes coming made make makes get got there available".split()))
_OVERVIEW = frozenset(
    content_stems("more details description information info")
)  # what the whole of a listing is asked for by


@dataclass(frozen=True)
class Fact:
    """One thing that the record states. name: of the field, "" for a sentence of the description. asked_as: another word for the name."""

    name: str
    value: str
    asked_as: str = ""

    @property
    def text(self) -> str:
        """What a question is compared with."""
        names = " ".join(filter(None, (self.name, self.asked_as)))
        return f"{names}: {self.value}" if names else self.value

    def has(self, stems: set[str]) -> bool:
        return stems <= set(content_stems(self.text))


def ask_product(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The answer for each product meant, at most three, each in the product's own words."""
    products = meant(parse, state, parts)[:MOST_ASKED]
    if not products:
        unclear = (
            "Which of the products shown do you mean?"
            if state.shown
            else "Which product do you mean? I have not shown one yet."
        )
        return Outcome(answer=Answer(unclear, found=False))
    words = asked_about(parse)
    asked = beyond_title(words, parse.message, products) or (words and WHOLE)
    answers = [answer_for(product, parts.catalog.variants(product), asked, parts.embedder) for product in products]
    text = " ".join(answer.text for answer in answers)
    evidence = tuple(words for answer in answers for words in answer.evidence)
    found = any(answer.found for answer in answers)
    outcome = Outcome(focus=products[0].id, answer=Answer(text, evidence, found, answers[0].field))
    return outcome if found or not asked else offered(outcome, products, asked, state, parts)


def asked_about(parse: Parse) -> str:
    """The words that say what the question is about, "" for none."""
    slots = parse.slots
    return slots.ask or " ".join((*slots.features, *slots.color, *slots.size, *slots.material))


def answer_for(product: Product, family: Sequence[Product], asked: str, embedder: Embedder) -> Answer:
    """The fact of the record or the sentence of the listing that speaks of what was asked; never a yes or no of our own."""
    facts = list(facts_of(product, family))
    said = set(content_stems(asked))
    wanted = said - _LINKS or said
    if wanted and wanted <= _OVERVIEW and product.description:
        text = " ".join(listing_sentences(product.description)[:OVERVIEW_SENTENCES])
        return Answer(f"{product.title}: “{text}”", (product.title, text))
    if wanted:
        named = Fact("", product.title)  # answers where nothing else has the words
        stating = [fact for fact in facts if fact.has(wanted)] or [fact for fact in (named,) if fact.has(wanted)]
        about_color = [fact for fact in facts if fact.name in COLOR_NAMES and wanted & COLORS]
        fact = _nearest(asked, stating or about_color, embedder, -1.0) or _nearest(asked, facts, embedder, SAME_SUBJECT)
        if fact is not None:
            return _say(product, fact)
    subject = f" about “{asked}”" if asked else " about that"
    return Answer(f"The listing of {product.title} doesn't say anything{subject}.", (product.title, asked), found=False)


def facts_of(product: Product, family: Sequence[Product]) -> Iterator[Fact]:
    """Everything that the record states: price, stock, rating, brand, what its variants come in, attributes, then the description."""
    if product.price is not None:
        yield Fact("price", money(product.price, product.currency), asked_as="how much, cost")
    if product.in_stock is not None:
        few = f", only {product.stock} left" if product.stock and product.stock <= FEW_LEFT else ""
        said = f"in stock{few}" if product.in_stock else "sold out"
        yield Fact("availability", said, asked_as="in stock, sold out, how many left")
    if product.rating is not None:
        yield Fact(
            "rating",
            f"{product.rating:g} of 5" + (f" from {product.review_count} reviews" if product.review_count else ""),
        )
    if product.brand:
        yield Fact("brand", product.brand)
    for name in product.options:
        yield Fact(
            name, ", ".join(dict.fromkeys(variant.options[name] for variant in family if name in variant.options))
        )
    yield from (
        Fact(name, ", ".join(values)) for name, values in product.attributes.items() if name not in product.options
    )
    yield from (Fact("", sentence) for sentence in listing_sentences(product.description))


def _nearest(asked: str, facts: Sequence[Fact], embedder: Embedder, least: float) -> Fact | None:
    """The fact closest to the question in meaning, when its cosine is at least `least`."""
    if not facts:
        return None
    vectors = embedder.embed([asked, *(fact.text for fact in facts)])
    scores = vectors[1:] @ vectors[0]
    best = int(np.argmax(scores))
    return facts[best] if scores[best] >= least else None


def _say(product: Product, fact: Fact) -> Answer:
    said = f"{fact.name} {fact.value}." if fact.name else f"“{fact.value.strip()}”"
    return Answer(f"{product.title}: {said}", (product.title, fact.value), field=fact.name)
