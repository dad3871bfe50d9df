"""No product shown breaks a price bound, a refused word or an audience: generated needs over two real catalogues.

What a product says is judged here by regular expressions of this file's own, not by the words and stems of the search.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.dense import Dense
from retrieval.feed import read_feed
from retrieval.index import build_index
from retrieval.kinds.named import kind_levels
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.query import Constraints, Hit, Query, Ranking
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.fakes import WordEmbedder

pytestmark = pytest.mark.data

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
EXAMPLES = 80
AT_LEAST_SHOWN = 40  # of the examples must show something, so that the claim is not about nothing
LIMIT = 10
DENIED_BEFORE = re.compile(
    r"\b(no|not|non|never|without|cannot|free (of|from)|\w+n['’]t)\W+((a|an|any|of|the|made|real|with|from)\W+){0,3}$",
    re.IGNORECASE,
)
DENIED_AFTER = re.compile(r"[\s-]free\b", re.IGNORECASE)
AUDIENCES = {
    "men": {"men", "male", "unisex"},
    "women": {"women", "female", "unisex"},
    "kids": {"kids", "boys", "girls", "child", "children"},
}
TITLED = re.compile(
    r"\b(kids|girls|boys)\b", re.IGNORECASE
)  # a "Kids Backpack" that is listed for women is for kids too


@dataclass(frozen=True)
class Shop:
    """A catalogue with its search, and words and prices of its own to ask with."""

    searcher: Searcher
    kinds: list[str]
    words: list[str]
    prices: list[Decimal]


@pytest.fixture(scope="module", params=["retail_store.jsonl", "icecat.jsonl.gz"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    feed = DATA / request.param
    if not feed.is_file():
        pytest.skip(f"{feed} is not here")
    folder = tmp_path_factory.mktemp("real")
    store = Store(folder / "store", create=True)
    build_index(read_feed([feed], folder / "rejects.jsonl"), store, WordEmbedder())
    lexical, dense = Lexical(store.catalog), Dense(store.chroma(), WordEmbedder())
    searcher = Searcher(store.catalog, lexical, dense, LinearMix(dense, lexical))
    products = random.Random(7).sample(list(store.catalog), 1_000)
    yield Shop(
        searcher,
        sorted({kind for product in products for kind in _kinds(product)}),
        sorted({word for product in products for word in _alphabetic(" ".join(_texts(product)))}),
        sorted({product.price for product in products if product.price is not None}),
    )
    store.close()


def test_nothing_shown_breaks_a_constraint(shop: Shop) -> None:
    shown = 0

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(constraints=_needs(shop))
    def check(constraints: Constraints) -> None:
        nonlocal shown
        ranking, _ = shop.searcher.search(Query(constraints.product or "", constraints), LIMIT)
        shown += bool(ranking.hits)
        relaxed = {one.field for one in ranking.relaxed}
        for hit in ranking.hits:
            assert _breaches(hit, constraints) - relaxed == set()
        assert ranking.hits or not ranking.total  # what is counted can be shown

    check()
    assert shown >= AT_LEAST_SHOWN


@pytest.mark.parametrize("sort", ["price_asc", "price_desc"])
def test_an_order_by_price_is_over_all_that_match(shop: Shop, sort: str) -> None:
    """The first of an order is checked against every product of the catalogue, one by one."""
    compared = 0
    for kind in random.Random(3).sample(shop.kinds, 15):
        constraints = Constraints(product=kind, price_min=shop.prices[len(shop.prices) // 10])
        ranking = _in_order(shop, constraints, sort)
        matching = _of_kind(shop, kind)
        prices = [p.price for p in shop.searcher.catalog.get_many(matching) if p.price is not None]
        allowed = [price for price in prices if constraints.price_min is None or price >= constraints.price_min]
        if ranking.hits and not ranking.relaxed and ranking.hits[0].product.id in matching:
            assert ranking.hits[0].product.price == (min(allowed) if sort == "price_asc" else max(allowed))
            compared += 1
    assert compared >= 5


def _of_kind(shop: Shop, kind: str) -> frozenset[str]:
    """What the catalogue has of a kind, by the strictest reading of the words."""
    levels = kind_levels(shop.searcher.catalog, shop.searcher.lexical, kind)
    return levels[0] if levels else frozenset()


def _in_order(shop: Shop, constraints: Constraints, sort: str) -> Ranking:
    return shop.searcher.search(Query(constraints.product or "", constraints, sort), LIMIT)[0]  # type: ignore[arg-type]


def _needs(shop: Shop) -> st.SearchStrategy[Constraints]:
    """A kind of thing with bounds in either order of size, up to three refused words and an audience."""
    price = st.none() | st.sampled_from(shop.prices)
    bounds = st.tuples(price, price).map(_in_size)
    return st.builds(
        lambda product, low_high, exclude, gender: Constraints(
            product=product, price_min=low_high[0], price_max=low_high[1], exclude=tuple(exclude), gender=gender
        ),
        st.none() | st.sampled_from(shop.kinds),
        bounds,
        st.lists(st.sampled_from(shop.words), max_size=3, unique=True),
        st.none() | st.sampled_from(sorted(AUDIENCES)),
    )


def _in_size(bounds: tuple[Decimal | None, Decimal | None]) -> tuple[Decimal | None, Decimal | None]:
    low, high = bounds
    return (high, low) if low is not None and high is not None and low > high else bounds


def _breaches(hit: Hit, wanted: Constraints) -> set[str]:
    """Names of the hard constraints that the product breaks."""
    product, broken = hit.product, set()
    if wanted.price_max is not None and (product.price is None or product.price > wanted.price_max):
        broken.add("price_max")
    if wanted.price_min is not None and (product.price is None or product.price < wanted.price_min):
        broken.add("price_min")
    said = {value.casefold() for value in product.attributes.get("gender", ())}
    titled = {found.casefold() for found in TITLED.findall(product.title)}
    if wanted.gender and said and not (said | titled) & AUDIENCES[wanted.gender]:
        broken.add("gender")
    if any(_says(product, word) for word in wanted.exclude):
        broken.add("exclude")
    return broken


def _says(product: Product, word: str) -> bool:
    """Whether the word stands in the product anywhere without being denied right there ("no leather", "leather-free")."""
    mention = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    return any(not _denied(text, found) for text in _texts(product) for found in mention.finditer(text))


def _denied(text: str, found: re.Match[str]) -> bool:
    return bool(DENIED_BEFORE.search(text[: found.start()]) or DENIED_AFTER.match(text[found.end() :]))


def _texts(product: Product) -> list[str]:
    values = [value for values in product.attributes.values() for value in values]
    return [
        product.title,
        product.description,
        product.brand or "",
        *product.category,
        *product.options.values(),
        *values,
    ]


def _alphabetic(text: str) -> list[str]:
    return [word for word in re.findall(r"\b[a-z]+\b", text.lower()) if len(word) > 3]


def _kinds(product: Product) -> list[str]:
    """What a shopper may call the product: its narrowest category, or the first two words of its title."""
    return [product.category[-1]] if product.category else [" ".join(product.title.split()[:2])]
