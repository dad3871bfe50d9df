"""The demo shop's reviews: every row can be used, and speaks of a product that is there."""

from __future__ import annotations

import json

from retrieval.demo import demo_feed, demo_reviews
from retrieval.reviews.feed import ReviewReading


def test_every_review_is_of_a_product_or_a_family_of_the_shop() -> None:
    reading = ReviewReading([demo_reviews()])
    spoken_of = {review.product_id for review in reading}
    rows = [json.loads(line) for line in demo_feed().read_text(encoding="utf-8").splitlines()]
    assert spoken_of <= {row["id"] for row in rows} | {row["group_id"] for row in rows}
    assert (len(spoken_of), reading.used, reading.bad) == (66, 306, [])


def test_no_review_names_anybody() -> None:
    rows = [json.loads(line) for line in demo_reviews().read_text(encoding="utf-8").splitlines()]
    assert {name for row in rows for name in row} <= {"product_id", "rating", "title", "text", "date"}
