"""Labelled files in, examples out: one message a line, or dialogues whose turns give each other their context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from retrieval.errors import BadInput

from ..model import Example, Exchange, Intent, Slots
from ..parse import slots_from_json
from .marks import read_dialogues

_Words = Annotated[str, StringConstraints(min_length=1)]


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
    """Every labelled message of a file, in order: JSONL whose lines have either `text` or `turns`, or dialogues with marks (marks.py).

    A turn's context is the message and the answer of the turn before it. BadInput names the line that is not a label.
    """
    examples: list[Example] = []
    number = 0

    def counted() -> Iterator[str]:
        nonlocal number
        for number, line in enumerate(_lines(path), start=1):  # noqa: B007
            yield line

    try:
        examples += read_dialogues(counted()) if path.suffix == ".txt" else _rows(counted())
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        reason = _reason(error)
        raise BadInput(f"{path.name}, line {number}: {reason}.", fix="see the label format in the docs") from error
    if not examples:
        raise BadInput(
            f"{path} has no labelled message.", fix="give labelled messages: see the label format in the docs"
        )
    return examples


def _lines(path: Path) -> Iterable[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", fix="check the path") from error
    return [line for line in text.splitlines() if line.strip()]


def _rows(lines: Iterable[str]) -> Iterator[Example]:
    for line in lines:
        yield from _row(json.loads(line))


def _row(row: dict[str, Any]) -> Iterator[Example]:
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
