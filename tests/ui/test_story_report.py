"""Reports of stories: the diff, the sums, JSON and JUnit, each from results made by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from assistant.scripted.expectations import Mismatch
from assistant.scripted.files import Scripted
from assistant.scripted.run import Played, Result
from assistant.stories import STORIES
from ui.story_report import diff, junit, report_json, status, summarize

WRONG = Mismatch("intent", "refine", "search")


def result(
    name: str, *wrong: Mismatch, mark: str | None = None, latency_ms: float = 100.0, shopper: str = "in black"
) -> Result:
    (story,) = STORIES.validate_python(
        [{"story": name, "expected_to_fail": mark, "turns": [{"shopper": shopper}, {"shopper": "bye"}]}]
    )
    return Result(Scripted(story, Path("lamps.yaml"), 7), (Played(1, shopper, "Here are 3.", latency_ms, wrong),))


RIGHT, FAILED = result("right"), result("wrong", WRONG)
KNOWN, REPAIRED = result("known", WRONG, mark="not yet"), result("repaired", mark="not yet")
RUNS = [[RIGHT], [FAILED], [KNOWN], [REPAIRED]]


def test_a_diff_names_place_turn_and_what_was_expected_and_got() -> None:
    assert diff(FAILED) == (
        "lamps.yaml:7: wrong\n  turn 1 of 2: in black\n"
        "    intent\n      - expected: refine\n      + got:      search\n    reply: Here are 3."
    )


def test_the_diff_of_a_repaired_story_says_to_take_its_mark_away() -> None:
    assert "take away `expected_to_fail: not yet`" in diff(REPAIRED)


def test_a_status_is_told_from_the_mark_and_the_outcome() -> None:
    assert [status(results) for results in RUNS] == ["passed", "failed", "known", "repaired"]


def test_a_story_passes_when_it_passes_every_time() -> None:
    flaky = [result("flaky"), result("flaky", WRONG), result("flaky")]
    summary = summarize([flaky, [RIGHT] * 3])
    assert (summary.stories, summary.passed, summary.repeats, summary.pass_k) == (2, 1, 3, 0.5)
    assert report_json([flaky])["stories"][0]["passes"] == 2


def test_latency_is_summed_up_over_all_turns() -> None:
    runs = [[result(str(ms), latency_ms=float(ms))] for ms in (100, 200, 300)]
    assert summarize(runs).latency_p50_ms == 200
    assert summarize([[RIGHT]]).latency_p95_ms == 100


def test_the_json_has_each_story_and_the_sums() -> None:
    report = report_json(RUNS)
    assert [story["passed"] for story in report["stories"]] == [True, False, True, False]
    assert report["stories"][1]["failed"]["wrong"] == [{"what": "intent", "expected": "refine", "got": "search"}]
    assert report["summary"] == {
        "stories": 4, "passed": 2, "failed": 2, "expected_to_fail": 1, "repeats": 1, "pass^1": 0.5, "turns": 4,
        "latency_ms": {"p50": 100.0, "p95": 100.0},
    }  # fmt: skip


def test_junit_counts_failures_and_shows_known_ones_as_skipped() -> None:
    suite = ET.fromstring(junit(RUNS)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "2", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["wrong", "repaired"]
    assert "expected: refine" in str(suite[1].findtext("failure"))


@pytest.mark.parametrize("shopper", ["a \x00 \x1b[31m lamp", "<b>&\"' lamp", "lämp 💡"])
def test_junit_can_be_read_whatever_the_shopper_wrote(shopper: str) -> None:
    assert ET.fromstring(junit([[result("odd", WRONG, shopper=shopper)]])).find(".//failure") is not None
