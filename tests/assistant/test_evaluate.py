"""Figures of small, hand-counted cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.labelled.evaluate import F1, macro_f1, read_all, score, with_measures
from assistant.model import Example, Exchange, Parse, Slots
from tests.fakes import QueuedParser
from ui.cli.confusion_plot import draw_confusion
from ui.cli.evaluate import show

RED = Example("red or blue under 40", None, "refine", Slots(color=("red", "blue"), price_max=Decimal(40)))
HI = Example("hi", Exchange("a mug", "1. Clay Mug"), "greet", Slots())


def test_slots_are_counted_as_pairs_and_numbers_as_numbers() -> None:
    read = Parse("refine", Slots(color=("blue",), material=("wool",), price_max=Decimal("40.00")))
    report = score([RED], [read])
    assert report.slots == F1(precision=2 / 3, recall=2 / 3, f1=pytest.approx(2 / 3), wanted=3, written=3)
    assert report.price_slots.f1 == 1
    assert report.by_slot["color"] == F1(precision=1, recall=0.5, f1=pytest.approx(2 / 3), wanted=2, written=1)
    assert report.by_slot["material"].f1 == 0


def test_a_frame_is_right_when_intent_and_all_slots_are() -> None:
    report = score([RED, HI], [Parse("refine", RED.slots), Parse("bye")])
    assert (report.intent_accuracy, report.frames, len(report.misses)) == (0.5, 0.5, 1)
    assert report.misses[0].wanted == ("greet", {})


def test_macro_f1_weighs_every_labelled_intent_alike() -> None:
    # more: 2*1/(2+1) = 2/3; bye: 2*1/(1+2) = 2/3
    assert macro_f1(["more", "more", "bye"], ["more", "bye", "bye"]) == pytest.approx(2 / 3)


def test_a_message_is_read_after_the_exchange_of_its_label() -> None:
    parser = QueuedParser([Parse("refine"), Parse("greet")])
    list(read_all(parser, [RED, HI]))
    assert [state.last for _, state in parser.asked] == [None, HI.last]


def test_scoring_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to score"):
        score([], [])


def test_a_card_keeps_its_text_and_gets_the_latest_figures() -> None:
    report = score([HI], [Parse("greet")])
    once = with_measures("# Card\n\ntext\n", {"a.jsonl": report}, "shop eval parser a.jsonl", date(2026, 1, 2))
    twice = with_measures(once, {"b.jsonl": report}, "shop eval parser b.jsonl", date(2026, 1, 3))
    assert once.startswith("# Card\n\ntext\n\n## Measured\nOn 2026-01-02 with `shop eval parser a.jsonl`")
    assert "| b.jsonl | 1 | 1.000 | 1.000 | 1.000 | none labelled | 1.000 |" in twice
    assert "a.jsonl" not in twice


def test_confusions_are_counted_and_confidence_is_measured_on_whole_frames() -> None:
    report = score([RED, HI, HI], [Parse("refine", RED.slots, confidence=0.8), Parse("bye"), Parse("greet")])
    assert report.confusion == {"greet": {"bye": 1, "greet": 1}, "refine": {"refine": 1}}
    assert [(b.messages, b.right) for b in report.reliability.bins] == [(1, 1), (2, 0.5)]
    assert report.reliability.expected_error == pytest.approx(1 / 3 * 0.2 + 2 / 3 * 0.5)


def test_the_confusion_matrix_becomes_a_picture(tmp_path: Path) -> None:
    draw_confusion([{"greet": {"bye": 1, "greet": 1}}, {"refine": {"refine": 3}}], tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")


def test_a_reference_counts_when_all_of_it_is_right_among_the_messages_that_have_one() -> None:
    both, last = Slots(ref=(1, 2)), Slots(ref=("last",))
    examples = [Example("the first two", None, "compare", both)] * 2 + [Example("it", None, "cart_add", last), HI]
    parses = [
        Parse("compare", Slots(ref=(2, 1))),
        Parse("compare", Slots(ref=(1,))),
        Parse("more", last),
        Parse("greet"),
    ]
    report = score(examples, parses)
    assert (report.refs, report.ref_messages) == (2 / 3, 3)
    assert (report.to_json()["refs"], score([HI], parses[-1:]).refs) == (2 / 3, None)


def test_references_are_shown_beside_the_slots(capsys: pytest.CaptureFixture[str]) -> None:
    show("file", score([Example("it", None, "cart_add", Slots(ref=("last",)))], [Parse("cart_add")]), misses=0)
    assert "references exactly right 0.000 of 1 messages" in capsys.readouterr().out
