"""Orders in the dialogue: nothing personal without proof, and no act without its yes.

A proof is the order number with the e-mail address or postcode. Wrong ones are counted; the answer is the same whether the order
exists or not. An act is read back whole and waits in the state for the yes of the very next turn.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy.exc import SQLAlchemyError

from retrieval.dense import Embedder
from retrieval.words import content_stems

from ..model import Answer, DialogueState, Intent, Outcome, Parse, Question
from ..orders.acts import OrderActs, Wanted
from ..orders.book import (
    ACTS,
    Order,
    OrderAct,
    OrderLine,
    OrderMoved,
    OrderRequest,
    OrderRules,
    OrdersDown,
    OrderTalk,
    Proof,
    asked_in,
)
from ..orders.desk import OrderDesk
from ..parts import Parts
from .policy import before_an_order

log = logging.getLogger(__name__)
NO_ORDERS = "I can't look into orders here. The shop's own order page or its staff can."
ASK_ALL = "Please give me the order number and the e-mail address or the postcode of the order."
ASK_NUMBER = "Please give me the order number."
ASK_PROOF = "Please give me the e-mail address or the postcode of that order as well."
WRONG = "I can't match that order number with that e-mail address or postcode. Please check both; both stand in the order's confirmation."
LIMITED = "I can't check more order details for now. The shop's staff can help you, or try again later."
DOWN = "The shop's order system does not answer right now, so I can't say anything about the order. Please try again later."
NOT_SURE = "I got no confirmation, so I can't say that it was done. Say yes and I try again; it will not be done twice."
ASK_ACT = "What shall be done with the order: cancel it, return or exchange something, or change the address?"
ASK_INSTEAD = "What would you like instead? Please say it like this: exchange it for size 10."
ASK_ADDRESS = "Please write the whole new address in one message."
NO_EXCHANGE = "I can't exchange items here; I can announce a return. The shop's staff can arrange an exchange."
_ACTS = OrderActs()
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(
    r"(?:address\b.*?\bto\b|address:|deliver(?:ed)? to|send it to|ship it to)\s*(.+)", re.IGNORECASE | re.DOTALL
)
_INSTEAD = re.compile(
    r"\b(?:exchang\w*|swap\w*|chang\w*)\b(.*?)\b(?:for|to|into|with)\b\s+(\S.*)", re.IGNORECASE | re.DOTALL
)
_DOING: dict[OrderAct, str] = {
    "cancel": "cancel",
    "return": "return",
    "exchange": "exchange",
    "address": "change the address",
}


@dataclass(frozen=True)
class Told:
    """What a message tells of an order: its number and proof, as far as given."""

    number: str | None
    proof: Proof

    @property
    def anything(self) -> bool:
        return bool(self.number or self.proof.email or self.proof.postcode)


def continued(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The parse as an answer to the shop's own question for an order's number, proof or address, when the message gives one."""
    talk, desk = state.order, parts.orders
    if desk is None or talk is None or not talk.waiting or parse.order is not None:
        return parse
    if not told_by(parse, desk.rules).anything and not (
        talk.proven and talk.act == "address" and _address(parse.message, bare=True)
    ):
        return parse
    changes = talk.act or wanted_in(parse.message, desk.rules, desk.acts, parts.embedder) in ACTS
    intent: Intent = "order_change" if changes else "order_status"
    return replace(parse, intent=intent, acts=(intent,))


