"""How often a question about a product and a rule of the shop gets the right passage and the product's own word: mixed_questions.toml.

python benchmarks/mixed_questions.py --store store [--json]
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import Assistant
from assistant.settings import Settings

QUESTIONS = Path(__file__).with_suffix(".toml")


def measure(
    store: Annotated[Path, typer.Option(help="A store with the demo shop's products and policies.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a question.")] = False,
) -> None:
    """Answered by the right passage, with the product's record beside it, and refused; each half, and what went wrong."""
    asked = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    with Assistant.open(store, Settings(sessions_url=None)) as shop:
        rows = [{**one, **_answered(shop, one, f"s_{number}")} for number, one in enumerate(asked)]
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row))
        elif not row["right"] or not row["told"]:
            typer.echo(f"{row['half']}, wrong: {row['text']!r} -> {row['first']}: {row['reply']}")
    for half in ("choosing", "held_out"):
        stated = [row for row in rows if row["half"] == half and "passages" in row]
        open_ = [row for row in rows if row["half"] == half and "passages" not in row]
        record = [row for row in stated if "says" in row]
        typer.echo(
            f"{half}: right passage {_count(stated, 'right')}, record told {_count(record, 'told')}, refused {_count(open_, 'right')}"
        )


def _answered(shop: Assistant, asked: dict[str, Any], session_id: str) -> dict[str, Any]:
    if "before" in asked:
        shop.reply(asked["before"], session_id)
    reply = shop.reply(asked["text"], session_id)
    first = next((source.id for source in reply.sources if source.kind == "policy"), None)
    right = first in asked["passages"] if "passages" in asked else first is None
    own = reply.reply
    for source in reply.sources:
        own = own.replace(source.quote, "")
    return {
        "first": first,
        "right": right,
        "told": asked.get("says", "") in own,
        "acts": reply.acts,
        "reply": reply.reply,
    }


def _count(rows: list[dict[str, Any]], claim: str) -> str:
    return f"{sum(row[claim] for row in rows)} of {len(rows)}"


if __name__ == "__main__":
    typer.run(measure)
