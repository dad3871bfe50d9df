"""In what one of several products compared is better than the others, as far as their records and listings say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from retrieval.evidence import judge
from retrieval.product import Product, money

from ..mentions import says_the_better
from ..model import Answer, DialogueState, Outcome, Parse
from ..names import listed, short_names
from ..parts import Parts
from ..places import places_in
from .quality import Said
from .table import meant


def told_better(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """In what the one that the message means is better than the others compared last, and in what these are; where it points at none by its
    place or its name, of which something can be told, the one with the most to tell. None while nothing was compared."""
    compared = parts.catalog.get_many(state.compared)
    if len(compared) < 2:
        return None
    merits = _merits_of_each(compared, state)
    pointed = [one for one in meant(parse, state, parts) if one.id in merits]
    surely = pointed and (merits[pointed[0].id] or parse.slots.ref != ("last",))  # "that one" may be any of them
    best = pointed[0] if surely else max(compared, key=lambda one: len(merits[one.id]))
    names, others = short_names(compared), [one for one in compared if one.id != best.id]
    told = _told((best, *others), merits, names)
    if not merits[best.id]:
        whom = listed([names[one.id] for one in others])
        told.insert(0, f"Nothing that their listings say makes {names[best.id]} better than {whom}.")
    evidence = (*names.values(), *_evidence(merits))
    return Outcome(focus=best.id, answer=Answer(" ".join(told), evidence, found=bool(merits[best.id])))


def ask_which_is_better(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """In what each of those compared is better, and the question which to add, where "the better one" is to be put in: a place that was
    read in that is a guess. So of several places ("the better of the first two"), and of a list of which none is rated where "the best"
    was read as the best rated. None otherwise."""
    ref, by_rating = parse.slots.ref, parse.slots.ref == ("best_rated",)
    places = [one for one in ref if isinstance(one, int)] if len(ref) > 1 else []
    ids = [state.shown[place - 1] for place in places if place <= len(state.shown)] or list(state.compared)
    among = parts.catalog.get_many(ids or (state.shown if by_rating else ()))
    rated = by_rating and any(one.rating is not None for one in among)
    placed = not places and places_in(parse.message)  # "the second, that's the better one"
    if parse.products or rated or placed or len(among) < 2 or not says_the_better(parse.message):
        return None
    merits, names = _merits_of_each(among, state), short_names(among)
    told = _told(among, merits, names) or ["Nothing that their listings say makes one of them the better one."]
    told.append(f"Which of them shall I add: {listed(list(names.values()), 'or')}?")
    return Outcome(cart=state.cart, answer=Answer(" ".join(told), (*names.values(), *_evidence(merits))))


def _merits_of_each(among: Sequence[Product], state: DialogueState) -> dict[str, list[Said]]:
    """By id, in what each is better than all the others."""
    return {one.id: list(_merits(one, [other for other in among if other.id != one.id], state)) for one in among}


def _told(among: Sequence[Product], merits: Mapping[str, list[Said]], names: Mapping[str, str]) -> list[str]:
    """A sentence for each that is better in something."""
    return [f"{names[one.id]} {listed([said.text for said in merits[one.id]])}." for one in among if merits[one.id]]


def _evidence(merits: Mapping[str, list[Said]]) -> Iterator[str]:
    return (words for of_one in merits.values() for said in of_one for words in said.evidence)


def _merits(one: Product, others: Sequence[Product], state: DialogueState) -> Iterator[Said]:
    """Its price, its rating, the wishes that it alone meets, and that it can be had."""
    prices = [other.price for other in others if other.price is not None]
    if one.price is not None and len(prices) == len(others) and one.price < min(prices):
        apart = money(min(prices) - one.price, one.currency)
        yield Said(
            f"is {apart} cheaper" if len(others) == 1 else f"is at least {apart} cheaper than each of the others",
            (apart,),
        )
    ratings = [other.rating for other in others if other.rating is not None]
    if one.rating is not None and ratings and one.rating > max(ratings):
        against = [f"{rating:g}" for rating in ratings]
        yield Said(f"is rated {one.rating:g} against {listed(against)}", (f"{one.rating:g}", *against))
    if alone := list(_met_alone(one, others, state)):
        yield Said(f"says {listed([f'“{words}”' for words in alone])}, as you asked", tuple(alone))
    if one.in_stock is not False and any(other.in_stock is False for other in others):
        yield Said("is not sold out")


def _met_alone(one: Product, others: Sequence[Product], state: DialogueState) -> Iterator[str]:
    """Its listing's words for each wish that it meets and none of the others does."""
    for field, wish in state.constraints.wishes:
        own = judge(one, field, wish)
        if own.status == "met" and not any(judge(other, field, wish).status == "met" for other in others):
            yield own.words or wish
