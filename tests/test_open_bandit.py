"""The benchmark of off-policy estimates: what it reads from the logs' files, and that a log's own policy gives its mean again."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from assistant.recommending.bandit import BetaThompson
from assistant.recommending.off_policy import Logged
from benchmarks.open_bandit import earning, logged_policies, mean_policy, own_policy, played, read_items, read_log

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "open_bandit"
HEAD = "timestamp,item_id,position,click,propensity_score,user_feature_0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three products at three places: 240 decisions of an even policy and of one that prefers the first, the later rows first."""
    rng = np.random.default_rng(5)
    for name, policy in (("random", [1 / 3] * 3), ("bts", [0.5, 0.25, 0.25])):
        rows = []
        for at in range(240):
            item = rng.choice(3, p=policy)
            when = f"2019-11-24 00:{at // 60:02}:{at % 60:02}.000000+00:00"
            rows.append(f"{when},{item},{at % 3 + 1},{int(rng.random() < 0.3)},{policy[item]},{'ab'[at % 2]}\n")
        with gzip.open(tmp_path / f"{name}.csv.gz", "wt") as file:
            file.write(HEAD + "".join(reversed(rows)))
    items = ["item_id,item_feature_0,item_feature_1,item_feature_2,item_feature_3"]
    items += ["1,0.5,a,c,e", "0,0.1,a,c,f", "2,0.9,b,d,f"]
    (tmp_path / "item_context.csv").write_text("\n".join(items))
    return tmp_path


def test_a_log_is_read_in_order_of_time(folder: Path) -> None:
    log = read_log(folder / "random.csv.gz")
    assert list(log.position[:4]) == [1, 2, 3, 1]
    assert list(log.context[:3, 0]) == [0, 1, 0]


def test_products_are_as_similar_as_the_categories_they_share(folder: Path) -> None:
    alike = read_items(folder / "item_context.csv").similarity()
    assert alike == pytest.approx(np.array([[1, 2 / 3, 1 / 3], [2 / 3, 1, 0], [1 / 3, 0, 1]]))


def test_the_mean_policy_is_how_often_each_product_was_shown_at_a_place(folder: Path) -> None:
    log = read_log(folder / "bts.csv.gz")
    found = mean_policy(log, 3)
    assert found[1:].sum(axis=1) == pytest.approx([1, 1, 1])
    assert found[2, 0] == np.mean(log.action[log.position == 2] == 0)


def test_a_log_s_own_policy_chooses_what_was_shown_as_probably_as_logged(folder: Path) -> None:
    log = read_log(folder / "bts.csv.gz")
    target = own_policy(log, 3)
    assert target.sum(axis=1) == pytest.approx(1)
    assert target[np.arange(240), log.action] == pytest.approx(log.propensity)


def test_each_policy_is_valued_from_its_own_log_and_from_the_other(folder: Path) -> None:
    even, bts = (read_log(folder / f"{name}.csv.gz") for name in ("random", "bts"))
    rows = list(logged_policies(even, bts, 3, None))
    assert [(row.part, row.policy, row.log) for row in rows] == [
        ("own", "random", "random"),
        ("own", "bts", "bts"),
        ("mean", "bts", "bts"),
        ("crossed", "bts", "random"),
        ("crossed", "random", "bts"),
    ]
    for row in rows[:2]:
        assert row.to_json()["IPS"][0] == pytest.approx(row.clicks / 240)  # type: ignore[index]
        assert f"{1000 * row.clicks / 240:.2f} [" in row.line()


def test_a_bandit_plays_a_part_before_it_learns_from_it(folder: Path) -> None:
    log = read_log(folder / "random.csv.gz").part(slice(120))
    sure = Logged(log.context, log.action, log.position, log.propensity, (log.action == 2).astype(float))
    bandit = BetaThompson(np.ones(3), np.ones(3), seed=7)
    policy = played(bandit, sure, lambda group, place: np.arange(3), 2)
    assert policy.sum(axis=1) == pytest.approx(1)
    assert policy[:60, 2] == pytest.approx(1 / 3, abs=0.1)
    assert policy[60:, 2].min() > 0.9


def test_made_up_shoppers_give_a_bandit_no_less_than_the_worst_product_and_no_more_than_the_best(folder: Path) -> None:
    found = dict(earning(read_log(folder / "random.csv.gz"), read_items(folder / "item_context.csv"), 5_000))
    assert list(found) == ["random", "the best product always", "Beta, one prior for all", "linear"]
    best, mean = found["the best product always"][0], found["random"][0]
    assert all(len(fifths) == 5 and max(fifths) <= best for fifths in found.values())
    assert found["Beta, one prior for all"][-1] > mean


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the logs of the Open Bandit Dataset")
@pytest.mark.parametrize("name", ["random", "bts"])
def test_the_propensities_of_the_real_logs_are_those_of_eighty_products(name: str) -> None:
    log = read_log(DATA / f"{name}.csv.gz")
    assert len(log) == 10_000
    assert np.mean(1 / log.propensity) == pytest.approx(80, rel=0.05)
