"""A choice with its argument: the best overall, the best value, the upgrade; only those that really differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.evidence import judge, meets_one, met_less_denied
from retrieval.product import Product, money
from retrieval.query import Constraints, Hit

from ..model import Answer, DialogueState, Outcome, Parse, Reason, Slots
from ..names import listed, short_names
from ..parts import Parts
from ..recommending.cold import drawn_to
from ..said_back import need_phrase
from ..sayings.phrases import phrase_of
from .arguments import argued, states, states_more, wishes_met
from .find import find, need_text, query_of
from .own_words import own_words
from .suggesting import without_need
from .table import meant

LOOKED_AT = 20  # products of the ranking that are weighed against each other
CLOSE = 0.6  # share of the best relevance from which another product is a choice at all
APART = 0.85  # a price at most this share of another's is worth naming
ABOUT_AS_GOOD = 0.3  # of five: a lower rating than this below the choice's is no good value
CLOSEST = "the closest to your words"  # where nothing else can be said for it


@dataclass(frozen=True)
class Choice:
    """One product chosen. role: how it is announced. argument: its words, with the facts that they rest on."""

    hit: Hit
    role: str
    argument: str
    evidence: tuple[str, ...]


def recommend(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Up to three choices for the need as it stands, or among the products pointed at; without a need what is rated best."""
    pointed = meant(parse, state, parts) if parse.slots.ref else _on_the_table(parse, state, parts)
    if not pointed and state.constraints == Constraints():
        return without_need(state, parts)
    outcome = _ranked(state, parts)
    hits = [hit for hit in outcome.hits if hit.product.id not in parts.unwanted(state.taste)]
    hits = [hit for hit in hits if hit.product.id not in state.taken_out] or hits
    if len(pointed) > 1:
        relevance = {hit.product.id: hit.relevance for hit in hits}
        hits = [Hit(one, relevance.get(one.id, 0.5), rank) for rank, one in enumerate(pointed, start=1)]
    hits = [hit for hit in hits if hit.product.in_stock is not False] or hits
    if not hits:
        return outcome
    if any(relaxed.field in ("price_min", "price_max") for relaxed in outcome.relaxed):
        hits = hits[:1]  # nearest to the bound first: what is further off is no choice
    if _is_a_guess(hits, state.constraints) and not state.shown:
        return find(parse, state, parts)
    hits.sort(key=lambda hit: parts.placing.sponsors(hit.product))  # of as good ones none is chosen that is paid for
    chosen = choices(hits, state.constraints)
    if len(chosen) == 1 and phrase_of(parse.message, parts.embedder) == "best_value":
        chosen += _cheaper(chosen[0].hit.product, hits, state.constraints)
    return replace(_told(chosen, outcome, state, parts), rest=_left_on_the_table(chosen, state))


def _is_a_guess(hits: Sequence[Hit], constraints: Constraints) -> bool:
    """Whether nothing found meets a wish of a need that names no kind: then there is nothing to argue with."""
    met = any(meets_one(hit.product, constraints.wishes) for hit in hits)
    return constraints.kind is None and bool(constraints.wishes) and not met


