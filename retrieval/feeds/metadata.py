"""An ACP feed in a folder: `products.jsonl`, and `metadata.json` that says whom it is for and when it was made."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from ..errors import FeedError

FEED, METADATA = "products.jsonl", "metadata.json"


class FeedMetadata(BaseModel):
    """What metadata.json may say; all else in it is let be."""

    id: str | None = None
    target_country: str | None = None
    updated_at: datetime | None = Field(None, validation_alias=AliasChoices("updated_at", "generated_at", "created_at"))


def feed_in(path: Path) -> Path:
    """The feed at a path: of a folder its products.jsonl. FeedError when a folder has none."""
    if not path.is_dir():
        return path
    for name in (FEED, f"{FEED}.gz"):
        if (path / name).is_file():
            return path / name
    raise FeedError(f"There is no {FEED} in the folder {path}.", fix="name the feed's file")


def told_beside(feed: Path) -> str | None:
    """What the metadata beside a products.jsonl says, in words; None where there is none. A broken one says so and costs nothing else."""
    metadata = feed.with_name(METADATA)
    if feed.name.removesuffix(".gz") != FEED or not metadata.is_file():
        return None
    try:
        told = FeedMetadata.model_validate_json(metadata.read_bytes())
    except (ValidationError, OSError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        return f"cannot be read: {reason}"
    parts = [
        told.id and f"feed {told.id}",
        told.target_country and f"for {told.target_country}",
        told.updated_at and f"made {told.updated_at:%Y-%m-%d %H:%M}",
    ]
    return ", ".join(part for part in parts if part) or "says nothing of the feed"
