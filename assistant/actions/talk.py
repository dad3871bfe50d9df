"""Turns that show no product: greeting, help, starting over, and what lies outside the shop. Nothing but the state's need is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model import Answer, Card, DialogueState, Outcome, Parse, Question
from ..names import listed
from ..parts import Parts
from ..sayings.about_us import about_us
from ..sayings.at_us import SURELY, at_us
from ..wordings import worded
from .ask import ask_product
from .policy import told_by_the_rules
from .suggesting import personal, suggested
from .titles import titled

HELP = (
    "Tell me what you need in your own words, with a budget, a colour or anything you don't want. "
    "I show what the shop has and why it fits. "
    "You can narrow it down, ask about a product, see more, and put things in your cart."
)
HELLO_AGAIN = "Or tell me what you are looking for."
NAMED = 6  # departments
TOLD = 3  # things that are known of a shopper
KNOWN_HERE = "I know nothing of you but what you say in this conversation."
FORGOTTEN = "Done: I have forgotten all that I knew of you"
STILL_KEPT = "This conversation stays until you delete it, and what you agreed to holds until you take it back."
OUTSIDE = "That is outside what I can help with."
ABOUT_US = {
    "machine": "I am this shop's assistant: a computer program, not a person.",
    "later": "Take your time.",
    "wellbeing": "Thanks for asking. I'm ready to help.",
    "contact": "I know no phone number or address of the shop. Please use its contact page.",
}
OFFER = "I can show you products, answer from their listings and keep your cart."


def greet(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """A greeting; for somebody who was here before, and agreed to be known, with what suits them."""
    cards: list[Card] = []
    if parts.shopper and state.turn == 0 and parts.shopper.known():
        cards = [one for one in parts.shopper.suggest(state, parts.products_shown) if personal(one)]
        cards.sort(key=lambda one: one.sponsored)  # with others left out, a paid place might have become the first
    if not cards:
        return Outcome(answer=Answer(worded("greeting", state)))
    return suggested(
        [replace(card, rank=rank) for rank, card in enumerate(cards, start=1)], "Hello! For you", HELLO_AGAIN
    )


def bye(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    kept = " Your cart is kept as it is." if state.cart else ""
    return Outcome(answer=Answer(f"{worded('farewell', state)}{kept}"))


def help_(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What the shop has and what can be said here, or what is told of that which the message names; of somebody who asks so, what is
    known of them, which they may have forgotten."""
    if parse.about_me is not None:
        return _about_me(parse, state, parts)
    if told := _told_of_what_is_named(parse, state, parts):
        return told
    departments = parts.catalog.widest_categories()
    sold = _sold(departments) if len(departments) > 1 else ""
    return Outcome(answer=Answer(f"{sold}{HELP}", (sold,) if sold else ()))


def _told_of_what_is_named(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """What the shop's rules say of a message that was read as no question, else the product that it calls by its title; None where it
    has neither."""
    if told := told_by_the_rules(parse.message, parts):
        return told
    return ask_product(parse, state, parts) if titled(parse.message, state, parts) else None


def _about_me(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What is known of the shopper and whether to forget it; forgotten, once a yes was given."""
    known = parts.shopper.known() if parts.shopper else ()
    earlier = parts.shopper.earlier() if parts.shopper else ()
    if not known and not earlier:
        here = tuple(wish.text for wish in state.own)
        told = f" Whatever you look for here, I go by this: {', '.join(here)}." if here else ""
        return Outcome(answer=Answer(f"{KNOWN_HERE}{told}", here))
    if parse.about_me == "forgotten" and parts.shopper:
        parts.shopper.forget(None)
        return Outcome(answer=Answer(f"{FORGOTTEN}{' and our earlier conversations' if earlier else ''}. {STILL_KEPT}"))
    more = f" and {len(known) - TOLD} more" if len(known) > TOLD else ""
    told = f"Of you I know that {', '.join(known[:TOLD])}{more}." if known else "I keep our earlier conversations."
    both = ", and our earlier conversations" if known and earlier else ""
    asking = f"Shall I forget all of it{both}?"
    question = Question(asking, "confirm", ("Yes", "No"))
    evidence = (*known[:TOLD], str(len(known) - TOLD), asking)
    asked = Parse("help", acts=("help",), about_me="forgotten")
    return Outcome(answer=Answer(f"{told} {asking}", evidence), question=question, asked=asked)


def more_known(count: int) -> tuple[str, ...]:
    """A sentence that says how much more is known than is told; none where nothing is."""
    return (f"I know {count - TOLD} more.",) if count > TOLD else ()


def _sold(departments: Sequence[str]) -> str:
    """ "This shop has lighting, bags and kitchen. ": the largest departments, and that there are more."""
    named = [*departments[:NAMED], *(["more"] if len(departments) > NAMED else [])]
    return f"This shop has {listed(named)}. "


def reset(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    kept = " Your cart is still there." if state.cart else ""
    return Outcome(answer=Answer(f"All wishes are cleared.{kept} What are you looking for?"))


def other(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What is no business of a shop, unless it names what is: "you sent me the wrong size". Anger at us gets no lecture, a question who
    answers here an honest word, who wants to think the time for it, and who does not know what to look for a word on what there is."""
    if at_us(parse.message, parts.embedder, least=SURELY):
        return sorry(parts)
    if told := _told_of_what_is_named(parse, state, parts):
        return told
    asked = about_us(parse.message, parts.embedder)
    if asked == "undecided":
        return help_(parse, state, parts)
    return Outcome(answer=Answer(f"{ABOUT_US[asked] if asked else OUTSIDE} {OFFER}"))


def sorry(parts: Parts) -> Outcome:
    """To somebody who is angry with us: nothing is defended, and nothing changes."""
    person = ", or ask for a person" if parts.handoff is not None and parts.handoff.route is not None else ""
    return Outcome(
        answer=Answer(f"I am sorry that this is not going well. Tell me what you need in a few words{person}.")
    )
