"""Suggestions without a need: what suits the shopper, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from retrieval.query import Hit

from ..model import Answer, Card, DialogueState, Outcome, Question
from ..names import short_names
from ..parts import Parts
from ..places import ordinal
from ..reply import NAMED

KINDS_OFFERED = 4
PERSONAL = frozenset({"interest", "similar", "bought_with", "goes_with"})  # kinds of reasons: what the shopper did


def without_need(state: DialogueState, parts: Parts) -> Outcome:
    """What suits the shopper, as far as anything is known of them, or anybody; nothing liked or shown already while there is other. With
    the one question that helps."""
    question = Question("What is it for?", "product", _shelves(parts))
    known = {*state.seen, *state.taste.liked, *parts.before}
    cards: tuple[Card, ...] = ()
    if shopper := parts.shopper:
        suggest = partial(shopper.suggest, state, parts.products_shown)
        cards = suggest(but=known) or suggest()
    if not cards:
        ask = "Tell me what you need and what it may cost, and I will choose for you."
        return Outcome(answer=Answer(ask), question=question)
    of_each = ", something of each department" if cards[0].reasons[0].kind == "range" else ""
    lead = "For you" if personal(cards[0]) else f"To begin with{of_each}"
    numbered = [replace(card, rank=rank) for rank, card in enumerate(cards, start=len(parts.before) + 1)]
    return suggested(numbered, lead, "Tell me what it is for and I will choose for you.", question)


def personal(card: Card) -> bool:
    """Whether the first reason for it is something that the shopper did."""
    return card.reasons[0].kind in PERSONAL


def suggested(cards: Sequence[Card], lead: str, after: str, question: Question | None = None) -> Outcome:
    """Suggestions as an outcome, the first three named, with why the first is there."""
    hits = tuple(Hit(card.product, card.relevance, card.rank) for card in cards)
    names = short_names([card.product for card in cards])
    first_ones = ", ".join(f"{card.rank}. {names[card.product.id]}" for card in cards[:NAMED])
    reason = next((reason for reason in cards[0].reasons if reason.kind != "range"), None)
    why = f" Why the {ordinal(cards[0].rank)}: {reason.text.removeprefix('because ')}." if reason else ""
    reasons = {card.product.id: card.reasons for card in cards}
    answer = Answer(f"{lead}: {first_ones}.{why} {after}".strip(), tuple(names.values()))
    drawn = {card.product.id: card.propensity for card in cards if card.propensity < 1}
    return Outcome(hits=hits, answer=answer, question=question, reasons=reasons, propensity=drawn, total=len(hits))


def _shelves(parts: Parts) -> tuple[str, ...]:
    """The largest departments of the shop, at most KINDS_OFFERED."""
    rows = parts.catalog.connection.execute(
        "SELECT json_extract(record, '$.category[0]') AS shelf FROM products WHERE shelf IS NOT NULL"
        " GROUP BY shelf ORDER BY count(*) DESC, shelf LIMIT ?",
        [KINDS_OFFERED],
    )
    return tuple(str(row[0]) for row in rows)
