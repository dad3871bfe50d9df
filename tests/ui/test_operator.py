"""The operator's pages: who gets in, what stands there, and that hostile words stay words. The parser's answers are queued."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from assistant import Assistant
from assistant.model import DialogueState, Exchange, Parse
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ToInbox
from assistant.privacy.seal import Seal, new_key
from assistant.sessions import Listed, MemorySessions, Thumb, Told, Turn
from assistant.sessions_sql import SqlSessions
from assistant.state import Effect
from assistant.unanswered import Unanswered
from retrieval.index import build_index
from retrieval.reviews.feed import Review
from retrieval.reviews.store import Reviews
from retrieval.store import Store
from tests.fakes import LETTER, WordEmbedder, WordTones, said
from ui.http import create_app
from ui.lane import Lane
from ui.operator.door import admits, ticket_until
from ui.operator.figures import figures, percentile
from ui.operator.sheets import harmless
from ui.operator.window import Window
from ui.settings import ServerSettings

from .shop import HOSTILE, open_shop
from .shop import PRODUCTS as SMALL

TOKEN = "a token of the operator"
LAMPS = said("search", product="desk lamp", price_max=Decimal(40))
NONE = said("search", product="unicorn saddle")
MUG = said("search", product="mug")
Open = Callable[..., TestClient]
PAGES = (
    "",
    "/status",
    "/conversations",
    "/searches",
    "/questions",
    "/catalogue",
    "/reviews",
    "/thumbs",
    "/experiments",
    "/letters",
)


def with_desk(shop: Assistant, tmp_path: Path) -> Assistant:
    """The shop with an inbox and a file for unanswered questions."""
    letters = Letters()
    parts = replace(
        shop._parts,
        handoff=HandoffDesk(HandoffRules(), ToInbox(letters), letters),
        unanswered=Unanswered(tmp_path / "unanswered.jsonl"),
    )
    return Assistant(parts)


@pytest.fixture
def opened(small_store: Path, tmp_path: Path) -> Iterator[Open]:
    """A browser at a shop whose parser answers as queued; logged in unless told otherwise."""
    with ExitStack() as stack:

        def make(*parses: Parse, token: str | None = TOKEN, known: bool = True) -> TestClient:
            shop = with_desk(stack.enter_context(open_shop(small_store, *parses)), tmp_path)
            stack.callback(shop.close)
            settings = ServerSettings(admin_token=SecretStr(token) if token else None)
            client = stack.enter_context(
                TestClient(create_app(shop, Lane(), settings=settings), follow_redirects=False)
            )
            if known:
                assert client.post("/admin/login", data={"token": TOKEN}).status_code == 303
            return client

        yield make


def shop_of(client: TestClient) -> Assistant:
    shop: Assistant = client.app.state.desk.assistant  # type: ignore[attr-defined]
    return shop


def talk(client: TestClient, *messages: str) -> str:
    session = None
    for message in messages:
        body = {"message": message} | ({"session_id": session} if session else {})
        answer = client.post("/v1/chat", content=json.dumps(body), headers={"content-type": "application/json"})
        assert answer.status_code == 200, answer.text
        session = answer.json()["session_id"]
    assert session is not None
    return str(session)


def rows(client: TestClient, name: str) -> list[list[str]]:
    answer = client.get(f"/admin/download/{name}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.text)))


def test_what_buyers_say_is_counted_by_aspect_and_month_and_a_jump_is_told(small_store: Path, tmp_path: Path) -> None:
    days = [f"2026-01-{day:02d}" for day in range(1, 8)] + [f"2026-02-{day:02d}" for day in range(1, 6)]
    said_by = [
        Review(f"r{n}", "brass-lamp", 3, ("Good noise." if n < 7 else "Bad noise!",), day) for n, day in enumerate(days)
    ]
    with open_shop(small_store) as shop, closing(Store(tmp_path / "own", create=True)) as store:
        build_index(SMALL, store, WordEmbedder())
        reviews = Reviews(store.catalog, store.chroma(), WordEmbedder())
        reviews.replace(said_by, WordTones())
        app = create_app(
            Assistant(replace(shop._parts, reviews=reviews)),
            Lane(),
            settings=ServerSettings(admin_token=SecretStr(TOKEN)),
        )
        with TestClient(app) as client:
            client.post("/admin/login", data={"token": TOKEN})
            page = " ".join(client.get("/admin/reviews").text.split())
    assert '<th scope="row" class="words">all products</th><td>noise</td><td class="day">2026-02</td>' in page
    # of 12 buyers 5 are displeased, all five speak in February: 1 of C(12, 5) ways
    assert '<td class="number">5 of 5</td><td class="number">0 of 7</td><td class="number">0.0013</td>' in page
    assert '<th scope="row">noise</th><td class="number">5/12 42 %</td>' in page


@pytest.mark.parametrize("page", [*PAGES, "/login", "/operator.css", "/no-such-page"])
def test_without_a_token_there_is_no_such_page(opened: Open, page: str) -> None:
    assert opened(token=None, known=False).get(f"/admin{page}").status_code == 404


def test_who_is_not_logged_in_gets_to_the_form_and_sees_nothing_else(opened: Open) -> None:
    client = opened(known=False)
    for page in (*PAGES, "/conversations/s_1", "/download/turns.csv", "/passed-on/needs.csv", "/letters/x"):
        answer = client.get(f"/admin{page}")
        assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/admin/login", b"")


def test_the_cookie_is_the_browsers_alone_and_over_https_secure(opened: Open) -> None:
    client = opened(known=False)
    for scheme, secure in (("http", False), ("https", True)):
        answer = client.post(f"{scheme}://testserver/admin/login", data={"token": TOKEN})
        cookie = answer.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/admin"))
        assert ("Secure" in cookie) is secure
        assert TOKEN not in cookie


def test_a_wrong_token_is_refused_and_after_ten_tries_a_minute_the_right_one_too(opened: Open) -> None:
    client = opened(known=False)
    wrong = [client.post("/admin/login", data={"token": guess}).status_code for guess in ("", TOKEN[:-1], *"12345678")]
    assert wrong == [403] * 10
    late = client.post("/admin/login", data={"token": TOKEN})
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert "set-cookie" not in late.headers


def test_a_ticket_of_another_token_a_changed_one_and_an_old_one_open_nothing() -> None:
    token, ends = SecretStr(TOKEN), int(datetime.now(UTC).timestamp()) + 60
    good = ticket_until(token, ends)
    assert admits(token, good)
    old = ticket_until(token, ends - 120)
    other = ticket_until(SecretStr(TOKEN + "!"), ends)
    for ticket in (
        old,
        other,
        good.replace(str(ends), str(ends + 9)),
        good[:-1],
        "",
        ".",
        "x",
        "9" * 400 + ".a",
        "é.a",
    ):
        assert not admits(token, ticket)


def test_logging_out_takes_the_cookie_back(opened: Open) -> None:
    client = opened()
    assert client.get("/admin").status_code == 200
    client.post("/admin/logout")
    assert client.get("/admin").status_code == 303


def test_a_token_that_is_quickly_guessed_is_not_taken_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_ADMIN_TOKEN", "")
    assert ServerSettings().admin_token is None
    monkeypatch.setenv("SHOP_ADMIN_TOKEN", "short")
    with pytest.raises(ValidationError, match="16"):
        ServerSettings()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ],
)
def test_a_page_elsewhere_cannot_read_or_frame_it_even_with_the_cookie(opened: Open, headers: dict[str, str]) -> None:
    assert opened().get("/admin", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://shop.example"},
        {"origin": "null"},
        {"origin": "http://testserver", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    ],
)
@pytest.mark.parametrize("path", ["login", "logout", "letters/handoff_1/close", "conversations/s_1/answer"])
def test_a_form_elsewhere_changes_nothing(opened: Open, headers: dict[str, str], path: str) -> None:
    client = opened()
    letters = shop_of(client).letters
    assert letters is not None
    letters.keep(LETTER)
    shop_of(client).places.sessions.add("s_1", _turn("a person"), DialogueState(turn=1))
    assert client.post(f"/admin/{path}", headers=headers, data={"token": TOKEN, "text": "Pay here"}).status_code == 403
    assert len(letters.all()) == 1
    assert shop_of(client).conversations.answers("s_1") == ()
    assert client.get("/admin").status_code == 200


def test_a_link_from_elsewhere_opens_the_page(opened: Open) -> None:
    opening = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert opened().get("/admin", headers=opening).status_code == 200


def test_every_page_keeps_scripts_styles_frames_and_caches_out(opened: Open) -> None:
    client = opened(LAMPS)
    session = talk(client, "desk lamp")
    for page in (*PAGES, f"/conversations/{session}", "/login", "/no-such-page"):
        answer = client.get(f"/admin{page}")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
        assert "<script" not in answer.text
        assert "style=" not in answer.text
    assert "frame-ancestors 'self'" in client.get("/healthz").headers["content-security-policy"]


def test_the_funnel_counts_conversations_by_how_far_they_got(opened: Open) -> None:
    client = opened(LAMPS, said("compare", ref=(1, 2)), said("cart_add", ref=(1,)), LAMPS, NONE)
    talk(client, "desk lamp under 40", "compare the two", "add the first")
    talk(client, "desk lamp")
    talk(client, "unicorn saddle")
    page = client.get("/admin").text
    for step, count in (("talked", 3), ("were shown products", 2), ("asked about or compared one", 1)):
        assert f'<th scope="row">{step}</th><td class="number">{count}</td>' in page
    assert '<th scope="row">put one into the cart</th><td class="number">1</td>' in page
    assert '<th scope="row">went to the checkout</th><td class="number">0</td>' in page


def in_shop(client: TestClient, session: str, quantity: int) -> None:
    """A message with what the page says of the shop's own cart."""
    cart = {"items": [{"title": "Brass Desk Lamp", "quantity": quantity}] if quantity else []}
    body = {"message": "desk lamp", "session_id": session, "context": {"cart": cart}}
    assert client.post("/v1/chat", json=body).json()["shop_cart_count"] == quantity


