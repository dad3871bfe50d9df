"""One search from need to ranking, over the small shop."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retrieval.query import Constraints, Query, Ranking, Sort
from retrieval.search import Searcher
from tests.small_shop import BY_ID, CALLED_LAMP

# Things that the small shop does not have, called by words of which one listing has most.
BULB, BEAKER = "white aster warm dimmable bulb", "white porcelain espresso beaker"


def _search(
    searcher: Searcher,
    text: str,
    *,
    limit: int = 10,
    sort: Sort | None = None,
    skip: frozenset[str] = frozenset(),
    **wanted: object,
) -> Ranking:
    ranking, _ = searcher.search(Query(text, Constraints(**wanted), sort, skip), limit)  # type: ignore[arg-type]
    return ranking


def _ids(ranking: Ranking) -> list[str]:
    return [hit.product.id for hit in ranking.hits]


def _fitting(ranking: Ranking) -> list[str]:
    return [hit.product.id for hit in ranking.hits if hit.fits]


def test_the_best_hit_is_the_kind_asked_for(searcher: Searcher) -> None:
    ranking = _search(searcher, "canvas tote bag", product="tote bag")
    assert (_ids(ranking)[0], ranking.kind_found, ranking.relaxed) == ("tote", True, ())


def test_ranks_count_up_from_one_and_relevance_falls(searcher: Searcher) -> None:
    hits = _search(searcher, "desk lamp", product="desk lamp").hits
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.relevance for hit in hits] == sorted((hit.relevance for hit in hits), reverse=True)
    assert all(0 <= hit.relevance <= 1 for hit in hits)


def test_variants_of_one_family_are_shown_once(searcher: Searcher) -> None:
    found = _ids(_search(searcher, "aster desk lamp", product="desk lamp"))
    assert len({"aster-black", "aster-white", "aster-brass"} & set(found)) == 1
    assert {"clamp", "tower", "workshop"} <= set(found)


def test_the_variant_that_has_the_colour_asked_for_is_the_one_shown(searcher: Searcher) -> None:
    for color in ("black", "white", "brass"):
        ranking = _search(searcher, f"{color} desk lamp", product="desk lamp", color=(color,))
        assert _ids(ranking)[0] == f"aster-{color}"


def test_what_was_shown_never_comes_back(searcher: Searcher) -> None:
    first = _ids(_search(searcher, "lamp", product="lamp", limit=2))
    rest = _ids(_search(searcher, "lamp", product="lamp", skip=frozenset(first)))
    assert rest
    assert not set(first) & set(rest)


def test_a_sibling_of_what_was_shown_does_not_come_back_as_something_new(searcher: Searcher) -> None:
    rest = _ids(_search(searcher, "lamp", product="lamp", skip=frozenset({"aster-black"})))
    assert rest
    assert not {"aster-black", "aster-white", "aster-brass"} & set(rest)


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "rating"])
def test_what_was_shown_never_comes_back_in_an_order_either(searcher: Searcher, sort: Sort) -> None:
    first = _ids(_search(searcher, "lamp", product="lamp", sort=sort, limit=2))
    rest = _ids(_search(searcher, "lamp", product="lamp", sort=sort, skip=frozenset(first)))
    assert rest
    assert not set(first) & set(rest)


def test_the_total_counts_all_families_that_match_not_those_listed(searcher: Searcher) -> None:
    ranking = _search(searcher, "lamp", product="lamp", limit=1)
    assert (len(ranking.hits), ranking.total) == (1, 4)  # aster, clamp, tower, workshop


def test_what_the_name_says_more_than_the_kind_counts_in_how_many_state_what_is_asked_for(searcher: Searcher) -> None:
    ranking = _search(searcher, "drawing lamp", product="drawing lamp")
    assert (ranking.total, ranking.stating) == (4, 1)  # of the lamps the clamp lamp alone speaks of drawing


def test_the_total_counts_under_the_hard_constraints(searcher: Searcher) -> None:
    assert _search(searcher, "lamp", product="lamp", limit=1, price_max=Decimal(40)).total == 2  # clamp and Aster


def test_no_hit_breaks_a_hard_constraint(searcher: Searcher) -> None:
    ranking = _search(searcher, "jacket", product="jacket", gender="men", price_max=Decimal(70))
    assert {hit.product.id for hit in ranking.hits} & {"storm", "fjord", "puddle", "breeze"} == {"breeze"}


def test_a_kind_that_the_shop_does_not_have_is_said_to_be_missing(searcher: Searcher) -> None:
    ranking = _search(searcher, "hovercraft", product="hovercraft")
    assert (ranking.kind_found, ranking.total) == (False, 0)


def test_an_order_brings_nothing_near_that_is_not_near_without_it(searcher: Searcher) -> None:
    """No bulb is sold; the white lamp's light is warm, and what else costs less is no bulb for that."""
    assert _fitting(_search(searcher, BULB, product=BULB)) == ["aster-white"]
    assert _fitting(_search(searcher, BULB, product=BULB, sort="price_asc")) == ["aster-white"]


