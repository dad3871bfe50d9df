"""Guesses of how a line goes on: copied from the message in its order, each settled or refused by the model."""

from __future__ import annotations

import pytest

from assistant.reading.draft import Draft, Drafter

VOCABULARY: list[str] = []


def tokens(text: str) -> list[int]:
    """A token for each word, and one for each sign that hangs on it."""
    words = (
        text.replace(";", " ;")
        .replace(",", " ,")
        .replace("?", " ?")
        .replace(".", " .")
        .replace(":", " :")
        .replace("!", " !")
    )
    for word in words.split():
        if word not in VOCABULARY:
            VOCABULARY.append(word)
    return [VOCABULARY.index(word) for word in words.split()]


def guess_after(line: str, message: str, limit: int = 4) -> str:
    draft: Draft = Drafter(tokens).start(tokens(message))
    return " ".join(VOCABULARY[token] for token in draft.take(tokens(line)).guess(limit))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ""),
        ("search", "; feature red wool"),
        ("search; feature red", "wool scarf ; feature"),
        ("search; color red; feature wool", "scarf ; feature under"),
        ("search; color red;", "product wool scarf ;"),
        ("search; product scarf; max 40", ""),
    ],
)
def test_words_are_copied_in_the_order_of_the_message(line: str, expected: str) -> None:
    assert guess_after(line, "red wool scarf, under 40") == expected


def test_nothing_is_guessed_at_the_end_of_the_message() -> None:
    assert guess_after("search; product scarf", "red scarf") == ""


def test_nothing_is_guessed_after_an_act_that_stands_alone() -> None:
    assert guess_after("hello", "hi there") == ""


def test_the_act_after_then_is_not_guessed() -> None:
    assert guess_after("add; ref 1; then", "add it and show me a vase") == ""


def test_no_guess_is_longer_than_allowed() -> None:
    assert guess_after("search; product", "red wool scarf", limit=2) == "red wool"


def test_a_word_that_is_not_in_the_message_moves_nothing() -> None:
    assert guess_after("search; product vase", "red scarf", limit=1) == "red"
