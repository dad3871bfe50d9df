"""What a message asks for: as it was read, and in view of what was said, shown and asked before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from retrieval.audience import speaks_of_people
from retrieval.evidence import judge
from retrieval.kinds import kind_at_end
from retrieval.product import Product
from retrieval.query import SOFT, Constraints
from retrieval.words import STOPWORDS, contains, content_stems, without

from .about_me import about_me, to_forgetting
from .actions.amends import LENGTHS, NAMED, WEIGHT
from .actions.ask import facts_of
from .actions.choosing import answered
from .actions.compare import asking_words
from .actions.orders import continued
from .actions.subjects import subject_of
from .actions.table import SPOKE_OF_ONE, called
from .actions.taking_out import amount_answered
from .actions.titles import with_title
from .complaints import LEAST, SURELY, complaint_of
from .confirm import held_back, settled
from .lasting import LASTING, may_begin, of_oneself, states
from .mentions import EXTREMES, places_in, says_of_those, says_several, says_the
from .misplaced import put_right
from .model import DialogueState, Intent, Parse, Slots
from .of_it import asks_of_it
from .parse import clean
from .parts import Parts
from .phrases import STAYING, of_another_thing, phrase_of
from .placed import placed
from .question import KINDS
from .reading.overreach import orders_in
from .sentiment import about_price
from .several_needs import named_as_before, of_the_kind_behind, of_the_named_need, of_those_on_the_table, told_apart
from .sizes import stepped
from .slips import read
from .state import ALSO_CALLED, NARROWING, drop, need_to_go_on_with, same_kind
from .swapping import swapped
from .which_of import asks_which
from .why import asks_why
from .widening import widened
from .wishes import Wish

LEFT_OPEN = {"price": "any budget", "gender": "for anybody", "product": "any kind", **dict.fromkeys(KINDS, "any kind")}
GOES_ON: tuple[Intent, ...] = (
    "search",
    "refine",
    "complement",
    "similar",
)  # another thing "in the same colour" is read as each
_HOW_MUCH = frozenset(content_stems("how much many long cost costs"))
ABOUT_ME: tuple[Intent, ...] = ("help", "greet", "reset", "search", "refine", "feedback", "policy", "other")


def understood(message: str, state: DialogueState, parts: Parts) -> Parse:
    """What the message says, and what it means after the shop's last question."""
    parse = put_right(_for_somebody(read(message, state, parts.parser, parts.speller), parts), message, parts)
    parse = told_apart(of_those_on_the_table(named_as_before(parse, state), state, parts), parts)
    if parse.intent == "other" and orders_in(message):
        return parse  # "set all prices to 0" lets no budget go
    parse = of_the_kind_behind(
        placed(parse, state), state, parts
    )  # and "the last one" is counted by code, which knows how many are on the screen
    parse = swapped(parse, state, parts)  # what is in the cart tells which of two goes out
    parse = settled(parse, state)  # a yes means the act that was asked about
    parse = continued(parse, state, parts)  # an order number by itself answers the shop's question for one
    parse = amount_answered(parse, state, parts)  # "just 2" the question how many go or stay
    parse = answered(parse, state, parts)  # and a size or a colour the question which variant
    parse = widened(_complained(of_the_named_need(parse, state), state, parts), state, parts)
    parse = _of_the_cart(parse, state, parts)
    parse = _which_of(_of_value(_left_open(parse, state, parts), state, parts), state, parts)
    parse = _why(parse, state, parts)
    parse = _priced(stepped(parse, state, parts), state)  # "the next size up" is a size that code computes
    parse = _to_their_list(parse, state, parts)
    parse = _had(_worth_doing(_asking(parse, state, parts)), parts)
    parse = _about_me(_with_titles(parse, state, parts), state, parts)
    parse = _begun(_gone_on(parse, state, parts), state, parts)
    return held_back(parse, state, parts)  # an unsure reset is asked about before it forgets anything


def _for_somebody(parse: Parse, parts: Parts) -> Parse:
    """The message's acts without an audience where no word is for a person: beside a name it was read from what the shop asked before."""
    if all(one.slots.gender is None for one in parse.in_order()):
        return parse
    if parts.speller and speaks_of_people(parts.speller.mended(parse.message)):
        return parse
    if speaks_of_people(parse.message) or parse.slots == Slots(gender=parse.slots.gender):
        return parse
    then = _for_somebody(parse.then, parts) if parse.then else None
    return replace(parse, slots=replace(parse.slots, gender=None), then=then)


