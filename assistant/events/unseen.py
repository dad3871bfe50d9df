"""Products that nobody finds, and the searches of the log that they should answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np

from retrieval.catalog_help.suggestion import Suggestion
from retrieval.family import family_of
from retrieval.kinds.named import kind_levels
from retrieval.kinds.of_listings import kind_of
from retrieval.product import Product
from retrieval.query import Constraints, Hit, Query
from retrieval.search import Searcher
from retrieval.words import YES_NO

from .crowd import SEEN_BACK, SHOPPERS, Crowds
from .log import EventLog

OFTEN = 10  # times shown, of the product in the middle: with fewer the log says nothing of any one product
SELDOM = 0.1  # of that
FIRST = 20  # of a search: so many are looked at
WORDS, SAID_BY = 8, 3  # that listings of a kind say, each at least by so many: they are searched with it
ASKED = 500  # searches of the log, the most frequent
NEAREST, ANSWERS = 5, 3  # searches that are tried for a product, and told
FITS = 0.5  # relevance; of the pairs of request and product above it 91 % are graded 2 or 3 (docs/log.md)


def unseen(searcher: Searcher, log: EventLog, now: datetime | None = None) -> Iterator[Suggestion]:
    """Products in stock that are hardly shown, by the events; by searches for their kind where there are too few events to tell.

    Variants of one thing count together and the first of them stands for all.
    """
    now = now or datetime.now(UTC)
    families: dict[tuple[str, ...], list[Product]] = defaultdict(list)
    for product in searcher.catalog:
        if not product.sold_out:
            families[family_of(product)].append(product)
    shown = Crowds(log).at(now).seen
    times = {name: sum(shown.get(one.id, 0) for one in family) for name, family in families.items()}
    middle = median(times.values()) if times else 0
    if middle < OFTEN:
        yield from _far_down(searcher, [family[0] for family in families.values()])
        return
    rare = [family[0] for name, family in families.items() if times[name] <= SELDOM * middle]
    answers = _answers(searcher, rare, _asked(log, now))
    for product in rare:
        count = (
            f"shown {times[family_of(product)]} times in {SEEN_BACK} days; the product in the middle {middle:.0f} times"
        )
        found = answers.get(product.id, {})
        proposed = {"searches": list(found)} if found else {}
        grounds = (count, *(f"“{words}”: relevance {relevance:.2f}" for words, relevance in found.items()))
        yield Suggestion(product.id, product.title, "unseen", proposed, grounds)


def _asked(log: EventLog, now: datetime) -> list[str]:
    """The words of searches that at least SHOPPERS people made lately, the most frequent first."""
    people: dict[str, set[str]] = defaultdict(set)
    for event, burst in log.all():
        lately = now - timedelta(SEEN_BACK) < event.at <= now
        if event.type == "search" and event.query and event.visitor and lately and not burst:
            people[" ".join(event.query.casefold().split())].add(event.visitor)
    asked = [words for words in people if len(people[words]) >= SHOPPERS]
    return sorted(asked, key=lambda words: (-len(people[words]), words))[:ASKED]


def _answers(searcher: Searcher, products: Sequence[Product], asked: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each product the searches that it fits, each with its relevance, the best first."""
    stored = searcher.dense.vectors([one.id for one in products]) if asked else {}
    vectors = searcher.dense.embedded(asked)
    found: dict[str, dict[str, float]] = {}
    for product in products:
        if product.id in stored:
            near = np.argsort(-(vectors @ stored[product.id]), kind="stable")[:NEAREST]
            fit = {asked[place]: _relevance(searcher, asked[place], product) for place in near}
            best = sorted(fit.items(), key=lambda pair: -pair[1])[:ANSWERS]
            found[product.id] = {words: relevance for words, relevance in best if relevance >= FITS}
    return found


def _relevance(searcher: Searcher, asked: str, product: Product) -> float:
    kinds = kind_levels(searcher.catalog, searcher.lexical, asked)
    return searcher.reranker.score(Query(asked), [product], kinds[0] if kinds else frozenset())[0]


def _far_down(searcher: Searcher, products: Sequence[Product]) -> Iterator[Suggestion]:
    """Those that are not among the FIRST of any search for their kind, alone and with what listings of it often state."""
    kinds: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if name := _called(product):
            kinds[name].append(product)
    for name, of_kind in kinds.items():
        if len(of_kind) <= FIRST:
            continue
        searches = [name, *(f"{word} {name}" for word in _often_said(of_kind))]
        first = {family_of(hit.product) for words in searches for hit in _search(searcher, words, name)}
        for product in of_kind:
            if family_of(product) not in first:
                said = ", ".join(f"“{words}”" for words in searches)
                yield Suggestion(product.id, product.title, "unseen", {}, (f"not among the first {FIRST} for {said}",))


def _search(searcher: Searcher, words: str, kind: str) -> Sequence[Hit]:
    return searcher.search(Query(words, Constraints(product=kind)), FIRST)[0].hits


def _called(product: Product) -> str | None:
    """What one would ask for to find it: its kind's first name, else its narrowest category."""
    kind = kind_of(product)
    return kind.split("|")[0].partition("@")[0] if kind else (product.category[-1] if product.category else None)


def _often_said(products: Sequence[Product]) -> list[str]:
    """Makers and values in words that at least SAID_BY of these state, the most frequent first."""
    said = Counter(word.casefold() for one in products for word in {one.brand or "", *_values(one)} if word)
    return [word for word, count in sorted(said.items(), key=lambda pair: (-pair[1], pair[0])) if count >= SAID_BY][
        :WORDS
    ]


def _values(product: Product) -> Iterator[str]:
    for values in product.attributes.values():
        yield from (value for value in values if value.replace(" ", "").isalpha() and value.casefold() not in YES_NO)
