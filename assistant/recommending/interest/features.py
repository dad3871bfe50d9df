"""What a choice may depend on: of a visitor, and of each of many products, as it was known at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ...events.log import Event
from ..profile import HALF_LIFE, WEIGHTS
from .context import Kind
from .standing import CHOICES, PLACES, Standing
from .wares import Floats, Ints, Wares

RECENT = 1_000  # of a visitor's latest events, what was shown to him included
OWN_PRICE = 2.0  # weight of the price level of all that a visitor chose, where little of the category was
AWAY = 0.003  # share of any category, since a visitor may turn to any
NO_CONTEXT: Mapping[Kind, Floats] = {}
NAMES = (
    "near", "nearest", "met_category", "brand", "chosen", "bought", "passed_over", "price_gap", "price_level", "rating", "popular", "liked",
    "acts", "chooses",
)  # fmt: skip


@dataclass(frozen=True)
class Own:
    """A visitor at a moment, by rows of the wares. weights: of what he did something with, half as much every HALF_LIFE days.

    shown: how often each product was. shelves: share of each category in what was shown to him, decayed alike, sum 1 or all 0.
    acts: how many. chooses: log of his choices over those that the places shown let expect, few drawn to 1.
    """

    weights: Mapping[int, float]
    bought: frozenset[int]
    shown: Mapping[int, int]
    shelves: Floats
    acts: int
    chooses: float


def own_of(events: Sequence[Event], now: datetime, wares: Wares, places: Sequence[float]) -> Own:
    """From a visitor's events before the moment, of which the latest RECENT count. places: as `standing_of` takes them."""
    rows = [(wares.row.get(one.product_id or ""), one) for one in events[-RECENT:]]
    known = [(row, one) for row, one in rows if row is not None]
    weights: dict[int, float] = {}
    shelves = np.zeros(int(wares.shelf.max(initial=0)) + 1)
    for row, one in known:
        age = 0.5 ** ((now - one.at).total_seconds() / 86_400 / HALF_LIFE)
        if one.type in WEIGHTS:
            weights[row] = weights.get(row, 0.0) + WEIGHTS[one.type] * age
        elif one.type == "shown":
            shelves[wares.shelf[row]] += age
    shown = [(row, one) for row, one in known if one.type == "shown"]
    expected = sum(places[min(one.position or 0, PLACES)] for _, one in shown)
    chosen = len({(row, one.at.date()) for row, one in known if one.type in CHOICES})
    return Own(
        weights,
        frozenset(row for row, one in known if one.type == "purchase"),
        Counter(row for row, _ in shown),
        shelves / max(float(shelves.sum()), 1e-9),
        sum(one.type in WEIGHTS for _, one in known),
        float(np.log((chosen + 1) / (expected + 1))),
    )


def features(
    own: Own, rows: Ints, standing: Standing, wares: Wares, context: Mapping[Kind, Floats] = NO_CONTEXT
) -> Floats:
    """(m, len(NAMES) + kinds of context) of each of these m products for this visitor; NaN for what is not known.

    context: of each kind (s,) by category, as `Context.more` gives it.
    """
    columns = {
        "met_category": 0.0,
        "brand": 0.0,
        "chosen": np.log1p([own.weights.get(row, 0.0) for row in rows.tolist()]),
        "bought": [float(row in own.bought) for row in rows.tolist()],
        "passed_over": np.log1p([own.shown.get(row, 0) for row in rows.tolist()]),
        "price_level": wares.price_level[rows],
        "rating": wares.rating[rows],
        "popular": np.log1p(standing.popularity[rows]),
        "liked": standing.liked[rows],
        "acts": np.log1p(own.acts),
        "chooses": own.chooses,
    }
    columns |= _beside(own, rows, wares) if own.weights else {}
    columns |= {kind: more[wares.shelf[rows]] for kind, more in context.items()}
    names = (*NAMES, *context)
    found = np.full((len(rows), len(names)), np.nan)
    for place, name in enumerate(names):
        found[:, place] = columns.get(name, np.nan)
    return found


def coming_to(own: Own, rows: Ints, wares: Wares, context: Mapping[Kind, Floats] = NO_CONTEXT) -> Floats:
    """(m,) how probably the visitor comes to the category of each product next: its share in what was shown to him, and AWAY, times how
    much more than usual it is chosen then and there."""
    shelf = wares.shelf[rows]
    more = sum((one[shelf] for one in context.values()), np.zeros(len(rows)))
    return np.asarray((own.shelves[shelf] + AWAY) * np.exp(more))


def _beside(own: Own, rows: Ints, wares: Wares) -> dict[str, Floats]:
    """Each product beside what the visitor did something with, which is never compared with itself."""
    touched, weights = np.array(list(own.weights)), np.array(list(own.weights.values()))
    other = rows[:, None] != touched  # (m, t)
    same = wares.shelf[rows][:, None] == wares.shelf[touched]
    branded = (wares.brand[rows][:, None] == wares.brand[touched]) & (wares.brand[rows] >= 0)[:, None]
    mean = (same & other) * weights @ wares.vectors[touched]  # (m, d)
    length = np.linalg.norm(mean, axis=1)
    cosines = np.where(other, wares.vectors[rows] @ wares.vectors[touched].T, np.nan)
    return {
        "near": np.where(length > 0, (mean * wares.vectors[rows]).sum(axis=1) / np.maximum(length, 1e-9), np.nan),
        "nearest": np.fmax.reduce(cosines, axis=1),
        "met_category": same.any(axis=1).astype(float),
        "brand": branded @ weights / weights.sum(),
        "price_gap": np.abs(wares.price_level[rows] - _usual_price(same, touched, weights, wares)),
    }


def _usual_price(same: np.ndarray, touched: Ints, weights: Floats, wares: Wares) -> Floats:
    """(m,) the price level that the visitor chooses in each product's category, drawn to that of all he chose; NaN without any price."""
    levels = wares.price_level[touched]
    weights = np.where(np.isnan(levels), 0.0, weights)
    if not weights.any():
        return np.full(len(same), np.nan)
    levels = np.nan_to_num(levels)
    own = same * weights  # (m, t)
    return np.asarray((own @ levels + OWN_PRICE * (weights @ levels / weights.sum())) / (own.sum(axis=1) + OWN_PRICE))
