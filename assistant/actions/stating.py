"""What helps when a listing does not say: other products of the kind whose listings do, else a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.evidence import judge
from retrieval.family import families
from retrieval.kind import shelf_ids
from retrieval.product import Product

from ..model import Answer, DialogueState, Outcome
from ..parts import Parts

PERSON = "Ask a person"


def offered(outcome: Outcome, products: Sequence[Product], asked: str, state: DialogueState, parts: Parts) -> Outcome:
    """The outcome of a question that no listing answers, with others offered that state it, else the way to a person, if there is one.

    What lies on the table stays: "add it" after it still means the product asked about.
    """
    answer = outcome.answer
    assert answer is not None
    if others_state(products[0], asked, state, parts):
        text = f"{answer.text} Other listings of the kind do."
        suggested = (f"Something similar with {asked}",)
        return replace(outcome, answer=Answer(text, answer.evidence, found=False), suggested=suggested)
    if parts.handoff is None or parts.handoff.route is None:
        return outcome
    text = f"{answer.text} The shop's staff may know: say so if I should pass the question on."
    return replace(outcome, answer=Answer(text, answer.evidence, found=False), suggested=(PERSON,))


def others_state(about: Product, asked: str, state: DialogueState, parts: Parts) -> bool:
    """Whether products of its kind, within the bounds of the need, state in their listings what was asked."""
    ids = parts.searcher.matching(state.constraints)
    if about.id not in ids or state.constraints.kind is None:
        shelf = shelf_ids(parts.catalog, parts.searcher.lexical, about.category[-1]) if about.category else frozenset()
        ids = shelf & parts.searcher.matching(replace(state.constraints, product=None))
    others = parts.catalog.get_many(sorted(ids & parts.searcher.lexical.matching(asked)))
    return any(judge(one, "features", asked).status == "met" for one in families(others, [about]))
