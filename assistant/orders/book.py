"""Orders as the assistant sees them: the border to a shop's order system, and the shop's rules, checked by code."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from retrieval.errors import BadInput, ShopError

from ..rules import read_toml

OrderState = Literal["placed", "packed", "shipped", "delivered", "cancelled", "returning"]
OrderAct = Literal["cancel", "return", "exchange", "address"]
ACTS: tuple[OrderAct, ...] = ("cancel", "return", "exchange", "address")


class OrderMoved(BadInput):
    """The order is no longer as it was when the act was read back; nothing was done."""

    status, slug = 409, "order-moved"


class OrdersDown(ShopError):
    """The order system gave no usable answer; an act may or may not have been done, and may be sent again with its key."""

    status, slug, retryable = 503, "orders-down", True


@dataclass(frozen=True)
class Proof:
    """What only the buyer knows of an order besides its number; one of the two is enough."""

    email: str | None = None
    postcode: str | None = None


@dataclass(frozen=True)
class OrderLine:
    title: str
    quantity: int
    price: Decimal
    final_sale: bool = False


@dataclass(frozen=True)
class Order:
    """One order. expected, delivered: days, None while unknown. Nothing here may be said before a proof was right."""

    number: str
    state: OrderState
    placed: date
    lines: tuple[OrderLine, ...]
    currency: str = "USD"
    address: str = ""
    carrier: str | None = None
    tracking: str | None = None
    expected: date | None = None
    delivered: date | None = None


@dataclass(frozen=True)
class OrderRequest:
    """A consequential act, whole. seen: the state in which it was read back. lines: what goes back.

    instead: what it is exchanged for, in the shopper's words. key: the same act has the same. who: the session that asked, and how it
    proved the order.
    """

    act: OrderAct
    number: str
    seen: OrderState
    key: str
    who: str
    lines: tuple[str, ...] = ()
    address: str = ""
    instead: str = ""


@dataclass(frozen=True)
class OrderTalk:
    """What a conversation knows of an order. proven: the number was. waiting: the shop asked for number, proof or address."""

    number: str | None = None
    proven: bool = False
    act: OrderAct | None = None
    waiting: bool = False


@dataclass(frozen=True)
class Ability:
    """Whether the order system can do an act, and what it needs for it, in the shopper's words."""

    can: bool = True
    needs: tuple[str, ...] = ()


class OrderBook(Protocol):
    """A shop's orders. Acts are idempotent by their key, and refused with OrderMoved when the state is no longer the one seen."""

    def abilities(self) -> Mapping[OrderAct, Ability]:
        """Each act with whether it can be done here and what it needs."""

    def find(self, number: str, proof: Proof) -> Order | None:
        """The order when the proof is right; None alike for a wrong proof and for no such order."""

    def status(self, number: str) -> Order | None:
        """The order as it is now, for one that was proven before."""

    def cancel(self, request: OrderRequest) -> str:
        """Cancel the whole order; the act's reference."""

    def return_(self, request: OrderRequest) -> str:
        """Announce the return of the request's lines; the act's reference."""

    def exchange(self, request: OrderRequest) -> str:
        """Announce that the request's lines come back and what is wanted instead; the act's reference."""

    def change_address(self, request: OrderRequest) -> str:
        """Send to the request's address; the act's reference."""

    def close(self) -> None:
        """Let go of files and connections."""


class ActsAtOneDoor(ABC):
    """The acts of an order book that hands each on as its request says."""

    @abstractmethod
    def _act(self, request: OrderRequest) -> str:
        """Do what the request's `act` names; its reference."""

    def cancel(self, request: OrderRequest) -> str:
        return self._act(request)

    def return_(self, request: OrderRequest) -> str:
        return self._act(request)

    def exchange(self, request: OrderRequest) -> str:
        return self._act(request)

    def change_address(self, request: OrderRequest) -> str:
        return self._act(request)


class OrderRules(BaseModel):
    """What the shop allows; a TOML file has these keys. number, postcode: patterns by which they are found in a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str = r"\b[A-Z]{2,4}-?\d{5,10}\b"
    postcode: str = r"\b(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
    cancel_states: tuple[OrderState, ...] = ("placed",)
    address_states: tuple[OrderState, ...] = ("placed",)
    return_states: tuple[OrderState, ...] = ("delivered",)
    exchanges: bool = True
    return_days: int = Field(default=30, ge=0)
    final_sale: tuple[str, ...] = ("gift card",)
    wrong_proofs: int = Field(default=3, ge=1, description="in one conversation")
    wrong_proofs_of_one: int = Field(default=5, ge=1, description="for one order number, over all conversations")
    wrong_proofs_minutes: int = Field(default=60, ge=1)

    def refusal(self, act: OrderAct, order: Order, today: date) -> str | None:
        """Why the act is not possible for the order as it is, as a sentence; None when it is."""
        if order.state not in self.states_for(act):
            allowed = " or ".join(self.states_for(act))
            return f"The order is {order.state}; {_NAMED[act]} is possible only while it is {allowed}."
        goes_back = act in ("return", "exchange")
        if goes_back and (last := self.last_day(order)) and today > last:
            return f"The {self.return_days} days for returns ended on {last.isoformat()}."
        if goes_back and not self.returnable(order):
            return "Everything in this order is a final sale and cannot be returned."
        return None

    def private_words(self, text: str) -> tuple[str, ...]:
        """What looks like an order number or a postcode of this shop."""
        return tuple(
            found.group()
            for pattern in (self.number, self.postcode)
            for found in re.finditer(pattern, text, re.IGNORECASE)
        )

    def states_for(self, act: OrderAct) -> tuple[OrderState, ...]:
        """An exchange is bound to what a return is."""
        back = self.return_states
        return {"cancel": self.cancel_states, "return": back, "exchange": back, "address": self.address_states}[act]

    def last_day(self, order: Order) -> date | None:
        """The last day of the return window; None while the order is not delivered."""
        return order.delivered + timedelta(days=self.return_days) if order.delivered else None

    def returnable(self, order: Order) -> tuple[OrderLine, ...]:
        """The lines that are no final sale."""
        return tuple(
            line
            for line in order.lines
            if not line.final_sale and not any(words.casefold() in line.title.casefold() for words in self.final_sale)
        )


_NAMED: Mapping[OrderAct, str] = {
    "cancel": "cancelling",
    "return": "sending something back",
    "exchange": "sending something back",
    "address": "a new address",
}


def asked_in(session_id: str) -> str:
    """Who asked for an act, as its request and the log have it."""
    return f"session {session_id}"


def read_rules(path: Path | None) -> OrderRules:
    """The shop's rules; the defaults without a file. BadInput names the file and the first wrong key."""
    return read_toml(OrderRules, path, "SHOP_ORDER_RULES")
