"""Aspects by month, and months in which one turned bad."""

from __future__ import annotations

import pytest

from retrieval.reviews.store import Sentence
from retrieval.reviews.tone import Heard
from retrieval.reviews.trends import Month, Trend, chance_of, jumps_of, trends_of

GOOD, BAD = Heard((0.1, 0.1, 0.8)), Heard((0.8, 0.1, 0.1))


def _said(review: str, heard: Heard, day: str, family: str = "kettle", place: int = 0) -> Sentence:
    return Sentence(review, place, "Noise.", 3.0, day, family, heard, "noise")


def test_a_buyer_counts_once_by_all_that_he_says_of_it() -> None:
    said = [_said("a", BAD, "2026-01-05"), _said("a", Heard((0.0, 0.0, 1.0)), "2026-01-05", place=1)]
    whole, family = trends_of(said)
    assert whole == Trend("noise", "", (Month("2026-01", 1, 0),))  # 0.8 negative against 1.1 positive
    assert family == Trend("noise", "kettle", (Month("2026-01", 1, 0),))


def test_months_and_families_are_counted_apart() -> None:
    said = [_said("a", BAD, "2026-01-05"), _said("b", GOOD, "2026-01-09", "lamp"), _said("c", BAD, "2026-02-01")]
    whole, kettle, lamp = trends_of(said)
    assert whole.months == (Month("2026-01", 2, 1), Month("2026-02", 1, 1))
    assert (kettle.family, kettle.negative, kettle.buyers, lamp.family) == ("kettle", 2, 2, "lamp")


def test_the_chance_is_fishers() -> None:
    # of 9 buyers 4 are displeased, 3 speak in the month: all three of them displeased in C(4,3) of C(9,3) ways
    assert chance_of(Month("m", 3, 3), Month("", 6, 1)) == pytest.approx(4 / 84)


def test_a_jump_is_told_and_a_steady_share_is_not() -> None:
    jumping = Trend("noise", "", (Month("2026-01", 7, 1), Month("2026-02", 5, 5)))
    (jump,) = jumps_of(jumping)
    # of 12 buyers 6 are displeased: C(6,5) of C(12,5) ways
    assert (jump.month.month, jump.before) == ("2026-02", Month("", 7, 1))
    assert jump.chance == pytest.approx(6 / 792)
    assert list(jumps_of(Trend("noise", "", (Month("2026-01", 20, 10), Month("2026-02", 10, 5))))) == []


def test_three_displeased_buyers_are_no_jump() -> None:
    assert list(jumps_of(Trend("noise", "", (Month("2026-01", 90, 0), Month("2026-02", 3, 3))))) == []
