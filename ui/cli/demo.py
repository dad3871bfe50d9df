"""The demo shop's store, built where there is none yet."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import typer

from retrieval.demo import demo_feed, demo_policies, demo_reviews
from retrieval.errors import StoreOutdated
from retrieval.models import ModelHome, model_path
from retrieval.reviews.aspects import ASPECTS
from retrieval.store import Manifest, read_manifest

from .demo_orders import write_orders
from .index import feeds_digest, index_feeds
from .policies import index_policies
from .reviews import index_reviews

RECORD = "demo-policies"  # written last: the digest of the texts that the store holds
REVIEWS_RECORD = "demo-reviews"  # likewise, of the reviews and of what reads them
ORDERS_RECORD = "demo-orders"  # likewise, the day from which the orders are dated


def store_or_demo(store: Path | None) -> Path:
    """The store given, else the demo shop's."""
    return demo_store() if store is None else store


def demo_store(path: Path | None = None) -> Path:
    """The demo shop's store, in the cache directory unless a path is given; built, saying so, when it is missing or older than its feed.

    Policies and reviews are read again when they changed; orders are made anew each day.
    """
    feed, policies = demo_feed(), demo_policies()
    path = path or demo_path()
    manifest = _manifest(path)
    if not (manifest and manifest.complete and manifest.feeds == feeds_digest([feed])):
        typer.echo("No store given: building the demo shop (once).", err=True)
        index_feeds([feed], path)
    texts = feeds_digest(sorted(policies.iterdir()))
    if not (path / RECORD).is_file() or (path / RECORD).read_text(encoding="utf-8") != texts:
        index_policies(policies, path)
        (path / RECORD).write_text(texts, encoding="utf-8")
    said = feeds_digest([demo_reviews(), ASPECTS, model_path("tone") / "head.json"])
    if not (path / REVIEWS_RECORD).is_file() or (path / REVIEWS_RECORD).read_text(encoding="utf-8") != said:
        index_reviews([demo_reviews()], path)
        (path / REVIEWS_RECORD).write_text(said, encoding="utf-8")
    today = date.today()
    if not (path / ORDERS_RECORD).is_file() or (path / ORDERS_RECORD).read_text(encoding="utf-8") != today.isoformat():
        write_orders(path / "orders.db", today)
        (path / ORDERS_RECORD).write_text(today.isoformat(), encoding="utf-8")
    return path


def demo_path() -> Path:
    """Where the demo shop's store is, once it is built."""
    return ModelHome.from_environment().cache.parent / "demo-store"


def _manifest(path: Path) -> Manifest | None:
    """The cached store's manifest; one that this version cannot read is cleared away, since all of it can be made again."""
    try:
        return read_manifest(path)
    except StoreOutdated:
        shutil.rmtree(path)
        return None
