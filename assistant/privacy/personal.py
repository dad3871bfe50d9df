"""Personal data in free text, masked: e-mail addresses, numbers of orders, phones, cards and accounts, postcodes. Pure.

Names and streets are not found: telling them from other words takes a large model of its own, which here would cost more than a turn.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

MASK = "…"
_PERSONAL = re.compile(
    r"""\S+@\S+\.\w+                                                   # e-mail
    | \b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?\b  # IBAN
    | (?<![\w.])\+?\(?\d(?:[\s()/-]{0,3}\d){5,}(?!\w)                  # phone, card, account, order: six digits or more
    | \b\d{3}\.\d{3}\.\d{4}\b                                          # phone as 555.123.4567
    | \b[A-Z]{2,4}-?\d{5,10}\b                                         # order number
    | (?<![\w:.,$€£-])\d{5}(?:-\d{4})?(?![\w.,]?\d)(?!\w)              # postcode: US, much of Europe
    | \b[A-Z]\d[A-Z][ ]?\d[A-Z]\d\b                                    # Canada
    | \b[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b                            # United Kingdom
    """,
    re.VERBOSE | re.IGNORECASE,
)


def mask(text: str, private: Iterable[str] = ()) -> str:
    """The text with everything that looks personal, and the private words given, as "…"."""
    for words in sorted(filter(None, private), key=len, reverse=True):
        text = re.sub(re.escape(words), MASK, text, flags=re.IGNORECASE)
    return _PERSONAL.sub(MASK, text)


class MaskedFormatter(logging.Formatter):
    """Log lines, traces included, without what looks personal."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
