"""What can be said of an experiment now: the difference with its interval, the guards, the split; in words for a shopkeeper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from ..events.log import EventLog
from .exposures import ExposureLog, Stop
from .outcomes import Outcome, Outcomes, outcomes_of
from .plan import Experiment, Guard, Metric
from .sequential import LEAST, Flags, Floats, Path, average, difference, is_mismatch

ALPHA = 0.05  # chance that anything false is ever said of the goal; the same again of the guards, shared out among their comparisons
State = Literal["planned", "running", "stopped", "over"]
Verdict = Literal["better", "worse", "not settled"]
Kept = Literal["kept", "broken", "not settled"]
DONE = {"click": "clicked on", "cart": "put into the cart", "purchase": "bought"}
WATCHED: Mapping[Metric, str] = {
    "latency": "time of an answer",
    "errors": "answers with an error",
    "no_results": "answers that found nothing",
    "handoffs": "shoppers passed on to a person",
    "dislikes": "shoppers who disliked something",
}


@dataclass(frozen=True)
class Compared:
    """An arm against the control over its visitors and the control's. path: of the difference, or of the share that prefers the second of
    two interleaved lists; nobody: what the figure is without any difference."""

    arm: str
    control_mean: float
    arm_mean: float
    path: Path
    nobody: float = 0.0

    @property
    def now(self) -> tuple[float, float, float]:
        """(difference, low, high)"""
        return self.path.at(len(self.path.mean))

    @property
    def verdict(self) -> Verdict:
        _, low, high = self.now
        return "better" if low > self.nobody else "worse" if high < self.nobody else "not settled"


@dataclass(frozen=True)
class Guarded:
    """A guard of one arm. The bound counts as kept or broken once the whole interval lies on one side of it."""

    guard: Guard
    compared: Compared

    @property
    def verdict(self) -> Kept:
        _, low, high = self.compared.now
        return "broken" if low > self.guard.worse_by else "kept" if high <= self.guard.worse_by else "not settled"


@dataclass(frozen=True)
class Report:
    """An experiment at a moment. exposed: visitors by arm; counted: those whose hours are over. mismatch: they are not split as planned."""

    experiment: Experiment
    at: datetime
    stop: Stop | None
    exposed: Mapping[str, int]
    counted: int
    pending: int
    bots: int
    mismatch: bool
    goals: tuple[Compared, ...]
    guards: tuple[Guarded, ...]

    @property
    def state(self) -> State:
        if self.stop is not None:
            return "stopped"
        if self.experiment.runs(self.at):
            return "running"
        return "planned" if self.at.astimezone(UTC).date() < self.experiment.start else "over"

    @property
    def broken(self) -> str | None:
        """Why it should stop; None while no guard is broken."""
        found = [one for one in self.guards if one.verdict == "broken"]
        return " ".join(_guard_words(one) for one in found) or None

    @property
    def alarm(self) -> bool:
        """Whether something is wrong with it: a guard is broken, or the split."""
        return self.mismatch or self.broken is not None

    def words(self) -> Iterator[str]:
        """The report in sentences, what to do now as the last."""
        one = self.experiment
        yield f"{one.name}: {self._when()}" + (f" {one.about}" if one.about else "")
        split = ", ".join(f"{count:,} {name}" for name, count in self.exposed.items()) or "nobody yet"
        hours = f"{one.within_hours:g} hours"
        yield f"Shoppers: {split}. Of these {self.counted:,} are counted, {self.pending:,} are still within their {hours}."
        if self.bots:
            yield f"{self.bots:,} who did more than a person does are left out."
        if self.mismatch:
            yield "The shoppers are not split as planned, beyond chance: something loses those of one arm."
        yield from (self._goal_words(found) for found in self.goals)
        yield from map(_guard_words, self.guards)
        yield self.advice()

    def advice(self) -> str:
        """What to do now."""
        if self.state == "planned":
            return "Nothing to do yet."
        if self.mismatch:
            return "Do not trust these figures before you know why."
        if self.stop is not None:
            return f"It stopped itself on {self.stop.at:%Y-%m-%d %H:%M} UTC, as its file allows; all shoppers get the shop as it was."
        if self.broken:
            stop = "Stop it: set `stop` in its file to today. It goes on until you do."
            return stop if self.state == "running" else "A guard was broken: do not take over what broke it."
        better = [found.arm for found in self.goals if found.verdict == "better"]
        if better:
            return f"{' and '.join(better)}: better, and more shoppers will hardly change that. You may end it and take over what it sets."
        if self.goals and all(found.verdict == "worse" for found in self.goals):
            return "The shop as it was is better. You may end it."
        if self.state == "over":
            return "It is over and not settled: if there is a difference, it lies within the interval."
        return "Not settled yet: let it run. Looking as often as you like does no harm."

    def to_json(self) -> dict[str, Any]:
        """One object, with infinite ends as null."""
        return {
            "name": self.experiment.name,
            "state": self.state,
            "at": self.at.isoformat(timespec="seconds"),
            "goal": self.experiment.goal,
            "interleave": self.experiment.interleave,
            "exposed": dict(self.exposed),
            "counted": self.counted,
            "pending": self.pending,
            "bots": self.bots,
            "split_as_planned": not self.mismatch,
            "arms": [_json(one, one.verdict) for one in self.goals],
            "guards": [
                {"metric": one.guard.metric, "worse_by": one.guard.worse_by, **_json(one.compared, one.verdict)}
                for one in self.guards
            ],
            "stopped": self.stop and {"at": self.stop.at.isoformat(timespec="seconds"), "why": self.stop.why},
            "advice": self.advice(),
            "words": list(self.words()),
        }

    def _when(self) -> str:
        one, today = self.experiment, self.at.astimezone(UTC).date()
        days = (one.stop - one.start).days
        said = {
            "planned": f"begins on {one.start}.",
            "running": f"day {(today - one.start).days + 1} of {days}.",
            "over": f"over since {one.stop}.",
        }
        return said.get(self.state, "stopped by a guard.")

    def _goal_words(self, found: Compared) -> str:
        mean, low, high = found.now
        done, control = DONE[self.experiment.goal], self.experiment.control.name
        if np.isinf(low):
            return f"{found.arm}: {_too_few(self.experiment)}"
        if self.experiment.interleave:
            mixed = f"Of what was {done} from mixed lists {_percent(mean)} stood there for {found.arm} and not for {control}"
            return f"{mixed}, between {_percent(low)} and {_percent(high)}: {found.verdict}."
        shares = (
            f"{_percent(found.arm_mean)} {done} something that was shown, with {control} {_percent(found.control_mean)}"
        )
        apart = f"the difference is {_points(mean)}, between {_points(low)} and {_points(high)}"
        return f"{found.arm}: {shares}; {apart}: {found.verdict}."


def report_of(experiment: Experiment, events: EventLog, exposures: ExposureLog, now: datetime) -> Report:
    """All that can be said of it now. It may be asked at any time: the intervals hold at all times together."""
    found = outcomes_of(experiment, events, exposures, now)
    stop = exposures.stops().get(experiment.name)
    weights = {arm.name: arm.weight for arm in experiment.arm}
    mismatch = not experiment.interleave and is_mismatch(found.exposed, weights)
    exposed = found.exposed if experiment.interleave else {name: found.exposed.get(name, 0) for name in weights}
    counts = (exposed, len(found.settled), found.pending, found.bots, mismatch)
    goals = (_preference(experiment, found),) if experiment.interleave else tuple(_goals(experiment, found.settled))
    return Report(experiment, now, stop, *counts, goals, tuple(_guards(experiment, found.settled)))


def _goals(experiment: Experiment, settled: Sequence[Outcome]) -> Iterator[Compared]:
    alpha = ALPHA / (len(experiment.arm) - 1)
    for arm in experiment.arm[1:]:
        yield _compared(experiment, arm.name, [(one.arm, one.reached) for one in settled], alpha)


def _guards(experiment: Experiment, settled: Sequence[Outcome]) -> Iterator[Guarded]:
    alpha = ALPHA / max((len(experiment.arm) - 1) * len(experiment.guard), 1)
    for guard in experiment.guard:
        name = "latency_ms" if guard.metric == "latency" else guard.metric
        known = [(one.arm, value) for one in settled if (value := getattr(one, name)) is not None]
        for arm in experiment.arm[1:]:
            yield Guarded(guard, _compared(experiment, arm.name, known, alpha, shares=guard.metric != "latency"))


def _preference(experiment: Experiment, found: Outcomes) -> Compared:
    """The share of choices from interleaved lists that speak for the second, one share a visitor."""
    shares = np.array([one.preference for one in found.settled if one.preference is not None], dtype=float)
    path = average(shares, alpha=ALPHA, expected=experiment.visitors)
    mean = float(shares.mean()) if len(shares) else 0.0
    return Compared(experiment.arm[1].name, 1 - mean, mean, path, nobody=0.5)


def _compared(
    experiment: Experiment, arm: str, known: Sequence[tuple[str, float]], alpha: float, *, shares: bool = True
) -> Compared:
    """An arm against the control, over the visitors of both."""
    both = [(name == arm, value) for name, value in known if name in (arm, experiment.control.name)]
    treated: Flags = np.array([one for one, _ in both], dtype=bool)
    values: Floats = np.array([value for _, value in both], dtype=float)
    path = difference(values, treated, alpha=alpha, expected=experiment.visitors, shares=shares)
    return Compared(arm, _mean(values[~treated]), _mean(values[treated]), path)


def _guard_words(one: Guarded) -> str:
    mean, low, high = one.compared.now
    said = f"Guard, {WATCHED[one.guard.metric]}, {one.compared.arm}"
    in_ms = one.guard.metric == "latency"
    bound = f"{one.guard.worse_by:g} ms" if in_ms else _points(one.guard.worse_by).removeprefix("+")
    if np.isinf(low):
        return f"{said}: nothing is said before {LEAST} shoppers of each arm are counted."
    figures = tuple(f"{value:+,.0f} ms" if in_ms else _points(value) for value in (mean, low, high))
    verdict = {"kept": "kept", "broken": "BROKEN", "not settled": "not settled yet"}[one.verdict]
    return f"{said}: {figures[0]}, between {figures[1]} and {figures[2]}, where {bound} more is allowed: {verdict}."


def _too_few(experiment: Experiment) -> str:
    if experiment.interleave:
        return f"nothing is said before {LEAST} shoppers chose from a mixed list."
    return f"nothing is said before {LEAST} shoppers of each arm are counted."


def _json(one: Compared, verdict: str) -> dict[str, Any]:
    figures = (one.arm_mean, one.control_mean, *one.now)
    names = ("mean", "control_mean", "difference" if one.nobody == 0 else "preference", "low", "high")
    known = {name: round(value, 5) if np.isfinite(value) else None for name, value in zip(names, figures, strict=True)}
    return {"arm": one.arm, **known, "verdict": verdict}


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0), 1):.1f} %"


def _points(share: float) -> str:
    """ "+2.9 points": percentage points."""
    return f"{100 * share:+.1f} points"
