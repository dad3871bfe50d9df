"""Likes and dislikes: remembered, acted on at once, and visible as reasons in what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from babel.numbers import get_currency_precision

from retrieval.product import Product, money
from retrieval.query import Constraints
from retrieval.superlative import by

from ..explain import limits_met
from ..mentions import says_ones, says_several, says_which
from ..model import Answer, DialogueState, Outcome, Parse, Reason, Slots, Taste
from ..names import listed, short_names
from ..parts import Parts
from ..places import ordinal
from ..reply import NAMED, none_says, unsaid
from ..sayings.at_us import LEAST as AT_US
from ..sayings.at_us import SURELY as SURELY_AT_US
from ..sayings.at_us import at_us
from ..sayings.complaints import LEAST, SURELY, Complaint, complaint_of
from ..sayings.sentiment import feeling
from ..taste import TOLD, trait_words, traits_of
from ..wishes import Wish
from ..wordings import worded
from .amends import amending, amends
from .exhausted import exhausted, set_aside
from .find import another
from .looks import none_so
from .naming import about
from .similar import similar
from .table import meant, none_spoken_of
from .talk import sorry


def feedback(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What the shopper's words on the products shown change: taste, or the price bound; what is unclear is asked about."""
    if parse.keeps is not None:
        return _kept(parse.keeps, parts)
    if parse.lets_go is not None:
        return _let_go(parse.lets_go, parts)
    if parse.brings_back:
        return _brought_back(state, parts)
    if none := none_so(parse, state, parts):
        return none
    shown = parts.catalog.get_many(state.shown)
    felt = feeling(parse.message, " ".join(product.title for product in shown))
    # "none of them is nice": words that are nice by themselves
    complaint = complaint_of(parse.message, parts.embedder, least=SURELY if felt == "like" else LEAST)
    felt = "dislike" if complaint and felt == "like" else felt
    called = about(parse, state, parts)
    pointed = called or meant(replace(parse, slots=replace(parse.slots, ref=())), state, parts)[:1]
    # "too pricey" was read as one, of a list; and so was "not these ugly ones", once one of it was asked about
    of_one = says_which(parse.message) and not (
        says_ones(parse.message) and [one.id for one in pointed] == [state.focus]
    )
    unsaid = parse.slots.ref == ("last",) and not of_one
    named = (parse.slots.ref and not unsaid) or felt == "like" or (len(pointed) == 1 and _named(parse))
    these = named or (len(pointed) == 1 and _of_it(parse, state))
    products = pointed if these else shown or pointed
    of_products = complaint not in (None, "plain", "words")
    for_us = felt in ("dislike", "unclear") and not of_products and not named
    if for_us and at_us(parse.message, parts.embedder, least=SURELY_AT_US if these else AT_US):
        return sorry(parts)
    if not products:  # of what was shown nothing is called so
        return Outcome(answer=Answer("Thank you for telling me. What are you looking for?"))
    if complaint == "price" or (complaint in (None, "plain") and felt in ("too_dear", "too_cheap")):
        dear = felt != "too_cheap"
        return _bounded(products, state, parts, dear=dear) if shown else _other_price(parse, state, parts, dear=dear)
    if felt == "like":
        if none_spoken_of(state) and not (called or says_which(parse.message)):
            return Outcome(answer=Answer("Good to hear. Which of them do you like?"))
        return _liked(products, state)
    if complaint not in (None, "plain") and state.constraints != Constraints():
        return _disliked_for(complaint, parse.message, products, state, parts)
    if felt == "dislike" or complaint == "plain":
        return _disliked(products, state, parts)
    return Outcome(answer=Answer(worded("noted", state)))


def _other_price(parse: Parse, state: DialogueState, parts: Parts, *, dear: bool) -> Outcome:
    """What is like the product of the page on the other side of its price, while nothing was looked for."""
    slots = Slots(ref=("last",), sort="price_asc" if dear else "price_desc")
    return similar(replace(parse, slots=slots), state, parts)


def _kept(wish: Wish, parts: Parts) -> Outcome:
    if not (parts.shopper and parts.shopper.learns):  # they may have taken it back since they were asked
        return Outcome(answer=Answer("Nothing is kept of you, since you did not agree to that."))
    text = f"Kept for next time: {wish.text}. Ask me “what do you know about me?” to see all that I keep."
    return Outcome(answer=Answer(text, (text,)))


def _let_go(wish: Wish, parts: Parts) -> Outcome:
    if parts.shopper:
        parts.shopper.forget(wish)
    text = f"Forgotten: {wish.text}. I no longer look out for it. What are you looking for?"
    return Outcome(answer=Answer(text, (text,)))


