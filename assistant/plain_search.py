"""Ranked products for one request, without a dialogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from retrieval.query import Constraints, Relaxed

from .actions.find import WEIGHED, query_for
from .explain import explain
from .meaning.slips import read
from .merging import merge
from .model import Card, DialogueState, Slots
from .parts import Parts


@dataclass(frozen=True)
class SearchAnswer:
    """Ranked products without a dialogue. total: how many match, not how many are listed."""

    cards: tuple[Card, ...]
    total: int
    relaxed: tuple[Relaxed, ...] = ()


def search(
    text: str,
    parts: Parts,
    *,
    limit: int,
    price_max: Decimal | None = None,
    price_min: Decimal | None = None,
    understand: bool = True,
) -> SearchAnswer:
    """What fits the text, best first, with reasons. understand: read wishes and bounds out of it; bounds given here win."""
    slots = read(text, DialogueState(), parts.parser, parts.speller).slots if understand else None
    constraints = _wanted(slots, price_min, price_max)
    query = query_for(constraints, text, slots.sort if slots else None)
    placing = parts.placing
    ranking, _ = parts.searcher.search(query, max(limit, WEIGHED) if placing.moves else limit)
    cards = explain(placing.found(ranking.hits, limit, query, ranking), constraints)
    told = tuple(replace(card, sponsored=placing.sponsors(card.product)) for card in cards)
    return SearchAnswer(told, ranking.total, ranking.relaxed)


def _wanted(slots: Slots | None, price_min: Decimal | None, price_max: Decimal | None) -> Constraints:
    nothing = DialogueState().constraints
    read_out = merge(nothing, slots) if slots else nothing
    low = read_out.price_min if price_min is None else price_min
    high = read_out.price_max if price_max is None else price_max
    return replace(read_out, price_min=low, price_max=high)
