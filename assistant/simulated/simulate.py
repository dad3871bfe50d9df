"""A simulated shopper's next message: opens with part of the wishes, looks at what is shown, answers, adds, insists, asks for more. Pure.

A simulation only finds gross faults: its shoppers are more patient with words than people are, want what the catalogue has, and look at
whole listings. What they say is made from `phrases`, with no regard to how messages are read.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from retrieval.product import Product

from ..contract import Reply
from ..model import Question
from .goals import Goal, Listing, Point, options_true_of
from .phrases import (
    AMOUNTS,
    ANSWERS,
    ENDINGS,
    FOLLOW_UPS,
    INSIST,
    MORE,
    NO,
    NO_PREFERENCE,
    OPENINGS,
    PRICED,
    REFUSING,
    SYNONYMS,
)

PATIENCE = 5  # turns
OWN_WORDS = 0.2  # how often a word is said as another one of the same meaning
TYPING_MISTAKES = 0.05  # of the messages


@dataclass(frozen=True)
class Told:
    """What the shop has been told so far, and what it was told twice."""

    points: tuple[Point, ...] = ()
    insisted: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Move:
    """One message. name: what the shopper does by it. told: all that has been told once it is said."""

    name: str
    message: str
    told: Told = field(default_factory=Told)


def opening(goal: Goal, rng: random.Random) -> Move:
    """The first message: a real request as it was written, or the kind of thing with up to two of the other wishes."""
    if goal.request:
        return Move("open", goal.request)
    rest = list(goal.points[1:])
    rng.shuffle(rest)
    said = rest[: rng.choice((0, 1, 1, 2, 2))]
    told = [point for point in goal.points if point in (goal.points[0], *said)]  # in the order of the goal
    return Move("open", _styled(rng.choice(OPENINGS).format(need=need(told, goal, rng)), rng), Told(tuple(told)))


def next_move(goal: Goal, told: Told, reply: Reply, rng: random.Random) -> Move:
    """What the shopper says to a reply that did not show what is wanted."""
    shown = [Listing(card.product) for card in reply.cards]
    request = Point("kind", goal.request)
    if (
        goal.request and not shown and request not in told.insisted
    ):  # not understood at all: said once more in the same words
        again = Told(told.points, (*told.insisted, request))
        return Move("say again", rng.choice(FOLLOW_UPS["kind"]).format(need=goal.request), again)
    if reply.question is not None and (answer := _answer(goal, told, reply.question, rng, shown=bool(shown))):
        return answer
    missed = sorted(
        (point for point in goal.points if point not in told.points),
        key=lambda point: sum(one.meets(point) for one in shown),
    )
    if missed and (not shown or not all(one.meets(missed[0]) for one in shown)):
        return _tell(missed[0], goal, told, rng)
    ignored = [
        point for point in told.points if point not in told.insisted and not any(one.meets(point) for one in shown)
    ]
    if ignored:
        return _insist(ignored[0], goal, told, rng)
    return Move("more", _styled(rng.choice(MORE), rng), told) if shown or not told.points else _again(goal, told, rng)


def need(points: Sequence[Point], goal: Goal, rng: random.Random) -> str:
    """The kind of thing with these wishes, as people put it: "a red leather backpack for women under $60"."""
    of = {
        role: [_in_own_words(point.words, rng) for point in points if point.role == role]
        for role in ("kind", "look", "with", "for", "audience", "price", "refused")
    }
    named = " ".join([*of["look"], *of["kind"]])
    said = " ".join(
        [_with_article(named, rng)]
        + [f"for {words}" for words in of["audience"]]
        + [
            f"{'with' if _plural(named) else rng.choice(('with', 'that has', 'that comes with'))} {a(words)}"
            for words in of["with"]
        ]
        + [f"for {words}" for words in of["for"]]
    )
    for words in of["price"]:
        said = rng.choice(PRICED).format(need=said, price=_price(words, goal, rng))
    for words in of["refused"]:
        said = rng.choice(REFUSING).format(need=said, words=words)
    return said


def _tell(point: Point, goal: Goal, told: Told, rng: random.Random) -> Move:
    message = _said(point, goal, rng)
    return Move(f"add {point.role}", _styled(message, rng), Told((*told.points, point), told.insisted))


def _insist(point: Point, goal: Goal, told: Told, rng: random.Random) -> Move:
    """Says once more, in other words, what nothing shown meets."""
    told = Told(told.points, (*told.insisted, point))
    if point.role == "kind":
        return Move(
            "insist on kind",
            _styled(rng.choice(FOLLOW_UPS["kind"]).format(need=need(told.points, goal, rng)), rng),
            told,
        )
    said = rng.choice(INSIST).format(said=_said(point, goal, rng))
    return Move(f"insist on {point.role}", _styled(said, rng), told)


def _said(point: Point, goal: Goal, rng: random.Random) -> str:
    words = a(point.words) if point.role == "with" else _in_own_words(point.words, rng)
    return rng.choice(FOLLOW_UPS[point.role]).format(words=words, price=_price(point.words, goal, rng))


def _again(goal: Goal, told: Told, rng: random.Random) -> Move:
    """Nothing is shown: the whole need once more, in other words."""
    said = goal.request or need(told.points, goal, rng)
    return Move("say again", _styled(rng.choice(OPENINGS).format(need=said), rng), told)


def _answer(goal: Goal, told: Told, question: Question, rng: random.Random, *, shown: bool) -> Move | None:
    """The answer to a question from the hidden product's record; None for one that follows from showing nothing and has no true option."""
    if question.field == "confirm":  # the shop is about to act on something that was never asked for
        return Move("say no", _styled(rng.choice(NO), rng), told)
    known = [point for point in goal.points if point.role == "price" or point.role == "audience"]
    asked = {"price": "price", "price_max": "price", "gender": "audience"}.get(question.field)
    for point in known:
        if point.role == asked:
            return _tell(point, goal, told, rng)
    true = options_true_of(goal.hidden, question.options) if goal.hidden else []
    if true:
        option = rng.choice(true).lower()
        meant = tuple(point for point in goal.points if point.words == option and point not in told.points)
        told = Told((*told.points, *meant), told.insisted)
        return Move("answer", _styled(rng.choice(ANSWERS).format(option=option), rng), told)
    return Move("no preference", _styled(rng.choice(NO_PREFERENCE), rng), told) if shown else None


