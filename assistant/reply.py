"""The words of a reply, the question and the suggestions, written from what was found. Pure: the same outcome gives the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.audience import audiences, speaks_of_an_occasion, speaks_of_people
from retrieval.evidence import meets_one, none_gives_a_size
from retrieval.product import Product, money
from retrieval.query import EITHER, Constraints
from retrieval.words import YES_NO

from .explain import names_no_child
from .model import Card, DialogueState, Outcome, Question
from .names import listed, names_in_lists
from .places import ordinal
from .quotes import not_repeated
from .said_back import need_phrase, price_bounds
from .wordings import worded

PLAIN_TO_SEE = (
    "title",
    "category",
    "price",
    "gender",
    "availability",
)  # reasons that the name and the price show already
NAMED = 3  # a reply names at most so many products
MOST_TOLD = 2  # wishes of which it is told which of these say them
_ORDER = {"price_asc": "cheapest first", "price_desc": "dearest first", "rating": "best rated first"}
_MEASURED, _LETTERS = re.compile(r"\d|\bx*[sml]\b", re.IGNORECASE), re.compile(r"x*[sml]")
_FOR_SOMEBODY = re.compile(r"for (?:my|our|his|her|their)\b", re.IGNORECASE)
START = ("A gift under 50", "What is in my cart?", "Help")


@dataclass(frozen=True)
class Words:
    """What the shopper reads besides the cards. fault: code of the error that they stand in for, if any."""

    text: str
    question: Question | None = None
    suggestions: tuple[str, ...] = ()
    fault: str | None = None


def write(outcome: Outcome, cards: Sequence[Card], state: DialogueState, currency: str) -> Words:
    """The reply's text, at most one question, and what the shopper might say next."""
    if cards and outcome.answer is None:
        options = outcome.question.options if outcome.question else ()
        said = tuple(dict.fromkeys((*options, *outcome.suggested, *_next_after(cards, state))))
        return Words(found_text(outcome, cards, state, currency), outcome.question, said)
    if outcome.answer is not None:
        said = _next_after(cards, state) if cards else _next_without(state)
        said = tuple(dict.fromkeys((*outcome.suggested, *said)))
        return Words(outcome.answer.text, outcome.question, said)
    return _nothing(outcome, state, currency)


def labelled(words: Words, cards: Sequence[Card]) -> Words:
    """The words with which of the products shown are sponsored, said before the question that ends them."""
    if not (label := sponsored_words(cards)):
        return words
    question = words.question.text if words.question else ""
    asked = question if words.text.endswith(question) else ""
    told = words.text.removesuffix(asked).rstrip()
    return replace(words, text=" ".join(part for part in (told, label, asked) if part))


def sponsored_words(cards: Sequence[Card]) -> str:
    """ "Sponsored: Aster Desk Lamp." of the products that the shop is paid to show; "" where it is of none."""
    names = [card.product.title for card in cards if card.sponsored]
    return f"Sponsored: {' and '.join(names)}." if names else ""


def found_text(outcome: Outcome, cards: Sequence[Card], state: DialogueState, currency: str) -> str:
    """What was relaxed, how many match, up to three names with prices, why the first, and the question."""
    names = names_in_lists([card.product for card in cards])
    shown = ", ".join(f"{card.rank}. {names[card.product.id]}{_price(card)}" for card in cards[:NAMED])
    missed = unsaid(outcome, [card.product for card in cards], state.constraints)
    lead = _lead(outcome, cards, state, currency, missed)
    asked = outcome.question.text if outcome.question else ""
    sizes = _unstated_sizes(cards, state.constraints)
    other = _otherwise_called(outcome, cards, state.constraints)
    led = outcome.kind_found and not outcome.relaxed and not _says_something(cards, state.constraints)
    less = "" if led else none_says(missed, len(cards), _beyond(outcome))
    said = [f"“{wish}”" for field, wish in state.constraints.wishes if (field, wish) in missed or _of_somebody(wish)]
    young = _of_no_child(cards, state.constraints)
    passed_over = _passed_over(state.constraints, bool(sizes)) | ({"category"} if other else set())
    passed_over |= {"gender"} if young else set()
    partly = [] if outcome.relaxed else _said_of_some(cards[:NAMED], state.constraints)
    said += [f"“{wish}”" for _, group in partly for _, wish in group]
    why = _why(cards[0], unsaid=passed_over, said=said, near=not missed or _says_something(cards, state.constraints))
    some = [_only(places, group) for places, group in partly]
    parts = (
        outcome.reading,
        outcome.note,
        *_relaxed(outcome),
        f"{lead} {shown}.",
        other,
        *some,
        less,
        young,
        sizes,
        why,
        asked,
    )
    return " ".join(part for part in parts if part)


