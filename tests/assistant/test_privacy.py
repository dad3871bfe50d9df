"""Everything that is kept of a visitor is found, erased and, when it is old, deleted: in every place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from assistant import Assistant
from assistant.orders.book import OrderRules
from assistant.orders.desk import OrderDesk
from assistant.orders.log import OrderLog
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letter, Letters
from assistant.privacy.kept import Gone, Periods, Places, Retention, erase, expire, kept_of
from assistant.privacy.seal import Seal, new_key
from assistant.sessions import Thumb
from assistant.sessions_sql import SqlSessions
from assistant.unanswered import Unanswered
from retrieval.errors import BadInput
from retrieval.policies.pages import read_policies
from retrieval.policies.passages import Policies
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import parts_with
from tests.contracts.test_order_books import sql_book
from tests.fakes import WordEmbedder, said

SAID = (
    (said("order_change"), "cancel LM-100001, a.b@example.com"),
    (said("other"), "yes"),
    (said("order_status"), "and LM-100002 of postcode 54321?"),
    (said("policy"), "do you wrap presents?"),
)
WORDS = ("a.b@example.com", "54321", "presents", "dear", "staff write", "anna", "s_anna")
ALL = Gone(conversations=1, turns=4, thumbs=1, order_acts=1, wrong_proofs=1, questions=1, letters=1, answers=1)


def letter_of(visitor: str) -> Letter:
    now = datetime.now(UTC).isoformat()
    return Letter(
        visitor, f"H-{visitor}", f"s_{visitor}", now, "asked", f"A dear lamp for {visitor}", {}, {"items": []}, ()
    )


class Shop:
    """A shop that keeps in all places, on disk, and one that anna has talked to like that, and ben too."""

    def __init__(self, searcher: Searcher, store: Store, folder: Path, seal: Seal | None = None) -> None:
        self._searcher, self._store, self.folder = searcher, store, folder
        folder.mkdir()
        url = f"sqlite:///{folder / 'sessions.db'}"
        self.places = Places(
            SqlSessions(url, seal), OrderLog(url, seal), Unanswered(folder / "unanswered.jsonl"), Letters(url, seal)
        )
        pages = folder.parent / "pages"
        pages.mkdir()
        (pages / "returns.md").write_text("# Returns\n\nA lamp may be returned.\n", encoding="utf-8")
        self._policies = Policies(store.catalog, store.chroma(), WordEmbedder())
        self._policies.replace(read_policies(pages))

    def talk(self, visitor: str) -> Assistant:
        book = sql_book(self.folder.parent / f"orders of {visitor}")
        assert self.places.orders is not None
        desk = OrderDesk(book, OrderRules(), self.places.orders)
        parts = parts_with(self._searcher, [parse for parse, _ in SAID])
        assert self.places.letters is not None
        staff = HandoffDesk(HandoffRules(), None, self.places.letters)
        parts = replace(parts, orders=desk, policies=self._policies, unanswered=self.places.unanswered, handoff=staff)
        assistant = Assistant(parts, self.places.sessions)
        for _, message in SAID:
            assistant.reply(message, f"s_{visitor}", visitor=visitor)
        self.places.letters.keep(letter_of(visitor), "the shop's server does not answer")
        assistant.conversations.rate(f"s_{visitor}", Thumb(1, "down", f"too dear for {visitor}"), visitor=visitor)
        self.places.sessions.answer(f"s_{visitor}", f"The staff write to {visitor}", "a")
        book.close()
        return assistant

    def files(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.folder.iterdir()}


@pytest.fixture
def shop(searcher: Searcher, new_store: Store, tmp_path: Path) -> Iterator[Shop]:
    for visitor in ("anna", "ben"):
        (tmp_path / f"orders of {visitor}").mkdir()
    shop = Shop(searcher, new_store, tmp_path / "kept")
    yield shop
    shop.places.close()


def test_everything_of_a_visitor_is_exported_and_nothing_of_another(shop: Shop) -> None:
    shop.talk("anna")
    shop.talk("ben")
    found = kept_of(shop.places.sessions.of("anna"), shop.places)
    (conversation,) = found["conversations"]
    assert [turn["message"] for turn in conversation["turns"]] == [message for _, message in SAID]
    assert [turn["reply"]["turn"] for turn in conversation["turns"]] == [1, 2, 3, 4]
    assert (conversation["visitor"], conversation["state"]["turn"]) == ("anna", 4)
    assert conversation["thumbs"] == [{"turn": 1, "thumb": "down", "comment": "too dear for anna"}]
    assert [(one["turn"], one["text"]) for one in conversation["answers"]] == [(4, "The staff write to anna")]
    (act,) = found["order_acts"]
    assert (act["who"], act["number"], act["act"]) == ("session s_anna", "LM-100001", "cancel")
    assert (len(found["wrong_proofs"]), [one["question"] for one in found["questions"]]) == (
        1,
        ["do you wrap presents?"],
    )
    assert [one["letter"]["need"] for one in found["letters"]] == ["A dear lamp for anna"]
    assert "ben" not in json.dumps(found)


def test_an_erased_visitor_is_gone_from_every_place_and_the_others_stay(shop: Shop) -> None:
    shop.talk("anna")
    assert {word for word in WORDS if any(word.encode() in part for part in shop.files().values())} == set(WORDS)
    gone = erase(shop.places.sessions.of("anna"), shop.places)
    assert gone == ALL
    assert [(name, word) for name, part in shop.files().items() for word in WORDS if word.encode() in part] == []
    shop.talk("ben")
    assert erase(shop.places.sessions.of("anna"), shop.places) == Gone()
    assert erase(["s_anna"], shop.places) == Gone()
    assert kept_of(["s_ben"], shop.places)["order_acts"] != []


def test_whoever_erases_does_not_get_around_the_limit_of_wrong_proofs(shop: Shop) -> None:
    orders = shop.places.orders
    assert orders is not None
    for number in range(5):
        orders.wrong(f"s_{number}", "LM-100002")
        erase([f"s_{number}"], shop.places)
    assert orders.limited("s_new", "lm-100002", OrderRules())
    assert orders.wrong_proofs([f"s_{number}" for number in range(5)]) == []


def test_forgetting_a_conversation_takes_along_all_that_came_of_it(shop: Shop) -> None:
    shop.talk("anna").forget("s_anna", visitor="anna")
    assert erase(["s_anna"], shop.places) == Gone()


def test_what_is_older_is_deleted_everywhere_and_what_is_younger_stays(shop: Shop) -> None:
    shop.talk("anna")
    assert expire(datetime.now(UTC) - timedelta(days=1), shop.places) == Gone()
    assert expire(datetime.now(UTC) + timedelta(seconds=1), shop.places) == ALL
    assert not any(word.encode() in part for part in shop.files().values() for word in WORDS)


def test_what_is_too_old_is_deleted_at_the_first_use_and_then_daily(shop: Shop) -> None:
    now = datetime.now(UTC)
    clock = [now + timedelta(days=29)]
    retention = Retention(shop.places, Periods(days=30), lambda: clock[0])
    retention.keep()
    shop.talk("anna")
    clock[0] += timedelta(hours=23)
    retention.keep()
    assert shop.places.sessions.of("anna") == ("s_anna",)
    clock[0] += timedelta(days=2)
    retention.keep()
    assert shop.places.sessions.of("anna") == ()


def test_a_site_may_keep_for_fewer_days_and_not_for_more(shop: Shop) -> None:
    shop.talk("anna")
    periods = Periods(days=30, site_days={"lamps": 7})
    assert (periods.of("lamps"), periods.of("mugs"), periods.of(None)) == (7, 30, 30)
    assert periods.expire(shop.places, datetime.now(UTC) + timedelta(days=8)) == Gone()  # of no site
    with pytest.raises(BadInput, match="'lamps' keeps conversations for 31 days, the server for 30"):
        Periods(days=30, site_days={"lamps": 31})


def test_a_database_that_fails_costs_nobody_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(SqlSessions):
        def unused_since(self, *_: object) -> tuple[str, ...]:
            raise OperationalError("SELECT", {}, ValueError("disk"))

    sessions = Broken("sqlite://")
    Retention(Places(sessions), Periods()).keep()
    sessions.close()
    assert "not deleted" in caplog.text


def test_with_a_key_no_word_lies_open_and_all_is_found_and_erased(
    searcher: Searcher, new_store: Store, tmp_path: Path
) -> None:
    (tmp_path / "orders of anna").mkdir()
    shop = Shop(searcher, new_store, tmp_path / "kept", Seal(new_key()))
    shop.talk("anna")
    open_words = [
        word
        for word in ("a.b@example.com", "54321", "dear", "staff write")
        if word.encode() in b"".join(shop.files().values())
    ]
    assert open_words == []
    assert len(kept_of(["s_anna"], shop.places)["conversations"][0]["turns"]) == 4
    assert erase(["s_anna"], shop.places) == ALL
    shop.places.close()
