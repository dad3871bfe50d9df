"""What is read from the catalogue alone, once: what is rated well, something of every department, what stands on each shelf."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.catalog import Catalog

from ..model import Reason
from .proposal import Proposal

SURE = 10  # reviews that count as much as the mean of the others
LEAST_RATING = 4.0  # of 5, below which nothing is called well rated
RATED = 80
OF_A_DEPARTMENT = 4
_RATED = """
WITH rated AS (
    SELECT id, rating, coalesce(json_extract(record, '$.review_count'), 0) AS reviews FROM products
    WHERE rating IS NOT NULL AND coalesce(in_stock, 1) = 1),
shop AS (SELECT avg(rating) AS mean FROM rated)
SELECT id, rating, reviews, (? * mean + max(reviews, 1) * rating) / (? + max(reviews, 1)) AS sure
FROM rated, shop WHERE rating >= ? ORDER BY sure DESC, id LIMIT ?
"""
_DEPARTMENTS = """
WITH placed AS (
    SELECT id, row, rating, coalesce(in_stock, 1) AS there, json_extract(record, '$.category[0]') AS department FROM products),
numbered AS (
    SELECT id, department, there, count(*) OVER (PARTITION BY department) AS size,
        row_number() OVER (PARTITION BY department ORDER BY there DESC, rating IS NULL, rating DESC, row) AS place
    FROM placed WHERE department IS NOT NULL)
SELECT id, department, size, place FROM numbered WHERE there AND place <= ? ORDER BY place, size DESC, department
"""


Number = TypeVar("Number", float, npt.NDArray[np.float64])


def drawn_to(mean: float, rating: Number, reviews: Number) -> Number:
    """The Bayesian mean of ratings: the fewer the reviews, the nearer to the mean of all."""
    return (SURE * mean + reviews * rating) / (SURE + reviews)


def rated_in(catalog: Catalog) -> tuple[Proposal, ...]:
    """The best rated in stock, few reviews drawn to the shop's mean."""
    return tuple(
        Proposal(name, sure / 5, Reason("rating", _rating_words(rating, reviews), "rating"))
        for name, rating, reviews, sure in _rows(catalog, _RATED, SURE, SURE, LEAST_RATING, RATED)
    )


def of_departments(catalog: Catalog) -> tuple[Proposal, ...]:
    """A few in stock of each department, so that nobody gets an empty list; of larger departments first."""
    rows = _rows(catalog, _DEPARTMENTS, OF_A_DEPARTMENT)
    largest = max((size for _, _, size, _ in rows), default=1)
    return tuple(
        Proposal(
            name, (0.5 + 0.5 * size / largest) / place, Reason("range", f"one of {size:,} in {department}", "category")
        )
        for name, department, size, place in rows
    )


def shelves_in(catalog: Catalog) -> dict[tuple[str, ...], list[str]]:
    """The ids of each category, in the order in which they came."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, category in _rows(catalog, "SELECT id, json_extract(record, '$.category') FROM products ORDER BY row"):
        found[tuple(json.loads(category))].append(name)
    return found


def _rows(catalog: Catalog, query: str, *values: float) -> list[tuple[Any, ...]]:
    return catalog.connection.execute(query, values).fetchall()


def _rating_words(rating: float, reviews: int) -> str:
    return f"well rated: {rating:g} of 5" + (f" from {reviews:,} ratings" if reviews > 1 else "")
