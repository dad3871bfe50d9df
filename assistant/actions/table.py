"""What lies on the table: the products last shown, and which of them a message means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.family import families
from retrieval.kinds.of_listings import head_noun, is_named, kind_at_end, kind_of, may_be, words_before_kind
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.words import content_stems, content_words, stem

from ..mentions import SUPERLATIVES, by_name, mentioned, says_each, says_the, tied
from ..model import DialogueState, Intent, Parse
from ..parts import Parts
from ..places import as_many_as_said, counted_by_name, from_an_end, places_by_name, places_in, says_a_place
from ..state import same_kind
from .looks import colors_pointed_at, is_all_of, is_so_colored, looks_in, ranked_so, seen_before, so_looking
from .subjects import subject_of
from .titles import before_it, titled

# What stands right after the verb that begins a question: "the chew bone safe" of "is the chew bone safe?".
KNOWN = r"(?:the|that|this|those|these)"  # what stands before the name of a thing that was spoken of
_ASKED_OF = re.compile(rf"\b(?:is|are|does|do|has|have|can|will|was) {KNOWN} ((?:[\w'-]+ ?){{1,4}})")
FEW = 3  # things of a name that is asked for by one word: of more it is not known which is meant
SPOKE_OF_ONE: tuple[tuple[Intent, ...], ...] = (("ask_product",), ("cart_add",))
LISTING: tuple[tuple[Intent, ...], ...] = (("search",), ("refine",), ("more",))


def none_spoken_of(state: DialogueState) -> bool:
    """Whether the turn before listed several products, of which none was spoken of yet."""
    return len(state.found) > 1 and state.focus == state.shown[0] and state.acts[-2:-1] in LISTING


def meant(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The products that the button is of, or that the message points at or calls by their titles; without either the one last spoken
    of, unless the message names another thing."""
    if parse.products:
        return parts.catalog.get_many(parse.products)
    called_so = [] if says_a_place(parse.message) else titled(parse.message, state, parts)
    if named := before_it(parse.message, called_so) if parse.slots.ref == ("last",) else called_so:
        return named
    shown = parts.catalog.get_many(state.shown)
    focus = parts.catalog.get_many([state.focus] if state.focus else [])
    beside = [product for product in focus if product.id not in state.shown]
    if of_needs := _of_each_need(parse, state, parts) or of_named_needs(parse, state, parts):
        return of_needs
    asked = parse.intent == "ask_product" and parse.slots.ref in ((), ("last",))
    if elsewhere := (asked and of_an_earlier_need(parse, state, focus, parts)) or _not_shown(parse, state, parts):
        return elsewhere
    if names_another_kind(parse, state, shown, parts):
        return _shown_before(parse, state, parts)
    if parse.slots.ref and (counted := from_an_end(shown, parse.message) or counted_by_name(shown, parse.message)):
        return counted
    before = seen_before(state, parts) if looks_in(parse.message) else []
    among = _asked_among(state, shown)
    ranked = ranked_so(parse, shown)
    if so := ranked or so_looking(parse, among) or so_looking(parse, [*shown, *beside], before):
        return so
    if elsewhere := titled_so_elsewhere(parse, state, parts) or _called_though_not_last(parse, state, shown, focus):
        return elsewhere
    if colored := _of_the_color(parse, state, shown, parts):
        return colored
    named = by_name(parse.slots, parse.message, [*shown, *beside])
    compared = [one for one in named if one.id in state.compared]  # of two compared "the puffer" is the one called so
    found = (compared if len(compared) == 1 else named) or mentioned(parse.slots, state, shown, beside)
    if parse.slots.ref == ("last",) and (it := _just_spoken_of(found, state)):
        return it
    if found or parse.slots.ref:
        return as_many_as_said(found, parse.slots, parse.message)
    return [product for product in focus if called(product, parse.slots.product)]


