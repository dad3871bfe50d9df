"""Whether a word behind a need is a wish of it or another thing, as the listings say: after steak "red onions" are no property of one, and
after a bouquet "roses" are."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.evidence import judge
from retrieval.kinds.named import is_titled
from retrieval.kinds.of_listings import kind_at_end
from retrieval.query import Constraints
from retrieval.words import STOPWORDS, contains, content_words

from ..model import DialogueState, Parse, Slots
from ..parts import Parts
from ..state import same_kind

_PROPERTIES = frozenset(
    "length lengths size sizes colour colours color colors sleeve sleeves fit shape height width weight capacity finish".split()
)
_WHAT_ABOUT = re.compile(r"(?:and |so |ok |okay )?(?:what|how) about\b", re.IGNORECASE)
_SOMETHING = r"(?:some|any)thing (?:for|to)\b"
_SOMETHING_ELSE = re.compile(rf"(?:and|also|plus) {_SOMETHING}|{_SOMETHING}.* (?:too|as well|also)\W*$", re.IGNORECASE)
_OFTEN = 0.1  # of a kind's titles say what people choose it by: bouquets of roses


def wish_or_thing(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A narrowing by nothing but one word for a thing: as a search for that where the shop sells it and no listing of what is looked for
    says it, or few of their titles where "what about" asks for it; as a wish where it is named as a thing that the shop does not sell and
    such a listing says it. What was read as the search for a property, "knee length, blue", is a narrowing by it, and
    "something for dessert too" narrows no steaks."""
    slots, now = parse.slots, state.constraints.product
    if parse.intent == "search" and parse.then is None and now and _is_a_property(slots.product):
        slots = replace(slots, product=None, features=(slots.product or "", *slots.features))
        return replace(parse, intent="refine", acts=("refine",), slots=slots)
    if (
        parse.intent == "refine"
        and parse.then is None
        and slots.product is None
        and _SOMETHING_ELSE.match(parse.message)
    ):
        return replace(parse, intent="search", acts=("search",))
    if parse.intent != "refine" or parse.then is not None or now is None or state.constraints.kind is None:
        return parse
    if slots.product and slots == Slots(product=slots.product) and not same_kind(now, slots.product):
        wish = not _sold(slots.product, parts) and _said_of(now, slots.product, parts)
        return replace(parse, slots=Slots(features=(slots.product,))) if wish else parse
    name = slots.features[0] if slots == Slots(features=slots.features[:1]) and slots.features else ""
    named = bool(name) and name.split()[0] not in STOPWORDS  # "for the kitchen" names no thing
    thing = named and not same_kind(now, name) and (kind_at_end(name)[1] or _is_titled(name, parts))
    if not thing or not _sold(name, parts):
        return parse
    asks_for_it = kind_at_end(name)[1] and bool(_WHAT_ABOUT.match(parse.message))
    if _titled_so(now, name, parts) > _OFTEN if asks_for_it else _said_of(now, name, parts):
        return parse
    return replace(parse, intent="search", acts=("search",), slots=Slots(product=name))


def _is_a_property(name: str | None) -> bool:
    """Whether the name is one of what a thing has: "knee length", "size"."""
    said = content_words(name or "")
    return bool(said) and said[-1] in _PROPERTIES and not kind_at_end(name or "")[1]


def _sold(name: str, parts: Parts) -> bool:
    return bool(parts.searcher.matching(Constraints(product=name)))


def _is_titled(name: str, parts: Parts) -> bool:
    """Whether the title of something in the shop says that it is one: "Crimson Glory Red Onions"."""
    found = sorted(parts.searcher.lexical.matching(name, columns="title"))
    return any(is_titled(one.title, name) for one in parts.catalog.get_many(found))


def _said_of(kind: str, wish: str, parts: Parts) -> bool:
    """Whether a listing of the kind says the wish."""
    of_kind = parts.searcher.matching(Constraints(product=kind))
    saying = sorted(of_kind & parts.searcher.lexical.matching(wish))
    return any(judge(one, "features", wish).status == "met" for one in parts.catalog.get_many(saying))


def _titled_so(kind: str, wish: str, parts: Parts) -> float:
    """The share of the kind's titles that say the wish, 0 to 1."""
    of_kind = parts.catalog.get_many(sorted(parts.searcher.matching(Constraints(product=kind))))
    return sum(contains(one.title, wish) for one in of_kind) / len(of_kind) if of_kind else 0.0
