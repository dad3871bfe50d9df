"""One search: retrieve under the hard constraints, fuse, rerank, collapse variants, relax when nothing is left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from .ages import as_groups
from .audience import for_whom, speaks_of_people
from .catalog import Catalog
from .constraints import eligible_ids, first_left
from .dense import Dense
from .evidence import judge, met_less_denied
from .family import families
from .fusion import rrf
from .kinds.named import (
    for_animals,
    in_another_department,
    is_titled,
    kind_levels,
    known_otherwise,
    names_animal,
    of_other_animals,
    of_the_other_word,
    on_another_shelf,
    stands_among,
)
from .kinds.of_listings import kind_at_end, words_before_kind
from .lexical import Lexical
from .product import Product
from .query import SOFT, Constraints, Hit, Query, Ranking, Relaxed
from .relax import ORDER, relax
from .rerank import Reranker
from .superlative import by, ordered, saying_every_wish, saying_one
from .words import content_words, without

CANDIDATES = 50  # from each retriever, and as many of the fused list are reranked
ORDERED = 20  # of what may be of any kind, so many of the nearest are put in the order asked for
MEASURED = 3  # of the kind, shown before or out of bounds or not, so many measure what else may pass for it
EXPLAINED = 5  # of the hits that were found by meaning, how many get the words that spoke for them: 5 ms each
# Least relevance of what counts as found by meaning alone. Of 45 things that two shops do not have, 21 have nothing above it; of 76
# requests that they can answer, 2 have nothing above it (and nothing right on top).
ENOUGH = 0.15
# The same of a thing that is called by a name. Of 13 requests for things whose names no listing and no shopper_words.toml has, the 8 that
# something near answers in a shop of 2,465 products have it above this, and of the other 5 one has anything.
ENOUGH_OF_A_KIND = 0.25
# The same of a thing that is known by name, so that what it is called otherwise is known too. Of 65 things that a shop of 2,465 products
# has nothing called so, 39 of them known, 44 had something above ENOUGH (a chandelier for a headlamp), 20 have something with this.
ENOUGH_OF_A_KNOWN_KIND = 0.3
NEAR = 0.5  # share of the best relevance down to which ideas for a need without a kind are shown, where none has ENOUGH
FITS = 0.7  # share of the best relevance from which a product counts as what was asked for although it is not called so

Ids = frozenset[str]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one search."""

    retrieve: float
    rerank: float


@dataclass(frozen=True)
class Scored:
    """A candidate and what each step of the ranking gave it, by the step's name; "relevance" is what it is ranked by."""

    product: Product
    stages: Mapping[str, float]


@dataclass(frozen=True)
class _Ready:
    """A query before its candidates: kinds: the readings of its kind. eligible: what meets the hard constraints, None for all. fitting:
    what of the kind may be shown. pets: what is sold for animals, where it names none, else for others."""

    query: Query
    relaxed: tuple[Relaxed, ...]
    kinds: list[Ids]
    eligible: Ids | None
    fitting: Ids
    pets: Ids


