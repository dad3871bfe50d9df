"""What shoppers read of how long something is kept and who receives it: what the settings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import HttpUrl

from assistant.privacy.kept import Periods
from assistant.settings import Settings
from tests.fakes import said
from ui.desk import desk_of
from ui.http import create_app
from ui.lane import Lane
from ui.shapes import PrivacyBody
from ui.sites import Site, Sites

from .shop import open_shop

SITES = Sites(
    site=(
        Site(key="lamps", name="Lamps", origins=("https://lamps.example",), keep_days=7),
        Site(key="mugs", name="Mugs", origins=("https://mugs.example",)),
    )
)
ClientWith = Callable[..., TestClient]


@pytest.fixture
def client_with(small_store: Path) -> Iterator[ClientWith]:
    with ExitStack() as stack:

        def make(**settings: Any) -> TestClient:
            shop = stack.enter_context(open_shop(small_store, *[said("search", product="desk lamp")] * 2))
            return stack.enter_context(TestClient(create_app(shop, Lane(), SITES, shop=Settings(**settings))))

        yield make


def told(client: TestClient, site: str | None = None) -> dict[str, Any]:
    headers = {"X-Site-Key": site, "Origin": f"https://{site}.example"} if site else {}
    body: dict[str, Any] = client.get("/v1/privacy", headers=headers).json()
    assert PrivacyBody.model_validate(body).model_dump() == body
    return body


def test_by_default_nobody_receives_anything(client_with: ClientWith) -> None:
    client = client_with()
    assert told(client) == {"keep_days": 30, "keep_events_days": 365, "processors": []}
    page = client.get("/privacy").text
    assert "<h1>Everything runs on this server</h1>" in page
    assert "30 days after its last message" in page


def test_hosts_of_the_settings_are_named_and_a_site_says_its_own_days(client_with: ClientWith) -> None:
    client = client_with(llm_url=HttpUrl("https://models.example/v1"), keep_days=20)
    assert [told(client, site)["keep_days"] for site in ("lamps", "mugs", None)] == [7, 20, 20]
    assert [one["host"] for one in told(client)["processors"]] == ["models.example"]
    page = client.get("/privacy", params={"site": "lamps"}).text
    assert "<dt>models.example receives</dt><dd>each message with the exchange before it" in page
    assert "7 days after its last message" in page
    assert "Everything runs on this server" not in page


def test_a_conversation_of_a_site_with_fewer_days_goes_sooner(client_with: ClientWith) -> None:
    client = client_with()
    sessions = {}
    for site in ("lamps", "mugs"):
        headers = {"X-Site-Key": site, "Origin": f"https://{site}.example"}
        answer = client.post("/v1/chat", json={"message": "desk lamp"}, headers=headers)
        sessions[site] = answer.json()["session_id"]
    places = desk_of(client.app).assistant.places  # type: ignore[arg-type]
    gone = Periods(30, site_days=SITES.days).expire(places, datetime.now(UTC) + timedelta(days=8))
    assert gone.conversations == 1
    assert places.sessions.get(sessions["lamps"]) is None
    assert places.sessions.get(sessions["mugs"]) is not None