def test_the_shop_s_own_cart_counts_where_it_came_to_hold_more(opened: Open) -> None:
    client = opened(*[LAMPS] * 5)
    for session, counts in (("s_more", (1, 3)), ("s_from_none", (0, 1)), ("s_brought", (2,))):
        for count in counts:
            in_shop(client, session, count)
    page = client.get("/admin").text
    assert '<th scope="row">put one into the cart</th><td class="number">2</td>' in page
    assert '<th scope="row">went to the checkout</th><td class="number">0</td>' in page


def test_what_the_shop_s_page_tells_by_events_counts_too(opened: Open) -> None:
    client, visitor = opened(*[LAMPS] * 3), {"X-Visitor": "a" * 22}
    for session, done in (("s_cart", ["cart"]), ("s_bought", ["cart", "purchase"]), ("s_looked", ["view"])):
        client.post("/v1/chat", json={"message": "desk lamp", "session_id": session}, headers=visitor)
        told = [{"type": one, "product_id": "brass-lamp", "session_id": session} for one in done]
        assert client.post("/v1/events", json=told, headers=visitor).json()["accepted"] == len(done)
    page = client.get("/admin").text
    assert '<th scope="row">put one into the cart</th><td class="number">2</td>' in page
    assert '<th scope="row">went to the checkout</th><td class="number">1</td>' in page


