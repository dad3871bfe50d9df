"""What was read as a wish, or as another question, and asks something of what is on the table or in the cart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.query import Constraints
from retrieval.words import content_stems

from ..actions.answering import facts_of
from ..actions.compare import asking_words
from ..actions.policy import is_of_the_rules, names_what_they_say
from ..actions.subjects import Subject, subject_of
from ..actions.table import LISTING, SPOKE_OF_ONE, called
from ..mentions import (
    EXTREMES,
    SUPERLATIVES,
    asks_a_price,
    says_all,
    says_both,
    says_of_those,
    says_several,
    says_together,
)
from ..model import DialogueState, Parse, Slots
from ..normalize import amounts
from ..parts import Parts
from ..places import places_in
from ..sayings.phrases import phrase_of
from ..state import same_kind
from .complained import says_no_value
from .of_it import asks_of_it
from .which_of import asks_which
from .why import asks_in_what_better, asks_why

_HOW_MUCH = frozenset(content_stems("how what much many long cost costs"))
# Words that say which of a list is meant and nothing of taking it.
_SAY_WHICH = frozenset(
    content_stems(
        "cheapest cheap dearest priciest expensive best rated highest lowest price one ones please pls most least"
    )
)
_WISHES = ("search", "refine", "recommend", "more", "similar", "complement", "feedback")


def to_their_list(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question that only names what was looked for, while another thing was spoken of last, as the way back to its list: "and the
    earrings?" after a necklace was liked asks nothing of each of them."""
    name = parse.slots.product
    if parse.intent != "ask_product" or parse.then is not None or not name or not state.focus:
        return parse
    bare = replace(parse.slots, ref=()) == Slots(product=name) and parse.slots.ref in ((), ("last",))
    spoken_of = parts.catalog.get_many([state.focus])
    if (
        not bare
        or not any(same_kind(one.product, name) for one in state.needs())
        or any(called(one, name) for one in spoken_of)
    ):
        return parse
    return replace(parse, intent="refine", acts=("refine",), slots=Slots(product=name))


def in_that_order(parse: Parse, state: DialogueState) -> Parse:
    """What was read as an addition and says nothing but which is the most of its list, "cheapest please", right after that was shown, as
    the wish to see it from there on: a word more is needed to take one."""
    alone = len(parse.slots.ref) == 1 and replace(parse.slots, ref=()) == Slots() and parse.then is None
    sort = SUPERLATIVES.get(str(parse.slots.ref[0])) if alone else None
    listed = state.acts[-1:] in LISTING and len(state.found) > 1
    left = [word for word in content_stems(parse.message) if word not in _SAY_WHICH]
    if parse.intent != "cart_add" or sort is None or not listed or state.asked is not None or left:
        return parse
    return replace(parse, intent="refine", acts=("refine",), slots=Slots(sort=sort))