def _price(words: str, goal: Goal, rng: random.Random) -> str:
    """An amount as people write it. words: the number, or anything for a point that is no price."""
    currency = goal.hidden.currency if goal.hidden else "USD"
    return rng.choice(AMOUNTS if currency == "USD" else (f"{{amount}} {currency.lower()}",)).format(amount=words)


def _with_article(named: str, rng: random.Random) -> str:
    return rng.choice((a(named), a(named), f"some {named}" if _plural(named) else named))


def a(named: str) -> str:
    """ "an oak desk", "boots"."""
    return named if _plural(named) else f"{'an' if named[:1] in 'aeiou' else 'a'} {named}"


def _plural(named: str) -> bool:
    return named.endswith("s") and not named.endswith("ss")


def _in_own_words(words: str, rng: random.Random) -> str:
    return SYNONYMS[words] if words in SYNONYMS and rng.random() < OWN_WORDS else words


def _styled(message: str, rng: random.Random) -> str:
    """As one types: mostly small letters, now and then a capital and a full stop, a kind word at the end, two letters swapped."""
    polite = "please" in message or "thanks" in message or message[-1:] in "?.!"
    ending = "" if polite else rng.choice(ENDINGS)
    if rng.random() < TYPING_MISTAKES:
        message = _with_letters_swapped(message, rng)
    if rng.random() < 0.25:
        return f"{message[:1].upper()}{message[1:]}{ending or ('' if message[-1:] in '?.!' else '.')}"
    return message + ending


def _with_letters_swapped(message: str, rng: random.Random) -> str:
    places = [at for at in range(1, len(message) - 2) if message[at - 1 : at + 2].isalpha()]
    at = rng.choice(places) if places else 0
    return f"{message[:at]}{message[at + 1]}{message[at]}{message[at + 2 :]}" if places else message


def looked_at(reply: Reply, wanted: Collection[str], *, places: int) -> int | None:
    """The place, from 1, at which a wanted product stands among the first so many shown; None when none does."""
    return next((place for place, card in enumerate(reply.cards[:places], 1) if card.product.id in wanted), None)


def standing_against(product: Product, reply: Reply) -> list[str]:
    """The hard constraints of the reply that keep the product away: price bounds, refused words, audience, brand, kept since some turn."""
    wants, given_up = reply.constraints, {relaxed.field for relaxed in reply.relaxed}
    listing = Listing(product)
    found = {
        "price_max": wants.price_max is not None and (product.price is None or product.price > wants.price_max),
        "price_min": wants.price_min is not None and (product.price is None or product.price < wants.price_min),
        "gender": wants.gender is not None and not listing.meets(Point("audience", wants.gender)),
        "brand": wants.brand is not None and not listing.meets(Point("look", wants.brand)),
        "exclude": any(not listing.meets(Point("refused", words)) for words in wants.exclude),
        "in_stock": wants.in_stock and product.in_stock is not True,
    }
    return [name for name, keeps_away in found.items() if keeps_away and name not in given_up]
