"""Two to four products side by side: the fields in which they differ, and a verdict from their records in view of what was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from retrieval.product import Product, money
from retrieval.query import Constraints, Hit, Sort
from retrieval.superlative import by
from retrieval.words import content_stems, stem

from ..mentions import SUPERLATIVES, says_all, says_it, says_several, says_them
from ..model import Answer, Comparison, DialogueState, Outcome, Parse, Row
from ..names import listed, short_names, short_title
from ..parts import Parts
from ..places import places_in, says_a_place
from ..state import same_kind
from .better import told_better
from .differences import NOT_STATED, differing, fields_named, measures, record_of
from .find import another, need_text
from .naming import about, called_in, in_catalog, not_on_the_table
from .own_words import is_bare, own_words, with_words
from .quality import Said, by_quality
from .table import SPOKE_OF_ONE, called
from .titles import beyond_title, titled
from .verdict import prices, verdict

MOST = 4
ANSWER = 1.0  # relevance of the one product that answers a question
Meaning = tuple[tuple[str, ...], bool]
# What shoppers ask by an adjective -> the words of fields that state it, and whether they want the largest number.
_ASKED: dict[str, Meaning] = {
    "cheap cheaper cheapest cost price": (("price",), False), "expensive dearer dearest priciest pricier": (("price",), True),
    "rated rating reviewed reviews popular": (("rating",), True), "lighter lightest": (("weight",), False),
    "heavy heavier heaviest": (("weight",), True), "tall taller tallest high higher": (("height",), True),
    "long longer longest": (("length", "battery", "warranty"), True), "short shorter shortest": (("length", "height"), False),
    "wide wider widest": (("width",), True), "narrow narrower": (("width",), False), "thick thicker": (("thickness", "depth"), True),
    "thin thinner": (("thickness", "depth"), False), "deep deeper": (("depth",), True),
    "big bigger biggest large larger largest roomier": (("size", "capacity", "volume", "height"), True),
    "small smaller smallest": (("size", "capacity", "volume", "height"), False),
    "quiet quieter quietest": (("noise",), False), "loud louder loudest": (("noise", "volume"), True),
    "bright brighter brightest": (("brightness", "lumens", "luminous"), True), "fast faster fastest": (("speed",), True),
}  # fmt: skip
_MEANT = {stem(word): meaning for words, meaning in _ASKED.items() for word in words.split()}
_PRICES = {"price", "prices", "cost", "costs"}  # what asks for all of them
_AMOUNTS = {"least", "most"}  # of something that stands elsewhere in the message
_MOST_OF: dict[Sort, str] = {"price_asc": "cheapest", "price_desc": "dearest", "rating": "best rated"}
_EXTREMES: dict[Meaning | None, Sort] = {
    (("price",), False): "price_asc",
    (("price",), True): "price_desc",
    (("rating",), True): "rating",
}
_WORD = re.compile(r"[\w']+")
_LASTS = re.compile(r"\bhow long (?:do|does|will|would|can)\b", re.IGNORECASE)  # asks for a time


def compare(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The comparison and its verdict; a question when fewer than two products are meant. In what one is better, where that is asked."""
    if parse.asks_why and (better := told_better(parse, state, parts)):
        return better
    others, unknown = _named_beside(parse, state, parts)
    found = _compared(parse, others, state, parts)
    if len(found) < 2:
        return Outcome(answer=Answer(_which(state), (str(len(state.shown)),), found=False))
    asked = beyond_title(_asked(parse), parse.message, found)
    if not _asks_both_ends(parse.message) and (one := _the_one(parse, asked, found, state, parts)):
        return one
    products = found if asked else found[:MOST]  # "which is the cheapest?" is asked of all that were shown
    names = short_names(products)
    fields, told = _answer(asked, parse.message, products, names, parts)
    said = told or list(verdict(products, names, state))
    comparison = differing(products, fields)
    if not told and is_bare(comparison):
        comparison, words = _with_listings(comparison, products, names, state, parts)
        said += words
    if len(found) > len(products):
        said.insert(0, Said(f"I compare the first {MOST}.", (str(MOST),)))
    said = [*(Said(f"Nothing here is called “{name}”.", (name,)) for name in unknown), *said]
    if comparison is None:
        said += [] if told else [Said("What their listings state is the same.")]
        comparison = differing(products, ("price",)) if any(one.price is not None for one in products) else None
    evidence = (*names.values(), *(words for one in said for words in one.evidence))
    return Outcome(
        focus=next((one.of for one in said if one.of), None),
        answer=Answer(" ".join(one.text for one in said), evidence),
        comparison=comparison,
        asked_of=next((one.alike for one in said if one.alike), ()),
        listed=() if set(names) <= set(state.shown) else tuple(names),
    )


