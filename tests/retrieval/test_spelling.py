"""Mistyped words read as words of the shop or of its shoppers, and known words left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.spelling import Speller, english_words
from retrieval.store import Store
from tests.fakes import WordEmbedder

ENGLISH = {word: rank for rank, word in enumerate("light form desk clock black cheap strap cheaper please".split())}
EVERYDAY = ("cheaper", "please", "plaese", "zelanto")  # mistyped words and names stand among them
PRODUCTS = (
    Product("jacket", "Waxed Winter Jacket", brand="Torvik", description="Waterproof and warm.", price=Decimal(90)),
    Product("lamp", "Desk Lamp, Tall", description="A lamp with a leather strap.", price=Decimal(30)),
    Product("watch", "Field Watch", description="Wash by hand, never in the wash.", price=Decimal(120)),
)


@pytest.fixture(scope="module")
def speller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speller]:
    store = Store(tmp_path_factory.mktemp("spelling") / "store", create=True)
    build_index(PRODUCTS, store, WordEmbedder())
    yield Speller(store.catalog, Lexical(store.catalog), ENGLISH, lambda: EVERYDAY)
    store.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("winter jaket", "winter jacket"),  # a letter too few
        ("lammp", "lamp"),  # one too many
        ("jackat", "jacket"),  # another
        ("letaher strap", "leather strap"),  # two swapped
        ("headfones", "headphones"),  # two slips in a long word; a word of shoppers, not of this shop
        ("torvick", "torvik"),  # a maker
        ("waterprof, warm", "waterproof, warm"),
        ("cheep lamp", "cheap lamp"),  # a word of shoppers with the same consonants
        ("chepaer lamp", "cheaper lamp"),  # an everyday word, before "chopper", which shoppers call an axe
        ("pleese", "please"),
        ("wite lamp", "white lamp"),  # a colour, with a letter left out
        ("brwn", "brown"),
        ("wach", "watch"),  # the name of a kind before a word that is said more often
    ],
)
def test_a_slip_is_read_as_the_word_that_was_meant(speller: Speller, typed: str, meant: str) -> None:
    assert speller.mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "jackets",  # another form of a word of the shop
        "telly",  # a word of shoppers
        "form light",  # common words, near "torvik" or not
        "tal",  # too short to say
        "zacket",  # another first letter
        "lbmqs",  # two slips in a short word
        "dest",  # near a kind, but no letter is left out
        "dont",  # a shortened word
        "zelantu",  # near a name that is no word of English
        "watsh2",  # a code
        "anna@torvic.example",
        "",
    ],
)
def test_a_known_or_a_far_word_stays_as_it_is(speller: Speller, text: str) -> None:
    assert speller.mended(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"), [("wite lamp", "white lamp"), ("coper", "copper"), ("back lamp", "back lamp")]
)
def test_a_colour_that_lacks_a_letter_is_meant_by_a_word_that_hardly_anybody_uses(
    tmp_path: Path, typed: str, meant: str
) -> None:
    with closing(Store(tmp_path / "store", create=True)) as store:
        build_index(PRODUCTS, store, WordEmbedder())
        assert Speller(store.catalog, Lexical(store.catalog), english_words()).mended(typed) == meant


def test_what_was_read_otherwise_is_named_by_the_typed_word(speller: Speller) -> None:
    assert speller.slips("a winter Jaket with a lether strap") == {"jaket": "jacket", "lether": "leather"}
