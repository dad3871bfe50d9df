"""Wishes that the reader left in the wrong place, or in two: a colour within a material, an age, a maker or a colour among the features,
how many of one thing in the act before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from retrieval.audience import adult_in, audience_called, audience_in, speaks_of_people
from retrieval.evidence import COLORS, MATERIALS
from retrieval.kinds.named import names_animal
from retrieval.kinds.of_listings import kind_at_end, together, words_before_kind
from retrieval.query import OR, Constraints
from retrieval.words import content_stems, content_words, stem

from ..actions.quality import INTENSIVES
from ..model import DialogueState, Parse, Slots
from ..normalize import amounts
from ..parts import Parts
from .carried import made_for

_MUCH = re.compile(r"^(?:(?:too|so) (?:many|much)|more) ")
_LIKE_ANOTHER = frozenset(["matching", "same", "similar"])
_CHEAP = frozenset(["cheap", "affordable", "inexpensive", "low cost", "not expensive"])
_BY_CHOICE = re.compile(r"^(?:pref(?:erably|erred)?|ideally|maybe|perhaps|possibly|mainly|mostly) ")
_WHITHER = re.compile(r"to (?:an?|the|my|our) ")
_AGED = r"(?:\b(?:s?he|who) is|\b(?:s?he|who)['’]?s|\bturn(?:s|ed|ing)?|\baged?)"
GROWN = 13  # years from which nobody is one of the kids
_YEARS_OLD = re.compile(r"(\d{1,3})[ -]?(?:(?:years?|yrs?)[ -]?olds?|y/?o)")
_FOR_MINE = re.compile(r"\bfor my ((?:[\w'’-]+ ){0,2}[\w'’-]+)")
_FOR_SOMEONE = re.compile(r"\bfor an? ([\w'’-]+) *(?=$|[,.;!?]| (?:who|that|under|around|up)\b)")
_OF_MINE = re.compile(
    r"(?:^|[,.;!?]|\b(?:and|because|since|it['’]?s|so)) *my ((?:[\w-]+ )?[\w-]+)"
)  # what it is said of


def put_right(parse: Parse, message: str, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, "brown leather" as a colour and a material, "really warm" as warm, a maker of the kind as the brand, two wishes
    of which either would do as one, what makes another kind of the thing as that, nothing twice, and without an age that no listing of the
    kind says; of "it and two mugs" two mugs."""
    parse = _with_whom(_counted(parse, message.lower()), message.lower())
    slots = _once(_by_price(_plainly(_for_whom(_in_colour(_told_apart(parse.slots))))))
    slots = _without_ages(slots, message.lower(), parts) if _speaks_of_somebody(slots, message.lower()) else slots
    slots = _as_its_wish_names_it(slots)
    slots = _by_its_maker(slots, slots.product or state.constraints.product, parts)
    slots = _either(_of_either_look(_by_either(slots, message.lower(), parts), message.lower()), message.lower())
    slots = _of_what_is_under_way(slots, state.constraints.product) if parse.intent == "refine" else slots
    slots = _for_those_named(_for_its_people(slots), state.constraints.product, parts)
    then = put_right(parse.then, message, state, parts) if parse.then else None
    return replace(parse, slots=slots, then=then)


def _of_what_is_under_way(slots: Slots, now: str | None) -> Slots:
    """The slots as they are of the thing looked for: "a set" is a set of it, "acoustic ones" another kind of it."""
    if now and slots.product and together(slots.product) and not together(now):
        return replace(slots, product=None, features=(*slots.features, slots.product))
    return _as_the_other_kind(slots, now)


def _for_its_people(slots: Slots) -> Slots:
    """The slots, those whom the name of the thing says as whom it is for: "kids shoes" are shoes for kids."""
    name = slots.product or ""
    whom = audience_in(words_before_kind(name))
    if whom is None or slots.gender not in (None, whom):
        return slots
    return replace(slots, product=" ".join(one for one in name.split() if audience_in(one) is None), gender=whom)


