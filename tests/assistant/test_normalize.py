"""What number words, currencies and separators are read as."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.normalize import amounts, around, currency_of


@pytest.mark.parametrize(
    ("message", "texts", "values"),
    [
        ("under $40 please", ["40"], ["40"]),
        ("40 quid", ["40"], ["40"]),
        ("19,99 €", ["19,99"], ["19.99"]),
        ("$1,299.00 or 1.299,00", ["1,299.00", "1.299,00"], ["1299.00", "1299.00"]),
        ("1,200", ["1,200"], ["1200"]),
        ("1.5k", ["1.5k"], ["1500"]),
        ("2 grand", ["2 grand"], ["2000"]),
        ("forty five dollars", ["forty five"], ["45"]),
        ("one hundred and twenty five", ["one hundred and twenty five"], ["125"]),
        ("a hundred give or take", ["a hundred"], ["100"]),
        ("5 hundo tops", ["5 hundo"], ["500"]),
        ("up to two fifty", ["two fifty"], ["250"]),
        ("i've got one-fifty", ["one-fifty"], ["150"]),
        ("under a tenner", ["tenner"], ["10"]),
        ("80ish", ["80"], ["80"]),
        ("20-30", ["20", "30"], ["20", "30"]),
        ("x2", ["2"], ["2"]),
        ("two dozen", ["two dozen"], ["24"]),
        ("half a dozen", ["half a dozen"], ["6"]),
        ("a couple of them", ["a couple"], ["2"]),
        ("forty, forty five if nice", ["forty", "forty five"], ["40", "45"]),
    ],
)
def test_an_amount_is_found_as_written_and_read_exactly(message: str, texts: list[str], values: list[str]) -> None:
    found = amounts(message)
    assert [amount.text for amount in found] == texts
    assert [amount.value for amount in found] == [Decimal(value) for value in values]


def test_a_bare_first_bound_shares_the_scale_of_the_second() -> None:
    assert [amount.value for amount in amounts("between three and five hundred")] == [300, 500]
    assert [amount.value for amount in amounts("1 to 2k")] == [1000, 2000]


def test_two_amounts_that_are_no_range_keep_their_own_scale() -> None:
    assert [amount.value for amount in amounts("2 of them, 5 hundred at most")] == [2, 500]


def test_a_number_word_inside_a_word_is_no_amount() -> None:
    assert amounts("someone else's oneness") == ()


def test_a_number_too_long_for_money_is_no_amount() -> None:
    assert amounts("parcel 00340434161094042557") == ()


def test_around_is_a_fifth_to_either_side() -> None:
    assert around(Decimal(100)) == (Decimal(80), Decimal(120))


@given(st.text(max_size=60))
def test_every_amount_stands_where_it_says(message: str) -> None:
    for amount in amounts(message):
        assert message[amount.start : amount.end] == amount.text
        assert amount.value >= 0


@pytest.mark.parametrize("message", ["12 inch", "uk 5", "0 degrees", "34x32", "a 15 lb bag", "veg1", "r16", "3 hours"])
def test_a_measure_or_a_size_is_no_money(message: str) -> None:
    assert all(amount.measured for amount in amounts(message))


@pytest.mark.parametrize(
    "message", ["under 40", "40 bucks", "25ish", "40usd", "£40each", "up to 60, please", "<150", "40€"]
)
def test_a_bare_number_or_one_with_a_currency_may_be_money(message: str) -> None:
    assert [amount.measured for amount in amounts(message)] == [False]


def test_both_ends_of_a_measured_range_are_measured() -> None:
    assert [amount.measured for amount in amounts("12 to 16 inch, 20 to 30 bucks")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("under £60", "GBP"),
        ("eighty quid", "GBP"),
        ("70 euros at most", "EUR"),
        ("under $60", "USD"),
        ("under 60", None),
    ],
)
def test_the_currency_is_that_of_the_sign_or_word_at_the_amount(message: str, code: str | None) -> None:
    assert currency_of(message) == code
