"""`shop catalog`: suggestions over the real embedder, accepted, indexed and taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .command import Done, shop

pytestmark = pytest.mark.models
CHAIRS, LAMPS = "Armchair Recliner Rocker Stool Bench".split(), "Desk Floor Table Wall Ceiling".split()


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty listings of two categories, one without, and one whose record says what no description does."""
    path = tmp_path_factory.mktemp("feed") / "feed.jsonl"
    rows = [
        {"id": f"{shelf}-{n}-{name}", "title": f"{look} {name}{noun}", "category": ["home", shelf], "price": 20 + n}
        for shelf, noun, names in (("seats", "", CHAIRS), ("lamps", " Lamp", LAMPS))
        for name in names
        for n, look in enumerate("Plain Modern Rustic Classic Nordic Grand".split())
    ]
    rows.append({"id": "new", "title": "Vintage Table Lamp", "price": 30})
    stated = {"color": ["green"], "material": ["brass"]}
    rows.append({"id": "bare", "title": "Corrie Desk Lamp", "category": ["home", "lamps"], "attributes": stated})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def indexed(feed: Path, store: Path) -> None:
    assert shop("index", str(feed), "--store", str(store)).returncode == 0


def exported(store: Path, name: str) -> dict[str, Any]:
    done = shop("export", "--store", str(store), "--format", "jsonl")
    return next(row for row in map(json.loads, done.stdout.splitlines()) if row["id"] == name)


def category_of_new(store: Path) -> list[str]:
    return exported(store, "new")["category"]  # type: ignore[no-any-return]


def catalog(*arguments: str, store: Path) -> Done:
    return shop("catalog", *arguments, "--store", str(store))


def test_what_is_accepted_is_filled_in_by_the_next_indexing_and_taken_back_by_the_one_after(
    feed: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    indexed(feed, store)
    done = catalog("suggest", "--json", "-", store=store)
    (found,) = [one for one in map(json.loads, done.stdout.splitlines()) if one["kind"] == "category"]
    assert (found["product_id"], found["proposed"]) == ("new", {"category": ["home", "lamps"]})
    assert catalog("accept", found["key"], store=store).returncode == 0
    assert category_of_new(store) == []
    indexed(feed, store)
    assert category_of_new(store) == ["home", "lamps"]
    (kept,) = map(json.loads, catalog("accepted", store=store).stdout.splitlines())
    assert kept == {"key": found["key"], "id": "new", "category": ["home", "lamps"]}
    assert catalog("take-back", found["key"], store=store).returncode == 0
    indexed(feed, store)
    assert category_of_new(store) == []
    assert catalog("accept", "nothing", store=store).stderr.startswith("shop: No suggestion is called nothing.")
    assert catalog("accept", store=store).returncode == 2


def test_an_accepted_description_stands_in_the_index_and_is_not_proposed_again(feed: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    indexed(feed, store)
    listed = map(json.loads, catalog("suggest", "--json", "-", store=store).stdout.splitlines())
    (found,) = [one for one in listed if one["kind"] == "description"]
    assert found["proposed"]["description"] == "It is green and is made of brass."
    assert catalog("accept", found["key"], store=store).returncode == 0
    indexed(feed, store)
    assert exported(store, "bare")["description"] == "It is green and is made of brass."
    assert "0 × description" in catalog("suggest", store=store).stderr