def _for_those_named(slots: Slots, now: str | None, parts: Parts) -> Slots:
    """The slots, a feature or a size that only says for whom the thing is as that, where the shop has some for them: "running shoes,
    male"; an adapter stays one that is male."""
    said = {one: whom for one in (*slots.features, *slots.size) if (whom := audience_called(one))}
    kind, whom = slots.product or now, next(iter(said.values()), None)
    if kind is None or whom is None or {*said.values(), slots.gender or whom} != {whom}:
        return slots
    if not made_for(whom, kind, parts):
        return slots
    features, size = ([one for one in values if one not in said] for values in (slots.features, slots.size))
    return replace(slots, features=tuple(features), size=tuple(size), gender=whom)


def _as_the_other_kind(slots: Slots, now: str | None) -> Slots:
    """The slots, one feature alone that makes another known kind with the last word of what is looked for as that kind: "acoustic ones"
    after electric guitars are acoustic guitars, waterproof hiking boots are hiking boots."""
    wish = slots.features[0] if slots == Slots(features=slots.features[:1]) and slots.features else None
    head = content_words(now or "")[-1:]
    if wish is None or not head or len(content_words(wish)) != 1:
        return slots
    name = f"{wish} {head[0]}"
    (kinds, known), (before, _) = kind_at_end(name), kind_at_end(now or "")
    other = known and len(kinds) == 1 and kinds != before and kinds != kind_at_end(head[0])[0]
    return Slots(product=name) if other else slots


def _as_its_wish_names_it(slots: Slots) -> Slots:
    """The slots, a wish that is the name of a known kind of the thing as the thing: a "saw" with the wish "hand saw" is a hand saw."""
    head = content_words(slots.product or "")[-1:]
    kinds = kind_at_end(slots.product or "")[0]
    for wish in slots.features if head else ():
        said, (narrower, known) = content_words(wish), kind_at_end(wish)
        if known and len(said) > 1 and stem(said[-1]) == stem(head[0]) and narrower != kinds:
            return replace(slots, product=wish, features=tuple(one for one in slots.features if one != wish))
    return slots


def _counted(parse: Parse, message: str) -> Parse:
    """The act, how many of something as that of the act after it where the only such number stands right before what that one names."""
    after, count = parse.then, parse.slots.quantity
    if after is None or count is None or not after.slots.product or parse.slots.product:
        return parse
    if after.slots.quantity not in (None, count):
        return parse
    said = [one for one in amounts(message) if one.value == count]
    if len(said) != 1 or not re.match(rf"\s*(?:\w+ of )?{re.escape(after.slots.product)}\b", message[said[0].end :]):
        return parse
    then = replace(after, slots=replace(after.slots, quantity=count))
    return replace(parse, slots=replace(parse.slots, quantity=None), then=then)


def _with_whom(parse: Parse, message: str) -> Parse:
    """The acts, in the search that it stands behind the person or animal whom the thing is for, where the reader left that out: "and a
    scarf for my mum", "a raincoat for my dog"."""
    acts = list(parse.in_order())
    said = [content_stems(" ".join(one.slots.words_of("product", "features", "exclude", "ask"))) for one in acts]
    for whom, at in _people_in(message):
        known = any(set(content_stems(whom)) & set(stems) for stems in said) or any(one.slots.gender for one in acts)
        before = [
            place
            for place, one in enumerate(acts)
            if one.intent in ("search", "refine") and message.find(one.slots.product or "") < at and one.slots.product
        ]
        if before and not known:
            one = acts[before[-1]]
            acts[before[-1]] = replace(one, slots=_made_for(whom, one.slots))
    for place in reversed(range(len(acts) - 1)):
        acts[place] = replace(acts[place], then=acts[place + 1])
    return acts[0]


def _made_for(whom: str, slots: Slots) -> Slots:
    """The slots with those whom the thing is for: "for a guy" as listings name him, "for my dad" in the shopper's words."""
    if whom.startswith("for a") and (audience := adult_in(whom)):
        return replace(slots, gender=audience)
    return replace(slots, features=(*slots.features, whom))


