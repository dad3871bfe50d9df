"""What became of each visitor of an experiment within its hours: from exposures and events to one row of figures a visitor."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select

from ..events.log import BURSTS, DAY_MS, EVENTS, EventLog, in_ms
from .exposures import EXPOSURES, Exposure, ExposureLog
from .plan import Experiment


@dataclass(frozen=True)
class Outcome:
    """A visitor, counted once. reached: whether he did the goal with something that was shown to him; preference: 0 where all that he did
    speaks for the first list, 1 for the second, None without any of it. latency_ms: mean of his turns. errors, no_results: shares of them.
    """

    arm: str
    at: datetime
    reached: float
    preference: float | None
    latency_ms: float | None
    errors: float
    no_results: float
    handoffs: float
    dislikes: float


@dataclass(frozen=True)
class Outcomes:
    """Those whose hours are over, in the order of their first exposure. exposed: all, by arm. pending: whose hours run. bots: left out."""

    settled: tuple[Outcome, ...]
    exposed: Mapping[str, int]
    pending: int
    bots: int


def outcomes_of(experiment: Experiment, events: EventLog, exposures: ExposureLog, now: datetime) -> Outcomes:
    """Every visitor from his first exposure on, for the hours that the experiment names. A day with a burst counts for nobody."""
    turns: defaultdict[str, list[Exposure]] = defaultdict(list)
    kept = exposures.of_experiment(experiment.name)
    for one in kept:
        turns[one.visitor].append(one)
    did = _acts(experiment, events, kept[0].at) if kept else {}
    bursts = _bursts(experiment, events)
    settled, exposed = list[Outcome](), Counter[str]()
    pending = bots = 0
    for visitor, own in turns.items():
        first = next((one for one in own if one.exposed), None)
        if first is None:
            continue
        end = first.at + experiment.within
        if bursts.get(visitor, frozenset()) & set(range(in_ms(first.at) // DAY_MS, in_ms(end) // DAY_MS + 1)):
            bots += 1
            continue
        exposed[first.arm] += 1
        if end > now:
            pending += 1
            continue
        within = [one for one in own if first.at <= one.at <= end]
        settled.append(_outcome(experiment, first, within, did.get(visitor, ())))
    return Outcomes(tuple(sorted(settled, key=lambda one: one.at)), exposed, pending, bots)


def _outcome(experiment: Experiment, first: Exposure, turns: Sequence[Exposure], acts: Iterable[Any]) -> Outcome:
    """acts: rows of his events, the oldest first."""
    exposed = {one.turn: one for one in turns if one.exposed}
    start, end = in_ms(first.at), in_ms(first.at + experiment.within)
    offered, credit, disliked = dict[str, tuple[str, str]](), Counter[str](), False
    credited = set[tuple[str, str]]()
    reached = False
    for act in acts:
        if not start <= act.at_ms <= end:
            continue
        turn = act.id.rpartition(".")[0]
        if act.type == "shown" and turn in exposed:
            offered[act.product_id] = (turn, _team(exposed[turn].teams, act.position))
        elif act.type == experiment.goal and act.product_id in offered:
            reached = True
            turn, team = offered[act.product_id]
            credit[team] += (turn, act.product_id) not in credited
            credited.add((turn, act.product_id))
        disliked |= act.type == "dislike"
    chosen = credit["A"] + credit["B"]
    times = [one.latency_ms for one in turns if one.latency_ms is not None]
    return Outcome(
        first.arm,
        first.at,
        reached=float(reached),
        preference=credit["B"] / chosen if chosen else None,
        latency_ms=sum(times) / len(times) if times else None,
        errors=sum(one.failed for one in turns) / len(turns),
        no_results=sum(one.no_results for one in turns) / len(turns),
        handoffs=float(any(one.handoff for one in turns)),
        dislikes=float(disliked),
    )


def _team(teams: str | None, position: int | None) -> str:
    return teams[position - 1] if teams and position and position <= len(teams) else "-"


def _acts(experiment: Experiment, events: EventLog, since: datetime) -> dict[str, list[Any]]:
    """What was shown, chosen and disliked, by visitor; at the same time what was shown comes first."""
    taking_part = select(EXPOSURES.c.owner).where(EXPOSURES.c.experiment == experiment.name)
    query = (
        select(EVENTS.c.owner, EVENTS.c.id, EVENTS.c.type, EVENTS.c.at_ms, EVENTS.c.product_id, EVENTS.c.position)
        .where(
            EVENTS.c.owner.in_(taking_part),
            EVENTS.c.type.in_(["shown", "dislike", experiment.goal]),
            EVENTS.c.at_ms >= in_ms(since),
        )
        .order_by(EVENTS.c.owner, EVENTS.c.at_ms, EVENTS.c.type != "shown", EVENTS.c.id)
    )
    with events.db() as db:
        return {owner: list(rows) for owner, rows in groupby(db.execute(query), key=lambda row: row.owner)}


def _bursts(experiment: Experiment, events: EventLog) -> dict[str, frozenset[int]]:
    """Days with a burst, by visitor."""
    taking_part = select(EXPOSURES.c.owner).where(EXPOSURES.c.experiment == experiment.name)
    query = select(BURSTS.c.owner, BURSTS.c.day).where(BURSTS.c.owner.in_(taking_part)).order_by(BURSTS.c.owner)
    with events.db() as db:
        return {
            owner: frozenset(row.day for row in rows)
            for owner, rows in groupby(db.execute(query), lambda row: row.owner)
        }
