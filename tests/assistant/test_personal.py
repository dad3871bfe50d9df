"""What looks personal is masked, and what a shop sells by is not."""

from __future__ import annotations

import io
import logging

import pytest

from assistant.privacy.personal import MaskedFormatter, mask


@pytest.mark.parametrize(
    "personal",
    [
        "a.b+c@shop.example.com", "LM-100234", "LM100234", "lm-12345", "123456", "555 123 4567", "(555) 123-4567", "555.123.4567",
        "+49 (0)30 1234567", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819", "12345", "12345-6789", "K1A 0B6", "SW1A 1AA", "m1 1ae",
    ],
)  # fmt: skip
def test_what_is_personal_is_masked(personal: str) -> None:
    assert mask(f"it is {personal}, or not {personal}") == "it is …, or not …"


@pytest.mark.parametrize(
    "harmless",
    [
        "within 30 days", "a 2000 W kettle for $1299.99", "a sofa for $12345", "19,406 products", "127.0.0.1:54321", "size 42-44",
        "between 100 and 200 dollars", "request r_1234567890abcdef", "s_9f2c0d41b2c3d4e5f6a7b8c9d0e1f2a3", "MX-500 mouse", "5 x 30 cm",
    ],
)  # fmt: skip
def test_what_is_not_personal_stays(harmless: str) -> None:
    assert mask(harmless) == harmless


def test_private_words_are_masked_in_any_case_the_longest_first() -> None:
    assert mask("order nr77-b for Nr77", ["NR77", "nr77-b"]) == "order … for …"


def test_log_lines_and_traces_are_masked() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskedFormatter("%(levelname)s %(message)s"))
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "no answer for %s", ("a@b.example",), None)
    try:
        raise ValueError("address of LM-100234")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    handler.handle(record)
    assert written.getvalue().startswith("ERROR no answer for …\nTraceback")
    assert "LM-100234" not in written.getvalue()
