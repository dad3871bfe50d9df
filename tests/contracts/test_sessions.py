"""What every place for conversations owes, written once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.model import CartLine, DialogueState, Exchange, Parse, Slots
from assistant.sessions import MemorySessions, Sessions, SqlSessions, Thumb, Turn
from assistant.state import Effect, replay
from retrieval.query import Constraints
from tests.conftest import AssistantWith
from tests.fakes import said

ROOT = Path(__file__).resolve().parents[2]
Reopen = Callable[[], Sessions]
TURN = Turn(
    message="a warm lamp, 40 at most",
    parse=Parse(
        "search",
        Slots(product="lamp", features=("warm",), price_max=Decimal("39.90"), ref=(2, "last")),
        ("search",),
        0.5,
    ),
    effect=Effect(("tower", "clamp"), (CartLine("tote", 2),), "tower"),
    exchange=Exchange("a warm lamp, 40 at most", "Here are 2."),
    reply={"reply": "Here are 2.", "products": [], "question": None},
)
STATE = DialogueState(
    constraints=Constraints(product="lamp", features=("warm",), price_max=Decimal("39.90"), quantity=2),
    sort="price_asc",
    shown=("tower", "clamp"),
    seen=frozenset({"tower", "clamp", "shade"}),
    focus="tower",
    cart=(CartLine("tote", 2),),
    last=TURN.exchange,
    turn=1,
)
CONVERSATION = (
    said("search", product="lamp", price_max=Decimal(40)),
    said("refine", color=("black",)),
    said("cart_add", ref=(1,)),
    said("more"),
    said("cart_add", ref=("last",), quantity=2),
    said("refine", drop=("color",), exclude=("steel",)),
    said("cart_remove", ref=("all",)),
    said("reset"),
    said("search", product="bag", sort="price_asc"),
    said("other"),
)


class SessionsContract:
    def test_an_unknown_conversation_is_none(self, reopen: Reopen) -> None:
        assert reopen().get("s_unknown") is None

    def test_what_add_returned_from_is_there_after_reopening(self, reopen: Reopen) -> None:
        reopen().add("s_1", TURN, STATE)
        kept = reopen().get("s_1")
        assert kept is not None
        assert (kept.turns, kept.state) == ((TURN,), STATE)

    def test_turns_come_back_in_their_order(self, reopen: Reopen) -> None:
        for number in (1, 2, 3):
            state = DialogueState(turn=number)
            reopen().add("s_1", Turn(f"message {number}", said("other"), Effect(), Exchange("", ""), {}), state)
        kept = reopen().get("s_1")
        assert kept is not None
        assert [turn.message for turn in kept.turns] == ["message 1", "message 2", "message 3"]
        assert kept.state.turn == 3

    def test_forgetting_erases_all_of_one_conversation_and_nothing_else(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.add("s_2", TURN, STATE)
        assert sessions.forget("s_1")
        assert reopen().get("s_1") is None
        assert reopen().get("s_2") is not None

    def test_a_conversation_is_the_visitors_who_began_it_until_it_is_forgotten(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE, "anna")
        sessions.add("s_1", TURN, replace(STATE, turn=2), "ben")
        sessions.add("s_2", TURN, STATE)
        assert [reopen().visitor(name) for name in ("s_1", "s_2", "s_3")] == ["anna", None, None]
        sessions.forget("s_1")
        assert reopen().visitor("s_1") is None

    def test_a_turn_has_one_thumb_the_last_given(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        for thumb in (Thumb(2, "up"), Thumb(1, "up"), Thumb(1, "down", "too dear")):
            sessions.rate("s_1", thumb)
        assert reopen().thumbs("s_1") == (Thumb(1, "down", "too dear"), Thumb(2, "up"))
        sessions.forget("s_1")
        assert reopen().thumbs("s_1") == ()

    def test_forgetting_what_is_not_there_says_so(self, reopen: Reopen) -> None:
        assert not reopen().forget("s_unknown")

    def test_a_forgotten_conversation_starts_anew(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.forget("s_1")
        sessions.add("s_1", TURN, DialogueState(turn=1))
        kept = reopen().get("s_1")
        assert kept is not None
        assert (kept.turns, kept.state) == ((TURN,), DialogueState(turn=1))

    def test_folding_the_kept_turns_gives_the_kept_state(self, reopen: Reopen, assistant_with: AssistantWith) -> None:
        shop = assistant_with(CONVERSATION, reopen())
        for parse in CONVERSATION:
            shop.reply(f"a message read as {parse.intent}", "s_1")
        kept = reopen().get("s_1")
        assert kept is not None
        state = DialogueState()
        for turn in kept.turns:
            state = replay(state, turn.parse, turn.effect, turn.exchange)
        assert state == kept.state
        assert state.turn == len(CONVERSATION)

    def test_conversations_kept_at_once_do_not_mix(self, reopen: Reopen) -> None:
        sessions = reopen()

        def talk(name: str) -> None:
            for number in range(1, 6):
                state = DialogueState(focus=name, turn=number)
                sessions.add(name, Turn(name, said("other"), Effect(), Exchange("", ""), {}), state)

        threads = [threading.Thread(target=talk, args=(f"s_{number}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in range(6):
            kept = reopen().get(f"s_{number}")
            assert kept is not None
            assert {turn.message for turn in kept.turns} == {f"s_{number}"}
            assert (len(kept.turns), kept.state.focus) == (5, f"s_{number}")


class TestMemorySessions(SessionsContract):
    @pytest.fixture
    def reopen(self) -> Reopen:
        sessions = MemorySessions()
        return lambda: sessions


class TestSqlSessions(SessionsContract):
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "sessions.db"

    @pytest.fixture
    def reopen(self, file: Path) -> Iterator[Reopen]:
        opened: list[SqlSessions] = []

        def make() -> SqlSessions:
            opened.append(SqlSessions(f"sqlite:///{file}"))
            return opened[-1]

        yield make
        for sessions in opened:
            sessions.close()

    def test_a_turn_that_was_added_survives_a_kill(self, reopen: Reopen, file: Path) -> None:
        script = (
            "import os, sys\n"
            "from assistant.sessions import SqlSessions\n"
            "from tests.contracts.test_sessions import STATE, TURN\n"
            "SqlSessions(f'sqlite:///{sys.argv[1]}').add('s_1', TURN, STATE)\n"
            "os.kill(os.getpid(), 9)\n"
        )
        done = subprocess.run([sys.executable, "-c", script, str(file)], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == -9, done.stderr.decode()
        kept = reopen().get("s_1")
        assert kept is not None
        assert kept.turns == (TURN,)

    def test_no_word_of_a_forgotten_conversation_stays_in_the_files(self, reopen: Reopen, file: Path) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        assert any(b"warm lamp" in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
        sessions.forget("s_1")
        assert not any(b"warm lamp" in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))

    def test_a_turn_is_kept_with_its_state_or_not_at_all(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        unwritable = Turn("second", said("other"), Effect(), Exchange("", ""), {"reply": object()})
        with pytest.raises(Exception, match="object"):
            sessions.add("s_1", unwritable, DialogueState(turn=2))
        kept = reopen().get("s_1")
        assert kept is not None
        assert (kept.turns, kept.state) == ((TURN,), STATE)
