"""`shop parse`: what the parser reads in one message, or in a message a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any

import typer
from pydantic import BaseModel, Field, ValidationError
from rich.console import Console

from assistant.build import build_parser
from assistant.model import DialogueState, Exchange, Parse
from assistant.parse import Parser

from .llm import Llm, LlmUrl, settings_with

_FORMAT = 'write {"text": "…", "context": ["user: …", "assistant: …"]}'


class Request(BaseModel):
    """A line of input: the message, and what was said before it, oldest first."""

    text: str
    context: list[str] = Field(default_factory=list)

    @property
    def state(self) -> DialogueState:
        """A state that holds the last exchange only: the parser looks no further back."""
        shop, shopper = _last(self.context, "assistant:"), _last(self.context, "user:")
        return DialogueState(last=Exchange(shopper, shop) if shop or shopper else None)


def parse(
    message: Annotated[
        str | None, typer.Argument(help="The message; left out, --json reads lines from standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line on standard output.")] = False,
    llm: Llm = None,
    llm_url: LlmUrl = None,
) -> None:
    """What the parser reads in a message: intent, slots, confidence.

    With --json and no message, {"text", "context": ["user: …", "assistant: …"]} a line is read from standard input.

    Example: shop parse "i need a warm desk lamp under 40"
    """
    if message is None and not as_json:
        raise typer.BadParameter("give a message, or --json with lines on standard input")
    parser = build_parser(settings_with(llm, llm_url))
    if message is None:
        failed = parse_lines(parser, sys.stdin)
        raise typer.Exit(1 if failed else 0)
    read = parser.parse(message, DialogueState())
    if as_json:
        print(json.dumps(parse_json(read), ensure_ascii=False))
    else:
        show(read)


def parse_lines(parser: Parser, lines: Iterable[str]) -> int:
    """An object a line for each message; a bad line gives an object with `error`, and the rest goes on. Returns how many were bad."""
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            request = Request.model_validate_json(line)
            result = parse_json(parser.parse(request.text, request.state))
        except ValidationError:
            failed += 1
            result = {"error": f"line {number} is not an object with a text under “text”", "fix": _FORMAT}
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return failed


def parse_json(read: Parse) -> dict[str, Any]:
    """The contract's object."""
    return {
        "intent": read.intent,
        "acts": [act.intent for act in read.in_order()],
        "slots": read.slots.to_json(),
        "then": [{"intent": act.intent, "slots": act.slots.to_json()} for act in islice(read.in_order(), 1, None)],
        "confidence": round(read.confidence, 4),
    }


def show(read: Parse) -> None:
    """The parse for people: a line an act, a line a slot."""
    console = Console()
    console.print(f"{read.intent}  (confidence {read.confidence:.2f})", style="bold", markup=False, highlight=False)
    for place, act in enumerate(read.in_order()):
        if place:
            console.print(f"then {act.intent}", style="bold", markup=False, highlight=False)
        for name, value in act.slots.to_json().items():
            said = ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
            console.print(f"  {name}: {said}", markup=False, highlight=False)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _last(context: list[str], speaker: str) -> str:
    """What this speaker said last, "" when nothing."""
    said = [line[len(speaker) :].strip() for line in context if line.lower().startswith(speaker)]
    return said[-1] if said else ""
