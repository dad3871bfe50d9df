"""`shop retrain`: what is better on the last days is taken into use, anything else is not, and a step back is one option."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant.relearning.versions import versions_of, with_learnt
from assistant.settings import Settings
from retrieval.store import Store
from tests.small_shop import PRODUCTS
from tests.ui.command import shop

START = datetime(2026, 4, 1, tzinfo=UTC)
SHOWN = ("tower", "clamp", "storm", "tote")  # “bright” and “lamp” say tower and clamp; all choose the bag
WORDS = [
    f"{bright} lamp {where} {size}"
    for bright in ("bright", "clear", "warm")
    for where in ("desk", "hall", "bed", "wall", "loft")
    for size in ("small", "large", "round", "flat", "long", "slim", "thin", "tall", "wide")
]


def searched(number: int, *, chosen: str) -> Iterator[dict[str, Any]]:
    """A search of one of a hundred visitors, each of whom comes again and again over thirty days."""
    at, found = (
        START + timedelta(minutes=100 * number),
        {"visitor": f"shopper {number % 100}", "query": WORDS[number % len(WORDS)]},
    )
    for place, name in enumerate(SHOWN, start=1):
        yield {**found, "type": "shown", "product_id": name, "position": place, "propensity": 1, "at": at.isoformat()}
    yield {**found, "type": "cart", "product_id": chosen, "at": (at + timedelta(minutes=1)).isoformat()}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    feed = [{**one.to_json(), "price": str(one.price or 20), "currency": "USD"} for one in PRODUCTS]
    (folder / "shop.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in feed), encoding="utf-8")
    done = shop("index", str(folder / "shop.jsonl"), "--store", str(folder / "store"))
    assert done.returncode == 0, done.stderr
    return folder / "store"


@pytest.fixture
def store(tmp_path: Path, indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SHOP_SESSIONS_URL", "SHOP_INTEREST", "SHOP_RERANKER"):
        monkeypatch.delenv(name, raising=False)
    return Path(shutil.copytree(indexed, tmp_path / "store"))


def write(store: Path, searches: int) -> str:
    file = store.parent / "log.jsonl"
    lines = [json.dumps(line) for number in range(searches) for line in searched(number, chosen="tote")]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


@pytest.mark.models
def test_what_is_better_is_taken_while_a_server_has_the_store_names_nobody_and_is_put_back(store: Path) -> None:
    log, server = write(store, 330), Store(store)
    done = shop("retrain", "--store", str(store), "--events", log, "--steps", "3", "--json")
    server.close()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["reranker"]["end"], told["reranker"]["difference"][1] > 0) == ("better", True)
    assert told["interest"]["end"] == "no better"  # who carts the same again and again is shown it already
    version = store / "models" / "reranker" / told["version"]
    assert with_learnt(Settings(), store).reranker == version
    assert {file.name for file in version.iterdir()} == {"README.md", "config.json", "delta.safetensors"}
    card = (version / "README.md").read_text(encoding="utf-8") + (version / "config.json").read_text(encoding="utf-8")
    assert not [word for word in ("shopper 1", sha256(b"shopper 1").hexdigest(), *WORDS) if word in card]

    back = shop("retrain", "--store", str(store), "--rollback", "--json")
    assert (back.returncode, json.loads(back.stdout)) == (0, {"put_back": {"reranker": None}})
    assert with_learnt(Settings(), store).reranker is None
    none = shop("retrain", "--store", str(store), "--rollback")
    assert (none.returncode, "No version of a model is in use" in none.stderr) == (1, True)


@pytest.mark.models
def test_too_few_events_change_nothing_and_say_so(store: Path) -> None:
    done = shop("retrain", "--store", str(store), "--events", write(store, 20), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 3, done.stderr
    assert (told["version"], told["interest"]["end"], told["reranker"]["end"]) == (None, *["too few events"] * 2)
    assert "200 are needed" in told["reranker"]["detail"]
    assert not [one.in_use for one in versions_of(store).values() if one.in_use]


def test_a_model_that_the_shop_names_itself_is_left_alone(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHOP_INTEREST", "SHOP_RERANKER"):
        monkeypatch.setenv(name, "mine")
    done = shop("retrain", "--store", str(store), "--events", write(store, 1))
    assert done.returncode == 3
    assert "SHOP_RERANKER names the model that is used" in done.stdout
    assert done.stdout.endswith("All is as it was before.\n")


def test_two_do_not_retrain_at_once(store: Path) -> None:
    (store / "models").mkdir()
    with FileLock(store / "models" / "lock"):
        done = shop("retrain", "--store", str(store))
    assert (done.returncode, "Another process retrains" in done.stderr) == (1, True)
