"""`shop forecast demand` and `shop eval demand` over a small log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.events.demand import kept

from .command import shop
from .shop import build_store

UNTIL = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four brass lamps every other week, for half a year, of which five are left."""
    path = tmp_path_factory.mktemp("demand")
    build_store(path / "store")
    days = [(week, (UNTIL - timedelta(weeks=week, hours=-1)).isoformat()) for week in range(2, 27, 2)]
    lamp = {"type": "purchase", "product_id": "brass-lamp"}
    rows = [{**lamp, "visitor": f"v{week}-{n}", "at": at} for week, at in days for n in range(4)]
    (path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert shop("events", "import", str(path / "log.jsonl"), "--store", str(path / "store")).returncode == 0
    return path / "store"


def test_a_line_a_product_says_what_is_wanted_and_what_runs_out_and_the_error_stands_beside(store: Path) -> None:
    done = shop("forecast", "demand", "--store", str(store), "--until", "2026-05-04", "--json")
    (lamp,) = map(json.loads, done.stdout.splitlines())
    assert (lamp["product_id"], lamp["sold"], lamp["stock"]) == (
        "brass-lamp",
        48,
        5,
    )  # of the 52 four lie in a week that had begun before
    assert sum(lamp["weeks"]) == pytest.approx(8, rel=0.15)
    assert lamp["runs_out"] > 0.7
    assert "held out" in done.stderr
    assert "(naive 0." in done.stderr


def test_each_method_has_a_line_of_errors_the_best_first(store: Path) -> None:
    done = shop("eval", "demand", "--store", str(store), "--until", "2026-05-04", "--json")
    errors = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["rmsse"] for one in errors] == sorted(one["rmsse"] for one in errors)
    assert "naive" in {one["method"] for one in errors[1:]}


def test_too_short_a_log_is_one_line_with_the_fix(store: Path) -> None:
    done = shop("forecast", "demand", "--store", str(store), "--until", "2026-01-04")
    assert (done.returncode, kept(store)) == (1, None)
    assert "bring earlier ones in with `shop events import`" in done.stderr