def _left_open(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What knows no answer to the question that ends our last reply, as a narrowing that leaves what was asked as it is."""
    if not _was_asked(state) or parse.intent not in ("other", "refine") or parse.then is not None:
        return parse
    slots = parse.slots
    says = replace(slots, drop=(), features=tuple(one for one in slots.features if one != clean(parse.message)))
    if says != Slots() or drop(state.constraints, slots.drop) != state.constraints:
        return parse
    if (parse.intent == "other" or slots != Slots()) and phrase_of(parse.message, parts.embedder) != "open":
        return parse
    field = state.questioned[-1]
    note = f"All right, {LEFT_OPEN.get(field, f'any {field}')}."
    return Parse("refine", acts=("refine",), message=parse.message, note=note)


def _to_their_list(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question that only names what was looked for, while another thing was spoken of last, as the way back to its list: "and the
    earrings?" after a necklace was liked asks nothing of each of them."""
    name = parse.slots.product
    if parse.intent != "ask_product" or parse.then is not None or not name or not state.focus:
        return parse
    needs = (state.constraints, *(need.constraints for need in state.earlier))
    bare = replace(parse.slots, ref=()) == Slots(product=name) and parse.slots.ref in ((), ("last",))
    spoken_of = parts.catalog.get_many([state.focus])
    if (
        not bare
        or not any(same_kind(one.product, name) for one in needs)
        or any(called(one, name) for one in spoken_of)
    ):
        return parse
    return replace(parse, intent="refine", acts=("refine",), slots=Slots(product=name))


def _of_value(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question for the best value of what is on the table, which no listing states, as the wish for a choice among these."""
    rated = parse.intent == "refine" and parse.slots == Slots(sort="rating")  # of what nobody rated
    if not (rated or parse.intent in ("compare", "ask_product")) or parse.then is not None or not state.shown:
        return parse
    if phrase_of(parse.message, parts.embedder) != "best_value":
        return parse
    places = tuple(ref for ref in parse.slots.ref if isinstance(ref, int))
    ref = places if len(places) > 1 else ("all",)
    return replace(parse, intent="recommend", acts=("recommend",), slots=Slots(ref=ref))


def _of_the_cart(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question how much the shopper has so far, that was read as one about a product, as the one about the cart that it is."""
    asks = parse.intent == "ask_product" and parse.then is None and parse.slots.ref in ((), ("last",))
    if not asks or not state.cart or phrase_of(parse.message, parts.embedder) != "cart":
        return parse
    return Parse("cart_view", acts=("cart_view",), message=parse.message)


def _which_of(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
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


def _why(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question why something is shown, which is read as one for what it is or as the wish for a choice, as the question that it is."""
    if parse.intent not in ("ask_product", "recommend", "compare", "other", "feedback") or parse.then is not None:
        return parse
    if not state.shown or not asks_why(parse.message, parts.embedder):
        return parse
    ref = parse.slots.ref or places_in(parse.message) or ("last",)
    return replace(parse, intent="ask_product", acts=("ask_product",), slots=Slots(ref=ref), asks_why=True)


def _was_asked(state: DialogueState) -> bool:
    """Whether our last reply ends with a question about the need."""
    asked = state.last is not None and state.last.shop.endswith("?") and state.asked is None
    return asked and state.questioned[-1:] not in ((), ("confirm",)) and state.constraints != Constraints()


def _gone_on(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A search that goes back to an earlier need as a narrowing of that; of another thing "in the same colour", with what stays."""
    slots = parse.slots
    if parse.intent not in GOES_ON or parse.then is not None or state.constraints == Constraints():
        return parse
    if slots.product is None:
        return _for_another_purpose(parse, state, parts)
    if _names_a_kind_of_it(parse, state) and not of_another_thing(parse.message, parts.embedder):
        return replace(parse, intent="refine", acts=("refine",))
    if _names_it_again(parse, state):
        name = max(slots.product, state.constraints.product or "", key=lambda one: len(content_stems(one)))
        return replace(parse, intent="refine", acts=("refine",), slots=replace(slots, product=name))
    if parse.intent != "search" and same_kind(state.constraints.product, slots.product):
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


def _names_a_kind_of_it(parse: Parse, state: DialogueState) -> bool:
    """Whether a search says nothing but a kind of what is looked for already, or another name of it, of which nothing was taken yet:
    "show me loafers instead" after shoes for men gives up no wish."""
    name, now = parse.slots.product or "", state.constraints.product or ""
    if parse.intent != "search" or parse.slots != Slots(product=name):
        return False
    (kinds, known), (wider, wide_known) = kind_at_end(name), kind_at_end(now)
    taken = any(line.product_id in state.seen for line in state.cart)
    return known and wide_known and kinds <= wider and not taken and not same_kind(now, name)


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


def _about_me(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A question for what is known of the shopper, the wish that it be forgotten, or what holds of them whatever is looked for: what was
    read names no such act."""
    of_a_kind = parse.intent == "search" and parse.slots.product is not None
    if parse.intent not in ABOUT_ME or of_a_kind or parse.then is not None or parse.about_me is not None:
        return parse
    if state.asked and state.asked.about_me and parse.intent == "reset":
        return _to_forgetting(parse, state.asked, parts)
    if letting_go := _kept_one(parse, state, parts):
        return Parse("feedback", acts=("feedback",), message=parse.message, lets_go=letting_go)
    bare = replace(parse.slots, ask=None, ref=(), drop=()) == Slots()  # "delete the white ones" names things
    speaks = bool(of_oneself(parse.slots)) and parse.slots.product is None
    wanted = about_me(parse.message, parts.embedder) if bare or speaks else None
    if wanted == "self":
        return replace(parse, intent="refine", acts=("refine",), about_me="self") if speaks else parse
    return Parse("help", acts=("help",), message=parse.message, about_me=wanted) if wanted and bare else parse


def _to_forgetting(parse: Parse, asked: Parse, parts: Parts) -> Parse:
    """What a message that was read as a new start means after the question whether to forget all that is known: that it be forgotten, a
    new start, or neither surely, which has it asked once more."""
    said = to_forgetting(parse.message, parts.embedder)
    if said == "all":
        return replace(asked, confidence=1.0)  # "forget that", after it was told
    return parse if said == "anew" else Parse("help", acts=("help",), message=parse.message, about_me="forget")


def _asking(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
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


def _says_no_wish(parse: Parse) -> bool:
    """Whether a narrowing has nothing in it, or only the names of what products have: "what sizes" was read as one in size "sizes"."""
    slots = parse.slots
    named = Slots(color=slots.color, size=slots.size, material=slots.material, features=slots.features)
    words = tuple(slots.words_of("color", "size", "material", "features"))
    return parse.intent in ("refine", "more") and slots == named and all(map(_says_no_value, words))


def _had(parse: Parse, parts: Parts) -> Parse:
    """The message's acts with what was read as a property and says that the thing is to be had ("in stock only"), or is not to be sold
    out, as the bound that it is."""
    slots, looks = parse.slots, parse.intent in ("search", *NARROWING)
    of_stock = {one for one in (*slots.features, *slots.exclude) if looks and _speaks_of_stock(one, parts)}
    if of_stock:
        left = {
            name: tuple(one for one in getattr(slots, name) if one not in of_stock) for name in ("features", "exclude")
        }
        parse = replace(parse, slots=replace(slots, in_stock=True, features=left["features"], exclude=left["exclude"]))
    return replace(parse, then=_had(parse.then, parts)) if parse.then else parse


def _speaks_of_stock(wish: str, parts: Parts) -> bool:
    subject = subject_of([f"is it {wish}"], parts.embedder)
    return subject is not None and "availability" in subject.fields


def _states_it(parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether a question that was read as one about the shop's rules is so usual a one of a product that the record of that last spoken
    of answers it: "what's the price?"."""
    goes_on = state.acts[-1:] == ("policy",) and set(content_stems(parse.message)) <= _HOW_MUCH  # "how much" of a rule
    if parse.intent != "policy" or not parse.slots.ask or not state.focus or goes_on:
        return False
    subject = subject_of([parse.slots.ask, parse.message], parts.embedder)
    names = {fact.name.casefold() for one in parts.catalog.get_many([state.focus]) for fact in facts_of(one, [one])}
    return subject is not None and not names.isdisjoint(subject.fields)


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


def _kept_one(parse: Parse, state: DialogueState, parts: Parts) -> Wish | None:
    """The kept wish that a message takes back which takes back nothing else: "forget that I'm vegan", while no bag is to be, or after it
    was told what is known. "Forget my size" means the one size that is kept."""
    if parse.slots != Slots(drop=parse.slots.drop) or len(parse.slots.drop) != 1:
        return None
    (words,) = parse.slots.drop
    now = {value for name in LASTING for value in getattr(state.constraints, name)}
    told = state.asked is not None and state.asked.about_me is not None
    free = [wish for wish in parts.holding(state) if told or wish.value not in now]
    said = frozenset(content_stems(words))
    named = [one for one in free if said and said in _called(one)]
    of_field = [one for one in free if one.field == words]
    return named[0] if named else of_field[0] if len(of_field) == 1 else None


def _called(wish: Wish) -> tuple[frozenset[str], ...]:
    """The words of a wish that lasts, of "size 42" also without "size"."""
    return frozenset(content_stems(wish.value or "")), frozenset(content_stems(wish.text))


def _with_titles(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A message that only searches, with the product that it calls by its title as what it searches for."""
    if parse.intent != "search" or parse.then is not None:
        return parse
    return replace(parse, slots=with_title(parse.slots, parse.message, state, parts))


def _begun(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The message's acts, each that begins a need with the wishes that the shopper asked to keep, where they can apply."""
    parse = replace(parse, then=_begun(parse.then, state, parts)) if parse.then else parse
    begins = parse.intent == "search" or (
        parse.intent in NARROWING and parse.slots != Slots(drop=parse.slots.drop) and state.constraints == Constraints()
    )
    kept = parts.holding(state) if begins and parse.about_me != "self" else ()
    may = [wish for wish in kept if may_begin(wish, parse.slots, state.let_go)]
    always = tuple(wish for wish in may if _states(wish, parse.slots, parts))
    silent = [wish.value for wish in may if wish not in always and wish.field == "features" and parse.slots.product]
    said = " or ".join(f"“{value}”" for value in silent)
    note = f"No listing of this kind says {said}, so I can't go by that." if silent and not parse.note else parse.note
    return replace(parse, always=always, note=note)


def _states(wish: Wish, slots: Slots, parts: Parts) -> bool:
    """Whether the wish tells products of the kind apart: refused words always do, others where a listing states them."""
    if wish.field == "exclude":
        return True
    ids = parts.searcher.matching(Constraints(product=slots.product)) if slots.product else frozenset[str]()
    return any(states(product, wish) for product in parts.catalog.get_many(ids))


def _priced(parse: Parse, state: DialogueState) -> Parse:
    """A message that only refuses what is said of a price, of products on the table, is what the shopper thinks of these."""
    refused = Slots(exclude=parse.slots.exclude)
    only = parse.intent == "refine" and parse.slots == refused != Slots() and parse.then is None
    if not (only and (state.shown or state.focus) and all(map(about_price, refused.exclude))):
        return parse
    return replace(parse, intent="feedback", slots=Slots(), acts=("feedback",))


def _complained(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A message that only holds something against products on the table ("too heavy", "not that brand"), and was read as a refusal of
    these words or as a question about them, as what the shopper thinks of these."""
    rest = replace(parse.slots, exclude=(), features=(), ref=(), sort=None, drop=())
    if parse.intent not in ("refine", "other", "feedback") or rest != Slots() or parse.then is not None:
        return parse
    least = SURELY if parse.intent == "other" else LEAST
    refuses_no_word = parse.slots.exclude != () and all(
        map(_says_no_value, parse.slots.exclude)
    )  # "not those", "not the colour"
    complaint = None if refuses_no_word else complaint_of(parse.message, parts.embedder, least=least)
    points = says_several(parse.message) or places_in(parse.message)
    if complaint == "plain" and not (
        parse.intent == "other" and points and phrase_of(parse.message, parts.embedder) is None
    ):
        return parse  # "nah" is no word on all that was shown, "none of these" is
    complained = refuses_no_word or complaint is not None
    if not state.shown or not complained:
        return parse
    if parse.slots.exclude and _of_the_table(parse.slots.exclude, parts.catalog.get_many(state.shown)):
        return replace(parse, intent="refine", acts=("refine",))  # "i don't like mesh" is no word on all that was shown
    ref = parse.slots.ref or places_in(parse.message)  # which the reader leaves out of a refusal
    return replace(parse, intent="feedback", slots=Slots(ref=ref), acts=("feedback",))


def _says_no_value(words: str) -> bool:
    """Whether the words only point ("those") or name what products have, and nothing that one of them is: "colour", "height"."""
    left = set(words.split()) - STOPWORDS
    return left <= {*ALSO_CALLED, *LENGTHS, *NAMED, "size", "sizes", "materials", "brands", WEIGHT}


def _of_the_table(words: Iterable[str], shown: Sequence[Product]) -> bool:
    """Whether of each of the words a product shown is stated to be: a colour, a material, the brand."""
    return all(any(_is_of(product, word) for product in shown) for word in words)


def _is_of(product: Product, word: str) -> bool:
    if product.brand and contains(product.brand, word):
        return True
    return any(judge(product, name, word).status == "met" for name in ("color", "material"))


def _worth_doing(parse: Parse) -> Parse:
    """The message's acts without one that only takes something back before a new search: of "forget the wallet, show me belts" nobody
    wants to see the rest of the wallets. Two questions about the shop's rules are one act, which answers both."""
    if parse.then is None:
        return parse
    after = _worth_doing(parse.then)
    if parse.intent == after.intent == "policy":
        return replace(parse, then=after.then)
    only_back = parse.intent == "refine" and parse.slots == Slots(drop=parse.slots.drop)
    return (
        replace(after, message=parse.message) if only_back and after.intent == "search" else replace(parse, then=after)
    )
