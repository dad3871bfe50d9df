"""The widget's loader and panel by the hash of their bytes, of this version and of earlier ones: pages pin a version by its hash, and
browsers keep an old loader, which names its panel, for minutes after a newer server has taken over."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select

from assistant.database import open_database, turns_at, upsert
from retrieval.errors import NotFound

BUILT = Path(__file__).parent / "widget" / "dist"
_TABLES = MetaData()
_FILES = Table(
    "widget_files",
    _TABLES,
    Column("digest", String(12), primary_key=True),
    Column("zipped", LargeBinary, nullable=False),
)


class WidgetVersions:
    """Keeps the files of this version in the database, where later versions and other processes find them. url: in memory without."""

    def __init__(self, url: str | None = None, built: Path = BUILT) -> None:
        self._engine = open_database(url)
        self._guard = turns_at(url)
        _TABLES.create_all(self._engine)
        files = [(built / name).read_bytes() for name in ("widget.js", "panel.js")]
        rows = [{"digest": digest_of(file), "zipped": gzip.compress(file, mtime=0)} for file in files]
        with self._guard, self._engine.begin() as db:
            db.execute(upsert(self._engine, _FILES).on_conflict_do_nothing(), rows)

    def get(self, digest: str) -> bytes:
        """The gzipped file of that hash; NotFound where no version served here had it."""
        with self._guard, self._engine.connect() as db:
            found = db.scalar(select(_FILES.c.zipped).where(_FILES.c.digest == digest))
        if found is None:
            raise NotFound(
                f"No version {digest!r} of the widget is kept here.", fix="take the tag that /widget-install writes now"
            )
        return bytes(found)

    def close(self) -> None:
        self._engine.dispose()


def digest_of(file: bytes) -> str:
    """The first 12 hex digits of its SHA-256."""
    return sha256(file).hexdigest()[:12]