def asking_words(message: str) -> list[str]:
    """The words of a message by which shoppers ask which has most of something: "cheapest", of "which is the cheapest?"."""
    return [word for word in _WORD.findall(message.lower()) if stem(word) in _MEANT]


def _the_one(parse: Parse, asked: str, shown: Sequence[Product], state: DialogueState, parts: Parts) -> Outcome | None:
    """The cheapest, dearest or best rated of all that match, alone, where the question is of no others; the list stays on the table.

    It keeps its place in the list, or is numbered on from it where it was not shown. None where several are alike, or none states it.
    """
    sort = _EXTREMES.get(_meaning(asked, parse.message))
    on_the_table = tuple(one.id for one in shown) == state.shown
    if sort is None or parse.slots.ref or state.compared or not on_the_table or state.constraints == Constraints():
        return None
    found, best = another(replace(state, sort=sort), parts), by(sort, shown)[0]
    alike = [one for one in shown if _said_of(one, sort) == _said_of(best, sort)]
    first = next((hit.product for hit in found.hits[:1] if not (found.relaxed or found.note)), best)
    elsewhere = by(sort, [best, first])[0] != best and _said_of(first, sort) != _said_of(best, sort)
    if not _said_of(best, sort) or (len(alike) > 1 and not elsewhere):
        return None
    names, most = short_names([*alike, first]), _MOST_OF[sort]
    said = f"{listed([names[one.id] for one in alike])} {'are' if len(alike) > 1 else 'is'}"
    if elsewhere:
        of_all = f"{names[first.id]}{_said_of(first, sort)}"
        return _placed(
            first, f"Of these {said} the {most}{_said_of(best, sort)}; of all that match it is {of_all}.", state
        )
    return _placed(best, f"{said} the {most}{_said_of(best, sort)}.", state)


def _placed(product: Product, text: str, state: DialogueState) -> Outcome:
    shown = state.shown
    place = shown.index(product.id) if product.id in shown else len(shown)
    hits = (Hit(product, ANSWER, place + 1),)
    return Outcome(
        hits, focus=product.id, answer=Answer(text, (product.title, text)), above=shown[:place], rest=shown[place + 1 :]
    )


def _said_of(product: Product, sort: Sort) -> str:
    if sort == "rating":
        return "" if product.rating is None else f", rated {product.rating:g} of 5"
    return "" if product.price is None else f" at {money(product.price, product.currency)}"


def _with_listings(
    comparison: Comparison | None, products: Sequence[Product], names: Mapping[str, str], state: DialogueState, parts: Parts
) -> tuple[Comparison | None, list[Said]]:  # fmt: skip
    """The comparison with what each listing says of its own, and that in words for two products."""
    quoted = own_words(products, need_text(state.constraints), parts.embedder)
    if not quoted:
        return comparison, []
    bare = comparison or Comparison((), tuple(Row(product.id, ()) for product in products))
    said = [Said(f"{names[key]}: “{words}”", (words,)) for key, words in quoted.items()]
    return with_words(bare, quoted), said if len(products) == 2 else []


