"""Reviews from files: what is used, what is not and why, and what is never read or repeated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.errors import FeedError
from retrieval.reviews.feed import ReviewReading, quotable, sentences_of


def written(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_row_becomes_a_review_without_its_author(tmp_path: Path) -> None:
    row = {
        "product_id": "tower",
        "rating": "4/5",
        "title": "Tall",
        "text": "Good light. Bad foot!",
        "date": "2026-05-31T10:00",
    }
    (review,) = ReviewReading([written(tmp_path / "r.jsonl", {**row, "author": "Ann Otter"})])
    assert (review.product_id, review.stars, review.day) == ("tower", 4.0, "2026-05-31")
    assert review.sentences == ("Tall", "Good light.", "Bad foot!")
    assert "Otter" not in repr(review)


def test_csv_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text('product_id,rating,text\ntower,5,"Good, and tall"\n', encoding="utf-8")
    assert [review.sentences for review in ReviewReading([file])] == [("Good, and tall",)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"rating": 5, "text": "Good"}, "no product_id"),
        ({"product_id": "tower", "text": "Good"}, "rating: expected 1 to 5, got 'none'"),
        ({"product_id": "tower", "rating": 0, "text": "Good"}, "rating: expected 1 to 5, got '0'"),
        ({"product_id": "tower", "rating": 9, "text": "Good"}, "rating: expected 1 to 5, got '9'"),
        ({"product_id": "tower", "rating": 5, "text": "<p> </p>"}, "text and title: no words"),
        ({"product_id": "tower", "rating": 5, "text": "Good", "date": "May"}, "date: expected a day such as 2026-05-31, got 'May'"),
        ({"product_id": "tower", "rating": 5, "text": "x" * 10_001}, "text: longer than 10,000 characters"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_told_with_its_line(tmp_path: Path, row: dict[str, object], reason: str) -> None:
    good = {"product_id": "tower", "rating": 5, "text": "Good"}
    reading = ReviewReading([written(tmp_path / "r.jsonl", good, row)])
    assert len(list(reading)) == 1
    assert [(bad.file, bad.line, bad.reason) for bad in reading.bad] == [("r.jsonl", 2, reason)]


def test_a_file_without_a_usable_row_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"No review could be used\. The first: line 1, no product_id"):
        list(ReviewReading([written(tmp_path / "r.jsonl", {"rating": 5, "text": "Good"})]))


def test_of_other_languages_only_the_stars_count(tmp_path: Path) -> None:
    rows = [{"product_id": "tower", "rating": 2, "text": "Zu laut.", "language": "de"}]
    reading = ReviewReading([written(tmp_path / "r.jsonl", *rows)])
    assert [(review.stars, review.sentences) for review in reading] == [(2.0, ())]
    assert reading.other_languages == 1


def test_the_same_words_have_the_same_id_and_others_another(tmp_path: Path) -> None:
    row = {"product_id": "tower", "rating": 5, "text": "Good"}
    again, other = {**row, "rating": 1}, {**row, "text": "Goods"}
    first, second, third = (one.id for one in ReviewReading([written(tmp_path / "r.jsonl", row, again, other)]))
    assert (first == second, first == third) == (True, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("great lamp. would buy again", ["great lamp.", "would buy again"]),
        ("It cost less, e.g. than mine. Fine", ["It cost less, e.g. than mine.", "Fine"]),
        ("He said “no.” Twice!", ["He said “no.”", "Twice!"]),
        ("<b>Good</b><br>Bad<script>alert(1)</script>", ["Good", "Bad"]),
        ("Runs 3.5 hours …", ["Runs 3.5 hours …"]),
        ("!!! ???", []),
    ],
)
def test_sentences_are_the_buyers_own_words(text: str, expected: list[str]) -> None:
    assert list(sentences_of("", text)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "It is only $5 elsewhere.",
        "I got 20% off.",
        "The real price is 3 dollars.",
        "Cheaper at www.evil.example now.",
        "Write to ann@evil.example please.",
        "Call 555 123 4567 for a better one.",
        "Good",
        "so " * 41,
    ],
)
def test_what_names_money_or_an_address_or_is_too_long_is_not_repeated(sentence: str) -> None:
    assert not quotable(sentence)


@pytest.mark.parametrize("sentence", ["It lasted 3 years.", "Nice lamp", "Runs 40 hours on one charge."])
def test_other_sentences_may_be_repeated(sentence: str) -> None:
    assert quotable(sentence)