def of_value(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question for the best value of what is on the table, which no listing states, as the wish for a choice among these."""
    rated = parse.intent == "refine" and parse.slots == Slots(sort="rating")  # of what nobody rated
    if not (rated or parse.intent in ("compare", "ask_product")) or parse.then is not None or not state.shown:
        return parse
    if phrase_of(parse.message, parts.embedder) != "best_value":
        return parse
    places = tuple(ref for ref in parse.slots.ref if isinstance(ref, int))
    ref = places if len(places) > 1 else ("all",)
    return replace(parse, intent="recommend", acts=("recommend",), slots=Slots(ref=ref))


def of_each(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question about several that was read as a comparison, as the question that it is: "how much for both" compares nothing, nor does
    "what do they cost together", and in what none of their listings states nothing can be compared: "what's the warranty on these?"."""
    slots = parse.slots
    compares = parse.intent == "compare" and parse.then is None
    if compares and says_together(parse.message) and asks_a_price(parse.message):
        asked = Slots(ref=slots.ref or ("all",), ask="how much")
        return replace(parse, intent="ask_product", acts=("ask_product",), slots=asked)
    asks = compares and slots.sort is None and not asking_words(parse.message)
    subject = subject_of([parse.message, slots.ask or parse.message], parts.embedder) if asks else None
    if subject is None:
        return parse
    if subject.fields == ("price",):
        asks_each = says_both(parse.message) or says_all(parse.message) or len(slots.ref) > 1
    else:
        asks_each = bool(slots.ask) and not _state(subject, state.shown, parts)
    if not asks_each:
        return parse
    asked = replace(slots, ref=slots.ref or ("all",), ask=slots.ask or parse.message.strip(" ?!."))
    return replace(parse, intent="ask_product", acts=("ask_product",), slots=asked)


def of_so_many(parse: Parse) -> Parse:
    """A question for the price of so many, "how much for two", as the question for the price with how many there are of it."""
    ask = (parse.slots.ask or "").lower()
    if parse.intent != "ask_product" or parse.slots.quantity:
        return parse
    said = next((one for one in amounts(ask) if ask[: one.start].endswith("for ") and one.value in range(2, 100)), None)
    before = ask[: said.start].removesuffix("for ") if said else ""
    if said is None or not asks_a_price(before):
        return parse
    return replace(parse, slots=replace(parse.slots, ask=before.strip() or "how much", quantity=int(said.value)))


def of_the_cart(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question how much the shopper has so far, that was read as one about a product, as the one about the cart that it is."""
    asks = parse.intent == "ask_product" and parse.then is None and parse.slots.ref in ((), ("last",))
    if not asks or not state.cart or phrase_of(parse.message, parts.embedder) != "cart":
        return parse
    return Parse("cart_view", acts=("cart_view",), message=parse.message)


def which_of_them(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question which of those on the table has most of something, or is the cheapest, that was read as a wish for it, as the question
    that it is."""
    slots = parse.slots
    if parse.intent != "refine" or parse.then is not None or len(state.shown) < 2:
        return parse
    if slots.sort and slots == Slots(sort=slots.sort, ref=slots.ref):
        asks = says_of_those(parse.message) or asks_which(parse.message, asking_words(parse.message), parts.embedder)
        slots = Slots(ask=EXTREMES[slots.sort], ref=slots.ref if says_several(parse.message) else ())
        return replace(parse, intent="compare", acts=("compare",), slots=slots) if asks else parse
    if not slots.features or slots != Slots(features=slots.features, sort=slots.sort, ref=slots.ref):
        return parse
    if not asks_which(parse.message, slots.features, parts.embedder):
        return parse
    return replace(parse, intent="compare", acts=("compare",), slots=Slots(ask=" ".join(slots.features), ref=slots.ref))


def why_shown(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question why something is shown, which is read as one for what it is or as the wish for a choice, as the question that it is."""
    if parse.intent not in ("ask_product", "recommend", "compare", "other", "feedback") or parse.then is not None:
        return parse
    if not state.shown or not asks_why(parse.message, parts.embedder):
        return parse
    ref = parse.slots.ref or places_in(parse.message) or ("last",)
    return replace(parse, intent="ask_product", acts=("ask_product",), slots=Slots(ref=ref), asks_why=True)


def why_better(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question in what one of those compared is better, which is read as one for what it is or which to take, as what it is."""
    if parse.intent not in ("ask_product", "recommend", "compare", "other", "feedback") or parse.then is not None:
        return parse
    if len(state.compared) < 2 or not asks_in_what_better(parse.message, parts.embedder):
        return parse
    ref = parse.slots.ref or places_in(parse.message) or ("last",)
    return replace(parse, intent="compare", acts=("compare",), slots=Slots(ref=ref), asks_why=True)


def asking(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A usual question about a product that was read as a narrowing, or as a wish for more, without anything in it ("what colours are
    there?"), or as one about the shop's rules where the product last spoken of states it: "and the warranty?"; or a narrowing of nothing on
    the page of a product, or of the one product just spoken of: "do you have it in black?" """
    if parse.then is not None or not (state.shown or state.focus):
        return parse
    if _of_the_one(parse, state, parts):
        asked = replace(parse.slots, ref=("last",))
    elif state.asked is not None:
        return parse
    elif _says_no_wish(parse) and subject_of([parse.message], parts.embedder):
        asked = Slots(ask=parse.message.strip(" ?!."))
    elif _states_it(parse, state, parts) or _of_the_page(parse, state):
        asked = parse.slots
    else:
        return parse
    return replace(parse, intent="ask_product", acts=("ask_product",), slots=asked)


def of_the_rules(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What was read as a wish and is a usual question about rules, or as one about a product and goes on with that for the rules, as what
    it is: "which cards do you take" looks for no cards, and "what does that cost", or a question of nothing shown, asks of the rule."""
    if parse.then is not None or state.asked is not None or not parts.policies:
        return parse
    goes_on = parse.intent == "ask_product" and state.acts[-1:] == ("policy",)
    nothing = not (state.shown or state.focus or parse.slots.product)
    only_how = parse.slots.ref == () and set(content_stems(parse.message)) <= _HOW_MUCH
    asks = goes_on and (nothing or only_how)
    if not asks and not (parse.intent in _WISHES and is_of_the_rules(parse.message, parts.policies)):
        return parse
    name = parse.slots.product if content_stems(parse.message) == content_stems(parse.slots.product or "") else None
    if name and not names_what_they_say(name, parts.policies):
        return parse
    return replace(parse, intent="policy", acts=("policy",), slots=Slots(ask=parse.message.strip(" ?!.")))


def _says_no_wish(parse: Parse) -> bool:
    """Whether a narrowing has nothing in it, or only the names of what products have: "what sizes" was read as one in size "sizes"."""
    slots = parse.slots
    named = Slots(color=slots.color, size=slots.size, material=slots.material, features=slots.features)
    words = tuple(slots.words_of("color", "size", "material", "features"))
    return parse.intent in ("refine", "more") and slots == named and all(map(says_no_value, words))


def _states_it(parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether a question that was read as one about the shop's rules is so usual a one of a product that the record of that last spoken
    of answers it: "what's the price?"."""
    goes_on = state.acts[-1:] == ("policy",) and set(content_stems(parse.message)) <= _HOW_MUCH  # "how much" of a rule
    if parse.intent != "policy" or not parse.slots.ask or not state.focus or goes_on:
        return False
    subject = subject_of([parse.slots.ask, parse.message], parts.embedder)
    return subject is not None and _state(subject, [state.focus], parts)


def _state(subject: Subject, ids: Sequence[str], parts: Parts) -> bool:
    """Whether the record of one of these products has a field that answers such a question."""
    names = {fact.name.casefold() for one in parts.catalog.get_many(ids) for fact in facts_of(one, [one])}
    return not names.isdisjoint(subject.fields)


def _of_the_page(parse: Parse, state: DialogueState) -> bool:
    """Whether properties alone are said, of nothing that is looked for, where the product of the page is spoken of."""
    slots = parse.slots
    properties = Slots(color=slots.color, size=slots.size, material=slots.material, features=slots.features)
    here = state.page is not None and state.focus == state.page and state.constraints == Constraints()
    return parse.intent == "refine" and here and slots == properties != Slots()


def _of_the_one(parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether properties alone are asked for of the one product that the last turn was about: the list that others are shown in would
    make "it" another one."""
    slots = parse.slots
    properties = Slots(color=slots.color, size=slots.size, material=slots.material)
    liked = state.acts[-1:] == ("feedback",) and state.focus in state.taste.liked
    about_one = state.focus is not None and (liked or state.acts[-1:] in SPOKE_OF_ONE)
    if parse.intent != "refine" or not about_one or replace(slots, ref=()) != properties or properties == Slots():
        return False
    said = tuple(slots.words_of("color", "size", "material"))
    return slots.ref in ((), ("last",)) and asks_of_it(parse.message, said, parts.embedder)
