"""Whether the sentences counted as speaking of what was asked are those that do: review_questions.toml.

python benchmarks/review_questions.py --store store
"""

from __future__ import annotations

import tomllib
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from assistant.actions.opinions import about
from assistant.build import build_embedder
from assistant.settings import Settings
from retrieval.reviews.store import Reviews
from retrieval.store import Store

QUESTIONS = Path(__file__).with_suffix(".toml")


def measure(
    store: Annotated[Path, typer.Option(help="A store with the demo shop's reviews.")],
    misses: Annotated[bool, typer.Option("--misses", help="Each sentence that is missed or counted wrongly.")] = False,
) -> None:
    """Precision, recall and F1 over sentences, and how many questions that no buyer answers find none."""
    asked = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    with closing(Store(store)) as opened:
        reviews = Reviews(opened.catalog, opened.chroma(), build_embedder(Settings()))
        variants = [opened.catalog.connection.execute(
            "SELECT id FROM products WHERE id = ? OR family = ?", [one["product"]] * 2).fetchone()[0] for one in asked]  # fmt: skip
        found = [
            {said.text for said in about(opened.catalog.get(variant), one["asked"], reviews)}
            for variant, one in zip(variants, asked, strict=True)
        ]
    wanted = [set(one["about"]) for one in asked]
    for name, start in (("chosen on", 0), ("held out", 1)):
        told(name, wanted[start::2], found[start::2])
    for one, right, got in zip(asked, wanted, found, strict=True) if misses else ():
        for text in sorted(right ^ got):
            typer.echo(f"{'missed' if text in right else 'wrong'}: {one['asked']!r} of {one['product']}: {text}")


def told(name: str, wanted: list[set[str]], found: list[set[str]]) -> None:
    both = sum(len(right & got) for right, got in zip(wanted, found, strict=True))
    precision, recall = both / max(1, sum(map(len, found))), both / max(1, sum(map(len, wanted)))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    silent = [got for right, got in zip(wanted, found, strict=True) if not right]
    typer.echo(
        f"{name}: {len(wanted)} questions, precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f};"
        f" nobody speaks of it: {sum(not got for got in silent)} of {len(silent)} found none"
    )


if __name__ == "__main__":
    typer.run(measure)
