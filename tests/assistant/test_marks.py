"""Labels written into the message: what they say, whose context they are, and requests labelled by place."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.labelled.labels import read_examples
from assistant.labelled.marks import read_marks, read_spans, read_turn
from assistant.model import Exchange, Slots
from retrieval.errors import BadInput

DIALOGUES = """
# lighting
search: a [feature:warm] [product:lamp] under [max:40]
> 1. Penny Lamp $22.90 2. Aria Lamp $34.99.
cart_add: the second[ref=2] ++ search: and a [color:red] [product:vase]
> Added 1 × Aria Lamp.
# garden
greet: hello
"""


def test_marks_leave_the_plain_message_and_its_answer_line() -> None:
    assert read_marks("the [color:red] one[ref=2] under $[max:40]") == (
        "the red one under $40",
        "color red; ref 2; max 40",
    )


def test_a_marked_line_holds_its_acts_in_order() -> None:
    assert read_turn("cart_add: that[ref=last] ++ checkout: and let me pay") == (
        "that and let me pay",
        [("cart_add", Slots(ref=("last",))), ("checkout", Slots())],
    )


def test_marked_dialogues_give_each_turn_the_exchange_before_it(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.txt"
    path.write_text(DIALOGUES, encoding="utf-8")
    lamp, vase, hello = read_examples(path)
    assert (lamp.message, lamp.last) == ("a warm lamp under 40", None)
    assert lamp.slots == Slots(product="lamp", features=("warm",), price_max=Decimal(40))
    assert vase.last == Exchange("a warm lamp under 40", "1. Penny Lamp $22.90 2. Aria Lamp $34.99.")
    assert (vase.intent, vase.slots) == ("cart_add", Slots(ref=(2,)))
    assert vase.then == (("search", Slots(product="vase", color=("red",))),)
    assert hello.last is None


def test_a_marked_line_without_an_intent_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.txt"
    path.write_text("search: a lamp\n> 1. Lamp $9\nbuy: it", encoding="utf-8")
    with pytest.raises(BadInput, match=r"dialogues\.txt, line 3: 'buy' is no intent"):
        read_examples(path)


def test_requests_are_labelled_by_place(tmp_path: Path) -> None:
    requests, spans = tmp_path / "requests.txt", tmp_path / "spans.tsv"
    requests.write_text("a mug\nmens red vase for tulips\n", encoding="utf-8")
    digest = hashlib.sha256(requests.read_bytes()).hexdigest()
    spans.write_text(f"# sha256 {digest}\n1\tcolor 5-8, product 9-13, feature 14-24, gender=men\n", encoding="utf-8")
    (vase,) = read_spans(spans, requests)
    assert vase.message == "mens red vase for tulips"
    assert vase.slots == Slots(product="vase", color=("red",), features=("for tulips",), gender="men")


def test_labels_by_place_of_another_file_are_refused(tmp_path: Path) -> None:
    requests, spans = tmp_path / "requests.txt", tmp_path / "spans.tsv"
    requests.write_text("a mug\n", encoding="utf-8")
    spans.write_text("# sha256 0000\n0\tproduct 2-5\n", encoding="utf-8")
    with pytest.raises(BadInput, match="labels other requests than requests"):
        read_spans(spans, requests)
