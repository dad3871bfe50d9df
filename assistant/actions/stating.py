"""What helps when a listing does not say: other products of the kind whose listings do, else a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.evidence import judge
from retrieval.family import families
from retrieval.kinds.named import shelf_ids
from retrieval.product import Product

from ..model import Answer, DialogueState, Outcome, Parse, Question, Slots
from ..parts import Parts

PERSON = "Ask a person"


def offered(
    outcome: Outcome, products: Sequence[Product], asked: str, message: str, state: DialogueState, parts: Parts
) -> Outcome:
    """The outcome of a question that no listing answers, with others offered that state it, else to ask the shop's staff, if they can be
    reached. A yes does it: the staff get the message itself.

    asked: what another listing may state of its product, "" for nothing.

    What lies on the table stays: "add it" after it still means the product asked about.
    """
    answer = outcome.answer
    assert answer is not None
    if asked and others_state(products[0], asked, state, parts):
        text, act = (
            f"{answer.text} Other listings of the kind do.",
            Parse("similar", Slots(features=(asked,), ref=("last",))),
        )
        question, suggested = (
            Question("Do you want to see those?", "confirm", ("Yes", "No")),
            f"Something similar with {asked}",
        )
    elif parts.handoff is not None and parts.handoff.route is not None:
        text, act = f"{answer.text} The shop's staff may know.", Parse("handoff", message=message)
        question, suggested = Question("Do you want your question passed on?", "confirm", ("Yes", "No")), PERSON
    else:
        return outcome
    told = Answer(f"{text} {question.text}", (*answer.evidence, question.text), found=False)
    act = replace(act, acts=(act.intent,))
    return replace(outcome, answer=told, question=question, asked=act, suggested=(suggested,))


def others_state(about: Product, asked: str, state: DialogueState, parts: Parts) -> bool:
    """Whether products of its kind, within the bounds of the need, state in their listings what was asked."""
    ids = parts.searcher.matching(state.constraints)
    if about.id not in ids or state.constraints.kind is None:
        shelf = shelf_ids(parts.catalog, parts.searcher.lexical, about.category[-1]) if about.category else frozenset()
        ids = shelf & parts.searcher.matching(replace(state.constraints, product=None))
    others = parts.catalog.get_many(sorted(ids & parts.searcher.lexical.matching(asked)))
    return any(judge(one, "features", asked).status == "met" for one in families(others, [about]))
