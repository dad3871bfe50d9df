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

from assistant.actions.policy import RELEVANT
from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.policies import Policies
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
        best = [policies.search(question["text"], limit=1)[0] for question in asked]
    right_first = sum(found.passage.id == one.get("passage") for one, found in zip(asked, best, strict=True))
    answerable = sum("passage" in one for one in asked)
    refused = sum("passage" not in one and found.relevance < RELEVANT for one, found in zip(asked, best, strict=True))
    answered = sum("passage" in one and found.relevance >= RELEVANT for one, found in zip(asked, best, strict=True))
    for one, found in zip(asked, best, strict=True):
        row = {**one, "first": found.passage.id, "relevance": round(found.relevance, 3)}
        if as_json:
            typer.echo(json.dumps(row))
        elif (found.relevance >= RELEVANT) != ("passage" in one) or found.passage.id != one.get(
            "passage", found.passage.id
        ):
            typer.echo(f"wrong: {one['text']!r} -> {row['first']} at {row['relevance']}")
    typer.echo(f"right passage first {right_first}/{answerable}; answered {answered}/{answerable}", err=True)
    typer.echo(f"refused {refused}/{len(asked) - answerable} that no page answers", err=True)


if __name__ == "__main__":
    typer.run(measure)
