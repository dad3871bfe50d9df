"""What the shopper wants now: carried over, replaced, taken back, started anew."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.merging import drop, merge
from assistant.model import CartLine, DialogueState, Exchange, Need, Outcome, Parse, Slots
from assistant.state import Effect, effect_of, leave, remember, update
from retrieval.query import Constraints, Hit
from tests.fakes import said
from tests.small_shop import BY_ID

FORTY = Decimal(40)
LAMP = Constraints(product="desk lamp", color=("black",), features=("warm",), price_max=FORTY)
EXCHANGE = Exchange("hello", "Hello!")


def _after(before: Constraints, **slots: object) -> Constraints:
    return update(DialogueState(constraints=before), said("refine", **slots)).constraints


def test_update_keeps_the_price_limit_when_the_colour_changes() -> None:
    after = _after(LAMP, color=("white",))
    assert (after.price_max, after.color) == (FORTY, ("white",))


def test_update_keeps_everything_when_a_message_says_nothing() -> None:
    assert _after(LAMP) == LAMP


@pytest.mark.parametrize("name", ["color", "size", "material"])
def test_a_new_value_takes_the_place_of_the_old_one(name: str) -> None:
    before = Constraints(**{name: ("old",)})  # type: ignore[arg-type]
    assert getattr(_after(before, **{name: ("new", "newer")}), name) == ("new", "newer")


@pytest.mark.parametrize("name", ["features", "exclude"])
def test_features_and_refusals_add_up_each_once(name: str) -> None:
    before = Constraints(**{name: ("old",)})  # type: ignore[arg-type]
    assert getattr(_after(before, **{name: ("new", "old")}), name) == ("old", "new")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("product", "lamp", "bag"),
        ("brand", "halden", "orvane"),
        ("gender", "men", "women"),
        ("price_max", FORTY, Decimal(60)),
        ("price_min", FORTY, Decimal(10)),
        ("quantity", 2, 3),
    ],
)
def test_a_single_value_is_replaced(name: str, old: object, new: object) -> None:
    assert getattr(_after(Constraints(**{name: old}), **{name: new}), name) == new  # type: ignore[arg-type]


@pytest.mark.parametrize("said_name", ["price", "budget", "price limit", "limit", "price range", "price_max"])
def test_taking_back_the_budget_takes_back_both_bounds(said_name: str) -> None:
    after = drop(Constraints(product="lamp", price_min=Decimal(5), price_max=FORTY), [said_name])
    assert after == Constraints(product="lamp")


@pytest.mark.parametrize(("said_name", "left"), [("minimum", (None, FORTY)), ("maximum", (Decimal(5), None))])
def test_one_end_of_a_range_is_taken_back_by_its_own_name(said_name: str, left: tuple[Decimal | None, ...]) -> None:
    after = drop(Constraints(price_min=Decimal(5), price_max=FORTY), [said_name])
    assert (after.price_min, after.price_max) == left


@pytest.mark.parametrize(("said_name", "slot"), [("colour", "color"), ("color", "color"), ("features", "features")])
def test_a_constraint_is_taken_back_by_its_name(said_name: str, slot: str) -> None:
    assert getattr(drop(LAMP, [said_name]), slot) == ()


@pytest.mark.parametrize("value", ["black", "warm"])
def test_a_constraint_is_taken_back_by_its_value(value: str) -> None:
    after = drop(LAMP, [value])
    assert value not in (*after.color, *after.features)
    assert (after.product, after.price_max) == ("desk lamp", FORTY)


def test_a_brand_and_a_refusal_are_taken_back_by_value_and_by_stem() -> None:
    before = Constraints(brand="halden", exclude=("leathers", "wool"))
    assert drop(before, ["Halden", "leather"]) == Constraints(exclude=("wool",))


@pytest.mark.parametrize("name", ["stretch", "🙂", ""])
def test_taking_back_what_was_never_asked_changes_nothing(name: str) -> None:
    assert drop(LAMP, [name]) == LAMP


def test_of_two_of_which_either_would_do_one_is_taken_back_refused_or_chosen() -> None:
    either = Constraints(brand="sony or bose", features=("electric or acoustic", "red"))
    assert drop(either, ["bose"]).brand == "sony"
    assert drop(either, ["acoustic"]).features == ("electric", "red")
    refused = _after(either, exclude=("sony", "electric"))
    assert (refused.brand, refused.features) == ("bose", ("acoustic", "red"))
    assert _after(either, features=("electric",)).features == ("red", "electric")
    again = _after(Constraints(exclude=("sony", "acoustic")), brand="sony or bose", features=("electric or acoustic",))
    assert again.exclude == ()


def test_what_is_dropped_and_said_in_one_message_is_dropped_first() -> None:
    assert _after(LAMP, drop=("color",), color=("red",)).color == ("red",)


@pytest.mark.parametrize(
    ("before", "slots", "low", "high"),
    [
        (Constraints(price_max=FORTY), {"price_min": Decimal(50)}, 50, None),
        (Constraints(price_min=FORTY), {"price_max": Decimal(30)}, None, 30),
        (Constraints(), {"price_min": Decimal(60), "price_max": FORTY}, 40, 60),
        (Constraints(price_min=FORTY), {"price_max": FORTY}, None, 40),
        (Constraints(), {"price_min": FORTY, "price_max": FORTY}, 40, 40),
        (Constraints(price_min=Decimal(48), price_max=Decimal(72)), {"price_max": Decimal(50)}, None, 50),  # around 60
        (Constraints(price_min=Decimal(48), price_max=Decimal(72)), {"price_max": Decimal(90)}, None, 90),
        (Constraints(price_min=FORTY, price_max=Decimal(70)), {"price_max": Decimal(50)}, 40, 50),
    ],
)
def test_of_two_bounds_that_cross_the_later_one_stays(
    before: Constraints, slots: dict[str, Decimal], low: int | None, high: int | None
) -> None:
    after = _after(before, **slots)
    assert (after.price_min, after.price_max) == (low, high)


def test_what_is_now_refused_is_no_longer_wished_for() -> None:
    after = _after(LAMP, exclude=("black",))
    assert (after.color, after.exclude) == ((), ("black",))


def test_what_is_now_wished_for_is_no_longer_refused() -> None:
    after = _after(Constraints(product="bag", exclude=("leather", "wool")), material=("leather",))
    assert (after.material, after.exclude) == (("leather",), ("wool",))


def test_a_brand_that_is_now_refused_is_no_longer_asked_for() -> None:
    after = _after(Constraints(product="lamp", brand="halden"), exclude=("halden",))
    assert (after.brand, after.exclude) == (None, ("halden",))


def test_a_brand_that_is_now_asked_for_is_no_longer_refused() -> None:
    after = _after(Constraints(product="lamp", exclude=("halden", "steel")), brand="halden")
    assert (after.brand, after.exclude) == ("halden", ("steel",))


def test_a_search_starts_a_new_need() -> None:
    before = DialogueState(
        LAMP, "price_asc", ("tower",), frozenset({"tower"}), "tower", (CartLine("tote", 1),), EXCHANGE, 3
    )
    after = update(before, said("search", product="bag"), "a bag then")
    assert after == DialogueState(
        Constraints(product="bag"),
        cart=before.cart,
        last=EXCHANGE,
        turn=3,
        said="a bag then",
        earlier=(Need(LAMP, "price_asc", frozenset({"tower"})),),
        acts=("search",),
    )


def test_a_reset_forgets_the_need_and_keeps_the_cart() -> None:
    before = DialogueState(
        LAMP, "price_asc", ("tower",), frozenset({"tower"}), "tower", (CartLine("tote", 1),), EXCHANGE, 3
    )
    assert update(before, said("reset")) == DialogueState(cart=before.cart, last=EXCHANGE, turn=3, acts=("reset",))


@pytest.mark.parametrize("intent", ["ask_product", "cart_add", "cart_view", "greet", "other", "policy", "help"])
def test_turns_that_are_not_about_the_need_leave_it_as_it_is(intent: str) -> None:
    before = DialogueState(LAMP, "rating", ("tower",), frozenset({"tower"}), "tower")
    after = update(before, said(intent, product="bag", color=("red",), price_max=Decimal(1)))  # type: ignore[arg-type]
    topic = "red" if intent == "ask_product" else ""
    assert after == replace(before, acts=(intent,), topic=topic)  # type: ignore[arg-type]


def test_what_was_seen_counts_as_long_as_the_same_thing_is_looked_for() -> None:
    before = DialogueState(LAMP, seen=frozenset({"tower"}), found=("tower",))
    assert update(before, said("more")).seen == {"tower"}
    assert update(before, said("more", price_max=Decimal(30))).seen == {"tower"}  # "anything else, up to 30"
    assert update(before, said("refine", color=("white",))).seen == {"tower"}
    assert update(before, said("refine", product="rug")).seen == frozenset()


def test_an_order_stays_until_another_is_asked_for_or_it_is_taken_back() -> None:
    before = DialogueState(LAMP, sort="price_asc")
    assert update(before, said("refine", color=("white",))).sort == "price_asc"
    assert update(before, said("refine", sort="rating")).sort == "rating"
    assert update(before, said("refine", drop=("sort",))).sort is None


def test_update_leaves_the_state_it_was_given_alone() -> None:
    before = DialogueState(LAMP)
    update(before, said("refine", color=("white",), drop=("price",)))
    assert before == DialogueState(LAMP)


def test_merging_nothing_changes_nothing() -> None:
    assert merge(LAMP, Slots()) == LAMP


def test_remember_keeps_what_was_shown_and_speaks_of_the_first() -> None:
    after = remember(DialogueState(seen=frozenset({"shade"})), Effect(("tower", "clamp")), EXCHANGE)
    assert after == DialogueState(
        shown=("tower", "clamp"), seen=frozenset({"shade", "tower", "clamp"}), focus="tower", last=EXCHANGE, turn=1
    )


def test_remember_keeps_what_lies_on_the_table_when_a_turn_shows_nothing() -> None:
    before = DialogueState(shown=("tower", "clamp"), focus="clamp", cart=(CartLine("tote", 1),))
    after = remember(before, Effect(), EXCHANGE)
    assert (after.shown, after.focus, after.cart) == (before.shown, "clamp", before.cart)


def test_remember_takes_an_emptied_cart_for_empty() -> None:
    assert remember(DialogueState(cart=(CartLine("tote", 1),)), Effect(cart=()), EXCHANGE).cart == ()


def test_the_effect_of_an_outcome_is_what_it_showed() -> None:
    outcome = Outcome(hits=(Hit(BY_ID["tower"], 0.9, 1), Hit(BY_ID["clamp"], 0.5, 2)), focus="clamp")
    assert effect_of(outcome) == Effect(("tower", "clamp"), None, "clamp", found=("tower", "clamp"))


def test_cheaper_ones_take_back_the_lower_bound() -> None:
    around_50 = DialogueState(Constraints(product="dog bed", price_min=Decimal(40), price_max=Decimal(60)))
    constraints = update(around_50, said("refine", sort="price_asc")).constraints
    assert (constraints.price_min, constraints.price_max) == (None, Decimal(60))


def _after_turns(*parses: Parse) -> DialogueState:
    state = DialogueState()
    for parse in parses:
        state = update(state, parse, "words")
    return state


def test_an_earlier_need_is_gone_on_with_when_its_kind_is_named_again() -> None:
    state = _after_turns(
        said("search", product="standing desk", material=("oak",), price_max=Decimal(300)),
        said("search", product="rug", color=("grey",)),
        said("refine", product="desk", color=("white",)),
    )
    assert state.constraints == Constraints(
        product="standing desk", material=("oak",), color=("white",), price_max=Decimal(300)
    )
    assert [need.constraints.product for need in state.earlier] == ["rug"]


def test_what_was_shown_for_an_earlier_need_is_not_shown_again_for_it() -> None:
    desk = leave(update(DialogueState(), said("search", product="desk")), Effect(("oak", "pine")))
    back = update(update(desk, said("search", product="rug")), said("more", product="desk"))
    assert back.seen == frozenset({"oak", "pine"})


def test_another_kind_named_in_a_refinement_keeps_the_wishes_of_now() -> None:
    state = _after_turns(said("search", product="rug", color=("grey",)), said("refine", product="runner"))
    assert state.constraints == Constraints(product="runner", color=("grey",))
    assert state.earlier == ()


def test_a_new_search_for_the_same_kind_forgets_the_old_one() -> None:
    state = _after_turns(said("search", product="desk", color=("red",)), said("search", product="desks"))
    assert state.constraints == Constraints(product="desks")
    assert state.earlier == ()


def test_a_reset_forgets_the_earlier_needs_too() -> None:
    assert _after_turns(said("search", product="desk"), said("search", product="rug"), said("reset")).earlier == ()


def test_a_thing_that_is_forgotten_is_looked_for_no_more() -> None:
    state = _after_turns(said("search", product="leather wallet", color=("red",)), said("refine", drop=("wallet",)))
    assert state.constraints == Constraints()
    assert state.earlier == ()


def test_an_earlier_thing_that_is_forgotten_leaves_the_one_of_now() -> None:
    turns = (said("search", product="skillet"), said("search", product="spoon"), said("refine", drop=("skillet",)))
    state = _after_turns(*turns)
    assert state.constraints == Constraints(product="spoon")
    assert state.earlier == ()


def test_a_gift_that_was_read_as_a_feature_is_what_is_looked_for() -> None:
    merged = merge(Constraints(), Slots(features=("birthday present", "5 year old")))
    assert (merged.product, merged.features) == ("birthday present", ("5 year old",))
    assert merge(Constraints(product="bear"), Slots(features=("present",))).product == "bear"


def test_another_person_takes_the_place_of_the_one_a_thing_was_for() -> None:
    """What the need is for besides people stays."""
    boy = update(DialogueState(), said("search", product="gift", features=("for my nephew", "for the garden")))
    girls = update(boy, said("refine", gender="girls"))
    dad = update(girls, said("refine", features=("for my dad",)))
    assert (girls.constraints.features, girls.constraints.gender) == (("for the garden",), "girls")
    assert (dad.constraints.features, dad.constraints.gender) == (("for the garden", "for my dad"), None)


@pytest.mark.parametrize("message", ["cheapest first", "sort them by price", "lowest price first please"])
def test_an_order_from_the_cheapest_on_leaves_the_lower_bound(message: str) -> None:
    from_150 = DialogueState(Constraints(product="coffee table", price_min=Decimal(150), price_max=Decimal(300)))
    ordered = update(from_150, replace(said("refine", sort="price_asc"), message=message))
    assert (ordered.constraints, ordered.sort) == (from_150.constraints, "price_asc")


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("handbag", "backpack", [("handbag", ("clutch", "purse"))]),
        ("bag", "backpack", []),
    ],  # a backpack is one of the bags
)
def test_a_list_is_kept_to_come_back_to_where_a_narrowing_names_another_kind(
    first: str, then: str, kept: list[tuple[str, tuple[str, ...]]]
) -> None:
    shown = Effect(("clutch", "purse"), found=("clutch", "purse"))
    bags = leave(update(DialogueState(), said("search", product=first)), shown)
    after = update(bags, said("refine", product=then))
    assert [(need.constraints.product, need.found) for need in after.earlier] == kept
