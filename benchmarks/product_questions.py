"""How often a question about a product is answered by the right field or sentence, and refused where the listing is silent.

python benchmarks/product_questions.py [--wrong]
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.actions.answering import answer_for
from assistant.build import build_embedder
from assistant.model import Answer
from assistant.settings import Settings
from retrieval.product import Product

QUESTIONS = Path(__file__).with_suffix(".toml")
OUTCOMES = ("right", "nearest right", "not found", "nearest wrong", "wrong")
DEMO = Path(__file__).parents[1] / "demo" / "products.jsonl"


def measure(
    wrong: Annotated[bool, typer.Option("--wrong", help="Print the questions that went wrong.")] = False,
) -> None:
    """Right, refused and wrong answers, for the half that thresholds were chosen on and for the one held out."""
    products = [Product.from_json(json.loads(line)) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    by_id = {product.id: product for product in products}
    embedder, counts = build_embedder(Settings()), Counter[tuple[str, str, str]]()
    for one in tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"]:
        product = by_id[one["product"]]
        family = [other for other in products if other.group_id and other.group_id == product.group_id] or [product]
        answer = answer_for(product, family, one["asked"], embedder, one["message"])
        half, outcome = "held out" if one["held_out"] else "chosen on", _outcome(one, answer)
        counts[half, _kind(one, product), outcome] += 1
        if wrong and outcome != "right":
            typer.echo(f"{outcome}: {one['message']!r} ({one['asked']!r}, {one['answer']!r}) -> {answer.text}")
    for half, kind in sorted({(half, kind) for half, kind, _ in counts}):
        said = ", ".join(f"{counts[half, kind, outcome]} {outcome}" for outcome in OUTCOMES)
        typer.echo(f"{half}, {kind}: {said}")


def _kind(one: Mapping[str, Any], product: Product) -> str:
    if not one["answer"]:
        return "not in the listing"
    return "in a sentence" if one["answer"] in product.description else "in a field"


def _outcome(one: Mapping[str, Any], answer: Answer) -> str:
    """Right or wrong where it is answered; else what is said to come nearest, right or not, or nothing."""
    right = bool(one["answer"]) and (one["answer"] == answer.field or one["answer"] in answer.text)
    if answer.found:
        return "right" if right else "wrong"
    nearest = "The nearest it says" in answer.text
    if not nearest:
        return "not found" if one["answer"] else "right"
    return "nearest right" if right else "nearest wrong"


if __name__ == "__main__":
    typer.run(measure)
