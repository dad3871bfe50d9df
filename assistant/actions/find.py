"""Finding products for the need as it stands: search and refine, and the next ones of the same need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_name

from retrieval.evidence import judge, met_less_denied
from retrieval.kinds.of_listings import head_noun, named_after
from retrieval.product import Product, money
from retrieval.query import SOFT, Constraints, Hit, Query, Relaxed, Sort
from retrieval.superlative import by

from ..lasting import said_of_oneself
from ..mentions import says_an_order
from ..model import Answer, DialogueState, Outcome, Parse, Question, Reasons, Slots
from ..names import short_names
from ..normalize import currency_of
from ..parse import clean
from ..parts import Parts
from ..places import places_in
from ..question import question_for
from ..reply import NAMED
from ..taste import leaning, taste_reasons
from .beyond import with_what_lies_beyond
from .exhausted import exhausted, set_aside
from .oneself import noted, offering
from .policy import told_of
from .suggesting import without_need

WEIGHED = 20  # products from which those are taken that are called as asked for, liked, sponsored or of other brands
UNHEARD = (
    "I did not catch what should change, so this is the same list. Tell me a price, a colour or what matters to you."
)
UNRATED = "No listing of these states a rating, so I can't say which is rated best."
LESS_SAID = "nothing cheaper says all that you asked for, so these say less of it"
SPLIT = 400  # of more products that match, a question's facets are counted over a part, evenly taken


def find(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The best products for the need, best first; what a shopper says of themselves before they look for anything is noted."""
    own = said_of_oneself(parse)
    if own and state.constraints.kind is None and not state.shown:
        return noted(own, parts)
    if state.constraints == Constraints() and (state.sort is None or parse.intent == "refine"):
        return Outcome(answer=Answer("What are you looking for? A kind of thing and a budget are a good start."))
    outcome = another(state, parts)
    if not outcome.kind_found and (told := told_of(state.constraints.product or "", parts)):
        return told  # gift cards are sold by the rules for them
    if not outcome.hits and (aside := set_aside(state, parts)):
        return aside
    if parse.intent == "refine" and _says_nothing(parse) and outcome.hits:
        return replace(outcome, note=UNHEARD)
    if parse.slots.sort == "price_asc" and (before := by("price_asc", _compared_with(parse, state, parts))):
        if not says_an_order(parse.message):  # "the cheapest" is cheaper than nothing
            outcome = _cheaper_than(before[0], outcome, state, parts)
        if parse.slots == Slots(sort="price_asc"):
            outcome = _beginning_with(before[0], outcome, state, parts)
    notes = (parse.note, _of_currency(parse, parts), outcome.note)
    outcome = replace(outcome, note=" ".join(note for note in notes if note))
    if parse.offer and outcome.hits:
        return _offering(outcome, parse.offer)
    outcome = with_what_lies_beyond(outcome, state.constraints, parts)
    if own or not _may_ask(outcome, state, parts):
        return offering(outcome, own, parts)
    return replace(outcome, question=question_for(parts.catalog.get_many(outcome.matching), outcome.hits, state))


