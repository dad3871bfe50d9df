"""Reports of simulated shoppers: rates worked out by hand, and failures that can be kept as stories."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from assistant.contract import Reply
from assistant.model import Card
from assistant.scripted.files import read_file
from assistant.simulated.goals import Goal, Point
from assistant.simulated.run import Dialogue, Step
from assistant.simulated.simulate import Move, Told
from retrieval.query import Constraints
from tests.small_shop import BY_ID
from ui.simulation_report import failures_yaml, headline, rates, tables, wilson

KIND = Point("kind", "lamp")


def goal(name: str, equal: str = "clamp") -> Goal:
    return Goal(
        name, (KIND, Point("price", "25")), BY_ID["clamp"], (BY_ID["clamp"],), equal=frozenset({"clamp", equal})
    )


def dialogue(name: str, *shown: str, place: int | None = None, equal: str = "clamp", **wants: Decimal) -> Dialogue:
    """A turn for each product shown; the first message told the kind only."""
    steps = tuple(
        Step(
            Move("open", f"lamp {number}", Told((KIND,))),
            Reply("s", 1, "search", ("search",), "", (Card(BY_ID[one], 1.0, 1),), Constraints(product="lamp", **wants)),  # type: ignore[arg-type]
            float(number),
        )
        for number, one in enumerate(shown, 1)
    )
    return Dialogue(goal(name, equal), steps, place)


WON = [dialogue("1: a", "clamp", place=1), dialogue("2: b", "tower", "clamp", place=3)]
LOST = dialogue("3: c", "tower", "aster-black")
EQUAL = dialogue("4: d", "tower", equal="tower")
MISREAD = dialogue("5: e", "tower", "tower", price_min=Decimal(100))
ALL = [*WON, LOST, EQUAL, MISREAD]


def test_rates_are_counted_over_all_shoppers() -> None:
    found = rates(ALL)
    assert (found.goals, found.success, found.met, found.rate) == (5, 2, 3, 0.4)
    assert (found.turns, found.median_turns, found.first_place) == (((1, 1), (2, 1)), 1.5, 1)
    assert dict(found.reasons) == {"out of patience": 1, "an equal one was shown": 1, "misread price_min": 1}
    assert found.seconds_p50 == 1.0  # of 1, 1, 2, 1, 2, 1, 1, 2
    assert found.to_json()["reasons"]["misread price_min"] == 1


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)  # the last as in Newcombe, Statistics in Medicine 1998, table I
def test_the_interval_is_wilsons(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_the_headline_has_rate_interval_and_time() -> None:
    said = headline(rates(ALL), judged=True)
    assert said.startswith("2 of 5 shoppers were shown what they want among the first 5: 0.400 [0.118, 0.769]")
    assert "with what meets every wish as well 3: 0.600" in said
    assert len(tables(rates(ALL))) == 2
    assert "0 of 0" in headline(rates([]), judged=False)


def test_failures_are_stories_that_say_what_should_have_come(tmp_path: Path) -> None:
    (tmp_path / "kept.yaml").write_text(failures_yaml(ALL), encoding="utf-8")
    lost, misread = (one.story for one in read_file(tmp_path / "kept.yaml"))
    assert [turn.shopper for turn in lost.turns] == ["lamp 1", "lamp 2"]
    assert lost.turns[-1].products is not None
    assert lost.turns[-1].products.some is not None
    assert lost.turns[-1].products.some.id == ["clamp"]
    assert [turn.constraints for turn in misread.turns] == [{"price_min": None}]  # at the turn since which it stands


def test_nothing_is_kept_where_all_is_well() -> None:
    assert failures_yaml([*WON, EQUAL]) == ""
