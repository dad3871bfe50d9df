"""`shop handoff`: what lies in the inbox, what could not be delivered sent again, and answers into the chat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.outbound.handover import Handoff
from assistant.outbound.letters import Letters
from assistant.sessions_sql import SqlSessions
from tests.contracts.test_sessions import STATE, TURN
from tests.fakes import LETTER
from tests.ui.command import shop
from tests.webhook_server import SECRET, WebhookServer

OTHER = replace(LETTER, id="handoff_2", reference="H-00000002", session="s_2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with a letter in the inbox and one that was not delivered, in the database that `shop serve` would use."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "manifest.json").write_text("{}", encoding="utf-8")
    letters = Letters(f"sqlite:///{tmp_path / 'store-sessions.db'}")
    letters.keep(LETTER)
    letters.keep(OTHER, "The webhook answered 503.")
    letters.close()
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookServer]:
    server = WebhookServer()
    monkeypatch.setenv("SHOP_HANDOFF_WEBHOOK", server.url)
    monkeypatch.setenv("SHOP_HANDOFF_WEBHOOK_SECRET", SECRET)
    yield server
    server.close()


def listed(folder: Path) -> list[tuple[str, str]]:
    lines = shop("handoff", "list", "--store", "store", "--json", cwd=folder).stdout.splitlines()
    return [(one["reference"], one["trouble"]) for one in map(json.loads, lines)]


def test_list_tells_the_inbox_from_what_was_not_delivered(folder: Path) -> None:
    done = shop("handoff", "list", "--store", "store", cwd=folder)
    assert done.stdout.splitlines() == [
        "H-00000001  2026-05-01T12:00:00+00:00  asked  inbox",
        "H-00000002  2026-05-01T12:00:00+00:00  asked  not delivered: The webhook answered 503.",
    ]


def test_show_has_need_cart_and_words(folder: Path) -> None:
    done = shop("handoff", "show", "H-00000001", "--store", "store", cwd=folder)
    for part in ("Looking for: tote bag under $40.", "2 × Market Tote Bag at 29.00", "Shopper: a tote bag under 40"):
        assert part in done.stdout


def test_retry_delivers_what_was_not_and_leaves_the_inbox(folder: Path, server: WebhookServer) -> None:
    done = shop("handoff", "retry", "--store", "store", cwd=folder)
    assert (done.returncode, list(server.taken)) == (0, ["handoff_2"])
    assert done.stdout == "H-00000002: delivered by webhook, reference H-00000002\n"
    assert listed(folder) == [("H-00000001", "")]


def test_retry_that_fails_keeps_the_letter_and_exits_with_one(folder: Path, server: WebhookServer) -> None:
    server.statuses = [404]
    done = shop("handoff", "retry", "--store", "store", cwd=folder)
    assert done.returncode == 1
    assert listed(folder) == [("H-00000001", ""), ("H-00000002", "The webhook at 127.0.0.1 answered 404.")]


def test_retry_without_another_way_puts_it_in_the_inbox(folder: Path) -> None:
    assert shop("handoff", "retry", "--store", "store", cwd=folder).returncode == 0
    assert listed(folder) == [("H-00000001", ""), ("H-00000002", "")]


def test_an_answer_finds_the_conversation_by_its_letter_or_by_what_the_shopper_was_told(folder: Path) -> None:
    handed = replace(
        STATE, handoff=Handoff("4711", "webhook", "asked")
    )  # taken by a helpdesk, so that no letter lies here
    sessions = SqlSessions(f"sqlite:///{folder / 'store-sessions.db'}")
    for name, state in (("s_1", STATE), ("s_3", handed)):
        sessions.add(name, TURN, state)
    for reference, text in (("H-00000001", "Good morning."), ("4711", "It is <b>here</b>."), ("4711", "Until Friday.")):
        done = shop("handoff", "answer", reference, text, "--store", "store", cwd=folder)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "4711: answer 2 is in the chat." in done.stderr
    kept = [[one.text for one in sessions.answers(name)] for name in ("s_1", "s_3")]
    sessions.close()
    assert kept == [["Good morning."], ["It is <b>here</b>.", "Until Friday."]]


@pytest.mark.parametrize(
    ("reference", "text", "says"),
    [
        ("H-1", "Yes.", "No conversations are kept"),
        ("H-00000002", "Yes.", "no longer kept"),
        ("H-00000001", " ", "is empty"),
        ("H-00000001", "a" * 2_001, "at most 2,000"),
    ],
)
def test_an_answer_that_reaches_nobody_says_why(folder: Path, reference: str, text: str, says: str) -> None:
    sessions = SqlSessions(f"sqlite:///{folder / 'store-sessions.db'}")
    sessions.add("s_1", TURN, STATE)
    sessions.close()
    done = shop("handoff", "answer", reference, text, "--store", "store", cwd=folder)
    assert (done.returncode, says in done.stderr) == (1, True), done.stderr


def test_close_erases_a_letter(folder: Path) -> None:
    assert shop("handoff", "close", "H-00000001", "--store", "store", cwd=folder).returncode == 0
    assert [reference for reference, _ in listed(folder)] == ["H-00000002"]
    unknown = shop("handoff", "close", "H-00000001", "--store", "store", cwd=folder)
    assert (unknown.returncode, "No letter is kept" in unknown.stderr) == (1, True)
