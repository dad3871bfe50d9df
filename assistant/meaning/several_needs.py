"""Several things wanted at once: told apart, what is said of all of them in each, and which of them a narrowing speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

from retrieval.audience import adult_in, speaks_of_people
from retrieval.evidence import meets_one
from retrieval.kinds.of_listings import kind_at_end, names_kind
from retrieval.query import SOFT, Constraints
from retrieval.words import content_stems

from ..actions.each_named import each_named
from ..actions.table import in_their_lists
from ..mentions import says_of_all, says_of_each, says_the
from ..model import DialogueState, Intent, Parse, Slots
from ..parts import Parts
from ..places import kind_behind_place, says_a_place
from ..state import LOOKS_AT_THE_CART, NARROWING, same_kind

SHARED = ("price_min", "price_max", "in_stock")  # what may be said of several things at once, wherever it stands
# What is said of all only behind them: "a lamp for the desk and a fan, both quiet"; of "a red scarf and a hat, both cheap" the hat need
# not be red, nor the watch "for him" beside a scarf for her be a woman's.
SHARED_AT_THE_END = ("brand", "color", "material", "gender", "size", "features")
_AND = re.compile(r"\s*(?:,|&|\+|\b(?:and|or|plus)\b)\s*(?:(?:an?|some|the)\s)?")
_ITEMS = re.compile(rf"{_AND.pattern}|:\s*(?:(?:an?|some|the)\s)?")
_GOES_WITH = re.compile(
    r"\b(?:match\w*|goe?s?|suits?|fits?|with (?:it|that|this|them|these|those|the|my|him|her))\b", re.IGNORECASE
)
_BACK_TO = re.compile(r"\bback to\b", re.IGNORECASE)
_ONES = re.compile(r"\bones\b", re.IGNORECASE)
_MOVES_ON = re.compile(r"\b(?:then|now|next)\b")
_AND_FOR = re.compile(r"\s*(?:,|&|\band\b)\s*(?:(?:one|another|some|something)\s+)?(?=for\s)")


def told_apart(parse: Parse, parts: Parts) -> Parse:
    """The acts, a search for two things under one name as one for each, and in each what is said of both."""
    return _shared(_once_for_each_kind(_of_the_list(_apart(parse, parts), parts)))


def _once_for_each_kind(parse: Parse) -> Parse:
    """The acts, one of two searches that stand in the message with an "or" between and are for the same known kind: of "bookshelf or
    bookcase" the first."""
    then = _once_for_each_kind(parse.then) if parse.then else None
    if (
        then is None
        or {parse.intent, then.intent} != {"search"}
        or not _either([parse.slots, then.slots], parse.message)
    ):
        return replace(parse, then=then)
    (first, known), (second, _) = (kind_at_end(one.slots.product or "") for one in (parse, then))
    if not known or first != second:
        return replace(parse, then=then)
    bare = parse.slots == Slots(product=parse.slots.product)
    slots = replace(then.slots, product=parse.slots.product) if bare else parse.slots
    return replace(parse, slots=slots, then=then.then, acts=parse.acts[:-1])


def _of_the_list(parse: Parse, parts: Parts) -> Parse:
    """The acts, where several search, with what was read as a wish for one thing and is another of the list as a search of its own: of
    "a lamp, a bag and a mug" no lamp says "bag"."""
    if sum(one.intent == "search" for one in parse.in_order()) < 2:
        return parse
    items = {" ".join(item.lower().split()) for item in _ITEMS.split(parse.message)}
    each = list[Parse]()
    for one in parse.in_order():
        slots = one.slots
        listed = [wish for wish in slots.features if wish in items]
        of_it = [wish for wish in listed if _is_one_of(wish, slots.product)]
        others = [wish for wish in listed if wish in of_it or _is_another_kind(wish, slots.product, parts)]
        left = replace(slots, features=tuple(wish for wish in slots.features if wish not in others))
        if of_it:  # "an outfit for a party: a dress and sandals" are a dress and sandals, both for it
            each += [replace(one, slots=replace(left, product=name)) for name in others]
        else:
            each += [replace(one, slots=left), *(replace(one, slots=Slots(product=name)) for name in others)]
    acts = tuple(one.intent for one in each)
    *before, last = [replace(one, acts=acts) for one in each]
    for one in reversed(before):
        last = replace(one, then=last)
    return last


def _is_one_of(name: str, whole: str | None) -> bool:
    """Whether the name is of a known kind, and the whole of several kinds with it, or of none at all: sandals and an outfit."""
    (kinds, known), (wider, _) = kind_at_end(name), kind_at_end(whole or "")
    return known and (not wider or kinds < wider)