def _brought_back(state: DialogueState, parts: Parts) -> Outcome:
    """What fits the need and was set aside, shown again."""
    fitting = parts.searcher.matching(state.constraints)
    taste = replace(state.taste, disliked=tuple(one for one in state.taste.disliked if one not in fitting))
    outcome = another(replace(state, taste=taste), parts)
    return replace(outcome, taste=taste, note="I brought back what you set aside.")


def _of_it(parse: Parse, state: DialogueState) -> bool:
    """Whether one product was just asked about, or chosen alone, and the message does not speak of several."""
    before = state.acts[-2:-1]
    alone = before == ("ask_product",) or (before == ("recommend",) and state.found == (state.focus,))
    return alone and not says_several(parse.message)


def _named(parse: Parse) -> bool:
    return bool(parse.slots.product or parse.slots.brand)


def _liked(products: Sequence[Product], state: DialogueState) -> Outcome:
    """Nothing new is shown: the product stays on the table, and what comes next leans to it."""
    ids = [product.id for product in products]
    kept = tuple(one for one in state.taste.disliked if one not in ids)
    taste = Taste(tuple(dict.fromkeys((*state.taste.liked, *ids))), kept)
    names = short_names(products)
    what = _shared_traits(products, state.constraints)
    leans = f" What comes next leans to what it has: {what}." if what else ""
    which = listed([*names.values()]) if len(names) <= NAMED else f"those {len(names)}"
    it = "it" if len(names) == 1 else "them"
    text = f"Noted, you like {which}.{leans} Would you like {it} in your cart, or more like {it}?"
    return Outcome(taste=taste, focus=products[0].id, answer=Answer(text, (*names.values(), str(len(names)), what)))


def _disliked(products: Sequence[Product], state: DialogueState, parts: Parts) -> Outcome:
    """Those stay away, and others come in their place that share less with them; what else was shown stays on the table."""
    ids = [product.id for product in products]
    taste = Taste(
        tuple(one for one in state.taste.liked if one not in ids), tuple(dict.fromkeys((*state.taste.disliked, *ids)))
    )
    what = _shared_traits(products, state.constraints)
    names = list(short_names(products).values())
    gone = names[0] if len(names) == 1 else f"those {len(names)}"
    shared = "What it has" if len(names) == 1 else "What they share"
    against = f" {shared} counts against others: {what}." if what else ""
    lead = f"Noted: {gone} will not come back.{against}"
    if state.constraints == Constraints():
        evidence = (*names, what, str(len(names)))
        return Outcome(taste=taste, answer=Answer(f"{lead} What should be different?", evidence))
    kept = frozenset(state.shown) - {*ids}
    return _told(lead, (*names, what, str(len(names))), replace(state, taste=taste), parts, taste=taste, kept=kept)


def _disliked_for(
    complaint: Complaint, said: str, products: Sequence[Product], state: DialogueState, parts: Parts
) -> Outcome:
    """Those stay away, the reason is told back, and what comes instead is better in that where listings tell."""
    ids = [product.id for product in products]
    liked = tuple(one for one in state.taste.liked if one not in ids)
    taste = Taste(liked, tuple(dict.fromkeys((*state.taste.disliked, *ids))))
    amended = amends(complaint, said, products, state, parts)
    if amended.best is not None:
        return Outcome(focus=amended.best.id, answer=Answer(amended.lead, amended.evidence, found=False))
    names = list(short_names(products).values())
    gone = names[0] if len(names) == 1 else f"those {len(names)}"
    lead = f"{amended.lead} I set aside {gone}."
    then = replace(state, taste=taste, constraints=amending(amended, state.constraints))
    changed = then.constraints if then.constraints != state.constraints else None
    evidence = (*amended.evidence, *names, str(len(names)))
    return _told(lead, evidence, then, parts, taste=taste, constraints=changed)


def _bounded(products: Sequence[Product], state: DialogueState, parts: Parts, *, dear: bool) -> Outcome:
    """The price bound moved past the cheapest (the dearest) meant; kept as it was where nothing lies beyond."""
    at_bound = by("price_asc" if dear else "price_desc", products)[0]
    bound = at_bound.price
    if bound is None:
        return Outcome(answer=Answer("No price is stated for those. What may it cost?"))
    said = money(bound, products[0].currency)
    kept = _past(bound, state.constraints, products[0].currency, dear=dear)
    wider = replace(kept, price_min=None) if dear else kept  # cheaper than "around 100" may be below that too
    constraints = next((one for one in (kept, wider) if _finds(one, state, parts)), None)
    if constraints is None:
        title = at_bound.title
        text = f"Nothing else of this kind costs {'less' if dear else 'more'} than {title} at {said}, so I leave the budget as it was."
        return Outcome(answer=Answer(text, (title, said), found=False))
    lead = f"Then {'below' if dear else 'above'} {said}, the {'cheapest' if dear else 'dearest'} of those"
    below = kept.price_min if kept.price_min != constraints.price_min else None
    lead += f", and below {money(below, products[0].currency)} too." if below else "."
    reason = Reason(
        "feedback",
        f"{'below' if dear else 'above'} the {said} that was too {'expensive' if dear else 'cheap'}",
        "price",
    )
    outcome = _told(lead, (said, lead), replace(state, constraints=constraints), parts, constraints=constraints)
    reasons = {hit.product.id: (reason, *outcome.reasons.get(hit.product.id, ())) for hit in outcome.hits}
    return replace(outcome, reasons=reasons)