def order_status(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Where the order is, what is in it, and what can still be changed; without proof the question for one."""
    return _with_order(parse, state, parts, act=None, change=False)


def order_change(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """An act read back for a yes; done when this turn is that yes. Where it is unsure which act is meant, that is asked."""
    desk = parts.orders
    if desk is None:
        return _without_desk(parse, parts)
    if parse.order is not None:
        return _do(parse, parse.order, desk)
    wanted = wanted_in(parse.message, desk.rules, desk.acts, parts.embedder)
    if wanted == "status":
        return order_status(parse, state, parts)
    return _with_order(parse, state, parts, act=wanted or (state.order.act if state.order else None), change=True)


def wanted_in(message: str, rules: OrderRules, acts: OrderActs, embedder: Embedder) -> Wanted | None:
    """What a message wants of an order, its numbers and proofs left out; None where that is unsure."""
    return acts.of(_without_proof(message, f"{rules.number}|{rules.postcode}"), embedder)


def _with_order(parse: Parse, state: DialogueState, parts: Parts, *, act: OrderAct | None, change: bool) -> Outcome:
    desk, talk = parts.orders, state.order or OrderTalk()
    if desk is None:
        return _without_desk(parse, parts)
    told = _vouched(told_by(parse, desk.rules), parts.email)
    number = told.number or talk.number
    proven = talk.proven and number == talk.number
    if not proven and (asked := _ask(number, told, act)):
        asked = replace(asked, answer=Answer(ASK_NUMBER)) if parts.email and number is None else asked
        return before_an_order(asked, parse.message, parts.policies) if change and number is None else asked
    assert number is not None
    try:
        order = desk.book.status(number) if proven else _proven(number, told.proof, parts.session_id, desk)
        if isinstance(order, Outcome):
            return replace(order, order=OrderTalk(number, act=act, waiting=True))
        if order is None:
            return Outcome(answer=Answer(WRONG))
        known = OrderTalk(order.number, proven=True)
        return (
            _propose(parse, state, parts, order, act) if change else Outcome(answer=_status(order, desk), order=known)
        )
    except OrdersDown as error:
        log.error("orders: %s", error)
        return Outcome(answer=Answer(DOWN, found=False), fault=error.slug)


def _without_desk(parse: Parse, parts: Parts) -> Outcome:
    """That no order can be looked into, after what the policies say of any ("it arrived broken"); where one is, or a number or a proof by
    itself, asks nothing of them."""
    outcome, rules = Outcome(answer=Answer(NO_ORDERS)), OrderRules()
    where = parse.intent == "order_status" and wanted_in(parse.message, rules, _ACTS, parts.embedder) == "status"
    asks_nothing = where or told_by(parse, rules).anything
    return outcome if asks_nothing else before_an_order(outcome, parse.message, parts.policies)


def _vouched(told: Told, email: str | None) -> Told:
    """With the shopper's verified address as the proof, unless the message gives another: an order may have been made with that."""
    return told if told.proof.email or told.proof.postcode else replace(told, proof=Proof(email))


def _ask(number: str | None, told: Told, act: OrderAct | None) -> Outcome | None:
    """The question for what is missing of number and proof; None when both are there."""
    if number and (told.proof.email or told.proof.postcode):
        return None
    return Outcome(answer=Answer(ASK_PROOF if number else ASK_ALL), order=OrderTalk(number, act=act, waiting=True))


def told_by(parse: Parse, rules: OrderRules) -> Told:
    """Number, e-mail and postcode as the message has them; the number's digits are no postcode."""
    message = parse.message
    found = re.search(rules.number, message, re.IGNORECASE)
    number = found.group() if found else parse.slots.order_id
    if found is None and number and re.fullmatch(rules.postcode, number, re.IGNORECASE):
        number = None  # "my postcode is 10021" is often read as the number of an order
    email = _EMAIL.search(message)
    rest = message.replace(number, " ") if number else message
    rest = _EMAIL.sub(" ", rest)
    postcode = re.search(rules.postcode, rest, re.IGNORECASE)
    proof = Proof(email.group() if email else None, postcode.group() if postcode and not email else None)
    return Told(number.upper() if number else None, proof)


def _proven(number: str, proof: Proof, session_id: str, desk: OrderDesk) -> Order | Outcome:
    """The order when the proof is right; else the same answer for a wrong proof and an unknown number, counted and limited."""
    if desk.log.limited(session_id, number, desk.rules):
        return Outcome(answer=Answer(LIMITED, found=False))
    order = desk.book.find(number, proof)
    if order is not None:
        return order
    desk.log.wrong(session_id, number)
    return Outcome(answer=Answer(WRONG, found=False))


def _status(order: Order, desk: OrderDesk) -> Answer:
    return _stated(*_status_lines(order), *_possible_lines(order, desk))


def _status_lines(order: Order) -> Iterator[str]:
    yield f"Order {order.number} is {order.state}, placed on {order.placed.isoformat()}: {_items(order.lines)}."
    if order.carrier:
        yield f"Carrier: {order.carrier}{f', tracking number {order.tracking}' if order.tracking else ''}."
    if order.delivered:
        yield f"Delivered on {order.delivered.isoformat()}."
    elif order.expected and order.state != "cancelled":
        yield f"Expected on {order.expected.isoformat()}."


def _possible_lines(order: Order, desk: OrderDesk) -> Iterator[str]:
    """What can still be done, and why the rest cannot."""
    able = _able(desk)
    refusals = {act: desk.rules.refusal(act, order, desk.today()) for act in able}
    if possible := [_DOING[act] for act in able if refusals[act] is None]:
        yield f"You can still {' or '.join(possible)}."
    yield from dict.fromkeys(refusal for refusal in refusals.values() if refusal)


def _able(desk: OrderDesk) -> list[OrderAct]:
    abilities = desk.book.abilities()
    return [act for act in ACTS if abilities[act].can and (act != "exchange" or desk.rules.exchanges)]


def _propose(parse: Parse, state: DialogueState, parts: Parts, order: Order, act: OrderAct | None) -> Outcome:
    """The act in full with the question for a yes; or why it is not possible, or what is missing."""
    desk = parts.orders
    assert desk is not None
    known = OrderTalk(order.number, proven=True)
    if act is None:
        able = tuple(_DOING[one].capitalize() for one in _able(desk))
        return Outcome(answer=Answer(ASK_ACT), order=known, question=Question(ASK_ACT, "order_act", able))
    if act not in _able(desk):
        return Outcome(answer=Answer(NO_EXCHANGE if act == "exchange" else NO_ORDERS), order=known)
    if refusal := desk.rules.refusal(act, order, desk.today()):
        return Outcome(answer=_stated(refusal), order=known)
    waited = state.order is not None and state.order.waiting and state.order.proven
    address = _address(_without_proof(parse.message, desk.rules.number), bare=waited) if act == "address" else ""
    if act == "address" and not address:
        return Outcome(answer=Answer(ASK_ADDRESS), order=replace(known, act=act, waiting=True))
    said = _without_proof(parse.message, desk.rules.postcode if act == "exchange" else None)
    named, instead = _exchanged(said) if act == "exchange" else (said, "")
    if act == "exchange" and not instead:
        return Outcome(answer=_stated(ASK_INSTEAD), order=replace(known, act=act))
    lines = _meant(desk.rules.returnable(order), named) if act in ("return", "exchange") else order.lines
    request = _request(act, order, lines, address, instead, parts.session_id, state.turn)
    # without its words: "cancel it" would read as a refusal when the yes brings this act back
    asked = replace(parse, intent="order_change", acts=("order_change",), order=request, message="")
    answer = _stated(f"{_read_back(request, lines)} Shall I? Please answer yes or no.")
    return Outcome(answer=answer, question=Question("Shall I?", "confirm", ("Yes", "No")), asked=asked, order=known)


def _request(
    act: OrderAct, order: Order, lines: tuple[OrderLine, ...], address: str, instead: str, session_id: str, turn: int
) -> OrderRequest:
    """The key holds the conversation and the turn in which the act was read back: the same yes twice is one act."""
    named = tuple(f"{line.quantity} × {line.title}" for line in lines) if act in ("return", "exchange") else ()
    whole = "\n".join((session_id, str(turn), act, order.number, address, instead, *named))
    key = sha256(whole.encode()).hexdigest()
    return OrderRequest(act, order.number, order.state, key, asked_in(session_id), named, address, instead)


def _read_back(request: OrderRequest, lines: tuple[OrderLine, ...]) -> str:
    if request.act == "cancel":
        return f"I would cancel the whole order {request.number}: {_items(lines)}."
    if request.act == "return":
        return f"I would announce the return of {_items(lines)} from order {request.number}."
    if request.act == "exchange":
        return f"I would announce that {_items(lines)} from order {request.number} comes back in exchange for “{request.instead}”."
    return f"I would send order {request.number} to this address: {request.address}."


def _do(parse: Parse, request: OrderRequest, desk: OrderDesk) -> Outcome:
    """The act, once; the rules are asked again, since days may have passed. What happened is said with its reference."""
    known = OrderTalk(request.number, proven=True)
    try:
        order = desk.book.status(request.number)
        if order and order.state == request.seen and (refusal := desk.rules.refusal(request.act, order, desk.today())):
            return Outcome(answer=_stated(refusal), order=known)
        acts = {
            "cancel": desk.book.cancel,
            "return": desk.book.return_,
            "exchange": desk.book.exchange,
            "address": desk.book.change_address,
        }
        reference = acts[request.act](request)
    except OrderMoved:
        text = f"Order {request.number} has changed in the meantime, so I did nothing."
        return Outcome(answer=_stated(text), order=known)
    except OrdersDown as error:
        log.error("orders: %s", error)
        return Outcome(answer=Answer(NOT_SURE, found=False), asked=parse, order=known, fault=error.slug)
    try:
        desk.log.done(request, reference)
    except SQLAlchemyError:
        log.exception("the act %s was done and not logged", reference)
    return Outcome(answer=_stated(f"Done: {_outcome(request)} The reference is {reference}."), order=known)


def _outcome(request: OrderRequest) -> str:
    if request.act == "cancel":
        return f"order {request.number} is cancelled."
    if request.act == "return":
        return f"the return of {', '.join(request.lines)} from order {request.number} is announced."
    if request.act == "exchange":
        wish = f"the exchange of {', '.join(request.lines)} from order {request.number} for “{request.instead}” is announced"
        return f"{wish}. Whether the shop has it is for its staff to say."
    return f"order {request.number} goes to {request.address}."


def _meant(lines: tuple[OrderLine, ...], message: str) -> tuple[OrderLine, ...]:
    """The lines that the message names by the most words of their title; all when it names none."""
    said = set(content_stems(message))
    shared = [len(said & set(content_stems(line.title))) for line in lines]
    most = max(shared, default=0)
    return tuple(line for line, count in zip(lines, shared, strict=True) if count == most)


def _without_proof(message: str, others: str | None = None) -> str:
    """The message without e-mail addresses, and without what else a pattern is given for, as postcodes, and what announces them."""
    proof = f"(?:{_EMAIL.pattern}|{others})" if others else _EMAIL.pattern
    announced = r"(?:\s*\b(?:my\s+)?(?:zip|post(?:al)?\s?code|e-?mail)(?:\s+(?:code|address))?(?:\s+is)?\s*:?\s*)?"
    return re.sub(announced + proof, "", message, flags=re.IGNORECASE).rstrip(" ,;.")


def _exchanged(message: str) -> tuple[str, str]:
    """(the words for what goes back, those for what is wanted instead), without quotation marks."""
    words = " ".join(re.sub('[“”"]', "", message).split())
    found = _INSTEAD.search(words)
    return (found[1], found[2].rstrip(" ,.!?")) if found else (words, "")


def _address(message: str, *, bare: bool) -> str:
    """The address in a message: after "address to" and the like, or all of it when an address was asked for; "" without a number in it."""
    found = _ADDRESS.search(message)
    words = " ".join((found.group(1) if found else message if bare else "").split()).rstrip(".!")
    return words if any(char.isdigit() for char in words) and len(words.split()) >= 3 and "?" not in words else ""


def _items(lines: tuple[OrderLine, ...]) -> str:
    return ", ".join(f"{line.quantity} × {line.title}" for line in lines)


def _stated(*sentences: str) -> Answer:
    """What the order system said, composed by code: each sentence is its own evidence."""
    return Answer(" ".join(sentences), sentences)
