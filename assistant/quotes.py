"""Words quoted from a listing, each said once. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def not_repeated(quotes: Sequence[str]) -> list[str]:
    """The quotes without those whose words another one has whole: of “round wooden table” and “a round wooden table with” the longer."""
    plain = [quote.strip("“”") for quote in dict.fromkeys(quotes)]
    return [
        quote
        for quote, words in zip(dict.fromkeys(quotes), plain, strict=True)
        if not any(words != other and words in other for other in plain)
    ]
