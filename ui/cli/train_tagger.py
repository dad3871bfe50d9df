"""`shop train tagger`: tune what chooses among the parser's readings, on the messages that the parser learns from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_local_parser
from assistant.labelled.labels import read_examples
from assistant.reading.tagging.train import RECIPE, train_tagger, weigh_tagger
from assistant.settings import Settings
from assistant.train import Labels
from retrieval.models import model_path


def tagger(
    files: Annotated[list[Path], typer.Argument(help="Labelled messages or dialogues to learn from.")],
    weigh: Annotated[
        list[Path], typer.Option(help="Labelled files of which nothing was learnt: by these both models are weighed.")
    ],
    requests: Annotated[
        Path | None, typer.Option(help="The requests that come labelled by place, a request a line.")
    ] = None,
    adapter: Annotated[Path, typer.Option(help="Folder of the parser's adapter; the tagger goes into it.")] = Path(
        "models/parser"
    ),
    start: Annotated[Path | None, typer.Option(help="Folder of an adapter whose tagger to go on from.")] = None,
    epochs: Annotated[int, typer.Option(min=1)] = RECIPE.epochs,
    batch: Annotated[int, typer.Option(min=1, help="Messages of one step.")] = RECIPE.batch,
    rate: Annotated[float, typer.Option(help="The highest learning rate.")] = RECIPE.learning_rate,
    seed: Annotated[int, typer.Option(help="Two runs with the same seed read the same batches.")] = RECIPE.seed,
) -> None:
    """Tune the tagger, then weigh it against the language model. `shop train calibration` is due after that. Started again after a kill,
    it goes on from the last whole epoch.

    Example: shop train tagger goals.jsonl dialogues.jsonl --weigh held_out.jsonl --adapter my-parser
    """
    settings = Settings(parser=adapter)
    recipe = replace(RECIPE, epochs=epochs, batch=batch, learning_rate=rate, seed=seed)
    base = model_path("all-minilm-l6-v2")
    folder = train_tagger(
        Labels(files, requests), base=base, adapter=adapter, recipe=recipe, start=start, threads=settings.threads
    )
    held_out = [example for path in weigh for example in read_examples(path)]
    rule = weigh_tagger(build_local_parser(settings), held_out, adapter)
    typer.echo(
        f"The tagger is in {folder}; weights: line {rule.line:.2f}, tags {rule.tags:.2f}, whole {rule.whole:.2f}."
    )
