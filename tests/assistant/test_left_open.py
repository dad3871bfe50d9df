"""Answers to our own question that know nothing: it is left open, products are shown, and it is not asked again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from assistant.assistant import Assistant
from assistant.contract import Reply
from assistant.model import Parse
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import parts_with
from tests.fakes import WordEmbedder, said

BOOTS = tuple(
    Product(f"b{n}", f"Moor Boots {n}", category=("shoes", "boots"), price=Decimal(10 * n)) for n in range(1, 13)
)  # nothing but their prices tells them apart
WIDE = ("boots", said("search", product="boots"))
OUTSIDE = "That is outside what I can help with."


@pytest.fixture(scope="module")
def boots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    store = Store(tmp_path_factory.mktemp("boots") / "store", create=True)
    build_index(BOOTS, store, WordEmbedder())
    catalog: Catalog = store.catalog
    lexical, dense = Lexical(catalog), Dense(store.chroma(), WordEmbedder())
    yield Searcher(catalog, lexical, dense, LinearMix(dense, lexical))
    store.close()


def talk(searcher: Searcher, *turns: tuple[str, Parse]) -> list[Reply]:
    shop = Assistant(parts_with(searcher, [parse for _, parse in turns]))
    return [shop.reply(message, "s_1") for message, _ in turns]


def test_a_wide_need_is_asked_for_its_budget(boots: Searcher) -> None:
    (reply,) = talk(boots, WIDE)
    assert reply.question is not None
    assert reply.question.text == "What is your budget?"


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("no preference", said("other")), ("dunno", said("other")), ("anything", said("refine")),
        ("no preference", said("refine", drop=("price_max",))), ("any of them", said("refine", features=("any of them",))),
    ],
)  # fmt: skip
def test_not_knowing_the_answer_shows_products_and_asks_no_more(boots: Searcher, message: str, read: Parse) -> None:
    wide, reply, after = talk(boots, WIDE, (message, read), ("more", said("more")))
    assert reply.reply.startswith("All right, any budget.")
    assert [card.product.id for card in reply.cards] == [card.product.id for card in wide.cards]
    assert reply.constraints == wide.constraints
    assert reply.question is None
    assert after.question is None


@pytest.mark.parametrize("read", [said("other"), said("refine")])
def test_who_wants_to_think_it_over_leaves_the_question_open_for_now(boots: Searcher, read: Parse) -> None:
    wide, reply = talk(boots, WIDE, ("i'll think about it", read))
    assert reply.reply.startswith("Take your time.")
    assert reply.constraints == wide.constraints


def test_what_is_off_the_subject_is_still_answered_as_such(boots: Searcher) -> None:
    _, reply = talk(boots, WIDE, ("tell me a joke", said("other")))
    assert reply.reply.startswith(OUTSIDE)


def test_not_knowing_without_a_question_is_no_answer(boots: Searcher) -> None:
    _, _, reply = talk(boots, WIDE, ("under 60", said("refine", price_max=Decimal(60))), ("dunno", said("other")))
    assert reply.reply.startswith(OUTSIDE)


def test_what_says_something_is_an_answer(boots: Searcher) -> None:
    _, reply = talk(boots, WIDE, ("whatever, under 60", said("refine", price_max=Decimal(60))))
    assert reply.constraints.price_max == 60
    assert not reply.reply.startswith("All right")
