"""Simulated shoppers played against an assistant: each in a session of its own, until what is wanted is shown or patience ends."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from retrieval.errors import NotFound, ShopError

from ..assistant import Assistant
from ..contract import Reply
from ..model import Intent
from .goals import Goal, Listing, Point
from .phrases import SYNONYMS
from .simulate import PATIENCE, Move, looked_at, next_move, opening, standing_against

PLACES = 5  # the first so many products of a reply are looked at
SEARCHING: frozenset[Intent] = frozenset({"search", "refine", "recommend", "more", "similar", "complement", "compare"})
NOT_FOUND, PATIENCE_OUT, ERROR, OTHER_ACT = "not found at all", "out of patience", "error", "read as another act"
EQUAL = "an equal one was shown"


@dataclass(frozen=True)
class Step:
    """One turn of a simulated dialogue. reply: None when the turn ended in an error."""

    move: Move
    reply: Reply | None
    seconds: float


@dataclass(frozen=True)
class Dialogue:
    """How one shopper fared. place: where the wanted product stood in the last reply, None when it was never shown."""

    goal: Goal
    steps: tuple[Step, ...]
    place: int | None = None
    error: str | None = None

    @property
    def success(self) -> bool:
        return self.place is not None

    @property
    def met(self) -> bool:
        """Whether something was shown, in any turn, that meets every wish as well as what is wanted."""
        looked_for = self.goal.equal | self.goal.ids
        return any(looked_at(step.reply, looked_for, places=PLACES) for step in self.steps if step.reply)

    def to_json(self) -> dict[str, Any]:
        hidden = self.goal.hidden
        return {
            "goal": self.goal.name,
            "hidden": hidden and hidden.id,
            "wanted": len(self.goal.wanted),
            "success": self.success,
            "met": self.met,
            "turns": len(self.steps),
            "place": self.place,
            "reason": reason(self),
            "error": self.error,
            "dialogue": [_step_json(step) for step in self.steps],
            "seconds": [round(step.seconds, 3) for step in self.steps],
        }


def _step_json(step: Step) -> dict[str, Any]:
    reply = step.reply
    said = {"move": step.move.name, "shopper": step.move.message}
    if reply is None:
        return said
    shown = [f"{card.product.title} {card.product.price}" for card in reply.cards]
    wants = {name: value for name, value in reply.to_json()["constraints"].items() if value}
    return {**said, "intent": reply.intent, "constraints": wants, "reply": reply.reply, "products": shown}


def simulate(goal: Goal, assistant: Assistant, seed: int, visitor: str | None = None) -> Dialogue:
    """The shopper's dialogue, the same for the same goal, seed and assistant; its session is forgotten afterwards.

    visitor: whose it is, hashed; nobody known without.
    """
    rng = random.Random(f"{seed} {goal.name}")
    session_id = assistant.new_session()
    steps: list[Step] = []
    move = opening(goal, rng)
    try:
        while True:
            started = time.perf_counter()
            try:
                reply = assistant.reply(move.message, session_id, visitor=visitor)
            except (ShopError, RuntimeError, ValueError, LookupError, TypeError) as error:
                return Dialogue(goal, (*steps, Step(move, None, time.perf_counter() - started)), error=repr(error))
            steps.append(Step(move, reply, time.perf_counter() - started))
            place = _end(goal, reply)
            if place is not None or len(steps) == PATIENCE:
                return Dialogue(goal, tuple(steps), place)
            move = next_move(goal, move.told, reply, rng)
    finally:
        with suppress(NotFound):
            assistant.forget(session_id, visitor=visitor)


def _end(goal: Goal, reply: Reply) -> int | None:
    """The place of the product that ends the search. Where nobody has judged products, anything shown with no wish given up does."""
    if goal.wanted:
        return looked_at(reply, goal.ids, places=PLACES)
    return 1 if reply.cards and not reply.relaxed and reply.intent in SEARCHING else None


def reason(dialogue: Dialogue) -> str | None:
    """Why the shopper left without it, in a few words; None after success. An equal one is a success of the shop all the same."""
    if dialogue.success:
        return None
    replies = [step.reply for step in dialogue.steps if step.reply is not None]
    if dialogue.error or not replies:
        return ERROR
    if dialogue.met:
        return EQUAL
    if misread := misread_at(dialogue):
        return f"misread {misread[1]}"
    if sum(reply.intent not in SEARCHING for reply in replies) * 2 >= len(replies):
        return OTHER_ACT
    shown = [card.product for reply in replies for card in reply.cards]
    alike = {product.category[-1:] for product in dialogue.goal.wanted}
    kind = [point for point in dialogue.goal.points if point.role == "kind"]
    near = any(product.category[-1:] in alike and product.category for product in shown)
    named = any(Listing(product).meets(point) for product in shown for point in kind)
    return PATIENCE_OUT if near or named else NOT_FOUND


def misread_at(dialogue: Dialogue) -> tuple[int, str] | None:
    """(the turn, from 0, since which it stands; the constraint) for one that at the end keeps every wanted product away, unasked for.

    A kind read wrongly counts too: `product` that shares no word with what the shopper calls the thing.
    """
    since: tuple[int, str] | None = None
    for number, step in enumerate(dialogue.steps):
        names = _against(dialogue.goal, step.reply) if step.reply else []
        if not names:
            since = None
        elif since is None or since[1] not in names:
            since = (number, names[0])
    return since


def _against(goal: Goal, reply: Reply) -> list[str]:
    every = [standing_against(product, reply) for product in goal.wanted]
    names = [name for name in (every[0] if every else []) if all(name in one for one in every)]
    kind, read = [point for point in goal.points if point.role == "kind"], reply.constraints.product
    if kind and read and not {*read.split()} & {*_forms(kind[0])}:
        names.append("product")
    return names


def _forms(kind: Point) -> list[str]:
    """The words of the kind and of its other name, each also without and with an s."""
    said = f"{kind.words} {SYNONYMS.get(kind.words, '')}"
    return [form for word in said.split() for form in (word, f"{word}s", word.removesuffix("s"))]
