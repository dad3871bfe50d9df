"""The shop's own cart, as the page around the chat tells it: read out and paid where the shop says, never counted or changed here."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.product import money

from ..model import Answer, Outcome, ShopCart, ShopLine


def told(cart: ShopCart, own: Sequence[str], currency: str) -> Outcome:
    """What is in it, and beside it what this chat has noted: own. currency: the catalogue's, where the page says none."""
    currency = cart.currency or currency
    lines = "; ".join(f"{place}. {_line(line, currency)}" for place, line in enumerate(cart.lines, start=1))
    said = [f"In the shop's cart: {lines}." if lines else "The shop's cart is empty."]
    if cart.lines and cart.total is not None:
        said.append(f"It says {money(cart.total, currency)} in all.")
    return Outcome(answer=_of([*said, noted(own)]))


def paid(cart: ShopCart, own: Sequence[str]) -> Outcome:
    """Where it is paid."""
    where = f"Pay on the shop's own page: {cart.url}" if cart.url else "Pay in the shop itself."
    said = [where, "Nothing is charged in this chat.", noted(own)]
    return Outcome(answer=_of(said, cart.url or ""), checkout_url=cart.url)


def changed_there(cart: ShopCart) -> Outcome:
    """That it is changed on the shop's pages only."""
    where = f": {cart.url}" if cart.url else "."
    return Outcome(
        answer=_of([f"I cannot change the shop's cart. You can, on the shop's own page{where}"], cart.url or "")
    )


def noted(lines: Sequence[str]) -> str:
    """What only this chat holds; "" for nothing."""
    return (
        f"Noted in this chat, and in the shop's cart only once you put it there: {'; '.join(lines)}." if lines else ""
    )


def _line(line: ShopLine, currency: str) -> str:
    price = "" if line.subtotal is None else f" ({money(line.subtotal, currency)})"
    return f"{line.title} × {line.quantity}{price}"


def _of(said: Sequence[str], *evidence: str) -> Answer:
    """The page's own words and numbers: each sentence is its own evidence."""
    return Answer(" ".join(filter(None, said)), (*said, *evidence))
