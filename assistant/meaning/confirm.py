"""Acts on a reading that may be wrong: what changes the cart, clears all wishes or leaves for the checkout is asked back first, and done
after a yes. So is what reaches far, however surely it was read: more items than a shopper takes at once, all of several products.

What would change is seen by doing it: an action gives its outcome as a value, which is then not kept. What would leave for the shop
is asked about before the action, since that cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.words import content_stems

from ..actions import ACTIONS
from ..actions.cart import view_of
from ..mentions import SUPERLATIVES, says_into_the_cart, says_which
from ..model import Answer, DialogueState, Intent, Outcome, Parse, Question, Slots, Taste
from ..normalize import amounts
from ..parse import clean
from ..parts import Parts
from ..said_back import reading_of
from ..sayings.assent import agrees, refuses
from ..state import LOOKS_AT_THE_CART, same_kind
from .plainly import Counted, plainly_changed, plainly_put_in

SEARCHES: tuple[Intent, ...] = ("search", "refine")
SAYS_NO_MORE: tuple[Intent, ...] = (
    "other",
    "feedback",
)  # "i changed my mind": an act on an order is dropped, and that is said
PUT_IN_UNASKED = 2  # products that "all" may put into the cart: of no more than two, most shoppers say "both"
TAKEN_OUT_UNASKED = 1
PICKED_BY_RANK = 2  # times as sure a reading must be
AGREED = "All right. What else can I do for you?"
LEFT = "All right, I left everything as it is. What would you like instead?"
RIGHT = ": right?"
SHALL_I = Question("Shall I?", "confirm", ("Yes", "No"))


def settled(parse: Parse, state: DialogueState) -> Parse:
    """The act that the last turn asked about when this message agrees to it, `feedback` when it refuses; else what was read."""
    if state.asked is None:
        return parse
    if agrees(parse.message):
        return _agreed(replace(state.asked, confidence=1.0))
    if so_many := _of_what_is_asked(parse, state.asked, state):
        return so_many
    return Parse("feedback", acts=("feedback",), message=parse.message) if refuses(parse.message) else parse


def _of_what_is_asked(parse: Parse, asked: Parse, state: DialogueState) -> Parse | None:
    """The act that was asked about with another number, where the message only says how many it shall be of what no cart holds yet:
    "make it 6" after "put 4 in your cart?"; of which one that is, is known."""
    named = same_kind(asked.slots.product, parse.slots.product)
    number = Slots(quantity=parse.slots.quantity, ref=parse.slots.ref, product=parse.slots.product if named else None)
    alone = parse.slots == number and number.ref in ((), ("last",)) and parse.then is None
    waits = (
        asked.intent == "cart_add" and asked.choice is None and asked.then is None and (asked.products or asked.puts)
    )
    in_cart = state.focus in {line.product_id for line in state.cart}
    if parse.intent != "cart_remove" or not parse.slots.quantity or not (alone and waits) or in_cart:
        return None
    return _agreed(replace(asked, slots=replace(asked.slots, quantity=parse.slots.quantity), confidence=1.0))


def _agreed(parse: Parse) -> Parse:
    """The act that was asked about, and those asked about with it, each with the shopper's yes."""
    return replace(parse, yes=True, then=_agreed(parse.then) if parse.then else None)


