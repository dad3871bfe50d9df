"""`shop catalog`: what could be put right in the catalogue, and what of it is accepted. docs/catalogue-help.md."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_embedder, build_events, build_reranker, build_writer
from assistant.describing import descriptions_wanting
from assistant.events.unseen import unseen
from assistant.relearning.versions import with_learnt
from retrieval.catalog_help.categories import categories_missing
from retrieval.catalog_help.corrections import accept, corrections, take_back
from retrieval.catalog_help.facts import facts_missing
from retrieval.catalog_help.suggestion import KINDS, Suggestion, chosen, keep, kept
from retrieval.catalog_help.twins import twins
from retrieval.dense import Dense
from retrieval.errors import BadInput
from retrieval.lexical import Lexical
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store

from .llm import settings_for

app = typer.Typer(
    name="catalog", help="What could be put right in the catalogue.", no_args_is_help=True,
    epilog="Example: shop catalog suggest --store store",
)  # fmt: skip
Folder = Annotated[Path, typer.Option("--store", help="Directory of the store; it may be in use.")]


@app.callback()
def catalog() -> None:
    """What could be put right in the catalogue."""


@app.command("suggest")
def suggest(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    json_: Annotated[
        Path | None, typer.Option("--json", help="Write there a suggestion a line; - is standard output.")
    ] = None,
    llm_url: Annotated[
        str | None,
        typer.Option(
            help="An OpenAI-compatible server whose model words the descriptions; what fails the check is not taken."
        ),
    ] = None,
) -> None:
    """Missing categories and attributes, better descriptions, near-duplicates, and products that nobody finds, each with what it comes
    from.

    They are kept in the store's directory for `shop catalog accept`; nothing else changes.

    Example: shop catalog suggest --store store --json -
    """
    settings = with_learnt(settings_for(store, llm_url=llm_url), store)
    writer = build_writer(settings.model_copy(update={"llm_writes": settings.llm_writes or llm_url is not None}))
    opened = Store(store)
    with closing(opened), closing(build_events(settings)) as log:
        embedder, catalog, lexical = build_embedder(settings), opened.catalog, Lexical(opened.catalog)
        dense = Dense(opened.chroma(settings.chroma_url), embedder)
        reranker = build_reranker(LinearMix(dense, lexical), settings)
        products = list(catalog)
        found = [
            *categories_missing(products, dense, embedder),
            *facts_missing(products),
            *descriptions_wanting(products, corrections(store), writer),
            *twins(products, dense),
            *unseen(Searcher(catalog, lexical, dense, reranker, opened.manifest.currency), log),
        ]
    keep(found, store)
    counts = Counter(one.kind for one in found)
    typer.echo(f"{len(products):,} listings: {', '.join(f'{counts[kind]:,} × {kind}' for kind in KINDS)}.", err=True)
    lines = (json.dumps(one.to_json(), ensure_ascii=False) for one in found) if json_ else told(found)
    _write(lines, json_)


@app.command("accept")
def accept_(
    store: Folder,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY…", help="Of suggestions; none with --sure.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help=f"With --sure: {', '.join(KINDS)}; may be repeated.")] = None,
    sure: Annotated[float | None, typer.Option(min=0.5, max=1, help="All that are at least so sure.")] = None,
) -> None:
    """Take suggestions into the store's corrections, which the next `shop index` fills in; the shop's own feed stays as it is.

    Example: shop catalog accept --store store --kind category --sure 0.95
    """
    if (sure is None) == (not keys) or (kind and keys):
        raise typer.BadParameter("name keys of suggestions, or --sure with or without --kind")
    there = kept(store)
    wanted = [one for one in there if one.key in (keys or ())] if sure is None else chosen(there, kind or (), sure)
    if unknown := set(keys or ()) - {one.key for one in wanted}:
        raise BadInput(
            f"No suggestion is called {', '.join(sorted(unknown))}.", fix=f"see `shop catalog suggest --store {store}`"
        )
    new = accept(wanted, store)
    typer.echo(f"{new:,} accepted; the next `shop index` of the feed into {store} fills them in.", err=True)


@app.command("accepted")
def accepted(store: Folder) -> None:
    """The corrections of the store, an object a line: key, id, and what is filled in or left out.

    Example: shop catalog accepted --store store
    """
    for one in corrections(store):
        typer.echo(json.dumps(one.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False))


@app.command("take-back")
def take_back_(
    store: Folder, keys: Annotated[list[str], typer.Argument(metavar="KEY…", help="Of corrections.")]
) -> None:
    """Drop corrections; the next `shop index` has these products as the feed has them.

    Example: shop catalog take-back 1f3a9c02 --store store
    """
    gone = take_back(keys, store)
    typer.echo(f"{gone:,} taken back; the next `shop index` of the feed into {store} leaves them out.", err=True)


def told(found: Sequence[Suggestion]) -> Iterator[str]:
    """Two lines a suggestion for people: what is proposed, and what it comes from."""
    for one in found:
        sure = "not measured" if one.sure is None else f"{one.sure:.0%} sure".replace("%", " %")
        proposed = "; ".join(f"{name.replace('_', ' ')}: {_text(value)}" for name, value in one.news.items())
        yield f"{one.key}  {one.product_id}  {one.title}\n          {proposed or 'not found'} ({sure})"
        yield f"          from {'; '.join(one.grounds)}"


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_text(one)}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _write(lines: Iterator[str], path: Path | None) -> None:
    if path is None or str(path) == "-":
        sys.stdout.writelines(f"{line}\n" for line in lines)
    else:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
