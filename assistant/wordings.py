"""Wordings of what a shopper reads often, taken in turn: no chance in it, so that the same dialogue is always said in the same words."""

from __future__ import annotations

import tomllib
from pathlib import Path

from .model import DialogueState

WORDINGS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def worded(kind: str, state: DialogueState, **values: str) -> str:
    """The wording of this kind whose turn it is, with the values in it.

    The first where no act that may say it came before the one under way; of two such acts in a row each has another.
    """
    after, wordings = WORDINGS[kind]["after"], WORDINGS[kind]["wordings"]
    before = sum(act in after for act in state.acts[:-1])
    return str(wordings[before % len(wordings)]).format(**values)
