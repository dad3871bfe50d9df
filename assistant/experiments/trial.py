"""One visitor's turn under the experiments: what his arms set, what of it was used, and what is kept of that."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from retrieval.family import family_of
from retrieval.search import Searcher

from ..acts import SHOWING
from ..contract import Reply, found_nothing
from ..events.log import Event
from ..events.of_turns import turn_id
from ..model import Card
from ..parts import Parts
from ..recommending.interest.model import Interest
from ..recommending.interest.order import InterestOrder
from ..recommending.recommender import Recommender, Style
from ..turn import Taken
from .assign import drawn
from .exposures import Exposure
from .interleave import Team, team_draft
from .plan import ORDERS, Arm, Experiment

Assigned = tuple[Experiment, Arm]
BOTH = "both"  # the arm of whoever sees an interleaved list


@dataclass(frozen=True)
class Named:
    """What arms name by its folder, read: models that order suggestions, searchers with another reranker."""

    interests: Mapping[str, Interest] = field(default_factory=dict)
    searchers: Mapping[str, Searcher] = field(default_factory=dict)


@dataclass(frozen=True)
class Artefacts:
    """The same over the shop's catalogue and events."""

    orders: Mapping[str, InterestOrder]
    searchers: Mapping[str, Searcher]


class Trial:
    """What a turn gets and used. assigned: the experiments that count the visitor, each with his arm."""

    def __init__(
        self, assigned: Iterable[Assigned], recommender: Recommender, artefacts: Artefacts, visitor: str, now: datetime
    ) -> None:
        self._assigned = tuple(assigned)
        self._recommender, self._artefacts, self._visitor, self._now = recommender, artefacts, visitor, now
        self._suggested = False
        self._teams: dict[str, Team] = {}

    def parts(self, parts: Parts) -> Parts:
        """The parts as the visitor's arms set them."""
        sets = {name: value for _, arm in self._own for name, value in arm.sets.items() if name not in ORDERS}
        if folder := sets.pop("reranker", None):
            sets["searcher"] = self._artefacts.searchers[folder]
        return replace(parts, **sets)

    def recommend(
        self,
        visitor: str | None,
        limit: int,
        now: datetime,
        here: Sequence[Event] = (),
        *,
        without: Collection[str] = (),
        region: str | None = None,
    ) -> tuple[Card, ...]:
        """As `Recommender.recommend`, in the style of the visitor's arms; where an experiment interleaves, of both of its arms, with no
        place for what few have seen, which no team would have chosen."""
        self._suggested = True
        own = [arm for _, arm in self._own]
        suggest = partial(self._recommender.recommend, visitor, limit, now, here, without=without, region=region)
        mixing = next((one for one, _ in self._assigned if one.interleave), None)
        if mixing is None:
            return suggest(style=self._style(own))
        first, second = (
            suggest(style=replace(self._style(arms), tries=False)) for arms in (own, [*own, mixing.arm[1]])
        )
        drawn_for = (mixing.salt or mixing.name, "coin", self._visitor, now.isoformat())
        mixed = team_draft(
            first,
            second,
            limit,
            lambda number: drawn(*drawn_for, str(number)) < 0.5,
            lambda card: family_of(card.product),
        )
        self._teams = {card.product.id: team for card, team in mixed}
        return tuple(replace(card, rank=rank) for rank, (card, _) in enumerate(mixed, start=1))

    def told(self, events: Iterable[Event]) -> list[Event]:
        """The turn's events; what was shown of an interleaved list has no propensity, since coins had a part in it."""
        return [
            replace(one, propensity=None) if one.type == "shown" and one.product_id in self._teams else one
            for one in events
        ]

    def exposures(self, taken: Taken) -> list[Exposure]:
        """What is kept of the turn, for each experiment."""
        reply, failed = taken.reply, any(one.failed for one in taken.effect.in_order())
        whole = Exposure(
            self._visitor,
            "",
            turn_id(reply),
            "",
            self._now,
            reply.session_id,
            latency_ms=reply.latency_ms.total,
            failed=reply.fault is not None,
            no_results=found_nothing(reply.acts, failed=failed, fault=reply.fault),
            handoff=reply.handoff is not None,
        )
        return [replace(one, exposed=self._used(of, reply)) for of, one in self._each(whole, reply.cards)]

    def listed(self, cards: Sequence[Card], latency_ms: float) -> tuple[list[Event], list[Exposure]]:
        """What is kept of a list of suggestions that no turn was for: as events, and for each experiment on such lists."""
        turn = secrets.token_hex(16)
        at, visitor = self._now, self._visitor
        shown = [
            Event(
                f"{turn}.{one.rank:03}",
                "shown",
                at,
                visitor,
                one.product.id,
                position=one.rank,
                propensity=one.propensity,
                sponsored=one.sponsored,
            )
            for one in cards
        ]
        whole = Exposure(self._visitor, "", turn, "", self._now, None, latency_ms=latency_ms)
        return self.told(shown), [one for of, one in self._each(whole, cards) if of.touches <= ORDERS]

    def broken(self, session_id: str) -> list[Exposure]:
        """What is kept of a turn that an error ended; that it was used is taken as given, in every arm alike."""
        whole = Exposure(self._visitor, "", secrets.token_hex(16), "", self._now, session_id, failed=True)
        return [one for _, one in self._each(whole, ())]

    def _each(self, whole: Exposure, cards: Sequence[Card]) -> Iterator[tuple[Experiment, Exposure]]:
        """The same for each experiment, with the visitor's arm; of an interleaved list with the teams by place."""
        teams = "".join(self._teams.get(card.product.id, "-") for card in cards)[:64]
        for one, arm in self._assigned:
            mixed = one.interleave
            yield (
                one,
                replace(whole, experiment=one.name, arm=BOTH if mixed else arm.name, teams=teams if mixed else None),
            )

    @property
    def _own(self) -> list[Assigned]:
        """The arms that set something for the whole turn: of an experiment that interleaves, both set the list only."""
        return [(one, arm) for one, arm in self._assigned if not one.interleave]

    def _style(self, arms: Iterable[Arm]) -> Style:
        style = self._recommender.style
        for arm in arms:
            if arm.interest is not None:
                style = replace(style, order=self._artefacts.orders[arm.interest] if arm.interest else None)
            if arm.diversity is not None:
                style = replace(style, diversity=arm.diversity)
        return style

    def _used(self, one: Experiment, reply: Reply) -> bool:
        """Whether the turn used what the experiment is about; as far as a visitor was not yet exposed, no arm decides that."""
        if one.touches <= ORDERS:
            return self._suggested
        return one.touches != {"reranker"} or not SHOWING.isdisjoint(reply.acts)