def held_back(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, of an unsure reading those that would clear all wishes only to be asked about, where there are any."""
    wishes = state.constraints != Constraints() or state.earlier or state.own or state.taste != Taste()
    return _waiting(parse) if wishes and parse.confidence < parts.confirm_below else parse


def _waiting(parse: Parse) -> Parse:
    then = _waiting(parse.then) if parse.then else None
    return replace(parse, yes=False if parse.intent == "reset" else parse.yes, then=then)


def act(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What the action does; instead a question where it would act with consequences on an unsure reading, or reach far.

    A search on a very unsure reading is done, and says how it was read. The bounds are `parts.confirm_below`, `parts.confirm_above` and
    `parts.show_reading_below`.
    """
    if (instead := _instead(parse, state, parts)) is not None:
        return instead
    outcome = ACTIONS[parse.intent](parse, state, parts)
    if (asked := _asked_first(parse, outcome, state, parts)) is not None:
        return asked
    if parse.intent in LOOKS_AT_THE_CART and outcome.answer and (undone := _left_undone(state, parts)):
        text, evidence = f"{undone} {outcome.answer.text}", (undone, *outcome.answer.evidence)
        return replace(outcome, answer=replace(outcome.answer, text=text, evidence=evidence))
    if parse.intent in SEARCHES and parse.confidence < parts.show_reading_below:
        return replace(outcome, reading=reading_of(state.constraints, parts.currency))
    return outcome


def _instead(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """What comes of a message without its action: a no to what was asked, a mere yes or no to nothing, and the question before what
    clears all wishes or leaves for the shop; None where the action is to be done."""
    if state.asked is not None and (refuses(parse.message) or (state.asked.order and parse.intent in SAYS_NO_MORE)):
        return Outcome(answer=Answer(LEFT))
    if state.asked is None and (said := _to_nothing(parse)):
        return Outcome(answer=Answer(said))
    if parse.yes is False and parse.intent == "reset":
        return _asking("clear all your wishes and start over", replace(parse, yes=None))
    leaving = _leaves(parse, state, parts) if _unsure(parse, state, parts) else ""
    return _asking(leaving, parse) if leaving else None


def _asked_first(parse: Parse, outcome: Outcome, state: DialogueState, parts: Parts) -> Outcome | None:
    """The question whether to do what the action did, where the reading is unsure or it reaches far; None where it may stand."""
    counts = _counts(outcome, state, parts)
    added = parts.catalog.get_many(one.id for one in counts if one.old == 0)
    guessed = _unsure(parse, state, parts) or _guesses_the_place(parse, added, state)
    unsure = guessed and not (
        plainly_put_in(parse, outcome, state, parts) or plainly_changed(parse, counts, state, parts)
    )
    asks = unsure or parse.yes is False or (not parse.yes and _reaches_far(parse, counts, parts))
    change = " and ".join(_changes(outcome, counts, state, parts)) if asks else ""
    if not change:
        return None
    puts = tuple(one.id for one in counts if one.old == 0)
    it = (
        puts if parse.slots.ref == ("last",) else ()
    )  # what "it" is now, it may not be once the message's next act is done
    return replace(_asking(change, replace(parse, puts=puts, products=parse.products or it)), focus=outcome.focus)


def _unsure(parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether the reading is less sure than an act with consequences asks for."""
    taken = state.compared or says_into_the_cart(parse.message)  # of two compared "the cheaper one" is a choice
    by_rank = _picks_by_rank(parse) and not taken
    return parse.confidence < parts.confirm_below * (PICKED_BY_RANK if by_rank else 1)


def _left_undone(state: DialogueState, parts: Parts) -> str:
    """That what was asked about and passed over is not in the cart, or still is, while the shopper goes on as if it were done; "" where
    nothing was."""
    if state.cart and state.asked and any(one.intent == "cart_remove" for one in state.asked.in_order()):
        return "You did not say what to take out, so your cart is as it was."
    inside = {line.product_id for line in state.cart}
    products = parts.catalog.get_many(one for one in state.passed_over if one not in inside)
    named = ", ".join(f"the {product.title}" for product in products)
    return f"You did not say whether to put {named} in your cart, so I did not." if named else ""


def _to_nothing(parse: Parse) -> str:
    """What is said to a mere yes or no where nothing was asked and nothing else was read in it: no list is shown anew for that."""
    if parse.intent not in ("refine", "other") or parse.slots != Slots() or parse.note:
        return ""
    return LEFT if refuses(parse.message) else AGREED if agrees(parse.message) else ""


def _picks_by_rank(parse: Parse) -> bool:
    """Whether a product is put into the cart that only a superlative names: "the most expensive one" may as well ask to see it."""
    return parse.intent == "cart_add" and any(ref in SUPERLATIVES for ref in parse.slots.ref)


def _guesses_the_place(parse: Parse, added: Sequence[Product], state: DialogueState) -> bool:
    """Whether one of several is put into the cart by a place that no word of the message says, nor a word of its name: "the one with the
    longer battery"."""
    places = [ref for ref in parse.slots.ref if isinstance(ref, int)]
    if parse.intent != "cart_add" or not places or len(state.shown) < 2 or parse.products or parse.yes:
        return False
    said = set(content_stems(parse.message)) - set(
        content_stems(state.constraints.product or "")
    )  # which all are called by
    named = (
        says_which(parse.message)
        or "other" in said
        or not said.isdisjoint(content_stems(" ".join(one.title for one in added)))
    )
    return bool(added) and not named


def _asking(change: str, parse: Parse) -> Outcome:
    text = f"{change[0].upper()}{change[1:]}{RIGHT}"
    return Outcome(answer=Answer(text, (text,)), question=SHALL_I, asked=parse)


def asks_back(outcome: Outcome) -> bool:
    """Whether the outcome is the question whether an act shall be done, and not the act."""
    return outcome.question == SHALL_I


def together(outcomes: Sequence[Outcome]) -> Outcome | None:
    """One question for all acts of a message that are asked back, of which a yes does each; None where fewer than two are."""
    asked = [one for one in outcomes if asks_back(one)]
    if len(asked) < 2:
        return None
    changes = list(dict.fromkeys(one.answer.text.removesuffix(RIGHT) for one in asked if one.answer))
    change = " and ".join([changes[0], *(f"{one[0].lower()}{one[1:]}" for one in changes[1:])])
    chain: Parse | None = None
    for one in reversed(asked):
        chain = replace(one.asked, then=chain) if one.asked else chain
    return replace(_asking(change, chain), focus=asked[-1].focus) if chain else None


def _leaves(parse: Parse, state: DialogueState, parts: Parts) -> str:
    """What the act would send to the shop, as an order to it; "" when nothing."""
    count = view_of(state.cart, parts).count
    if parse.intent == "checkout" and parts.checkout_hook is not None and count:
        return f"go to the checkout with {_items(count)}"
    if parse.intent == "handoff" and parts.handoff is not None and parts.handoff.route is not None:
        return "pass this conversation on to the shop's staff"
    return ""


def _counts(outcome: Outcome, state: DialogueState, parts: Parts) -> list[Counted]:
    """The products of which the outcome would change how many are in the cart."""
    if outcome.cart is None or outcome.cart == state.cart:
        return []
    before = {line.product_id: line.quantity for line in state.cart}
    after = {line.product_id: line.quantity for line in outcome.cart}
    products = parts.catalog.get_many(dict.fromkeys((*before, *after)))
    counts = [
        Counted(product.id, product.title, before.get(product.id, 0), after.get(product.id, 0)) for product in products
    ]
    return [one for one in counts if one.old != one.new]


def _reaches_far(parse: Parse, counts: Sequence[Counted], parts: Parts) -> bool:
    """Whether more items are asked for, or would be added, than a shopper takes at once, or "all" be put in or taken out that nobody
    counted: "all three" and "both" are counted."""
    added = sum(max(one.new - one.old, 0) for one in counts)
    if added and max(added, parse.slots.quantity or 0) > parts.confirm_above:
        return True
    bound = TAKEN_OUT_UNASKED if all(one.new == 0 for one in counts) else PUT_IN_UNASKED
    counted = any(amount.value == len(counts) for amount in amounts(clean(parse.message)))
    return "all" in parse.slots.ref and len(counts) > bound and not counted


def _changes(outcome: Outcome, counts: Sequence[Counted], state: DialogueState, parts: Parts) -> Iterator[str]:
    """What the outcome would do, an order to the shop each; nothing where it has no consequence."""
    if put := [one for one in counts if one.old == 0]:
        named = [f"the {one.title}" if one.new == 1 else f"{one.new} × {one.title}" for one in put]
        yield f"put {', '.join(named)} in your cart"
    if taken := [one for one in counts if one.new == 0]:
        yield f"take {', '.join(f'the {one.title}' for one in taken)} out of your cart"
    if changed := [one for one in counts if one.old and one.new]:
        yield f"make it {', '.join(f'{one.new} × {one.title}' for one in changed)} in your cart"
    if outcome.checkout_url is not None:
        yield f"go to the checkout with {_items(view_of(state.cart, parts).count)}"


def _items(count: int) -> str:
    return f"{count} {'item' if count == 1 else 'items'}"