def titled_so_elsewhere(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The one of what was shown for earlier needs whose title has all by which the message describes one: "the skydome one" of tents,
    while lanterns are on the table."""
    before = parts.catalog.get_many(dict.fromkeys(one for need in state.earlier for one in need.found))
    described = [set(map(stem, words)) for words in looks_in(parse.message)]
    found = [one for one in before if any(words <= set(content_stems(one.title)) for words in described)]
    return found if len(found) == 1 and not parse.products else []


def _called_though_not_last(
    parse: Parse, state: DialogueState, shown: Sequence[Product], focus: Sequence[Product]
) -> list[Product]:
    """The shown products that have all words of the name, where the message says "the" of it and what was spoken of last is not called
    so: of lanterns and a tent in the cart "2 of the led lantern" are no tents."""
    name = parse.slots.product or ""
    if parse.slots.ref != ("last",) or not says_the(parse.message, name) or any(called(one, name) for one in focus):
        return []
    return [one for one in shown if set(content_stems(name)) <= set(content_stems(one.title))]


def _asked_among(state: DialogueState, shown: Sequence[Product]) -> list[Product]:
    """Those shown that cost the same, where the last turn asked which of them; else those compared last."""
    alike = tied(state.asked.slots, state, shown) if state.asked else []
    return alike or [product for product in shown if product.id in state.compared]


def past_its_end(parse: Parse, state: DialogueState) -> str:
    """That the list of the need that is named has no such place: "the second hat" where rings and one hat were shown; "" otherwise."""
    lists = lists_of_needs(state)
    places = places_by_name(parse.message, [name for name, _ in lists]) if len(lists) > 1 else []
    past = [lists[which] for which, place in places if _is_past(place, lists[which][1], state.shown)]
    if not past:
        return ""
    name, ids = past[0]
    return f"Of {name} I showed {len(ids)} last. Which of them do you mean?"


def _is_past(place: int, ids: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether nothing of the list stands at the place, counted in it or among all that is shown."""
    return place > len(ids) and not (place <= len(shown) and shown[place - 1] in ids)


def lists_of_needs(state: DialogueState) -> list[tuple[str, tuple[str, ...]]]:
    """(name, ids last shown for it) of each need, the one under way last."""
    needs = [(need.constraints.product, need.found) for need in state.earlier]
    return [(name, ids) for name, ids in (*needs, (state.constraints.product, state.found)) if name and ids]


def _just_spoken_of(found: Sequence[Product], state: DialogueState) -> list[Product]:
    """Of several that a message may mean the one that the last turn was about: after a question on a dresser "the drawers" are its own."""
    about_one = state.acts[-2:-1] in SPOKE_OF_ONE
    return [product for product in found if product.id == state.focus] if about_one and len(found) > 1 else []


def _of_the_color(parse: Parse, state: DialogueState, shown: Sequence[Product], parts: Parts) -> list[Product]:
    """What "the red one" is of those shown last, else of all shown for the need; those first whose title says so."""
    colors = colors_pointed_at(parse)
    if not colors or parse.intent != "cart_add":
        return []
    before = seen_before(state, parts)
    found = [one for one in shown if is_so_colored(one, colors)] or [
        one for one in before if is_so_colored(one, colors)
    ]
    titled_so = [one for one in found if set(map(stem, colors)) <= set(content_stems(one.title))]
    found = titled_so or found
    return by_name(parse.slots, parse.message, found) or found if len(found) > 1 else found


def names_another_kind(parse: Parse, state: DialogueState, shown: Sequence[Product], parts: Parts) -> bool:
    """Whether a place is said of a kind that the shop has, or that was looked for before, and nothing shown is one: "the first rug" of
    lamps."""
    name = parse.slots.product
    if not name or not shown or not any(_counts_off(ref) for ref in parse.slots.ref):
        return False
    if any(called(product, name) for product in shown):
        return False
    of_the_shop = parts.searcher.matching(Constraints(product=name))
    earlier = any(same_kind(need.constraints.product, name) for need in state.earlier)
    return (bool(of_the_shop) or earlier) and of_the_shop.isdisjoint(product.id for product in shown)


def _counts_off(ref: int | str) -> bool:
    """Whether the reference is a place in a list, by number or by what a list is ordered by."""
    return isinstance(ref, int) or ref in SUPERLATIVES


def _shown_before(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """Of the list last shown for the earlier need that is named, what the message points at in it."""
    need = next((one for one in state.earlier if same_kind(one.constraints.product, parse.slots.product)), None)
    listed = parts.catalog.get_many(need.found) if need else []
    return mentioned(parse.slots, state, listed) if listed else []


def _of_each_need(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """What the message points at in the list of each of several needs: "the first of each", "the cheapest of each"; else none."""
    lists = state.lists()
    if len(lists) < 2 or not says_each(parse.message):
        return []
    refs = tuple(ref for ref in parse.slots.ref if _counts_off(ref)) or places_in(parse.message)
    slots = replace(parse.slots, product=None, ref=refs)
    if len(refs) != 1:
        return []
    return [one for _, ids in lists for one in mentioned(slots, state, parts.catalog.get_many(ids))]


def of_named_needs(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """Of several needs' lists, on the table or earlier, what stands at the places that the message says of each: "the first boots and
    the second socks"; with what was liked of one that is named without a place, "the bag and the first boots", or the one of its list that
    is so as it is called, "the lemon cake and the first fruit"."""
    lists, places = lists_of_needs(state), _named_places(parse.message, state)
    if not places or not all(isinstance(ref, int) for ref in parse.slots.ref):
        return []
    if len(places) == 1 and (first_ones := from_an_end(parts.catalog.get_many(lists[places[0][0]][1]), parse.message)):
        return first_ones  # "the first two chairs"
    without_place = [
        ids
        for which, (name, ids) in enumerate(lists)
        if which not in {one for one, _ in places} and same_kind(name, parse.slots.product)
    ]
    liked = [one for ids in without_place for one in state.taste.liked if one in ids]
    said = content_words(words_before_kind(parse.slots.product or ""))
    so = [one.id for ids in without_place for one in parts.catalog.get_many(ids) if said and is_all_of(one, said)]
    named = so if len(so) == 1 else liked[-1:]
    return parts.catalog.get_many([*named, *in_their_lists(parse.message, state)])


def in_their_lists(message: str, state: DialogueState) -> list[str]:
    """Ids of what stands at the places that the message says of several needs' lists, in its order; [] where it names none."""
    lists = lists_of_needs(state)
    return [lists[which][1][place - 1] for which, place in _named_places(message, state)]


def _named_places(message: str, state: DialogueState) -> list[tuple[int, int]]:
    """(which of several needs' lists, place in it from 1) of each place that the message says; [] where one is past its list's end."""
    lists = lists_of_needs(state)
    places = places_by_name(message, [name for name, _ in lists]) if len(lists) > 1 else []
    return places if all(1 <= place <= len(lists[which][1]) for which, place in places) else []


def of_an_earlier_need(parse: Parse, state: DialogueState, focus: Sequence[Product], parts: Parts) -> list[Product]:
    """What was found for another thing of the conversation which a question names, while the one last spoken of is called otherwise: "are
    the grapes seedless?" after a cheese was added. Of these what is in the cart, where some is."""
    said = set(content_stems(parse.message))
    needs = [need for need in state.earlier if said & set(content_stems(need.constraints.product or "")[-1:])]
    now = content_stems(state.constraints.product or "")[-1:]
    if len(needs) != 1 or said & set(now):
        return []
    name = needs[0].constraints.product or ""
    if any(called(one, name) and may_be(one, name) for one in focus):
        return []
    found = parts.catalog.get_many(needs[0].found)
    inside = {line.product_id for line in state.cart}
    return [one for one in found if one.id in inside] or found


def _not_shown(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The one thing of the kind looked for whose title has all of several words by which the message describes what it means, where
    nothing shown for it is so: "the desert rhythms one"."""
    name, found = state.constraints.product, list[Product]()
    before = parts.catalog.get_many(sorted(state.seen.union(state.shown)))
    for words in looks_in(parse.message) if name else ():
        if len(words) > 1 and not any(is_all_of(one, words) for one in before):
            ids = parts.searcher.lexical.matching(" ".join(words), columns="title")
            of_kind = ids & parts.searcher.matching(Constraints(product=name))
            found += families(parts.catalog.get_many(sorted(of_kind)))
    return found if len(found) == 1 else _asked_by_its_name(parse, before, parts)


def _asked_by_its_name(parse: Parse, before: Sequence[Product], parts: Parts) -> list[Product]:
    """The one thing of the shop whose title has the words of what a question is about, side by side, where nothing shown has them in its
    listing: "is the chew bone safe for puppies?" of plush toys."""
    asked = _ASKED_OF.search(parse.message.lower()) if parse.intent == "ask_product" else None
    words = content_words(asked[1]) if asked else ()
    for count in range(len(words), 1, -1):
        name, stems = " ".join(words[:count]), [stem(word) for word in words[:count]]
        if any(set(stems) <= set(content_stems(f"{one.title} {one.description}")) for one in before):
            return []
        titled = parts.catalog.get_many(sorted(parts.searcher.lexical.matching(name, columns="title")))
        found = list(families(one for one in titled if _side_by_side(stems, content_stems(one.title))))
        if found:
            return found if len(found) == 1 else []
    if asked is None or says_a_place(parse.message):
        return []
    word = asked[1].split()[0]  # a place that was read only points at nothing
    return _asked_to_be_had(word, parse.message, before, parts)


def _asked_to_be_had(word: str, message: str, before: Sequence[Product], parts: Parts) -> list[Product]:
    """The few things of the shop that are called by the one word that follows "the", where it is asked whether they are to be had or what
    they cost, and no listing shown has the word: nobody asks so of a part of something, as of its lid. A "Mouse Dress" is no mouse."""
    if any(stem(word) in stems_said(one) for one in before):
        return []
    subject = subject_of([re.sub(rf"\b{KNOWN} {re.escape(word)}\b(?! ones?\b)", "it", message.lower())], parts.embedder)
    if subject is None or not set(subject.fields) <= {"availability", "price"}:
        return []
    titled_so = parts.catalog.get_many(sorted(parts.searcher.lexical.matching(word, columns="title")))
    kinds = kind_at_end(word)[0]
    found = list(
        families(one for one in titled_so if is_named(kind_of(one), kinds) or head_noun(one.title) == stem(word))
    )
    return found if len(found) <= FEW else []


def stems_said(product: Product) -> set[str]:
    """The stems of all that its title, its category and its description say."""
    return set(content_stems(" ".join((product.title, *product.category, product.description))))


def _side_by_side(wanted: Sequence[str], stems: Sequence[str]) -> bool:
    return any(list(stems[start : start + len(wanted)]) == list(wanted) for start in range(len(stems)))


def called(product: Product, name: str | None) -> bool:
    """Whether the product may be called so: a word of the name stands in its title, brand or category. True for no name."""
    own = content_stems(" ".join((product.title, product.brand or "", *product.category)))
    return not name or bool(set(content_stems(name)) & set(own))
