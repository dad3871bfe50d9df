"""What the sources propose, ordered for a visitor by an interest model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from retrieval.catalog import Catalog
from retrieval.dense import Dense

from ...days import hourly
from ...events import Event, EventLog
from .features import coming_to, features, own_of
from .model import Interest
from .standing import Standings
from .wares import wares_of


class InterestOrder:
    """A model over a catalogue and its events. How the crowd stands is read once an hour."""

    def __init__(self, model: Interest, catalog: Catalog, dense: Dense, events: EventLog) -> None:
        self._model, self._wares = model, wares_of(catalog, dense)
        self._standing = hourly(events, Standings(events, self._wares, lambda _: model.places).at)

    def read_ahead(self, now: datetime) -> None:
        """Read how the crowd stands, so that the first list need not wait for it."""
        self._standing(now)

    def worth(self, own: Sequence[Event], ids: Sequence[str], now: datetime) -> Mapping[str, float]:
        """How each of these products stands for a visitor to the best of them, above 0 to 1, all at the first place.

        own: his events, the oldest first. It is how probably he comes to the category, times how probably he then chooses the product: what
        was chosen when shown tells nothing of the former.
        """
        known = [name for name in ids if name in self._wares.row]
        rows = np.array([self._wares.row[name] for name in known], dtype=np.int64)
        visitor = own_of(own, now, self._wares, self._model.places)
        standing = self._standing(now)
        chance = self._model.chance(features(visitor, rows, standing, self._wares))
        worth = coming_to(visitor, rows, self._wares) * chance
        return dict(zip(known, (worth / worth.max(initial=1e-12)).tolist(), strict=True))
