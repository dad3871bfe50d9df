"""A file of experiments is read with errors that say what is expected; visitors are split as it says, stably and independently."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.experiments.assign import arm_of, drawn
from assistant.experiments.interleave import team_draft
from assistant.experiments.plan import Experiment, read_plan
from retrieval.errors import BadInput

PLAIN = """
[[experiment]]
name = "order"
start = 2026-05-01
stop = 2026-06-01
goal = "click"
[[experiment.arm]]
name = "as now"
[[experiment.arm]]
name = "mixed"
diversity = 0.5
[[experiment.guard]]
metric = "latency"
worse_by = 200.5
"""
VISITORS = [f"visitor {number}" for number in range(4_000)]


def experiment(text: str = PLAIN, *, name: str = "order", **changed: object) -> Experiment:
    import tomllib

    given = tomllib.loads(text)["experiment"][0]
    return Experiment.model_validate({**given, "name": name, **changed})


def test_a_file_is_read_with_its_dates_arms_and_guards(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text(PLAIN)
    (one,) = read_plan(tmp_path / "e.toml").experiment
    assert (one.name, one.control.name, one.arm[1].sets) == ("order", "as now", {"diversity": 0.5})
    assert (one.guard[0].metric, one.guard[0].worse_by, one.touches) == ("latency", 200.5, {"diversity"})
    runs = [one.runs(datetime(2026, month, 1, tzinfo=UTC)) for month in (4, 5, 6)]
    assert runs == [False, True, False]  # the day of the stop is the first without it


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        (
            'goal = "click"',
            'goal = "love"',
            "experiment.0.goal: Input should be 'click', 'cart' or 'purchase', got 'love'",
        ),
        ('goal = "click"', "", "experiment.0.goal: Field required"),
        ('metric = "latency"', 'metric = "errors"', "worse_by of errors is a share below 1, such as 0.02"),
        ("diversity = 0.5", "diverse = 0.5", "'diverse' is no key here; these are: name, weight, interest, diversity"),
        ("diversity = 0.5", "diversity = 5", "experiment.0.arm.1.diversity: Input should be less than or equal to 1"),
        ("diversity = 0.5", "", "the arm 'mixed' sets nothing; name a setting: interest, diversity, reranker"),
        ('name = "as now"', 'name = "as now"\ndiversity = 0.1', "the first arm is the control, the shop as it is"),
        ('name = "mixed"', 'name = "as now"', "the arm 'as now' is there more than once"),
        (
            "stop = 2026-06-01",
            "stop = 2026-04-01",
            "it stops on 2026-04-01, which is not after its start on 2026-05-01",
        ),
        ("stop = 2026-06-01", "stop = 2026-06-01\ninterleave = true", "a guard compares visitors of different arms"),
        ("stop = 2026-06-01", 'stop = 2026-06-01\nunit = "session"', "Input should be 'visitor', got 'session'"),
        ("[[experiment]]", "[[experiment]", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_what_is_expected(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    file = tmp_path / "e.toml"
    file.write_text(PLAIN.replace(was, becomes, 1))
    with pytest.raises(BadInput) as error:
        read_plan(file)
    assert str(file) in error.value.detail
    assert told in error.value.detail


def test_experiments_at_one_time_may_not_set_the_same_thing(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    later = PLAIN.replace('"order"', '"later"').replace(
        "start = 2026-05-01\nstop = 2026-06-01", "start = 2026-06-01\nstop = 2026-07-01"
    )
    file.write_text(PLAIN + later)
    assert len(read_plan(file).experiment) == 2
    file.write_text(PLAIN + PLAIN.replace('"order"', '"again"'))
    with pytest.raises(BadInput, match="'order' and 'again' run at the same time and both set diversity"):
        read_plan(file)


def test_interleaving_takes_two_orders_of_suggestions_and_nothing_else(tmp_path: Path) -> None:
    text = PLAIN.partition("[[experiment.guard]]")[0].replace("diversity = 0.5", "products_shown = 3")
    file = tmp_path / "e.toml"
    file.write_text(text.replace("stop =", "interleave = true\nstop ="))
    with pytest.raises(BadInput, match="two arms; the second sets diversity or interest"):
        read_plan(file)


def test_a_visitor_always_gets_the_same_arm_and_arms_get_their_parts() -> None:
    one = experiment(arm=[{"name": "as now", "weight": 3}, {"name": "mixed", "diversity": 0.5}])
    arms = [arm_of(one, visitor) for visitor in VISITORS]
    assert arms == [arm_of(one, visitor) for visitor in VISITORS]
    counts = Counter(arm.name for arm in arms if arm)
    assert counts.total() == 4_000
    assert 2_900 < counts["as now"] < 3_100  # 3,000 +- 4 standard deviations of 27


def test_a_larger_share_moves_nobody_to_another_arm() -> None:
    small, large = experiment(share=0.2), experiment(share=0.6)
    before = {visitor: arm.name for visitor in VISITORS if (arm := arm_of(small, visitor))}
    after = {visitor: arm.name for visitor in VISITORS if (arm := arm_of(large, visitor))}
    assert 700 < len(before) < 900  # 800 +- 4 of 25
    assert {visitor: after[visitor] for visitor in before} == before
    assert 2_270 < len(after) < 2_530  # 2,400 +- 4 of 31


def test_the_arm_of_one_experiment_tells_nothing_of_another() -> None:
    one, other = experiment(), experiment(name="other")
    pairs = Counter((arm_of(one, each), arm_of(other, each)) for each in VISITORS)
    assert len(pairs) == 4
    assert all(890 < count < 1_110 for count in pairs.values())  # 1,000 +- 4 of 27


def test_what_is_drawn_lies_from_nought_up_to_one() -> None:
    numbers = [drawn("salt", visitor) for visitor in VISITORS]
    assert 0 <= min(numbers) < 0.01
    assert 0.99 < max(numbers) < 1


def test_team_draft_takes_the_best_left_of_each_list_in_turn() -> None:
    mixed = team_draft("abcd", "bdae", 4, lambda number: number == 0, same=str)
    # round 1: A first: a, then B: b; round 2: B first: d, then A: c
    assert mixed == [("a", "A"), ("b", "B"), ("d", "B"), ("c", "A")]


def test_team_draft_lists_nothing_twice_and_ends_with_both_lists() -> None:
    assert team_draft("ab", "ab", 5, lambda number: True, same=str) == [("a", "A"), ("b", "B")]
    assert team_draft(["a1", "b"], ["a2", "c"], 5, lambda number: False, same=lambda name: name[0]) == [
        ("a2", "B"), ("b", "A"), ("c", "B")
    ]  # fmt: skip
    assert team_draft("", "xyz", 2, lambda number: True, same=str) == [("x", "B"), ("y", "B")]


def test_with_even_coins_each_team_is_first_as_often() -> None:
    first = [
        team_draft("ab", "cd", 1, lambda number, one=each: drawn("coin", one) < 0.5, same=str)[0] for each in VISITORS
    ]
    assert 1_870 < Counter(team for _, team in first)["A"] < 2_130  # 2,000 +- 4 of 32
