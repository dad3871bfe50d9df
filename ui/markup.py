"""Text of shops and shoppers as HTML, where it can be no markup and turn nothing around."""

from __future__ import annotations

import html
import re

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def escape(text: str) -> str:
    """The text for an element or attribute, without the signs that would turn the text after them around, prices included."""
    return html.escape(_TURNING.sub("", text))
