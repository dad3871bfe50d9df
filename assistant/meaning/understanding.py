"""What a message asks for: as it was read, and in view of what was said, shown and asked before."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.audience import speaks_of_people
from retrieval.kinds.of_listings import kind_at_end
from retrieval.query import Constraints

from ..actions.ask import WHOLE
from ..actions.choosing import answered
from ..actions.looks import looks_in
from ..actions.orders import continued
from ..actions.questions import asked_in
from ..actions.subjects import subject_of
from ..actions.table import called
from ..actions.taking_out import amount_answered
from ..actions.titles import with_title
from ..merging import drop
from ..model import DialogueState, Intent, Parse, Slots
from ..parse import clean
from ..parts import Parts
from ..places import as_it, says_a_place
from ..question import KINDS
from ..reading.overreach import orders_in
from ..sayings.about_us import about_us
from ..sayings.phrases import phrase_of
from ..state import NARROWING, same_kind
from .about_me import of_the_shopper
from .as_named import as_named
from .asking import (
    asking,
    in_that_order,
    of_each,
    of_so_many,
    of_the_cart,
    of_the_rules,
    of_value,
    to_their_list,
    which_of_them,
    why_better,
    why_shown,
)
from .carried import with_the_animal, with_the_audience, without_the_former_kinds
from .complained import complained, priced
from .confirm import held_back, settled
from .going_on import gone_on
from .in_total import each_up_to_it, for_each
from .kept import with_kept_wishes
from .misplaced import put_right
from .own_words import by_own_words
from .part_by_part import part_by_part, without_what_is_had
from .placed import placed
from .several_needs import (
    back_to_it,
    each_by_its_words,
    each_in_its_list,
    named_as_before,
    of_the_kind_behind,
    of_the_named_need,
    of_those_on_the_table,
    then_the_other,
    told_apart,
)
from .sizes import stepped
from .slips import read
from .swapping import swapped
from .widening import widened
from .wish_or_thing import wish_or_thing

_CHECKING_OUT = re.compile(r"\bhow (?:do|can) (?:i|we) (?:check ?out|pay now|place (?:the|my) order)\b", re.IGNORECASE)
_IF_YOU_HAVE = re.compile(r"\bif (?:you(?: do|'ve|’ve)? (?:have|got|sell|stock)|there (?:is|are))\b", re.IGNORECASE)
_MORE_OF_IT = re.compile(r"\btell me (?:some(?:thing)? )?more\b|\bmore (?:about|on) (?:it|that)\b", re.IGNORECASE)
LISTS: tuple[Intent, ...] = ("search", "refine", "complement", "similar")
LEFT_OPEN = {"price": "any budget", "gender": "for anybody", "product": "any kind", **dict.fromkeys(KINDS, "any kind")}


def understood(message: str, state: DialogueState, parts: Parts) -> Parse:
    """What the message says, and what that means in its conversation: each step goes by what those before it left."""
    parse = read(message, state, parts.parser, parts.speller)
    parse = without_what_is_had(parse, state, parts)
    parse = as_named(_for_somebody(parse, parts), state, parts)
    parse = put_right(parse, message, state, parts)
    parse = wish_or_thing(part_by_part(parse, state, parts), state, parts)
    parse = for_each(parse, state, parts)
    parse = named_as_before(parse, state)
    parse = of_those_on_the_table(parse, state, parts)
    parse = each_up_to_it(told_apart(parse, parts), parts)
    if parse.intent == "other" and orders_in(message):
        return parse  # "set all prices to 0" lets no budget go
    parse = _by_its_name_alone(parse, parts)
    # What is pointed at, and what answers the shop's last question.
    parse = placed(parse, state)  # "the last one" is counted by code, which knows how many are on the screen
    parse = each_by_its_words(parse, state, parts)
    parse = _if_there_is_one(each_in_its_list(then_the_other(parse, state), state))
    parse = of_the_kind_behind(parse, state, parts)
    parse = swapped(parse, state, parts)  # what is in the cart tells which of two goes out
    parse = settled(parse, state)  # a yes means the act that was asked about
    parse = continued(parse, state, parts)  # an order number by itself answers the question for one
    parse = amount_answered(parse, state, parts)  # "just 2" the question how many go or stay
    parse = answered(parse, state, parts)  # and a size or a colour the question which variant
    # What was read as one act and is another one here.
    parse = of_the_named_need(back_to_it(parse, state), state)
    parse = complained(parse, state, parts)
    parse = widened(parse, state, parts)
    parse = _told_more_of(of_the_cart(parse, state, parts))
    parse = _of_who_answers(_how_to_check_out(parse), parts)
    parse = _left_open(parse, state, parts)
    parse = in_that_order(parse, state)
    parse = of_value(parse, state, parts)
    parse = of_so_many(of_each(parse, state, parts))
    parse = which_of_them(parse, state, parts)
    parse = why_better(parse, state, parts)
    parse = why_shown(parse, state, parts)
    parse = stepped(parse, state, parts)  # "the next size up" is a size that code computes
    parse = priced(parse, state)
    parse = to_their_list(parse, state, parts)
    parse = _worth_doing(asking(of_the_rules(_of_no_line(parse, state, parts), state, parts), state, parts))
    parse = _of_the_product_too(parse, parts)
    # The need that is looked for.
    parse = _had(parse, parts)
    parse = _with_titles(parse, state, parts)
    parse = of_the_shopper(parse, state, parts)
    parse = gone_on(parse, state, parts)
    parse = without_the_former_kinds(parse, state, parts)
    parse = with_the_animal(with_the_audience(parse, state, parts), state, parts)
    parse = with_kept_wishes(parse, state, parts)
    parse = by_own_words(parse)
    return held_back(parse, state, parts)  # an unsure reset is asked about before it forgets anything


def _if_there_is_one(parse: Parse) -> Parse:
    """What is taken on condition that the shop has it, "ribeye if you have it", as a narrowing by it: that there is one is to be seen."""
    said = parse.slots.words_of("product", "color", "material", "features")
    asks = parse.intent == "cart_add" and parse.then is None and said and _IF_YOU_HAVE.search(parse.message)
    of_these = says_a_place(parse.message) or bool(looks_in(parse.message))  # "the rain one if you have it"
    if not asks or of_these:
        return parse
    return replace(parse, intent="refine", acts=("refine",), slots=replace(parse.slots, ref=()))


def _by_its_name_alone(parse: Parse, parts: Parts) -> Parse:
    """A message that was read as no business of a shop and is the whole name of a thing that this one sells, as a search for it: "saw"."""
    name = clean(parse.message)
    alone = parse.intent == "other" and parse.slots == Slots() and kind_at_end(name)[1]
    if not alone or not parts.searcher.matching(Constraints(product=name)):
        return parse
    return replace(parse, intent="search", acts=("search",), slots=Slots(product=name))


def _told_more_of(parse: Parse) -> Parse:
    """Who likes one and asks to be told more of it, as both: "i like the second one, tell me more"."""
    likes = parse.intent == "feedback" and parse.then is None and len(parse.slots.ref) == 1
    if not likes or parse.slots.exclude or not _MORE_OF_IT.search(parse.message):
        return parse
    acts: tuple[Intent, ...] = ("feedback", "ask_product")
    return replace(parse, acts=acts, then=Parse("ask_product", Slots(ref=parse.slots.ref, ask=WHOLE), acts))


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


def _of_who_answers(parse: Parse, parts: Parts) -> Parse:
    """A question who answers here, that was read as the wish for a person, as the small talk that it is: nobody is called for it."""
    asks = parse.intent == "handoff" and parse.then is None and about_us(parse.message, parts.embedder) == "machine"
    return replace(parse, intent="other", acts=("other",)) if asks else parse


def _how_to_check_out(parse: Parse) -> Parse:
    """The act that a message only asks how to do, "ok, how do I check out?", as that act: its reply says how."""
    asks = parse.intent in ("help", "policy") and parse.then is None and _CHECKING_OUT.search(parse.message)
    return replace(parse, intent="checkout", acts=("checkout",), slots=Slots()) if asks else parse


def _left_open(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """What knows no answer to the question that ends our last reply, as a narrowing that leaves what was asked as it is; who wants to
    think it over leaves it open for now."""
    if not _was_asked(state) or parse.intent not in ("other", "refine") or parse.then is not None:
        return parse
    slots = parse.slots
    says = replace(slots, drop=(), features=tuple(one for one in slots.features if one != clean(parse.message)))
    if says != Slots() or drop(state.constraints, slots.drop) != state.constraints:
        return parse
    if about_us(parse.message, parts.embedder) == "later":
        return replace(parse, intent="other", acts=("other",), slots=Slots())
    if (parse.intent == "other" or slots != Slots()) and phrase_of(parse.message, parts.embedder) != "open":
        return parse
    field = state.questioned[-1]
    note = f"All right, {LEFT_OPEN.get(field, f'any {field}')}."
    return Parse("refine", acts=("refine",), message=parse.message, note=note)


def _was_asked(state: DialogueState) -> bool:
    """Whether our last reply ends with a question about the need."""
    asked = state.last is not None and state.last.shop.endswith("?") and state.asked is None
    return asked and state.questioned[-1:] not in ((), ("confirm",)) and state.constraints != Constraints()


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


def _with_titles(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A message that only searches, with the product that it calls by its title as what it searches for."""
    if parse.intent != "search" or parse.then is not None:
        return parse
    return replace(parse, slots=with_title(parse.slots, parse.message, state, parts))