def _compared_with(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """What a cheaper one is to be cheaper than: what stands at the place that the message says, else all found, or, where a kind is named
    and no order is asked for, of it what says the most of what is wished for; on the way back of this need's list."""
    listed = state.found or state.shown
    in_order = says_an_order(parse.message)
    said = () if in_order else places_in(parse.message)  # "cheapest first" means no first one
    places = [place for place in said if 1 <= place <= len(listed)]
    if places:
        return parts.catalog.get_many([listed[place - 1] for place in places])
    found = parts.catalog.get_many(listed)
    if in_order or state.constraints.kind is None:
        return found
    met = [met_less_denied(one, state.constraints.alternatives) for one in found]
    return [one for one, count in zip(found, met, strict=True) if count == max(met)]


def _of_currency(parse: Parse, parts: Parts) -> str:
    """That a limit said in another currency was read in the shop's, which code cannot convert; "" where it was not."""
    limited = parse.slots.price_min is not None or parse.slots.price_max is not None
    said = currency_of(clean(parse.message)) if limited else None
    if said in (None, parts.currency):
        return ""
    return f"Prices here are in {get_currency_name(parts.currency, count=2, locale='en_US')}, and I read your limit in those."


def _says_nothing(parse: Parse) -> bool:
    """Whether nothing was read in a refinement that would change the list."""
    return parse.slots == Slots() and parse.drops is None and not parse.note and not parse.offer


def _may_ask(outcome: Outcome, state: DialogueState, parts: Parts) -> bool:
    """Whether a question beside the products is in place. What a thing is for ("for my mum's kitchen") tells more than its kind would."""
    told = state.constraints.kind is None and bool(state.constraints.features)
    plain = not state.sort and not outcome.relaxed and outcome.kind_found
    return parts.questions and plain and not told and bool(outcome.hits)


def more(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The next products for the need, none of which was shown before; without one, more suggestions."""
    if state.constraints == Constraints() and not state.shown:
        return Outcome(answer=Answer("There is nothing to show more of yet. What are you looking for?"))
    if state.constraints == Constraints() and parts.shopper:
        return without_need(state, parts)
    outcome = another(state, parts, skip=state.seen)
    return outcome if outcome.hits else exhausted(state, parts)


def _cheaper_than(cheapest: Product, outcome: Outcome, state: DialogueState, parts: Parts) -> Outcome:
    """The outcome where it has what costs less than the cheapest found before; else the cheapest of the kind and size that do, whatever
    they say of the other wishes; else, and where no kind is named, since all that the shop has would be wide enough, a word that nothing
    does."""
    if cheapest.price is None or _costs_less(outcome, cheapest.price):
        return outcome
    name = short_names([cheapest])[cheapest.id]
    which = "Nothing here" if outcome.kind_found else "Nothing that comes near"
    least = f"{which} costs less than {name} at {money(cheapest.price, cheapest.currency)}."
    if state.constraints.kind is None:
        return replace(outcome, note=least)
    none: dict[str, Any] = dict.fromkeys((field for field in SOFT if field != "size"), ())
    wider = another(replace(state, constraints=replace(state.constraints, **none)), parts)
    if not _costs_less(wider, cheapest.price):
        return replace(outcome, note=least)
    return replace(wider, relaxed=(*wider.relaxed, Relaxed("features", LESS_SAID)))


def _beginning_with(cheapest: Product, outcome: Outcome, state: DialogueState, parts: Parts) -> Outcome:
    """The outcome, before it the cheapest of those found before where all it has costs more: what only came near was found then too."""
    if cheapest.price is None or any((hit.product.price or 0) <= cheapest.price for hit in outcome.hits):
        return outcome
    of_kind = cheapest.id in parts.searcher.matching(Constraints(product=state.constraints.product))
    relevance = outcome.hits[0].relevance if outcome.hits else 0.0
    hits = (Hit(cheapest, relevance, 1, of_kind=of_kind), *outcome.hits)[: parts.products_shown]
    return replace(outcome, hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1)))


def _costs_less(outcome: Outcome, price: Decimal) -> bool:
    """Whether it has something below this price."""
    return any(hit.product.price is not None and hit.product.price < price for hit in outcome.hits)


def _offering(outcome: Outcome, feature: str) -> Outcome:
    """The outcome with the question whether to look for what is described so; a yes does it."""
    question = Question(f"Would you like ones described as {feature}?", "confirm", ("Yes", "No"))
    return replace(outcome, question=question, asked=Parse("refine", Slots(features=(feature,)), acts=("refine",)))


def another(state: DialogueState, parts: Parts, skip: frozenset[str] = frozenset()) -> Outcome:
    """The best products for the need without those to skip and those disliked; likes and dislikes move the others, and so does what the
    visitor did before; neither a sort order, nor what comes nearest to a limit that was given up.

    Where no listing states a rating, none is the best rated: then the order is that of the need, and that is said.
    """
    taste = state.taste
    query = query_of(state, parts, state.sort, skip)
    deep = state.sort is None or parts.placing.moves
    ranking, timing = parts.searcher.search(query, WEIGHED if deep else parts.products_shown)
    fitting = tuple(hit for hit in ranking.hits if hit.fits)
    if state.sort == "rating" and fitting and all(hit.product.rating is None for hit in fitting):
        return replace(another(replace(state, sort=None), parts, skip), note=UNRATED)
    if state.sort and not ranking.kind_found:  # of what is only near, too, the cheapest comes first
        places = {one.id: place for place, one in enumerate(by(state.sort, [hit.product for hit in fitting]))}
        fitting = tuple(sorted(fitting, key=lambda hit: places[hit.product.id]))
    liked, disliked = parts.catalog.get_many(taste.liked), parts.catalog.get_many(taste.disliked)
    drawn: Reasons = {}
    if state.sort is None and not ranking.relaxed:
        fitting = leaning(fitting, liked, disliked, state.constraints)
        fitting, drawn = parts.shopper.leaning(fitting) if parts.shopper else (fitting, drawn)
    shown = parts.placing.found(of_the_kind_first(fitting, state.constraints), parts.products_shown, query, ranking)
    paid = {hit.product.id for hit in shown if parts.placing.sponsors(hit.product)}  # they may stand there for that
    drawn = {name: why for name, why in drawn.items() if name not in paid}
    return Outcome(
        hits=shown,
        reasons={**drawn, **taste_reasons([hit.product for hit in shown], liked, disliked, state.constraints)},
        total=ranking.stating,
        matching=tuple(sorted(ranking.matching)[:: len(ranking.matching) // SPLIT + 1]),
        relaxed=ranking.relaxed,
        kind_found=ranking.kind_found,
        retrieve_ms=timing.retrieve,
        rerank_ms=timing.rerank,
    )


def of_the_kind_first(hits: Sequence[Hit], constraints: Constraints) -> tuple[Hit, ...]:
    """Those that are of the kind asked for by name before those that only come near in meaning, which are left out where the first fill
    a reply: of four dresses and a jacket the dresses. What stands in a category called like the kind and alone states a wish stays: of
    bluetooth speakers "for the shower" the shower speaker, which comes first where they state none."""
    named = tuple(hit for hit in hits if hit.of_kind)
    if len(named) < NAMED:
        return (*named, *(hit for hit in hits if not hit.of_kind))
    stated = {wish for hit in named for wish in _stated(hit, constraints)}
    shelved = [hit for hit in hits if not hit.of_kind and _is_shelved_so(hit.product, constraints.product or "")]
    alone = [hit for hit in shelved if not stated.issuperset(_stated(hit, constraints))]
    return tuple(hit for hit in hits if hit.of_kind or hit in alone) if stated else (*alone, *named)


def _is_shelved_so(product: Product, name: str) -> bool:
    """Whether the narrowest category is called by the last word of the name, and the title by no other thing that it is for: a dress among
    the belts makes no belt a dress, and a "Camera Tripod" is no camera."""
    wanted = head_noun(name)
    return (
        bool(product.category) and head_noun(product.category[-1]) == wanted and not named_after(product.title, wanted)
    )


def _stated(hit: Hit, constraints: Constraints) -> set[tuple[str, str]]:
    """The wishes that its listing states."""
    return {wish for wish in constraints.wishes if judge(hit.product, *wish).status == "met"}


def query_of(state: DialogueState, parts: Parts, sort: Sort | None = None, skip: frozenset[str] = frozenset()) -> Query:
    """The query for the need as it stands, without what is to be skipped and what the shopper does not want."""
    unwanted = parts.unwanted(state.taste)
    return Query(need_text(state.constraints), state.constraints, sort, skip | unwanted, state.said)


def query_for(constraints: Constraints, text: str, sort: Sort | None) -> Query:
    """The query for one request without a dialogue: the wishes read from it in words, or the text as it is when none was read."""
    return Query(need_text(constraints) or text, constraints, sort, said=text)


def need_text(constraints: Constraints) -> str:
    """The need in words, for the retrievers: the wishes around the kind of thing. Refusals and prices are left to code."""
    wishes = replace(constraints, features=()).wishes
    before = [words for field, words in wishes if field in ("color", "material")]
    after = [words for field, words in wishes if field == "size"]
    parts = [constraints.brand, constraints.gender, *before, constraints.product, *after, *constraints.features]
    return " ".join(part for part in parts if part)
