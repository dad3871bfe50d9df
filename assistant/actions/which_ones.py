"""Which of several things shown shall go into the cart: asked where the message may mean one of them as well as another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.product import Product, money

from ..mentions import SUPERLATIVES, means_one, says_both, says_that_one, says_them, tied
from ..model import Answer, DialogueState, Outcome, Parse, Question, Slots
from ..names import listed, short_names
from ..parts import Parts
from ..reply import NAMED
from .compare import compare
from .naming import called_in
from .quality import is_comparative
from .table import none_spoken_of

_COMPARED = re.compile(r"\bthe (\w+(?:er|est)) ones?\b")


def which_one(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question which one is meant; None where that is clear."""
    return (
        _of_one_price(products, parse, state, parts)
        or _of_more_or_less(parse, state, parts)
        or _of_them(parse, state, parts)
        or _of_that_name(products, parse, state)
    )


def which_of_all(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question whether all are meant, or which two; None where that is clear."""
    return _which_two(products, parse, state, parts) or _so_many(products, parse, state)


def _of_them(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question which is meant, where "them" or "that one" is said of a list of which none was spoken of, or nothing at all ("i'd like
    two") once a question was answered of several."""
    said = says_them(parse.message) or says_that_one(parse.message)
    of_several = parse.slots.ref == ("last",) and not parse.slots.quantity and said
    if of_several and none_spoken_of(state):
        return of_those_shown(state)
    asked_of_one = state.asked_of[-1:] == (state.focus,)
    of_all = state.acts[-2:-1] == ("ask_product",) and not asked_of_one
    spoken_of = parts.catalog.get_many(state.compared) if of_all else []
    of_one = len(spoken_of) > 1 and not parse.products and replace(parse.slots, quantity=None, ref=()) == Slots()
    if not of_one or parse.slots.ref not in ((), ("last",)) or called_in(parse.message, spoken_of) or said:
        return None
    named = listed([*short_names(spoken_of).values()], "or")
    return Outcome(cart=state.cart, answer=Answer(f"Which of them shall I add: {named}?", (named,)))


def _of_more_or_less(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question which is meant, with what the listings say of it, where one of several is the one that has more of something: "the
    warmer one", of which a place that was read is a guess."""
    said = _COMPARED.search(parse.message.lower())
    among = state.compared or state.shown
    ranked = any(ref in SUPERLATIVES for ref in parse.slots.ref)
    if said is None or ranked or parse.products or len(among) < 2 or not is_comparative(said[1], parts):
        return None
    told = compare(replace(parse, intent="compare", slots=Slots(ask=said[1])), replace(state, shown=among), parts)
    if told.answer is None:
        return None
    named = listed([*short_names(parts.catalog.get_many(among)).values()][:NAMED], "or")
    text = f"{told.answer.text} Which of them shall I add: {named}?"
    return Outcome(cart=state.cart, answer=Answer(text, (*told.answer.evidence, named)))


def of_those_shown(state: DialogueState) -> Outcome:
    return Outcome(cart=state.cart, answer=Answer(f"I showed {len(state.shown)}. Which of them shall I add?"))


def _of_that_name(products: Sequence[Product], parse: Parse, state: DialogueState) -> Outcome | None:
    """The question which is meant, where one is and several of those shown are called so: "add the knife" of two knives."""
    several = len(products) > 1 and {product.id for product in products} <= state.seen.union(state.shown)
    if parse.products or not several or not means_one(parse.slots, parse.message):
        return None
    named = with_places(products, state)
    return Outcome(cart=state.cart, answer=Answer(f"Which of them shall I add: {named}?", (named,)))


def _of_one_price(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question which is meant, where "the cheaper one" cost the same."""
    shown = parts.catalog.get_many(state.shown)
    alike = tied(parse.slots, state, shown)
    if not {one.id for one in products} <= {one.id for one in alike} or (price := alike[0].price) is None:
        return None
    named = ", ".join(f"{state.shown.index(one.id) + 1}. {one.title}" for one in alike)
    text = f"These cost the same, {money(price, alike[0].currency)}: {named}. Which of them shall I add?"
    return Outcome(cart=state.cart, answer=Answer(text, (text,)))


def _which_two(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question which two, where "both" is said of more; of a desk and a chair that were looked for whether the first of each is
    meant."""
    if parse.slots.ref != ("all",) or len(products) < 3 or not says_both(parse.message):
        return None
    lists = [need.found for need in state.earlier if need.found] + ([state.found] if state.found else [])
    firsts = parts.catalog.get_many(ids[0] for ids in lists) if len(lists) == 2 else []
    if len(firsts) == 2:
        named = listed([f"the {name}" for name in short_names(firsts).values()])
        question = Question(f"Do you mean {named}, the first of each?", "confirm", ("Yes", "No"))
        act = replace(parse, products=tuple(one.id for one in firsts))
        return Outcome(cart=state.cart, answer=Answer(question.text, (question.text,)), question=question, asked=act)
    named = listed(list(short_names(products).values()), "or")
    return Outcome(cart=state.cart, answer=Answer(f"Which two of them shall I add: {named}?", (named,)))


def _so_many(products: Sequence[Product], parse: Parse, state: DialogueState) -> Outcome | None:
    """The question whether all are meant, where that would be more than a reply names: "them" may have been read as all five."""
    if len(products) <= NAMED or parse.slots.ref != ("all",):
        return None
    text = f"That would be {len(products)} products: {', '.join(short_names(products).values())}."
    act = replace(parse, slots=replace(parse.slots, ref=tuple(state.shown.index(one.id) + 1 for one in products)))
    many = f"{parse.slots.quantity} of each" if (parse.slots.quantity or 1) > 1 else f"all {len(products)}"
    question = Question(f"Shall I put {many} in your cart?", "confirm", ("Yes", "No"))
    return Outcome(
        cart=state.cart, answer=Answer(f"{text} {question.text}", (text, question.text)), question=question, asked=act
    )


def with_places(products: Sequence[Product], state: DialogueState) -> str:
    """Their names, with the places at which they were shown, so that an answer may point at them."""
    places = {product_id: f"{place}. " for place, product_id in enumerate(state.shown, start=1)}
    return ", ".join(f"{places.get(product.id, '')}{product.title}" for product in products)
