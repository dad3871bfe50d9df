"""`shop test` and `pytest --stories` as people run them."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from contextlib import chdir, redirect_stdout
from pathlib import Path

import pytest

from assistant.scripted.files import read_file
from assistant.stories import schema
from tests.ui.command import shop

ROOT = Path(__file__).resolve().parents[2]
LAMP = {
    "id": "a",
    "title": "Aria Desk Lamp",
    "price": 34.99,
    "description": "Warm white light.",
    "category": ["lighting"],
}
RIGHT = "- {story: a greeting, turns: [{shopper: hello, intent: greet, products: {max: 0}}]}\n"
KNOWN = "- {story: not yet, expected_to_fail: it sells no sofas, turns: [{shopper: hello, intent: search}]}\n"
WRONG = "- {story: a lie, turns: [{shopper: hello, intent: bye}]}\n"


def run_pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    """What pytest ends with and prints in a folder that has no settings of ours; in this process, where torch is warm already."""
    printed = io.StringIO()
    with chdir(folder), redirect_stdout(printed):
        code = pytest.main(["-p", "no:cacheprovider", *arguments])
    return int(code), printed.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one lamp, and three stories: one that passes, one known to fail, one that fails."""
    path = tmp_path_factory.mktemp("stories")
    (path / "feed.jsonl").write_text(json.dumps(LAMP) + "\n", encoding="utf-8")
    done = shop("index", "feed.jsonl", "--store", "store", cwd=path)
    assert done.returncode == 0, done.stderr
    (path / "good.yaml").write_text(RIGHT + KNOWN, encoding="utf-8")
    (path / "bad.yaml").write_text(WRONG, encoding="utf-8")
    return path


def test_the_schema_is_printed_without_a_store() -> None:
    done = shop("test", "--schema")
    assert (done.returncode, json.loads(done.stdout)) == (0, schema())


def test_a_story_that_cannot_be_read_exits_with_two_and_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- story: a claim\n  turns:\n    - {shoper: hello}\n", encoding="utf-8")
    done = shop("test", "bad.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "bad.yaml:3: turns.0.shoper: no such key here" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_path_is_wrong_usage() -> None:
    assert shop("test").returncode == 2


@pytest.mark.models
def test_all_as_expected_exits_with_zero_and_writes_junit(folder: Path) -> None:
    done = shop("test", "good.yaml", "--store", "store", "--junit", "out.xml", "--repeat", "2", "--json", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["summary"]["pass^2"] == 1.0
    suite = ET.parse(folder / "out.xml").find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "1")


@pytest.mark.models
def test_a_story_that_fails_exits_with_one_and_shows_expected_and_got(folder: Path) -> None:
    asked = ("--store", "store", "--jobs", "3", "--junit", "reports/ci/out.xml")
    done = shop("test", "bad.yaml", "good.yaml", *asked, cwd=folder)
    assert done.returncode == 1
    assert (folder / "reports" / "ci" / "out.xml").is_file()
    assert "- expected: bye\n      + got:      greet" in done.stdout
    assert "2 of 3 stories as expected" in done.stdout


@pytest.mark.models
def test_a_recorded_chat_is_added_to_the_file_as_a_story(folder: Path) -> None:
    for name in ("first", "second"):
        done = shop("test", "--record", "new.yaml", "--name", name, "--store", "store", given="hello\n\n", cwd=folder)
        assert done.returncode == 0, done.stderr
    assert [one.story.story for one in read_file(folder / "new.yaml")] == ["first", "second"]


def test_pytest_names_the_line_of_a_story_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- story: a claim\n  turns: []\n", encoding="utf-8")
    code, printed = run_pytest(tmp_path, "--stories", "bad.yaml")
    assert "bad.yaml:2: turns: " in printed
    assert code == 2


@pytest.mark.models
def test_pytest_runs_each_story_as_a_test_and_shows_the_difference(folder: Path) -> None:
    _, printed = run_pytest(folder, "--stories", "good.yaml", "--stories", "bad.yaml", "--store", "store")
    assert "1 failed, 1 passed, 1 xfailed" in printed, printed
    assert "- expected: bye" in printed
    assert "Traceback" not in printed


@pytest.mark.models
def test_a_failing_story_is_printed_with_the_turns_that_matter(folder: Path) -> None:
    turns = "{shopper: thanks}, {shopper: hello, intent: bye}, {shopper: bye}"
    (folder / "long.yaml").write_text(f"- {{story: long, turns: [{turns}]}}\n", encoding="utf-8")
    done = shop("test", "long.yaml", "--minimize", "--store", "store", cwd=folder)
    assert done.returncode == 1
    (folder / "short.yaml").write_text(done.stdout, encoding="utf-8")
    (short,) = read_file(folder / "short.yaml")
    assert [turn.shopper for turn in short.story.turns] == ["hello"]
    assert "3 turns, 1 matter" in done.stderr


@pytest.mark.models
def test_simulated_shoppers_report_and_keep_their_failures(folder: Path) -> None:
    table = "request\tproduct_id\tgrade\na desk lamp\ta\t3\ndo you sell sofas?\tb\t3\n"
    (folder / "goals.tsv").write_text(table, encoding="utf-8")
    asked = ("--simulate", "9", "--goals", "goals.tsv", "--seed", "2", "--failures", "out")
    done = shop("test", *asked, "--store", "store", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["goals"], report["success"], report["turns_to_success"]["median"]) == (1, 1, 1)
    assert "1 requests name no product of this store" in done.stderr
    assert not (folder / "out").exists()  # nothing failed


@pytest.mark.models
def test_goals_that_cannot_be_read_exit_with_two(folder: Path) -> None:
    (folder / "bad.tsv").write_text("request\tproduct_id\n", encoding="utf-8")
    done = shop("test", "--simulate", "2", "--goals", "bad.tsv", "--store", "store", cwd=folder)
    assert done.returncode == 2
    assert "bad.tsv:1: expected the columns" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.models
def test_a_recording_takes_no_name_that_is_there(folder: Path) -> None:
    done = shop("test", "--record", "good.yaml", "--name", "a greeting", "--store", "store", given="hi\n\n", cwd=folder)
    assert done.returncode == 2
    assert "another --name" in done.stderr
