"""The border between what proposes products and what ranks them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.kinds.belonging import Bond
from retrieval.product import Product

from ..events.crowd import Crowd
from ..events.log import EventLog
from ..model import Reason
from .profile import Profile

NEAR_DUPLICATE = 0.95  # cosine from which two listings are taken for one thing
REASONS = 2


@dataclass(frozen=True)
class Proposal:
    """A product that a source proposes. strength: 0..1, how sure it is. reason: true by the data that it was read from."""

    product_id: str
    strength: float
    reason: Reason


@dataclass(frozen=True)
class Ranked:
    """A product with how good a suggestion it is, 0..1, and why, the strongest reason first. propensity: as in Card."""

    product: Product
    relevance: float
    reasons: tuple[Reason, ...]
    propensity: float = 1.0


@dataclass(frozen=True)
class Situation:
    """What a source may look at. bonds: what goes with a product by the catalogue. rated, departments: what it proposes to anybody.

    shelves: the ids of each category. shown: ids of what the visitor was shown since a time.
    """

    profile: Profile
    crowd: Crowd
    now: datetime
    catalog: Catalog
    dense: Dense
    events: EventLog
    bonds: Callable[[Product], Sequence[Bond]]
    rated: Sequence[Proposal] = ()
    departments: Sequence[Proposal] = ()
    shelves: Mapping[tuple[str, ...], Sequence[str]] = field(default_factory=dict)
    shown: Callable[[datetime], Collection[str]] = lambda _: ()


Source = Callable[[Situation], Sequence[Proposal]]  # no order, no id twice of one source; empty when it knows nothing
