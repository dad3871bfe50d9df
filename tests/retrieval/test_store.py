"""The store directory: opened once, complete, and of this schema; else an error that says which."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from retrieval.dense import Dense
from retrieval.errors import StoreBusy, StoreNotFound, StoreOutdated
from retrieval.index import build_index
from retrieval.store import SCHEMA_VERSION, Store, read_manifest
from tests.fakes import WordEmbedder
from tests.small_shop import BY_ID, LAMPS

HOLDER = """
import sys
from pathlib import Path
from retrieval.store import Store
store = Store(Path(sys.argv[1]), create=True)
print("open", flush=True)
sys.stdin.read()
store.close()
"""


@contextmanager
def _held_elsewhere(path: Path) -> Iterator[int]:
    """The store open in another process, whose id this is."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
        process.communicate("")


def _made(path: Path) -> Path:
    store = Store(path, create=True)
    build_index(LAMPS, store, WordEmbedder())
    store.close()
    return path


def test_a_store_that_another_process_has_open_is_busy_and_says_who_has_it(tmp_path: Path) -> None:
    path = _made(tmp_path / "store")
    with _held_elsewhere(path) as holder, pytest.raises(StoreBusy, match=f"process {holder}, `-c"):
        Store(path)


def test_a_store_that_is_being_indexed_is_busy_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = Store(path, create=True)
    store.write_manifest(complete=False)
    with pytest.raises(StoreBusy, match=f"process {os.getpid()}"):
        Store(path)
    store.close()


def test_a_store_is_free_again_after_closing(tmp_path: Path) -> None:
    path = _made(tmp_path / "store")
    for _ in range(2):
        Store(path).close()


def test_a_store_is_free_again_after_its_process_died(tmp_path: Path) -> None:
    path = _made(tmp_path / "store")
    command = [
        sys.executable,
        "-c",
        HOLDER.replace("sys.stdin.read()", "import os; os.kill(os.getpid(), 9)"),
        str(path),
    ]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == -9
    Store(path).close()


def test_a_directory_without_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound, match=r"No index in .*nowhere\. Fix: run `shop index FEED --store .*nowhere`"):
        Store(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_an_unfinished_store_says_that_it_continues(tmp_path: Path) -> None:
    path = _made(tmp_path / "store")
    store = Store(path)
    store.write_manifest(complete=False)
    store.close()
    with pytest.raises(StoreOutdated, match="did not come to its end") as raised:
        Store(path)
    assert "it continues" in raised.value.fix


def test_a_store_of_an_older_schema_says_both_versions(tmp_path: Path) -> None:
    path = _made(tmp_path / "store")
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    (path / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 0}), encoding="utf-8")
    for create in (False, True):
        with pytest.raises(StoreOutdated, match=f"made with store schema 0, this version reads {SCHEMA_VERSION}"):
            Store(path, create=create)


@pytest.mark.parametrize("flaw", ["unfinished", "outdated"])
def test_a_store_that_cannot_be_opened_is_not_held(tmp_path: Path, flaw: str) -> None:
    path = _made(tmp_path / "store")
    good = (path / "manifest.json").read_text(encoding="utf-8")
    flaws: dict[str, dict[str, int]] = {"unfinished": {"complete": False}, "outdated": {"schema_version": 0}}
    (path / "manifest.json").write_text(json.dumps({**json.loads(good), **flaws[flaw]}), encoding="utf-8")
    with pytest.raises(StoreOutdated) as raised:
        Store(path)
    (path / "manifest.json").write_text(good, encoding="utf-8")
    Store(path).close()
    assert raised.value.fix


def test_the_manifest_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = _made(tmp_path / "store")
    store = Store(path)
    with pytest.raises(TypeError):
        store.write_manifest(models={"embedder": object()})
    store.close()
    manifest = read_manifest(path)
    assert manifest is not None
    assert manifest.models == {"embedder": "words/256"}


def test_a_folder_named_alike_in_another_place_is_another_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, product_id in (("here", "tote"), ("there", "storm")):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        with closing(Store(Path("store"), create=True)) as store:
            build_index([BY_ID[product_id]], store, WordEmbedder())
            assert Dense(store.chroma(), WordEmbedder()).ids() == {product_id}


def test_a_store_made_again_in_its_place_starts_empty(tmp_path: Path) -> None:
    for product_id in ("tote", "storm"):
        with closing(Store(tmp_path / "store", create=True)) as store:
            build_index([BY_ID[product_id]], store, WordEmbedder())
            assert Dense(store.chroma(), WordEmbedder()).ids() == {product_id}
        shutil.rmtree(tmp_path / "store")
