"""The demo shop's store, built where there is none yet."""

from __future__ import annotations

from pathlib import Path

import typer

from retrieval.demo import demo_feed
from retrieval.models import ModelHome
from retrieval.store import read_manifest

from .index import feeds_digest, index_feeds


def store_or_demo(store: Path | None) -> Path:
    """The store given, else the demo shop's."""
    return demo_store() if store is None else store


def demo_store() -> Path:
    """The demo shop's store in the cache directory; built, saying so, when it is missing or older than the catalogue."""
    feed = demo_feed()
    path = ModelHome.from_environment().cache.parent / "demo-store"
    manifest = read_manifest(path)
    if manifest and manifest.complete and manifest.feeds == feeds_digest([feed]):
        return path
    typer.echo("No store given: building the demo shop (once).", err=True)
    index_feeds([feed], path)
    return path
