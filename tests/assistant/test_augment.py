"""Composed examples keep true labels and depend on the seed alone."""

from __future__ import annotations

import random
from decimal import Decimal

from assistant.labelled.augment import (
    INTENT_OF,
    MIX,
    compose,
    expand,
    phrases,
    with_bounds,
    with_second_acts,
    with_swaps,
    with_typos,
)
from assistant.model import INTENTS, Example, Exchange, Slots
from assistant.parse import clean, lost

LAMP = Example("need a leather desk chair", None, "search", Slots(product="desk chair", material=("leather",)))


def test_a_bound_takes_the_slot_of_the_section_it_came_from() -> None:
    for section in ("max", "min", "about"):
        text = expand("{" + section + "}", {"n": "40"}, random.Random(1))
        assert f"[{section}:40]" in text


def test_composed_turns_have_labels_that_their_words_say() -> None:
    for example in compose(400, seed=3):
        assert lost(example.slots, example.message) == ()


def test_every_intent_is_composed_and_has_phrases() -> None:
    assert {INTENT_OF.get(section, section) for section in MIX} == set(INTENTS)
    assert set(MIX) <= set(phrases())
    assert {example.intent for example in compose(2000, seed=1)} == set(INTENTS)


def test_a_message_with_two_needs_has_both_and_one_thing_with_an_and_in_its_name_is_one() -> None:
    made = [example for example in compose(3000, seed=2) if example.intent == "search"]
    several = [example for example in made if any(intent == "search" for intent, _ in example.then)]
    assert len(several) > 100
    for example in several:
        assert all(
            slots.product for slots in (example.slots, *(slots for intent, slots in example.then if intent == "search"))
        )
    named = [example for example in made if example.slots.product in phrases()["and_in_one"]]
    assert named
    assert all(example.then == () for example in named)


def test_what_answers_a_question_of_the_shop_s_has_one_of_the_choices_that_it_names() -> None:
    made = [example for example in compose(3000, seed=2) if example.last and "Which material: " in example.last.shop]
    assert made
    for example in made:
        said = (*example.slots.material, *example.slots.exclude)
        assert example.intent == "refine"
        assert all(
            f"{word}," in example.last.shop or f"{word} or" in example.last.shop or f"or {word}?" in example.last.shop
            for word in said
        )


def test_a_shown_thing_that_is_named_by_its_maker_has_that_brand() -> None:
    made = [example for example in compose(3000, seed=2) if example.intent == "cart_add" and example.slots.brand]
    assert made
    for example in made:
        assert example.slots.brand in {name.lower() for name in phrases()["makers"]}
        assert example.slots.ref


def test_clothes_for_a_relative_are_for_women_or_men_and_other_things_are_for_the_relative() -> None:
    made = compose(4000, seed=4)
    clothes = [example for example in made if "my nan" in example.message and example.slots.gender]
    things = [example for example in made if "for my husband" in example.slots.features]
    assert clothes
    assert things
    assert {example.slots.gender for example in clothes} == {"women"}
    assert all(example.slots.product in phrases()["wearables"] for example in clothes)
    assert {example.slots.gender for example in things} <= {None}


def test_the_same_seed_composes_the_same_turns_and_another_seed_others() -> None:
    assert compose(50, seed=5) == compose(50, seed=5)
    assert compose(50, seed=5) != compose(50, seed=6)


def test_an_added_bound_leaves_the_other_slots_alone() -> None:
    made = [example for seed in range(30) for example in with_bounds([LAMP], share=1, seed=seed)]
    assert len(made) == 30
    for example in made:
        assert (example.slots.product, example.slots.material) == ("desk chair", ("leather",))
        assert example.slots.price_min is not None or example.slots.price_max is not None


def test_a_message_with_a_price_gets_no_second_one() -> None:
    priced = Example("mug under 9", None, "search", Slots(product="mug", price_max=Decimal(9)))
    assert with_bounds([priced], share=1, seed=1) == []


def test_a_second_act_keeps_both_labels_and_the_exchange_of_the_first() -> None:
    shown = Exchange("lamps", "1. Aria $34")
    taken = Example("add the cheapest!", shown, "cart_add", Slots(ref=("cheapest",)))
    pointing = Example(
        "like the first", None, "search", Slots(product="like", ref=(1,))
    )  # points at what is no longer meant
    made = [example for seed in range(40) for example in with_second_acts([taken, LAMP, pointing], share=1, seed=seed)]
    assert made
    for example in made:
        assert (example.last, example.intent, example.slots) == (shown, "cart_add", taken.slots)
        assert example.then == (("search", LAMP.slots),)
        assert example.message.startswith("add the cheapest")
        assert example.message.endswith(LAMP.message)


def test_a_second_act_is_never_of_the_first_one_s_kind() -> None:
    mug = Example("add 9 mugs", None, "cart_add", Slots(product="mugs", quantity=9))
    no_search = Example("return window?", None, "policy", Slots(ask="return window"))
    made = [example for seed in range(40) for example in with_second_acts([mug, no_search], share=1, seed=seed)]
    assert {(example.intent, example.then[0][0]) for example in made} == {("cart_add", "policy")}


def test_a_typo_is_made_in_the_message_and_its_label_alike() -> None:
    mistyped = [with_typos([LAMP], share=1, seed=seed)[0] for seed in range(20)]
    assert any(example.slots.material != LAMP.slots.material for example in mistyped)
    for example in mistyped:
        assert lost(example.slots, example.message) == ()
        assert clean(example.message) != LAMP.message


def test_a_swap_puts_another_message_s_words_into_message_label_and_the_shop_s_line() -> None:
    shown = Exchange("lamps", "1. Aria $34 2. Orbit $20")
    asked = Example("is the aria bright?", shown, "ask_product", Slots(brand="aria", ref=(1,), ask="bright"))
    mug = Example("a bodum mug", None, "search", Slots(product="mug", brand="bodum"))
    swapped = with_swaps([asked, mug], share=1, seed=1)
    assert swapped[0] in (
        asked,  # its own brand was drawn
        Example(
            "is the bodum bright?",
            Exchange("lamps", "1. bodum $34 2. Orbit $20"),
            "ask_product",
            Slots(brand="bodum", ref=(1,), ask="bright"),
        ),
    )
    assert any(with_swaps([asked, mug], share=1, seed=seed)[0] != asked for seed in range(20))


def test_a_swap_replaces_one_value_of_a_list_and_leaves_the_other_slots_alone() -> None:
    wool = Example(
        "a coat, wool or felt, not red", None, "search", Slots("coat", material=("wool", "felt"), exclude=("red",))
    )
    oak = Example("in oak", None, "refine", Slots(material=("oak",)))
    made = {with_swaps([wool, oak], share=1, seed=seed)[0] for seed in range(60)}
    assert (
        Example(
            "a coat, oak or felt, not red", None, "search", Slots("coat", material=("oak", "felt"), exclude=("red",))
        )
        in made
    )
    assert all(lost(example.slots, example.message) == () for example in made)


def test_what_stands_twice_in_a_message_is_not_swapped() -> None:
    twice = Example("red, i said red", None, "refine", Slots(color=("red",)))
    blue = Example("blue", None, "refine", Slots(color=("blue",)))
    assert {with_swaps([twice, blue], share=1, seed=seed)[0] for seed in range(20)} == {twice}