def _compared(parse: Parse, others: Sequence[Product], state: DialogueState, parts: Parts) -> list[Product]:
    """The products meant; of one alone, it and the others shown; without any, those shown. others: what is named beside them and was not
    shown."""
    if _goes_back(parse, state):
        state = replace(state, shown=state.found)
    if asked_of := _asked_about(parse, state):
        return parts.catalog.get_many(asked_of)
    shown = parts.catalog.get_many(state.shown)
    superlative = set(parse.slots.ref) & set(SUPERLATIVES)
    found = titled(parse.message, state, parts) if superlative else about(parse, state, parts)
    if others:
        placed = [shown[place - 1] for place in places_in(parse.message) if place <= len(shown)]
        guessed = set(map(type, parse.slots.ref)) == {int} and not says_a_place(parse.message)
        here = placed or (called_in(parse.message, shown) if guessed else found)
        here = here or (shown if says_several(parse.message) else shown[:1])
        return [*here[: MOST - len(others)], *others]
    if len(found) == 1 and (it := _it(parse, found[0], state)):
        return [*parts.catalog.get_many([it]), *found]
    if len(found) == 1:  # of two named ones perhaps only one by its whole title
        alike = short_title(found[0].title)
        found += [one for one in in_catalog(parse.message, parts) if short_title(one.title) != alike]
    if len(found or shown) == 1 and (others := _of_the_list_before(state, parts)):
        return [*(found or shown), *others]
    if len(found) == 1:
        return [*found, *(product for product in shown if product.id != found[0].id)]
    again = parse.slots.ref == ("all",) and not _asked(parse) and {one.id for one in found} == set(state.compared)
    return shown if again and says_all(parse.message) else found or shown  # those just compared are not all


def _it(parse: Parse, other: Product, state: DialogueState) -> str | None:
    """The id of what was last spoken of, where the message compares it by "it" with this other one: "how does it compare to the
    second?"."""
    one = state.acts[-2:-1] in SPOKE_OF_ONE and state.focus != other.id
    return state.focus if one and says_it(parse.message) and places_in(parse.message) else None


def _named_beside(parse: Parse, state: DialogueState, parts: Parts) -> tuple[list[Product], list[str]]:
    """(products of the shop, names that nothing here has) of what the message names beside what is on the table or looked for now."""
    if not state.shown or parse.products:
        return [], []
    others, unknown = not_on_the_table(parse.message, state, parts)
    others = [one for one in others if not ((now := state.constraints.product) and called(one, now))]
    asked = set(content_stems(parse.slots.ask or ""))
    unknown = [name for name in unknown if not set(content_stems(name)) <= asked]
    return others[: MOST - 1], [name for name in unknown if not same_kind(state.constraints.product, name)]


def _goes_back(parse: Parse, state: DialogueState) -> bool:
    """Whether the thing looked for is named while none of its list is on the table: "compare the two pots" after a ladle."""
    return (
        bool(state.found)
        and same_kind(parse.slots.product, state.constraints.product)
        and not (set(state.found) & set(state.shown))
    )


def _asked_about(parse: Parse, state: DialogueState) -> list[str]:
    """The several of a list that were asked about one by one, which a mere "compare them" after that means; else none."""
    them = parse.slots.ref == ("all",) and says_them(parse.message) and not says_all(parse.message)
    asked_of = list(dict.fromkeys(state.asked_of))
    return asked_of if them and len(asked_of) > 1 and not (state.compared or _asked(parse)) else []


def _of_the_list_before(state: DialogueState, parts: Parts) -> list[Product]:
    """Others that were shown for the need, where one alone is on the table, as after a choice; the best first."""
    if len(state.shown) != 1:
        return []
    hits = another(state, parts).hits
    return [hit.product for hit in hits if hit.product.id in state.seen - {*state.shown}]


def _which(state: DialogueState) -> str:
    if len(state.shown) == 1:
        return "I have shown one product only. Which one shall I compare it with?"
    return "Which products shall I compare? Name two, or search first and say which of them."


def _asked(parse: Parse) -> str:
    """What the message wants to know of each, "" for all that differs."""
    slots = parse.slots
    order = {"price_asc": "cheapest", "price_desc": "priciest", "rating": "rated"}
    of_refs = [order[SUPERLATIVES[ref]] for ref in slots.ref if isinstance(ref, str) and ref in SUPERLATIVES]
    return slots.ask or (order[slots.sort] if slots.sort else "") or " ".join(of_refs)