def _of_the_product_too(parse: Parse, parts: Parts) -> Parse:
    """Two questions in one message about the same product as one act, which answers both; also where the second was read as one for the
    shop's rules and is a usual one of products: "what colour is it and how long does the battery last?"; or as one about a place that
    nothing in it says."""
    if parse.then is None or parse.then.then is not None:
        return parse
    if parse.intent != "ask_product":  # the other act has its own question in the message
        asks = parse.then.intent == "ask_product"
        return replace(parse, then=replace(parse.then, acts=parse.acts)) if asks else parse
    further = asked_in(parse.message)[1:]
    subjects = [subject_of([as_it(one)], parts.embedder) for one in further]
    usual = bool(further) and all(one is not None and "warranty" not in one.fields for one in subjects)
    ref = parse.then.slots.ref
    guessed = all(isinstance(one, int) for one in ref) and not any(map(says_a_place, further))
    again = bool(further) and (guessed or ref in ((), ("last",), parse.slots.ref))
    one_act = usual if parse.then.intent == "policy" else again and parse.then.intent == "ask_product"
    return replace(parse, then=None, acts=("ask_product",)) if one_act else parse


def _of_no_line(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A search without the taking out before it of what is looked for and in no cart: "instead of the wallet, a watch"."""
    name = parse.slots.product
    if parse.intent != "cart_remove" or name is None or parse.then is None or parse.then.intent not in LISTS:
        return parse
    lines = parts.catalog.get_many(line.product_id for line in state.cart)
    looked_for = any(same_kind(need.product, name) for need in state.needs())
    nowhere = looked_for and not any(called(one, name) for one in lines)
    return replace(parse.then, message=parse.message) if nowhere else parse


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