def _on_the_table(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """What was compared last, else what was shown, where nothing else is said: "which would you take?" means one of those, and none that
    was taken out of the cart. Of those compared it may be said what for: "which is for a beginner?". Of one alone there is nothing to
    choose."""
    ids = [one for one in state.compared or state.shown if one not in state.taken_out]
    said = replace(parse.slots, features=()) if state.compared else parse.slots
    shown = parts.catalog.get_many(ids) if said == Slots() else []
    return shown if len(shown) > 1 else []


def _left_on_the_table(chosen: Sequence[Choice], state: DialogueState) -> tuple[str, ...]:
    """The others of the list, where its first alone was chosen: "the second one" after that is still the list's."""
    first, *others = state.shown or ("",)
    return tuple(others) if [choice.hit.product.id for choice in chosen] == [first] else ()


def choices(hits: Sequence[Hit], constraints: Constraints) -> list[Choice]:
    """Best overall; best value: clearly cheaper, no wish less, about as well rated; the upgrade: dearer, better by its record."""
    top = max(hit.relevance for hit in hits)
    close = [hit for hit in hits if hit.relevance >= CLOSE * top]
    best = max(
        close,
        key=lambda hit: (
            hit.of_kind,  # a ring that says no silver is nearer to a silver ring than silver earrings
            _wishes_met(hit.product, constraints),
            hit.product.price is not None,
            hit.relevance / (top or 1.0) + _rated(hit, close),
        ),
    )
    others = [hit for hit in close if hit.product.id != best.product.id]
    chosen = [Choice(best, "My choice", *_grounds(best.product, [hit.product for hit in others], constraints))]
    if value := _best_value(best.product, others, constraints):
        chosen.append(value)
    if upgrade := _upgrade(best.product, others, constraints):
        chosen.append(upgrade)
    return chosen


def _ranked(state: DialogueState, parts: Parts) -> Outcome:
    """The need's ranking, deep enough to choose from."""
    ranking, timing = parts.searcher.search(query_of(state, parts), LOOKED_AT)
    hits = tuple(hit for hit in ranking.hits if hit.fits)
    return Outcome(hits, ranking.stating, ranking.relaxed, kind_found=ranking.kind_found, retrieve_ms=timing.retrieve,
                   rerank_ms=timing.rerank)  # fmt: skip


def _quoting(chosen: Sequence[Choice], constraints: Constraints, parts: Parts) -> list[Choice]:
    """The choices, each of which nobody rated with the words of its listing that tell it from the others, where all have such."""
    if any(choice.hit.product.rating is not None or "“" in choice.argument for choice in chosen):
        return list(chosen)
    if any(states(choice.hit.product, constraints) for choice in chosen):
        return list(chosen)
    quoted = own_words([choice.hit.product for choice in chosen], need_text(constraints), parts.embedder)
    return [_with_quote(choice, quoted[choice.hit.product.id]) for choice in chosen] if quoted else list(chosen)


def _with_quote(choice: Choice, words: str) -> Choice:
    argument = "" if choice.argument == CLOSEST else f"{choice.argument}, "
    said = f"its listing says “{words.rstrip('.')}”"
    return replace(choice, argument=f"{argument}{said}", evidence=(*choice.evidence, words))


def _told(chosen: Sequence[Choice], outcome: Outcome, state: DialogueState, parts: Parts) -> Outcome:
    chosen = _quoting(chosen, state.constraints, parts)
    hits = tuple(replace(choice.hit, rank=rank) for rank, choice in enumerate(chosen, start=1))
    names = short_names([hit.product for hit in hits])
    sentences = [f"{relaxed.text[0].upper()}{relaxed.text[1:]}." for relaxed in outcome.relaxed]
    if not outcome.kind_found:
        sentences.append(f"No listing here is called “{state.constraints.product}”; this is the nearest.")
    for choice in chosen:
        product = choice.hit.product
        price = "" if product.price is None else f" at {money(product.price, product.currency)}"
        why = f": {choice.argument}" if choice.argument else ""
        sentences.append(f"{choice.role} is {names[product.id]}{price}{why}.")
    sentences += _untold(chosen, state.constraints)
    need = need_phrase(state.constraints, parts.currency)
    reasons = {
        choice.hit.product.id: (
            Reason("choice", _reason(choice, need), "rating" if "rated" in choice.argument else "price"),
        )
        for choice in chosen
    }
    evidence = (need, *names.values(), *(fact for choice in chosen for fact in choice.evidence))
    return replace(outcome, hits=hits, answer=Answer(" ".join(sentences), evidence), reasons=reasons)


def _untold(chosen: Sequence[Choice], constraints: Constraints) -> list[str]:
    """Which of the wishes no choice is stated to meet, so that the shopper knows what the choice does not rest on; of "brown or tan" one
    is enough."""
    silent = [
        f"“{wish}”"
        for group in constraints.alternatives
        if {judge(one.hit.product, *either).status for one in chosen for either in group} == {"unstated"}
        for _, wish in group
    ]
    if not silent:
        return []
    whose = ("Its listing doesn't say", "Neither listing says", "None of their listings says")[min(len(chosen), 3) - 1]
    return [f"{whose} {listed(silent, 'or')}, so I can't go by that."]


def _reason(choice: Choice, need: str) -> str:
    what = {
        "My choice": f"my choice for {need}",
        "Best value": "best value",
        "Cheaper": "cheaper",
        "The upgrade": "the upgrade",
    }[choice.role]
    return f"{what}: {choice.argument}" if choice.argument else what


def _grounds(product: Product, others: Sequence[Product], constraints: Constraints) -> tuple[str, tuple[str, ...]]:
    """What speaks for it: up to two wishes met, then its rating, or without one its price and what is stated. (words, facts)."""
    if product.rating is None:
        argument, facts = argued(product, others, constraints)
        return argument or CLOSEST, facts
    said = [*wishes_met(product, constraints), _rating_words(product)]
    return ", ".join(said), (*said, f"{product.rating} 5 {product.review_count}")


def _best_value(best: Product, others: Sequence[Hit], constraints: Constraints) -> Choice | None:
    if best.price is None:
        return None
    least = _wishes_met(best, constraints)
    good = [
        hit for hit in others
        if hit.product.price is not None
        and float(hit.product.price) <= APART * float(best.price)
        and _wishes_met(hit.product, constraints) >= least
        and (best.rating is None or hit.product.rating is None or hit.product.rating >= best.rating - ABOUT_AS_GOOD)
    ]  # fmt: skip
    if not good:
        return None
    hit = min(good, key=lambda hit: (hit.product.price or 0, -hit.relevance))
    assert hit.product.price is not None
    less = money(best.price - hit.product.price, best.currency)
    also, facts = _besides(hit.product, constraints)
    argument = f"{less} less{_against(hit.product, best)}{also}"
    return Choice(hit, "Best value", argument, (less, *_rating_facts(hit.product, best), *facts))


def _cheaper(best: Product, hits: Sequence[Hit], constraints: Constraints) -> list[Choice]:
    """The cheapest of those that cost less, with the wishes that it gives up: who asks for value may want less of them for less."""
    if best.price is None:
        return []
    priced = [(hit.product.price, hit) for hit in hits if hit.product.price is not None]
    cheaper = [(price, hit) for price, hit in priced if price < best.price]
    if not cheaper:
        return []
    price, hit = min(cheaper, key=lambda one: (one[0], -one[1].relevance))
    less = money(best.price - price, best.currency)
    silent = [
        f"“{wish}”"
        for field, wish in constraints.wishes
        if judge(best, field, wish).status == "met" and judge(hit.product, field, wish).status != "met"
    ]
    without = f", but its listing doesn't say {listed(silent, 'or')}" if silent else ""
    return [Choice(hit, "Cheaper", f"{less} less{without}", (less, *silent))]


def _upgrade(best: Product, others: Sequence[Hit], constraints: Constraints) -> Choice | None:
    if best.price is None:
        return None
    dearer = [
        hit for hit in others if hit.product.price is not None and float(best.price) <= APART * float(hit.product.price)
    ]
    met = _wishes_met(best, constraints)
    wish_more = [hit for hit in dearer if _wishes_met(hit.product, constraints) > met]
    better = [hit for hit in dearer if _rating_of(hit.product) >= _rating_of(best) + 0.1 and best.rating is not None]
    better = [hit for hit in better if _wishes_met(hit.product, constraints) >= met]
    fuller = [hit for hit in dearer if best.rating is None and _wishes_met(hit.product, constraints) >= met]
    fuller = [hit for hit in fuller if states_more(hit.product, best, constraints)]
    for found in (better, wish_more, fuller):
        if found:
            hit = max(found, key=lambda hit: (_rating_of(hit.product), hit.relevance))
            assert hit.product.price is not None
            more = money(hit.product.price - best.price, best.currency)
            also, facts = _besides(hit.product, constraints, None if found is wish_more else best)
            argument = f"{more} more{_against(hit.product, best)}{also}"
            return Choice(hit, "The upgrade", argument, (more, *_rating_facts(hit.product, best), *facts))
    return None


def _besides(product: Product, constraints: Constraints, best: Product | None = None) -> tuple[str, tuple[str, ...]]:
    """Of one that nobody rated, the wishes it meets, or what it states (where there is a best, beyond that one). (words, facts)."""
    if product.rating is not None:
        return "", ()
    met = [] if best else wishes_met(product, constraints)
    if met:
        return f", {', '.join(met)} too", tuple(met)
    stated = states(product, constraints, beyond=best)
    also = "also " if best else ""
    return (f", its record {also}states {stated}", (stated,)) if stated else ("", ())


def _against(product: Product, best: Product) -> str:
    if product.rating is None:
        return ", no rating stated" if best.rating is not None else ""
    return f", rated {product.rating:g}" + ("" if best.rating is None else f" against {best.rating:g}")


def _rating_words(product: Product) -> str:
    reviews = f" from {product.review_count:,} reviews" if product.review_count else ""
    return f"rated {product.rating:g} of 5{reviews}"


def _rating_facts(*products: Product) -> tuple[str, ...]:
    return tuple(str(product.rating) for product in products if product.rating is not None)


def _rating_of(product: Product) -> float:
    return product.rating or 0.0


def _wishes_met(product: Product, constraints: Constraints) -> int:
    return met_less_denied(product, constraints.alternatives)


def _rated(hit: Hit, among: Sequence[Hit]) -> float:
    """0..0.5: how well rated, drawn to the others' mean the fewer the reviews are; the mean itself for one without a rating."""
    ratings = [one.product.rating for one in among if one.product.rating is not None]
    if not ratings:
        return 0.0
    mean = sum(ratings) / len(ratings)
    product = hit.product
    return 0.1 * (mean if product.rating is None else drawn_to(mean, product.rating or mean, product.review_count or 1))
