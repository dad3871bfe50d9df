"""The command `shop`: a file a command; here they are joined, and errors become one line and an exit code."""

from __future__ import annotations

import logging
import os
import sys

import typer

from assistant.privacy.personal import MaskedFormatter
from retrieval.errors import ShopError

from . import (
    catalog,
    chat,
    evaluate,
    evaluate_dialogue,
    evaluate_policies,
    evaluate_recommend,
    evaluate_retrieval,
    events,
    experiment,
    export,
    feed,
    forecast,
    handoff,
    index,
    models,
    parse,
    policies,
    privacy,
    rerank,
    retrain,
    search,
    serve,
    test,
    tone,
    train,
    train_interest,
    train_reranker,
    train_tagger,
)

app = typer.Typer(
    name="shop",
    help="A shopping assistant on your own machine: index a feed, talk, search, serve.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("index")(index.index)
app.command("export")(export.export)
app.command("chat")(chat.chat)
app.command("search")(search.search)
app.command("parse")(parse.parse)
app.command("rerank")(rerank.rerank)
app.command("retrain")(retrain.run)
app.command("serve")(serve.serve)
app.command("test")(test.run_stories)
app.add_typer(models.app, name="models", help="The pinned models: where each comes from and whether it is here.")
app.add_typer(feed.app, name="feed")
app.add_typer(catalog.app, name="catalog")
app.add_typer(forecast.app, name="forecast")
app.add_typer(policies.app, name="policies")
app.add_typer(handoff.app, name="handoff")
app.add_typer(events.app, name="events")
app.add_typer(experiment.app, name="experiment")
app.add_typer(privacy.app, name="privacy")
train.app.command("tagger")(train_tagger.tagger)
train.app.command("reranker")(train_reranker.reranker)
train.app.command("interest")(train_interest.interest)
train.app.command("sentiment")(tone.train)
app.add_typer(train.app, name="train", help="Fine-tune on your own data.")
evaluate.app.command("retrieval")(evaluate_retrieval.retrieval)
evaluate.app.command("recommend")(evaluate_recommend.recommend)
evaluate.app.command("policies")(evaluate_policies.policies)
evaluate.app.command("demand")(forecast.evaluate)
evaluate.app.command("dialogue")(evaluate_dialogue.dialogue)
evaluate.app.command("sentiment")(tone.evaluate)
app.add_typer(evaluate.app, name="eval", help="Measure.")


@app.callback()
def options(debug: bool = typer.Option(False, "--debug", help="Show where an error comes from.")) -> None:
    """Options of every command."""
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(MaskedFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, handlers=[to_stderr])
    for chatty in ("httpx", "httpcore", "chromadb", "urllib3", "filelock", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def main() -> None:
    """Run a command; a ShopError is one line on standard error and exit 1 (2 for wrong usage), a traceback only with --debug."""
    _be_quiet()
    try:
        app()
    except ShopError as error:
        if "--debug" in sys.argv:
            raise
        typer.secho(f"shop: {error.detail}", err=True, fg="red")
        typer.echo(f"      Fix: {error.fix}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


def _be_quiet() -> None:
    """No telemetry, no progress bars of libraries on standard output, no thread that spins while it waits long."""
    for name, value in {
        "ANONYMIZED_TELEMETRY": "False",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
        "GOMP_SPINCOUNT": "1000",
    }.items():
        os.environ.setdefault(name, value)


__all__ = ["app", "main"]