def _is_another_kind(name: str, other: str | None, parts: Parts) -> bool:
    """Whether the name is one of a kind of thing that the shop has, and nothing called by the other name is also one."""
    found = parts.searcher.matching(Constraints(product=name))
    return (
        bool(found)
        and bool(kind_at_end(name)[0])
        and found.isdisjoint(parts.searcher.matching(Constraints(product=other)))
    )


def _apart(parse: Parse, parts: Parts) -> Parse:
    """Kinds of the shop that were read as one name are a need each; a name that a listing bears whole is one: "hat and scarf". Gifts for
    several people are one need for each, and so is a thing and what was read as a wish for it."""
    if people := _gifts_for(parse):
        return _each_of(parse, people)
    if behind := _kinds_behind(parse, parts):
        features = tuple(wish for wish in parse.slots.features if wish not in behind)
        each = (parse.slots.product, *behind)
        return in_turn(parse, [replace(parse.slots, product=kind, features=features) for kind in each])
    name = parse.slots.product
    looks = parse.intent in ("search", "complement") and parse.then is None
    kinds = _AND.split(name) if name and looks and not kind_at_end(name)[1] else []  # "pots and pans" are cookware
    if name is None or len(kinds) < 2 or not all(map(content_stems, kinds)) or not _are_several(name, kinds, parts):
        return parse
    return in_turn(parse, [replace(parse.slots, product=kind) for kind in kinds])


def _kinds_behind(parse: Parse, parts: Parts) -> list[str]:
    """What was read as wishes for the one thing searched for and is another one of the shop, joined to it in the message: the teapot of "a
    mug or teapot under 40"."""
    name = parse.slots.product
    if parse.intent != "search" or parse.then is not None or name is None:
        return []
    kinds = [name]
    for wish in parse.slots.features:
        joined = rf"\b{re.escape(kinds[-1])}(?:{_AND.pattern}){re.escape(wish)}\b"
        if re.search(joined, parse.message, re.IGNORECASE) and _is_another_kind(wish, name, parts):
            kinds.append(wish)
    return kinds[1:]


def _are_several(name: str, kinds: Sequence[str], parts: Parts) -> bool:
    """Whether the name is of several things: the shop has them all and none that is two of them, or one of them, and nothing that is
    called by the whole name: of "scarf and gloves" the scarf, of "rug and lamp" what is called by its end."""
    sold = [bool(parts.searcher.matching(Constraints(product=kind))) for kind in kinds]
    if all(sold):
        return not any(_is_one(pair, parts) for pair in pairwise(kinds))
    found = parts.searcher.matching(Constraints(product=name))
    by_its_end = all(kind_at_end(kind)[1] for kind in kinds) and found == parts.searcher.matching(
        Constraints(product=kinds[-1])
    )
    return any(sold) and (not found or by_its_end)


def _is_one(kinds: Sequence[str], parts: Parts) -> bool:
    """Whether a listing is of both kinds, or its title has both names with nothing but an "and" between: a desk chair is no desk."""
    one, other = (parts.searcher.matching(Constraints(product=kind)) for kind in kinds)
    titles = (_AND.split(product.title.lower()) for product in parts.catalog.get_many(one | other))
    wanted = [content_stems(kind) for kind in kinds]
    named = (tuple(map(content_stems, pair)) for title in titles for pair in pairwise(title))
    n, m = map(len, wanted)
    return bool(one & other) or any(a[-n:] == wanted[0] and b[:m] == wanted[1] for a, b in named)


def _gifts_for(parse: Parse) -> list[str]:
    """For whom a search for gifts says that they are, where that is several people: ["for my mum", "for my dad"]; else empty."""
    name = parse.slots.product
    if parse.intent != "search" or parse.then is not None or name is None or names_kind(name):
        return []
    said = [one for feature in parse.slots.features for one in _AND_FOR.split(feature) if feature.startswith("for ")]
    return said if len(said) > 1 and all(map(speaks_of_people, said)) else []


def _each_of(parse: Parse, people: Sequence[str]) -> Parse:
    """A search for a gift for each of these, named so that they stay apart: a "gift for my mum" and a "gift for my dad"."""
    features = tuple(one for one in parse.slots.features if not one.startswith("for "))
    named = [(f"{parse.slots.product} {whom}", adult_in(whom)) for whom in people]
    return in_turn(parse, [replace(parse.slots, product=name, gender=who, features=features) for name, who in named])


def in_turn(parse: Parse, each: Sequence[Slots]) -> Parse:
    """The act once with each of these slots, in order."""
    *before, last = [replace(parse, slots=slots, acts=(parse.intent,) * len(each)) for slots in each]
    for one in reversed(before):
        last = replace(one, then=last)
    return last


