"""What a narrowing takes along to another kind of thing, and what of it nothing of that kind speaks of."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.model import Parse
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import AssistantWith, parts_with
from tests.fakes import WordEmbedder, said


@pytest.mark.parametrize(
    ("first", "features", "stays", "told"),
    [
        ("lamp", ("dimmable",), (), "No listing of this kind says “dimmable”, so I left that out."),
        ("jacket", ("waterproof",), ("waterproof",), ""),  # the rucksack is
        (
            "gift",
            ("birthday", "for my mum"),
            ("for my mum",),
            "",
        ),  # an occasion is no property of what is chosen for it
    ],
)
def test_of_a_former_kind_what_no_listing_of_the_new_one_says_is_wished_for_no_longer(
    assistant_with: AssistantWith, first: str, features: tuple[str, ...], stays: tuple[str, ...], told: str
) -> None:
    shop = assistant_with([said("search", product=first, features=features), said("refine", product="bag")])
    shop.reply("something to begin with", "s_1")
    reply = shop.reply("or maybe a bag", "s_1")
    assert reply.constraints.features == stays
    assert ("left that out" in reply.reply, told in reply.reply) == (bool(told), True)


FOR_WOMEN = ("a jacket for women", said("search", product="jacket", gender="women"))


@pytest.mark.parametrize(
    ("message", "read", "gender"),
    [
        ("and a dress", said("search", product="dress"), "women"),
        ("and a dress for my son", said("search", product="dress"), None),
        ("and a dress for a girl", said("search", product="dress", gender="girls"), "girls"),
        ("and a lamp", said("search", product="lamp"), None),  # which is for anybody
        ("and a hat", said("search", product="hat"), None),  # none is for women alone
    ],
)
def test_the_next_thing_is_for_the_same_people_where_some_of_it_is_made_for_them(
    new_store: Store, message: str, read: Parse, gender: str | None
) -> None:
    women, men = {"gender": ("women",)}, {"gender": ("men",)}
    products = [
        Product("jacket", "Rain Jacket", category=("wear", "jackets"), attributes=women),
        Product("dress", "Red Dress", category=("wear", "dresses"), attributes=women),
        Product("hat", "Felt Hat", category=("wear", "hats"), attributes=men),
        Product("lamp", "Desk Lamp", category=("home", "lamps")),
    ]
    build_index(products, new_store, WordEmbedder())
    dense, lexical = Dense(new_store.chroma(), WordEmbedder()), Lexical(new_store.catalog)
    searcher = Searcher(new_store.catalog, lexical, dense, LinearMix(dense, lexical))
    shop = Assistant(parts_with(searcher, [FOR_WOMEN[1], read]))
    shop.reply(FOR_WOMEN[0], "s_1")
    assert shop.reply(message, "s_1").constraints.gender == gender
