"""What is known of things that went to the shop, or did not: a cart for its checkout, a conversation for its staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

By = Literal["webhook", "email", "chatwoot", "inbox"]
Why = Literal["asked", "failed_turns", "cart_over", "intent", "topic", "attached"]


@dataclass(frozen=True)
class HandedCart:
    """A cart that the shop took over. key: the same for the same cart of a conversation; url: where it is paid, None when not said."""

    key: str
    reference: str
    url: str | None = None


@dataclass(frozen=True)
class Handoff:
    """A conversation that was passed on to the shop's staff. by: the way it went; hours: when they are there, as the shop says it."""

    reference: str
    by: By
    why: Why
    hours: str | None = None


@dataclass(frozen=True)
class ContactLink:
    """Where the shopper writes to the staff or calls them. text: of the button; url: https, mailto, tel or sms."""

    text: str
    url: str
