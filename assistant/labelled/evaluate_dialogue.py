"""How well whole dialogues go: labelled ones played against a shop, every turn after the shop's own answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from retrieval.query import Constraints

from ..acts import SHOWING
from ..contract import Reply, constraints_json
from ..model import DialogueState, Example, Parse
from ..parse import clean
from ..state import update
from .evaluate import F1, Pair, micro_f1, pairs_of


class Shop(Protocol):
    """What is talked to: an Assistant."""

    def new_session(self) -> str:
        """An id for a new conversation."""

    def reply(self, message: str, session_id: str | None = None) -> Reply:
        """One turn."""


@dataclass(frozen=True)
class PlayedTurn:
    """A labelled turn, the need that the labels up to it give, and what the shop made of it."""

    example: Example
    wanted: Constraints
    reply: Reply


@dataclass(frozen=True)
class DialogueReport:
    """What the turns amount to.

    joint_goal_accuracy: share of turns after which the whole need is as labelled (Henderson, Thomson and Williams, "The Second
    Dialog State Tracking Challenge", SIGDIAL 2014). goal_slots: F1 over the pairs of all those needs. empty: share of the turns that
    look for something and show nothing. over_bounds: products shown outside a price bound that the reply does not say it gave up.
    """

    turns: int
    intent_accuracy: float
    joint_goal_accuracy: float
    goal_slots: F1
    shown: int
    over_bounds: int
    empty: float
    faults: int
    p50_ms: float
    p95_ms: float
    misses: tuple[PlayedTurn, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All figures as plain values, without the misses."""
        figures = asdict(self)
        del figures["misses"]
        return figures


def dialogues_of(examples: Iterable[Example]) -> list[list[Example]]:
    """The labelled messages in order, parted into conversations: one goes on where the exchange before is the message before."""
    parted: list[list[Example]] = []
    for example in examples:
        if parted and example.last is not None and example.last.shopper == parted[-1][-1].message:
            parted[-1].append(example)
        else:
            parted.append([example])
    return parted


def play(dialogues: Iterable[Sequence[Example]], shop: Shop) -> Iterator[PlayedTurn]:
    """Every turn of every dialogue, each dialogue in a session of its own."""
    for dialogue in dialogues:
        session, state = shop.new_session(), DialogueState()
        for example in dialogue:
            state = _as_labelled(state, example)
            yield PlayedTurn(example, state.constraints, shop.reply(example.message, session))


def dialogue_report(turns: Sequence[PlayedTurn]) -> DialogueReport:
    """The figures of these turns; ValueError for none."""
    if not turns:
        raise ValueError("there is nothing to score")
    goals = [(_pairs(turn.wanted), _pairs(turn.reply.constraints)) for turn in turns]
    looking = [turn for turn in turns if SHOWING & set(turn.reply.acts)]
    spent = [turn.reply.latency_ms.total for turn in turns]
    return DialogueReport(
        turns=len(turns),
        intent_accuracy=float(np.mean([turn.example.intent == turn.reply.intent for turn in turns])),
        joint_goal_accuracy=float(np.mean([wanted == got for wanted, got in goals])),
        goal_slots=micro_f1(goals),
        shown=sum(len(turn.reply.cards) for turn in turns),
        over_bounds=sum(_over_bounds(turn.reply) for turn in turns),
        empty=float(np.mean([not turn.reply.cards for turn in looking])) if looking else 0.0,
        faults=sum(turn.reply.fault is not None for turn in turns),
        p50_ms=float(np.percentile(spent, 50)),
        p95_ms=float(np.percentile(spent, 95)),
        misses=tuple(turn for turn, (wanted, got) in zip(turns, goals, strict=True) if wanted != got),
    )


def _as_labelled(state: DialogueState, example: Example) -> DialogueState:
    """The state after a message that is understood as its label says."""
    for intent, slots in ((example.intent, example.slots), *example.then):
        state = update(state, Parse(intent, slots), clean(example.message))
    return state


def _over_bounds(reply: Reply) -> int:
    given_up = {relaxed.field for relaxed in reply.relaxed}
    low = None if "price_min" in given_up else reply.constraints.price_min
    high = None if "price_max" in given_up else reply.constraints.price_max
    prices = [card.product.price for card in reply.cards if card.product.price is not None]
    return sum((low is not None and price < low) or (high is not None and price > high) for price in prices)


def _pairs(constraints: Constraints) -> frozenset[Pair]:
    """A need as (constraint, value) pairs; what is not asked for has none."""
    return pairs_of(
        {name: value for name, value in constraints_json(constraints).items() if value not in (None, False)}
    )
