"""What every place for conversations owes, written once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.database import open_database
from assistant.model import CartLine, DialogueState, Exchange, Parse, Slots
from assistant.privacy.seal import Seal, WrongKey, new_key
from assistant.sessions import Forgotten, MemorySessions, Sessions, Thumb, Turn
from assistant.sessions_sql import SqlSessions
from assistant.state import Effect, replay
from retrieval.errors import BadInput, NotFound
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

    def test_forgetting_erases_all_of_one_conversation_and_nothing_else_and_says_how_much(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.add("s_1", TURN, replace(STATE, turn=2))
        sessions.add("s_2", TURN, STATE)
        sessions.rate("s_1", Thumb(2, "up"))
        assert sessions.forget("s_1") == Forgotten(turns=2, thumbs=1)
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
        assert reopen().forget("s_unknown") == Forgotten()

    def test_a_turn_of_a_conversation_that_was_forgotten_under_way_is_not_kept(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.forget("s_1")
        with pytest.raises(NotFound, match="erased"):
            sessions.add("s_1", TURN, replace(STATE, turn=2))
        with pytest.raises(NotFound, match="erased"):
            sessions.rate("s_1", Thumb(1, "up"))
        assert (reopen().get("s_1"), reopen().thumbs("s_1")) == (None, ())

    def test_a_visitor_s_conversations_are_found_and_nobody_else_s(self, reopen: Reopen) -> None:
        sessions = reopen()
        for name, visitor in (("s_1", "anna"), ("s_2", "ben"), ("s_3", "anna"), ("s_4", None)):
            sessions.add(name, TURN, STATE, visitor)
        assert reopen().of("anna") == ("s_1", "s_3")
        assert reopen().of("carl") == ()

    def test_conversations_are_found_by_when_they_were_used_last(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.add("s_2", TURN, STATE)
        between = datetime.now(UTC)
        sessions.add("s_1", TURN, replace(STATE, turn=2))
        assert reopen().unused_since(between) == ("s_2",)
        kept = reopen().get("s_1")
        assert kept is not None
        assert kept.used is not None
        assert between <= kept.used <= datetime.now(UTC)

    def test_a_conversation_is_of_the_site_it_began_on_and_may_be_old_sooner_there(self, reopen: Reopen) -> None:
        sessions = reopen()
        for name, site in (("s_1", "lamps"), ("s_2", "mugs"), ("s_3", None)):
            sessions.add(name, TURN, STATE, site=site)
        sessions.add("s_1", TURN, replace(STATE, turn=2), site="mugs")
        now = datetime.now(UTC)
        old, young = now - timedelta(days=1), now + timedelta(days=1)
        assert reopen().unused_since(old, {"lamps": young}) == ("s_1",)
        assert sorted(reopen().unused_since(young, {"lamps": old})) == ["s_2", "s_3"]
        sites = [kept.site for name in ("s_1", "s_2", "s_3") if (kept := reopen().get(name))]
        assert sites == ["lamps", "mugs", None]

    def test_thumbs_given_at_once_for_one_turn_end_as_one(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: sessions.rate("s_1", Thumb(1, "up", str(number))), range(40)))
        assert len(reopen().thumbs("s_1")) == 1

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

    def test_the_newest_conversation_is_listed_first_with_its_turns_and_thumbs(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.add("s_2", TURN, STATE)
        sessions.add("s_1", replace(TURN, message="and in black"), replace(STATE, turn=2))
        for turn, thumb in ((1, "up"), (2, "down")):
            sessions.rate("s_1", Thumb(turn, thumb))  # type: ignore[arg-type]
        listed = reopen().newest(10)
        assert [(one.session_id, one.turns, one.up, one.down) for one in listed] == [("s_1", 2, 1, 1), ("s_2", 1, 0, 0)]
        assert {one.opening for one in listed} == {TURN.message}
        assert listed[0].used >= listed[1].used

    def test_pages_of_the_list_hold_each_conversation_once(self, reopen: Reopen) -> None:
        sessions = reopen()
        for number in range(5):
            sessions.add(f"s_{number}", TURN, STATE)
        first = sessions.newest(2)
        second = sessions.newest(2, before=first[-1].mark)
        third = sessions.newest(2, before=second[-1].mark)
        names = [one.session_id for page in (first, second, third) for one in page]
        assert names == ["s_4", "s_3", "s_2", "s_1", "s_0"]
        assert sessions.newest(2, before=third[-1].mark) == ()

    def test_the_list_is_searched_by_the_beginning_of_an_id_in_which_signs_mean_themselves(
        self, reopen: Reopen
    ) -> None:
        sessions = reopen()
        for name in ("s_ab", "sxab", "s_b"):
            sessions.add(name, TURN, STATE)
        assert [one.session_id for one in sessions.newest(9, prefix="s_a")] == ["s_ab"]
        assert sessions.newest(9, prefix="%") == ()

    def test_what_was_said_is_told_in_its_order(self, reopen: Reopen) -> None:
        sessions = reopen()
        for name in ("s_1", "s_2", "s_3"):
            sessions.add(name, TURN, STATE)
        sessions.add("s_1", replace(TURN, message="and in black"), replace(STATE, turn=2))
        told = [(one.session_id, one.number, one.message) for one in reopen().told(["s_1", "s_3"])]
        assert told == [("s_1", 1, TURN.message), ("s_1", 2, "and in black"), ("s_3", 1, TURN.message)]
        assert sessions.told(["s_2"])[0].reply == TURN.reply
        assert not sessions.told(["s_2"])[0].failed
        assert sessions.told([]) == ()

    def test_a_turn_is_told_as_failed_when_its_last_act_says_so(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", replace(TURN, effect=Effect(then=Effect(failed=True))), STATE)
        assert [one.failed for one in sessions.told(["s_1"])] == [True]


class TestMemorySessions(SessionsContract):
    @pytest.fixture
    def reopen(self) -> Reopen:
        sessions = MemorySessions()
        return lambda: sessions

    def test_of_more_conversations_than_are_kept_the_one_unused_longest_goes(self) -> None:
        sessions = MemorySessions(most=2)
        for name in ("s_1", "s_2"):
            sessions.add(name, TURN, STATE, "anna")
        sessions.add("s_1", TURN, replace(STATE, turn=2))
        sessions.add("s_3", TURN, STATE)
        assert [sessions.get(name) is not None for name in ("s_1", "s_2", "s_3")] == [True, False, True]
        assert sessions.visitor("s_2") is None


class DatabaseContract(SessionsContract):
    """What any database owes besides. `url` is a fixture of each."""

    seal = Seal()

    @pytest.fixture
    def reopen(self, url: str) -> Iterator[Reopen]:
        opened: list[SqlSessions] = []

        def make() -> SqlSessions:
            opened.append(SqlSessions(url, self.seal))
            return opened[-1]

        yield make
        for sessions in opened:
            sessions.close()

    def test_a_turn_is_kept_with_its_state_or_not_at_all(self, reopen: Reopen) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        unwritable = Turn("second", said("other"), Effect(), Exchange("", ""), {"reply": object()})
        with pytest.raises(Exception, match="object"):
            sessions.add("s_1", unwritable, DialogueState(turn=2))
        kept = reopen().get("s_1")
        assert kept is not None
        assert (kept.turns, kept.state) == ((TURN,), STATE)

    def test_a_database_of_a_time_without_ages_gets_them_when_it_is_opened(self, reopen: Reopen, url: str) -> None:
        before = datetime.now(UTC)
        reopen().add("s_1", TURN, STATE)
        engine = open_database(url)
        with engine.begin() as db:
            db.exec_driver_sql("DROP TABLE sessions_used")
        engine.dispose()
        assert reopen().unused_since(before) == ()
        assert reopen().unused_since(datetime.now(UTC)) == ("s_1",)


KEYS = [new_key() for _ in range(3)]


class SealedContract(DatabaseContract):
    """The same owed with a key, and what the key owes."""

    seal = Seal(KEYS[0])

    @pytest.mark.parametrize("keys", [None, KEYS[1]], ids=["none", "another"])
    def test_a_wrong_key_is_said_at_the_start_with_what_to_do(self, reopen: Reopen, url: str, keys: str | None) -> None:
        reopen().add("s_1", TURN, STATE)
        with pytest.raises(WrongKey, match="SHOP_ENCRYPTION_KEY"):
            SqlSessions(url, Seal(keys))

    def test_a_new_key_before_the_old_one_reads_both_and_after_resealing_the_old_one_can_go(
        self, reopen: Reopen, url: str
    ) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.rate("s_1", Thumb(1, "up", "sealed:with a mark"))
        rotating = SqlSessions(url, Seal(f"{KEYS[1]}, {KEYS[0]}"))
        rotating.add("s_2", TURN, STATE)
        assert rotating.reseal() == 5  # two states, two turns, a comment
        rotating.close()
        for seal in (Seal(KEYS[1]), Seal(f"{KEYS[2]},{KEYS[1]}")):
            kept = SqlSessions(url, seal)
            assert kept.thumbs("s_1") == (Thumb(1, "up", "sealed:with a mark"),)
            assert [kept.get(name) is not None for name in ("s_1", "s_2")] == [True, True]
            kept.close()

    def test_what_was_kept_before_there_was_a_key_stays_readable_and_is_sealed_by_resealing(
        self, reopen: Reopen, url: str
    ) -> None:
        plain = SqlSessions(url)
        plain.add("s_1", TURN, STATE)
        plain.rate("s_1", Thumb(1, "up", "sealed:with a mark"))
        plain.close()
        sessions = reopen()
        assert sessions.thumbs("s_1") == (Thumb(1, "up", "sealed:with a mark"),)
        sessions.reseal()
        kept = sessions.get("s_1")
        assert kept is not None
        assert kept.turns == (TURN,)


class TestSqlSessions(DatabaseContract):
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "sessions.db"

    @pytest.fixture
    def url(self, file: Path) -> str:
        return f"sqlite:///{file}"

    def test_a_turn_that_was_added_survives_a_kill(self, reopen: Reopen, file: Path) -> None:
        script = (
            "import os, sys\n"
            "from assistant.sessions_sql import SqlSessions\n"
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

    def test_a_new_file_is_its_owner_s_only(self, reopen: Reopen, file: Path) -> None:
        reopen().add("s_1", TURN, STATE)
        assert {part.stat().st_mode & 0o077 for part in file.parent.glob(f"{file.name}*")} == {0}


class TestSealedSqlSessions(SealedContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'sessions.db'}"

    def test_no_word_stands_in_the_files(self, reopen: Reopen, tmp_path: Path) -> None:
        sessions = reopen()
        sessions.add("s_1", TURN, STATE)
        sessions.rate("s_1", Thumb(1, "down", "too dear"))
        assert not any(words in part.read_bytes() for part in tmp_path.iterdir() for words in (b"warm", b"dear"))

    def test_resealing_leaves_no_word_of_what_was_in_the_clear(self, url: str, tmp_path: Path) -> None:
        plain = SqlSessions(url)
        plain.add("s_1", TURN, STATE)
        plain.close()
        sealed = SqlSessions(url, self.seal)
        sealed.reseal()
        sealed.close()
        assert not any(b"warm" in part.read_bytes() for part in tmp_path.iterdir())


@pytest.mark.parametrize("url", ["nonsense", "mysql://h/d", "sqlite:////no/such/folder/x.db"])
def test_an_address_that_is_no_database_says_how_to_write_one(url: str) -> None:
    with pytest.raises(BadInput, match="Fix:"):
        SqlSessions(url)


def test_what_is_no_key_says_how_to_make_one() -> None:
    with pytest.raises(BadInput, match="shop privacy key"):
        Seal("a password")
