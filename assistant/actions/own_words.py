"""The sentence of each listing that tells it from the others, where records state no more than a price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.dense import Embedder
from retrieval.product import Product
from retrieval.reranking.listing_text import listing_sentences
from retrieval.words import content_stems

from ..model import Comparison, Row

FIELD = "the listing says"
LONGEST = 35  # words of a sentence that is quoted
_PLAIN_FACTS = frozenset(("price", "rating", "availability", "brand", "gender"))


def own_words(products: Sequence[Product], need: str, embedder: Embedder) -> Mapping[str, str]:
    """By id, the sentence of the description that is nearest to the need and has most that the others lack; empty unless all have one."""
    said: dict[str, str] = {}
    for product in products:
        others = {stem for other in products if other is not product for stem in content_stems(_text(other))}
        sentences = [one for one in listing_sentences(product.description) if len(one.split()) <= LONGEST]
        if not sentences:
            return {}
        vectors = embedder.embed([need, *sentences])
        near = (vectors[1:] @ vectors[0]).tolist()
        worth = [cosine + _share_of_own(one, others) for one, cosine in zip(sentences, near, strict=True)]
        said[product.id] = sentences[worth.index(max(worth))].strip()
    return said if len(set(said.values())) == len(products) else {}


def with_words(comparison: Comparison, said: Mapping[str, str]) -> Comparison:
    """The comparison with a last column of what the listings say."""
    rows = tuple(Row(row.product_id, (*row.values, said[row.product_id])) for row in comparison.rows)
    return replace(comparison, fields=(*comparison.fields, FIELD), rows=rows)


def is_bare(comparison: Comparison | None) -> bool:
    """Whether the records differ in nothing by which one chooses but price, rating, stock, maker and for whom they are."""
    return comparison is None or set(comparison.fields) <= _PLAIN_FACTS


def _share_of_own(sentence: str, others: set[str]) -> float:
    stems = content_stems(sentence)
    return sum(stem not in others for stem in stems) / len(stems) if stems else 0.0


def _text(product: Product) -> str:
    return f"{product.title} {product.description}"
