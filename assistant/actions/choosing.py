"""The question which variant of a thing it shall be, and the answer to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.evidence import speaks_of, spelled_size
from retrieval.product import Product, money
from retrieval.words import contains, content_stems

from ..model import Choice, DialogueState, Intent, Parse, Question, Slots
from ..names import listed
from ..parts import Parts
from .variants import common_title, fitting, open_option, values_of

FIELDS = ("color", "size", "material")  # the slots that speak of options
ANSWERING: tuple[Intent, ...] = ("cart_add", "refine", "search", "feedback", "other")


@dataclass(frozen=True)
class Asked:
    """What is said of a thing of which a variant is to be chosen. later: said instead of `text` when another thing is asked about first.

    question, act: None where no variant is left to choose.
    """

    text: str
    later: str
    question: Question | None = None
    act: Parse | None = None


def ask_among(variants: Sequence[Product], option: str, quantity: int) -> Asked:
    """The question for the option, with the values in stock and a word on those sold out."""
    there = [one for one in variants if not one.sold_out]
    name, values = common_title(variants), values_of(there, option)
    if not there:
        gone = f"{name} is sold out in every {option}, so I did not add it."
        return Asked(gone, gone)
    missing = [value for value in values_of(variants, option) if value not in values]
    gone = f"{listed(missing, 'and')} {'is' if len(missing) == 1 else 'are'} sold out." if missing else ""
    later = f"I did not add {name} yet: it comes in {option} {listed(values, 'and')}."
    if len(values) == 1:
        return _offered(f"Of {name} only {option} {values[0]} is left in stock; {gone}", later, there, option, quantity)
    text = f"Which {option} of {name}: {listed(_priced(there, option), 'or')}?"
    return Asked(f"{gone} {text}".strip(), later, Question(text, option, tuple(values)), _act(variants, quantity))


def ask_instead(sold_out: Product, family: Sequence[Product], quantity: int) -> list[Asked]:
    """The question for another variant in place of one that is sold out, which differs in one option; empty when there is none."""
    for option in reversed(list(sold_out.options)):
        there = [one for one in family if not one.sold_out and _differ_in(one, sold_out) == [option]]
        if there:
            text = f"In stock: {option} {listed(_priced(there, option), 'and')}."
            return [_offered(text, text, there, option, quantity)]
    return []


def _offered(text: str, later: str, there: Sequence[Product], option: str, quantity: int) -> Asked:
    """What is in stock, and whether to add it."""
    values = values_of(there, option)
    single = len(values) == 1
    question = f"Shall I add {'that' if single else 'one of them'}?"
    options = ("Yes", "No") if single else tuple(values)
    return Asked(f"{text} {question}", later, Question(question, option, options), _act(there, quantity))


def answered(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The parse as an answer to the shop's question which variant, when the message names one and no other thing; else as it is."""
    asked = state.asked.choice if state.asked else None
    if asked is None or parse.choice is not None or not _may_answer(parse, state):
        return parse
    among = parts.catalog.get_many(asked.ids)
    option = open_option(among)
    if option is None:
        return parse
    family = parts.catalog.variants(among[0])
    named = [value for value in _named(parse.message, values_of(family, option)) if value not in parse.slots.exclude]
    if len(named) != 1:
        return parse
    left = [one for one in family if one.options.get(option) == named[0]]
    for field, wishes in _other_wishes(parse.slots, family, option):
        left = fitting(left, field, wishes)
    left = [one for one in left if one.id in asked.ids] or left
    if not left:
        return parse
    said = parse.slots.quantity
    quantity = asked.quantity if said is None or str(said) in named[0].split() else said
    choice = Choice(tuple(one.id for one in left), quantity)
    return Parse("cart_add", acts=("cart_add", *parse.acts[1:]), message=parse.message, choice=choice, then=parse.then)


def _act(variants: Sequence[Product], quantity: int) -> Parse:
    """What waits for the answer."""
    return Parse("cart_add", choice=Choice(tuple(one.id for one in variants), quantity))


def _may_answer(parse: Parse, state: DialogueState) -> bool:
    """Whether the message may be about the variants asked about: another thing or a budget is another subject."""
    slots = parse.slots
    if slots.product or slots.price_min is not None or slots.price_max is not None:
        return False
    return parse.intent in ANSWERING or (parse.intent == "cart_remove" and not state.cart)  # "make it a 9"


def _named(message: str, values: Sequence[str]) -> list[str]:
    """The values that the message says in full, sizes by their letter or their name; else those of which it has a word of their own."""
    full = {value: said for value in values for said in (value, spelled_size(value)) if contains(message, said)}
    if full:
        return [
            value
            for value, said in full.items()
            if not any(said != other and contains(other, said) for other in full.values())
        ]
    said, stems = set(content_stems(message)), {value: set(content_stems(value)) for value in values}
    others = {value: set().union(*(stems[other] for other in values if other != value)) for value in values}
    return [value for value in values if said & (stems[value] - others[value])]


def _other_wishes(slots: Slots, family: Sequence[Product], option: str) -> Iterator[tuple[str, Sequence[str]]]:
    """(field, wishes) of the message for the family's other options."""
    names = {name for one in family for name in one.options} - {option}
    for field in FIELDS:
        if getattr(slots, field) and any(speaks_of(name, field) for name in names):
            yield field, getattr(slots, field)


def _differ_in(one: Product, other: Product) -> list[str]:
    return [name for name in other.options if one.options.get(name) != other.options[name]]


def _priced(variants: Sequence[Product], option: str) -> list[str]:
    """The values, each with its price where prices differ by them alone: "0.35 l ($34)"."""
    prices = {
        value: {one.price for one in variants if one.options.get(option) == value}
        for value in values_of(variants, option)
    }
    flat = {value: next(iter(found)) for value, found in prices.items() if len(found) == 1}
    apart = len(flat) == len(prices) and None not in flat.values() and len(set(flat.values())) > 1
    return [
        f"{value} ({money(price, variants[0].currency)})" if apart and (price := flat[value]) is not None else value
        for value in prices
    ]
