"""What is tried next: the probability told is the one used, and what earns more is tried more."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.recommending.bandit import BetaThompson, GammaThompson, LinearThompson, Thompson, prior_from_content

ARMS = np.arange(3)
ROWS = np.eye(3)


def beta(seed: int = 7, **settings: float) -> BetaThompson:
    return BetaThompson(np.ones(3), np.ones(3), seed=seed, **settings)  # type: ignore[arg-type]


def kinds() -> list[tuple[Thompson, np.ndarray]]:
    return [(beta(), ARMS), (LinearThompson(3, seed=7), ROWS)]


@pytest.mark.parametrize(("bandit", "arms"), kinds(), ids=["beta", "linear"])
def test_the_probabilities_are_one_in_all_and_no_arm_is_below_its_floor(bandit: Thompson, arms: np.ndarray) -> None:
    bandit.learn(arms[[0, 1, 2] * 500], np.array([1.0, 0.0, 0.0] * 500))
    assert bandit.probabilities(arms) == pytest.approx([0.95 + 0.05 / 3, 0.05 / 3, 0.05 / 3])


@pytest.mark.parametrize("at", [0, 1], ids=["beta", "linear"])
def test_the_same_seed_and_rewards_give_the_same_choices(at: int) -> None:
    def played() -> list[tuple[int, float]]:
        bandit, arms = kinds()[at]
        choices = []
        for _ in range(20):
            choice = bandit.choose(arms)
            bandit.learn(arms[choice.action], 1.0 if choice.action == 2 else 0.0)
            choices.append((choice.action, choice.propensity))
        return choices

    assert played() == played()


@pytest.mark.parametrize("at", [0, 1], ids=["beta", "linear"])
def test_what_earns_most_is_chosen_most_after_a_while(at: int) -> None:
    bandit, arms = kinds()[at]
    rng, chances = np.random.default_rng(1), [0.1, 0.3, 0.7]
    chosen = []
    for _ in range(400):
        choice = bandit.choose(arms)
        bandit.learn(arms[choice.action], float(rng.random() < chances[choice.action]))
        chosen.append(choice.action)
    assert np.mean(np.array(chosen[200:]) == 2) > 0.8


@pytest.mark.parametrize(("bandit", "arms"), kinds(), ids=["beta", "linear"])
def test_many_outcomes_at_once_teach_what_one_by_one_teaches(bandit: Thompson, arms: np.ndarray) -> None:
    other = next(one for one, _ in kinds() if type(one) is type(bandit))
    bandit.learn(arms[[0, 1, 0]], np.array([1.0, 0.0, 1.0]))
    for arm, reward in ((0, 1.0), (1, 0.0), (0, 1.0)):
        other.learn(arms[arm], reward)
    assert bandit.probabilities(arms) == pytest.approx(other.probabilities(arms))


def test_choices_come_as_often_as_they_are_said_to() -> None:
    bandit = beta(draws=200)
    bandit.learn(ARMS[[0, 1]], np.array([1.0, 0.0]))
    choices = [bandit.choose(ARMS) for _ in range(2_000)]
    # 1 / propensity, averaged over what was chosen, is the number of arms where the propensity is true
    assert np.mean([1 / one.propensity for one in choices]) == pytest.approx(3, rel=0.1)


def test_two_arms_are_chosen_as_often_as_one_beta_exceeds_the_other() -> None:
    bandit = BetaThompson(np.array([2.0, 1.0]), np.array([1.0, 1.0]), seed=7, draws=40_000, floor=1e-9)
    # P(X > Y) for X ~ Beta(2, 1), density 2x, and Y even on 0..1: the integral of 2x · x = 2/3
    assert bandit.probabilities([0, 1])[0] == pytest.approx(2 / 3, abs=0.01)


def test_only_the_arms_given_are_chosen_from() -> None:
    bandit = beta()
    bandit.learn(ARMS[[0] * 50], np.ones(50))
    assert len(bandit.probabilities([1, 2])) == 2
    assert bandit.choose([2]).propensity == pytest.approx(1)


def test_the_linear_bandit_expects_of_a_new_product_what_its_features_earned() -> None:
    bandit = LinearThompson(2, seed=7)
    bandit.learn(np.tile([1.0, 0.0], (200, 1)), np.ones(200))
    bandit.learn(np.tile([0.0, 1.0], (200, 1)), np.zeros(200))
    assert bandit.probabilities(np.array([[0.9, 0.1], [0.1, 0.9]]))[0] > 0.9


def test_the_linear_bandit_draws_around_the_ridge_regression() -> None:
    bandit = LinearThompson(1, seed=7, noise=0.5, ridge=2.0, draws=40_000)
    bandit.learn([[1.0], [1.0]], [1.0, 0.0])
    drawn = bandit._beliefs([[1.0]])
    precision = 2.0 + (1 + 1) / 0.5  # ridge + Σ x² / noise
    assert drawn.mean() == pytest.approx((1 / 0.5) / precision, abs=0.01)
    assert drawn.var() == pytest.approx(1 / precision, rel=0.05)


def gamma(draws: int = 1_000, floor: float = 0.05) -> GammaThompson:
    return GammaThompson(np.array([1.0, 1.0]), np.array([1.0, 1.0]), seed=7, draws=draws, floor=floor)


def test_what_is_chosen_more_than_was_to_be_expected_is_worth_more_wherever_it_was_shown() -> None:
    bandit = gamma()
    bandit.learn([[0, 0.5], [0, 0.5], [1, 4.0]], [1, 1, 2])
    # (1 + 2) / (1 + 1) and (1 + 2) / (1 + 4), times what is to be expected here
    assert bandit.expected([[0, 0.2], [1, 0.4]]) == pytest.approx([0.2 * 3 / 2, 0.4 * 3 / 5])


def test_two_products_are_chosen_as_often_as_one_gamma_times_what_is_expected_exceeds_the_other() -> None:
    shares = gamma(draws=40_000, floor=1e-9).probabilities([[0, 3.0], [1, 1.0]])
    # P(3 X > Y) for two of density e^-x: 1 - the integral of e^-x P(Y > 3 x) = 1 - 1 / (1 + 3)
    assert shares[0] == pytest.approx(3 / 4, abs=0.01)


def test_a_prior_without_expectations_is_refused_by_the_gamma_kind() -> None:
    with pytest.raises(ValueError, match="prior"):
        GammaThompson(np.ones(2), np.zeros(2), seed=1)


def test_a_prior_is_the_rate_of_what_is_like_it_drawn_to_that_of_all() -> None:
    shown, earned = np.array([100.0, 100.0, 0.0]), np.array([10.0, 0.0, 0.0])
    alike = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=float)
    hits, misses = prior_from_content(shown, earned, alike, strength=50)
    overall = 10 / 200
    assert hits / (hits + misses) == pytest.approx([overall, overall, (10 + 50 * overall) / (100 + 50)])
    assert hits + misses == pytest.approx([50, 50, 50])


def test_a_prior_without_anything_shown_is_the_same_for_all() -> None:
    hits, misses = prior_from_content(np.zeros(2), np.zeros(2), np.ones((2, 2)), strength=20)
    assert list(hits) == [1, 1]
    assert list(misses) == [19, 19]


def test_no_arms_cannot_be_chosen_from() -> None:
    with pytest.raises(ValueError, match="none"):
        beta().choose([])


def test_a_floor_of_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        beta(floor=0)


def test_a_prior_of_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="prior"):
        BetaThompson(np.zeros(2), np.ones(2), seed=1)