def test_searches_without_results_are_grouped_and_counted(opened: Open) -> None:
    client = opened(NONE, NONE, LAMPS)
    talk(client, "a unicorn saddle")
    session = talk(client, "Unicorn saddle please")
    talk(client, "desk lamp")
    head, *found = rows(client, "searches")
    assert head == ["need", "times", "last", "message", "session"]
    assert [(row[0], row[1], row[3], row[4]) for row in found] == [
        ("unicorn saddle", "2", "Unicorn saddle please", session)
    ]
    assert "unicorn saddle" in client.get("/admin/searches").text


def test_a_conversation_is_shown_with_its_trace(opened: Open) -> None:
    client = opened(LAMPS)
    session = talk(client, "desk lamp under 40")
    client.post("/v1/feedback", json={"session_id": session, "turn": 1, "thumb": "down", "comment": "too dear"})
    page = client.get(f"/admin/conversations/{session}").text
    for words in ("Turn 1: search", "Brass Desk Lamp", "price_max", "too dear", "Milliseconds: parse"):
        assert words in page
    assert "too dear" in client.get("/admin/thumbs").text
    assert rows(client, "thumbs")[1:] == [[session, "1", "down", "too dear"]]


def test_the_list_is_paged_and_searched_by_id(opened: Open) -> None:
    client = opened()
    sessions = shop_of(client).places.sessions
    for number in range(51):
        sessions.add(f"s_{number:02}", _turn(f"message {number}"), DialogueState(turn=1))
    first = client.get("/admin/conversations").text
    assert "s_50" in first
    assert "s_00" not in first
    older = first.partition("before=")[2].partition('"')[0]
    second = client.get(f"/admin/conversations?before={older}").text
    assert "s_00" in second
    assert "s_01" not in second
    found = client.get("/admin/conversations?id=s_4").text
    assert "s_42" in found
    assert "s_50" not in found
    for broken in ("x", "~", "9999-99-99~s", "2026-01-01~"):
        assert client.get("/admin/conversations", params={"before": broken}).status_code == 200