def _lead(
    outcome: Outcome, cards: Sequence[Card], state: DialogueState, currency: str, missed: Sequence[tuple[str, str]]
) -> str:
    wanted = need_phrase(_as_listed(state.constraints, cards), currency)
    need = "" if outcome.reading else f" for {wanted.removeprefix('something for ')}"
    if not outcome.kind_found:
        return f"No listing here is called “{state.constraints.product}”. {worded('nearest', state)}:"
    if outcome.relaxed:
        return "Here is what comes closest:"
    bounds = price_bounds(state.constraints, currency) if outcome.beyond else ""
    if outcome.hits and not any(hit.of_kind for hit in outcome.hits):
        if outcome.beyond:
            called = f"Nothing called “{state.constraints.product}” is{bounds}"
            return f"{called}; {_named(outcome.beyond)} is. {worded('nearest', state)}{bounds}:"
        found = "I have no more that are" if state.acts[-1:] == ("more",) else "Nothing that I found for this is"
        return f"{found} called “{state.constraints.product}”. {worded('nearest', state)}:"
    if missed and not _says_something(cards, state.constraints):
        return (
            f"No listing I found{bounds} says {_quoted(missed)}{_beyond(outcome)}. {worded('nearest', state)}{bounds}:"
        )
    ideas = "" if state.constraints.kind else " idea" if len(cards) == 1 else " ideas"
    return f"{_count(outcome, cards, state)}{ideas}{need}{_order(cards, state)}:"


def _as_listed(constraints: Constraints, cards: Sequence[Card]) -> Constraints:
    """The constraints without an audience where no listing shown is for one: a vase is found for a woman, and is no vase for women."""
    stated = any(audiences(card.product) for card in cards)
    return constraints if stated else replace(constraints, gender=None)


def _order(cards: Sequence[Card], state: DialogueState) -> str:
    """ ", cheapest first"; "" where no order was asked for, or the best rated of what nobody rated."""
    unrated = state.sort == "rating" and all(card.product.rating is None for card in cards)
    return f", {_ORDER[state.sort]}" if state.sort and not unrated else ""


def _otherwise_called(outcome: Outcome, cards: Sequence[Card], constraints: Constraints) -> str:
    """Which were found by meaning among others of the kind, and where they stand: "Not called “dress”: 2 (in “scarf”)." """
    found = zip(cards[:NAMED], outcome.hits, strict=False)
    shelves = dict[str, list[str]]()
    for card, hit in found:
        if not hit.of_kind and card.product.category:
            shelves.setdefault(card.product.category[-1], []).append(str(card.rank))
    told = [f"{listed(places)} (in “{shelf}”)" for shelf, places in shelves.items()]
    return f"Not called “{constraints.product}”: {listed(told)}." if told else ""


def _beyond(outcome: Outcome) -> str:
    """ "; Heron Lamp at $90 does", of what says the wishes at a price beyond the limit; "" where there is none."""
    return f"; {_named(outcome.beyond)} does" if outcome.beyond else ""


def _named(product: Product) -> str:
    return product.title + (f" at {money(product.price, product.currency)}" if product.price is not None else "")


def unsaid(outcome: Outcome, products: Sequence[Product], constraints: Constraints) -> list[tuple[str, str]]:
    """The (field, wish) pairs that no listing shown states; sizes are spoken of apart, and of several colours or materials one is enough.

    Empty of the one product that comes closest, whose note tells it. Of a gift no listing needs to say for whom or for what it is.
    """
    if outcome.relaxed and len(products) == 1:
        return []
    told = _told_of_listings(constraints)
    missed = [wish for wish in told if not any(meets_one(one, [wish]) for one in products)]
    met = {field for field, wish in told if field in EITHER and (field, wish) not in missed}
    return [(field, wish) for field, wish in missed if field not in met]


