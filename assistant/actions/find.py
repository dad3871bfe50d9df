"""Finding products for the need as it stands: search and refine, and the next ones of the same need."""

from __future__ import annotations

from dataclasses import replace

from retrieval.query import Constraints, Query, Sort

from ..model import Answer, DialogueState, Outcome, Parse, Taste
from ..parts import Parts
from ..question import question_for
from ..taste import leaning, taste_reasons

WEIGHED = 20  # products that likes and dislikes reorder
SPLIT = 400  # of more products that match, a question's facets are counted over a part, evenly taken


def find(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The best products for the need, best first."""
    if state.constraints == Constraints() and state.sort is None:
        return Outcome(answer=Answer("What are you looking for? A kind of thing and a budget are a good start."))
    outcome = another(state, parts)
    if not parts.questions or state.sort or outcome.relaxed or not outcome.kind_found or not outcome.hits:
        return outcome
    return replace(outcome, question=question_for(parts.catalog.get_many(outcome.matching), outcome.hits, state))


def more(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The next products for the need, none of which was shown before."""
    if state.constraints == Constraints() and not state.shown:
        return Outcome(answer=Answer("There is nothing to show more of yet. What are you looking for?"))
    outcome = another(state, parts, skip=state.seen)
    if outcome.hits:
        return outcome
    return Outcome(answer=Answer("That was everything I have for this. Change a wish and I will look again."))


def another(state: DialogueState, parts: Parts, skip: frozenset[str] = frozenset()) -> Outcome:
    """The best products for the need without those to skip and those disliked; likes and dislikes move the others, not a sort order."""
    taste = state.taste
    query = Query(need_text(state.constraints), state.constraints, state.sort, skip | {*taste.disliked}, state.said)
    ranking, timing = parts.searcher.search(query, WEIGHED if taste != Taste() else parts.products_shown)
    fitting = tuple(hit for hit in ranking.hits if hit.fits)
    liked, disliked = parts.catalog.get_many(taste.liked), parts.catalog.get_many(taste.disliked)
    if state.sort is None:
        fitting = leaning(fitting, liked, disliked, state.constraints)
    shown = fitting[: parts.products_shown]
    return Outcome(
        hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(shown, start=1)),
        reasons=taste_reasons([hit.product for hit in shown], liked, disliked, state.constraints),
        total=ranking.total,
        matching=tuple(sorted(ranking.matching)[:: len(ranking.matching) // SPLIT + 1]),
        relaxed=ranking.relaxed,
        kind_found=ranking.kind_found,
        retrieve_ms=timing.retrieve,
        rerank_ms=timing.rerank,
    )


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
