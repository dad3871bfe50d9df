"""Off-policy estimates and our bandits on real logs: python benchmarks/open_bandit.py DATA/open_bandit [--clip 10] [--json]

The folder holds random.csv.gz, bts.csv.gz and item_context.csv of the Open Bandit Dataset (Saito et al., 2021, CC BY 4.0): a fashion
shop's three places and 80 products, shown in one week by an even policy and by Bernoulli Thompson sampling (BTS).

own: each log's own policy from its own log, which must give the log's mean again. mean: BTS's policy of the week, that is how often it
showed each product at each place, from its own log; there the weights differ. crossed: each policy from the other's log, to be held
against the mean of its own. bandits: ours learn from the first half of random.csv.gz in order of time; their policy is then worth what
the second half says, either as it stood or learning on after each tenth of that half. `more` is the SNIPS estimate less that of the
even policy over the same decisions. Clicks per 1,000 shown, with 95% intervals.

--check-intervals N: how many of N made-up logs of the same size give an interval that holds the truth, which is known there.
--made-up N: our bandits choose for N made-up shoppers, and learn after every 1,000; what they earn in each fifth, five seeds.
Both take for true the products' rates in random.csv.gz, drawn to their mean by 100 decisions: real in size, not in truth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.csv
import typer

from assistant.recommending.bandit import BetaThompson, LinearThompson, Thompson, prior_from_content
from assistant.recommending.off_policy import (
    Estimate,
    Floats,
    Interval,
    Logged,
    difference,
    doubly_robust,
    ips,
    rates,
    snips,
)

PLACES, SEED = 3, 7
SEEDS, BATCH = (1, 2, 3, 4, 5), 1_000
STRENGTH = 100.0  # decisions that a prior counts as; chosen beforehand, like all settings of the bandits here
DRAWS, TENTHS = 4_000, 10
ITEM_KINDS = ("item_feature_1", "item_feature_2", "item_feature_3")


@dataclass(frozen=True)
class Row:
    """One policy valued from one log: (estimator, estimate) in order, the log's own mean, and `more` than the even policy."""

    part: str
    policy: str
    log: str
    decisions: int
    clicks: int
    estimates: tuple[tuple[str, Estimate], ...]
    more: Interval | None = None

    def to_json(self) -> dict[str, object]:
        found = {
            name: [one.value, one.low, one.high]
            for name, one in (*self.estimates, ("more", self.more))
            if one is not None
        }
        weights = self.estimates[0][1]
        names = {"part": self.part, "policy": self.policy, "log": self.log}
        size = {"decisions": self.decisions, "clicks": self.clicks, "effective": weights.effective, "cut": weights.cut}
        return names | size | found

    def line(self) -> str:
        told = "".join(f"{_told(one):>21}" for _, one in self.estimates)
        more = _told(self.more, sign="+") if self.more else ""
        return f"{self.part:8} {self.policy:28} {self.log:14}{told} {self.estimates[0][1].effective:7.0f} {more:>21}"


@dataclass(frozen=True)
class Items:
    """kinds: (k, c) 0 or 1, the categories of each product. numbers: (k, 1). first: (k, c1) the first category alone."""

    kinds: Floats
    numbers: Floats
    first: Floats

    def similarity(self) -> Floats:
        """(k, k) share of the categories that two products have in common."""
        return self.kinds @ self.kinds.T / len(ITEM_KINDS)


def read_log(path: Path) -> Logged:
    """In order of time. context: (n, 1), the code of the first user feature, the one with few values."""
    wanted = ["timestamp", "item_id", "position", "click", "propensity_score", "user_feature_0"]
    table = pyarrow.csv.read_csv(path, convert_options=pyarrow.csv.ConvertOptions(include_columns=wanted))
    column = {name: table.column(name).to_numpy() for name in wanted}
    _, group = np.unique(column["user_feature_0"].astype(str), return_inverse=True)
    log = Logged(
        group.reshape(-1, 1),
        column["item_id"],
        column["position"],
        column["propensity_score"],
        column["click"].astype(float),
    )
    return log.part(np.argsort(column["timestamp"], kind="stable"))


def read_items(path: Path) -> Items:
    table = pyarrow.csv.read_csv(path).sort_by("item_id")
    kinds = [_one_hot(table.column(name).to_numpy().astype(str)) for name in ITEM_KINDS]
    return Items(np.hstack(kinds), table.column("item_feature_0").to_numpy().reshape(-1, 1), kinds[0])