@dataclass(frozen=True)
class Searcher:
    """Queries to rankings over one catalogue. currency: the shop's, for what is said about prices."""

    catalog: Catalog
    lexical: Lexical
    dense: Dense
    reranker: Reranker
    currency: str = "USD"

    def search(self, query: Query, limit: int) -> tuple[Ranking, Timing]:
        """The best `limit` products, best first, one of each family of variants, none that breaks a hard constraint.

        When no product of the kind asked for meets the hard constraints, the least is relaxed and named in `relaxed`; also when those
        that do are of the kind in a wider reading only, and none of them is near: a plant stand is no coffee table. Where a shop has
        bowls and no "dog bowl", what it sells for dogs is nearer than what people eat soup from.
        """
        started = time.perf_counter()
        ready = self._ready(query)
        found = self._ranked(ready, limit, started)
        if ready.kinds and not found[0].kind_found:
            if near := self._for_that_animal(ready):
                found = self._ranked(near, limit, started)
            return replace(found[0], hits=_near_the_best(found[0].hits), kind_found=False), found[1]
        fits, strictest = any(hit.fits for hit in found[0].hits), ready.kinds[:1]
        if not ready.kinds and not fits and query.constraints.kind is not None:
            return (
                self._near_its_name(ready, limit, started) or self._near_beyond_limits(query, limit, started) or found
            )
        if ready.relaxed or fits or not strictest or ready.fitting & strictest[0]:
            return found
        again = self._ready(query, strictly=True)
        return self._ranked(again, limit, started) if again.relaxed else found

    def _near_its_name(self, ready: _Ready, limit: int, started: float) -> tuple[Ranking, Timing] | None:
        """What comes near a kind that the shop does not have by its name, where nothing does with all that is wished of it: boots to rain
        boots, if none is yellow; None where nothing does."""
        name = ready.query.constraints.kind or ""
        found = self._ranked(replace(ready, query=replace(ready.query, text=name, said="")), limit, started)
        return found if any(hit.fits for hit in found[0].hits) else None

    def _near_beyond_limits(self, query: Query, limit: int, started: float) -> tuple[Ranking, Timing] | None:
        """What comes near a kind that the shop does not have and breaks a hard constraint, which is relaxed and named; None where nothing
        comes near it at all."""
        unbounded = query.without(*ORDER)
        if unbounded == query:  # which has found nothing near
            return None
        anyhow, _ = self._ranked(self._ready(unbounded), limit, started)
        near = frozenset(hit.product.id for hit in anyhow.hits if hit.fits)
        near -= self._every(eligible_ids(self.catalog, query.constraints))
        loosened, relaxed = relax(self.catalog, query, [near], self.currency)
        if not relaxed:
            return None
        ranking, timing = self._ranked(self._ready(loosened), limit, started)
        hits = tuple(replace(hit, fits=hit.fits and hit.product.id in near) for hit in ranking.hits)
        return replace(ranking, hits=hits, relaxed=relaxed), timing

    def _ranked(self, ready: _Ready, limit: int, started: float) -> tuple[Ranking, Timing]:
        """started: when the search was begun, by `perf_counter`."""
        query, kinds = ready.query, ready.kinds
        # wishes do not decide what comes closest to a bound that was given up
        products = self._candidates(query.without(*SOFT) if ready.relaxed else query, ready.eligible, ready.fitting)
        if ready.relaxed and query.sort in ("price_asc", "price_desc"):
            products = _of_one_price_in_view_of(query.constraints, products)
        retrieved = time.perf_counter()
        best = self._best_of(query, kinds[0]) if kinds and not query.sort else 0.0
        hits = self._hits(ready, products, limit, best)
        done = time.perf_counter()
        named = query.constraints.kind is not None
        matching = (
            ready.fitting
            if named
            else saying_every_wish(self.catalog, self.lexical, query, self._every(ready.eligible))
        )
        stating = self._stating(query, matching) if named else matching
        total, said = self.catalog.count_families(matching), self.catalog.count_families(stating)
        kind_found = not named or (bool(kinds) and not self._only_by_its_end(query, kinds[0]))
        timing = Timing((retrieved - started) * 1e3, (done - retrieved) * 1e3)
        return Ranking(hits, total, ready.relaxed, kind_found, frozenset(matching), said), timing

    def scored(self, query: Query, limit: int) -> list[Scored]:
        """The best `limit` of the candidates of that search, with what each step gave them; for looking into a ranking."""
        ready = self._ready(replace(query, sort=None))
        found = list(self._candidates(ready.query, ready.eligible, ready.fitting))
        stages = self.reranker.stages(ready.query, found, ready.fitting)
        scored = [Scored(product, steps) for product, steps in zip(found, stages, strict=True)]
        return sorted(scored, key=lambda one: (-one.stages["relevance"], one.product.id))[:limit]

    def matching(self, constraints: Constraints) -> Ids:
        """Ids of all products that meet the hard constraints and are of the kind asked for; of every kind where none is named."""
        eligible = eligible_ids(self.catalog, constraints)
        if constraints.kind is None:
            return self._every(eligible)
        pets = for_animals(self.lexical, " ".join((constraints.kind, *constraints.features)))
        return first_left(kind_levels(self.catalog, self.lexical, constraints.kind, pets), eligible)

    def _ready(self, query: Query, *, strictly: bool = False) -> _Ready:
        """strictly: only what is of the kind in its strictest reading counts as of it."""
        query = _of_people(replace(query, text=as_groups(query.text), said=as_groups(query.said)))
        product = query.constraints.product
        pets = for_animals(self.lexical, f"{product} {query.text} {query.said}") if query.constraints.kind else Ids()
        kinds = kind_levels(self.catalog, self.lexical, product, pets)[: 1 if strictly else None]
        whom = [one for one in query.constraints.features if one.startswith("for ")]
        there = for_animals(self.lexical, "") if any(map(names_animal, whom)) else Ids()
        theirs = there if any(names_animal(one.split()[-1]) for one in whom) else Ids()  # no cat is "for cat lovers"
        for_pets = [left for ids in kinds if (left := ids & there)]  # a toy "for my dog"
        apart = there & of_other_animals(self.lexical, " ".join(whom)) if for_pets else Ids()
        if own := [left for ids in for_pets if (left := ids - apart)]:  # is no cat's, where there are dogs'
            for_pets, pets = own, pets | apart
        kinds = for_pets + kinds
        if query.constraints.gender:  # a man's hat is no dog's beanie, not even where no other is left
            kinds = [left for ids in kinds if (left := ids - pets)]
        if not kinds and query.constraints.kind:  # what is only near it has no order but its nearness
            # and by "women" alone a blouse is near to a perfume for women
            gender = query.constraints.gender
            query = replace(query, sort=None, text=without(query.text, (gender,)) if gender else query.text)
        asked, (query, eligible, relaxed) = query, self._possible(query, kinds)
        if theirs and query.constraints.kind is None:  # "something for my cat" is no pair of cat-eye glasses
            eligible = (self._every(eligible) & theirs) or eligible
        if any(one.field == "gender" for one in relaxed) and (others := self._others_for(asked, pets)):
            query, eligible, (kinds, relaxed) = asked, eligible_ids(self.catalog, asked.constraints), others
        return _Ready(query, relaxed, kinds, eligible, first_left(kinds, eligible), pets)

    def _others_for(self, query: Query, pets: Ids) -> tuple[list[Ids], tuple[Relaxed, ...]] | None:
        """(the readings of the wider kind that the name ends with, what is said of them) where some of that are for whom it is asked: of
        wedding shoes for men, which are all for women, other shoes for men. None where there are none, or the name has one word."""
        name, whom = query.constraints.product or "", query.constraints.gender
        wider = content_words(name)[-1:]
        levels = kind_levels(self.catalog, self.lexical, wider[0], pets) if wider and wider[0] != name else []
        left = [ids for level in levels if (ids := level - pets)]
        if not first_left(left, eligible_ids(self.catalog, query.constraints)):
            return None
        said = f"no {name} listed for {whom}, so this is what “{wider[0]}” finds for {whom}"
        return left, (Relaxed("product", said),)

    def _possible(self, query: Query, kinds: list[Ids]) -> tuple[Query, Ids | None, tuple[Relaxed, ...]]:
        """The query and its eligible ids, relaxed if none of the kind is among them."""
        eligible = eligible_ids(self.catalog, query.constraints)
        if eligible is None or (kinds and first_left(kinds, eligible)) or (eligible and not kinds):
            return query, eligible, ()
        everything = kinds or [self.catalog.ids()]
        query, relaxed = relax(self.catalog, query, everything, self.currency)
        return query, eligible_ids(self.catalog, query.constraints), relaxed

    def _stating(self, query: Query, ids: Ids) -> Ids:
        """Those of the ids whose own words have every wish, of several colours one, and all that the name of the kind says."""
        ids = self._named_fully(query, ids)
        for group in query.constraints.alternatives:
            ids = saying_one(self.catalog, self.lexical, group, ids)
        return ids

    def _named_fully(self, query: Query, ids: Ids) -> Ids:
        """Those of the ids whose own words have what the name of the kind says more than the kind: of the bags for "gym bag" those that
        speak of a gym. Words that only say for whom it is are said of people, not of the thing."""
        before = words_before_kind(query.constraints.product or "")
        if not before or speaks_of_people(before):
            return ids
        return saying_one(self.catalog, self.lexical, (("features", before),), ids)

    def _only_by_its_end(self, query: Query, kind: Ids) -> bool:
        """Whether what is of the kind is so by the last of its words alone, and nothing of it says the others: of a "dog bowl" the soup
        bowls."""
        called = self.lexical.matching(query.constraints.product or "", columns="title category") & kind
        return not called and not self._named_fully(query, kind)

    def _for_that_animal(self, ready: _Ready) -> _Ready | None:
        """The same search among what is sold for the animal that the kind's name begins with; None where it names none, or nothing is."""
        named = words_before_kind(ready.query.constraints.product or "")
        if not ready.kinds or ready.relaxed or not names_animal(named):
            return None
        speaking = self.lexical.matching(named, columns="title description", every=False)
        there = for_animals(self.lexical, "") & speaking & self._every(ready.eligible)
        return replace(ready, eligible=there, kinds=[there], fitting=there) if there else None

    def _told(self, query: Query, ids: Ids) -> bool:
        """Whether words tell which of the ids a need without a kind means: it names no occasion, and some state all its wishes."""
        return not query.constraints.of_any_kind and bool(self._stating(query, ids))

    def _every(self, eligible: Ids | None) -> Ids:
        return self.catalog.ids() if eligible is None else eligible

    def _candidates(self, query: Query, eligible: Ids | None, fitting: Ids) -> Iterable[Product]:
        """Over all that match where an order is asked for; a kind that the catalogue does not name has no such order, and of what may be
        of any kind ("gift", "something for camping" that no listing states) the nearest in meaning are ordered."""
        of_any = query.constraints.kind is None and not self._told(query, self._every(eligible))
        if query.sort and not of_any and (fitting or query.constraints.product is None):
            named = self._named_fully(query, fitting) or fitting
            return ordered(self.catalog, self.lexical, query, named or self._every(eligible))
        depth = CANDIDATES + len(query.skip)
        texts = dict.fromkeys((query.text, query.said or query.text))
        runs = [retriever.retrieve(text, depth, eligible) for text in texts for retriever in (self.lexical, self.dense)]
        runs.append(
            self.dense.retrieve(query.text, depth, fitting)
        )  # what is of the kind, however little else speaks for it
        fused = rrf([[candidate.product_id for candidate in run] for run in runs])
        found = [product_id for product_id in fused if product_id not in query.skip]
        if query.sort and of_any:
            return by(query.sort, self.catalog.get_many(found[:ORDERED]))
        return self.catalog.get_many(found[:CANDIDATES])

    def _hits(self, ready: _Ready, found: Iterable[Product], limit: int, best: float) -> tuple[Hit, ...]:
        """Reranked and collapsed; in the order that was asked for when there is one. best: relevance of the best of the kind.

        Where no kind is known all that is near may fit.
        """
        query, kind = ready.query, ready.fitting if ready.kinds else None
        seen = self.catalog.get_many(query.skip)
        products = list(islice(families(found, seen), limit)) if query.sort else list(found)
        relevances = self.reranker.score(query, products, kind or frozenset())
        relevance = {product.id: value for product, value in zip(products, relevances, strict=True)}
        apart = self._apart(products, ready)
        if not query.sort:  # what is known to be another thing takes no place of what may fit
            products.sort(key=lambda product: (product.id in apart, -relevance[product.id], product.id))
        near = max(FITS * max((*relevances, best), default=0.0), ENOUGH)

        def fits(product: Product) -> bool:
            if product.id in apart:
                return False
            if kind is None:
                named = query.constraints.kind is not None
                enough = _enough(query) if named else min(ENOUGH, NEAR * max(relevances))
                return relevance[product.id] >= enough or bool(query.sort)
            return product.id in kind or (bool(kind) and relevance[product.id] >= near)

        def hit(product: Product, rank: int) -> Hit:
            by_meaning = rank <= EXPLAINED and (kind is None or product.id not in kind)
            carried_by = self.reranker.carrying(query, product) if by_meaning else None
            name = query.constraints.product or ""
            called = stands_among(product.category, name) or is_titled(product.title, name)
            of_kind = not kind or product.id in kind or called
            return Hit(product, relevance[product.id], rank, fits(product), of_kind, carried_by)

        kept = islice(families(products, seen), limit)
        hits = tuple(hit(one, rank) for rank, one in enumerate(kept, start=1))
        return hits if kind is not None else self._near_by_name(query, hits)

    def _near_by_name(self, query: Query, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The hits, of which those fit that come near the kind by its name alone too, where one is named that the shop has not: for travel
        a bracelet may be, and is no wallet."""
        name = query.constraints.kind
        fitting = [hit.product for hit in hits if hit.fits]
        if name is None or not fitting or not query.constraints.wishes:
            return hits
        enough = ENOUGH_OF_A_KNOWN_KIND if kind_at_end(name)[1] else ENOUGH  # of another word the wishes may be right
        alone = self.reranker.score(Query(name, Constraints(product=name), said=name), fitting, frozenset())
        near = {product.id for product, value in zip(fitting, alone, strict=True) if value >= enough}
        return tuple(replace(hit, fits=hit.product.id in near) for hit in hits)

    def _apart(self, products: Sequence[Product], ready: _Ready) -> Ids:
        """Ids of the products that are known not to be what was asked for, however near they are in meaning."""
        phrase, kind = ready.query.constraints.product, ready.fitting
        if not ready.kinds and ready.query.constraints.kind:
            return of_the_other_word(products, phrase)
        elsewhere = in_another_department(self.catalog, products, phrase, kind)
        otherwise = known_otherwise(products, phrase) | _denying(products, ready.query, kind)
        return elsewhere | otherwise | on_another_shelf(products, phrase, kind) | (ready.pets - kind)

    def _best_of(self, query: Query, kind: Ids) -> float:
        """The best relevance of the few of the kind that are nearest in meaning, whatever was shown and whatever bounds there are."""
        nearest = self.dense.retrieve(query.text, MEASURED, kind)
        products = self.catalog.get_many([one.product_id for one in nearest])
        return max(self.reranker.score(query, products, kind), default=0.0)


def _enough(query: Query) -> float:
    """Least relevance of what comes near the kind that the query names."""
    return ENOUGH_OF_A_KNOWN_KIND if kind_at_end(query.constraints.product or "")[1] else ENOUGH_OF_A_KIND


def _near_the_best(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits, of which those fit that come near the best, where none is called as asked: beside a fly box a box of donuts is no next
    best tackle box."""
    best = max((hit.relevance for hit in hits), default=0.0)
    return tuple(replace(hit, fits=hit.fits and hit.relevance >= FITS * best) for hit in hits)


def _of_one_price_in_view_of(wanted: Constraints, products: Iterable[Product]) -> Iterable[Product]:
    """The products in their order of price, of those that cost the same what meets the most wishes first."""
    for _, alike in groupby(products, key=lambda one: one.price):
        yield from sorted(alike, key=lambda one: -met_less_denied(one, wanted.alternatives))


def _of_people(query: Query) -> Query:
    """The query of a need without a kind, as a gift, with whom it is for as listings say it: by its letters "mum" is a flower too."""
    wanted = query.constraints
    if wanted.kind is not None:
        return query
    features = tuple(map(for_whom, wanted.features))
    text, said = for_whom(query.text), for_whom(query.said)
    return replace(query, text=text, said=said, constraints=replace(wanted, features=features))


def _denying(products: Sequence[Product], query: Query, kind: Ids) -> Ids:
    """Ids of the products whose listings deny a wished feature that another product of the kind has."""
    denying: set[str] = set()
    for wish in query.constraints.features:
        status = {product.id: judge(product, "features", wish).status for product in products}
        if any(status[product.id] == "met" for product in products if product.id in kind):
            denying |= {product_id for product_id, found in status.items() if found == "unmet"}
    return frozenset(denying)