def test_hostile_words_of_shoppers_and_feeds_are_only_text(opened: Open) -> None:
    client = opened(MUG, NONE)
    session = talk(client, HOSTILE + "\u202e \ud83d")
    client.post("/v1/feedback", json={"session_id": session, "turn": 1, "thumb": "up", "comment": HOSTILE})
    talk(client, HOSTILE)
    shop = shop_of(client)
    assert shop.places.unanswered is not None
    assert shop.letters is not None
    shop.places.unanswered.keep(HOSTILE)
    shop.letters.keep(replace(LETTER, need=HOSTILE, transcript=(Exchange(HOSTILE, HOSTILE),)))
    for page in (*PAGES, f"/conversations/{session}", f"/letters/{LETTER.id}"):
        answer = client.get(f"/admin{page}")
        assert answer.status_code == 200
        assert "<img" not in answer.text
        assert 'href="javascript' not in answer.text
    assert "&lt;img src=x" in client.get(f"/admin/conversations/{session}").text
    assert (
        "&lt;img"
        not in client.get("/admin/conversations", params={"id": '"><img src=x>'}).text.partition("<caption")[2]
    )


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "\u00a0=1", "%0A=1", "|x"]
)
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a lamp", "40", "a=b", "'=1", "é"])
def test_a_plain_cell_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_what_shoppers_wrote_is_no_formula_in_the_download_of_turns(opened: Open) -> None:
    client = opened(LAMPS)
    session = talk(client, '=HYPERLINK("http://evil.example")\ud83d')
    head, row = rows(client, "turns")
    assert dict(zip(head, row, strict=True)) | {"session": session, "turn": "1", "intent": "search"} == dict(
        zip(head, row, strict=True)
    )
    assert row[3] == '\'=HYPERLINK("http://evil.example")?'


def test_what_is_passed_on_names_no_conversation_and_no_small_group(opened: Open) -> None:
    client = opened(*[NONE] * 5, LAMPS)
    sessions = [talk(client, "a unicorn saddle for Ann, my cousin") for _ in range(5)]
    talk(client, "desk lamp")
    unanswered = shop_of(client).places.unanswered
    assert unanswered is not None
    for number in range(5):
        unanswered.keep("do you rent lamps?", f"s{number}")
    unanswered.keep("does my cousin Ann shop here?", "s9")
    needs, questions, days, steps = (passed_on(client, name) for name in ("needs", "questions", "days", "steps"))
    assert needs == [["need", "conversations"], ["unicorn saddle", "5"]]
    assert questions == [["question", "conversations"], ["do you rent lamps?", "5"]]
    assert days[-1] == [datetime.now(UTC).date().isoformat(), "6"]
    assert {count for _, count in days[1:-1]} == {""}
    assert dict(steps)["talked"] == "6"
    assert dict(steps)["were shown products"] == ""  # one
    assert not any(session in json.dumps([needs, questions, days, steps]) for session in sessions)