def _people_in(message: str) -> Iterator[tuple[str, int]]:
    """(words, place) of each "for my …" that ends with a person or an animal, "for my little brother", and of each "for a …" that is one,
    "for a guy"; and of an animal that something is said of, which all is for."""
    for found in _FOR_MINE.finditer(message):
        words = found[1].split()
        ends = [count for count, word in enumerate(words, 1) if speaks_of_people(word) or names_animal(word)]
        if (end := max(ends, default=0)) and not words[end - 1].endswith(("'s", "’s")):
            yield f"for my {' '.join(words[:end])}", found.start()
    for found in _FOR_SOMEONE.finditer(message):
        if speaks_of_people(found[1]) or names_animal(found[1]):
            yield found[0].strip(), found.start()
    for found in _OF_MINE.finditer(message):  # "my dog's birthday is coming up, any toys for him?"
        words = found[1].split()
        if end := next((count for count, word in enumerate(words, 1) if names_animal(word)), 0):
            yield f"for my {' '.join(words[:end])}", len(message)


def _in_colour(slots: Slots) -> Slots:
    """The slots, "colour" by itself, as of a printer, as a feature: it names none; nor does that of another thing, "a matching colour"."""
    said = tuple(one for one in slots.color if one not in _LIKE_ANOTHER)
    named = tuple(one for one in said if stem(one) != stem("color"))
    if named == said:
        return replace(slots, color=said)
    return replace(slots, color=named, features=(*slots.features, "color"))


def _for_whom(slots: Slots) -> Slots:
    """The slots, whom something is sent or given to as whom it is for, and where it is worn to as what it is for: "flowers to my mum"."""
    return replace(slots, features=tuple(f"for {one[3:]}" if _says_whither(one) else one for one in slots.features))


def _says_whither(wish: str) -> bool:
    return bool(_WHITHER.match(wish)) or (wish.startswith("to ") and speaks_of_people(wish))


def _by_its_maker(slots: Slots, kind: str | None, parts: Parts) -> Slots:
    """The slots, a feature that is the name of a maker of things of the kind as the brand where none is said."""
    if slots.brand or not slots.features or kind is None:
        return slots
    made = {one: parts.searcher.lexical.made_by(one) for one in slots.features}
    of_kind = parts.searcher.matching(Constraints(product=kind)) if any(made.values()) else frozenset[str]()
    maker = next((one for one in slots.features if of_kind & made[one]), None)
    if maker is None:
        return slots
    return replace(slots, brand=maker, features=tuple(one for one in slots.features if one != maker))


def _by_either(slots: Slots, message: str, parts: Parts) -> Slots:
    """The slots, of "sony or bose" both makers as the brand, of which one was read."""
    before, found, after = message.partition(slots.brand) if slots.brand else ("", "", "")
    words = after.removeprefix(OR).split() if after.startswith(OR) else before.removesuffix(OR).split()
    if not found or not (after.startswith(OR) or before.endswith(OR)):
        return slots
    ends = (words[:count] if after.startswith(OR) else words[-count:] for count in (2, 1))
    names = (" ".join(one).strip(".,;!?") for one in ends)
    other = next((name for name in names if parts.searcher.lexical.made_by(name)), None)
    if other is None:
        return slots
    brand = f"{slots.brand}{OR}{other}" if after.startswith(OR) else f"{other}{OR}{slots.brand}"
    return replace(slots, brand=brand, features=tuple(one for one in slots.features if one != other))


def _told_apart(slots: Slots) -> Slots:
    """The slots, each colour and material that is both as one of each."""
    color, material = list[str](), list[str]()
    for field, into in (("color", color), ("material", material)):
        for value in getattr(slots, field):
            before, _, last = value.rpartition(" ")
            if before and _is_material_alone(last) and {stem(word) for word in before.split()} <= COLORS:
                color.append(before)
                material.append(last)
            else:
                into.append(value)
    return replace(slots, color=tuple(dict.fromkeys(color)), material=tuple(dict.fromkeys(material)))


