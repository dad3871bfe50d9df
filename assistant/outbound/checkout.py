"""The cart handed to a shop's own server as a signed message (docs/checkout.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from retrieval.product import Product

from ..contract import CartView
from .handover import HandedCart
from .webhook import NotDelivered, Webhook

Address = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+\S*$", max_length=2_000)]
Reference = Annotated[str, StringConstraints(pattern=r"^[\w.:/#-]+$", max_length=64)]


class Taken(BaseModel):
    """What the shop answers; it may say more."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    url: Address | None = None
    reference: Reference | None = None


class CheckoutHook:
    """A shop that takes carts over by a webhook."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    def hand_over(self, view: CartView, session_id: str) -> HandedCart:
        """The cart as the shop has taken it. NotDelivered when it did not, or when its answer does not say so as documented."""
        key = cart_key(view, session_id)
        reference = f"C-{key[:8].upper()}"
        answer = self._webhook.send(f"cart_{key}", cart_message(view, session_id, reference, datetime.now(UTC)))
        try:
            taken = Taken.model_validate_json(answer or b"{}")
        except ValidationError as error:
            raise NotDelivered(
                f"The shop's answer to a cart is not as documented: {error.errors(include_url=False)[0]['msg']}.",
                fix="compare it with docs/checkout.md",
            ) from error
        return HandedCart(key, taken.reference or reference, taken.url)

    def close(self) -> None:
        self._webhook.close()


def cart_key(view: CartView, session_id: str) -> str:
    """32 hexadecimal digits, the same for the same things at the same prices in the same conversation, whatever their order."""
    items = sorted(json.dumps(item_json(product, quantity)) for product, quantity in view.lines)
    return sha256("\n".join((session_id, view.currency, *items)).encode()).hexdigest()[:32]


def cart_message(view: CartView, session_id: str, reference: str, created: datetime) -> dict[str, Any]:
    """The message's JSON object."""
    return {
        "type": "cart.handed_over",
        "created": created.isoformat(timespec="seconds"),
        "reference": reference,
        "session": session_id,
        **cart_json(view),
    }


def cart_json(view: CartView) -> dict[str, Any]:
    """The cart for other programs: every amount a decimal number as a string."""
    return {
        "items": [item_json(product, quantity) for product, quantity in view.lines],
        "count": view.count,
        "total": exact(view.total, view.currency),
        "currency": view.currency,
    }


def item_json(product: Product, quantity: int) -> dict[str, Any]:
    price, currency = product.price, product.currency
    return {
        "id": product.id,
        "title": product.title,
        "variant": dict(product.options),
        "quantity": quantity,
        "price": None if price is None else exact(price, currency),
        "subtotal": None if price is None else exact(price * quantity, currency),
    }


def exact(amount: Decimal, currency: str) -> str:
    """The amount as a plain decimal number with the currency's own decimals, more where it has more: "0.10", "1299.00", "0.125"."""
    _, _, exponent = amount.normalize().as_tuple()
    assert isinstance(exponent, int)  # prices are finite
    return f"{amount:.{max(get_currency_precision(currency), -exponent)}f}"
