"""What is quoted from a listing is said once."""

from __future__ import annotations

from assistant.quotes import not_repeated


def test_a_quote_whose_words_another_has_whole_is_left_out() -> None:
    assert not_repeated(["“round wooden table”", "“a round wooden table with”"]) == ["“a round wooden table with”"]
    assert not_repeated(["“oak”", "“oak”", "“red”"]) == ["“oak”", "“red”"]
