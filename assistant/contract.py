"""What leaves a turn: the Reply with its cards and cart, and a stream's events; as objects and as the contract's JSON (docs/api.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

from retrieval.product import Product, as_number
from retrieval.query import Constraints, Relaxed

from .lasting import lasts
from .model import Card, Comparison, Intent, Question, Reason, Source, plain
from .outbound.handover import ContactLink, Handoff
from .wishes import wishes_in

LOOKING: frozenset[str] = frozenset({"search", "refine", "recommend"})


@dataclass(frozen=True)
class CartView:
    """The cart as priced now: lines in the order added; total is exact."""

    lines: tuple[tuple[Product, int], ...] = ()
    currency: str = "USD"

    @property
    def count(self) -> int:
        return sum(quantity for _, quantity in self.lines)

    @property
    def total(self) -> Decimal:
        return sum(((product.price or Decimal(0)) * quantity for product, quantity in self.lines), Decimal(0))

    def to_json(self) -> dict[str, Any]:
        items = [
            {
                "product_id": product.id,
                "title": product.title,
                "quantity": quantity,
                "unit_price": as_number(product.price),
                "subtotal": as_number((product.price or Decimal(0)) * quantity),
            }
            for product, quantity in self.lines
        ]
        return {"items": items, "count": self.count, "total": as_number(self.total), "currency": self.currency}


@dataclass(frozen=True)
class Latency:
    """Milliseconds spent in each step of one turn."""

    parse: float = 0.0
    retrieve: float = 0.0
    rerank: float = 0.0
    write: float = 0.0
    total: float = 0.0


def found_nothing(acts: Iterable[str], *, failed: bool, fault: str | None) -> bool:
    """Whether something was looked for and nothing of the kind was found, though all worked and nothing was asked back."""
    return failed and not fault and not LOOKING.isdisjoint(acts)


@dataclass(frozen=True)
class Reply:
    """One turn's answer. `to_json` gives the object that HTTP, Python and the command line share.

    also: the other needs whose lists are on the table, each in a shopper's words. warnings: for whoever wrote the call, not for shoppers.
    """

    session_id: str
    turn: int
    intent: Intent
    acts: tuple[Intent, ...]
    reply: str
    cards: tuple[Card, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    relaxed: tuple[Relaxed, ...] = ()
    question: Question | None = None
    cart: CartView = field(default_factory=CartView)
    suggestions: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    comparison: Comparison | None = None
    checkout_url: str | None = None
    fault: str | None = None
    checkout_reference: str | None = None
    handoff: Handoff | None = None
    contact_link: ContactLink | None = None
    shop_cart_count: int | None = None
    also: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    latency_ms: Latency = field(default_factory=Latency)

    def to_json(self) -> dict[str, Any]:
        """The contract's object: lists are never null; `question`, `comparison` and `handoff` are null when absent."""
        question = self.question
        return {
            "session_id": self.session_id,
            "turn": self.turn,
            "intent": self.intent,
            "acts": list(self.acts),
            "reply": self.reply,
            "products": [card_json(card) for card in self.cards],
            "constraints": constraints_json(self.constraints),
            "wishes": [
                {**asdict(wish), "lasting": wish.field != "features" and lasts(wish)}
                for wish in wishes_in(self.constraints, self.cart.currency)
            ],
            "also": list(self.also),
            "relaxed": [{"field": r.field, "text": r.text} for r in self.relaxed],
            "question": question
            and {"text": question.text, "field": question.field, "options": list(question.options)},
            "comparison": self.comparison and self.comparison.to_json(),
            "cart": self.cart.to_json(),
            "suggestions": list(self.suggestions),
            "sources": [asdict(source) for source in self.sources],
            "handoff": self.handoff and asdict(self.handoff),
            "contact_link": self.contact_link and asdict(self.contact_link),
            "shop_cart_count": self.shop_cart_count,
            "checkout_url": self.checkout_url,
            "fault": self.fault,
            "checkout_reference": self.checkout_reference,
            "warnings": list(self.warnings),
            "latency_ms": {f.name: round(getattr(self.latency_ms, f.name), 1) for f in fields(Latency)},
        }


def card_json(card: Card) -> dict[str, Any]:
    """A card as the contract's product object."""
    product = card.product
    return {
        "id": product.id,
        "title": product.title,
        "price": as_number(product.price),
        "list_price": as_number(product.list_price),
        "currency": product.currency,
        "brand": product.brand,
        "category": list(product.category),
        "image_url": product.image_url,
        "url": product.url,
        "in_stock": product.in_stock,
        "rating": product.rating,
        "review_count": product.review_count,
        "rank": card.rank,
        "score": round(card.relevance, 4),
        "reasons": [_reason_json(reason) for reason in card.reasons],
        "caveats": [_reason_json(caveat) for caveat in card.caveats],
        "sponsored": card.sponsored,
        "need": card.need,
    }


def constraints_json(constraints: Constraints) -> dict[str, Any]:
    """The dialogue state's constraints as JSON: every key is there, lists are never null."""
    said = {f.name: plain(getattr(constraints, f.name)) for f in fields(Constraints)}
    return {**said, "limits": [limit.text for limit in constraints.limits]}


def _reason_json(reason: Reason) -> Mapping[str, str]:
    return {"kind": reason.kind, "text": reason.text, "field": reason.field}


@dataclass(frozen=True)
class Parsed:
    """First event of a streamed turn: what was understood."""

    intent: Intent
    constraints: Constraints


@dataclass(frozen=True)
class Shown:
    """Second event: the cards, before any text is written."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Token:
    """A piece of the reply's text; the pieces of a turn joined are the text."""

    text: str


@dataclass(frozen=True)
class Done:
    """Last event: the whole reply, the same that `Assistant.reply` returns."""

    reply: Reply


Event = Parsed | Shown | Token | Done
