"""What other ways of choosing what is tried would have earned, from the lists that a shop logged. docs/events.md.

A log does not hold what might have been shown instead, but the events and the catalogue do: what could be tried in a list is worked out
again as of the moment before it was shown. Where the catalogue or the settings have changed since, that may not hold what was shown; such a
decision is left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import numpy as np

from ..events.log import Event, EventLog
from .exploring import Explorer, drawn_by
from .interest.standing import CHOICES
from .interest.training import WITHIN, by_visitor
from .off_policy import Estimate, Floats, Interval, Logged, difference, doubly_robust, ips, snips
from .proposal import Ranked
from .recommender import Recommender

SHOWN, CHANCE, RELEVANT, BELIEVED, BANDIT = "as shown", "by chance", "most relevant", "most believed", "bandit"
MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Decision:
    """One product tried at a place of a list. options: what might have been, of which `action` was; model: the chance believed then that
    each is chosen; bandit: the probability that the bandit gives each as of then."""

    action: int
    place: int
    propensity: float
    chosen: bool
    options: Sequence[Ranked]
    model: Floats
    bandit: Floats


@dataclass(frozen=True)
class Valued:
    """One policy: choices for each product tried, by each estimator; more: by SNIPS, than what was shown earned."""

    policy: str
    ips: Estimate
    snips: Estimate
    doubly_robust: Estimate
    more: Interval


def decisions(events: EventLog, recommender: Recommender, *, latest: int) -> tuple[list[Decision], int]:
    """The latest decisions of which the log tells a propensity below 1, and how many of them could not be worked out again."""
    if recommender.explorer is None:
        raise ValueError("a recommender that explores expected")
    visitors = by_visitor(events)
    lists = sorted((some for own in visitors.values() for some in _lists(own)), key=lambda some: some[0].at)
    later = np.cumsum([len(_drawn(some)) for some in lists][::-1])[::-1]
    lists = lists[int((later > latest).sum()) :]
    found = [
        one
        for some in lists
        for one in _decided(some, visitors[some[0].visitor or ""], recommender, recommender.explorer)
    ]
    return found, sum(len(_drawn(some)) for some in lists) - len(found)


def valued(found: Sequence[Decision], *, clip: float | None = None) -> list[Valued]:
    """Each policy on the same decisions. ValueError for none."""
    log = Logged(
        np.arange(len(found)).reshape(-1, 1),
        np.array([one.action for one in found], dtype=np.int64),
        np.array([one.place for one in found], dtype=np.int64),
        np.array([one.propensity for one in found]),
        np.array([float(one.chosen) for one in found]),
    )
    targets = {name: _stacked([policy(one) for one in found]) for name, policy in POLICIES.items()}
    model = _stacked([one.model for one in found])
    own = snips(log, targets[SHOWN], clip=clip)
    rows = []
    for name, target in targets.items():
        by_snips = snips(log, target, clip=clip)
        robust = doubly_robust(log, target, model, clip=clip)
        rows.append(Valued(name, ips(log, target, clip=clip), by_snips, robust, difference(by_snips, own)))
    return rows


def _lists(own: Sequence[Event]) -> Iterator[list[Event]]:
    """What was shown to a visitor at one moment with places, from the top, where any of it was drawn. own: his events, the oldest first."""
    shown = [one for one in own if one.type == "shown" and one.position]
    for _, some in groupby(shown, key=lambda one: one.at):
        together = sorted(some, key=lambda one: one.position or 0)
        if _drawn(together):
            yield together


def _drawn(some: Sequence[Event]) -> list[Event]:
    """Those whose place was left to chance."""
    return [one for one in some if one.propensity is not None and one.propensity < 1]


def _decided(
    some: Sequence[Event], own: Sequence[Event], recommender: Recommender, explorer: Explorer
) -> Iterator[Decision]:
    visitor, before = some[0].visitor, some[0].at - MOMENT
    left = list(recommender.untried(visitor, some[-1].position or 0, before))
    beliefs = explorer.beliefs(before)
    bandit = beliefs.bandit(drawn_by(visitor, before))
    for one in _drawn(some):
        ids = [option.product.id for option in left]
        if one.product_id not in ids:
            continue
        action, place, propensity = ids.index(one.product_id), one.position or 0, one.propensity or 1.0
        arms = beliefs.arms(left, place)
        yield Decision(
            action, place, propensity, _chosen(one, own), left, bandit.expected(arms), bandit.probabilities(arms)
        )
        left = beliefs.unlike(left, [left[action]])


def _chosen(shown: Event, own: Sequence[Event]) -> bool:
    """Whether the visitor chose it within a day of being shown it."""
    return any(
        one.type in CHOICES and one.product_id == shown.product_id and shown.at <= one.at <= shown.at + WITHIN
        for one in own
    )


def _as_shown(one: Decision) -> Floats:
    """The logged propensity of what was shown; of the rest, of which the log tells nothing, each as much."""
    others = max(len(one.options) - 1, 1)
    shares = np.full(len(one.options), (1 - one.propensity) / others)
    shares[one.action] = one.propensity if len(one.options) > 1 else 1.0
    return shares


def _sure(worth: Sequence[float] | Floats) -> Floats:
    """All on the best, the first of as good ones."""
    return np.asarray(np.arange(len(worth)) == np.argmax(worth), dtype=float)


def _stacked(rows: Sequence[Floats]) -> Floats:
    """(n, k) with zeros after the shorter ones."""
    width = max(map(len, rows), default=1)
    return np.stack([np.pad(row, (0, width - len(row))) for row in rows]) if rows else np.zeros((0, width))


POLICIES: Mapping[str, Callable[[Decision], Floats]] = {
    SHOWN: _as_shown,
    CHANCE: lambda one: np.full(len(one.options), 1 / len(one.options)),
    RELEVANT: lambda one: _sure([option.relevance for option in one.options]),
    BELIEVED: lambda one: _sure(one.model),
    BANDIT: lambda one: one.bandit,
}
