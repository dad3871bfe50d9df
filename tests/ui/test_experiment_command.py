"""`shop experiment` on a store beside which exposures are kept, and the operator's page of experiments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant import Assistant
from assistant.build import build_events
from assistant.events.log import Event
from assistant.experiments.exposures import Exposure, ExposureLog
from assistant.experiments.plan import read_plan
from tests.ui.command import shop
from ui.cli.llm import settings_for
from ui.http import create_app
from ui.lane import Lane
from ui.settings import ServerSettings

from .shop import open_shop

NOW = datetime.now(UTC)
TODAY = NOW.date()
TOKEN = "a token of the operator"
FILE = f"""
[[experiment]]
name = "order"
about = "Are <b>bold</b> suggestions better?"
start = {TODAY - timedelta(days=9)}
stop = {TODAY + timedelta(days=10)}
goal = "click"
[[experiment.arm]]
name = "as now"
[[experiment.arm]]
name = "mixed"
diversity = 0.5
[[experiment.guard]]
metric = "latency"
worse_by = 200
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of experiments and a store, as far as this needs one, with 120 shoppers of each arm: 12 and 60 clicked."""
    for name in ("SHOP_SESSIONS_URL", "SHOP_EXPERIMENTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "manifest.json").write_text("{}", encoding="utf-8")
    with closing(build_events(settings_for(Path("store")))) as events:
        fill(ExposureLog(events), events.add)
    return tmp_path


def fill(log: ExposureLog, add) -> None:  # type: ignore[no-untyped-def]
    kept, told = list[Exposure](), list[Event]()
    for arm, clicked in (("as now", 12), ("mixed", 60)):
        for number in range(120):
            visitor, at = f"{arm} {number}", NOW - timedelta(days=2, minutes=number)
            kept.append(Exposure(visitor, "order", "t", arm, at, "s_1", latency_ms=300))
            told.append(Event("t.001", "shown", at, visitor, "tote", position=1))
            told += [Event("c", "click", at + timedelta(minutes=1), visitor, "tote")] if number < clicked else []
    log.add(kept)
    add(told)


def test_a_report_says_in_words_what_came_of_it(folder: Path) -> None:
    days = [datetime.now(UTC).date() - TODAY]  # the suite may run past midnight
    done = shop("experiment", "report", "order", "--store", "store", "--file", "experiments.toml")
    days.append(datetime.now(UTC).date() - TODAY)
    assert done.returncode == 0, done.stderr
    first, shoppers, goal, guard, advice = done.stdout.splitlines()
    assert first in [f"order: day {10 + past.days} of 19. Are <b>bold</b> suggestions better?" for past in days]
    assert shoppers.startswith("Shoppers: 120 as now, 120 mixed. Of these 240 are counted")
    assert goal.startswith(
        "mixed: 50.0 % clicked on something that was shown, with as now 10.0 %; the difference is +40.0 points"
    )
    assert goal.endswith(": better.")
    assert guard.startswith("Guard, time of an answer, mixed: +0 ms")
    assert advice.startswith("mixed: better")


def test_a_report_as_json_and_as_a_chart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_EXPERIMENTS", "experiments.toml")
    done = shop("experiment", "report", "order", "--store", "store", "--json", "--plot", "chart.png")
    found = json.loads(done.stdout)
    assert found["exposed"] == {"as now": 120, "mixed": 120}
    assert found["arms"][0]["difference"] == pytest.approx(0.4)
    assert found["arms"][0]["verdict"] == "better"
    assert (folder / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_an_experiment_or_a_file_that_is_not_there_is_told(folder: Path) -> None:
    unknown = shop("experiment", "report", "other", "--store", "store", "--file", "experiments.toml")
    assert (unknown.returncode, "name one of these: order" in unknown.stderr) == (1, True)
    no_file = shop("experiment", "report", "order", "--store", "store")
    assert (no_file.returncode, "set SHOP_EXPERIMENTS or give --file" in no_file.stderr) == (1, True)


def test_check_says_what_a_file_does_and_what_is_wrong_in_it(folder: Path) -> None:
    said = shop("experiment", "check", "experiments.toml").stdout
    assert "  as now: the shop as it is (50 %)\n  mixed: diversity = 0.5 (50 %)\n" in said
    assert "  guard: latency at most 200 worse; broken, it is told, and stops nothing\n" in said
    Path("experiments.toml").write_text(FILE.replace("diversity = 0.5", 'interest = "nowhere"'), encoding="utf-8")
    wrong = shop("experiment", "check", "experiments.toml")
    assert (wrong.returncode, "No interest model in nowhere." in wrong.stderr) == (1, True)


@pytest.fixture
def browser(small_store: Path, folder: Path) -> Iterator[TestClient]:
    with open_shop(small_store) as opened:
        running = Assistant(opened._parts, plan=read_plan(folder / "experiments.toml"))
        assert running.places.exposures is not None
        fill(running.places.exposures, running._events.add)
        settings = ServerSettings(admin_token=SecretStr(TOKEN))
        with TestClient(create_app(running, Lane(), settings=settings), follow_redirects=False) as client:
            yield client


def test_the_operator_sees_experiments_with_their_chart(browser: TestClient) -> None:
    assert browser.get("/admin/experiments/order.png").status_code == 303  # to the login
    assert browser.post("/admin/login", data={"token": TOKEN}).status_code == 303
    page = browser.get("/admin/experiments")
    assert "mixed: 50.0 % clicked on something that was shown, with as now 10.0 %" in page.text
    assert "Are &lt;b&gt;bold&lt;/b&gt; suggestions better?" in page.text
    assert 'src="/admin/experiments/order.png"' in page.text
    chart = browser.get("/admin/experiments/order.png")
    assert (chart.headers["content-type"], chart.content[:4]) == ("image/png", b"\x89PNG")
    assert browser.get("/admin/experiments/other.png").status_code == 404
