"""The prompt, the answer line and its two directions, and the grammar that allows just the readable lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model import INTENTS, Exchange, Slots
from assistant.parse import (
    MESSAGE_LIMIT,
    SHOP_LIMIT,
    clean,
    grammar,
    lost,
    prompt,
    read_answer,
    slots_from_json,
    write_answer,
)

LAMP = "I need a warm desk lamp under $40"


def test_an_answer_is_one_line_of_words_of_the_message_in_their_order() -> None:
    slots = Slots(product="desk lamp", features=("warm",), price_max=Decimal(40))
    assert write_answer("search", slots, LAMP) == "search; feature warm; product desk lamp; max 40"


def test_an_answer_reads_back_as_the_slots_it_was_written_from() -> None:
    message = "two black or red mugs, not plastic, cheapest first, for my wife"
    slots = Slots(
        product="mugs", quantity=2, color=("black", "red"), exclude=("plastic",), sort="price_asc", gender="women"
    )
    assert read_answer(write_answer("search", slots, message), message).slots == slots


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_reads_back(intent: str) -> None:
    assert read_answer(write_answer(intent, Slots(), "hi"), "hi").intent == intent  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "message", "low", "high"),
    [
        ("refine; max 40", "40 quid at most", None, 40),
        ("refine; max forty five", "under forty five", None, 45),
        ("refine; min 1.5k", "over 1.5k", 1500, None),
        ("refine; about 100", "around $100", 80, 120),
        ("refine; min three; max five hundred", "between three and five hundred", 300, 500),
        ("refine; min 50; max 20", "50 down to 20", 20, 50),
    ],
)
def test_code_makes_numbers_of_the_copied_amounts(line: str, message: str, low: int | None, high: int | None) -> None:
    slots = read_answer(line, message).slots
    assert (slots.price_min, slots.price_max) == (low, high)


def test_a_range_that_happens_to_be_a_fifth_around_its_middle_is_written_as_a_range() -> None:
    slots = Slots(price_min=Decimal(40), price_max=Decimal(60))
    assert write_answer("refine", slots, "from 40 to 60") == "refine; min 40; max 60"
    assert write_answer("refine", slots, "50 or so") == "refine; about 50"


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        ("ref 2", (2,)),
        ("ref 1 3", (1, 3)),
        ("ref last", ("last",)),
        ("ref priciest", ("most_expensive",)),
        ("ref 99", ()),
    ],
)
def test_references_are_positions_or_one_word(said: str, ref: tuple[int | str, ...]) -> None:
    assert read_answer(f"add; {said}", "that one").slots.ref == ref


def test_a_value_that_is_not_in_the_message_is_skipped() -> None:
    assert read_answer("refine; color green; max 70; nonsense x", "in red, under 60").slots == Slots()


def test_a_limit_taken_back_is_named_by_its_slot() -> None:
    assert read_answer("refine; drop price_max", "ok lift the limit").slots.drop == ("price_max",)


def test_lost_names_the_slots_that_no_words_say() -> None:
    assert lost(Slots(color=("teal",), price_max=Decimal(9)), "something blue under 10") == ("color", "price_max")
    assert lost(Slots(color=("blue",)), "something blue under 10") == ()


def test_the_prompt_shows_the_last_exchange_then_the_message() -> None:
    last = Exchange("need a lamp", "1. Aria Lamp $34.99 2. Halo Lamp $29.99")
    assert prompt("The SECOND one", last) == (
        "shopper: need a lamp\nshop: 1. aria lamp $34.99 2. halo lamp $29.99\nshopper: the second one\nread:"
    )
    assert prompt("hi", None) == "shopper: hi\nread:"


def test_long_lines_are_cut() -> None:
    assert len(clean("long " * 5000)) <= MESSAGE_LIMIT
    assert clean("💡" * 5000) == "💡" * (MESSAGE_LIMIT // 4)  # four bytes each
    assert clean("a" + "💡" * 5000) == "a" + "💡" * (MESSAGE_LIMIT // 4 - 1)  # never cut within a sign
    assert len(prompt("x", Exchange("y", "z" * 10_000))) < SHOP_LIMIT + 40


def test_clean_leaves_one_line_without_control_characters_or_field_ends() -> None:
    assert clean(" Red;\n\tblue\x00 \u202e’40 ") == "red, blue '40"


@given(st.text(max_size=200))
def test_clean_is_a_fixed_point(message: str) -> None:
    assert clean(clean(message)) == clean(message)


@given(st.text(max_size=120), st.text(max_size=120))
def test_reading_any_line_about_any_message_invents_no_words(line: str, message: str) -> None:
    slots = read_answer(line, message).slots
    for words in (*slots.color, *slots.features, *slots.exclude, slots.product or "", slots.ask or ""):
        assert words in clean(message)


@given(st.text(max_size=80))
def test_the_grammar_of_any_message_is_accepted(message: str) -> None:
    from llguidance import LLMatcher

    assert LLMatcher.validate_grammar(LLMatcher.grammar_from_lark(grammar(message))) == ""


def test_labels_become_slots_with_tuples_and_exact_numbers() -> None:
    slots = slots_from_json({"color": ["Black"], "price_max": 19.99, "ref": [2]})
    assert slots == Slots(color=("black",), price_max=Decimal("19.99"), ref=(2,))


def test_an_unknown_slot_name_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        slots_from_json({"colour": ["black"]})


def test_a_measure_is_never_read_as_a_price() -> None:
    assert read_answer("refine; max 16; count 16", "16 inch at most").slots == Slots(quantity=16)
    assert "PRICE" not in grammar("16 inch at most")
    assert "PRICE" in grammar("16 at most")


def test_a_leading_article_is_no_part_of_a_value_but_of_a_brand() -> None:
    slots = read_answer("ask; ask the rise; brand the norr", "what's the rise on the norr").slots
    assert (slots.ask, slots.brand) == ("rise", "the norr")


def test_an_order_number_has_a_digit_and_an_address_an_at() -> None:
    assert read_answer("status; order status; email mail", "status by mail").slots == Slots()


@pytest.mark.parametrize(
    ("message", "read", "number"),
    [
        ("ordered for 10am its now 4", "10am", None),
        ("it should have come at 4:30 pm", "4:30 pm", None),
        ("it should have come at 4:30 pm", "4:30", None),
        ("was promised by 16:05", "16:05", None),
        ("where is order 10? it was to come at 10am", "10", "10"),
        ("status of 1005am please", "1005am", "1005am"),
        ("where's #a-1030", "a-1030", "a-1030"),
    ],
)
def test_a_time_of_the_clock_is_no_order_number(message: str, read: str, number: str | None) -> None:
    assert read_answer(f"status; order {read}", message).slots.order_id == number
