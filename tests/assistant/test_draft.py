"""Guesses of how a line goes on: by a proposed line, and by the message where the model writes something else."""

from __future__ import annotations

import pytest

from assistant.reading.draft import COPIED, LENGTH, Draft

VOCABULARY: list[str] = []
PROPOSED = "search; feature warm red; product wool scarf; max 40"
MESSAGE = "a warm and soft red wool scarf under 40"


def tokens(text: str) -> list[int]:
    """A token for each word, and one for each semicolon."""
    words = text.replace(";", " ;").split()
    for word in words:
        if word not in VOCABULARY:
            VOCABULARY.append(word)
    return [VOCABULARY.index(word) for word in words]


def draft(proposed: str = PROPOSED, message: str = MESSAGE) -> Draft:
    return Draft(tuple(tokens(proposed)), tuple(tokens(message)), *tokens(";"))


def text(guess: Draft) -> str:
    return " ".join(VOCABULARY[token] for token in guess.guess()).replace(" ;", ";")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", PROPOSED),
        ("search; feature warm", "red; product wool scarf; max 40"),
        ("refine", "; feature warm red; product wool scarf; max 40"),  # another act
        ("search; color", "warm red; product wool scarf; max 40"),  # another name of the same value
        ("search; feature warm;", "product wool scarf; max 40"),  # a value that ends sooner
        ("search; feature warm red; product scarf", "; max 40"),  # and one that begins later
        ("search; product", "wool scarf; max 40"),  # a field less
        ("search; gender women", "; feature warm red; product wool scarf; max 40"),  # a field more
        ("search; gender women;", "feature warm red; product wool scarf; max 40"),
    ],
)
def test_the_proposed_line_goes_on_where_the_written_one_takes_it_up(written: str, expected: str) -> None:
    assert text(draft().take(tokens(written))) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("search; feature warm and", "soft red wool scarf under 40"),  # longer than proposed
        ("search; feature warm and soft", "red wool scarf under 40"),
        (f"{PROPOSED}; feature soft", "red wool scarf under 40"),  # after all that was proposed
    ],
)
def test_another_value_is_copied_from_the_message(written: str, expected: str) -> None:
    assert text(draft().take(tokens(written))) == expected


def test_after_a_value_of_its_own_the_line_comes_back_to_the_proposed_one() -> None:
    assert text(draft().take(tokens("search; feature warm and soft;"))) == "product wool scarf; max 40"


def test_nothing_is_guessed_after_all_that_was_proposed() -> None:
    assert text(draft().take(tokens(PROPOSED))) == ""
    assert text(draft().take(tokens(f"{PROPOSED};"))) == ""


def test_another_line_is_gone_along_from_a_place_in_it() -> None:
    other = tokens("search; color red; product scarf")
    going = draft().along(other, 2)
    assert text(going) == "color red; product scarf"
    assert text(going.take(tokens("feature"))) == "red; product scarf"
    assert text(going.take(tokens("feature;"))) == "color red; product scarf"


def test_no_guess_is_longer_than_allowed() -> None:
    many = " ".join(f"w{number}" for number in range(2 * LENGTH))
    long = draft(f"search; feature {many}", f"a {many}")
    assert len(long.guess()) == LENGTH
    assert text(draft("search", f"a {many}").take(tokens("search; feature a"))) == " ".join(many.split()[:COPIED])
