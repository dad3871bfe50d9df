"""Where the demo shop's catalogue lies: in the repository, or in the installed package."""

from __future__ import annotations

from pathlib import Path


def data_folder(name: str) -> Path:
    """The folder of that name ("demo", "models") at the repository's root, else the copy inside the installed package."""
    here = Path(__file__).resolve().parent
    in_repository = here.parent / name
    return in_repository if in_repository.is_dir() else here / "data" / name


def demo_feed() -> Path:
    return data_folder("demo") / "products.jsonl"


def demo_policies() -> Path:
    return data_folder("demo") / "policies"


def demo_reviews() -> Path:
    return data_folder("demo") / "reviews.jsonl"
