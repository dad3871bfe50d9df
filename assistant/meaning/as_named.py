"""What a thing is called by in the message, where the reader named another one, or named it by more than it is called."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.kinds.of_listings import kind_at_end
from retrieval.query import Constraints
from retrieval.words import content_stems

from ..model import DialogueState, Intent, Parse, Slots
from ..parts import Parts
from ..state import same_kind

_THINGS_FOR = re.compile(r"(.+?) (?:gear|stuff|equipment|supplies|things|bits|goods|essentials)$", re.IGNORECASE)
_WANTED_TOO = re.compile(
    r"\b(?:and|plus) (?:also )?(?:an?|some) ((?:[^\W\d_]+[ -]){0,3}?[^\W\d_]+)(?: too| as well)?(?: please| pls)?[.!?]*$",
    re.IGNORECASE,
)


def as_named(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, "fishing gear" as fishing where the shop has that, "a desk one" as one of what is looked for, and behind what is
    put into the cart the search for what is wanted too: "add it and a card"."""
    return _with_what_is_wanted_too(_as_its_look(_without_things(parse, parts), state), parts)


def _without_things(parse: Parse, parts: Parts) -> Parse:
    """The acts, in each the things for something as that where nothing is called by all of the name: "camping gear"."""
    parse = replace(parse, then=_without_things(parse.then, parts)) if parse.then else parse
    found = _THINGS_FOR.match(parse.slots.product or "")
    if found is None or _sold(parse.slots.product, parts) or not _sold(found[1], parts):
        return parse
    return replace(parse, slots=replace(parse.slots, product=found[1]))


def _as_its_look(parse: Parse, state: DialogueState) -> Parse:
    """What was read as the search for another thing and says which "one" is wanted of what is looked for, as a narrowing of it."""
    now, name = state.constraints.product, parse.slots.product
    if (
        parse.intent not in ("search", "refine")
        or parse.then is not None
        or not now
        or not name
        or same_kind(now, name)
    ):
        return parse
    if not re.search(rf"\b{re.escape(name)} ones?\b", parse.message, re.IGNORECASE):
        return parse
    slots = replace(parse.slots, product=None, features=(name, *parse.slots.features))
    return replace(parse, intent="refine", acts=("refine",), slots=slots)


def _with_what_is_wanted_too(parse: Parse, parts: Parts) -> Parse:
    """An addition and nothing else, behind which a known kind of thing is named that no slot has, as that and the search for it."""
    found = _WANTED_TOO.search(parse.message) if parse.intent == "cart_add" and parse.then is None else None
    if found is None or not kind_at_end(found[1])[0]:
        return parse
    slots, name = parse.slots, found[1].lower()
    read = " ".join(slots.words_of("product", "color", "material", "features", "size"))
    if not set(content_stems(name)).isdisjoint(content_stems(read)):
        return parse
    acts: tuple[Intent, ...] = ("cart_add", "search")
    wanted = Parse("search", Slots(product=name), acts, parse.confidence, parse.message)
    return replace(parse, acts=acts, then=wanted)


def _sold(name: str | None, parts: Parts) -> bool:
    return bool(parts.searcher.matching(Constraints(product=name)))
