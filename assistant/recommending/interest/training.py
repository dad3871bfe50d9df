"""An interest model learnt from a shop's own events, and measured on those that came later. docs/events.md."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import groupby
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.errors import TooFewEvents
from retrieval.evaluate import Compared, compared
from retrieval.metrics import ndcg

from ...events.log import Event, EventLog
from ...labelled.reliability import reliability
from ..evaluate import ours
from ..held_out import Split, split
from ..recommender import Recommender
from .context import Contexts, Kind, region_of
from .features import NAMES, NO_CONTEXT, features, own_of
from .model import Interest
from .standing import CHOICES, OF_A_PLACE, PLACES, Standings
from .wares import Floats, Ints, Wares, wares_of

WITHIN = timedelta(days=1)  # a choice later than that after being shown does not count as its outcome
LEAST = 200  # choices: 10 and more for each weight. Peduzzi et al., Journal of Clinical Epidemiology 1996
MOMENTS = 20_000  # lists shown that are learnt from; of more, as many are drawn


@dataclass(frozen=True)
class Shown:
    """A product shown to a known visitor at a place, from 1, and whether he chose it within WITHIN, before he was shown it again."""

    visitor: str
    at: datetime
    row: int
    place: int
    chosen: bool
    region: str | None = None


@dataclass(frozen=True)
class Examples:
    """m times that something was shown. found: (m, n) features as of then. place, chosen: (m,)."""

    found: Floats
    place: Ints
    chosen: Ints


def train_interest(
    events: EventLog, known: Split, catalog: Catalog, dense: Dense, *, seed: int, context: Sequence[Kind] = ()
) -> Interest:
    """Learnt from what came before the cut, with the figures of what came after. TooFewEvents where fewer than LEAST were chosen.

    events: all of them. context: what it looks at of when and where. The same events, catalogue and seed give the same model.
    """
    wares, visitors = wares_of(catalog, dense), by_visitor(events)
    before, after = around(known.at, visitors, wares)
    chosen = sum(one.chosen for one in before)
    if chosen < LEAST:
        raise TooFewEvents(
            f"Too few events to learn from: {chosen} of {len(before):,} products shown (with a position, to a known visitor) before "
            f"{known.at:%Y-%m-%d %H:%M} were chosen within a day, {LEAST} are needed.",
            fix="collect more events `shown` with what was then clicked, liked, put into the cart or bought",
        )
    places = rates(before)
    learnt, held = (examples(some, visitors, events, wares, places, seed, context) for some in (before, after))
    card = {
        "learnt_from": _counts(before),
        "held_out": _counts(after),
        "seed": seed,
        "libraries": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "scikit-learn")},
    }
    model = fit(learnt, places, until=known.at, seed=seed, context=context)
    return model.model_copy(update={"card": {**card, "held_out_figures": probabilities(model, held)}})


def contest(
    events: EventLog,
    catalog: Catalog,
    dense: Dense,
    used: Interest | None,
    *,
    last: float,
    seed: int,
    k: int = 10,
    context: Sequence[Kind] | None = None,
) -> tuple[Interest, Compared]:
    """A model learnt from all but the last part (0..1) of the time, and nDCG@k of its lists there against what is in use.

    used: None for the sources' own order. context: what it looks at of when and where, by default what the one in use looks at.
    TooFewEvents where they do not suffice. The figures stand on the model's card too.
    """
    known = split(events, catalog, last=last)
    if context is None:
        context = used.context if used else ()
    model = train_interest(events, known, catalog, dense, seed=seed, context=context)
    found = lists_of(known, catalog, dense, model, used, k=k)
    about = {"k": k, "shoppers": found.new.requests, "against": "previous model" if used else "sources"}
    return model.model_copy(update={"card": {**model.card, "lists": {**about, **found.to_json()}}}), found


def by_visitor(events: EventLog) -> Mapping[str, Sequence[Event]]:
    """What each known visitor was shown and did, the oldest first, without days with a burst."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event, burst in events.all():
        if event.visitor and event.product_id and not burst:
            found[event.visitor].append(event)
    return found


def shown_in(own: Sequence[Event], wares: Wares) -> list[Shown]:
    """All that a visitor was shown with a place, of what the catalogue has. own: his events, the oldest first."""
    last: dict[str, int] = {}
    shown: list[Shown] = []
    for one in own:
        name = one.product_id or ""
        if one.sponsored:
            last.pop(name, None)  # a place paid for, and what comes of it, say nothing of what people like
        elif one.type == "shown" and one.position and name in wares.row:
            last[name] = len(shown)
            shown.append(
                Shown(one.visitor or "", one.at, wares.row[name], one.position, chosen=False, region=one.region)
            )
        elif one.type in CHOICES and name in last and one.at - shown[last[name]].at <= WITHIN:
            shown[last[name]] = replace(shown[last[name]], chosen=True)
    return shown


def around(
    cut: datetime, visitors: Mapping[str, Sequence[Event]], wares: Wares
) -> tuple[Sequence[Shown], Sequence[Shown]]:
    """What was shown before the cut and after it, each only where its outcome is known on that side: by WITHIN later."""
    end = max(one.at for own in visitors.values() for one in own)
    shown = [one for own in visitors.values() for one in shown_in(own, wares)]
    return (
        [one for one in shown if one.at + WITHIN <= cut],
        [one for one in shown if cut < one.at <= end - WITHIN],
    )


