"""What every place for conversations owes to the answers of the shop's staff, written once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.outbound.answers import ANSWER_LIMIT, keep_answer
from assistant.outbound.handover import Handoff
from assistant.privacy.seal import Seal, new_key
from assistant.sessions import Forgotten, MemorySessions
from assistant.sessions_sql import SqlSessions
from retrieval.errors import BadInput, NotFound

from .test_sessions import STATE, TURN, Reopen

HANDED = replace(STATE, handoff=Handoff("H-00000001", "inbox", "asked"))
KEYS = [new_key() for _ in range(2)]


class AnswersContract:
    """`reopen` is a fixture of each: the same conversations, opened once more where they last."""

    def test_answers_come_back_in_their_order_with_the_turn_before_them(self, reopen: Reopen) -> None:
        before, sessions = datetime.now(UTC), reopen()
        sessions.add("s_1", TURN, HANDED)
        sessions.answer("s_1", "Good morning.", "a")
        sessions.add("s_1", TURN, replace(HANDED, turn=2))
        given = sessions.answer("s_1", "It is in stock.\nUntil Friday.", "b")
        kept = reopen().answers("s_1")
        assert [(one.number, one.turn, one.text) for one in kept] == [
            (1, 1, "Good morning."),
            (2, 2, "It is in stock.\nUntil Friday."),
        ]
        assert kept[1] == given
        assert before <= kept[0].at <= kept[1].at <= datetime.now(UTC)

    def test_only_those_beyond_what_is_known_are_given(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        for key in "abc":
            sessions.answer("s_1", key, key)
        assert [one.text for one in sessions.answers("s_1", 2)] == ["c"]
        assert sessions.answers("s_1", 3) == ()

    def test_the_same_key_again_is_the_same_answer(self, reopen: Reopen) -> None:
        sessions = reopen()
        for name in ("s_1", "s_2"):
            sessions.add(name, TURN, HANDED)
        first = sessions.answer("s_1", "Yes.", "a")
        assert reopen().answer("s_1", "Yes.", "a") == first
        sessions.answer("s_2", "No.", "a")
        assert [[one.text for one in sessions.answers(name)] for name in ("s_1", "s_2")] == [["Yes."], ["No."]]

    def test_answers_given_at_once_get_a_number_each_without_a_gap(self, reopen: Reopen) -> None:
        desks = (reopen(), reopen())
        desks[0].add("s_1", TURN, HANDED)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: desks[n % 2].answer("s_1", str(n), str(n)), range(16)))
        kept = desks[0].answers("s_1")
        assert [one.number for one in kept] == list(range(1, 17))
        assert {one.text for one in kept} == {str(number) for number in range(16)}

    def test_into_a_conversation_that_is_not_there_nobody_answers(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        sessions.answer("s_1", "Yes.", "a")
        assert sessions.forget("s_1") == Forgotten(turns=1, answers=1)
        for name in ("s_1", "s_unknown"):
            with pytest.raises(NotFound, match="erased"):
                sessions.answer(name, "Yes.", "a")
            with pytest.raises(NotFound, match="erased"):
                reopen().answers(name)
        sessions.add("s_1", TURN, STATE)
        assert sessions.answers("s_1") == ()

    def test_a_conversation_is_found_by_the_reference_under_which_it_was_passed_on(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        sessions.add("s_1", TURN, replace(HANDED, turn=2))
        sessions.add("s_2", TURN, STATE)
        assert reopen().handed("H-00000001") == ("s_1",)
        assert reopen().handed("H-00000002") == ()
        sessions.forget("s_1")
        assert reopen().handed("H-00000001") == ()

    def test_what_is_kept_is_plain_and_neither_empty_nor_too_long(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        assert keep_answer(sessions, "s_1", " one\r\ntwo\0 \ud83d \n", "a").text == "one\ntwo ?"
        assert len(keep_answer(sessions, "s_1", "é" * ANSWER_LIMIT, "b").text) == ANSWER_LIMIT
        for text in ("", " \r\n\0", "é" * (ANSWER_LIMIT + 1)):
            with pytest.raises(BadInput, match="The answer"):
                keep_answer(sessions, "s_1", text, "c")
        assert len(sessions.answers("s_1")) == 2


class SealedAnswersContract(AnswersContract):
    """What a database with a key owes besides. `url` and `reopen` are fixtures of each."""

    def test_resealing_reaches_them(self, reopen: Reopen, url: str) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        given = sessions.answer("s_1", "sealed:with a mark", "a")
        with closing(SqlSessions(url, Seal(f"{KEYS[1]},{KEYS[0]}"))) as rotating:
            assert rotating.reseal() == 3  # a state, a turn, an answer
        with closing(SqlSessions(url, Seal(KEYS[1]))) as kept:
            assert kept.answers("s_1") == (given,)

    @pytest.fixture
    def reopen(self, url: str) -> Iterator[Reopen]:
        with ExitStack() as opened:
            yield lambda: opened.enter_context(closing(SqlSessions(url, Seal(KEYS[0]))))


class TestMemoryAnswers(AnswersContract):
    @pytest.fixture
    def reopen(self) -> Reopen:
        sessions = MemorySessions()
        return lambda: sessions


class TestSqlAnswers(AnswersContract):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Iterator[Reopen]:
        with ExitStack() as opened:
            yield lambda: opened.enter_context(closing(SqlSessions(f"sqlite:///{tmp_path / 'sessions.db'}")))

    def test_no_word_of_them_stays_after_forgetting(self, reopen: Reopen, tmp_path: Path) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        sessions.answer("s_1", "Ada will call you.", "a")
        assert any(b"Ada" in part.read_bytes() for part in tmp_path.iterdir())
        sessions.forget("s_1")
        assert not any(b"Ada" in part.read_bytes() for part in tmp_path.iterdir())


class TestSealedSqlAnswers(SealedAnswersContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'sessions.db'}"

    def test_no_word_of_them_stands_in_the_files(self, reopen: Reopen, tmp_path: Path) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, HANDED)
        sessions.answer("s_1", "Ada will call you.", "a")
        assert not any(b"Ada" in part.read_bytes() for part in tmp_path.iterdir())
