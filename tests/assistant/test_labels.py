"""Labelled files: contexts come from the turn before, and a wrong line is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.labelled.labels import read_examples
from assistant.model import Exchange
from retrieval.errors import BadInput


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_turns_context_is_the_turn_before(tmp_path: Path) -> None:
    turns = [
        {"user": "a mug", "intent": "search", "slots": {"product": "mug"}, "assistant": "1. Clay Mug $9"},
        {"user": "in red", "intent": "refine", "slots": {"color": ["red"]}, "assistant": "1. Red Mug $8"},
    ]
    first, second = read_examples(write(tmp_path / "d.jsonl", {"id": "d1", "turns": turns}))
    assert first.last is None
    assert second.last == Exchange("a mug", "1. Clay Mug $9")
    assert second.slots.color == ("red",)


@pytest.mark.parametrize(
    "row",
    [
        {"text": "a mug", "intent": "shop"},
        {"text": "", "intent": "search"},
        {"text": "a mug", "intent": "search", "slots": {"colour": ["red"]}},
        {"text": "a mug", "intent": "search", "slots": {"price_max": "much"}},
        ["a mug"],
    ],
)
def test_a_line_that_is_no_label_is_named(tmp_path: Path, row: object) -> None:
    path = write(tmp_path / "g.jsonl", {"text": "a cup", "intent": "search"}, row)
    with pytest.raises(BadInput, match=r"g\.jsonl, line 2"):
        read_examples(path)


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no labelled message"):
        read_examples(write(tmp_path / "empty.jsonl"))
    with pytest.raises(BadInput, match="cannot be read"):
        read_examples(tmp_path / "none.jsonl")