def _shared(parse: Parse) -> Parse:
    """The message's acts, where two or more search, with what is said of all of them in each: "a ring and a necklace, both under 100", or
    of which either would do: "a mug or teapot under 40"."""
    searches = [one.slots for one in parse.in_order() if one.intent == "search"]
    if len(searches) < 2 or not (says_of_all(parse.message) or _either(searches, parse.message)):
        return parse
    said = {name: [slots for slots in searches if getattr(slots, name) not in (None, ())] for name in SHARED}
    once: dict[str, Any] = {name: getattr(slots[0], name) for name, slots in said.items() if len(slots) == 1}
    behind = {name: value for name in SHARED_AT_THE_END if (value := getattr(searches[-1], name))}
    alone = {name: value for name, value in behind.items() if not any(getattr(one, name) for one in searches[:-1])}
    return _each_with(parse, once | alone)


def _either(searches: Sequence[Slots], message: str) -> bool:
    """Whether the last two things stand in the message with nothing but an "or" between."""
    one, other = (re.escape(slots.product or "") for slots in searches[-2:])
    return bool(one and other and re.search(rf"\b{one},? or (?:an? |some )?{other}\b", message, re.IGNORECASE))


def _each_with(parse: Parse, said: Mapping[str, Any]) -> Parse:
    slots = replace(parse.slots, **said) if parse.intent == "search" else parse.slots
    return replace(parse, slots=slots, then=_each_with(parse.then, said) if parse.then else None)


