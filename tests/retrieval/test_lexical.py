"""BM25 over the listing: any words of a shopper are words, never commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lexical import Lexical, phrase
from retrieval.product import Product
from retrieval.store import Store
from tests.small_shop import BY_ID, CALLED_LAMP

SYNTAX = [
    "lamp",
    '"',
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    ")",
    "*",
    "^",
    ":",
    "title:",
    "{a b}",
    "-",
    "🙂",
    "'; DROP TABLE",
    "\0",
]


@pytest.mark.parametrize(
    "text", ['"', "AND", "NEAR(lamp desk, 2)", "lamp*", 'lamp" OR "', "title : lamp", "🙂", "-lamp", "^a"]
)
def test_signs_of_the_query_language_are_only_words(lexical: Lexical, text: str) -> None:
    assert isinstance(lexical.retrieve(text, 5), list)
    assert isinstance(lexical.matching(text), set)


@given(text=st.lists(st.sampled_from(SYNTAX) | st.text(max_size=6), max_size=6).map(" ".join))
def test_no_text_of_a_shopper_breaks_the_search(lexical: Lexical, text: str) -> None:
    ids = [candidate.product_id for candidate in lexical.retrieve(text, 30)]
    assert set(ids) <= set(BY_ID)
    assert lexical.matching(text) <= set(BY_ID)
    assert set(lexical.scores(text, list(BY_ID))) == set(ids)


def test_a_word_with_a_star_does_not_match_by_its_beginning(lexical: Lexical) -> None:
    assert lexical.retrieve("lam*", 5) == []


@pytest.mark.parametrize("text", ["16gb", "16 GB", "16 gb ram", "wifi", "wi-fi", "wi fi"])
def test_a_number_is_found_with_its_unit_however_it_is_written(new_store: Store, text: str) -> None:
    fits = Product("x14", "Laptop X14, 16 GB DDR4-SDRAM, Wi-Fi 6")
    near = Product("y14", "Laptop Y14, 8GB SDRAM, 512 GB disk, 16 hours")
    new_store.catalog.put([fits, near], run=1)
    assert Lexical(new_store.catalog).matching(text) == {"x14"}


@pytest.mark.parametrize("text", ["", "  ", "🙂", '"'])
def test_a_text_without_words_finds_nothing(lexical: Lexical, text: str) -> None:
    assert lexical.retrieve(text, 5) == []


def test_a_word_in_the_title_counts_more_than_one_in_the_description(lexical: Lexical) -> None:
    assert [candidate.product_id for candidate in lexical.retrieve("satchel", 5)] == ["satchel"]
    ranked = [candidate.product_id for candidate in lexical.retrieve("shade", 5)]
    assert ranked.index("shade") >= 0
    assert set(ranked) == {"shade", "tower"}


def test_accents_and_endings_do_not_matter(lexical: Lexical) -> None:
    assert [candidate.product_id for candidate in lexical.retrieve("cafe cup", 1)] == ["cafe"]


def test_the_spelling_of_the_other_side_of_the_ocean_is_found(new_store: Store) -> None:
    rug, pot = Product("rug", "Gray Rug"), Product("pot", "Grey Pot")
    new_store.catalog.put([rug, pot], run=1)
    found = Lexical(new_store.catalog)
    assert {candidate.product_id for candidate in found.retrieve("grey", 5)} == {"rug", "pot"}
    assert found.matching("grey rug") == {"rug"}
    assert found.matching("gray pot") == {"pot"}


def test_a_plural_of_other_letters_finds_the_singular_and_the_other_way_round(new_store: Store) -> None:
    new_store.catalog.put([Product("one", "Wool Scarf"), Product("many", "Wool Scarves")], run=1)
    found = Lexical(new_store.catalog)
    assert found.matching("scarves") == found.matching("scarf") == {"one", "many"}


def test_matching_wants_every_word_in_the_columns_named(lexical: Lexical) -> None:
    assert lexical.matching("lamp", columns="title category") == CALLED_LAMP
    assert lexical.matching("floor lamp", columns="title category") == {"tower"}


def test_eligible_products_are_found_below_any_cut(lexical: Lexical) -> None:
    everywhere = [candidate.product_id for candidate in lexical.retrieve("lamp", 30)]
    last = everywhere[-1]
    assert len(everywhere) > 1
    assert [candidate.product_id for candidate in lexical.retrieve("lamp", 1, {last})] == [last]


def test_a_yes_or_no_fact_is_found_only_where_it_is_yes(lexical: Lexical) -> None:
    assert lexical.matching("dimmable") == {"aster-black", "aster-white", "aster-brass"}
    assert lexical.matching("touchscreen") == set()


@pytest.mark.parametrize(
    ("text", "expected"), [('5" screen', '"5 screen"'), ("🙂", ""), ("faux  leather", '"faux leather"')]
)
def test_a_phrase_is_the_words_of_the_text_in_quotes(text: str, expected: str) -> None:
    assert phrase(text) == expected
