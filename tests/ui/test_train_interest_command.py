"""`shop train interest`: only a better model is written, and the one before comes back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assistant.recommending.interest.model import FILE, PREVIOUS
from tests.ui.command import shop


@pytest.fixture
def store(tmp_path: Path, small_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SHOP_SESSIONS_URL", raising=False)
    return Path(shutil.copytree(small_store, tmp_path / "store"))


@pytest.fixture
def log(store: Path) -> Path:
    path = store.parent / "log.jsonl"
    made = ("--shoppers", "100", "--days", "30", "--seed", "1", "--until", "2026-05-01", "--out", str(path))
    assert shop("events", "simulate", "--store", str(store), *made).returncode == 0
    return path


@pytest.mark.models
def test_a_model_no_better_than_the_one_in_use_is_not_written_and_a_forced_one_can_be_rolled_back(
    store: Path, log: Path
) -> None:
    out = store.parent / "interest"
    train = ("train", "interest", "--store", str(store), "--events", str(log), "--out", str(out))
    first = shop(*train, "--seed", "1", "--context", "hours", "--force")
    assert first.returncode == 0, first.stderr
    kept = (out / FILE).read_bytes()
    assert json.loads(kept)["context"] == ["hours"]
    assert json.loads(kept)["card"]["lists"]["against"] == "sources"

    again = shop(*train, "--seed", "2", "--context", "none")
    assert again.returncode == 1
    assert "looks at: none." in again.stdout
    assert f"the model in {out}" in again.stdout
    assert "nothing was written" in again.stderr
    assert (out / FILE).read_bytes() == kept
    assert not (out / PREVIOUS).exists()

    assert shop(*train, "--seed", "2", "--force").returncode == 0
    assert (out / PREVIOUS).read_bytes() == kept
    assert json.loads((out / FILE).read_bytes())["context"] == ["hours"]  # kept where no option says otherwise
    assert shop("train", "interest", "--rollback", "--out", str(out)).returncode == 0
    assert (out / FILE).read_bytes() == kept

    options = ("--events", str(log), "--k", "2", "--json", "--interest", str(out))
    found = [
        json.loads(line) for line in shop("eval", "recommend", "--store", str(store), *options).stdout.splitlines()
    ]
    assert [row["method"] for row in found][:2] == ["shop", "interest"]
    assert found[1]["groups"].keys() == {"1", "2-5", "6-20", "more"}


def test_the_store_s_own_events_are_too_few(store: Path) -> None:
    done = shop("train", "interest", "--store", str(store), "--out", str(store.parent / "interest"))
    assert done.returncode == 1
    assert "There are no events" in done.stderr
    assert shop("train", "interest", "--out", str(store.parent / "interest")).returncode == 2
    none = shop("train", "interest", "--rollback", "--out", str(store.parent / "interest"))
    assert none.returncode == 1
    assert "No earlier model" in none.stderr