def of_those_on_the_table(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A narrowing after a message for several things, of the needs that it speaks of: what is said of each, "both under 50", is one of the
    need of every list on the table, and so is a price right after the message; where of two things only one was found, or only one comes
    so ("gold ones"), it is of that, and of both where both do."""
    names = [name for name, _ in state.lists() if name]
    if len(names) < 2 and says_of_each(parse.message):  # of a desk and a chair one was narrowed since
        names = [one.product for one in reversed(state.needs()[:2]) if one.product]
    if parse.intent != "refine" or parse.then is not None or parse.slots.product or not names:
        return parse
    of_each = says_of_each(parse.message) or _may_be_of_each(parse, state)
    if not of_each and (state.found or len(names) > 1):
        names = _those_that_come_so(names, state, parse, parts)
    return in_turn(parse, [replace(parse.slots, product=name, ref=()) for name in names]) if names else parse


def _may_be_of_each(parse: Parse, state: DialogueState) -> bool:
    """Whether nothing is said but what may be said of several things at once ("under 40", "women's", "cheaper ones"), right after they were
    asked for."""
    slots = parse.slots
    shared = Slots(**{name: getattr(slots, name) for name in (*SHARED, "gender")})
    if _ONES.search(parse.message):
        shared = replace(shared, sort=slots.sort)
    return slots == shared != Slots() and state.acts[-2:] == ("search", "search")


def _those_that_come_so(names: Sequence[str], state: DialogueState, parse: Parse, parts: Parts) -> list[str]:
    """Of these needs the one of which a listing states the colour, the material or the feature that alone is said, and all such where that
    is said of "ones"; none where that is so of the need under way alone, or of none."""
    slots = parse.slots
    wishes = [(field, wish) for field in SOFT for wish in getattr(slots, field)]
    looks = Slots(color=slots.color, material=slots.material, features=slots.features)
    if slots != looks or looks == Slots() or len(names) < 2:
        return []
    found = [name for name in names if _comes_so(name, wishes, parts)]
    if len(found) > 1:
        return found if _ONES.search(parse.message) else []
    return found if found != [state.constraints.product] else []


def _comes_so(name: str, wishes: Sequence[tuple[str, str]], parts: Parts) -> bool:
    ids = parts.searcher.matching(Constraints(product=name))
    saying = frozenset[str]().union(*(parts.searcher.lexical.matching(wish) for _, wish in wishes))
    return any(meets_one(product, wishes) for product in parts.catalog.get_many(ids & saying))


def named_as_before(parse: Parse, state: DialogueState) -> Parse:
    """What names a need of the conversation within more words ("back to the jacket") by its name alone."""
    name = (parse.slots.product or "").rpartition(" the ")[2]
    named = any(same_kind(one.product, name) and _no_longer(name, one.product or "") for one in state.needs())
    return replace(parse, slots=replace(parse.slots, product=name)) if named else parse


def _no_longer(name: str, other: str) -> bool:
    return len(content_stems(name)) <= len(content_stems(other))


def _has_one_of(words: Iterable[str], name: str | None) -> bool:
    return any(set(content_stems(one)) <= set(content_stems(name or "")) for one in words)


def back_to_it(parse: Parse, state: DialogueState) -> Parse:
    """What was read as what goes with a thing, or as taking one out, and only names an earlier need, as a narrowing of that: "now the
    chair, with what's left", "go back to the socks"."""
    name = parse.slots.product
    goes_with = parse.intent == "complement" and not _GOES_WITH.search(parse.message)
    goes_back = parse.intent == "cart_remove" and _BACK_TO.search(parse.message)
    if not (goes_with or goes_back) or parse.then is not None or name is None:
        return parse
    if not says_the(parse.message, name) or not any(same_kind(one.constraints.product, name) for one in state.earlier):
        return parse
    return replace(parse, intent="refine", acts=("refine",), slots=replace(parse.slots, ref=()))


def of_the_named_need(parse: Parse, state: DialogueState) -> Parse:
    """A narrowing that names an earlier need and not that under way, as one of that need: "something in grey for the sofa"; also by
    another word of its name that is a kind by itself: "the bass again" after bass guitars."""
    if parse.intent not in NARROWING or parse.then is not None or parse.slots.product or not state.earlier:
        return parse
    said = content_stems(parse.message)
    heads = {need.constraints.product: content_stems(need.constraints.product or "")[-1:] for need in state.earlier}
    kinds = {one for one in parse.slots.features if kind_at_end(one)[1] and says_the(parse.message, one)}
    named = [name for name, head in heads.items() if (head and head[0] in said) or _has_one_of(kinds, name)]
    now = content_stems(state.constraints.product or "")[-1:]
    if len(named) != 1 or (now and now[0] in said):
        return parse
    (name,) = named
    own = set(content_stems(name or ""))
    lists: dict[str, Any] = {
        slot: tuple(one for one in getattr(parse.slots, slot) if not set(content_stems(one)) <= own)
        for slot in ("features", "exclude")  # "for the sofa" is no wish
    }
    if any(heads[name][0] in content_stems(value) for values in lists.values() for value in values):
        return parse  # "to go with the sofa" speaks of the thing under way
    return replace(parse, slots=replace(parse.slots, product=name, **lists))


def each_in_its_list(parse: Parse, state: DialogueState) -> Parse:
    """Several additions of one message, each with what stands at its own places in the lists that the message names: of "add it and the
    first boots" the first is what was spoken of."""
    added = [one.slots for one in parse.in_order() if one.intent == "cart_add"]
    ids = in_their_lists(parse.message, state) if len(added) > 1 else []
    return _each_with_its_own(parse, iter(ids)) if ids and sum(map(_places, added)) == len(ids) else parse


def each_by_its_words(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """Several additions of one message, each of a thing shown that is called by its own words, as one act that puts in them all."""
    if parse.then is None or not each_named(parse, state, parts):
        return parse
    return replace(parse, acts=("cart_add",), slots=Slots(), then=None)


def _each_with_its_own(parse: Parse, ids: Iterator[str]) -> Parse:
    """The acts, each addition with as many of these ids as it has places, and one that says nothing else of what was spoken of."""
    if parse.intent == "cart_add":
        slots = replace(parse.slots, ref=parse.slots.ref or (() if parse.slots.product else ("last",)))
        parse = replace(parse, slots=slots, products=tuple(islice(ids, _places(parse.slots))))
    return replace(parse, then=_each_with_its_own(parse.then, ids) if parse.then else None)


def _places(slots: Slots) -> int:
    return sum(isinstance(ref, int) for ref in slots.ref)


def then_the_other(parse: Parse, state: DialogueState) -> Parse:
    """An addition by its place, behind which another need is named by itself, as the addition and a look at that need: "add the first one.
    now the chair"."""
    if parse.intent != "cart_add" or parse.then is not None:
        return parse
    taken, moved_on, rest = _MOVES_ON.sub("\0", parse.message.lower()).rpartition("\0")
    names = (need.product for need in state.needs())
    other = next((name for name in names if name and says_the(rest, name)), None)
    if not (moved_on and other and says_a_place(taken)) or says_a_place(rest):
        return parse
    acts: tuple[Intent, ...] = ("cart_add", "refine")
    look = Parse("refine", Slots(product=other), acts, parse.confidence, parse.message)
    own = None if same_kind(parse.slots.product, other) else parse.slots.product
    return replace(parse, slots=replace(parse.slots, product=own), acts=acts, then=look)


def of_the_kind_behind(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """An addition by one place with the kind that stands behind it, where the reader left that out and nothing shown is of it, while the
    shop has some: of gifts, watches and bears "the first scarf" is no gift."""
    slots = parse.slots
    one = len(slots.ref) == 1 and isinstance(slots.ref[0], int)
    alone = all(further in LOOKS_AT_THE_CART for further in parse.acts[1:])
    if parse.intent != "cart_add" or not alone or slots.product is not None or not one:
        return parse
    name = kind_behind_place(parse.message)
    ids = parts.searcher.matching(Constraints(product=name)) if name else frozenset[str]()
    return replace(parse, slots=replace(slots, product=name)) if ids and ids.isdisjoint(state.shown) else parse
