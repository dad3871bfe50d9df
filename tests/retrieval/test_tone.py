"""How sentences sound: labels from files, stars beside words, and the arithmetic of the measures."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.demo import data_folder
from retrieval.errors import BadInput
from retrieval.reviews.tone import Heard, Labelled, read_labelled, score_tones, together, wilson

GOOD, BAD, FLAT = Heard((0.1, 0.2, 0.7)), Heard((0.7, 0.2, 0.1)), Heard((0.2, 0.6, 0.2))


def test_labels_come_as_our_lines_or_as_vaders(tmp_path: Path) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text(
        "positive\tGood.\nnegative\tBad.\t2\n1_1\t-1.5\tbroke\n1_2\t0.7\tunclear\n1_3\t0.1\tblue\n", encoding="utf-8"
    )
    assert read_labelled(file) == [
        Labelled("Good.", "positive"),
        Labelled("Bad.", "negative", 2.0),
        Labelled("broke", "negative"),
        Labelled("blue", "neutral"),
    ]


def test_a_line_without_a_tone_is_named(tmp_path: Path) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text("positive\tGood.\nsplendid\tGood.\n", encoding="utf-8")
    with pytest.raises(BadInput, match="line 2: 'splendid' is no tone"):
        read_labelled(file)


def test_a_buyer_sounds_as_his_sentences_together() -> None:
    assert together([GOOD]) == "positive"
    assert together([BAD, BAD, GOOD]) == "negative"  # 1.5 against 0.9


def test_stars_turn_what_words_leave_open_and_not_what_they_say() -> None:
    unsure = Heard((0.4, 0.2, 0.4))
    assert (unsure.in_review(5).tone, unsure.in_review(1).tone) == ("positive", "negative")
    assert Heard((0.95, 0.04, 0.01)).in_review(5).tone == "negative"
    assert unsure.in_review(None) is unsure
    assert sum(unsure.in_review(3.4).shares) == pytest.approx(1)


def test_accuracy_f1_and_confusion_are_counted() -> None:
    labelled = [
        Labelled("a", "positive"),
        Labelled("b", "positive"),
        Labelled("c", "negative"),
        Labelled("d", "neutral"),
    ]
    report = score_tones(labelled, [GOOD, BAD, BAD, FLAT])
    assert (report.accuracy, report.turned, report.confusion["positive", "negative"]) == (0.75, 1, 1)
    assert report.f1 == pytest.approx({"positive": 2 / 3, "negative": 2 / 3, "neutral": 1.0})
    assert report.macro_f1 == pytest.approx(7 / 9)
    assert report.misses == (("b", "positive", "negative"),)


def test_the_interval_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_what_is_held_out_was_not_learnt_from() -> None:
    own, held = (
        {one.sentence for one in read_labelled(data_folder("models") / "tone" / f"{name}.tsv")}
        for name in ("sentences", "held_out")
    )
    assert len(own) >= 400
    assert len(held) >= 120
    assert not own & held