def rates(shown: Sequence[Shown]) -> tuple[float, ...]:
    """The share of what was shown at each place that was chosen, from place 0 (that of all) to PLACES."""
    place = np.minimum([one.place for one in shown], PLACES)
    times = np.bincount(place, minlength=PLACES + 1)
    hits = np.bincount(place, [one.chosen for one in shown], PLACES + 1)
    return tuple(((hits + OF_A_PLACE * hits.sum() / times.sum()) / (times + OF_A_PLACE)).tolist())


def examples(
    shown: Iterable[Shown], visitors: Mapping[str, Sequence[Event]], events: EventLog, wares: Wares,
    places: Sequence[float], seed: int, context: Sequence[Kind] = (),
) -> Examples:  # fmt: skip
    """Features as they were before each list was shown: of the visitor his events before it, of the shop how it stood as the day began."""
    lists = [list(some) for _, some in groupby(sorted(shown, key=_moment), key=_moment)]
    if len(lists) > MOMENTS:
        drawn = np.random.default_rng(seed).choice(len(lists), MOMENTS, replace=False)
        lists = [lists[number] for number in sorted(drawn)]
    found: list[Floats] = [np.zeros((0, len(NAMES) + len(context)))]
    standings, contexts = Standings(events, wares, lambda _: places), Contexts(events, wares)
    for day, some in groupby(lists, key=lambda one: one[0].at.astimezone(UTC).date()):
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        eve = midnight - timedelta(milliseconds=1)
        standing, known = standings.at(eve), contexts.at(eve) if context else None
        for one in some:
            before = [event for event in visitors[one[0].visitor] if event.at < one[0].at]
            rows = np.array([product.row for product in one])
            more = known.more(one[0].at, one[0].region or region_of(before), context) if known else NO_CONTEXT
            found.append(features(own_of(before, one[0].at, wares, places), rows, standing, wares, more))
    flat = [product for one in lists for product in one]
    return Examples(
        np.concatenate(found),
        np.array([one.place for one in flat], dtype=np.int64),
        np.array([one.chosen for one in flat], dtype=np.int64),
    )


def fit(
    learnt: Examples, places: tuple[float, ...], *, until: datetime, seed: int, context: Sequence[Kind] = ()
) -> Interest:
    """The place stands among what the choice depends on, so that the other weights are of the products, wherever they stood.

    Weights by `propensity` in its stead would even out what was shown to whom, but not where the eye goes; where the same list is always
    shown it is 1.
    """
    from sklearn.linear_model import LogisticRegression  # a second of every other command's start

    there = ~np.isnan(learnt.found)
    times = np.maximum(there.sum(axis=0), 1)
    mean = np.where(there, learnt.found, 0).sum(axis=0) / times
    spread = np.sqrt((np.where(there, learnt.found - mean, 0) ** 2).sum(axis=0) / times)
    scale = np.where(spread > 1e-9, spread, 1.0)
    columns = np.column_stack([np.nan_to_num((learnt.found - mean) / scale), np.log2(np.minimum(learnt.place, PLACES))])
    with threadpool_limits(1, "blas"):
        model = LogisticRegression(max_iter=1_000, random_state=seed).fit(columns, learnt.chosen)
    *weights, place = model.coef_[0].tolist()
    return Interest(
        names=(*NAMES, *context),
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        weights=tuple(weights),
        place=place,
        intercept=float(model.intercept_[0]),
        places=places,
        until=until,
        context=tuple(context),
    )


def probabilities(model: Interest, held: Examples) -> dict[str, float | None]:
    """How good the probabilities are on what was held out, at the places where it stood, beside those of saying the mean each time."""
    from sklearn.metrics import brier_score_loss, log_loss

    if not len(held.chosen):
        return {}
    said, mean = model.chance(held.found, held.place), np.full(len(held.chosen), held.chosen.mean())
    return {
        "log_loss": round(log_loss(held.chosen, said, labels=[0, 1]), 4),
        "log_loss_of_the_mean": round(log_loss(held.chosen, mean, labels=[0, 1]), 4),
        "brier": round(brier_score_loss(held.chosen, said, labels=[0, 1]), 4),
        "brier_of_the_mean": round(brier_score_loss(held.chosen, mean, labels=[0, 1]), 4),
        "expected_calibration_error": round(
            reliability(said.tolist(), held.chosen.astype(bool).tolist()).expected_error, 4
        ),
        "said": round(float(said.mean()), 4),
        "chosen": round(float(held.chosen.mean()), 4),
    }


def lists_of(known: Split, catalog: Catalog, dense: Dense, new: Interest, used: Interest | None, *, k: int) -> Compared:
    """nDCG@k of the shop's lists after the cut with the new model and with what is in use."""
    values = []
    for model in (new, used):
        listed = ours(Recommender(catalog, dense, known.log, model), known.at)
        values.append([ndcg(listed(one, k), one.grades, k=k) for one in known.held])
    return compared(*values)


def _moment(one: Shown) -> tuple[datetime, str]:
    return one.at, one.visitor


def _counts(shown: Sequence[Shown]) -> dict[str, Any]:
    times = [one.at for one in shown]
    return {
        "shown": len(shown),
        "chosen": sum(one.chosen for one in shown),
        "visitors": len({one.visitor for one in shown}),
        "from": min(times).isoformat() if times else None,
        "until": max(times).isoformat() if times else None,
    }
