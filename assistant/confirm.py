"""Acts on a reading that may be wrong: what changes the cart or leaves for the checkout is asked back first, and done after a yes.

What would change is seen by doing it: an action gives its outcome as a value, which is then not kept. What would leave for the shop
is asked about before the action, since that cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from .actions import ACTIONS
from .actions.cart import view_of
from .model import Answer, DialogueState, Intent, Outcome, Parse, Question
from .parse import clean
from .parts import Parts
from .reply import reading_of

SEARCHES: tuple[Intent, ...] = ("search", "refine")
SAYS_NO_MORE: tuple[Intent, ...] = (
    "other",
    "feedback",
)  # "i changed my mind": an act on an order is dropped, and that is said
LEFT = "All right, I left everything as it is. What would you like instead?"

_WORD = re.compile(r"\w+(?:'\w+)?|👍|👎")
_AGREES = frozenset(
    "yes yeah yep yup yea ya y aye sure ok okay right correct exactly definitely absolutely alright fine go do course 👍".split()
)
_REFUSES = frozenset("no nope nah n not don't dont wrong never nevermind cancel stop leave 👎".split())
_AROUND = frozenset(
    "please pls thanks thank you that that's thats is it it's its ahead of i mean meant am all mind so".split()
)


def agrees(message: str) -> bool:
    """Whether the message says yes and nothing more."""
    words = _words(message)
    return bool(words & _AGREES) and words <= _AGREES | _AROUND


def refuses(message: str) -> bool:
    """Whether the message says no and nothing more."""
    words = _words(message)
    return bool(words & _REFUSES) and words <= _REFUSES | _AGREES | _AROUND


def settled(parse: Parse, state: DialogueState) -> Parse:
    """The act that the last turn asked about when this message agrees to it, `feedback` when it refuses; else what was read."""
    if state.asked is None:
        return parse
    if agrees(parse.message):
        return replace(state.asked, confidence=1.0)
    return Parse("feedback", acts=("feedback",), message=parse.message) if refuses(parse.message) else parse


def act(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What the action does; instead a question where it would act with consequences on an unsure reading.

    A search on a very unsure reading is done, and says how it was read. The bounds are `parts.confirm_below` and
    `parts.show_reading_below`.
    """
    if state.asked is not None and (refuses(parse.message) or (state.asked.order and parse.intent in SAYS_NO_MORE)):
        return Outcome(answer=Answer(LEFT))
    unsure = parse.confidence < parts.confirm_below
    if unsure and (leaving := _leaves(parse, state, parts)):
        return _asking(leaving, parse)
    outcome = ACTIONS[parse.intent](parse, state, parts)
    if unsure and (change := " and ".join(_changes(outcome, state, parts))):
        return replace(_asking(change, parse), focus=outcome.focus)
    if parse.intent in SEARCHES and parse.confidence < parts.show_reading_below:
        return replace(outcome, reading=reading_of(state.constraints, parts.currency))
    return outcome


def _asking(change: str, parse: Parse) -> Outcome:
    text = f"{change[0].upper()}{change[1:]}: right?"
    return Outcome(answer=Answer(text, (text,)), question=Question("Shall I?", "confirm", ("Yes", "No")), asked=parse)


def _leaves(parse: Parse, state: DialogueState, parts: Parts) -> str:
    """What the act would send to the shop, as an order to it; "" when nothing."""
    count = view_of(state.cart, parts).count
    if parse.intent == "checkout" and parts.checkout_hook is not None and count:
        return f"go to the checkout with {_items(count)}"
    if parse.intent == "handoff" and parts.handoff is not None and parts.handoff.route is not None:
        return "pass this conversation on to the shop's staff"
    return ""


def _changes(outcome: Outcome, state: DialogueState, parts: Parts) -> Iterator[str]:
    """What the outcome would do to the cart, an order to the shop each; nothing where it has no consequence."""
    if outcome.cart is not None and outcome.cart != state.cart:
        before = {line.product_id: line.quantity for line in state.cart}
        after = {line.product_id: line.quantity for line in outcome.cart}
        products = parts.catalog.get_many(dict.fromkeys((*before, *after)))
        counts = [(product.title, before.get(product.id, 0), after.get(product.id, 0)) for product in products]
        yield from (_change(title, old, new) for title, old, new in counts if old != new)
    if outcome.checkout_url is not None:
        yield f"go to the checkout with {_items(view_of(state.cart, parts).count)}"


def _change(title: str, old: int, new: int) -> str:
    if new == 0:
        return f"take the {title} out of your cart"
    if old == 0:
        return f"put {f'the {title}' if new == 1 else f'{new} × {title}'} in your cart"
    return f"make it {new} × {title} in your cart"


def _items(count: int) -> str:
    return f"{count} {'item' if count == 1 else 'items'}"


def _words(message: str) -> frozenset[str]:
    """The words of a message; none for a question, which neither agrees nor refuses."""
    said = clean(message)
    return frozenset() if "?" in said else frozenset(_WORD.findall(said))
