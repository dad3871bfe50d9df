"""Experiments looked at after every hundred shoppers: how often something is seen that is not there, and something that is.

python benchmarks/experiment_peeking.py --runs 1000 --shoppers 2000
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np
import typer
from scipy.stats import norm

from assistant.experiments.assign import arm_of
from assistant.experiments.plan import Arm, Experiment
from assistant.experiments.sequential import Flags, Floats, Path, average, difference, is_mismatch

EVERY = 100
Draw = Callable[[np.random.Generator, Flags], Floats]


@dataclass(frozen=True)
class Case:
    """What is simulated. draw: a value a shopper, given who is treated. control: the control's weight, the other has 1."""

    name: str
    draw: Draw
    control: float = 1.0
    shares: bool = True


def reaching(control: float, treated: float) -> Draw:
    """1 for who reaches the goal, by these rates."""
    return lambda random, arm: (random.random(len(arm)) < np.where(arm, treated, control)).astype(float)


def waiting(random: np.random.Generator, arm: Flags) -> Floats:
    """Milliseconds, with a long tail."""
    return random.lognormal(6.0, 1.0, len(arm))


CASES = (
    Case("the same: 3 % reach the goal", reaching(0.03, 0.03)),
    Case("the same: 10 %", reaching(0.10, 0.10)),
    Case("the same: 10 %, four in five get the control", reaching(0.10, 0.10), control=4.0),
    Case("the same: 50 %", reaching(0.50, 0.50)),
    Case("the same: milliseconds with a long tail", waiting, shares=False),
    Case("10 % and 12 %", reaching(0.10, 0.12)),
    Case("10 % and 14 %", reaching(0.10, 0.14)),
    Case("10 % and 16 %", reaching(0.10, 0.16)),
)


def main(
    runs: Annotated[int, typer.Option(help="Simulated experiments of each kind.")] = 1_000,
    shoppers: Annotated[int, typer.Option(help="In each of them.")] = 2_000,
    expected: Annotated[int, typer.Option(help="`visitors` of the experiment's file.")] = 2_000,
    seed: Annotated[int, typer.Option()] = 7,
) -> None:
    random = np.random.default_rng(seed)
    for control in (1.0, 4.0):
        arms = [assigned(f"{seed} {control} {run}", shoppers, control) for run in range(runs)]
        off = sum(any(called_off(one[:n], control) for n in peeks(shoppers)) for one in arms) / runs
        print(f"control {control:g} to 1: split called off in {off:.3f} of {runs:,} runs", flush=True)
        for case in (one for one in CASES if one.control == control):
            show(case, arms, random, expected)
    for share in (0.5, 0.6):
        chose = (random.random((runs, shoppers // 4)) < share).astype(float)
        seen = [looks(average(one, alpha=0.05, expected=expected // 4), 0.5) for one in chose]
        print(f"interleaved, {share:.0%} prefer the second, {shoppers // 4:,} chose: {told(seen)}")


def show(case: Case, arms: Sequence[Flags], random: np.random.Generator, expected: int) -> None:
    """How often something is seen, and by a test that is made for one look."""
    drawn = [(one, case.draw(random, one)) for one in arms]
    paths = (difference(values, one, alpha=0.05, expected=expected, shares=case.shares) for one, values in drawn)
    seen = [looks(path) for path in paths]
    once = sum(peeked_at_naively(values, one) for one, values in drawn) / len(drawn)
    print(f"{case.name}: {told(seen)}; by a z-test looked at as often in {once:.3f}", flush=True)


def told(seen: Sequence[int | None]) -> str:
    first = [one for one in seen if one is not None]
    half = f", half of these by {np.median(first):,.0f} shoppers" if first else ""
    return f"seen in {len(first) / len(seen):.3f}{half}"


def called_off(treated: Flags, control: float) -> bool:
    counts = {"control": int((~treated).sum()), "other": int(treated.sum())}
    return is_mismatch(counts, {"control": control, "other": 1.0})


def assigned(salt: str, shoppers: int, control: float) -> Flags:
    """(n,) who gets the other arm, by the hash that a shop's shoppers are assigned by."""
    one = Experiment(
        name="simulated", salt=salt, start=date(2026, 1, 1), stop=date(2026, 2, 1), goal="click",
        arm=(Arm(name="control", weight=control), Arm(name="other", diversity=0.5)),
    )  # fmt: skip
    arms = (arm_of(one, f"{number:x}") for number in range(shoppers))
    return np.array([arm is not None and arm.name == "other" for arm in arms])


def peeks(shoppers: int) -> range:
    return range(EVERY, shoppers + 1, EVERY)


def looks(path: Path, nobody: float = 0.0) -> int | None:
    """After how many shoppers a difference is first seen by who looks after every hundred; None for never."""
    return next((n for n in peeks(len(path.mean)) if path.low[n - 1] > nobody or path.high[n - 1] < nobody), None)


def peeked_at_naively(values: Floats, treated: Flags) -> bool:
    """Whether a test made for one look (z, 5 %) calls a difference significant at any of these looks."""
    for n in peeks(len(values)):
        one, other = values[:n][treated[:n]], values[:n][~treated[:n]]
        error = np.sqrt(one.var() / len(one) + other.var() / len(other))
        if error > 0 and abs(one.mean() - other.mean()) / error > norm.ppf(0.975):
            return True
    return False


if __name__ == "__main__":
    typer.run(main)
