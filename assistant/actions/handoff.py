"""Passing a conversation on to the shop's staff: asked for, offered after failed turns, or by the shop's rules.

What a message means was read by the parser; here are only its intent, what came of the turns, and the cart's total.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

from ..contract import constraints_json
from ..model import Answer, DialogueState, Exchange, Intent, Outcome, Parse, Question
from ..outbound.attachments import Attachment
from ..outbound.checkout import cart_json
from ..outbound.handoff import HandoffDesk, HandoffRules
from ..outbound.handover import By, ContactLink, Handoff, Why
from ..outbound.letters import Letter
from ..outbound.webhook import NotDelivered
from ..parts import Parts
from ..said_back import reading_of
from .cart import Cart, view_of

log = logging.getLogger(__name__)
FAULT = "handoff-not-delivered"
NO_WAY = "I can't reach a person from here, so nobody has been told."
NOT_PASSED_ON = "I could not pass this conversation on: nothing confirmed that anybody has got it."
OFFER = "I am not getting you further: shall I pass this conversation on to the shop's staff?"
_PASSED_ON: dict[By, str] = {
    "webhook": "I have passed this conversation on to the shop's staff; the reference is {}.",
    "email": "I have sent this conversation to the shop's staff by e-mail; the reference is {}.",
    "chatwoot": "I have passed this conversation on to the shop's staff; the reference is {}.",
    "inbox": "I have put this conversation into the inbox of the shop's staff, who have yet to read it; the reference is {}.",
}


@dataclass(frozen=True)
class Aside:
    """What is said of a person after a turn's own words. failed: whether the turn got the shopper no further."""

    failed: bool = False
    text: str = ""
    handoff: Handoff | None = None
    fault: str | None = None
    asked: Parse | None = None
    question: Question | None = None


