"""Which act on an order is read in messages that ask for one, by meaning and by words: order_acts.toml.

python benchmarks/order_acts.py
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from assistant.actions.orders import wanted_in
from assistant.build import build_embedder
from assistant.orders.acts import OrderActs
from assistant.orders.book import OrderRules
from assistant.settings import Settings
from retrieval.examples import NONE

GIVEN = Path(__file__).with_suffix(".toml")
PROOF = {"number": "LM-100003", "email": "a.b@example.com", "zip": "10021"}
CHOOSING = 13  # of each act's 25
WORDS = (
    ("address", r"(?<!mail )\baddress\b"),
    ("exchange", r"\b(?:exchang|swap)"),
    ("cancel", r"\bcancel"),
    ("return", r"\breturn|\bsend\b.*\bback\b"),
)  # what acts were told by before
Reading = Callable[[str], str | None]


def measure() -> None:
    """Right, asked back and wrong of each half, for both ways, and what was wrong by meaning."""
    given = tomllib.loads(GIVEN.read_text(encoding="utf-8"))
    rules, acts, embedder = OrderRules(), OrderActs(), build_embedder(Settings())
    ways: dict[str, Reading] = {
        "words": by_words,
        "meaning": lambda message: wanted_in(message, rules, acts, embedder),
    }
    for half, part in (("choosing", slice(CHOOSING)), ("held out", slice(CHOOSING, None))):
        asked = [(act, one.format(**PROOF)) for act, messages in given.items() for one in messages[part]]
        for way, reading in ways.items():
            read = [(act, reading(message), message) for act, message in asked]
            wanted = [(act, found) for act, found, _ in read if act != NONE]
            right = sum(act == found for act, found in wanted)
            unsure = sum(found is None for _, found in wanted)
            other = [found for act, found, _ in read if act == NONE]
            print(
                f"{half}, {way}: right {right}, asked back {unsure}, wrong {len(wanted) - right - unsure} of {len(wanted)};"
                f" of {len(other)} that want none {sum(found is None for found in other)} asked back"
            )
            for act, found, message in read if way == "meaning" else ():
                if found is not None and found != act:
                    print(f"  wrong: {message!r} -> {found}, not {act}")


def by_words(message: str) -> str | None:
    """The act that a word of the message tells; None for none."""
    return next((act for act, pattern in WORDS if re.search(pattern, message, re.IGNORECASE)), None)


if __name__ == "__main__":
    measure()
