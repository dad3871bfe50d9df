"""The value of a policy from another one's log: each estimator against the sum worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.recommending.off_policy import Logged, difference, doubly_robust, ips, rates, snips
from retrieval.evaluate import interval


def logged(action: list[int], propensity: list[float], reward: list[float]) -> Logged:
    n = len(action)
    return Logged(np.zeros((n, 0)), np.array(action), np.ones(n, int), np.array(propensity), np.array(reward, float))


LOG = logged(action=[0, 1, 1, 0], propensity=[0.5, 0.5, 0.25, 0.8], reward=[1, 0, 1, 0])
TARGET = np.array([[0.2, 0.8]] * 4)  # weights .2/.5, .8/.5, .8/.25, .2/.8 = .4, 1.6, 3.2, .25


def test_ips_is_the_mean_of_weight_times_reward() -> None:
    assert ips(LOG, TARGET).value == pytest.approx((0.4 * 1 + 3.2 * 1) / 4)


def test_snips_divides_by_the_sum_of_the_weights() -> None:
    assert snips(LOG, TARGET).value == pytest.approx((0.4 * 1 + 3.2 * 1) / (0.4 + 1.6 + 3.2 + 0.25))


def test_doubly_robust_adds_to_the_model_what_it_missed() -> None:
    model = np.array([[0.5, 0.25]] * 4)  # of the target: .2 × .5 + .8 × .25 = .3
    missed = 0.4 * (1 - 0.5) + 1.6 * (0 - 0.25) + 3.2 * (1 - 0.25) + 0.25 * (0 - 0.5)
    assert doubly_robust(LOG, TARGET, model).value == pytest.approx(0.3 + missed / 4)


def test_doubly_robust_without_a_model_is_ips() -> None:
    assert doubly_robust(LOG, TARGET, np.zeros((4, 2))).value == pytest.approx(ips(LOG, TARGET).value)


def test_doubly_robust_is_right_when_the_model_is_whatever_the_propensities_say() -> None:
    wrong = logged(action=[0, 1, 0], propensity=[0.9, 0.9, 0.1], reward=[1, 0, 1])
    found = doubly_robust(wrong, np.array([[0.3, 0.7]] * 3), np.array([[1.0, 0.0]] * 3))
    assert (found.value, found.low, found.high) == pytest.approx((0.3, 0.3, 0.3))


def test_clipping_cuts_the_weights_and_tells_how_many() -> None:
    found = ips(LOG, TARGET, clip=2)
    assert found.value == pytest.approx((0.4 * 1 + 2 * 1) / 4)
    assert found.cut == 1 / 4


def test_the_effective_size_is_that_of_the_weights() -> None:
    total, squares = 0.4 + 1.6 + 3.2 + 0.25, 0.16 + 2.56 + 10.24 + 0.0625
    assert snips(LOG, TARGET).effective == pytest.approx(total**2 / squares)


def test_the_effective_size_of_the_logging_policy_is_the_number_of_decisions() -> None:
    even = logged([0, 1, 0], [0.5] * 3, [1, 0, 0])
    assert ips(even, np.full((3, 2), 0.5)).effective == pytest.approx(3)


def test_a_policy_that_does_nothing_of_the_log_is_worth_nothing_by_snips() -> None:
    found = snips(logged([0, 0], [1, 1], [1, 1]), np.array([[0.0, 1.0]] * 2))
    assert (found.value, found.effective) == (0, 0)


@st.composite
def logs(draw: st.DrawFn) -> tuple[Logged, np.ndarray]:
    """A log with the policy that wrote it, which differs from decision to decision."""
    n, k = draw(st.integers(1, 30)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    policy = rng.dirichlet(np.ones(k), size=n) * 0.9 + 0.1 / k
    action = np.array([rng.choice(k, p=row) for row in policy])
    return logged(list(action), list(policy[np.arange(n), action]), list(rng.random(n))), policy


@settings(max_examples=8, deadline=None)
@given(logs())
def test_the_logging_policy_is_worth_the_mean_of_its_own_log(case: tuple[Logged, np.ndarray]) -> None:
    log, policy = case
    mean = log.reward.mean()
    for found in (ips(log, policy), snips(log, policy)):
        assert found.value == pytest.approx(mean)
        assert found.low - 1e-12 <= mean <= found.high + 1e-12
    constant = np.full(policy.shape, 0.3)
    assert doubly_robust(log, policy, constant).value == pytest.approx(mean)


@settings(max_examples=8, deadline=None)
@given(logs(), st.integers(0, 1000))
def test_snips_stays_within_the_rewards(case: tuple[Logged, np.ndarray], seed: int) -> None:
    log, policy = case
    other = np.random.default_rng(seed).dirichlet(np.ones(policy.shape[1]), size=len(log))
    assert log.reward.min() - 1e-9 <= snips(log, other).value <= log.reward.max() + 1e-9


def test_all_three_find_the_value_of_a_policy_that_never_ran() -> None:
    rng = np.random.default_rng(3)
    chances = np.array([0.1, 0.3, 0.6])
    action = rng.choice(3, size=6_000, p=[0.6, 0.3, 0.1])
    reward = (rng.random(6_000) < chances[action]).astype(float)
    log = logged(list(action), list(np.array([0.6, 0.3, 0.1])[action]), list(reward))
    target = np.tile([0.1, 0.2, 0.7], (6_000, 1))
    truth = 0.1 * 0.1 + 0.2 * 0.3 + 0.7 * 0.6
    model = np.tile(rates(log, 3, strength=10), (6_000, 1))
    for found in (ips(log, target), snips(log, target), doubly_robust(log, target, model)):
        assert found.low <= truth <= found.high
        assert found.high - found.low < 0.12


def test_the_interval_is_that_of_the_bootstrap_of_the_rankings() -> None:
    reward = np.random.default_rng(1).random(400)
    found, plain = ips(logged([0] * 400, [1] * 400, list(reward)), np.ones((400, 1))), interval(list(reward))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.1 * (plain.high - plain.low))


def test_a_policy_differs_from_itself_by_nothing() -> None:
    found = difference(snips(LOG, TARGET), snips(LOG, TARGET))
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_a_difference_resamples_both_policies_together() -> None:
    log = logged([0, 1] * 200, [0.5] * 400, [1, 0] * 200)
    better, worse = np.tile([0.6, 0.4], (400, 1)), np.tile([0.5, 0.5], (400, 1))
    found, alone = difference(ips(log, better), ips(log, worse)), ips(log, better)
    assert found.value == pytest.approx(0.1)
    assert found.low > 0
    assert found.high - found.low < alone.high - alone.low


def test_rates_are_drawn_to_the_mean_by_as_many_decisions_as_asked() -> None:
    log = logged([0, 0, 1, 1], [0.5] * 4, [1, 1, 0, 0])
    assert list(rates(log, 3, strength=2)) == pytest.approx([(2 + 2 * 0.5) / 4, (0 + 2 * 0.5) / 4, 0.5])


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (np.full((3, 2), 0.5), "shape"),
        (np.ones((4, 1)), "shape"),
        (np.full((4, 2), 0.4), "sum to 1"),
        (np.tile([1.5, -0.5], (4, 1)), "sum to 1"),
    ],
)
def test_what_is_no_policy_over_the_log_is_refused(target: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ips(LOG, target)


def test_a_propensity_of_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="propensities"):
        logged([0], [0.0], [1])


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        logged([0, 1], [0.5], [1, 0])


def test_no_decisions_have_no_value() -> None:
    with pytest.raises(ValueError, match="none"):
        ips(logged([], [], []), np.zeros((0, 1)))


def test_a_part_keeps_the_columns_together() -> None:
    part = LOG.part(slice(2, None))
    assert (list(part.action), list(part.propensity), list(part.reward)) == ([1, 0], [0.25, 0.8], [1, 0])
