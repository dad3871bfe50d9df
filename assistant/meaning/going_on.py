"""What goes back to an earlier need, or takes something along from one: "something for the kitchen, same budget"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from retrieval.kinds.of_listings import kind_at_end
from retrieval.query import SOFT, Constraints
from retrieval.words import content_stems, without

from ..mentions import says_the
from ..model import DialogueState, Intent, Parse, Slots
from ..parts import Parts
from ..sayings.phrases import STAYING, of_another_thing, phrase_of
from ..state import need_to_go_on_with, same_kind

# Another thing "in the same colour" is read as each of these.
GOES_ON: tuple[Intent, ...] = ("search", "refine", "complement", "similar")


def gone_on(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A search that goes back to an earlier need as a narrowing of that; of another thing "in the same colour", with what stays."""
    slots = parse.slots
    if parse.intent not in GOES_ON or parse.then is not None or state.constraints == Constraints():
        return parse
    if slots.product is None:
        return _as_before(parse, state, parts) if slots == Slots() else _for_another_purpose(parse, state, parts)
    beside = without(parse.message, slots.words_of("color", "size", "material"))
    of_it = _names_a_kind_of_it(parse, state) and not of_another_thing(beside, parts.embedder)
    if of_it or (parse.intent == "search" and _takes_its_place(slots.product, beside, parts)):
        return replace(parse, intent="refine", acts=("refine",))
    if _names_it_again(parse, state):
        name = _fuller(slots.product, state)
        return replace(parse, intent="refine", acts=("refine",), slots=replace(slots, product=name))
    if parse.intent != "search" and same_kind(state.constraints.product, slots.product):
        if says_the(parse.message, slots.product):  # "the pin in wood" is still to be a rolling pin
            return replace(parse, slots=replace(slots, product=_fuller(slots.product, state)))
        return parse
    need = need_to_go_on_with(state, slots) if parse.intent in ("search", "refine") else None
    names = _staying_beside([slots.product], parse.message, parts)
    stays = (need and _said_of(need.constraints, names)) or _said_of(state.constraints, names)
    if stays:
        said: dict[str, Any] = {
            name: tuple(one for one in getattr(slots, name) if not _staying(one, parts)) for name in SOFT
        }
        slots = replace(slots, **said, ref=())  # "same colour" is no colour
        slots = replace(slots, **({} if _said_of(slots, names) else stays))
    if need is None and not stays:
        return parse
    intent: Intent = "refine" if need else "search"
    return replace(parse, intent=intent, acts=(intent,), slots=slots)


def _fuller(name: str, state: DialogueState) -> str:
    """Of this name and that of what is looked for the one of more words."""
    return max(name, state.constraints.product or "", key=lambda one: len(content_stems(one)))


def _names_a_kind_of_it(parse: Parse, state: DialogueState) -> bool:
    """Whether a search names a kind of what is looked for already, for nobody else, or says nothing but another name of it, of which
    nothing was taken yet: "brown loafers" after shoes for men gives up no wish, nor does "a scarf maybe" after a present."""
    slots, name, now = parse.slots, parse.slots.product or "", state.constraints.product or ""
    for_another = slots.gender is not None or any(one.startswith("for ") for one in slots.features)
    if parse.intent != "search" or for_another:
        return False
    (kinds, known), (wider, wide_known) = kind_at_end(name), kind_at_end(now)
    taken = any(line.product_id in state.seen for line in state.cart)
    of_any = bool(state.found) and state.constraints.kind is None and slots == Slots(product=name)
    of_it = of_any or (wide_known and kinds <= wider)
    return known and of_it and not taken and not same_kind(now, name)


def _takes_its_place(name: str, beside: str, parts: Parts) -> bool:
    """Whether what is named so takes the place of what is looked for, as the words around it say: of sneakers for men "show me sandals
    instead" is for the same people and costs no more. beside: the message without the looks."""
    return phrase_of(without(beside, [name]), parts.embedder) == "instead"


def _names_it_again(parse: Parse, state: DialogueState) -> bool:
    """Whether nothing is said but the name of what is looked for already: "back to the desk lamp", or "to the lamp", gives up no wish."""
    name, now = parse.slots.product or "", state.constraints.product or ""
    if parse.intent not in ("search", "refine") or parse.slots != Slots(product=name):
        return False
    again = content_stems(name) == content_stems(now)
    shortened = same_kind(now, name) and len(content_stems(name)) < len(content_stems(now))
    return again or (shortened and says_the(parse.message, name))


def _for_another_purpose(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What names no kind but what it is for, and says what stays, as the search for something else: "something for the kitchen, same
    budget". Of the same thing all would stay unsaid."""
    purposes = tuple(one for one in parse.slots.features if one.startswith("for "))
    if not purposes or parse.slots != Slots(features=parse.slots.features):
        return parse
    names = _staying_beside(purposes, parse.message, parts)
    if not names or not of_another_thing(parse.message, parts.embedder):
        return parse
    slots = Slots(features=purposes, **_said_of(state.constraints, names))
    return replace(parse, intent="search", acts=("search",), slots=slots)


def _as_before(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What says nothing but that something stays, of a need that has none of it, with what it was in the last need that has: "same budget"
    once the boots are spoken of, after a jacket under 150."""
    names = _staying(parse.message, parts)
    stays = next((said for need in state.earlier if (said := _said_of(need.constraints, names))), {})
    return parse if _said_of(state.constraints, names) or not stays else replace(parse, slots=Slots(**stays))


def _staying_beside(named: Sequence[str], message: str, parts: Parts) -> tuple[str, ...]:
    """What a message says to stay: in its words without those for the thing, which lead away from it, or in all of them."""
    return _staying(without(message, named), parts) or _staying(message, parts)


def _staying(message: str, parts: Parts) -> tuple[str, ...]:
    """The constraints of which the message says that they stay as they were."""
    phrase = phrase_of(message, parts.embedder)
    return STAYING.get(phrase, ()) if phrase else ()


def _said_of(said: Constraints | Slots, names: Iterable[str]) -> dict[str, Any]:
    """Those of the constraints of these names that are said, by name."""
    return {name: value for name in names if (value := getattr(said, name)) not in (None, ())}
