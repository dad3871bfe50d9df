"""Confidence: fitted on readings known to be right or wrong, kept beside the adapter, and measured in bins."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from assistant.labelled.reliability import Bin, reliability
from assistant.model import DialogueState, Example, Parse, Slots
from assistant.parse_model import ModelParser
from assistant.reading.calibration import (
    FILE,
    LEAST,
    Calibration,
    calibrate,
    fit,
    read_calibration,
    split,
    write_calibration,
)
from retrieval.errors import BadInput, ModelError
from tests.assistant.tiny_model import make_tiny_model

EXAMPLES = [Example(f"message {number}", None, "search", Slots()) for number in range(2_000)]


def test_the_fit_gives_each_probability_the_share_that_was_right() -> None:
    # 100 readings with P = 1, 80 of them right; 100 with P = 1/e, 30 right: two shares fix the two numbers
    calibration = fit([0.0] * 100 + [-1.0] * 100, [True] * 80 + [False] * 20 + [True] * 30 + [False] * 70)
    assert calibration.confidence(0) == pytest.approx(0.8, abs=1e-3)
    assert calibration.confidence(-1) == pytest.approx(0.3, abs=1e-3)
    assert calibration.messages == 200


@pytest.mark.parametrize("right", [[True] * LEAST, [False] * LEAST, [True, False] * (LEAST // 2 - 1)])
def test_too_little_to_learn_from_is_refused(right: list[bool]) -> None:
    with pytest.raises(BadInput, match="cannot be calibrated on"):
        fit([-0.1] * len(right), right)


def test_an_impossible_line_has_no_confidence_and_no_overflow() -> None:
    assert Calibration(slope=3, intercept=1, messages=50).confidence(-1e9) == pytest.approx(0)


def test_a_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    calibration = Calibration(slope=3.25, intercept=1.5, messages=359)
    assert write_calibration(calibration, tmp_path) == tmp_path / FILE
    assert read_calibration(tmp_path) == calibration


def test_no_file_is_no_calibration_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    assert read_calibration(None) is read_calibration(tmp_path) is None
    (tmp_path / FILE).write_text('{"slope": "steep"}', encoding="utf-8")
    with pytest.raises(ModelError, match="is not a calibration"):
        read_calibration(tmp_path)


def test_about_the_share_is_held_out_and_each_message_is_on_one_side() -> None:
    kept, held = split(EXAMPLES, 0.05)
    assert 70 <= len(held) <= 130  # 100 of 2,000, give or take three standard deviations
    assert [e for e in EXAMPLES if e in kept] == kept
    assert len(kept) + len(held) == len(EXAMPLES)


def test_the_same_messages_are_held_out_whatever_else_is_there() -> None:
    assert split(EXAMPLES[:500], 0.05)[1] == [e for e in split(EXAMPLES, 0.05)[1] if e in EXAMPLES[:500]]
    assert split(EXAMPLES, 0) == (EXAMPLES, [])


def test_the_parser_gives_the_calibrated_confidence_of_its_line(tmp_path: Path) -> None:
    parser = ModelParser(make_tiny_model(tmp_path), None)
    calibration = Calibration(slope=0.5, intercept=0.25, messages=50)
    _, log_probability = parser.answers("a red mug", None)[0]
    expected = 1 / (1 + math.exp(-(0.25 + 0.5 * log_probability)))
    calibrated = ModelParser(tmp_path, None, calibration=calibration)
    assert calibrated.parse("a red mug", DialogueState()).confidence == pytest.approx(expected)


def test_calibrating_reads_what_the_parser_writes(tmp_path: Path) -> None:
    parser = ModelParser(make_tiny_model(tmp_path), None)
    messages = [f"{number} mugs" for number in range(LEAST)]
    read = [parser.parse(message, DialogueState()) for message in messages]
    wrong = Parse("bye", Slots(email="no@where"))
    labels = [wrong if i % 2 else parse for i, parse in enumerate(read)]
    examples = [Example(m, None, p.intent, p.slots) for m, p in zip(messages, labels, strict=True)]
    fitted = calibrate(parser, [*examples, Example(" ", None, "other", Slots())])
    assert fitted.messages == LEAST  # a blank message is never read by the model


def test_reliability_weighs_each_bin_by_its_messages() -> None:
    found = reliability([0.9, 0.95, 0.2, 1.0], [True, False, False, True], bins=10)
    low, high = found.bins
    assert low == Bin(0.2, 0.3, 1, 0.2, 0.0)
    assert (high.low, high.high, high.messages) == (0.9, 1.0, 3)
    assert (high.confidence, high.right) == (pytest.approx(0.95), pytest.approx(2 / 3))
    assert found.expected_error == pytest.approx(1 / 4 * 0.2 + 3 / 4 * (0.95 - 2 / 3))


def test_no_readings_are_reliable_without_a_bin() -> None:
    assert reliability([], []).bins == ()
