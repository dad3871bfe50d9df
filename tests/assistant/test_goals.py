"""Goals of simulated shoppers: from the small shop's records, and from files of real requests."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.simulated.goals import Goal, Listing, Point, draw_goals, options_true_of, read_goals
from retrieval.errors import BadInput
from retrieval.product import Product
from tests.small_shop import BY_ID, PRODUCTS

GRADED = "request\tproduct_id\tgrade\na bag\ttote\t3\na bag\tsatchel\t2\na lamp\tclamp\t2\na lamp\ttower\t1\na sofa\tnone\t3\n"


def test_every_goal_is_met_by_its_hidden_product() -> None:
    goals = draw_goals(PRODUCTS, 200, seed=1)
    assert len(goals) == 200
    for goal in goals:
        assert goal.hidden is not None
        assert all(Listing(goal.hidden).meets(point) for point in goal.points), goal
        assert goal.hidden.id in goal.ids & goal.equal


def test_the_kind_of_thing_is_what_several_titles_end_in() -> None:
    kinds = {goal.points[0].words for goal in draw_goals(PRODUCTS, 200, seed=1)}
    assert "desk lamp" in kinds  # of four titles
    assert "kettle" not in kinds  # of one
    assert all(any(kind in product.title.lower() for product in PRODUCTS) for kind in kinds)


def test_a_variant_of_the_hidden_product_is_wanted_too() -> None:
    asters = [goal for goal in draw_goals(PRODUCTS, 200, seed=1) if goal.hidden and goal.hidden.group_id == "aster"]
    assert max(len(goal.ids) for goal in asters) > 1
    assert all(goal.ids <= {"aster-black", "aster-white", "aster-brass"} for goal in asters)


def test_a_price_is_bounded_above_the_hidden_products_own() -> None:
    limits = [
        (point.amount, goal.hidden.price)
        for goal in draw_goals(PRODUCTS, 200, seed=1)
        for point in goal.points
        if point.role == "price" and goal.hidden and goal.hidden.price
    ]
    assert len(limits) > 50
    assert all(price < limit <= 2 * price for limit, price in limits)


def test_a_seed_gives_the_same_goals_in_any_order_of_the_catalogue() -> None:
    assert draw_goals(PRODUCTS, 20, seed=5) == draw_goals(PRODUCTS[::-1], 20, seed=5)
    assert draw_goals(PRODUCTS, 20, seed=5) != draw_goals(PRODUCTS, 20, seed=6)


def test_a_catalogue_without_names_for_kinds_gives_no_goals() -> None:
    with pytest.raises(BadInput, match="called alike"):
        draw_goals([BY_ID["kettle"], BY_ID["tote"]], 3, seed=1)


@pytest.mark.parametrize(
    ("point", "met"),
    [
        (Point("kind", "clamp lamps"), True),  # by stem
        (Point("kind", "desk"), False),  # stands in the description only
        (Point("price", "19.50"), True),
        (Point("price", "19"), False),
        (Point("look", "red"), True),
        (Point("look", "steel"), False),
        (Point("refused", "steel"), True),
        (Point("refused", "red"), False),
        (Point("with", "cool white light"), True),
        (Point("audience", "women"), True),  # it does not say for whom it is
    ],
)
def test_what_a_listing_meets_is_read_from_its_record(point: Point, met: bool) -> None:
    assert Listing(BY_ID["clamp"]).meets(point) is met


def test_the_audience_of_a_record_counts() -> None:
    assert not Listing(BY_ID["storm"]).meets(Point("audience", "women"))
    assert Listing(BY_ID["breeze"]).meets(Point("audience", "women"))  # unisex


def test_of_graded_requests_the_best_graded_products_are_wanted() -> None:
    goals, left_out = read_goals(GRADED, "dev.tsv", BY_ID, count=10, seed=1)
    assert {goal.request: goal.ids for goal in goals} == {"a bag": {"tote"}, "a lamp": {"clamp"}}
    assert left_out == 1  # the sofa


def test_a_line_is_a_request_of_which_nothing_else_is_known() -> None:
    goals, _ = read_goals("a lamp\n\na bag\na lamp\n", "goals.txt", BY_ID, count=10, seed=1)
    assert sorted(goal.request for goal in goals) == ["a bag", "a lamp"]
    assert all(goal.hidden is None and not goal.wanted for goal in goals)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\tb\n", r"goals:1: expected the columns request, product_id and grade, got a, b"),
        ("request\tproduct_id\tgrade\na bag\ttote\tgood\n", r"goals:2: expected a grade from 0 to 3, got 'good'"),
        ("request\tproduct_id\tgrade\na bag\ttote\n", r"goals:2: expected a grade"),
        ("\n", "goals: no request"),
        ("request\tproduct_id\tgrade\na bag\tnone\t3\n", "no request that this store has a product for"),
    ],
)
def test_what_is_wrong_with_a_file_of_goals_is_named(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_goals(text, "goals", BY_ID, count=10, seed=1)


def test_an_option_is_true_when_the_record_names_it() -> None:
    assert options_true_of(BY_ID["clamp"], ["Red", "Black", "Aluminium"]) == ["Red", "Aluminium"]


def test_a_colour_of_the_title_is_not_outdone_by_one_of_the_description() -> None:
    lamps = [
        Product(id=str(n), title=f"Blue Lamp{' ' * n}", description="Golden feet. This lamp.", price=Decimal(n + 1))
        for n in range(5)
    ]
    words = {point.words for goal in draw_goals(lamps, 50, seed=1) for point in goal.points}
    assert "golden" not in words


def test_a_goal_knows_its_ids() -> None:
    assert Goal("x", wanted=(BY_ID["tote"],)).ids == {"tote"}
