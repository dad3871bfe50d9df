"""`shop train reranker`: tune the cross-encoder on a shop's own grades."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_embedder, build_parser
from assistant.settings import Settings
from retrieval.models import model_path
from retrieval.train import train_reranker
from retrieval.training.lists import Recipe, Sources

from .evaluate_retrieval import read_request

_DEFAULTS = Recipe()


def reranker(
    catalog: Annotated[list[Path], typer.Option(help="The feed of each catalogue that the grades name.")],
    qrels: Annotated[list[Path] | None, typer.Option(help="Graded requests to learn from, tab-separated.")] = None,
    from_events: Annotated[list[Path] | None, typer.Option(help="Logged clicks and purchases, JSON lines.")] = None,
    dev: Annotated[list[Path] | None, typer.Option(help="Graded requests for early stopping.")] = None,
    requests: Annotated[Path | None, typer.Option(help="Real requests without grades, one a line.")] = None,
    start: Annotated[Path | None, typer.Option(help="Folder of a reranker to go on from.")] = None,
    out: Annotated[Path, typer.Option(help="Where the weights and their card go.")] = Path("models/reranker"),
    steps: Annotated[int, typer.Option(min=1)] = _DEFAULTS.steps,
    rate: Annotated[float, typer.Option(help="The highest learning rate.")] = _DEFAULTS.learning_rate,
    graded: Annotated[float, typer.Option(min=0, max=1, help="Share of graded requests.")] = _DEFAULTS.graded,
    made: Annotated[int, typer.Option(min=0, help="Requests made from listings, for each catalogue.")] = _DEFAULTS.made,
    seed: Annotated[int, typer.Option(help="Two runs with the same seed read the same batches.")] = _DEFAULTS.seed,
) -> None:
    """Tune the reranker; started again after a kill, it goes on from the last measurement.

    Example: shop train reranker --qrels grades.tsv --catalog shop.jsonl --out my-reranker
    """
    if not qrels and not from_events:
        raise typer.BadParameter("give graded requests with --qrels, or logged clicks with --from-events")
    settings = Settings()
    parser = build_parser(settings)
    folder = train_reranker(
        Sources(qrels or (), catalog, dev or (), from_events or (), requests),
        base=model_path("all-minilm-l6-v2"),
        embedder=build_embedder(settings),
        out=out,
        recipe=Recipe(steps=steps, made=made, seed=seed, learning_rate=rate, graded=graded),
        start=start,
        read=lambda request: read_request(parser, request).text,
        threads=settings.threads,
    )
    typer.echo(f"The reranker is in {folder}.")
