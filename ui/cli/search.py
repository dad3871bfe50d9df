"""`shop search`: ranked products for one request, or for a request a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console

from assistant import Assistant
from assistant.contract import card_json

from .chat import card_lines
from .demo import store_or_demo


class Request(BaseModel):
    """A line of input."""

    query: str


def search(
    query: Annotated[
        str | None, typer.Argument(help='What to look for; left out, {"query": …} lines are read from standard input.')
    ] = None,
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop without.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Products at most.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line on standard output.")] = False,
) -> None:
    """Ranked products with scores and reasons.

    Example: shop search "warm desk lamp under 40" --store store --limit 3
    """
    if query is None and not as_json:
        raise typer.BadParameter('give a query, or --json with {"query": "…"} lines on standard input')
    with Assistant.open(store_or_demo(store)) as assistant:
        if query is None:
            failed = answer_lines(assistant, sys.stdin, limit)
            raise typer.Exit(1 if failed else 0)
        if as_json:
            print(json.dumps(answer(assistant, query, limit), ensure_ascii=False))
        else:
            show(assistant, query, limit)


def answer(assistant: Assistant, query: str, limit: int) -> dict[str, Any]:
    """The contract's object: products best first, how many match in all, what was relaxed."""
    found = assistant.search(query, limit=limit)
    return {
        "products": [card_json(card) for card in found.cards],
        "total": found.total,
        "relaxed": [{"field": relaxed.field, "text": relaxed.text} for relaxed in found.relaxed],
    }


def answer_lines(assistant: Assistant, lines: Iterable[str], limit: int) -> int:
    """An object a line for each request; a bad line gives an object with `error`, and the rest goes on. Returns how many were bad."""
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            result = answer(assistant, Request.model_validate_json(line).query, limit)
        except ValidationError:
            failed += 1
            result = {
                "error": f"line {number} is not an object with a text under “query”",
                "fix": 'write {"query": "…"}',
            }
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return failed


def show(assistant: Assistant, query: str, limit: int) -> None:
    """The ranking for people."""
    found, console = assistant.search(query, limit=limit), Console()
    for relaxed in found.relaxed:
        console.print(f"{relaxed.text[0].upper()}{relaxed.text[1:]}.", markup=False)
    for card in found.cards:
        first, *rest = card_lines(card)
        console.print(first.append(f"  score {card.relevance:.2f}", style="dim"))
        for line in rest:
            console.print(line)
    console.print(f"{found.total:,} match in all.", style="dim")
