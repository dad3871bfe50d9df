"""The operator's pause: who is told what, what goes on, that it outlasts a restart; and the pages that say how things stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import HttpUrl, SecretStr

from assistant import Assistant
from assistant.model import Parse
from assistant.outbound.answers import keep_answer
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ToInbox
from assistant.settings import Settings
from retrieval.errors import BadInput
from tests.fakes import said
from ui.desk import desk_of
from ui.http import create_app
from ui.lane import Lane
from ui.opening import EVERYWHERE, DayOver, Opening, Paused
from ui.settings import ServerSettings
from ui.sites import Site, Sites
from ui.status import age_of, model_of

from .shop import open_shop
from .test_operator import TOKEN

CONTACT = "help@shop.example"
SITES = Sites(
    site=tuple(Site(key=key, name=key.title(), origins=(f"https://{key}.example",)) for key in ("lamps", "mugs"))
)
Open = Callable[..., TestClient]


@pytest.fixture
def opened(small_store: Path) -> Iterator[Open]:
    """The operator's browser at a shop with two sites and a way to its staff; the parser gives `parses`."""
    with ExitStack() as stack:

        def make(*parses: Parse, url: str | None = None, sites: Sites = SITES) -> TestClient:
            shop = stack.enter_context(open_shop(small_store, *parses))
            letters = Letters()
            staff = HandoffDesk(HandoffRules(contact=CONTACT), ToInbox(letters), letters)
            shop = stack.enter_context(Assistant(replace(shop._parts, handoff=staff), store=shop._store))
            server = ServerSettings(admin_token=SecretStr(TOKEN))
            app = create_app(shop, Lane(), sites, server, shop=Settings(sessions_url=url))
            client = stack.enter_context(TestClient(app, follow_redirects=False))
            assert client.post("/admin/login", data={"token": TOKEN}).status_code == 303
            return client

        yield make


def say(client: TestClient, site: str | None = None, **more: Any) -> Any:
    headers = {"X-Site-Key": site, "Origin": f"https://{site}.example"} if site else {}
    return client.post("/v1/chat", json={"message": "desk lamp", **more}, headers=headers)


@pytest.mark.parametrize("more", [{}, {"stream": True}])
def test_a_paused_assistant_takes_no_message_and_says_where_to_turn_and_when_to_look_again(
    opened: Open, more: dict[str, bool]
) -> None:
    client = opened()
    assert client.post("/admin/pause", data={"site": EVERYWHERE}).headers["location"] == "/admin/status"
    answer = say(client, **more)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "300"
    assert answer.json()["type"] == "urn:shopping-assistant:paused"
    assert answer.json()["detail"] == f"The assistant is paused. Meanwhile the shop can be reached here: {CONTACT}."


def test_one_site_is_paused_without_the_others_and_goes_on_when_it_is_resumed(opened: Open) -> None:
    client = opened(*[said("search", product="desk lamp")] * 3)
    client.post("/admin/pause", data={"site": "lamps"})
    assert [say(client, site).status_code for site in ("lamps", "mugs", None)] == [503, 200, 200]
    client.post("/admin/resume", data={"site": "lamps"})
    assert say(client, "lamps").status_code == 200


def test_a_pause_of_all_holds_for_every_site_and_its_end_leaves_the_pause_of_one() -> None:
    opening = Opening(SITES)
    for site in ("lamps", EVERYWHERE):
        opening.pause(site)
    for site in ("lamps", "mugs", None):
        with pytest.raises(Paused):
            opening.admit(site)
    opening.resume()
    opening.admit("mugs")
    with pytest.raises(Paused):
        opening.admit("lamps")
    opening.close()


def test_a_site_that_is_not_there_cannot_be_paused() -> None:
    with pytest.raises(BadInput, match="pens"):
        Opening(SITES).pause("pens")


def test_a_pause_outlasts_a_restart_and_keeps_its_beginning(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    first = Opening(SITES, url)
    first.pause("mugs")
    since = first.paused()["mugs"]
    first.close()
    second = Opening(SITES, url)
    second.pause("mugs")
    assert second.paused() == {"mugs": since}
    assert datetime.now(UTC) - since < timedelta(minutes=5)
    second.close()


def test_while_it_is_paused_answers_of_persons_arrive_and_conversations_are_read_and_erased(opened: Open) -> None:
    client = opened(said("handoff"))
    session = say(client).json()["session_id"]
    client.post("/admin/pause", data={"site": EVERYWHERE})
    keep_answer(desk_of(client.app).assistant.places.sessions, session, "It is in stock.", "key")  # type: ignore[arg-type]
    answers = client.get(f"/v1/sessions/{session}/answers").json()["answers"]
    assert [one["text"] for one in answers] == ["It is in stock."]
    assert client.get(f"/v1/sessions/{session}").status_code == 200
    assert client.delete(f"/v1/sessions/{session}").status_code == 204


def test_readyz_and_metrics_say_what_is_paused(opened: Open) -> None:
    client = opened()
    assert "paused" not in client.get("/readyz").json()
    assert "shop_paused{" not in client.get("/metrics").text
    client.post("/admin/pause", data={"site": "mugs"})
    client.post("/admin/pause", data={"site": EVERYWHERE})
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["paused"]) == (200, ["*", "mugs"])
    counted = client.get("/metrics").text
    assert 'shop_paused{site="*"} 1.0' in counted
    assert 'shop_paused{site="mugs"} 1.0' in counted


