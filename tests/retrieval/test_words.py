"""Words by stem, and quotations that are the text's own words."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.words import (
    contains,
    content_stems,
    content_words,
    doable,
    only_denied,
    quote,
    respelled,
    spellings,
    stem,
    words,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Lamps", "lamp"), ("men's", "men"), ("men’s", "men"), ("Café", "cafe"), ("batteries", "batteri"), ("E27", "e27")],
)
def test_stem_drops_endings_case_accents_and_the_possessive(written: str, expected: str) -> None:
    assert stem(written) == expected


@pytest.mark.parametrize("word", ["lamps", "batteries", "waterproof", "running", "café", "lighting", "cancelling"])
def test_stem_agrees_with_the_index_on_what_is_the_same_word(word: str) -> None:
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'porter unicode61 remove_diacritics 2')")
    index.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (t, 'row')")
    index.execute("INSERT INTO t VALUES (?)", [word])
    assert [row[0] for row in index.execute("SELECT term FROM terms")] == [stem(word)]
    index.close()


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ("scarves", "scarf"),
        ("Knives", "knife"),
        ("lamps", "lamp"),
        ("mice", "mouse"),
        ("ties", "tie"),
        ("lenses", "lens"),
    ],
)
def test_several_and_one_have_the_same_stem(several: str, one: str) -> None:
    assert stem(several) == stem(one)


@pytest.mark.parametrize(("british", "american"), [("grey", "Gray"), ("colours", "color"), ("jewellery", "jewelry")])
def test_british_and_american_spellings_are_one_word(british: str, american: str) -> None:
    assert stem(british) == stem(american)
    assert contains(f"a {american} thing", british)


def test_a_word_has_its_other_spelling_beside_it_for_an_index_of_letters() -> None:
    assert spellings("grey") == ("grey", stem("gray"))
    assert [stem(one) for one in spellings("jewelry")] == [stem("jewelry")] * 2
    assert spellings("lamp") == ("lamp",)


@pytest.mark.parametrize(("form", "base"), [("warmth", "warm"), ("wooden", "wood"), ("comfy", "comfortable")])
def test_a_word_made_from_another_that_says_the_same_is_the_same_word(form: str, base: str) -> None:
    assert stem(form) == stem(base)
    assert contains(f"enough {form} here", base)


def test_a_form_is_found_by_its_word_in_an_index_of_letters() -> None:
    assert spellings("wool") == ("wool", "woolen", "woollen")


def test_golden_is_no_gold_and_what_can_be_charged_says_more_than_charge() -> None:
    assert stem("golden") != stem("gold")
    assert stem("rechargeable") != stem("charge")
    assert doable("A rechargeable battery and washable covers.") == {stem("charge"), stem("wash")}


def test_content_words_leave_out_function_words() -> None:
    assert content_words("I need a warm lamp for the desk") == ("need", "warm", "lamp", "desk")


def test_content_words_keep_function_words_when_nothing_else_is_there() -> None:
    assert content_words("it is the one") == ("it", "is", "the", "one")


def test_content_stems_hold_each_stem_once() -> None:
    assert content_stems("lamp, lamps and a Lamp") == ("lamp",)


def test_quote_gives_the_words_around_what_was_found() -> None:
    text = "A lamp with a warm white light on a slim steel arm."
    assert quote(text, ("white",), around=1) == "warm white light"


def test_quote_begins_and_ends_with_words_that_carry_meaning() -> None:
    assert quote("Made of the softest wool in the valley", ("wool",), around=2) == "softest wool"


def test_quote_does_not_join_words_of_two_clauses() -> None:
    assert quote("The lamp is warm. The mug is white.", content_stems("warm white")) is None


def test_quote_takes_the_first_clause_that_holds_all() -> None:
    assert quote("Warm wool; warm light. Warm light again.", content_stems("warm light"), around=0) == "warm light"


@pytest.mark.parametrize("wanted", [(), ("silk",)])
def test_quote_is_none_when_nothing_stands_there(wanted: tuple[str, ...]) -> None:
    assert quote("A plain lamp.", wanted) is None


@given(st.text(max_size=80), st.text(max_size=12))
def test_quote_is_always_a_part_of_the_text(text: str, wish: str) -> None:
    found = quote(text, content_stems(wish))
    assert found is None or found in text


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("Noise-cancelling headphones", "noise cancelling", True),
        ("Cancelling of noise", "noise cancelling", False),
        ("Desk lamps", "desk lamp", True),
        ("Desk lamps", "", False),
    ],
)
def test_contains_wants_the_words_side_by_side(text: str, phrase: str, expected: bool) -> None:
    assert contains(text, phrase) is expected


@pytest.mark.parametrize(
    "text",
    [
        "No leather.",
        "Not made of real leather",
        "free of leather",
        "A leather-free bag",
        "without any leather",
        "non-leather",
        "Wool.",
    ],
)
def test_a_mention_that_is_denied_right_there_is_no_mention(text: str) -> None:
    assert only_denied(text, "leather")


@pytest.mark.parametrize(
    "text",
    [
        "Leather.",
        "not only leather",
        "not just leather but wool",
        "4 free batteries, leather case",
        "hands free, leather strap",
        "never slips, leather grip",
        "No zips. Leather trim.",
        "No leather outside, leather inside",
        "without a lining in its leather pocket",
    ],
)
def test_a_mention_that_is_not_denied_right_there_counts(text: str) -> None:
    assert not only_denied(text, "leather")


@given(st.text(max_size=60))
def test_words_stand_where_they_say(text: str) -> None:
    assert [word.stem for word in words(text)] == [stem(text[word.start : word.end]) for word in words(text)]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("16gb", "16 GB"),
        ("16 gb", "16GB"),
        ("16-gb ram", "16 GB DDR4-SDRAM"),
        ("2.4ghz", "2.4 GHz"),
        ("wifi 6", "Wi-Fi 6"),
        ("wi fi 6", "WiFi 6"),
        ("hi-fi", "HiFi"),
        ("nonstick", "a Non-Stick coating"),
        ("non-stick", "nonstick"),
        ("antislip", "anti-slip"),
        ("multi-colour", "multicolor"),
        ("multicolor", "Multi-Color"),
        ("in ear", "In-Ear"),
        ("3 seater", "a three-seater"),
        ("five drawers", "5-drawer"),
    ],
)
def test_what_is_written_in_one_word_and_in_two_is_one_word(said: str, written: str) -> None:
    assert set(content_stems(said)) <= set(content_stems(f"HP, {written}, black"))
    assert quote(f"HP, {written}, black", content_stems(said))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("16gb", "116 GB"),
        ("6 gb", "16GB"),
        ("16gb", "16 GBX"),
        ("wifi", "kiwi fi"),
        ("8m", "size 8 M"),
        ("stick", "non-stick"),
        ("in-ear", "over-ear"),
    ],
)
def test_another_number_or_word_is_not_joined(said: str, written: str) -> None:
    assert quote(written, content_stems(said)) is None


def test_a_text_is_given_in_british_and_in_american_spelling_where_these_differ() -> None:
    assert respelled("may i pay in installments") == ("may i pay in installments", "may i pay in instalments")
    assert respelled("a grey Tyre") == ("a grey Tyre", "a gray tire")
    assert respelled("a glass bus") == ("a glass bus",)


def test_a_cloth_is_no_clothes() -> None:
    assert stem("clothes") == stem("clothing") != stem("cloth") == stem("cloths")


def test_what_has_a_color_is_not_colorful_for_that() -> None:
    assert quote("A scarf in a deep charcoal color.", content_stems("colorful")) is None
    assert quote("A colourful scarf.", content_stems("colorful")) is not None


def test_words_are_stemmed_alike_by_threads_at_the_same_time() -> None:
    """Each of two threads stems 2,000 words that no other test does, while they take turns as often as Python lets them."""
    said = [f"{letter}{count}ationally" for count in range(100) for letter in "abcdefghijklmnopqrst"]
    alone = [stem(one) for one in said]
    stem.cache_clear()
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            forth, back = threads.map(lambda words: [stem(one) for one in words], (said, said[::-1]))
    finally:
        sys.setswitchinterval(often)
    assert forth == alone == back[::-1]
