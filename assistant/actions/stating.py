"""What helps when a listing does not say: other products of the kind whose listings do, else a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.dense import embedding_text
from retrieval.evidence import judge
from retrieval.family import families
from retrieval.kind import shelf_ids
from retrieval.product import Product, money

from ..model import Answer, DialogueState, Outcome
from ..parts import Parts

OTHERS = 2
PERSON = "Ask a person"


def offered(outcome: Outcome, products: Sequence[Product], asked: str, state: DialogueState, parts: Parts) -> Outcome:
    """The outcome of a question that no listing answers, with others named that state it, else with the way to a person, if there is one.

    What lies on the table stays: "add it" after it still means the product asked about.
    """
    answer = outcome.answer
    assert answer is not None
    if others := _stating(products[0], asked, state, parts):
        listed = " and ".join(f"{one.title}{_price(one)}" for one in others)
        evidence = tuple(words for one in others for words in (one.title, _price(one)))
        text = f"{answer.text} {'This one does' if len(others) == 1 else 'These do'}: {listed}."
        return replace(outcome, answer=Answer(text, (*answer.evidence, *evidence), found=False))
    if parts.handoff is None or parts.handoff.route is None:
        return outcome
    text = f"{answer.text} The shop's staff may know: say so if I should pass the question on."
    return replace(outcome, answer=Answer(text, answer.evidence, found=False), suggested=(PERSON,))


def _stating(about: Product, asked: str, state: DialogueState, parts: Parts) -> list[Product]:
    """Products of its kind, within the bounds of the need, whose listings state what was asked; the most alike first."""
    ids = parts.searcher.matching(state.constraints)
    if about.id not in ids or state.constraints.product is None:
        shelf = shelf_ids(parts.catalog, parts.searcher.lexical, about.category[-1]) if about.category else frozenset()
        ids = shelf & parts.searcher.matching(replace(state.constraints, product=None))
    others = parts.catalog.get_many(sorted(ids & parts.searcher.lexical.matching(asked)))
    met = [one for one in families(others, [about]) if judge(one, "features", asked).status == "met"]
    near = parts.searcher.dense.similarity(embedding_text(about), [one.id for one in met])
    return sorted(met, key=lambda one: (-near.get(one.id, 0.0), one.id))[:OTHERS]


def _price(product: Product) -> str:
    return "" if product.price is None else f" {money(product.price, product.currency)}"
