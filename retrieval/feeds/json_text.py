"""JSON of a feed: amounts as they are written, and a key that comes twice in one object told and not passed over."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from .losses import Lost
from .values import in_brackets


def decoded(text: str) -> tuple[object, tuple[Lost, ...]]:
    """(what the text holds, what it says besides): of a key that comes twice the last counts. ValueError or worse when it is no JSON."""
    lost: list[Lost] = []

    def record(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            left = list(pairs)
            for name, value in found.items():
                last = max(place for place, (key, _) in enumerate(left) if key == name)
                lost.extend(Lost("repeated", name, each) for key, each in left[:last] if key == name and each != value)
        return found

    # amounts not through a binary float
    return json.loads(text, parse_float=Decimal, object_pairs_hook=record), tuple(lost)


def repeated_in(cell: str, column: str) -> tuple[Lost, ...]:
    """What a cell that holds JSON says besides; nothing of any other."""
    text = in_brackets(cell)
    if text is None:
        return ()
    try:
        return tuple(replace(one, column=f"{column}.{one.column}") for one in decoded(text)[1])
    except (ValueError, RecursionError, ArithmeticError):
        return ()