def test_what_comes_near_to_a_name_is_found_where_nothing_has_what_is_wished_of_it_too(searcher: Searcher) -> None:
    wishes = ("quilted", "foldable", "biodegradable", "vintage", "for the attic")
    text = f"{BULB} {' '.join(wishes)}"
    assert _fitting(_search(searcher, text, product=BULB, features=wishes)) == ["aster-white"]


def test_an_umbrella_word_is_known_from_the_categories(searcher: Searcher) -> None:
    ranking = _search(searcher, "something for the kitchen", product="kitchen")
    assert {hit.product.id for hit in ranking.hits if hit.fits} >= {"hostile", "kettle", "cafe"}


def test_an_accessory_is_not_of_the_kind(searcher: Searcher) -> None:
    hits = _search(searcher, "floor lamp", product="floor lamp").hits
    assert hits[0].product.id == "tower"
    assert "shade" not in {hit.product.id for hit in hits if hit.relevance >= hits[0].relevance}


def test_a_hit_knows_whether_it_is_of_the_kind_by_name(searcher: Searcher) -> None:
    hits = _search(searcher, "floor lamp", product="floor lamp").hits
    assert {hit.product.id for hit in hits if hit.of_kind} == {"tower"}


def test_a_bound_that_nothing_meets_is_relaxed_and_named(searcher: Searcher) -> None:
    ranking = _search(searcher, "lamp", product="lamp", price_max=Decimal(10))
    assert [relaxed.field for relaxed in ranking.relaxed] == ["price_max"]
    assert "clamp" in _ids(ranking)


def test_of_a_kind_that_is_all_for_others_the_wider_kind_for_these_people_is_shown(searcher: Searcher) -> None:
    """The rain jackets are for men and for kids; of the other jackets one is for women and one for anybody."""
    ranking = _search(searcher, "rain jacket for women", product="rain jacket", gender="women")
    assert {hit.product.id for hit in ranking.hits if hit.fits} == {"breeze", "fjord"}
    assert [relaxed.text for relaxed in ranking.relaxed] == [
        "no rain jacket listed for women, so this is what “jacket” finds for women"
    ]


def test_what_comes_near_a_kind_that_is_not_sold_is_not_missed_for_the_price_limit(searcher: Searcher) -> None:
    """Nothing is called a beaker; the espresso cups of porcelain come near and cost $18.75."""
    ranking = _search(searcher, BEAKER, product=BEAKER, price_max=Decimal(10))
    assert ([hit.product.id for hit in ranking.hits if hit.fits], ranking.kind_found) == (["cafe"], False)
    assert [relaxed.text for relaxed in ranking.relaxed] == [f"nothing under $10 for {BEAKER}; the closest is $18.75"]


def test_what_only_says_the_wish_is_not_near_a_kind_that_is_not_sold(searcher: Searcher) -> None:
    """A beaker of porcelain for espresso: the cups say both words, and by the name alone they are no beaker."""
    ranking = _search(searcher, "porcelain espresso beaker", product="beaker", features=("porcelain", "espresso"))
    assert [hit.product.id for hit in ranking.hits if hit.fits] == []


@pytest.mark.parametrize("sort", ["price_asc", "price_desc"])
def test_an_order_makes_nothing_near_a_kind_that_is_not_sold(searcher: Searcher, sort: Sort) -> None:
    in_order = _search(searcher, BEAKER, product=BEAKER, sort=sort)
    assert [hit.product.id for hit in in_order.hits if hit.fits] == ["cafe"]


def test_where_nothing_comes_near_at_any_price_no_limit_is_given_up(searcher: Searcher) -> None:
    ranking = _search(searcher, "hovercraft", product="hovercraft", price_max=Decimal(10))
    assert ([hit.fits for hit in ranking.hits], ranking.relaxed) == ([False], ())


