"""The words that shoppers use whatever is sold, from the messages that the reader of messages learnt from."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from .labelled.marks import read_marks

_WORD = re.compile(r"[a-z]{3,}")


@cache
def everyday_words() -> frozenset[str]:
    """Every word of three letters or more in the shoppers' messages of data/dialogues.txt, mistyped ones and names among them."""
    lines = files("assistant").joinpath("data/dialogues.txt").read_text(encoding="utf-8").splitlines()
    messages = (line.partition(":")[2] for line in lines if not line.startswith((">", "#")))
    return frozenset(word for message in messages for word in _WORD.findall(read_marks(message)[0].lower()))