def _says_for_whom(wish: str) -> bool:
    return wish.startswith("for ") or speaks_of_people(wish)


def none_says(missed: Sequence[tuple[str, str]], shown: int, beyond: str = "") -> str:
    """ "None of them says “formal”." of wishes that no listing shown states; "" without such. shown: how many are."""
    none = "Its listing doesn't say" if shown == 1 else "None of them says"
    return f"{none} {_quoted(missed)}{beyond}." if missed else ""


def _says_something(cards: Sequence[Card], constraints: Constraints) -> bool:
    """Whether one of the listings shown states one of the wishes."""
    return any(meets_one(card.product, _told_wishes(constraints)) for card in cards)


def _said_of_some(
    cards: Sequence[Card], constraints: Constraints
) -> Sequence[tuple[Sequence[str], Sequence[tuple[str, str]]]]:
    """(places, wishes of which one is enough) of what only some of the listings named say, at most MOST_TOLD; of a gift no occasion."""
    told = _told_of_listings(constraints)
    groups = [group for group in constraints.alternatives if all(wish in told for wish in group)]
    found = [([str(card.rank) for card in cards if meets_one(card.product, group)], group) for group in groups]
    return [(places, group) for places, group in found if 0 < len(places) < len(cards)][:MOST_TOLD]


def _only(places: Sequence[str], wishes: Sequence[tuple[str, str]]) -> str:
    """ "Only 1 and 3 say “waterproof”." """
    return f"Only {listed(places)} {'says' if len(places) == 1 else 'say'} {_quoted(wishes)}."


def _told_of_listings(constraints: Constraints) -> list[tuple[str, str]]:
    """The wishes of which it is told which listings state them: of a gift not for whom or for what it is."""
    return [wish for wish in _told_wishes(constraints) if not (constraints.of_any_kind and _says_for_whom(wish[1]))]


def _told_wishes(constraints: Constraints) -> list[tuple[str, str]]:
    """The wishes that listings are said not to state: of no size, and of nobody known to the shopper and no day of theirs, of whom no
    listing can speak ("for his birthday")."""
    return [(field, wish) for field, wish in constraints.wishes if field != "size" and not _of_somebody(wish)]


def _of_somebody(wish: str) -> bool:
    return (bool(_FOR_SOMEBODY.match(wish)) and speaks_of_people(wish)) or speaks_of_an_occasion(wish)


def _quoted(wishes: Sequence[tuple[str, str]]) -> str:
    return " or ".join(f"“{wish}”" for _, wish in wishes)


def _of_no_child(cards: Sequence[Card], constraints: Constraints) -> str:
    """That none of several listings shown says it is for children, who are asked for; "" otherwise."""
    none = len(cards) > 1 and all(names_no_child(card.product, constraints) for card in cards)
    return f"None of them says it is for {constraints.gender}." if none else ""


def _unstated_sizes(cards: Sequence[Card], constraints: Constraints) -> str:
    """That the size asked for cannot be told, where no listing shown states any; "" otherwise."""
    sizes = constraints.size
    if not none_gives_a_size([card.product for card in cards], sizes):
        return ""
    measured = any(map(_MEASURED.search, sizes))  # "big" is no size that a thing comes in
    which = ("it comes in" if measured else "it is") if len(cards) == 1 else "they come in" if measured else "they are"
    gives = "The listing gives" if len(cards) == 1 else "The listings give"
    told = " or ".join(one.upper() if _LETTERS.fullmatch(one) else one for one in sizes)
    return f"{gives} no sizes, so I can't tell whether {which} {told}."


def _passed_over(constraints: Constraints, sizes_said: bool) -> frozenset[str]:
    """Fields whose silence needs no word on the first product: sizes where that was said of all, and the occasion of a gift."""
    return frozenset((["size"] if sizes_said else []) + (["features"] if constraints.of_any_kind else []))


