"""`shop eval recommend`: a whole run over made-up events, and what it says when it cannot."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from assistant.recommending.evaluate import MEASURES, Row
from assistant.recommending.fairness import Fairness, fairness
from assistant.recommending.groups import DIVISIONS
from retrieval.evaluate import Figure
from tests.ui.command import shop
from ui.cli.evaluate_recommend import show


@pytest.fixture
def store(tmp_path: Path, small_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SHOP_SESSIONS_URL", raising=False)
    return Path(shutil.copytree(small_store, tmp_path / "store"))


@pytest.mark.models
def test_every_method_is_measured_and_drawn(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("implicit")
    monkeypatch.setenv("SHOP_REPORT_LEAST", "1")
    log, chart = store.parent / "log.jsonl", store.parent / "chart.png"
    made = ("--shoppers", "30", "--regions", "2", "--days", "30", "--seed", "1", "--until", "2026-05-01")
    simulated = shop("events", "simulate", "--store", str(store), *made, "--out", str(log))
    assert simulated.returncode == 0
    options = ("--events", str(log), "--k", "2", "--json", "--plot", str(chart))
    done = shop("eval", "recommend", "--store", str(store), *options)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["method"] for row in found] == ["shop", "popularity", "item-kNN", "ALS", "BPR"]
    assert all(set(row["figures"]) == set(MEASURES) for row in found)
    assert {row["shoppers"] for row in found} == {found[0]["figures"]["ndcg"]["shoppers"]}
    groups = found[0]["fairness"]
    assert groups.keys() == set(DIVISIONS)
    assert sum(one["shoppers"] for one in groups["visits"]["groups"].values()) == found[0]["shoppers"]
    assert chart.read_bytes().startswith(b"\x89PNG")


def test_a_store_without_events_says_how_to_bring_some_in(store: Path) -> None:
    done = shop("eval", "recommend", "--store", str(store))
    assert done.returncode == 1
    assert "shop events import" in done.stderr


def test_rows_that_cannot_be_used_are_counted_and_a_file_without_any_other_fails(store: Path) -> None:
    bad = store.parent / "bad.jsonl"
    bad.write_text("{}\n", encoding="utf-8")
    done = shop("eval", "recommend", "--store", str(store), "--events", str(bad))
    assert done.returncode == 1
    assert "1 rows passed over" in done.stderr


def test_people_read_a_column_a_method_with_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    figures, none = dict.fromkeys(MEASURES, Figure(0.25, 0.125, 0.5, 8)), Figure(math.nan, math.nan, math.nan, 0)
    acts = fairness({"1": [0.5] * 3, "2-5": [0.25] * 5, "6-20": [], "more": []})
    empty = dict.fromkeys(DIVISIONS, Fairness({}))
    show(
        [Row("shop", figures, figures, 0.75, {**empty, "acts": acts, "region": Fairness({"north": none})})],
        "8 shoppers",
        10,
    )
    told = capsys.readouterr().out
    assert "by how many acts of a shopper are known" in " ".join(told.split())
    assert "region" not in told  # no group has a figure
    lines = [[cell.strip() for cell in line.split("│")] for line in told.splitlines()]
    assert ["", "ndcg", "0.250 [0.125, 0.500]", ""] in lines
    assert ["", "ndcg", "+0.250 [+0.125, +0.500]", ""] in lines
    assert ["", "6-20", "–", ""] in lines
    assert ["", "gap", "0.250 [0.250, 0.250]", ""] in lines
    assert ["", "gap by chance", f"{acts.by_chance:.3f}", ""] in lines
    assert ["", "ratio", "0.500 [0.500, 0.500]", ""] in lines