def mean_policy(log: Logged, k: int) -> Floats:
    """(places + 1, k) how often each product was shown at each place.

    The mean of the logged propensities would not do: it is taken over the times that a product was shown, so over those when it was
    probable, and sums to 2 or 3 where a policy changes with time.
    """
    counts = np.zeros((PLACES + 1, k))
    np.add.at(counts, (log.position, log.action), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def own_policy(log: Logged, k: int) -> Floats:
    """(n, k) the logged propensity for what was shown; for the rest, of which the log tells nothing, the shares of `mean_policy`."""
    rest = mean_policy(log, k)[log.position]
    here = np.arange(len(log))
    rest[here, log.action] = 0
    target = rest * ((1 - log.propensity) / rest.sum(axis=1))[:, None]
    target[here, log.action] = log.propensity
    return target


def crossfitted(log: Logged, k: int) -> Floats:
    """(n, k) the reward that the other half of the log expects of each product."""
    half = len(log) // 2
    first, second = (rates(log.part(rows), k, strength=STRENGTH) for rows in (slice(half), slice(half, None)))
    return np.vstack([np.tile(second, (half, 1)), np.tile(first, (len(log) - half, 1))])


def valued(log: Logged, target: Floats, model: Floats, clip: float | None) -> tuple[tuple[str, Estimate], ...]:
    return (
        ("IPS", ips(log, target, clip=clip)),
        ("SNIPS", snips(log, target, clip=clip)),
        ("DR", doubly_robust(log, target, model, clip=clip)),
    )


def played(bandit: Thompson, log: Logged, arms: Callable[[int, int], Floats], parts: int) -> Floats:
    """(n, k) the bandit's policy at each decision; it learns each of so many parts after it is over.

    arms: (user group, place) -> what the bandit chooses from there.
    """
    policies = []
    for rows in np.array_split(np.arange(len(log)), parts):
        part = log.part(rows)
        cases, which = np.unique(np.column_stack([part.context, part.position]), axis=0, return_inverse=True)
        policies.append(np.stack([bandit.probabilities(arms(*case)) for case in cases])[which.ravel()])
        bandit.learn(_shown(part, arms), part.reward)
    return np.vstack(policies)


def bandits(
    past: Logged, items: Items, seed: int = SEED
) -> Iterator[tuple[str, Thompson, Callable[[int, int], Floats]]]:
    """Ours, before they have learnt anything; the rate of the past is all that they are given of it."""
    k, rate = len(items.kinds), past.reward.mean()
    numbers = np.arange(k)
    even = np.full(k, STRENGTH * rate), np.full(k, STRENGTH * (1 - rate))
    yield "Beta, one prior for all", BetaThompson(*even, seed=seed, draws=DRAWS), lambda _, __: numbers
    shown, earned = (np.bincount(past.action, weights, k) for weights in (None, past.reward))
    prior = prior_from_content(shown.astype(float), earned, items.similarity(), strength=STRENGTH)
    yield "Beta, prior from content", BetaThompson(*prior, seed=seed, draws=DRAWS), lambda _, __: numbers

    def rows(group: int, place: int) -> Floats:
        places = np.tile(np.eye(PLACES + 1)[place], (k, 1))
        crossed = np.hstack([items.first * (group == other) for other in np.unique(past.context)])
        return np.hstack([np.ones((k, 1)), places, items.numbers, items.kinds, crossed])

    size = rows(0, 1).shape[1]
    noise = rate * (1 - rate)
    yield "linear", LinearThompson(size, seed=SEED, noise=noise, ridge=rate**-2, draws=DRAWS), rows


def logged_policies(even: Logged, bts: Logged, k: int, clip: float | None) -> Iterator[Row]:
    """The parts own, mean and crossed."""
    logs, uniform = {"random": even, "bts": bts}, np.full((PLACES + 1, k), 1 / k)
    for name, log in logs.items():
        found = valued(log, own_policy(log, k), crossfitted(log, k), clip)
        yield Row("own", name, name, len(log), int(log.reward.sum()), found)
    for part, name, policy, whose in (
        ("mean", "bts", mean_policy(bts, k), "bts"),
        ("crossed", "bts", mean_policy(bts, k), "random"),
        ("crossed", "random", uniform, "bts"),
    ):
        log = logs[whose]
        found = valued(log, policy[log.position], crossfitted(log, k), clip)
        yield Row(part, name, whose, len(log), int(log.reward.sum()), found)


def bandit_policies(even: Logged, bts: Logged, items: Items, clip: float | None) -> Iterator[Row]:
    """The part bandits: learnt on the first half of the even log, valued on the second."""
    k, half = len(items.kinds), len(even) // 2
    past, later = even.part(slice(half)), even.part(slice(half, None))
    later_bts = mean_policy(bts.part(slice(len(bts) // 2, None)), k)
    targets = {"random": np.full((len(later), k), 1 / k), "bts, its second half": later_bts[later.position]}
    for parts, how in ((1, ""), (TENTHS, ", on")):
        for name, bandit, arms in bandits(past, items):
            bandit.learn(_shown(past, arms), past.reward)
            targets[name + how] = played(bandit, later, arms, parts)
    model = np.tile(rates(past, k, strength=STRENGTH), (len(later), 1))
    found = {name: valued(later, target, model, clip) for name, target in targets.items()}
    for name, estimates in found.items():
        more = difference(estimates[1][1], found["random"][1][1])
        yield Row("bandits", name, "random, 2nd", len(later), int(later.reward.sum()), estimates, more)


def held(even: Logged, bts: Logged, k: int, times: int) -> dict[str, float]:
    """By estimator, the share of `times` made-up even logs whose interval holds what BTS's mean policy is worth there.

    Made up with the products' smoothed rates for true ones, so that the truth is known; the places are as logged.
    """
    rng, true, n = np.random.default_rng(SEED), rates(even, k, strength=STRENGTH), len(even)
    target = mean_policy(bts, k)[even.position]
    truth = float((target @ true).mean())
    hits = {"IPS": 0, "SNIPS": 0, "DR": 0}
    for _ in range(times):
        action = rng.integers(0, k, n)
        reward = (rng.random(n) < true[action]).astype(float)
        log = Logged(even.context, action, even.position, even.propensity, reward)
        for name, one in valued(log, target, crossfitted(log, k), None):
            hits[name] += one.low <= truth <= one.high
    return {name: count / times for name, count in hits.items()}


def earning(even: Logged, items: Items, decisions: int) -> Iterator[tuple[str, list[float]]]:
    """By policy, the clicks to expect of a choice in each fifth of so many made-up decisions, mean over SEEDS.

    Not the bandit whose prior comes from content: it would be drawn from the log that the made-up truth is drawn from.
    """
    true = rates(even, len(items.kinds), strength=STRENGTH)
    yield "random", [float(true.mean())] * 5
    yield "the best product always", [float(true.max())] * 5
    runs: dict[str, list[list[float]]] = {}
    for seed in SEEDS:
        for name, bandit, arms in bandits(even, items, seed):
            if "content" not in name:
                fifths = np.array_split(_earned(bandit, arms(0, 1), true, decisions, seed), 5)
                runs.setdefault(name, []).append([float(part.mean()) for part in fifths])
    yield from ((name, np.mean(run, axis=0).tolist()) for name, run in runs.items())


def _earned(bandit: Thompson, arms: Floats, true: Floats, decisions: int, seed: int) -> Floats:
    """(decisions / BATCH,) what the bandit's policy is worth, after each batch that it learns from."""
    rng, worth = np.random.default_rng(seed), []
    for _ in range(decisions // BATCH):
        policy = bandit.probabilities(arms)
        worth.append(policy @ true)
        action = rng.choice(len(true), size=BATCH, p=policy)
        bandit.learn(arms[action], (rng.random(BATCH) < true[action]).astype(float))
    return np.array(worth)


def main(
    folder: Annotated[Path, typer.Argument(help="With random.csv.gz, bts.csv.gz and item_context.csv.")],
    clip: Annotated[float | None, typer.Option(help="Cut weights above this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
    check_intervals: Annotated[int, typer.Option(help="Made-up logs to check the intervals on.")] = 0,
    made_up: Annotated[int, typer.Option(help="Made-up decisions for the bandits to learn from.")] = 0,
) -> None:
    even, bts = read_log(folder / "random.csv.gz"), read_log(folder / "bts.csv.gz")
    items = read_items(folder / "item_context.csv")
    if not as_json:
        names = "".join(f"{name:>21}" for name in ("IPS", "SNIPS", "DR"))
        print(f"{'part':8} {'policy':28} {'valued from':14}{names} {'effect.':>7} {'more':>21}")
    for row in (*logged_policies(even, bts, len(items.kinds), clip), *bandit_policies(even, bts, items, clip)):
        print(json.dumps(row.to_json()) if as_json else row.line(), flush=True)
    if check_intervals:
        shares = held(even, bts, len(items.kinds), check_intervals)
        print(json.dumps({"part": "intervals", "logs": check_intervals, **shares}))
    if made_up:
        for name, fifths in earning(even, items, made_up):
            print(
                json.dumps({"part": "made up", "policy": name, "fifths": [round(one, 5) for one in fifths]}), flush=True
            )


def _shown(log: Logged, arms: Callable[[int, int], Floats]) -> Floats:
    """(n, …) the arms that were shown."""
    return np.stack([arms(*case)[at] for *case, at in zip(log.context[:, 0], log.position, log.action, strict=True)])


def _one_hot(values: np.ndarray) -> Floats:
    names, codes = np.unique(values, return_inverse=True)
    return np.eye(len(names))[codes]


def _told(one: Interval, sign: str = "") -> str:
    value, low, high = (f"{1000 * number:{sign}.2f}" for number in (one.value, one.low, one.high))
    return f"{value} [{low}, {high}]"


if __name__ == "__main__":
    typer.run(main)
