"""An experiment over the demo shop with the real models, from the file to the report."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.events.form import EventForm
from assistant.experiments.assign import arm_of
from assistant.settings import Settings
from tests.ui.command import shop as command
from ui.visitor import hashed

pytestmark = pytest.mark.models

TODAY = datetime.now(UTC).date()
FILE = f"""
[[experiment]]
name = "different"
start = {TODAY - timedelta(days=1)}
stop = {TODAY + timedelta(days=2)}
goal = "click"

[[experiment.arm]]
name = "as now"

[[experiment.arm]]
name = "more different"
diversity = 0.9

[[experiment.guard]]
metric = "no_results"
worse_by = 0.05
"""
VISITORS = [hashed(f"shopper {number}") for number in range(6)]


def test_shoppers_are_exposed_to_their_arms_and_the_report_counts_what_they_clicked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo_shop: Path
) -> None:
    file = tmp_path / "experiments.toml"
    file.write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("SHOP_EXPERIMENTS", str(file))
    monkeypatch.setenv("SHOP_SESSIONS_URL", f"sqlite:///{tmp_path / 'sessions.db'}")
    lists = dict[str, list[str]]()
    with Assistant.open(demo_shop, Settings()) as assistant:
        (one,) = assistant.experiments.plan.experiment
        arms = {visitor: arm.name for visitor in VISITORS if (arm := arm_of(one, visitor))}
        for visitor in VISITORS:
            reply = assistant.reply("what do you suggest?", visitor=visitor, learn=True)
            lists[arms[visitor]] = [card.product.id for card in reply.cards]
            assistant.record([EventForm(type="click", product_id=lists[arms[visitor]][-1])], visitor=visitor)
        told = assistant.experiments.report(one, datetime.now(UTC) + timedelta(hours=25))
    assert Counter(arms.values()) == Counter(told.exposed)
    assert min(told.exposed.values()) > 0
    assert lists["as now"] != lists["more different"]
    assert (told.counted, [(each.control_mean, each.arm_mean) for each in told.goals]) == (6, [(1.0, 1.0)])
    done = command(
        "experiment", "report", "different", "--store", str(demo_shop), "--json", "--plot", str(tmp_path / "c.png")
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["state"], found["exposed"], found["pending"]) == ("running", dict(told.exposed), 6)
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
