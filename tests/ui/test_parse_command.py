"""`shop parse --json`: a line in, a line out, and a bad line does not stop the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.model import Exchange, Parse
from tests.fakes import QueuedParser, said
from ui.cli.parse import parse_json, parse_lines, show


def test_each_line_gets_its_parse_and_a_bad_one_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    parser = QueuedParser([said("refine", color=("black",), price_max=Decimal("40.0")), said("greet")])
    failed = parse_lines(parser, ['{"text": "in black, 40 max"}', "no json", "", '{"context": []}', '{"text": "hi"}'])
    first, bad, empty, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {
        "intent": "refine",
        "acts": ["refine"],
        "slots": {"color": ["black"], "price_max": 40},
        "then": [],
        "confidence": 1.0,
    }
    assert "line 2" in bad["error"]
    assert "line 4" in empty["error"]
    assert last["intent"] == "greet"
    assert failed == 2


def test_all_acts_of_a_message_are_named_in_order_with_their_slots() -> None:
    vase = replace(said("search", product="vase"), then=said("checkout"))
    read = replace(said("cart_add", quantity=2), then=vase)
    assert parse_json(read) == {
        "intent": "cart_add",
        "acts": ["cart_add", "search", "checkout"],
        "slots": {"quantity": 2},
        "then": [{"intent": "search", "slots": {"product": "vase"}}, {"intent": "checkout", "slots": {}}],
        "confidence": 1.0,
    }


@pytest.mark.parametrize(
    ("context", "last"),
    [
        ([], None),
        (["user: a mug", "assistant: 1. Clay Mug $9"], Exchange("a mug", "1. Clay Mug $9")),
        (
            ["user: hi", "assistant: Hello!", "user: a mug", "assistant: 1. Clay Mug $9"],
            Exchange("a mug", "1. Clay Mug $9"),
        ),
        (["assistant: Hello!"], Exchange("", "Hello!")),
    ],
)
def test_the_last_exchange_is_the_context(
    context: list[str], last: Exchange | None, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = QueuedParser([said("more")])
    parse_lines(parser, [json.dumps({"text": "others?", "context": context})])
    assert [state.last for _, state in parser.asked] == [last]
    assert capsys.readouterr().out


def test_a_parse_for_people_names_each_slot(capsys: pytest.CaptureFixture[str]) -> None:
    show(Parse("refine", said("refine", color=("red", "blue"), price_max=Decimal(40)).slots, confidence=0.98))
    assert capsys.readouterr().out.splitlines() == [
        "refine  (confidence 0.98)",
        "  color: red, blue",
        "  price_max: 40",
    ]
