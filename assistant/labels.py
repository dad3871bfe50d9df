"""Labelled files in, examples out: one message a line, or dialogues whose turns give each other their context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from retrieval.errors import BadInput

from .model import Exchange, Intent, Slots
from .parse import slots_from_json

_Words = Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True)
class Example:
    """One labelled message with the exchange before it; `intent` and `slots` are what a person, or a marked phrase, says it means.

    then: what else the message asks for, in order, for a message that does several things.
    """

    message: str
    last: Exchange | None
    intent: Intent
    slots: Slots
    then: tuple[tuple[Intent, Slots], ...] = ()


class _Act(BaseModel):
    model_config = ConfigDict(extra="ignore")
    intent: Intent
    slots: dict[str, Any] = Field(default_factory=dict)


class _Goal(_Act):
    text: _Words
    context: tuple[str, str] | None = None
    then: list[_Act] = []


class _Turn(_Act):
    user: _Words
    assistant: str = ""
    then: list[_Act] = []


class _Dialogue(BaseModel):
    model_config = ConfigDict(extra="ignore")
    turns: list[_Turn]


def read_examples(path: Path) -> list[Example]:
    """Every labelled message of a JSONL file, in order. A line has either `text` or `turns`.

    A turn's context is the message and the answer of the turn before it. BadInput names the line that is not a label.
    """
    examples: list[Example] = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            examples += _examples(json.loads(line))
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            reason = _reason(error)
            raise BadInput(f"{path.name}, line {number}: {reason}.", fix="see the label format in the docs") from error
    if not examples:
        raise BadInput(f"{path} has no labelled message.", fix="give a JSONL file with `text` or `turns` a line")
    return examples


def _lines(path: Path) -> Iterable[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", fix="check the path") from error
    return [line for line in text.splitlines() if line.strip()]


def _examples(row: dict[str, Any]) -> Iterator[Example]:
    if "turns" not in row:
        goal = _Goal.model_validate(row)
        yield Example(goal.text, _exchange(goal.context), goal.intent, slots_from_json(goal.slots), _acts(goal.then))
        return
    last = None
    for turn in _Dialogue.model_validate(row).turns:
        yield Example(turn.user, last, turn.intent, slots_from_json(turn.slots), _acts(turn.then))
        last = Exchange(turn.user, turn.assistant)


def _acts(then: list[_Act]) -> tuple[tuple[Intent, Slots], ...]:
    return tuple((act.intent, slots_from_json(act.slots)) for act in then)


def _exchange(context: tuple[str, str] | None) -> Exchange | None:
    return None if context is None else Exchange(*(line.partition(": ")[2] for line in context))


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