def test_nothing_is_relaxed_while_something_of_the_kind_is_left(searcher: Searcher) -> None:
    ranking = _search(searcher, "lamp", product="lamp", price_max=Decimal(20))
    assert ([hit.product.id for hit in ranking.hits if hit.fits], ranking.relaxed) == (["clamp"], ())


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("price_asc", ["clamp", "aster-black", "tower", "workshop"]),
        ("price_desc", ["tower", "aster-brass", "clamp", "workshop"]),
        ("rating", ["tower", "aster-black", "clamp", "workshop"]),
    ],
)
def test_an_order_is_over_all_that_match_with_each_family_once(
    searcher: Searcher, sort: Sort, expected: list[str]
) -> None:
    assert _ids(_search(searcher, "lamp", product="lamp", sort=sort)) == expected


def test_an_order_leaves_what_the_name_says_more_than_the_kind_as_it_is(searcher: Searcher) -> None:
    ranking = _search(searcher, "drawing lamp", product="drawing lamp", sort="price_desc", limit=1)
    assert (_ids(ranking), ranking.kind_found) == (["clamp"], True)  # of the lamps it alone speaks of drawing


def test_of_wishes_that_no_listing_states_the_nearest_are_ordered_and_not_the_whole_shop(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.search.ORDERED", 2)
    text, wish = "tall lamp with a fabric shade", ("for a study of dragons",)
    nearest = {hit.product.id for hit in _search(searcher, text, features=wish, limit=2).hits}
    assert set(_ids(_search(searcher, text, features=wish, sort="price_asc"))) == nearest


def test_of_wishes_that_listings_state_all_that_state_them_are_ordered(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.search.ORDERED", 1)
    assert _ids(_search(searcher, "steel", material=("steel",), sort="price_desc"))[0] == "aster-brass"


def test_a_need_of_prices_alone_finds_something(searcher: Searcher) -> None:
    ranking = _search(searcher, "", price_max=Decimal(20), sort="price_asc")
    assert _ids(ranking) == ["hostile", "cafe", "clamp"]


def test_the_same_query_gives_the_same_ranking(searcher: Searcher) -> None:
    runs = [_search(searcher, "black bag for a laptop", product="bag", color=("black",)) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]


def test_hits_are_products_of_the_catalogue(searcher: Searcher) -> None:
    for hit in _search(searcher, "lamp bag jacket mug kettle headphones").hits:
        assert hit.product == BY_ID[hit.product.id]


def test_a_kind_that_is_refused_whole_leaves_nothing_that_fits(searcher: Searcher) -> None:
    query = Query("desk lamp", Constraints(product="desk lamp", exclude=("lamp",)))
    ranking, _ = searcher.search(query, 5)
    assert (ranking.total, [hit for hit in ranking.hits if hit.fits]) == (0, [])


def test_the_total_of_a_search_without_a_kind_counts_all_that_may_be_shown(searcher: Searcher) -> None:
    ranking, _ = searcher.search(Query("anything", Constraints(price_max=Decimal(100)), sort="price_asc"), 1)
    cheap = [product for product in searcher.catalog if product.price is not None and product.price <= 100]
    assert ranking.total == len({product.group_id or product.id for product in cheap}) > len(ranking.hits)


def test_after_all_of_the_kind_were_shown_nothing_else_passes_for_it(searcher: Searcher) -> None:
    query = Query("lamp", Constraints(product="lamp"), skip=CALLED_LAMP)
    ranking, _ = searcher.search(query, limit=5)
    assert ranking.hits
    assert not any(hit.fits for hit in ranking.hits)


def test_what_matches_a_need_is_the_kind_within_the_bounds(searcher: Searcher) -> None:
    need = Constraints(product="lamp", price_max=Decimal(35))
    assert searcher.matching(need) == {"aster-black", "aster-white", "clamp"}
    assert "kettle" in searcher.matching(Constraints(product="gift", price_min=Decimal(1000)))


@pytest.mark.parametrize("color", ["black", "white"])
def test_of_what_costs_the_same_beyond_a_limit_what_meets_the_wish_comes_first(searcher: Searcher, color: str) -> None:
    """The desk lamp costs $34.99 in black and in white."""
    ranking = _search(searcher, "desk lamp", product="desk lamp", color=(color,), price_max=Decimal(15))
    assert [relaxed.field for relaxed in ranking.relaxed] == ["price_max"]
    assert _ids(ranking)[0] == f"aster-{color}"