def handoff(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The conversation passed on, with its reference; else that nobody was told, and what the shopper can do."""
    desk = parts.handoff
    if desk is None or desk.route is None:
        return Outcome(answer=_stated(f"{NO_WAY} {_elsewhere(desk.rules if desk else HandoffRules())}"))
    try:
        done = _pass_on("asked", Exchange(parse.message, ""), state, parts, desk)
    except NotDelivered as error:
        log.error("handoff: %s", error)
        return Outcome(answer=_stated(_not_passed_on(desk.rules), found=False), fault=FAULT)
    return Outcome(answer=_stated(_said(done, desk.rules)), handoff=done)


def aside(
    done: Sequence[tuple[Parse, Outcome]], cart_before: Cart, exchange: Exchange, state: DialogueState, parts: Parts
) -> Aside:
    """A handoff that nobody asked for: by the shop's rules, or offered where turns fail one after the other.

    exchange: the turn as it was said. Nothing where the conversation was passed on already, or should just have been.
    """
    fails = all(failed(parse, outcome) for parse, outcome in done)
    desk = parts.handoff
    tried = any(outcome.handoff or outcome.fault == FAULT for _, outcome in done)
    if desk is None or desk.route is None or state.handoff is not None or tried:
        return Aside(fails)
    if (why := _by_rule(done, cart_before, exchange.shopper, state, parts, desk)) is not None:
        try:
            passed_on = _pass_on(why, exchange, state, parts, desk)
        except NotDelivered as error:  # nobody asked, so nobody waits for it; the log and the kept letter tell the shop
            log.error("handoff: %s", error)
            return Aside(fails)
        return Aside(fails, _said(passed_on, desk.rules), passed_on)
    often = fails and desk.rules.failed_turns and (state.failed + 1) % desk.rules.failed_turns == 0
    return _after_failures(exchange, state, parts, desk) if often else Aside(fails)


def contact_link(acts: Collection[Intent], beside: Aside, state: DialogueState, parts: Parts) -> ContactLink | None:
    """The shop's own link to its staff, in a turn that asked for a person or was told of one; None where it has none.

    state: after the turn. Whether the shopper follows the link is not known, so it passes nothing on.
    """
    desk = parts.handoff
    if desk is None or not desk.rules.link or not (beside.text or "handoff" in acts):
        return None
    kept = state.handoff or desk.letters.has(parts.session_id)  # else there is nothing to be found by a reference
    filled = {
        "{reference}": _reference(state, parts) if kept else "",
        "{need}": reading_of(state.constraints, parts.currency),
    }
    url = desk.rules.link
    for place, words in filled.items():
        url = url.replace(place, quote(words, ""))
    return ContactLink(desk.rules.link_text, url)


def failed(parse: Parse, outcome: Outcome) -> bool:
    """Whether an act got the shopper no further: it was not understood, found nothing, or could not be done."""
    if outcome.asked is not None or outcome.question is not None:
        return False
    if outcome.fault is not None or parse.intent == "other":
        return True
    return not outcome.answer.found if outcome.answer is not None else not (outcome.hits and outcome.kind_found)


def _by_rule(
    done: Sequence[tuple[Parse, Outcome]],
    cart_before: Cart,
    message: str,
    state: DialogueState,
    parts: Parts,
    desk: HandoffDesk,
) -> Why | None:
    """Why the shop's rules want this turn passed on; once a conversation, delivered or not."""
    over = desk.rules.cart_over
    why: Why | None = None
    if desk.topics.of(message, parts.embedder) is not None:
        why = "topic"
    elif any(parse.intent in desk.rules.intents for parse, _ in done):
        why = "intent"
    elif over is not None and view_of(cart_before, parts).total <= over < view_of(state.cart, parts).total:
        why = "cart_over"
    return None if why is None or desk.letters.has(parts.session_id) else why


def _after_failures(exchange: Exchange, state: DialogueState, parts: Parts, desk: HandoffDesk) -> Aside:
    if desk.rules.ask_first:
        asked = Parse("handoff", acts=("handoff",))
        return Aside(True, OFFER, asked=asked, question=Question("Shall I?", "confirm", ("Yes", "No")))
    try:
        done = _pass_on("failed_turns", exchange, state, parts, desk)
    except NotDelivered as error:
        log.error("handoff: %s", error)
        return Aside(True, _not_passed_on(desk.rules), fault=FAULT)
    return Aside(True, _said(done, desk.rules), done)


def _pass_on(why: Why, exchange: Exchange, state: DialogueState, parts: Parts, desk: HandoffDesk) -> Handoff:
    """The conversation with the exchange under way delivered. A later one keeps the reference of the first."""
    transcript = (*parts.history, exchange) if exchange.shopper else parts.history
    files = tuple(one.number for one in desk.attachments.of(parts.session_id))
    return desk.pass_on(_letter(why, str(state.turn), state, parts, transcript, files))


def tell_of_file(file: Attachment, state: DialogueState, parts: Parts, desk: HandoffDesk) -> None:
    """Tell the staff, who have the conversation, of a file that came after it. What is not delivered is logged and kept."""
    try:
        desk.pass_on(_letter("attached", f"file {file.number}", state, parts, (), (file.number,)))
    except NotDelivered as error:
        log.error("handoff: %s", error)


def _letter(
    why: Why,
    occasion: str,
    state: DialogueState,
    parts: Parts,
    transcript: tuple[Exchange, ...],
    files: tuple[int, ...],
) -> Letter:
    """occasion: what tells the letter from others of the conversation."""
    session_id = parts.session_id
    return Letter(
        id=f"handoff_{_digest(f'{session_id} {occasion}')[:32]}",
        reference=_reference(state, parts),
        session=session_id,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        why=why,
        need=reading_of(state.constraints, parts.currency),
        constraints=constraints_json(state.constraints),
        cart=cart_json(view_of(state.cart, parts)),
        transcript=transcript,
        files=files,
    )


def _reference(state: DialogueState, parts: Parts) -> str:
    """A later handoff keeps that of the first."""
    return state.handoff.reference if state.handoff else f"H-{_digest(parts.session_id)[:8].upper()}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _said(done: Handoff, rules: HandoffRules) -> str:
    """What really happened, and how else the staff are reached."""
    how = _how(rules)
    reach = f"You can also reach them yourself: {how}." if how else ""
    return " ".join(one for one in (_PASSED_ON[done.by].format(done.reference), reach, _hours(rules)) if one)


def _not_passed_on(rules: HandoffRules) -> str:
    return f"{NOT_PASSED_ON} {_elsewhere(rules)}"


def _elsewhere(rules: HandoffRules) -> str:
    """What the shopper can do without us."""
    how = _how(rules)
    reach = f"You can reach the shop yourself: {how}." if how else "Please use the shop's contact page."
    return " ".join(one for one in (reach, _hours(rules)) if one)


def _how(rules: HandoffRules) -> str:
    return rules.contact or ("by the link below" if rules.link else "")


def _hours(rules: HandoffRules) -> str:
    return f"Office hours: {rules.hours}." if rules.hours else ""


def _stated(text: str, *, found: bool = True) -> Answer:
    """What code composed of the shop's settings and of what happened: its own evidence."""
    return Answer(text, (text,), found)
