"""What the sources propose, ordered for a visitor by an interest model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from retrieval.catalog import Catalog
from retrieval.dense import Dense

from ...events.days import hourly
from ...events.log import Event, EventLog
from ...model import Reason
from .context import Contexts, region_of
from .features import NO_CONTEXT, coming_to, features, own_of
from .model import Interest
from .standing import Standings
from .wares import wares_of


class InterestOrder:
    """A model over a catalogue and its events. How the crowd stands is read once an hour."""

    def __init__(self, model: Interest, catalog: Catalog, dense: Dense, events: EventLog) -> None:
        self._model, self._wares = model, wares_of(catalog, dense)
        self._standing = hourly(events, Standings(events, self._wares, lambda _: model.places).at)
        self._context = hourly(events, Contexts(events, self._wares).at)

    def read_ahead(self, now: datetime) -> None:
        """Read how the crowd stands, so that the first list need not wait for it."""
        self._standing(now)
        if self._model.context:
            self._context(now)

    def worth(
        self, own: Sequence[Event], ids: Sequence[str], now: datetime, region: str | None = None
    ) -> Mapping[str, float]:
        """How each of these products stands for a visitor to the best of them, above 0 to 1, all at the first place.

        own: his events, the oldest first. region: where he is; without it where the latest of them says.
        It is how probably he comes to the category, times how probably he then chooses the product: what
        was chosen when shown tells nothing of the former.
        """
        known = [name for name in ids if name in self._wares.row]
        rows = np.array([self._wares.row[name] for name in known], dtype=np.int64)
        visitor = own_of(own, now, self._wares, self._model.places)
        standing, kinds = self._standing(now), self._model.context
        context = self._context(now).more(now, region or region_of(own), kinds) if kinds else NO_CONTEXT
        chance = self._model.chance(features(visitor, rows, standing, self._wares, context))
        worth = coming_to(visitor, rows, self._wares, context) * chance
        return dict(zip(known, (worth / worth.max(initial=1e-12)).tolist(), strict=True))

    def because(
        self, own: Sequence[Event], ids: Sequence[str], now: datetime, region: str | None = None
    ) -> Mapping[str, Reason]:
        """Of these products those whose category is chosen clearly more than usual then or there, where the model looks at that."""
        if not self._model.context:
            return {}
        told = self._context(now).told(self._model.context, now, region or region_of(own))
        shelves = {name: int(self._wares.shelf[self._wares.row[name]]) for name in ids if name in self._wares.row}
        return {
            name: Reason("context", f"{self._wares.shelves[shelf]} is {told[shelf]}", "events")
            for name, shelf in shelves.items()
            if shelf in told and self._wares.shelves[shelf]
        }


@dataclass(frozen=True)
class Learnt:
    """A model's order for one visitor at a time. own: his events, the oldest first."""

    order: InterestOrder
    own: Sequence[Event]
    now: datetime
    region: str | None = None

    def worth(self, ids: Sequence[str]) -> Mapping[str, float]:
        return self.order.worth(self.own, ids, self.now, self.region)

    def because(self, ids: Sequence[str]) -> Mapping[str, Reason]:
        return self.order.because(self.own, ids, self.now, self.region)
