"""Single cells of a feed: amounts, stock, stars, paths, markup."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retrieval.feeds.money import parse_currency, parse_money
from retrieval.feeds.values import (
    BadValue,
    facts,
    is_absent,
    parse_availability,
    parse_category,
    parse_count,
    parse_rating,
    parse_url,
    plain_lines,
    plain_text,
)


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("$1,299.00", "1299.00", "USD"),
        ("19,99 €", "19.99", "EUR"),
        ("1.299,00 €", "1299.00", "EUR"),
        ("1.299 €", "1299", "EUR"),
        ("1 299,00 €", "1299.00", "EUR"),
        ("1\u202f299,00\u00a0€", "1299.00", "EUR"),
        ("USD 79.99", "79.99", "USD"),
        ("79.99 usd", "79.99", "USD"),
        ("CHF 1'299.–", "1299", "CHF"),
        ("₹1,29,999", "129999", "INR"),
        ("12,50 Kč", "12.50", "CZK"),
        ("CA$5", "5", "CAD"),
        ("$12 CAD", "12", "CAD"),
        ("US$ 12", "12", "USD"),
        ("£.99", "0.99", "GBP"),
        ("19,- €", "19", "EUR"),
        ("¥1,200", "1200", "JPY"),
        ("KWD 1.250", "1.250", "KWD"),
        ("0.999", "0.999", None),
        ("1299.000", "1299.000", None),
        ("1,299", "1299", None),
        ("  34.99 ", "34.99", None),
        (110.0, "110", None),
        (Decimal("19.99"), "19.99", None),
        (19.989999999999998, "19.99", None),
        (0, "0", None),
    ],
)
def test_parse_money_reads_what_people_and_programs_write(written: object, amount: str, currency: str | None) -> None:
    assert parse_money(written, "price", "USD") == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("-5", "negative"),
        ("$-5.00", "negative"),
        ("-$5", "negative"),
        (-0.5, "negative"),
        ("call us", "no amount"),
        ("free", "no amount"),
        ("$10 - $20", "more than an amount"),
        ("2 for $10", "more than an amount"),
        ("from $20", "more than an amount"),
        ("12.99/each", "more than an amount"),
        ("12 34", "not one amount"),
        ("1,2,3", "not one amount"),
        ("1.299", "could be 1299 or 1.299"),
        ("$1.299", "could be 1299 or 1.299"),
        ("12 USD EUR", "more than an amount"),
        ("€12 USD", "two currencies"),
        ("99 kr", "more than an amount"),
        (True, "not an amount"),
        (["9.99"], "not an amount"),
        (float("nan"), "not an amount that anything costs"),
        (Decimal("1e30"), "not an amount that anything costs"),
    ],
)
def test_parse_money_refuses_what_is_not_one_amount(written: object, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        parse_money(written, "price", "USD")


def test_parse_money_reads_a_shared_symbol_as_the_shops_own_currency() -> None:
    assert parse_money("$5", "price", "AUD") == (Decimal(5), "AUD")
    assert parse_money("99 kr", "price", "SEK") == (Decimal(99), "SEK")
    assert parse_money("¥99", "price", "CNY") == (Decimal(99), "CNY")


def test_parse_currency_takes_codes_and_symbols_and_nothing_else() -> None:
    assert [parse_currency(text, "currency", "USD") for text in ("eur", "€", "$")] == ["EUR", "EUR", "USD"]
    with pytest.raises(BadValue, match="not a currency"):
        parse_currency("dollars", "currency", "USD")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("in stock", (True, None)),
        ("in_stock", (True, None)),
        ("InStock", (True, None)),
        ("https://schema.org/InStock", (True, None)),
        ("limited_stock", (True, None)),
        (True, (True, None)),
        ("TRUE", (True, None)),
        ("7", (True, None)),
        ("0", (False, None)),
        ("out of stock", (False, None)),
        ("Discontinued", (False, None)),
        ("pre-order", (False, "pre-order")),
        ("backorder", (False, "backorder")),
        ("ships in 3 days", (None, "ships in 3 days")),
    ],
)
def test_parse_availability_says_yes_only_to_words_that_mean_it(
    written: object, expected: tuple[bool | None, str | None]
) -> None:
    assert parse_availability(written) == expected


@pytest.mark.parametrize(
    ("written", "count"), [(15, 15), (15.0, 15), ("15", 15), ("1,204", 1204), ("10+", 10), (-3, 0), ("-3", 0)]
)
def test_parse_count_reads_whole_numbers(written: object, count: int) -> None:
    assert parse_count(written) == count


@pytest.mark.parametrize("written", ["plenty", "1.5", 1.5, True, "", float("inf")])
def test_parse_count_gives_none_for_what_is_no_count(written: object) -> None:
    assert parse_count(written) is None


@pytest.mark.parametrize(
    ("written", "scale", "stars"),
    [
        (4.5, None, 4.5),
        ("4.5/5", None, 4.5),
        ("4,5", None, 4.5),
        ("9 out of 10", None, 4.5),
        ("90%", None, 4.5),
        (9, "10", 4.5),
        ("4 stars", None, 4.0),
    ],
)
def test_parse_rating_brings_every_scale_to_five(written: object, scale: object, stars: float) -> None:
    assert parse_rating(written, scale) == stars


@pytest.mark.parametrize("written", [87, "6", "good", "-1", "NaN"])
def test_parse_rating_gives_none_for_what_cannot_be_stars(written: object) -> None:
    assert parse_rating(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "Home > Lighting > Desk Lamps",
        "home/lighting/desk lamps",
        "Home|Lighting|Desk  Lamps",
        ["Home", "Lighting", "Desk Lamps"],
        '["Home", "Lighting", "Desk Lamps"]',
        ["Home > Lighting > Desk Lamps", "Office > Lamps"],
        [{"value": "Home > Lighting > Desk Lamps", "taxonomy": "shop"}],
    ],
)
def test_parse_category_gives_one_lower_case_path(written: object) -> None:
    assert parse_category(written) == ("home", "lighting", "desk lamps")


def test_parse_category_keeps_a_slash_inside_a_part_of_a_longer_path() -> None:
    assert parse_category("Audio/Video > Speakers") == ("audio/video", "speakers")


@pytest.mark.parametrize("url", ["https://shop.example/p/1?a=b", "http://shop.example/x.jpg", "/products/1"])
def test_parse_url_takes_web_addresses_and_own_paths(url: str) -> None:
    assert parse_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", 'https://a/"onerror=', "ftp://a/b", "x", "", "http://[", "https://"],
)
def test_parse_url_refuses_what_a_page_must_not_link_to(url: str) -> None:
    assert parse_url(url) is None


def test_plain_text_shows_what_a_page_would_show() -> None:
    markup = "<p>Warm &amp; <b>bri</b>ght</p><script>alert(1)</script><style>p {}</style><p>12&nbsp;W</p>"
    assert plain_text(markup) == "Warm & bright 12 W"


def test_plain_text_reads_markup_that_was_escaped_as_a_whole() -> None:
    assert plain_text("&lt;p&gt;Warm &amp;amp; bright&lt;/p&gt;") == "Warm & bright"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("&amp;lt;b&amp;gt;Lamp&amp;lt;/b&amp;gt; &amp;amp; clamp", "Lamp & clamp"),
        ("Warm&amp;nbsp;light &amp;#8211; dimmable", "Warm light – dimmable"),
        ("[vc_row el_class=x]Oak[/vc_row] [b]table[/b] [url=https://a.example]here[/url]", "Oak table here"),
        ("Oak.\\nFolds.\\r\\n• Light", "Oak. Folds. • Light"),
        ("[in stock] [blue] [i think] C:\\new R&D; fish&notes", "[in stock] [blue] [i think] C:\\new R&D; fish&notes"),
    ],
)
def test_plain_text_leaves_no_markup_however_often_it_was_escaped(written: str, shown: str) -> None:
    assert plain_text(written) == shown
    assert plain_text(shown) == shown


def test_plain_text_keeps_signs_that_are_not_markup() -> None:
    assert plain_text("fits 3 < x < 5 & 6 > 5, I <3 it") == "fits 3 < x < 5 & 6 > 5, I <3 it"


def test_plain_text_strips_control_characters_and_marks_that_turn_the_writing() -> None:
    assert plain_text("de\x00sk\u202e lamp\ud800\ufeff") == "desk lamp"
    assert plain_text("family \U0001f469\u200d\U0001f467") == "family \U0001f469\u200d\U0001f467"


def test_plain_lines_keeps_paragraphs_and_list_entries_apart() -> None:
    assert plain_lines("<ul><li>one</li><li>two</li></ul>three<br>four") == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize("value", ["", " ", "null", "N/A", "None", "unknown", "NaN", None, [], {}, float("nan")])
def test_is_absent_knows_the_words_for_nothing(value: object) -> None:
    assert is_absent(value)


@pytest.mark.parametrize("value", ["0", 0, False, "no", "nullarbor", "none of these"])
def test_is_absent_leaves_values_that_say_something(value: object) -> None:
    assert not is_absent(value)


def test_facts_reads_single_values_lists_and_json_text() -> None:
    assert facts(" oak ") == ("oak",)
    assert facts(["oak", "oak", "ash", None, ""]) == ("oak", "ash")
    assert facts('["oak", "ash"]') == ("oak", "ash")
    assert facts(True) == ("yes",)
    assert facts(Decimal("55.0")) == ("55",)
    assert facts("none") == ("none",)
    assert facts(" ") == ()


@pytest.mark.parametrize("value", [{"a": 1}, [{"a": 1}], [["a"], ["b"]], "https://a.example/x", b"\x00", "x" * 20_000])
def test_facts_refuses_what_is_no_property(value: object) -> None:
    assert facts(value) is None
