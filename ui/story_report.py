"""Results of stories as people and machines read them: a diff, JSON, JUnit XML, a summary. Pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from assistant.scripted.run import Result

MS = 1e3


@dataclass(frozen=True)
class Summary:
    """How all stories went. passed: stories that passed each of `repeats` times. latency in milliseconds of a turn."""

    stories: int
    passed: int
    known: int
    repeats: int
    turns: int
    latency_p50_ms: float
    latency_p95_ms: float

    @property
    def pass_k(self) -> float:
        """pass^k: the share of stories that passed every one of k times."""
        return self.passed / self.stories if self.stories else 0.0


def summarize(runs: Sequence[Sequence[Result]]) -> Summary:
    """runs: by story, its results in the order played."""
    played = [turn for results in runs for result in results for turn in result.turns]
    took = [turn.latency_ms for turn in played if turn.latency_ms is not None]
    return Summary(
        stories=len(runs),
        passed=sum(all(result.passed for result in results) for results in runs),
        known=sum(status(results) == "known" for results in runs),
        repeats=max(map(len, runs), default=0),
        turns=len(played),
        latency_p50_ms=median(took) if took else 0.0,
        latency_p95_ms=quantiles(took, n=20)[-1] if len(took) > 1 else sum(took),
    )


def status(results: Sequence[Result]) -> str:
    """In a word: passed, failed, known (fails as its mark says) or repaired (has a mark, yet passes)."""
    marked = results[0].scripted.story.expected_to_fail is not None
    if all(result.passed for result in results):
        return "known" if marked else "passed"
    return "repaired" if marked else "failed"


def diff(result: Result) -> str:
    """Why a story failed: its place, the turn, and each expectation with what came."""
    story = result.scripted.story
    if story.expected_to_fail is not None and result.as_expected:
        return f"{result.scripted.place}: {story.story}\n  passes now; take away `expected_to_fail: {story.expected_to_fail}`"
    last = result.turns[-1]
    lines = [
        f"{result.scripted.place}: {story.story}",
        f"  turn {last.number} of {len(story.turns)}: {last.shopper}",
    ]
    for wrong in last.wrong:
        lines += [f"    {wrong.what}", f"      - expected: {wrong.expected}", f"      + got:      {wrong.got}"]
    return "\n".join([*lines, f"    reply: {last.reply}"])


def report_json(runs: Sequence[Sequence[Result]]) -> dict[str, Any]:
    """All of it as one object."""
    summary = summarize(runs)
    stories = [
        {**(_first_failed(results) or results[0]).to_json(), "status": status(results),
         "passed": all(result.passed for result in results), "passes": sum(result.passed for result in results)}
        for results in runs
    ]  # fmt: skip
    return {
        "stories": stories,
        "summary": {
            "stories": summary.stories,
            "passed": summary.passed,
            "failed": summary.stories - summary.passed,
            "expected_to_fail": summary.known,
            "repeats": summary.repeats,
            f"pass^{summary.repeats}": round(summary.pass_k, 4),
            "turns": summary.turns,
            "latency_ms": {"p50": round(summary.latency_p50_ms, 1), "p95": round(summary.latency_p95_ms, 1)},
        },
    }


def junit(runs: Sequence[Sequence[Result]]) -> str:
    """JUnit XML: a test case a story; one that fails as its mark says is skipped, as CI shows expected failures."""
    cases = [_case(results) for results in runs]
    counted: Mapping[str, int] = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
        "errors": 0,
    }
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", {"name": "stories", **{name: str(n) for name, n in counted.items()}})
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
    suite.extend(cases)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(results: Sequence[Result]) -> ET.Element:
    scripted = results[0].scripted
    seconds = sum(turn.latency_ms or 0.0 for result in results for turn in result.turns) / MS
    where = {"classname": scripted.file.stem, "file": str(scripted.file), "line": str(scripted.line)}
    case = ET.Element("testcase", {"name": scripted.story.story, "time": f"{seconds:.3f}", **where})
    failed = _first_failed(results)
    if failed is not None:
        text = _for_xml(diff(failed))
        ET.SubElement(case, "failure", {"message": text.splitlines()[1].strip()}).text = text
    elif scripted.story.expected_to_fail is not None:
        ET.SubElement(case, "skipped", {"message": f"expected to fail: {scripted.story.expected_to_fail}"})
    return case


def _first_failed(results: Sequence[Result]) -> Result | None:
    return next((result for result in results if not result.passed), None)


def _for_xml(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(char for char in text if char in "\n\t" or char >= " ")
