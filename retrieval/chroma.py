"""The Chroma client on a folder or on a server, and the collections of vectors in it."""

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


def open_collection(client: Any, name: str, embedder: str, *, anew: bool = False, **hnsw: int) -> Any:
    """The collection of this name, compared by cosine, made where there is none; with `anew` whatever it held is gone.

    embedder: the name of what makes its vectors, which a new one remembers in its metadata; hnsw: more of Chroma's settings.
    """
    if anew:
        client.delete_collection(name)
    return client.get_or_create_collection(
        name,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", **hnsw}},
        metadata={"embedder": embedder},
    )
