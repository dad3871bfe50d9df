"""The Chroma client on a folder or on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def open_chroma(folder: Path, url: str | None = None) -> Any:
    """A Chroma client on a folder of this process alone, or on a server's URL; to be closed. Sends nothing anywhere else.

    Chroma keeps one database open per folder and knows it by the path as given: one name for one folder, so that `store` here and
    `store` in another working directory are never the same.
    """
    import chromadb  # here, because it takes a second to import
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if url is None:
        return chromadb.PersistentClient(path=str(folder.resolve()), settings=settings)
    parts = urlsplit(url)
    return chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if parts.scheme == "https" else 8000),
        ssl=parts.scheme == "https",
        settings=settings,
    )
