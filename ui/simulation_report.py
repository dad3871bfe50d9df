"""Simulated dialogues as people and machines read them: rates with their interval, reasons, and the failures as stories. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median, quantiles
from typing import Any

from rich.table import Table

from assistant.scripted.files import as_yaml
from assistant.simulated.run import EQUAL, ERROR, PLACES, Dialogue, misread_at, reason

NORMAL_95 = 1.959964  # the standard normal's 97.5 % quantile
IDS_KEPT = 30  # wanted products that a story names


@dataclass(frozen=True)
class Rates:
    """How all shoppers fared. low, high: the 95 % interval of the success rate. met: how many were shown what is wanted or its equal, and
    met_low, met_high the interval of that. seconds: of a turn."""

    goals: int
    success: int
    low: float
    high: float
    met: int
    met_low: float
    met_high: float
    first_place: int
    turns: tuple[tuple[int, int], ...]
    reasons: tuple[tuple[str, int], ...]
    median_turns: float | None
    seconds_p50: float
    seconds_p95: float

    @property
    def rate(self) -> float:
        return self.success / self.goals if self.goals else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "goals": self.goals,
            "success": self.success,
            "success_rate": round(self.rate, 4),
            "interval_95": [round(self.low, 4), round(self.high, 4)],
            "every_wish_met": self.met,
            "every_wish_met_interval_95": [round(self.met_low, 4), round(self.met_high, 4)],
            "at_first_place": self.first_place,
            "turns_to_success": {"median": self.median_turns, **{str(turns): times for turns, times in self.turns}},
            "reasons": dict(self.reasons),
            "seconds_per_turn": {"p50": round(self.seconds_p50, 3), "p95": round(self.seconds_p95, 3)},
        }


def rates(dialogues: Sequence[Dialogue]) -> Rates:
    """The sums over all dialogues."""
    won = [dialogue for dialogue in dialogues if dialogue.success]
    low, high = wilson(len(won), len(dialogues))
    met = sum(dialogue.success or dialogue.met for dialogue in dialogues)
    met_low, met_high = wilson(met, len(dialogues))
    took = [step.seconds for dialogue in dialogues for step in dialogue.steps]
    turns = [len(dialogue.steps) for dialogue in won]
    return Rates(
        goals=len(dialogues),
        success=len(won),
        low=low,
        high=high,
        met=met,
        met_low=met_low,
        met_high=met_high,
        first_place=sum(dialogue.place == 1 for dialogue in won),
        turns=tuple(sorted(Counter(turns).items())),
        reasons=tuple(Counter(why for dialogue in dialogues if (why := reason(dialogue))).most_common()),
        median_turns=median(turns) if turns else None,
        seconds_p50=median(took) if took else 0.0,
        seconds_p95=quantiles(took, n=20)[-1] if len(took) > 1 else sum(took),
    )


def wilson(successes: int, trials: int, *, z: float = NORMAL_95) -> tuple[float, float]:
    """The score interval of a rate. Wilson, JASA 1927: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n); (0, 1) for no trials."""
    if trials == 0:
        return 0.0, 1.0
    p, square = successes / trials, z * z / trials
    middle, reach = p + square / 2, z * sqrt(p * (1 - p) / trials + square / (4 * trials))
    return max(0.0, (middle - reach) / (1 + square)), min(1.0, (middle + reach) / (1 + square))


def tables(found: Rates) -> list[Table]:
    """Turns to success, and the reasons of failure."""
    turns = Table("turns to success", "shoppers")
    for number, times in found.turns:
        turns.add_row(str(number), str(times))
    reasons = Table("why not", "shoppers")
    for why, times in found.reasons:
        reasons.add_row(why, str(times))
    return [table for table in (turns, reasons) if table.row_count]


def headline(found: Rates, *, judged: bool) -> str:
    """The rates in a few words. judged: it is known which products are wanted."""
    what = (
        f"were shown what they want among the first {PLACES}" if judged else "were shown products with no wish given up"
    )
    equal = f"; with what meets every wish as well {found.met}: {_rate(found.met, found.goals, found.met_low, found.met_high)}"
    return (
        f"{found.success} of {found.goals} shoppers {what}: {_rate(found.success, found.goals, found.low, found.high)}"
        f"{equal if found.met > found.success else ''}; "
        f"median {found.median_turns if found.median_turns is not None else '–'} turns; "
        f"{found.seconds_p50:.2f} s a turn, p95 {found.seconds_p95:.2f}"
    )


def _rate(times: int, of: int, low: float, high: float) -> str:
    return f"{times / max(of, 1):.3f} [{low:.3f}, {high:.3f}]"


def failures_yaml(dialogues: Iterable[Dialogue]) -> str:
    """The dialogues that failed as a file of stories, without those in which an equal product was shown; "" when none did."""
    failed = [dialogue for dialogue in dialogues if reason(dialogue) not in (None, EQUAL, ERROR)]
    stories = [_story(dialogue) for dialogue in failed]
    return as_yaml(stories) if stories else ""


def _story(dialogue: Dialogue) -> dict[str, Any]:
    """The dialogue with what should have come: the wanted product at the end, or at the turn of a misreading the wish as it was meant."""
    turns: list[dict[str, Any]] = [{"shopper": step.move.message} for step in dialogue.steps]
    misread = misread_at(dialogue)
    if misread and misread[1] != "product":  # shoppers have several words for a kind
        turns = turns[: misread[0] + 1]
        turns[-1]["constraints"] = {misread[1]: _meant(dialogue, *misread)}
    elif dialogue.goal.wanted:
        right = sorted(dialogue.goal.ids | dialogue.goal.equal)
        turns[-1]["products"] = {"some": {"id": right[:IDS_KEPT]}}
    else:
        turns[-1]["products"] = {"min": 1}
    return {"story": f"simulated, {reason(dialogue) or ERROR}: {dialogue.goal.name}", "turns": turns}


def _meant(dialogue: Dialogue, turn: int, name: str) -> Any:
    """What the constraint should be after the turn, by what the shopper had said until then; None for nothing."""
    told = dialogue.steps[turn].move.told.points
    role = {"price_max": "price", "gender": "audience", "exclude": "refused"}.get(name)
    said = [point.words for point in told if point.role == role]
    if not said:
        return [] if name == "exclude" else None
    return float(said[0]) if name == "price_max" else said if name == "exclude" else said[0]
