"""When all that fits was shown: which wish, given up, would bring more, and what else comes near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from retrieval.kinds.named import shelf_ids
from retrieval.product import money
from retrieval.query import Constraints
from retrieval.words import content_stems

from ..model import Answer, DialogueState, Outcome, Parse, Question
from ..parts import Parts
from ..said_back import need_phrase

OFFERED = 2
NEAR = 40  # of the products nearest to the kind's name, those whose shelves are offered
LEAST_NEAR = 0.1  # share of these that a shelf must have: by one that is near by chance a fishing rod's is a camera
Offer = tuple[str, str, int]  # what may be given up or seen instead, how the shopper says so, how many that brings


def exhausted(state: DialogueState, parts: Parts) -> Outcome:
    """That everything was shown, with at most OFFERED ways on that bring something, those that bring the most first."""
    text = f"That was everything I have for {need_phrase(state.constraints, parts.currency)}."
    named = state.constraints.kind is not None  # of needs without a kind, counts would be those of the whole shop
    offers = sorted(_wishes_given_up(state, parts), key=lambda offer: -offer[2])[:OFFERED] if named else []
    if offers:
        text += f" There is more {' or '.join(words for words, _, _ in offers)}."
    elif offers := list(_shelves_near(state, parts))[:OFFERED]:
        text += f" What comes near: {' and '.join(words for words, _, _ in offers)}."
    else:
        wishes = state.constraints != Constraints(product=state.constraints.product)
        text += " Tell me which wish may go, and I will look again." if wishes else " What else are you looking for?"
    return Outcome(answer=Answer(text, (text,)), suggested=tuple(say for _, say, _ in offers))


def set_aside(state: DialogueState, parts: Parts) -> Outcome | None:
    """That all which fits was set aside by the shopper, with the offer to bring it back; None where none of it was."""
    fitting = parts.searcher.matching(state.constraints)
    aside = [one for one in dict.fromkeys(state.taste.disliked) if one in fitting]
    if state.constraints.kind is None or not aside:
        return None
    count = parts.catalog.count_families(frozenset(aside))
    which = "the one" if count == 1 else f"all {count}"
    text = f"You set aside {which} that I have for {need_phrase(state.constraints, parts.currency)}."
    offers = sorted(_wishes_given_up(state, parts), key=lambda offer: -offer[2])[:OFFERED]
    offers = offers or list(_shelves_near(state, parts))[:OFFERED]
    near = f" What comes near: {' and '.join(words for words, _, _ in offers)}." if offers else ""
    question = Question(f"Do you want {'it' if count == 1 else 'them'} back?", "confirm", ("Yes", "No"))
    return Outcome(
        answer=Answer(f"{text}{near} {question.text}", (text, near, question.text), found=False),
        question=question,
        asked=Parse("feedback", acts=("feedback",), brings_back=True),
        suggested=tuple(say for _, say, _ in offers),
    )


def _wishes_given_up(state: DialogueState, parts: Parts) -> Iterator[Offer]:
    """For each hard wish what is left without it that was not shown yet."""
    for loosened, words, say in _loosened(state.constraints, parts.currency):
        if count := _unseen(parts.searcher.matching(loosened), state, parts):
            yield words, say, count


def _loosened(constraints: Constraints, currency: str) -> Iterator[tuple[Constraints, str, str]]:
    low, high = constraints.price_min, constraints.price_max
    if high is not None:
        yield (
            replace(constraints, price_max=None),
            f"without the limit of {money(high, currency)}",
            "Forget the price limit",
        )
    if low is not None:
        yield (
            replace(constraints, price_min=None),
            f"below {money(low, currency)} or without a price",
            "Forget the price limit",
        )
    if constraints.brand:
        yield replace(constraints, brand=None), "by other makers", "Forget the brand"
    if constraints.gender:
        yield replace(constraints, gender=None), f"not listed for {constraints.gender}", "Forget the gender"
    for limit in constraints.limits:
        others = tuple(one for one in constraints.limits if one != limit)
        yield replace(constraints, limits=others), f"that is not {limit.text}", f"Forget the {limit.field}"
    for refused in constraints.exclude:
        kept = tuple(word for word in constraints.exclude if word != refused)
        yield replace(constraints, exclude=kept), f"with {refused}", f"Allow {refused}"


def _shelves_near(state: DialogueState, parts: Parts) -> Iterator[Offer]:
    """The categories in which a good part of the things nearest to the kind's name stand, but for its own."""
    kind = state.constraints.product or ""
    eligible = parts.searcher.matching(replace(state.constraints, product=None)) - state.seen
    found = parts.searcher.dense.retrieve(kind, NEAR, eligible) if kind else []
    products = parts.catalog.get_many(candidate.product_id for candidate in found)
    shelves = Counter(product.category[-1] for product in products if product.category)
    own = set(content_stems(kind))
    for shelf, near in shelves.most_common():
        if near > LEAST_NEAR * len(products) and not set(content_stems(shelf)) <= own:
            count = _unseen(shelf_ids(parts.catalog, parts.searcher.lexical, shelf) & eligible, state, parts)
            if count:
                yield shelf, f"Show me {shelf}", count


def _unseen(ids: frozenset[str], state: DialogueState, parts: Parts) -> int:
    """How many different things among these were not shown for this need and are not disliked."""
    known = state.seen | parts.unwanted(state.taste)
    return parts.catalog.count_families(ids) - parts.catalog.count_families(ids & known)