def _finds(constraints: Constraints, state: DialogueState, parts: Parts) -> bool:
    """Whether something else meets them as they are."""
    found = another(replace(state, constraints=constraints), parts)
    return bool(found.hits) and not found.relaxed


def _past(bound: Decimal, constraints: Constraints, currency: str, *, dear: bool) -> Constraints:
    """The wishes with the price bound one smallest coin beyond; the other bound goes where the two would cross."""
    coin = Decimal(1).scaleb(-get_currency_precision(currency))
    low, high = constraints.price_min, constraints.price_max
    if dear:
        return replace(constraints, price_max=bound - coin, price_min=low if low is not None and low < bound else None)
    return replace(constraints, price_min=bound + coin, price_max=high if high is not None and high > bound else None)


def _told(
    lead: str, evidence: tuple[str, ...], state: DialogueState, parts: Parts, *,
    taste: Taste | None = None, constraints: Constraints | None = None, kept: frozenset[str] = frozenset(),
) -> Outcome:  # fmt: skip
    """The lead, then what comes instead; not seen before where there is such, else what is left. kept: ids of what stays on the table,
    beside what comes."""
    outcome = another(state, parts, skip=state.seen - kept)
    if not outcome.hits:
        outcome = another(state, parts)
    if not outcome.hits:
        wanted = replace(state, constraints=constraints or state.constraints, taste=taste or state.taste)
        further = set_aside(wanted, parts) or exhausted(wanted, parts)
        assert further.answer is not None
        text = f"{lead} {further.answer.text}"
        said = Answer(text, (*evidence, *further.answer.evidence), found=False)
        return replace(
            outcome,
            taste=taste,
            constraints=constraints,
            answer=said,
            suggested=further.suggested,
            question=further.question,
            asked=further.asked,
        )
    outcome = replace(outcome, hits=parts.numbered(outcome.hits) or outcome.hits)
    names = short_names([hit.product for hit in outcome.hits])
    first_ones = ", ".join(f"{hit.rank}. {names[hit.product.id]}{_price(hit.product)}" for hit in outcome.hits[:NAMED])
    relaxed = "".join(f" {one.text[0].upper()}{one.text[1:]}." for one in outcome.relaxed)
    best = outcome.hits[0].product
    first = (*limits_met(best, state.constraints), *outcome.reasons.get(best.id, ()))
    why = f" Why the {ordinal(outcome.hits[0].rank)}: {first[0].text}." if first else ""
    missed = unsaid(outcome, [hit.product for hit in outcome.hits], state.constraints)
    less = f" {silent}" if (silent := none_says(missed, len(outcome.hits))) else ""
    none = "Nothing else" if outcome.kind_found else "No listing"
    of_kind = outcome.kind_found and any(hit.of_kind for hit in outcome.hits)
    near = "" if of_kind else f" {none} here is called “{state.constraints.product}”; these are near it."
    new = [hit for hit in outcome.hits if hit.product.id not in kept]
    told = f"{'Left are' if kept else 'Instead'}: {first_ones}."
    if kept and (beyond := [hit for hit in new if hit not in outcome.hits[:NAMED]]):
        told += f" New: {', '.join(f'{hit.rank}. {names[hit.product.id]}{_price(hit.product)}' for hit in beyond)}."
    text = f"{lead}{relaxed}{near} {told}{less}{why}"
    answer = Answer(text, (*evidence, *names.values(), less))
    return replace(outcome, taste=taste, constraints=constraints, answer=answer)


def _shared_traits(products: Sequence[Product], constraints: Constraints) -> str:
    """What all of these have in common, "" when nothing."""
    common = frozenset.intersection(*(traits_of(product, constraints) for product in products))
    return trait_words(sorted(common)[:TOLD])


def _price(product: Product) -> str:
    return "" if product.price is None else f" {money(product.price, product.currency)}"