def _answer(
    asked: str, message: str, products: Sequence[Product], names: Mapping[str, str], parts: Parts
) -> tuple[tuple[str, ...], list[Said]]:
    """(fields that the question is about, what they say of each product); nothing for a question about all differences."""
    if not asked or set(content_stems(asked)) <= {
        stem(word) for word in ("how", "difference", "differ", "compare", "better")
    }:
        return (), []
    meaning = _meaning(asked, message)
    fields = _of_a_part(asked, meaning, products) if meaning else []
    fields = (fields or fields_named(" ".join(meaning[0]) if meaning else asked, products))[:1]
    if fields == ["price"] and _asks_both_ends(message):
        return tuple(fields), list(prices(products, names))
    if fields:
        said = set(_WORD.findall(asked.lower()))
        alone = fields[0] == "price" and (said.isdisjoint(_PRICES) or not said.isdisjoint(_AMOUNTS))
        return tuple(fields), _field_said(fields[0], meaning[1] if meaning else None, products, names, alone=alone)
    if meaning:
        field = next((one for one in meaning[0] if stem(one) in content_stems(asked)), meaning[0][0])
        return (), [Said(f"None of their listings states a {field}.", (asked,))]
    return (), list(by_quality(asked, products, names, parts))


def _of_a_part(asked: str, meaning: Meaning, products: Sequence[Product]) -> list[str]:
    """Names of the fields that state what is asked for of the part that the question names: of "the biggest disk" the disk capacity."""
    part = " ".join(word for word in _WORD.findall(asked.lower()) if stem(word) not in _MEANT)
    measured = set(map(stem, meaning[0]))
    return [field for field in fields_named(part, products) if measured & set(content_stems(field))]


def _meaning(asked: str, message: str) -> Meaning | None:
    """The words of fields that state what is asked for, and whether the largest number is wanted: in "which costs the least?" the
    message says of what."""
    words = _WORD.findall(asked.lower())
    if set(words) <= _AMOUNTS:
        words = _WORD.findall(message.lower())
    if _LASTS.search(message):
        words = [word for word in words if word != "long"]
    meaning = next((_MEANT[stem(word)] for word in words if stem(word) in _MEANT), None)
    most = _AMOUNTS & set(_WORD.findall(message.lower())) == {"most"}
    return (meaning[0], True) if most and meaning and meaning[0] == ("price",) else meaning


def _asks_both_ends(message: str) -> bool:
    """Whether the message asks for the least and the most of one thing: "which is the cheapest and which the dearest?"."""
    ends = {_MEANT[stem(word)] for word in asking_words(message)}
    return any((fields, not most) in ends for fields, most in ends)


def _field_said(
    field: str, most_wanted: bool | None, products: Sequence[Product], names: Mapping[str, str], *, alone: bool = False
) -> list[Said]:
    """The field's value of each product, the first by the number asked for named so when all numbers can be compared.

    alone: of more than two only that first one, where it is one, else what those that share it state: they are the answer.
    """
    records = {product.id: record_of(product) for product in products}
    numbers = {} if most_wanted is None else measures(products, field)
    order = sorted(products, key=lambda one: (one.id not in numbers, _signed(numbers.get(one.id), most_wanted)))
    values = [f"{names[one.id]} {records[one.id].get(field, NOT_STATED)}" for one in order]
    evidence = tuple(records[one.id].get(field, "") for one in order)
    if len(numbers) < 2:
        return [Said(f"{field.capitalize()}: {', '.join(values)}.", evidence)]
    best = numbers[order[0].id]
    first = [one for one in order if numbers.get(one.id) == best]
    if alone and len(first) == 1 and len(numbers) > 2:
        word, price = "dearest" if most_wanted else "cheapest", records[first[0].id][field]
        return [Said(f"{names[first[0].id]} is the {word} of these at {price}.", (price,), first[0].id)]
    whose = listed([names[one.id] for one in first])
    lead = f"{whose} {'share' if len(first) > 1 else 'has'} the {'highest' if most_wanted else 'lowest'} {field} stated"
    if len(first) == 1:
        return [Said(f"{lead}: {', '.join(values)}.", evidence, first[0].id)]
    alike = tuple(one.id for one in first)
    return [Said(f"{lead}: {evidence[0] if alone else ', '.join(values)}.", evidence, alike=alike)]


def _signed(number: Decimal | None, most_wanted: bool | None) -> Decimal:
    return Decimal(0) if number is None else -number if most_wanted else number
