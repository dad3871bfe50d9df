"""Turns that show no product: greeting, help, starting over, and what lies outside the shop. Nothing but the state's need is touched."""

from __future__ import annotations

from ..model import Answer, DialogueState, Outcome, Parse
from ..parts import Parts

HELP = (
    "Tell me what you need in your own words, with a budget, a colour or anything you don't want. "
    "I show what the shop has and why it fits. "
    "You can narrow it down, ask about a product, see more, and put things in your cart."
)
OFFER = "I can show you products, answer from their listings and keep your cart."


def greet(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    return Outcome(answer=Answer("Hello! What are you looking for today?"))


def bye(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    kept = " Your cart is kept as it is." if state.cart else ""
    return Outcome(answer=Answer(f"Goodbye, and thank you for stopping by.{kept}"))


def help_(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    return Outcome(answer=Answer(HELP))


def reset(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    kept = " Your cart is still there." if state.cart else ""
    return Outcome(answer=Answer(f"All wishes are cleared.{kept} What are you looking for?"))


def other(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    return Outcome(answer=Answer(f"That is outside what I can help with. {OFFER}"))