def _plainly(slots: Slots) -> Slots:
    """The slots, each wish and refusal without words for how much of it is meant, or how much it matters, which listings do not have:
    "really warm", "more casual", "too many roses", "pref blue"."""
    plain = (" ".join(word for word in one.split() if word not in INTENSIVES) or one for one in slots.features)
    features = dict.fromkeys(_BY_CHOICE.sub("", _MUCH.sub("", one)) or one for one in plain)
    exclude = dict.fromkeys(_MUCH.sub("", one) or one for one in slots.exclude)
    color, material = (
        tuple(dict.fromkeys(_BY_CHOICE.sub("", one) or one for one in values))
        for values in (slots.color, slots.material)
    )
    return replace(slots, features=tuple(features), exclude=tuple(exclude), color=color, material=material)


def _by_price(slots: Slots) -> Slots:
    """The slots, the wish for what is cheap, which no listing says of itself, as the order by price where none is said."""
    dear = tuple(one for one in slots.features if one not in _CHEAP)
    if dear == slots.features:
        return slots
    return replace(slots, features=dear, sort=slots.sort or "price_asc")


def _once(slots: Slots) -> Slots:
    """The slots without a feature that is a colour, a material or a size as well."""
    said = (*slots.color, *slots.material, *slots.size)
    return replace(slots, features=tuple(one for one in slots.features if one not in said))


def _is_material_alone(word: str) -> bool:
    """Whether it names a material and no colour, which the gold of "rose gold" is too."""
    return stem(word) in MATERIALS - COLORS


def _of_either_look(slots: Slots, message: str) -> Slots:
    """The slots, a colour and a material with an "or" between them in the message as one wish that either meets: "white or light wood"."""
    for color, material in product(slots.color, slots.material):
        wish = next((one for one in (color + OR + material, material + OR + color) if one in message), None)
        if wish:
            others = (
                tuple(one for one in slots.color if one != color),
                tuple(one for one in slots.material if one != material),
            )
            return replace(slots, color=others[0], material=others[1], features=(*slots.features, wish))
    return slots


def _either(slots: Slots, message: str) -> Slots:
    """The slots, two features with an "or" between them in the message as one wish that either meets: "electric or acoustic"."""
    features = list[str]()
    for one in slots.features:
        if features and re.search(rf"\b{re.escape(features[-1] + OR + one)}\b", message):
            one = features.pop() + OR + one
        features.append(one)
    return replace(slots, features=tuple(features))


def _speaks_of_somebody(slots: Slots, message: str) -> bool:
    """Whether the message speaks of people, be it by their age alone: "for a 5 year old", which no whisky of 12 years is."""
    aged = [one for one in slots.features if _YEARS_OLD.fullmatch(one)]
    return speaks_of_people(message) or any(
        re.search(rf"\bfor (?:an?|my|our) {re.escape(one)}\b", message) for one in aged
    )


def _without_ages(slots: Slots, message: str, parts: Parts) -> Slots:
    """The slots without a bare number that is said of somebody, or a number or an age that no listing of the kind says: "he is 25" is no
    property of a watch, nor "she's 8" one of a piano; whoever is "5 years old" is one of the kids, where nobody else is named."""
    years = {one: int(found[1]) for one in slots.features if (found := _YEARS_OLD.fullmatch(one))}
    numbers = {one for one in slots.features if _is_number(one) or one in years}
    of_kind = parts.searcher.matching(Constraints(product=slots.product)) if numbers else frozenset[str]()
    ages = {
        one
        for one in numbers
        if re.search(rf"{_AGED} {re.escape(one)}\b", message)
        or of_kind.isdisjoint(parts.searcher.lexical.matching(one))
    }
    young = any(years[one] < GROWN for one in ages if one in years)
    gender = slots.gender or ("kids" if young else None)
    return replace(slots, features=tuple(one for one in slots.features if one not in ages), gender=gender)


def _is_number(words: str) -> bool:
    return any(one.text == words and not one.measured for one in amounts(words))
