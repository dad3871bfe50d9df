"""Whether a change of the cart is said plainly enough to be made though the reading was unsure: what the reader was unsure of is mostly
the place, and a cart is easily changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.product import Product
from retrieval.superlative import by

from ..actions.compare import asking_words
from ..actions.each_named import each_named
from ..actions.looks import so_looking
from ..actions.named_too import the_one_called
from ..actions.naming import called_in
from ..actions.table import SPOKE_OF_ONE, of_named_needs, titled_so_elsewhere
from ..actions.titles import titled
from ..mentions import SUPERLATIVES
from ..model import DialogueState, Outcome, Parse
from ..normalize import amounts
from ..parse import clean
from ..parts import Parts
from ..places import places_in, places_to_the_last, places_with_counts
from ..state import same_kind

_TAKES_IT = re.compile(r"\b(?:take|add|want|have|buy|get) (?:it|that|this)\b", re.IGNORECASE)
_TAKES_A_PLACE = re.compile(
    r"\b(?:take|add|want|have|buy|get|choose) (?:the )?(?:first|second|third|fourth|fifth|last|[1-9](?:st|nd|rd|th))(?: one)?"
    r"(?= and\b|\W*$|[,.;!])",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_OUT = re.compile(r"\b(?:remove|delete|drop|take|throw|kick|lose|out|off)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Counted:
    """How many of a product are in the cart, and how many would be."""

    id: str
    title: str
    old: int
    new: int


def plainly_put_in(parse: Parse, outcome: Outcome, state: DialogueState, parts: Parts) -> bool:
    """Whether the one product that would go into the cart is called so by the message, by words that nothing else shown has, or counted
    at its place ("two of the first and one of the last"), or taken by its place ("add the first and show me cushions"), or each of several
    by its place in the list of what it is: what the reader was unsure of is mostly the place, and a cart is easily changed. A question asks
    for no product."""
    before = {line.product_id for line in state.cart}
    added = [line.product_id for line in outcome.cart or () if line.product_id not in before]
    sentence = _SENTENCE_END.split(parse.message)[0]  # what else is asked for stands behind it
    if parse.intent != "cart_add" or "?" in sentence:
        return False
    if parse.products:
        return {*added} <= {*parse.products}
    if added == [state.focus] and state.acts[-2:-1] in SPOKE_OF_ONE and _TAKES_IT.search(parse.message):
        return True
    if len(added) == 1 and _TAKES_A_PLACE.search(sentence) and added == _at_its_place(sentence, state):
        return True
    counted = {state.shown[place - 1] for place in places_with_counts(parse.message, len(state.shown))}
    if added and counted.issuperset(added):
        return True
    if named := each_named(parse, state, parts):
        return {*added} == {one.products[0].id for one in named if len(one.products) == 1}
    if len(added) != 1:
        return {*added} == {one.id for one in of_named_needs(parse, state, parts)} != set()
    shown = parts.catalog.get_many(state.shown)
    called_so = (
        titled(parse.message, state, parts)
        or _first_of_its_list(parse, state, parts)
        or so_looking(parse, shown)
        or titled_so_elsewhere(parse, state, parts)
        or called_in(parse.message, shown)
        or the_one_called(parse, state, parts)
    )
    return [one.id for one in called_so] == added


def _at_its_place(sentence: str, state: DialogueState) -> list[str]:
    """The id of what is shown at the one place that the sentence says."""
    places = places_in(sentence) or places_to_the_last(sentence, len(state.shown))
    return [state.shown[place - 1] for place in places if place <= len(state.shown)] if len(places) == 1 else []


def _first_of_its_list(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The cheapest, dearest or best rated of the list on the table of the need that is named with it, where the message says so: "the
    cheapest sandals"."""
    ranks = [SUPERLATIVES[ref] for ref in parse.slots.ref if isinstance(ref, str) and ref in SUPERLATIVES]
    lists = [ids for name, ids in state.lists() if same_kind(name, parse.slots.product)]
    if len(ranks) != 1 or len(lists) != 1 or not asking_words(parse.message):
        return []
    return by(ranks[0], parts.catalog.get_many(lists[0]))[:1]


def plainly_changed(parse: Parse, counts: Sequence[Counted], state: DialogueState, parts: Parts) -> bool:
    """Whether the one line that would change is called so by a word that no other line of the cart has, and goes out in so many words, or
    is what was spoken of last or called so, and gets the number that the message says: "remove the bag", "make that 3"."""
    if parse.intent != "cart_remove" or len(counts) != 1 or "?" in parse.message:
        return False
    (one,) = counts
    called_so = [
        line.id for line in called_in(parse.message, parts.catalog.get_many(line.product_id for line in state.cart))
    ]
    if one.new == 0:
        return called_so == [one.id] and bool(_OUT.search(parse.message))
    said = {amount.value for amount in amounts(clean(parse.message))}
    return said == {one.new} and (called_so == [one.id] or (not called_so and state.focus == one.id))
