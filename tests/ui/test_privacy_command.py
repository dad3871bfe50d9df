"""`shop privacy` on a store beside which conversations are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.build import build_places
from assistant.events.log import Event
from assistant.privacy.seal import Seal
from assistant.sessions_sql import SqlSessions
from tests.contracts.test_sessions import STATE, TURN
from tests.ui.command import shop
from ui.cli.llm import settings_for
from ui.visitor import hashed

TOKEN = "kQ3vUe2xW8mZr5tYb7nLpA"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store, as far as this needs one, and two conversations of a visitor."""
    monkeypatch.delenv("SHOP_SESSIONS_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "manifest.json").write_text("{}", encoding="utf-8")
    places = build_places(Path("store"), settings_for(Path("store")))
    for name in ("s_1", "s_2"):
        places.sessions.add(name, TURN, STATE, hashed(TOKEN))
    places.sessions.add("s_3", TURN, STATE)
    assert places.unanswered is not None
    places.unanswered.keep("do you wrap presents?", "s_1")
    assert places.events is not None
    now = datetime.now(UTC)
    places.events.add([Event("e1", "like", now, hashed(TOKEN), "tote"), Event("e2", "like", now, "another", "tote")])
    places.close()
    return tmp_path


@pytest.mark.parametrize("given", [["--visitor", TOKEN], ["--visitor", hashed(TOKEN)]])
def test_export_gives_all_of_a_visitor_by_token_or_hash(folder: Path, given: list[str]) -> None:
    done = shop("privacy", "export", *given, "--store", "store")
    found = json.loads(done.stdout)
    assert [kept["session_id"] for kept in found["conversations"]] == ["s_1", "s_2"]
    assert [one["question"] for one in found["questions"]] == ["do you wrap presents?"]
    assert [one["id"] for one in found["events"]] == ["e1"]


def test_erase_says_how_much_went_and_a_second_time_nothing(folder: Path) -> None:
    first, second = (
        json.loads(shop("privacy", "erase", "--visitor", TOKEN, "--store", "store").stdout) for _ in range(2)
    )
    none = dict.fromkeys(first, 0)
    assert first == {**none, "conversations": 2, "turns": 2, "questions": 1, "events": 1}
    assert second == none
    assert json.loads(shop("privacy", "export", "--session", "s_3", "--store", "store").stdout)["conversations"]


def test_expire_deletes_nothing_that_is_young(folder: Path) -> None:
    assert set(json.loads(shop("privacy", "expire", "--store", "store").stdout).values()) == {0}


def test_a_key_is_made_and_what_is_kept_is_sealed_with_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = shop("privacy", "key").stdout.strip()
    monkeypatch.setenv("SHOP_ENCRYPTION_KEY", key)
    assert json.loads(shop("privacy", "reseal", "--store", "store").stdout) == {
        "conversations": 6,
        "order_acts": 0,
        "letters": 0,
        "events": 0,
        "attachments": 0,
    }
    monkeypatch.delenv("SHOP_ENCRYPTION_KEY")
    refused = shop("privacy", "export", "--visitor", TOKEN, "--store", "store")
    assert (refused.returncode, "SHOP_ENCRYPTION_KEY" in refused.stderr) == (1, True)
    sealed = SqlSessions(f"sqlite:///{folder / 'store-sessions.db'}", Seal(key))
    assert sealed.of(hashed(TOKEN)) == ("s_1", "s_2")
    sealed.close()


def test_whom_an_import_named_is_exported_and_erased_by_that_name(folder: Path) -> None:
    row = {"type": "click", "at": "2026-05-01T10:00:00Z", "visitor": "customer 81", "product_id": "tote"}
    (folder / "log.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert shop("events", "import", str(folder / "log.jsonl"), "--store", str(folder / "store")).returncode == 0
    whose = ("--visitor", "customer 81", "--store", "store")
    found = json.loads(shop("privacy", "export", *whose).stdout)
    assert [one["product_id"] for one in found["events"]] == ["tote"]
    assert json.loads(shop("privacy", "erase", *whose).stdout)["events"] == 1
    assert "Nothing is kept of a visitor 'customer 81'" in shop("privacy", "erase", *whose).stderr


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ([], 2, "either"),
        (["--visitor", TOKEN, "--session", "s_1"], 2, "either"),
        (["--visitor", "anna"], 1, "22 to 64"),
        (["--visitor", TOKEN, "--store", "elsewhere"], 1, "No index in elsewhere"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_deleted(folder: Path, given: list[str], code: int, said: str) -> None:
    options = given if "--store" in given else [*given, "--store", "store"]
    done = shop("privacy", "erase", *options)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
