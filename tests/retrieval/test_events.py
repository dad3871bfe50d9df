"""Clicks and purchases as grades."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.errors import BadInput
from retrieval.training.logged_grades import read_events


def log(tmp_path: Path, *events: tuple[str, str, str, int | None], query: str = "lamp") -> Path:
    """events: (type, session, product, position)."""
    file = tmp_path / "events.jsonl"
    lines = [
        {"type": kind, "session_id": session, "query": query, "product_id": product, "position": position}
        for kind, session, product, position in events
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def test_the_most_that_was_done_with_a_product_is_its_grade(tmp_path: Path) -> None:
    file = log(tmp_path, ("click", "a", "aster", 1), ("purchase", "a", "aster", None), ("cart", "b", "clamp", None))
    (one,) = read_events([file])
    assert (one.request, one.grades) == ("lamp", {"aster": 3, "clamp": 2})


def test_what_was_passed_over_on_the_way_to_a_click_is_zero_and_what_came_below_says_nothing(tmp_path: Path) -> None:
    shown = [("shown", "a", product, place) for place, product in enumerate(("first", "second", "third"), start=1)]
    (one,) = read_events([log(tmp_path, *shown, ("click", "a", "second", 2))])
    assert one.grades == {"first": 0, "second": 1}


def test_passed_over_by_one_and_bought_by_another_is_bought(tmp_path: Path) -> None:
    file = log(
        tmp_path,
        ("shown", "a", "first", 1), ("shown", "a", "second", 2), ("click", "a", "second", 2), ("purchase", "b", "first", None),
    )  # fmt: skip
    (one,) = read_events([file])
    assert one.grades == {"first": 3, "second": 1}


def test_a_request_after_which_nobody_clicked_teaches_nothing(tmp_path: Path) -> None:
    assert read_events([log(tmp_path, ("shown", "a", "first", 1))]) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "JSON"),
        ('{"type": "stare", "query": "lamp", "product_id": "1"}', "type"),
        ('{"type": "click", "query": "", "product_id": "1"}', "query"),
        ('{"type": "click", "query": "lamp"}', "product_id"),
    ],
)
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(f'{{"type": "click", "query": "lamp", "product_id": "1"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=rf"line 2.*{said}"):
        read_events([file])
