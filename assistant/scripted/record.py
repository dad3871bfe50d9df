"""A live conversation made into a story: what was said, with what came of it as expectations to prune."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..assistant import Assistant
from ..contract import Reply, constraints_json
from .files import as_yaml


def record(assistant: Assistant, messages: Iterable[str], name: str, say: Callable[[str], object]) -> str:
    """The conversation up to the first empty message as the YAML of one story; "" when nothing was said. Each reply goes to `say`."""
    turns: list[dict[str, Any]] = []
    session_id = assistant.new_session()
    for message in messages:
        if not message.strip():
            break
        reply = assistant.reply(message, session_id)
        say(reply.reply)
        turns.append(turn_of(message, reply))
    return as_yaml([{"story": name, "turns": turns}]) if turns else ""


def turn_of(message: str, reply: Reply) -> dict[str, Any]:
    """A turn that expects what the reply is: intent, wishes, how many products and which first, the cart, what was relaxed or asked."""
    turn: dict[str, Any] = {"shopper": message, "intent": reply.intent}
    if wishes := {name: value for name, value in constraints_json(reply.constraints).items() if value}:
        turn["constraints"] = wishes
    if reply.cards:
        turn["products"] = {"min": len(reply.cards), "first": {"id": reply.cards[0].product.id}}
    elif reply.intent in ("search", "refine", "more"):
        turn["products"] = {"max": 0}
    if reply.cart.lines:
        lines = [{"id": product.id, "quantity": quantity} for product, quantity in reply.cart.lines]
        turn["cart"] = {"count": reply.cart.count, "total": float(reply.cart.total), "contains": lines}
    if reply.relaxed:
        turn["relaxed"] = [relaxed.field for relaxed in reply.relaxed]
    if reply.question:
        turn["question"] = [reply.question.field]
    return turn
