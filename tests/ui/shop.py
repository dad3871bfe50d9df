"""A shop of four products over real retrieval, with a parser whose answers a test queues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from assistant import Assistant
from assistant.model import Parse
from assistant.parse import Parser
from assistant.parts import Parts
from assistant.recommending.placing import Placing
from assistant.relearning.following import Following
from assistant.sessions import Sessions
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.fakes import QueuedParser, WordEmbedder

HOSTILE = """<img src=x onerror="alert(1)"> ${alert(2)} {{alert(3)}} `"'&"""
TURNING = "\u202e\u2066"  # would turn what follows from right to left
PRODUCTS = (
    Product(
        id="brass-lamp",
        title="Brass Desk Lamp",
        description="A warm white light for late pages.",
        brand="Halden",
        category=("lighting", "desk lamps"),
        price=Decimal("34.99"),
        list_price=Decimal("49.99"),
        in_stock=True,
        stock=5,
        rating=4.6,
        review_count=512,
        attributes={"color": ("brass",)},
        image_url="/pictures/desk-lamp/brass/steel.svg",
    ),
    Product(
        id="black-lamp",
        title="Black Desk Lamp",
        description="A warm light on a steel arm.",
        category=("lighting", "desk lamps"),
        price=Decimal("29"),
        in_stock=True,
        stock=9,
        attributes={"color": ("black",)},
        image_url="/pictures/desk-lamp/black/steel.svg",
    ),
    Product(
        id="tall/lamp",
        title="Tall Desk Lamp",
        description="A cool light that reaches over a wide desk.",
        category=("lighting", "desk lamps"),
        price=Decimal("89.50"),
    ),
    Product(
        id="hostile",
        title=f"Mug {HOSTILE}{TURNING}",
        description=HOSTILE,
        brand=HOSTILE + TURNING,
        category=("kitchen", "cups"),
        price=Decimal("9"),
        in_stock=False,
        image_url="javascript:alert(4)",
        url="javascript:alert(5)",
    ),
)


def build_store(path: Path) -> None:
    store = Store(path, create=True)
    build_index(PRODUCTS, store, WordEmbedder())
    store.close()


@contextmanager
def open_shop(
    path: Path,
    *parses: Parse,
    parser: Parser | None = None,
    placing: Placing | None = None,
    sessions: Sessions | None = None,
    following: Following | None = None,
) -> Iterator[Assistant]:
    """The assistant over the store, its parser giving `parses` in order."""
    store = Store(path)
    embedder = WordEmbedder()
    dense, lexical = Dense(store.chroma(), embedder), Lexical(store.catalog)
    searcher = Searcher(store.catalog, lexical, dense, LinearMix(dense, lexical), "USD")
    parts = Parts(parser or QueuedParser(parses), searcher, store.catalog, embedder, placing=placing or Placing())
    with Assistant(parts, sessions, store=store, following=following) as assistant:
        yield assistant
