"""The small shop, indexed once, with a parser whose answers a test queues. No test reaches beyond this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from assistant import Assistant
from assistant.events.log import EventLog
from assistant.model import Parse
from assistant.parts import Parts
from assistant.sessions import Sessions
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.fakes import QueuedParser, WordEmbedder
from tests.small_shop import PRODUCTS

settings.register_profile("shop", deadline=None)  # how long an example takes is the machine's business, not the claim's
settings.register_profile("many", deadline=None, max_examples=1_000)
settings.load_profile("shop")
LOOPBACK = ["127.0.0.1", "::1"]
AssistantWith = Callable[..., Assistant]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, so that two processes end at about the same time: those that index whole catalogues, then those
    of the demo shop, whose store one process builds while the other is still at its catalogue."""
    items.sort(key=lambda item: (item.get_closest_marker("data") is None, "demo_shop" not in _fixtures(item)))


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """Connections go to this machine only. Per test, because pytest-socket lifts its guard after each."""
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _models_loaded_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Weights stay in memory from one opened assistant to the next, which in a process of its own would load them again."""
    if not any(item.get_closest_marker("models") for item in request.session.items):
        yield  # importing torch takes seconds
        return
    from assistant import build, parse_model
    from assistant.reading.tagging import network as tag_network
    from retrieval.reranking import pair_network

    with pytest.MonkeyPatch.context() as patch:
        loads = ((parse_model, "load"), (pair_network, "load_network"), (tag_network, "load_network"))
        for module, name in (*loads, (build, "MiniLMEmbedder")):
            patch.setattr(module, name, cache(getattr(module, name)))
        yield


@pytest.fixture(scope="session")
def products() -> tuple[Product, ...]:
    return PRODUCTS


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The small shop's store. Tests only read it."""
    store = Store(tmp_path_factory.mktemp("small") / "store", create=True)
    build_index(PRODUCTS, store, WordEmbedder())
    yield store
    store.close()


@pytest.fixture(scope="session")
def catalog(store: Store) -> Catalog:
    return store.catalog


@pytest.fixture(scope="session")
def lexical(catalog: Catalog) -> Lexical:
    return Lexical(catalog)


@pytest.fixture(scope="session")
def dense(store: Store) -> Dense:
    return Dense(store.chroma(), WordEmbedder())


@pytest.fixture
def events() -> Iterator[EventLog]:
    """What shoppers did: nothing yet."""
    with closing(EventLog()) as events:
        yield events


@pytest.fixture(scope="session")
def searcher(catalog: Catalog, lexical: Lexical, dense: Dense) -> Searcher:
    return Searcher(catalog, lexical, dense, LinearMix(dense, lexical))


@pytest.fixture(scope="session")
def assistant_with(searcher: Searcher) -> AssistantWith:
    """An assistant over the small shop that reads its messages as the given parses, one after the other."""

    def make(parses: Iterable[Parse] = (), sessions: Sessions | None = None, explore: float = 0.0) -> Assistant:
        return Assistant(parts_with(searcher, parses), sessions, explore=explore)

    return make


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of the test's own."""
    store = Store(tmp_path / "store", create=True)
    yield store
    store.close()


def parts_with(searcher: Searcher, parses: Iterable[Parse] = ()) -> Parts:
    return Parts(QueuedParser(parses), searcher, searcher.catalog, WordEmbedder())
