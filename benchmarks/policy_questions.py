"""How often the right policy passage comes first, and the assistant says no where no page answers: policy_questions.toml.

python benchmarks/policy_questions.py --store store [--json]
"""

from __future__ import annotations

import json
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from assistant.actions.policy import answers_in
from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.policies.passages import Policies
from retrieval.store import Store

QUESTIONS = Path(__file__).with_suffix(".toml")


def measure(
    store: Annotated[Path, typer.Option(help="A store with the demo shop's policies.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a question.")] = False,
) -> None:
    """Right first, answered and refused, and the questions that went wrong."""
    asked = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    with closing(Store(store)) as opened:
        policies = Policies(opened.catalog, opened.chroma(), build_embedder(Settings()))
        answers = [answers_in(question["text"], policies) for question in asked]
        best = [
            found[0][0] if found else policies.search(question["text"], limit=1)[0]
            for question, found in zip(asked, answers, strict=True)
        ]
    rows = [
        {**one, "first": found.passage.id, "relevance": round(found.relevance, 3), "answers": len(said)}
        for one, found, said in zip(asked, best, answers, strict=True)
    ]
    right_first = sum(row["first"] == row.get("passage") for row in rows)
    answerable = sum("passage" in row for row in rows)
    refused = sum("passage" not in row and not row["answers"] for row in rows)
    answered = sum("passage" in row and row["answers"] > 0 for row in rows)
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row))
        elif row["answers"] != ("passage" in row) or row["first"] != row.get("passage", row["first"]):
            typer.echo(f"wrong: {row['text']!r} -> {row['first']} at {row['relevance']}, {row['answers']} answers")
    typer.echo(f"right passage first {right_first}/{answerable}; answered {answered}/{answerable}", err=True)
    typer.echo(f"refused {refused}/{len(asked) - answerable} that no page answers", err=True)


if __name__ == "__main__":
    typer.run(measure)
