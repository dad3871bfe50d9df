"""Drafts of better descriptions: what is wrong with the one there is, what of it stays, and sentences that state facts of the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from more_itertools import chunked

from ..product import Product
from ..reranking.listing_text import listing_sentences
from ..words import content_stems, stem
from .telling import Told, Usage, facts_beyond, in_words, is_plural

SHORT = 10  # words
FEWEST, MOST = 2, 8  # facts that a draft adds
TOGETHER = 3  # facts of a sentence
ASKED = frozenset(map(stem, ("color", "material", "gender")))  # what shoppers ask for of anything

Sentence = tuple[str, tuple[Told, ...]]


@dataclass(frozen=True)
class Draft:
    """wrong: with the description that is there. kept: its own sentences, word by word. added: each sentence with its facts."""

    product: Product
    wrong: str
    kept: tuple[str, ...]
    added: tuple[Sentence, ...]


def drafts(products: Sequence[Product]) -> Iterator[Draft]:
    """For each listing whose description is missing, repeats the title, is short or leaves out what shoppers ask for, where its record
    states enough that title and description do not say."""
    usage = Usage(products)
    for product in products:
        kept = _kept(product)
        facts = list(facts_beyond(" ".join((product.title, *kept)), product, usage))
        wrong = _wrong(product, kept)
        if not wrong:
            facts = [fact for fact in facts if stem(fact.name) in ASKED]
            wrong = f"the description leaves out {in_words([fact.name for fact in facts])}"
        if len(facts) >= FEWEST:
            yield Draft(product, wrong, kept, tuple(sentences(facts[:MOST])))


def sentences(facts: Iterable[Told]) -> Iterator[Sentence]:
    """The facts in sentences: what it is, what its properties are, what else is listed. A fact with a comma in it stands alone."""
    has = [fact for fact in facts if fact.value == "yes"]
    of_it = [fact for fact in facts if fact not in has and fact.predicate]
    of_its = [fact for fact in facts if fact not in has and not fact.predicate]
    for group in _grouped(of_it):
        yield f"It {in_words([fact.predicate for fact in group])}.", group
    for group in _grouped(of_its):
        said = in_words([f"its {fact.name} {'are' if is_plural(fact.name) else 'is'} {fact.value}" for fact in group])
        yield f"I{said[1:]}.", group
    if has:
        yield (
            f"Also listed: {in_words([fact.name for fact in has])}.",
            tuple(has),
        )  # names of fields, which have no articles


def _grouped(facts: Sequence[Told]) -> Iterator[tuple[Told, ...]]:
    yield from map(tuple, chunked((fact for fact in facts if "," not in fact.value), TOGETHER))
    yield from ((fact,) for fact in facts if "," in fact.value)


def _kept(product: Product) -> tuple[str, ...]:
    """The description's sentences; none where none says more than the title."""
    title = {*content_stems(product.title), *content_stems(product.brand or "")}
    return tuple(listing_sentences(product.description)) if set(content_stems(product.description)) - title else ()


def _wrong(product: Product, kept: Sequence[str]) -> str:
    """What is wrong with the description as a whole; "" for nothing."""
    if not product.description:
        return "there is no description"
    if not kept:
        return "the description only repeats the title"
    count = len(product.description.split())
    return f"the description has only {count} word{'s' if count > 1 else ''}" if count < SHORT else ""