def test_the_status_is_public_without_figures_and_whole_for_the_operator(opened: Open) -> None:
    client = opened()
    public = client.get("/status")
    assert "<h1>The assistant is running.</h1>" in public.text
    assert "the small model that comes with the assistant" in public.text
    assert re.search(r"<dd>\d{4}-\d\d-\d\d, (today|yesterday)</dd>", public.text)
    for kept_in in ("Lamps", "Mugs", "line", "Letters"):
        assert kept_in not in public.text
    client.post("/admin/pause", data={"site": "lamps"})
    whole = client.get("/admin/status").text
    assert "The assistant is running; on some sites it is paused." in whole
    for button in ("Resume: Lamps", "Pause: Mugs", "Pause: Everywhere"):
        assert whole.count(f'aria-label="{button}"') == 1
    client.post("/admin/pause", data={"site": EVERYWHERE})
    assert "<h1>The assistant is paused.</h1>" in client.get("/status").text


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(llm="models/Reader-7B"), "Reader-7B"),
        (Settings(llm_url=HttpUrl("http://10.0.0.7:8080/v1"), llm_model="reader"), "reader"),
        (Settings(llm_url=HttpUrl("http://10.0.0.7:8080/v1")), "a model behind another server"),
    ],
)
def test_the_status_names_the_model_in_use_and_not_where_it_is(settings: Settings, name: str) -> None:
    assert model_of(settings) == name


def test_theage_of_of_the_catalogue_is_said_in_days() -> None:
    now = datetime(2026, 5, 10, 1, tzinfo=UTC)
    said_of = [age_of(at, now) for at in (datetime(2026, 5, 9, 23, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC), None)]
    assert said_of == ["2026-05-09, yesterday", "2026-05-01, 9 days ago", "not known"]


def test_only_the_operator_pauses(opened: Open) -> None:
    client = opened()
    client.cookies.clear()
    for path in ("pause", "resume"):
        assert client.post(f"/admin/{path}", data={"site": EVERYWHERE}).headers["location"] == "/admin/login"
    assert desk_of(client.app).opening.paused() == {}  # type: ignore[arg-type]


def test_conversations_come_whole_as_one_json_array(opened: Open) -> None:
    client = opened(*[said("search", product="desk lamp")] * 3)
    assert client.get("/admin/download/conversations.json").json() == []
    first = say(client).json()
    replies = [first, say(client, session_id=first["session_id"]).json(), say(client).json()]
    client.post("/v1/feedback", json={"session_id": first["session_id"], "turn": 2, "thumb": "up"})
    answer = client.get("/admin/download/conversations.json")
    assert re.fullmatch(r'attachment; filename="conversations-[\d-]{10}\.json"', answer.headers["content-disposition"])
    newest, oldest = json.loads(answer.text)
    assert [turn["reply"] for turn in oldest["turns"]] == replies[:2]
    assert oldest["thumbs"] == [{"turn": 2, "thumb": "up", "comment": None}]
    assert [turn["message"] for turn in newest["turns"]] == ["desk lamp"]


NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TWO_A_DAY = Sites(
    site=(
        Site(key="lamps", name="Lamps", origins=("https://lamps.example",), turns_a_day=2),
        Site(key="mugs", name="Mugs", origins=("https://mugs.example",)),
    )
)


def test_a_site_has_its_turns_of_a_day_and_the_wait_until_midnight_is_told(tmp_path: Path) -> None:
    times = [NOON]
    opening = Opening(TWO_A_DAY, f"sqlite:///{tmp_path / 's.db'}", now=lambda: times[0])
    for _ in range(2):
        opening.admit("lamps")
    with pytest.raises(DayOver) as over:
        opening.admit("lamps")
    assert over.value.retry_after_s == 12 * 3600
    assert "the 2 messages" in over.value.detail
    opening.admit("mugs")
    opening.admit(None)
    assert opening.turns_today() == {"lamps": 2}
    times[0] = NOON + timedelta(hours=12)
    assert opening.turns_today() == {}
    opening.admit("lamps")
    assert opening.turns_today() == {"lamps": 1}
    opening.close()


def test_the_turns_of_a_day_outlast_a_restart_and_a_pause_takes_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 's.db'}"
    first = Opening(TWO_A_DAY, url, now=lambda: NOON)
    first.admit("lamps")
    first.pause()
    with pytest.raises(Paused):
        first.admit("lamps")
    first.close()
    second = Opening(TWO_A_DAY, url, now=lambda: NOON)
    assert second.turns_today() == {"lamps": 1}
    second.close()


def test_of_many_at_once_no_more_than_the_days_turns_are_taken(tmp_path: Path) -> None:
    opening = Opening(TWO_A_DAY, f"sqlite:///{tmp_path / 's.db'}", now=lambda: NOON)

    def taken(_: int) -> bool:
        try:
            opening.admit("lamps")
        except DayOver:
            return False
        return True

    with ThreadPoolExecutor(8) as others:
        assert sum(others.map(taken, range(16))) == 2
    opening.close()


def test_beyond_the_days_turns_a_call_is_refused_as_one_too_many(opened: Open) -> None:
    client = opened(*[said("search", product="desk lamp")] * 3, sites=TWO_A_DAY)
    assert [say(client, site).status_code for site in ("lamps", "lamps", "mugs")] == [200, 200, 200]
    answer = say(client, "lamps", stream=True)
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:shopping-assistant:day-over")
    assert 1 <= int(answer.headers["retry-after"]) <= 24 * 3600
    assert "2 of 2" in client.get("/admin/status").text
