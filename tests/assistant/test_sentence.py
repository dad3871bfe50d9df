"""Where a sentence ends while it is still being written, and what a sentence is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sentence import key, plain_marks, sentences, tokens

BOOTS = "Dr. Marlow Boots 1460. Black"


def test_a_sentence_is_given_as_soon_as_what_follows_it_is_there() -> None:
    pieces = iter(["It is $3", "4.99. ", "It is", " red."])
    told = sentences(pieces, ())
    assert next(told) == "It is $34.99."
    assert list(pieces) == ["It is", " red."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A is $5.50. B is $6!", ["A is $5.50.", "B is $6!"]),
        ("Here: 1. A, 2. B. Good?", ["Here: 1. A, 2. B.", "Good?"]),
        (f"Take the {BOOTS}. They fit.", [f"Take the {BOOTS}.", "They fit."]),
        ("It says “Soft. Warm.” Yes.", ["It says “Soft. Warm.”", "Yes."]),
        ("- A\n- B", ["- A", "- B"]),
        ("  ", []),
    ],
)
def test_a_stop_ends_a_sentence_unless_it_belongs_to_a_number_a_name_or_a_quotation(
    text: str, expected: list[str]
) -> None:
    assert list(sentences([text], [BOOTS])) == expected
    assert list(sentences(list(text), [BOOTS])) == expected  # letter by letter


@given(st.text(alphabet="aB1. ?!“”\n,$", max_size=60))
def test_no_word_of_a_text_is_lost_between_sentences(text: str) -> None:
    assert "".join("".join(sentences(list(text), [])).split()) == "".join(text.split())


@given(st.text(max_size=80))
def test_every_letter_and_digit_of_a_text_is_in_a_token(text: str) -> None:
    kept = "".join(token.text for token in tokens(text))
    assert bool(kept) == any(not c.isspace() and c not in "-.,;:!?()…–—" for c in text) or "“" in text or '"' in text


def test_phrases_that_say_the_same_have_one_key() -> None:
    assert key("Color: Black") == key("color black")
    assert key("$34.90 for two") == key("$34.9 for 2")
    assert key("-5 °C") != key("5 °C")
    assert key("the lamp's shade") == key("The lamp’s shade") == ("the", "lamp", "shade")
    assert key("12V") == ("12", "v")


def test_marks_of_markdown_go() -> None:
    assert plain_marks("- **A** is `$5`") == "A is $5"
