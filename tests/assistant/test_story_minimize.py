"""A failing story made short: only the turns that its failure needs are kept."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.model import DialogueState, Parse
from assistant.parts import Parts
from assistant.scripted.files import read_file
from assistant.scripted.minimize import minimize, smallest
from assistant.scripted.run import play
from assistant.stories import Turn
from retrieval.search import Searcher
from tests.fakes import WordEmbedder, said

PARSES = {
    "a lamp": said("search", product="lamp", price_max=Decimal(40)),
    "in black": said("refine", color=("black",)),
    "hello": said("greet"),
    "thanks": said("other"),
    "bye": said("bye"),
}
STORY = """
- story: the limit is wrong
  turns:
    - {shopper: hello, intent: greet}
    - {shopper: thanks}
    - {shopper: a lamp, constraints: {price_max: 40}, products: {min: 1}}
    - {shopper: thanks}
    - {shopper: in black, intent: refine, constraints: {price_max: 50}}
    - {shopper: bye}
"""


class KnownMessages:
    """A parser that reads each message the same, however often it is told."""

    def parse(self, message: str, state: DialogueState) -> Parse:
        return PARSES[message]


@pytest.fixture
def shop(searcher: Searcher) -> Assistant:
    return Assistant(Parts(KnownMessages(), searcher, searcher.catalog, WordEmbedder()))


def test_only_the_turns_that_matter_are_kept(tmp_path: Path, shop: Assistant) -> None:
    (tmp_path / "long.yaml").write_text(STORY, encoding="utf-8")
    failed = play(read_file(tmp_path / "long.yaml")[0], shop)
    (tmp_path / "short.yaml").write_text(minimize(failed, shop).yaml, encoding="utf-8")
    (short,) = read_file(tmp_path / "short.yaml")
    assert [turn.shopper for turn in short.story.turns] == ["a lamp", "in black"]
    assert short.story.story == "the limit is wrong, in short"
    assert play(short, shop).turns[-1].wrong == failed.turns[-1].wrong


def test_a_story_that_passes_cannot_be_shortened(tmp_path: Path, shop: Assistant) -> None:
    (tmp_path / "right.yaml").write_text("- {story: right, turns: [{shopper: hello}]}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="as expected"):
        minimize(play(read_file(tmp_path / "right.yaml")[0], shop), shop)


@pytest.mark.parametrize("needed", ["", "a", "h", "ah", "cf", "bdg", "abcdefgh"])
def test_the_smallest_part_that_fails_is_found(needed: str) -> None:
    asked = 0

    def fails(turns: Sequence[Turn]) -> bool:
        nonlocal asked
        asked += 1
        return {*needed} <= {turn.shopper for turn in turns}

    kept = smallest([Turn(shopper=letter) for letter in "abcdefgh"], fails)
    assert "".join(turn.shopper for turn in kept) == needed
    assert asked <= 8 * 8
