"""The operator accepts suggestions for the catalogue and takes them back; what listings say stays words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.events.demand import Errors, Forecast, Kept, Outlook
from assistant.events.demand import keep as keep_demand
from assistant.events.log import Event
from retrieval.catalog_help.corrections import corrections
from retrieval.catalog_help.suggestion import Suggestion, keep
from ui.http import create_app
from ui.lane import Lane
from ui.settings import ServerSettings

from .shop import HOSTILE, build_store, open_shop

TOKEN = "a token of the operator"
FOUND = Suggestion("hostile", f"Mug {HOSTILE}", "attribute", {"attributes": {"color": [HOSTILE]}}, (HOSTILE,), 0.96)
UNSEEN = Suggestion("black-lamp", "Black Desk Lamp", "unseen", {}, ("shown 0 times",))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    build_store(tmp_path / "store")
    settings = ServerSettings(admin_token=SecretStr(TOKEN))
    with (
        open_shop(tmp_path / "store") as shop, closing(shop),
        TestClient(create_app(shop, Lane(), settings=settings), follow_redirects=False) as client,
    ):  # fmt: skip
        client.post("/admin/login", data={"token": TOKEN})
        yield client


def test_every_link_of_the_pages_leads_somewhere(client: TestClient) -> None:
    """Followed from page to page, with the days that they name."""
    left, followed = {"/admin"}, set[str]()
    while left:
        followed.add(address := left.pop())
        answer = client.get(address)
        assert answer.status_code == 200, address
        left |= {unescape(one) for one in re.findall(r'href="(/admin[^"#]*)"', answer.text)} - followed
    assert {f"/admin?days={days}" for days in (1, 7, 30)} <= followed
    assert "/admin/download/turns.csv?days=7" in followed
    assert client.get("/admin?days=2").status_code == 422


def test_without_suggestions_the_page_says_so(client: TestClient) -> None:
    assert "No suggestions were made yet." in client.get("/admin/catalogue").text


def test_a_suggestion_is_accepted_and_taken_back(client: TestClient, tmp_path: Path) -> None:
    store = tmp_path / "store"
    keep([FOUND, UNSEEN], store)
    page = client.get("/admin/catalogue").text
    assert (page.count("Accept</button>"), HOSTILE in page) == (1, False)  # nothing to accept for what nobody finds
    assert client.post("/admin/catalogue/accept", data={"key": FOUND.key}).headers["location"] == "/admin/catalogue"
    assert [one.id for one in corrections(store)] == ["hostile"]
    assert client.get("/admin/catalogue").text.count("Take back</button>") == 1
    client.post("/admin/catalogue/take-back", data={"key": FOUND.key})
    assert corrections(store) == []
    assert client.post("/admin/catalogue/accept", data={"key": "nothing"}).status_code == 404


def test_what_runs_out_is_shown_with_the_error_of_its_forecast_and_all_of_it_can_be_downloaded(
    client: TestClient, tmp_path: Path
) -> None:
    assert "No forecast was made yet" in client.get("/admin/catalogue").text
    assert client.get("/admin/catalogue/demand.csv").status_code == 404
    short = Forecast("black-lamp", HOSTILE, 48, (2.0, 2.25), 7, 3, 1.41, 0.75)
    lasting = Forecast("brass-lamp", "Brass Desk Lamp", 4, (0.5, 0.5), 3, None, None, None)
    errors = (Errors("SBA", 0.71, 0.6, 0.42, 0.1), Errors("naive", 0.93, 0.9, 0.55, 0.0))
    made = datetime(2026, 5, 4, 4, tzinfo=UTC)
    keep_demand(Kept(made, 2, "purchase", Outlook((short, lasting), errors, 1.2, 0.95)), tmp_path / "store")
    page = client.get("/admin/catalogue").text
    said = ("2026-05-04 04:00", "0.71 rmsse wrong (as last week: 0.93)", "42 % of what was wanted", "75 %", ">4.2<")
    assert [words for words in said if words not in page] == []
    assert (HOSTILE in page, "Brass Desk Lamp" in page) == (False, False)
    head, first, second = csv.reader(client.get("/admin/catalogue/demand.csv").text.splitlines())
    assert head == ["product", "title", "sold", "wanted", "at_most", "stock", "weeks_left", "runs_out"]
    assert (first[0], first[2:]) == ("black-lamp", ["48", "4.25", "7", "3", "1.4", "0.75"])
    assert second == ["brass-lamp", "Brass Desk Lamp", "4", "1.0", "3", "", "", ""]


def test_sales_and_forecasts_are_passed_on_without_small_groups(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/admin/passed-on/forecasts.csv").status_code == 404
    now = datetime.now(UTC)
    said = tuple(
        Forecast(name, name, 6, (4.2, 4.2), 9, None, None, None) for name in ("brass-lamp", "black-lamp", "hostile")
    )
    keep_demand(Kept(now, 2, "purchase", Outlook(said, (Errors("naive", 1, 1, 1, 0),), 1, 0.9)), tmp_path / "store")
    at = now - timedelta(days=2)
    buyers = {"brass-lamp": 5, "black-lamp": 4, "hostile": 6}
    events = client.app.state.desk.assistant.places.events  # type: ignore[attr-defined]
    bought = [
        Event(f"{name} {who}", "purchase", at, f"s{who}", name) for name, many in buyers.items() for who in range(many)
    ]
    events.add(bought)
    tables = [
        list(csv.reader(client.get(f"/admin/passed-on/{name}.csv").text.splitlines()))
        for name in ("forecasts", "sales")
    ]
    today, week = now.date().isoformat(), (now.date() - timedelta(days=7)).isoformat()
    forecasts, sales = tables
    assert forecasts[:2] == [
        ["product", "title", "bought", "begins", "weeks", "wanted"],
        ["brass-lamp", "Brass Desk Lamp", "5", today, "2", "8"],
    ]
    assert [(row[0], row[2]) for row in forecasts[2:]] == [("hostile", "6")]
    assert sales[:2] == [["product", "title", "week", "bought"], ["brass-lamp", "Brass Desk Lamp", week, "5"]]
    assert [(row[0], row[3]) for row in sales[2:]] == [("hostile", "6")]


def test_a_description_is_shown_whole_with_what_each_sentence_comes_from(client: TestClient, tmp_path: Path) -> None:
    text, facts = f"{'Kept as it was. ' * 15}It is black.", {"color": ["black"]}
    proposed = {"description": text, "replaces": "Kept", "facts": facts}
    keep(
        [Suggestion("hostile", "Mug", "description", proposed, ("“It is black.” from color: black",))],
        tmp_path / "store",
    )
    page = client.get("/admin/catalogue").text
    assert text in page
    assert "“It is black.” from color: black" in page
    assert "replaces" not in page
