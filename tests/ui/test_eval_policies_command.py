"""`shop eval policies`: a whole run over logged lists, and what it says without any."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.index import build_index
from retrieval.store import Store
from tests.fakes import WordEmbedder
from tests.small_shop import PRODUCTS
from tests.ui.command import shop


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SHOP_SESSIONS_URL", raising=False)
    with closing(Store(tmp_path / "store", create=True)) as made:
        build_index(PRODUCTS, made, WordEmbedder())
    return tmp_path / "store"


@pytest.mark.models
def test_every_policy_is_valued_and_what_could_not_have_been_tried_is_counted(store: Path) -> None:
    log = store.parent / "log.jsonl"
    rows = [{"type": "view", "product_id": "storm", "visitor": "anna", "at": "2026-05-01T12:00:00Z"}]
    rows += [
        {"type": "shown", "product_id": one.id, "visitor": "anna", "position": 2, "propensity": 0.5,
         "at": f"2026-05-02T12:{minute:02}:00Z"}
        for minute, one in enumerate(PRODUCTS)
    ]  # fmt: skip
    log.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = shop("eval", "policies", "--store", str(store), "--events", str(log), "--json")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["policy"] for row in found] == ["as shown", "by chance", "most relevant", "most believed", "bandit"]
    left_out = int(done.stderr.split(" products tried")[0].split()[-1])
    assert found[0]["decisions"] + left_out == len(PRODUCTS)
    assert found[0]["ips"]["value"] == found[0]["chosen"] == 0


@pytest.mark.models
def test_a_store_without_such_lists_says_how_to_come_to_some(store: Path) -> None:
    done = shop("eval", "policies", "--store", str(store))
    assert done.returncode == 1
    assert "SHOP_EXPLORE" in done.stderr