def passed_on(client: TestClient, name: str) -> list[list[str]]:
    answer = client.get(f"/admin/passed-on/{name}.csv")
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


def test_the_other_downloads_have_a_head_and_their_rows(opened: Open) -> None:
    client = opened(LAMPS)
    talk(client, "desk lamp")
    unanswered = shop_of(client).places.unanswered
    assert unanswered is not None
    unanswered.keep("do you rent lamps?")
    assert [row[:2] for row in rows(client, "questions")] == [["question", "times"], ["do you rent lamps?", "1"]]
    (head, day) = rows(client, "latency")
    assert (head[:2], day[1]) == (["day", "turns"], "1")
    assert client.get("/admin/download/passwords.csv").status_code == 422


def test_a_letter_is_read_and_closed(opened: Open) -> None:
    client = opened()
    letters = shop_of(client).letters
    assert letters is not None
    letters.keep(LETTER, "The server answers 500.")
    assert "H-00000001" in client.get("/admin/letters").text
    page = client.get("/admin/letters/handoff_1").text
    for words in ("The server answers 500.", "Market Tote Bag", "a tote bag under 40"):
        assert words in page
    assert client.post("/admin/letters/handoff_1/close").headers["location"] == "/admin/letters"
    assert letters.all() == []
    assert client.get("/admin/letters/handoff_1").status_code == 404


def test_sealed_conversations_are_read_and_the_window_ends_where_it_says(tmp_path: Path) -> None:
    sessions = SqlSessions(f"sqlite:///{tmp_path / 's.db'}", Seal(new_key()))
    for number in range(4):
        sessions.add(f"s_{number}", _turn("a lamp"), DialogueState(turn=1))
    talks = [listed.session_id for listed, turns in Window(sessions, 1, 3).talks() if turns[0].message == "a lamp"]
    sessions.close()
    assert talks == ["s_3", "s_2", "s_1"]


def test_conversations_older_than_the_days_are_left_out() -> None:
    class Old(MemorySessions):
        def newest(self, *args: object, **more: object) -> tuple[Listed, ...]:
            now = datetime.now(UTC)
            return (Listed("new", now, 1, ""), Listed("old", now - timedelta(8), 1, ""))

    assert [one.session_id for one in Window(Old(), 7).listed()] == ["new"]


def test_latency_is_by_day_and_stage_of_turns_that_ran_the_stage() -> None:
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    times = [{"parse": 10.0, "rerank": 0.0, "total": float(total)} for total in range(1, 101)]
    turns = [Told("s_1", n, "", {"intent": "search", "latency_ms": one}) for n, one in enumerate(times, 1)]
    later = Listed("s_2", at + timedelta(2), 1, "")
    first, between, last = figures([(Listed("s_1", at, 100, ""), turns), (later, [])]).days
    assert (first.p50["total"], first.p95["total"], first.p50["rerank"]) == (50, 95, None)
    assert (between.conversations, last.conversations) == (0, 1)
    assert percentile([], 0.5) is None
    assert percentile([7.0], 0.95) == 7


def _turn(message: str) -> Turn:
    reply = {"intent": "other", "acts": [], "reply": "", "latency_ms": {"total": 1.0}}
    return Turn(message, said("other"), Effect(), Exchange(message, ""), reply)


def test_a_thumb_is_counted_where_it_was_given() -> None:
    sessions = MemorySessions()
    sessions.add("s_1", _turn("a lamp"), DialogueState(turn=1))
    sessions.rate("s_1", Thumb(1, "up"))
    found = figures(Window(sessions).talks())
    assert (found.up, found.down, found.turns) == (1, 0, 1)
