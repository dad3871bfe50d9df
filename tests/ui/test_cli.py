"""The command line as people type it, with the real models."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.models import CommandInfo

from tests.ui.command import shop, shop_process
from ui.cli import app

ROOT = Path(__file__).resolve().parents[2]
LAMPS = [
    {
        "id": "a",
        "title": "Aria Desk Lamp",
        "price": 34.99,
        "description": "Warm white light for late evenings.",
        "category": ["lighting"],
    },
    {
        "id": "b",
        "title": "Boulder Desk Lamp",
        "price": 64,
        "description": "Cool light, heavy foot.",
        "category": ["lighting"],
    },
    {
        "id": "c",
        "title": "Canvas Tote Bag",
        "price": "12,50 €",
        "description": "Holds a week of bread.",
        "category": "bags",
    },
]


def commands() -> list[str]:
    """Every command as typed, "train parser" for one of a group."""
    found = [_name(info) for info in app.registered_commands]
    for sub in app.registered_groups:
        assert sub.typer_instance is not None
        found += [f"{sub.name} {_name(info)}" for info in sub.typer_instance.registered_commands]
    return sorted(found)


def _name(info: CommandInfo) -> str:
    assert info.callback is not None
    return info.name or info.callback.__name__


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small feed and the store made of it."""
    path = tmp_path_factory.mktemp("cli")
    (path / "feed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in LAMPS), encoding="utf-8")
    done = shop("index", "feed.jsonl", "--store", "store", cwd=path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = shop(*command.split(), "--help")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Example:", done.stdout), command


@pytest.mark.models
def test_index_says_on_standard_error_what_was_read(folder: Path) -> None:
    again = shop("index", "feed.jsonl", "--store", "store", cwd=folder)
    assert again.stdout == ""
    assert "3 rows read, 3 used, 0 rejected" in again.stderr
    assert "0 new or changed, 0 removed, 0 embedded" in again.stderr


@pytest.mark.models
def test_search_reads_the_price_limit_and_gives_reasons(folder: Path) -> None:
    done = shop("search", "warm desk lamp under 40", "--store", "store", cwd=folder)
    assert "Aria Desk Lamp" in done.stdout
    assert "Boulder" not in done.stdout
    assert "$34.99 is under your $40 limit" in done.stdout


@pytest.mark.models
def test_search_json_answers_a_line_for_a_line_and_names_bad_ones(folder: Path) -> None:
    done = shop(
        "search", "--json", "--store", "store", given='{"query": "desk lamp"}\nnonsense\n{"query": "bag"}\n', cwd=folder
    )
    first, bad, last = map(json.loads, done.stdout.splitlines())
    assert {product["id"] for product in first["products"][:2]} == {"a", "b"}
    assert "line 2" in bad["error"]
    assert last["products"][0]["id"] == "c"
    assert done.returncode == 1


@pytest.mark.models
def test_chat_json_starts_a_new_session_at_a_blank_line(folder: Path) -> None:
    done = shop("chat", "--json", "--store", "store", given="desk lamp under 40\nhello\n\nhello\n", cwd=folder)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reply["turn"] for reply in replies] == [1, 2, 1]
    assert replies[0]["session_id"] == replies[1]["session_id"] != replies[2]["session_id"]
    assert replies[0]["constraints"]["price_max"] == 40


@pytest.mark.models
def test_chat_shows_products_as_a_list_with_prices(folder: Path) -> None:
    done = shop_process("chat", "--store", "store", given="i need a desk lamp under 40\n", cwd=folder)
    assert re.search(r"1\. Aria Desk Lamp\s+\$34\.99", done.stdout), done.stdout


def test_a_missing_store_is_one_line_with_the_fix_and_no_traceback(tmp_path: Path) -> None:
    done = shop("chat", "--store", str(tmp_path / "nothing"), given="hello\n")
    assert done.returncode == 1
    assert "No index in" in done.stderr
    assert "shop index FEED --store" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_with_two() -> None:
    assert shop("search").returncode == 2


@pytest.mark.models
def test_a_feed_without_a_usable_row_leaves_the_store_as_it_was(folder: Path) -> None:
    (folder / "bad.jsonl").write_text('{"title": "no id"}\n', encoding="utf-8")
    done = shop("index", "bad.jsonl", "--store", "store", cwd=folder)
    assert done.returncode == 1
    assert shop("search", "tote bag", "--store", "store", cwd=folder).stdout.startswith("  1. Canvas Tote Bag")


@pytest.mark.models
def test_the_help_examples_of_a_store_run_as_they_stand(folder: Path) -> None:
    (folder / "demo" / "policies").mkdir(parents=True)
    (folder / "demo" / "policies" / "returns.md").write_text("# Returns\n\nWithin 30 days.\n", encoding="utf-8")
    (folder / "demo" / "products.jsonl").write_text(
        (folder / "feed.jsonl").read_text(encoding="utf-8"), encoding="utf-8"
    )
    for command in ("index", "search", "parse", "models"):
        text = shop(*command.split(), "--help").stdout
        line = re.search(r"Example: (.*?)(?:│|$)", text, re.MULTILINE)
        assert line, command
        done = shop(*shlex.split(line[1])[1:], cwd=folder)
        assert done.returncode == 0, done.stderr


@pytest.mark.models
def test_reviews_are_read_and_what_cannot_be_used_is_told(folder: Path) -> None:
    rows = ({"product_id": "a", "rating": 4, "text": "Bright."}, {"product_id": "no-such", "rating": 1, "text": "Dim."},
            {"product_id": "a", "rating": 7, "text": "Ok."})  # fmt: skip
    (folder / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = shop("index", "--reviews", "reviews.jsonl", "--store", "store", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "3 rows read, 2 used, 1 not." in done.stderr
    assert "reviews.jsonl, line 3: rating: expected 1 to 5, got '7'" in done.stderr
    assert "1 of products that the catalogue does not have: no-such (1)." in done.stderr
    assert "1 reviews in store: 1 new or changed" in done.stderr