def _count(outcome: Outcome, cards: Sequence[Card], state: DialogueState) -> str:
    """ "Here are 3 of 12", "Let me show you 2", "The next one": how many are named, out of how many that match."""
    named = min(len(cards), NAMED)
    counted = state.constraints.kind is not None and outcome.total > named > 1
    many = "one" if named == 1 else str(named)
    count = f"{many} of {outcome.total}" if counted else many
    kind = "more" if state.acts[-1:] == ("more",) else "found"
    return worded(kind, state, are="is" if named == 1 else "are", count=count)


def _relaxed(outcome: Outcome) -> list[str]:
    return [f"{relaxed.text[0].upper()}{relaxed.text[1:]}." for relaxed in outcome.relaxed]


def _why(card: Card, unsaid: frozenset[str], said: Sequence[str], near: bool) -> str:
    """The card's best evidence and first caveat, in one or two short sentences that call it by its place.

    unsaid: fields whose silence is passed over; said: wishes, quoted, of which it was told that no listing states them, or which
    none can state. near: whether words that only come near are a reason.
    """
    reasons = [
        reason for reason in card.reasons if reason.field not in PLAIN_TO_SEE and (near or reason.kind != "nearest")
    ]
    why = not_repeated([reason.text.replace(": ", " ") for reason in reasons][:2])
    place = ordinal(card.rank)  # behind what else the message asked for it is not the first
    sentences = [f"Why the {place}: {', '.join(why)}."] if why else []
    caveats = [
        one
        for one in card.caveats
        if one.kind != "unstated" or not (one.field in unsaid or any(wish in one.text for wish in said))
    ]
    if caveats:
        price, wish = caveats[0], next((one for one in caveats if one.field != "price"), None)
        told = [price, wish] if price.field == "price" and wish else [price]  # a limit that was given up hides no wish
        sentences.append(f"Note on the {place}: {'; '.join(one.text for one in told if one)}.")
    return " ".join(sentences)


def _price(card: Card) -> str:
    product = card.product
    return "" if product.price is None else f" {money(product.price, product.currency)}"


def _nothing(outcome: Outcome, state: DialogueState, currency: str) -> Words:
    """Nothing may be shown: the shop does not sell it, or a wish leaves nothing; then ask the one thing that helps."""
    constraints = state.constraints
    if sells_nothing_so(outcome):
        return Words(unsold([constraints.product or ""]), suggestions=START)
    text = f"I have nothing for {need_phrase(constraints, currency)}."
    options = tuple(f"Allow {refused}" for refused in constraints.exclude) or ("Start over",)
    return Words(
        text, Question("Which wish may go?", "exclude" if constraints.exclude else "product", options), options
    )


def sells_nothing_so(outcome: Outcome) -> bool:
    """Whether all that came of an act is that the shop has nothing called so, and nothing near."""
    return outcome.answer is None and not outcome.hits and not outcome.kind_found


def unsold(names: Sequence[str], *, asks: bool = True) -> str:
    """That the shop has nothing called so, and nothing near. asks: whether it ends with the question what else is looked for."""
    named = " or ".join(f"“{name}”" for name in names)
    near = "it" if len(names) == 1 else "them"
    text = f"No listing here is called {named}, and none comes near {near}."
    return f"{text} What else are you looking for?" if asks else text


def _next_after(cards: Sequence[Card], state: DialogueState) -> tuple[str, ...]:
    """Up to four things to say next that will work: they use what is known of the need and of the products shown."""
    said = ["Show cheaper ones"] if len(cards) > 1 and state.sort != "price_asc" else []
    colors = {value for card in cards for value in card.product.attributes.get("color", ()) if value not in YES_NO}
    colors -= set(state.constraints.color)
    if len(colors) > 1:
        said.append(f"Only in {min(colors)}")
    if len(cards) >= NAMED:
        said.append("Show more")
    return (*said, "Add the first one to my cart" if cards[0].rank == 1 else "Add it to my cart")


def _next_without(state: DialogueState) -> tuple[str, ...]:
    if state.cart:
        return ("What is in my cart?", "Show more") if state.shown else ("What is in my cart?",)
    return ("Show more", "Start over") if state.shown else START
