"""The store directory: what is in it, which schema and models it was made with, and who has it open."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filelock import FileLock, Timeout

from .catalog import Catalog
from .chroma import open_chroma
from .errors import StoreBusy, StoreNotFound, StoreOutdated

SCHEMA_VERSION = 6
UNANSWERED = "unanswered.jsonl"


@dataclass(frozen=True)
class Manifest:
    """What the directory holds.

    complete: False while indexing, and after an indexing that did not come to its end. feeds: a digest of the feeds it was made from.
    indexed_at: when the last indexing came to its end, UTC, ISO 8601.
    """

    schema_version: int = SCHEMA_VERSION
    complete: bool = False
    products: int = 0
    currency: str = "USD"
    models: Mapping[str, str] = field(default_factory=dict)
    feeds: str = ""
    indexed_at: str = ""


class Store:
    """A store directory, held by this process until `close`; opened a second time it raises StoreBusy.

    catalog.db: products with their BM25 index. chroma/: vectors. manifest.json: versions and counts. lock: who has it open.
    unanswered.jsonl: questions to the policies that found nothing.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._chroma: dict[str | None, Any] = {}
        if not create:
            require_index(path)
        path.mkdir(parents=True, exist_ok=True)
        self._lock = _hold(path)  # first, so that a store which is just being indexed is busy and not unfinished
        try:
            self.manifest = read_manifest(path) or Manifest()
            if not create:
                _require_complete(path, self.manifest)
            self.catalog = Catalog(path / "catalog.db")
        except BaseException:
            self._let_go()
            raise

    def chroma(self, url: str | None = None) -> Any:
        """The Chroma client on this store's folder, or on the server at `url`; open until `close`."""
        if url not in self._chroma:
            self._chroma[url] = open_chroma(self.path / "chroma", url)
        return self._chroma[url]

    @property
    def unanswered_path(self) -> Path:
        return self.path / UNANSWERED

    def write_manifest(self, **changes: object) -> None:
        """Change the manifest, whole or not at all."""
        self.manifest = replace(self.manifest, **changes)  # type: ignore[arg-type]
        write_whole(self.path / "manifest.json", json.dumps(asdict(self.manifest), indent=2) + "\n")

    def close(self) -> None:
        while self._chroma:
            self._chroma.popitem()[1].close()
        self.catalog.close()
        self._let_go()

    def _let_go(self) -> None:
        (self.path / "lock.json").unlink(missing_ok=True)
        self._lock.release()


@contextmanager
def copied(path: Path) -> Iterator[Store]:
    """The store as it is now, copied and opened, whoever has it open; the copy goes at the end. StoreOutdated while it is being indexed."""
    require_index(path)
    _require_complete(path, read_manifest(path) or Manifest())
    with TemporaryDirectory(prefix="shop-") as folder:
        copy, before = Path(folder) / "store", (path / "manifest.json").read_bytes()
        files = shutil.ignore_patterns("*.sqlite3*", "lock*")
        copy.mkdir()
        if (path / "chroma").is_dir():
            shutil.copytree(path / "chroma", copy / "chroma", ignore=files)
        for database in ("catalog.db", "chroma/chroma.sqlite3"):
            if (path / database).is_file():
                _copy_database(path / database, copy / database)
        (copy / "manifest.json").write_bytes(before)
        if (path / "manifest.json").read_bytes() != before:  # an indexing begins and ends with a new one
            raise StoreOutdated(f"{path} was indexed anew meanwhile.", fix="run the command again")
        with closing(Store(copy)) as store:
            yield store


def _copy_database(source: Path, target: Path) -> None:
    """A SQLite file as it stands between two transactions, with what is in its log."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def require_index(path: Path, fix: str = "") -> None:
    """StoreNotFound where nothing was indexed into the directory; fix: what to do, if not to index."""
    if not (path / "manifest.json").is_file():
        raise StoreNotFound(f"No index in {path}.", fix=fix or f"run `shop index FEED --store {path}`")


def write_whole(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def read_manifest(path: Path) -> Manifest | None:
    """The directory's manifest; None when there is none. StoreOutdated when this version cannot read it."""
    file = path / "manifest.json"
    if not file.is_file():
        return None
    values = json.loads(file.read_text(encoding="utf-8"))
    if values.get("schema_version") != SCHEMA_VERSION:
        raise StoreOutdated(
            f"{path} was made with store schema {values.get('schema_version')}, this version reads {SCHEMA_VERSION}.",
            fix=f"index the feed into a new directory: `shop index FEED --store {path}-new`",
        )
    return Manifest(**values)


def _require_complete(path: Path, manifest: Manifest) -> None:
    if not manifest.complete:
        raise StoreOutdated(
            f"The indexing of {path} did not come to its end.",
            fix=f"run `shop index FEED --store {path}` again; it continues",
        )


def _hold(path: Path) -> FileLock:
    lock = FileLock(path / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise StoreBusy(
            f"{path} is open in another process{_holder(path)}.",
            fix="stop that process, or ask its server over HTTP; two writers would lose vectors",
        ) from None
    holder = {"pid": os.getpid(), "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]])}
    (path / "lock.json").write_text(json.dumps(holder), encoding="utf-8")
    return lock


def _holder(path: Path) -> str:
    try:
        holder = json.loads((path / "lock.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return f" (process {holder['pid']}, `{holder['command']}`)"
