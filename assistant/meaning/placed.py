"""Places in the list as a message counts them, where the reader left some out or took "the last" for another one. Pure."""

from __future__ import annotations

from dataclasses import replace

from ..mentions import says_it_alone
from ..model import DialogueState, Parse, Slots
from ..places import names_a_list_alone, places_by_name, places_to_the_last, places_with_counts


def placed(parse: Parse, state: DialogueState) -> Parse:
    """The message's additions as one where it counts several places, the end of the list where it says "the last one", as many as were
    said before the shop asked which, "it" of a question as what was spoken of last, and "the first list" as no product."""
    if parse.intent == "cart_add" and parse.then is None and names_a_list_alone(parse.message):
        return replace(parse, intent="refine", slots=Slots(), acts=("refine",), note="From the beginning again.")
    return _it(_as_many(_the_last(_together(parse, state), state), state))


def _together(parse: Parse, state: DialogueState) -> Parse:
    """All that the message counts as one act, however many of it were read and in how many acts: "two of the first and one of the last".

    Each act has the whole message, so that two of them would each do all of it. Places that are counted in the list of a need that is
    named ("the first boots and the second socks") are left to that.
    """
    if any(one.intent != "cart_add" or one.products or one.choice for one in parse.in_order()):
        return parse
    read = [ref for one in parse.in_order() for ref in one.slots.ref]
    places = places_with_counts(parse.message, len(state.shown), read)
    lists = state.lists()
    if not places or (len(lists) > 1 and places_by_name(parse.message, [name for name, _ in lists])):
        return parse
    slots = replace(parse.slots, ref=places, quantity=None)
    return replace(parse, slots=slots, acts=("cart_add",), then=None)


def _the_last(parse: Parse, state: DialogueState) -> Parse:
    """Of a list of which the reply named only the first ones, "the last one" is the last on the screen, also beside other places. In a
    cart it is another list."""
    refs, listed = parse.slots.ref, len(state.shown)
    counted = all(isinstance(ref, int) or ref == "last" for ref in refs)
    if not refs or not counted or parse.then is not None or parse.intent == "cart_remove" or not listed:
        return parse
    past = any(isinstance(ref, int) and ref > listed for ref in refs)  # "teh last one" was read as the third of two
    places = places_to_the_last(parse.message, listed, surely=not past)
    return replace(parse, slots=replace(parse.slots, ref=places)) if len(places) == len(refs) else parse


def _as_many(parse: Parse, state: DialogueState) -> Parse:
    """What answers the question which of several is to be added, as many times as were asked for: of "three of the cheapest", which two
    are, the answer "the first" means three."""
    asked = state.asked
    if asked is None or asked.intent != "cart_add" or asked.choice or asked.then or asked.slots.quantity is None:
        return parse
    alone = parse.intent == "cart_add" and parse.then is None and len(parse.slots.ref) == 1
    if not alone or parse.slots.quantity is not None or parse.products:
        return parse
    return replace(parse, slots=replace(parse.slots, quantity=asked.slots.quantity))


def _it(parse: Parse) -> Parse:
    """A question about "it" as one about what was spoken of last, where a place was read that it does not say."""
    guessed = len(parse.slots.ref) == 1 and isinstance(parse.slots.ref[0], int)
    if parse.intent != "ask_product" or not guessed or not says_it_alone(parse.message):
        return parse
    return replace(parse, slots=replace(parse.slots, ref=("last",)))
