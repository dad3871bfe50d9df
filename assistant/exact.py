"""What a button means exactly, with no model asked: a wish taken back or kept, a quantity in the cart, an act on products shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrieval.errors import BadInput

from .actions.variants import with_options
from .lasting import LASTING, lasting, lasts
from .model import Choice, DialogueState, Parse
from .parts import Parts
from .wishes import Drop, Keep, wish_of


@dataclass(frozen=True)
class Quantity:
    """How many of a product in the cart there shall be; 0 takes it out."""

    product_id: str
    quantity: int


PressAct = Literal["cart_add", "similar", "compare"]


@dataclass(frozen=True)
class Press:
    """The words that a button says for the shopper, and what it means by them: `act`, of the products with these ids."""

    message: str
    act: PressAct
    product_ids: tuple[str, ...]


Exact = Drop | Keep | Quantity | Press
Asked = str | Exact  # what a turn may be: a message, or what a button means


def words_of(asked: Asked) -> str | None:
    """The shopper's words, where the turn has any."""
    return asked.message if isinstance(asked, Press) else asked if isinstance(asked, str) else None


def meaning(exact: Exact, state: DialogueState, parts: Parts) -> tuple[str, Parse]:
    """How the transcript has it, and what it means; BadInput for a wish or a product that is not there any more."""
    match exact:
        case Quantity():
            return _setting(exact, state, parts)
        case Keep():
            return _keeping(exact, state, parts)
        case Drop():
            return _dropping(exact, state, parts)
        case Press():
            return exact.message, _pressing(exact, parts)


def _dropping(drop: Drop, state: DialogueState, parts: Parts) -> tuple[str, Parse]:
    wish = wish_of(drop, state.constraints, parts.currency)
    return f"Remove: {wish.text}", Parse("refine", acts=("refine",), drops=wish)


def _keeping(keep: Keep, state: DialogueState, parts: Parts) -> tuple[str, Parse]:
    wish = wish_of(keep, state.constraints, parts.currency)
    if not lasts(wish):
        raise BadInput(
            f"“{wish.text}” is of this need alone and cannot be kept.", fix=f"keep one of {', '.join(LASTING)}"
        )
    kept = lasting(wish.field, wish.value)
    return f"Keep for next time: {kept.text}", Parse("feedback", acts=("feedback",), keeps=kept)


def _setting(wanted: Quantity, state: DialogueState, parts: Parts) -> tuple[str, Parse]:
    there = [line.product_id for line in state.cart if line.product_id == wanted.product_id]
    for product in parts.catalog.get_many(there):
        said = (
            f"{wanted.quantity} × {with_options(product)}" if wanted.quantity else f"Take out: {with_options(product)}"
        )
        choice = Choice((product.id,), wanted.quantity)
        return said, Parse("cart_remove", acts=("cart_remove",), choice=choice)
    raise BadInput(
        f"{wanted.product_id!r:.80} is not in the cart any more.", fix="take an id of the last reply's `cart`"
    )


def _pressing(press: Press, parts: Parts) -> Parse:
    there = {product.id for product in parts.catalog.get_many(press.product_ids)}
    for gone in (one for one in press.product_ids if one not in there):
        raise BadInput(
            f"{gone!r:.80} is not in the catalogue any more.", fix="take the ids of the last reply's `products`"
        )
    return Parse(press.act, acts=(press.act,), products=press.product_ids)
