"""Events cut at one moment: what a recommender may know, and for each visitor what came after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from retrieval.catalog import Catalog
from retrieval.errors import TooFewEvents
from retrieval.family import family_of
from retrieval.training.logged_grades import GRADES

from ..events.crowd import WEIGHTS
from ..events.log import Event, EventLog
from .calibration import Shelf
from .cut import cut
from .groups import Division, Groups
from .profile import disliked

GRADE: Mapping[str, int] = {**GRADES, "view": GRADES["click"], "like": GRADES["cart"]}


@dataclass(frozen=True)
class Held:
    """One visitor with something on both sides. known: acts before the cut. left_out: products in no list, whoever makes it.

    grades: what was chosen after the cut, of what is in stock and not left out: 1 looked at, 2 liked or in the cart, 3 bought.
    groups: of the visitor by what he did before the cut.
    """

    visitor: str
    known: int
    left_out: frozenset[str]
    grades: Mapping[str, int]
    groups: Mapping[Division, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Split:
    """at: the cut. sold: what is in stock. log: all events up to the cut. acts: those with `sold`, by known visitors, without bursts.

    shelves: the category of each of `sold`.
    """

    at: datetime
    log: EventLog
    acts: Sequence[Event]
    sold: Sequence[str]
    held: Sequence[Held]
    shelves: Mapping[str, Shelf] = field(default_factory=dict)


def split(events: EventLog, catalog: Catalog, *, last: float, new_only: bool = False) -> Split:
    """Cut so that `last` (0..1) of the time comes after. Left out for a visitor are the families of what he bought or disliked before.

    new_only: and all else that he did something with. TooFewEvents when nobody has something on both sides.
    """
    kept = list(events.all())
    if not kept:
        raise TooFewEvents(
            "There are no events.", fix="bring some in by `shop events import`, or name files by --events"
        )
    at = cut([event.at for event, _ in kept], last)
    log = EventLog()
    log.add([event for event, _ in kept if event.at <= at])
    acts = [
        event for event, burst in kept if event.visitor and event.product_id and not burst and event.type != "shown"
    ]
    before, after = _by_visitor(one for one in acts if one.at <= at), _by_visitor(one for one in acts if one.at > at)
    sold, families, groups = (
        {one.id: one.category for one in catalog if not one.sold_out},
        _Families(catalog),
        Groups(catalog),
    )
    found = (_held(before[who], after[who], sold, families, new_only) for who in sorted(before.keys() & after.keys()))
    held = [replace(one, groups=groups.of(before[one.visitor])) for one in found if one.known and one.grades]
    if not held:
        raise TooFewEvents(f"No visitor chose anything before and after {at.isoformat()}.", fix="bring in more events")
    known = [one for own in before.values() for one in own if one.type in WEIGHTS and one.product_id in sold]
    return Split(at, log, known, sorted(sold), held, sold)


class _Families:
    """Which products are variants of one thing."""

    def __init__(self, catalog: Catalog) -> None:
        self._of = {one.id: family_of(one) for one in catalog}
        self._members: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for name, family in self._of.items():
            self._members[family].add(name)

    def with_variants(self, ids: Iterable[str]) -> set[str]:
        return {other for name in ids if name in self._of for other in self._members[self._of[name]]}


def _held(
    before: Sequence[Event], after: Sequence[Event], sold: Collection[str], families: _Families, new_only: bool
) -> Held:
    known = [one for one in before if one.type in WEIGHTS]
    out = families.with_variants(_unwanted(before))
    if new_only:
        out |= {one.product_id for one in known if one.product_id}
    grades: dict[str, int] = {}
    for one in after:
        name = one.product_id or ""
        if one.type in GRADE and name in sold and name not in out:
            grades[name] = max(grades.get(name, 0), GRADE[one.type])
    return Held(before[0].visitor or "", len(known), frozenset(out), grades)


def _unwanted(before: Sequence[Event]) -> frozenset[str]:
    """What was bought, and what was disliked with no later like."""
    return disliked(before) | {one.product_id for one in before if one.product_id and one.type == "purchase"}


def _by_visitor(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.visitor or ""].append(event)
    return found
