"""The table: what is done for each intent. A new intent is a name, a file here, a line below, a story."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import DialogueState, Intent, Outcome, Parse
from ..parts import Parts
from .cart import cart_add, cart_view
from .checkout import checkout
from .compare import compare
from .complement import complement
from .feedback import feedback
from .find import find, more
from .handoff import handoff
from .opinions import ask_product_and_buyers
from .orders import order_change, order_status
from .policy import policy
from .recommend import recommend
from .similar import similar
from .taking_out import cart_remove
from .talk import bye, greet, help_, other, reset

Action = Callable[[Parse, DialogueState, Parts], Outcome]

ACTIONS: Mapping[Intent, Action] = {
    "search": find,
    "refine": find,
    "more": more,
    "recommend": recommend,
    "compare": compare,
    "similar": similar,
    "complement": complement,
    "ask_product": ask_product_and_buyers,
    "cart_add": cart_add,
    "cart_remove": cart_remove,
    "cart_view": cart_view,
    "checkout": checkout,
    "order_status": order_status,
    "order_change": order_change,
    "policy": policy,
    "feedback": feedback,
    "handoff": handoff,
    "greet": greet,
    "bye": bye,
    "help": help_,
    "reset": reset,
    "other": other,
}

__all__ = ["ACTIONS", "Action"]
