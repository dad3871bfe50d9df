"""`shop train`: tune a part on your own labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_local_parser
from assistant.labelled.labels import read_examples
from assistant.reading.calibration import calibrate, split, write_calibration
from assistant.settings import Settings
from assistant.train import Labels, Recipe, average_adapters, train_parser
from retrieval.models import model_path

app = typer.Typer(name="train", help="Fine-tune on your own data.", no_args_is_help=True)

_DEFAULTS = Recipe()

# the options of `shop train parser`: what it learns from, where that goes, and how
Goals = Annotated[list[Path] | None, typer.Option(help="Labelled messages, a JSON object a line.")]
Dialogues = Annotated[list[Path] | None, typer.Option(help="Labelled dialogues, one a line.")]
Extra = Annotated[
    list[Path] | None, typer.Option(help="More of either kind, or dialogues with marks (.txt), your own.")
]
Requests = Annotated[Path | None, typer.Option(help="The requests that come labelled by place, a request a line.")]
Replay = Annotated[
    list[Path] | None, typer.Option(help="Of any kind, learnt from before: an epoch reads a --sample of them.")
]
Out = Annotated[Path, typer.Option(help="Where the adapter and its card go.")]
Base = Annotated[Path | None, typer.Option(help="Folder of another base model.")]
Start = Annotated[Path | None, typer.Option(help="Folder of an adapter to go on from.")]
Rate = Annotated[float, typer.Option(help="The highest learning rate.")]
Epochs = Annotated[int, typer.Option(min=1)]
Batch = Annotated[int, typer.Option(min=1, help="Messages of one step.")]
Rank = Annotated[int, typer.Option(min=1, help="Of the adapter's matrices.")]
Seed = Annotated[int, typer.Option(help="Two runs with the same seed and libraries read the same batches.")]
Composed = Annotated[int, typer.Option(min=0, help="Turns composed from phrases for each epoch.")]
Sample = Annotated[
    int,
    typer.Option(min=0, help="Messages of --replay and --requests that an epoch reads, others each time; 0 for all."),
]
Bounded = Annotated[
    float, typer.Option(min=0, max=1, help="Share of the searches without a price bound that get one in words.")
]
SecondActs = Annotated[
    float, typer.Option(min=0, max=1, help="Share of the acts that get a second one in the same message.")
]
Typos = Annotated[float, typer.Option(min=0, max=1, help="Share of the messages that get a typo.")]
Swaps = Annotated[
    float, typer.Option(min=0, max=1, help="Share of the messages in which a value is another message's.")
]
Written = Annotated[bool, typer.Option(help="With the single turns that come with the product.")]
HeldOut = Annotated[
    float, typer.Option(min=0, max=0.5, help="Share of the labels that only confidence is calibrated on.")
]


@app.callback()
def train() -> None:
    """Fine-tune on your own data."""


@app.command()
def parser(
    goals: Goals = None,
    dialogues: Dialogues = None,
    extra: Extra = None,
    requests: Requests = None,
    replay: Replay = None,
    out: Out = Path("models/parser"),
    base: Base = None,
    start: Start = None,
    rate: Rate = _DEFAULTS.learning_rate,
    epochs: Epochs = _DEFAULTS.epochs,
    batch: Batch = _DEFAULTS.batch,
    rank: Rank = _DEFAULTS.rank,
    seed: Seed = _DEFAULTS.seed,
    composed: Composed = _DEFAULTS.composed,
    sample: Sample = _DEFAULTS.sample,
    bounded: Bounded = _DEFAULTS.bounded,
    second_acts: SecondActs = _DEFAULTS.second_acts,
    typos: Typos = _DEFAULTS.typos,
    swaps: Swaps = _DEFAULTS.swaps,
    written: Written = _DEFAULTS.written,
    held_out: HeldOut = _DEFAULTS.held_out,
) -> None:
    """Tune the parser's adapter; started again after a kill, it goes on from the last whole epoch.

    Example: shop train parser --goals goals.jsonl --dialogues dialogues.jsonl --out my-parser
    """
    files = [*(goals or ()), *(dialogues or ()), *(extra or ())]
    if not files:
        raise typer.BadParameter("give labelled files with --goals, --dialogues or --extra")
    recipe = Recipe(
        epochs=epochs, seed=seed, composed=composed, sample=sample, bounded=bounded, second_acts=second_acts,
        typos=typos, swaps=swaps, written=written, learning_rate=rate, held_out=held_out, batch=batch,
        rank=rank, alpha=2 * rank,
    )  # fmt: skip
    labels, base = Labels(files, requests, replay or ()), base or model_path("smollm2-135m-instruct")
    folder = train_parser(labels, base=base, out=out, recipe=recipe, start=start, threads=Settings().threads)
    typer.echo(f"The adapter is in {folder}.")


@app.command()
def average(
    adapters: Annotated[list[Path], typer.Argument(help="Folders of adapters tuned from the same base model.")],
    out: Annotated[Path, typer.Option(help="Where the average goes.")],
    weight: Annotated[
        list[float] | None, typer.Option(help="One for each adapter; equal ones if none is given.")
    ] = None,
    rank: Annotated[int, typer.Option(min=1, help="Of the average.")] = 36,
) -> None:
    """Average several adapters into one, which often reads better than each of them.

    Example: shop train average run-a run-b --weight 0.6 --weight 0.4 --out my-parser
    """
    weights = weight or [1 / len(adapters)] * len(adapters)
    if len(weights) != len(adapters):
        raise typer.BadParameter(f"give a --weight for each of the {len(adapters)} adapters, or none")
    size = average_adapters(adapters, weights, rank=rank, out=out)
    typer.echo(f"The average is in {out}, {size / 1e6:.1f} MB.")


@app.command()
def calibration(
    files: Annotated[
        list[Path], typer.Argument(help="Labelled messages or dialogues that the adapter was not tuned on.")
    ],
    adapter: Annotated[Path, typer.Option(help="Folder of the adapter; calibration.json goes there.")] = Path(
        "models/parser"
    ),
    held_out: Annotated[
        float, typer.Option(min=0, max=1, help="Take only the share that `shop train parser` held out of these files.")
    ] = 1.0,
) -> None:
    """Fit how far an adapter's confidence can be trusted, by labelled messages.

    Example: shop train calibration goals_dev.jsonl --adapter my-parser
    """
    examples = [example for path in files for example in read_examples(path)]
    chosen = examples if held_out == 1 else split(examples, held_out)[1]
    settings = Settings(parser=adapter)
    fitted = calibrate(build_local_parser(settings), chosen)
    typer.echo(f"{write_calibration(fitted, adapter)}: slope {fitted.slope:.3f}, intercept {fitted.intercept:.3f}.")
