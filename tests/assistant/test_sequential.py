"""Intervals that hold at all times: as their formulas say, rarely wrong when peeked at, and right about what is there."""

from __future__ import annotations

from math import exp, lgamma, log, sqrt

import numpy as np
import pytest

from assistant.experiments.sequential import (
    LEAST,
    PRIOR,
    average,
    difference,
    is_mismatch,
    odds_against_split,
    telling,
    times,
)


def test_an_interval_is_that_of_the_formula() -> None:
    # theorem 2.2 with t = 400, alpha = .05 and a rho that is best at 100: -W(-alpha^2 / e) - 1 = x solves x + 1 = alpha^2 e^x
    x = 8.0
    for _ in range(100):
        x = log((x + 1) / 0.05**2)
    r = 400 * x / 100
    wanted = sqrt(2 * (r + 1) / r * log(sqrt(r + 1) / 0.05))
    assert times(np.array([400.0]), 0.05, 100)[0] == pytest.approx(wanted)


def test_an_interval_is_narrowest_where_it_was_planned() -> None:
    widths = [times(np.array([1_000.0]), 0.05, expected)[0] for expected in (200, 900, 1_000, 1_100, 5_000)]
    assert min(widths) == widths[2]


def test_a_difference_is_that_of_the_means_with_its_spread() -> None:
    treated = np.arange(400) % 2 == 0
    values = np.where(treated, np.arange(400) % 4 == 0, np.arange(400) % 8 == 1).astype(float)
    path = difference(values, treated, alpha=0.05, expected=400, shares=False)
    mean, low, high = path.at(400)
    assert mean == pytest.approx(100 / 200 - 50 / 200)
    error = sqrt(0.5 * 0.5 / 200 + 0.25 * 0.75 / 200)
    assert high - mean == pytest.approx(error * times(np.array([400.0]), 0.05, 400)[0])
    assert mean - low == pytest.approx(high - mean)


def test_nothing_is_said_of_few_and_of_nobody() -> None:
    few = difference(np.ones(2 * LEAST - 1), np.arange(2 * LEAST - 1) % 2 == 0, alpha=0.05, expected=1_000)
    assert np.isinf(few.low).all()
    assert difference(np.zeros(0), np.zeros(0, bool), alpha=0.05, expected=100).at(0) == (0.0, -np.inf, np.inf)


def test_shares_that_nobody_reached_have_an_interval_all_the_same() -> None:
    path = difference(np.zeros(400), np.arange(400) % 2 == 0, alpha=0.05, expected=400)
    _, low, high = path.at(400)
    assert low < -0.01 < 0.01 < high


def test_peeking_at_every_visitor_seldom_sees_what_is_not_there() -> None:
    random, seen = np.random.default_rng(3), 0
    for _ in range(200):
        treated, values = random.random(3_000) < 0.5, (random.random(3_000) < 0.1).astype(float)
        path = difference(values, treated, alpha=0.05, expected=2_000)
        seen += bool(((path.low > 0) | (path.high < 0)).any())
    assert seen <= 10  # 5 % of 200


def test_what_is_there_is_seen() -> None:
    random = np.random.default_rng(4)
    treated = random.random(4_000) < 0.5
    values = (random.random(4_000) < np.where(treated, 0.16, 0.10)).astype(float)
    _, low, high = difference(values, treated, alpha=0.05, expected=2_000).at(4_000)
    assert 0 < low < 0.06 < high


def test_a_preference_is_a_mean_with_its_interval() -> None:
    path = average(np.array([1.0, 0.0, 1.0, 1.0] * 100), alpha=0.05, expected=400)
    mean, low, high = path.at(400)
    assert (mean, high - mean) == (pytest.approx(0.75), pytest.approx(mean - low))
    assert low > 0.5


def test_the_odds_against_a_split_are_those_of_the_formula() -> None:
    # Gamma(k) / Gamma(k + n) * prod Gamma(k theta + n_i) / Gamma(k theta) / theta^n_i
    half = PRIOR / 2
    wanted = (
        lgamma(PRIOR) - lgamma(PRIOR + 100) + lgamma(half + 70) + lgamma(half + 30) - 2 * lgamma(half) - 100 * log(0.5)
    )
    assert odds_against_split([70, 30], [0.5, 0.5]) == pytest.approx(wanted)
    assert exp(odds_against_split([0, 0], [0.5, 0.5])) == pytest.approx(1)


def test_a_split_that_is_off_is_told_and_an_even_one_is_not() -> None:
    even = {"a": 1.0, "b": 1.0}
    assert is_mismatch({"a": 5_200, "b": 4_700}, even)
    assert not is_mismatch({"a": 5_020, "b": 4_980}, even)
    assert not is_mismatch({"a": 3, "b": 0}, even)
    assert not is_mismatch({"a": 7_500, "b": 2_500}, {"a": 3.0, "b": 1.0})


def test_what_can_be_told_is_the_half_width_at_the_end() -> None:
    error = sqrt(0.09 / 1_000 + 0.09 / 1_000)
    assert telling(2_000, (0.5, 0.5), 0.1, 1) == pytest.approx(error * times(np.array([2_000.0]), 0.05, 2_000)[0])
