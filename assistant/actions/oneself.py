"""What a shopper says of themselves, whatever is looked for ("I'm vegan"): noted, and kept for later conversations after a yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model import Answer, Outcome, Parse, Question
from ..parts import Parts
from ..wishes import Wish


def noted(wishes: Sequence[Wish], parts: Parts) -> Outcome:
    """That they hold in this conversation, while nothing is looked for yet."""
    named = [wish.text for wish in wishes]
    text = f"Noted for all that you look for here: {', '.join(named)}. What do you need?"
    outcome = Outcome(answer=Answer(text, tuple(named)))
    offered = offering(outcome, wishes, parts)
    if offered.question is None:
        return outcome
    return replace(offered, answer=Answer(f"{text} {offered.question.text}", (*named, offered.question.text)))


def offering(outcome: Outcome, wishes: Sequence[Wish], parts: Parts) -> Outcome:
    """The outcome with the question whether to keep the first of the wishes, of who agreed to be known; asked once, beside no other."""
    shopper = parts.shopper
    new = [wish for wish in wishes if shopper and shopper.learns and wish not in shopper.kept]
    if not new or outcome.question is not None or not parts.questions:
        return outcome
    question = Question(f"Keep “{new[0].text}” in mind for next time?", "confirm", ("Yes", "No"))
    return replace(outcome, question=question, asked=Parse("feedback", acts=("feedback",), keeps=new[0]))
